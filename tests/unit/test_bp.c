/* Tests of lib/core/bp: shares as people write and read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/core/bp.h"

static const struct {
	const char *in;
	enum err want;
	uint64_t bp;
	const char *out; /* NULL: as it came */
} cases[] = {
	{ "60", ERR_OK, 6000, NULL },
	{ "62.5", ERR_OK, 6250, NULL },
	{ "0.01", ERR_OK, 1, NULL },
	{ "0.3", ERR_OK, 30, NULL },
	{ "99.05", ERR_OK, 9905, NULL },
	{ "100", ERR_OK, 10000, NULL },
	{ "60 %", ERR_OK, 6000, "60" },
	{ "7.50%", ERR_OK, 750, "7.5" },
	{ "0", ERR_RANGE, 0, NULL },
	{ "100.01", ERR_RANGE, 0, NULL },
	{ "6000", ERR_RANGE, 0, NULL },
	{ "0.005", ERR_RANGE, 0, NULL },
	{ "-5", ERR_SYNTAX, 0, NULL },
	{ "$12", ERR_SYNTAX, 0, NULL },
	{ "%", ERR_SYNTAX, 0, NULL },
	{ "", ERR_SYNTAX, 0, NULL },
	{ "most", ERR_SYNTAX, 0, NULL },
};

static void test_read_and_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		uint64_t bp = 0;
		char mem[32];
		struct buf b;
		const enum err e = bp_parse(slice_from(cases[i].in), &bp);

		if (e != cases[i].want || bp != cases[i].bp)
			fail_msg("\"%s\" gave %s %llu", cases[i].in,
			    err_name(e), (unsigned long long)bp);
		if (cases[i].want != ERR_OK)
			continue;
		buf_over(&b, mem, sizeof(mem));
		bp_put(bp, &b);
		assert_true(slice_eq_cstr(buf_slice(&b),
		    cases[i].out != NULL ? cases[i].out : cases[i].in));
	}
}

static void test_percent(void **state)
{
	static const struct {
		int64_t bp;
		const char *want;
	} of[] = {
		{ 0, "0" },
		{ 1, "< 1" },
		{ 49, "< 1" },
		{ 50, "1" },
		{ 9349, "93" },
		{ 9350, "94" },
		{ 9949, "99" },
		{ 9950, "> 99" },
		{ 9999, "> 99" },
		{ 10000, "100" },
		{ -3, "0" },
		{ 70000, "100" },
	};
	char text[BP_PERCENT_MAX];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(of); i++) {
		bp_percent(of[i].bp, text);
		assert_string_equal(text, of[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_and_written),
		cmocka_unit_test(test_percent),
	};

	return cmocka_run_group_tests_name("bp", tests, NULL, NULL);
}
