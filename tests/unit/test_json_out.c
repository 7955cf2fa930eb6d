/* Tests of lib/text/json_out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/clk.h"
#include "lib/text/json_out.h"

static void test_nested(void **state)
{
	struct json_out j;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	buf_cstr(&b, "before ");
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "a");
	json_out_array(&j);
	json_out_u64(&j, UINT64_MAX);
	json_out_i64(&j, INT64_MIN);
	json_out_object(&j);
	json_out_end(&j);
	json_out_array(&j);
	json_out_end(&j);
	json_out_end(&j);
	json_out_key(&j, "b");
	json_out_bool(&j, true);
	json_out_key(&j, "c");
	json_out_null(&j);
	json_out_key(&j, "d");
	json_out_str(&j, SLICE("x\"<"));
	json_out_key(&j, "e");
	json_out_cstr(&j, NULL);
	json_out_key(&j, "f");
	json_out_time_us(&j, 0);
	assert_int_equal(json_out_done(&j), ERR_INTERNAL);
	json_out_end(&j);
	assert_int_equal(json_out_done(&j), ERR_OK);
	assert_true(slice_eq_cstr(json_out_text(&j),
	    "{\"a\":[18446744073709551615,-9223372036854775808,{},[]],"
	    "\"b\":true,\"c\":null,\"d\":\"x\\\"\\u003C\",\"e\":null,"
	    "\"f\":\"1970-01-01T00:00:00.000000Z\"}"));
	buf_fini(&b);
}

static const struct {
	int64_t v;
	unsigned int digits;
	const char *want;
} fixed_cases[] = {
	{ 0, 0, "0" },
	{ 1250, 3, "1.250" },
	{ -5, 2, "-0.05" },
	{ 7, 1, "0.7" },
	{ 123, 0, "123" },
	{ INT64_MIN, 18, "-9.223372036854775808" },
	{ INT64_MAX, 6, "9223372036854.775807" },
};

static void test_fixed(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(fixed_cases); i++) {
		struct json_out j;
		struct buf b;

		buf_init(&b, 100);
		json_out_init(&j, &b);
		json_out_fixed(&j, fixed_cases[i].v, fixed_cases[i].digits);
		assert_int_equal(json_out_done(&j), ERR_OK);
		assert_true(
		    slice_eq_cstr(json_out_text(&j), fixed_cases[i].want));
		buf_fini(&b);
	}
}

/* Each letter is a call: o a objects and arrays, e end, k key, v value. */
static const struct {
	const char *why;
	const char *steps;
	enum err want;
} order_cases[] = {
	{ "a value", "v", ERR_OK },
	{ "nothing", "", ERR_INTERNAL },
	{ "two values", "vv", ERR_INTERNAL },
	{ "an end too many", "oee", ERR_INTERNAL },
	{ "only an end", "e", ERR_INTERNAL },
	{ "an end missing", "o", ERR_INTERNAL },
	{ "a value without a key", "ove", ERR_INTERNAL },
	{ "a key without a value", "oke", ERR_INTERNAL },
	{ "two keys", "okkve", ERR_INTERNAL },
	{ "a key in an array", "akve", ERR_INTERNAL },
	{ "a key at the top", "kv", ERR_INTERNAL },
	{ "an array in an object", "okavvee", ERR_OK },
	{ "a value after the end", "aev", ERR_INTERNAL },
};

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(order_cases); i++) {
		struct json_out j;
		struct buf b;

		buf_init(&b, 1000);
		json_out_init(&j, &b);
		for (const char *s = order_cases[i].steps; *s != '\0'; s++) {
			if (*s == 'o')
				json_out_object(&j);
			else if (*s == 'a')
				json_out_array(&j);
			else if (*s == 'e')
				json_out_end(&j);
			else if (*s == 'k')
				json_out_key(&j, "k");
			else
				json_out_u64(&j, 1);
		}
		if (json_out_done(&j) != order_cases[i].want)
			fail_msg("%s: %s", order_cases[i].why,
			    err_name(json_out_done(&j)));
		buf_fini(&b);
	}
}

static void test_limits(void **state)
{
	struct json_out j;
	char mem[8];
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	json_out_init(&j, &b);
	for (unsigned int i = 0; i <= JSON_OUT_DEPTH_MAX; i++)
		json_out_array(&j);
	assert_int_equal(json_out_done(&j), ERR_INTERNAL);
	buf_reset(&b);
	json_out_init(&j, &b);
	json_out_fixed(&j, 1, 19);
	assert_int_equal(json_out_done(&j), ERR_INTERNAL);
	buf_fini(&b);
	buf_over(&b, mem, sizeof(mem));
	json_out_init(&j, &b);
	json_out_cstr(&j, "too long for it");
	assert_int_equal(json_out_done(&j), ERR_TOOBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("json_out", tests, NULL, NULL);
}
