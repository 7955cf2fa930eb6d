/* Tests of lib/json/json_in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/json/json_in.h"
#include "tests/support/fail_alloc.h"

static const struct {
	const char *why;
	const char *in;
	enum err want;
} cases[] = {
	{ "object", "{\"a\":1}", ERR_OK },
	{ "array", "[1,2]", ERR_OK },
	{ "blanks around", " {} \n", ERR_OK },
	{ "bare value", "1", ERR_SYNTAX },
	{ "nothing", "", ERR_SYNTAX },
	{ "cut", "{\"a\":", ERR_SYNTAX },
	{ "left-over", "{} {}", ERR_SYNTAX },
	{ "repeated key", "{\"a\":1,\"a\":2}", ERR_SYNTAX },
	{ "escaped NUL", "{\"a\":\"\\u0000\"}", ERR_SYNTAX },
	{ "not UTF-8", "{\"a\":\"\xff\"}", ERR_SYNTAX },
	{ "lone surrogate", "{\"a\":\"\\ud800\"}", ERR_SYNTAX },
	{ "four levels", "[[[[1]]]]", ERR_OK },
	{ "five levels", "[[[[[1]]]]]", ERR_TOOBIG },
	{ "brackets in text", "[\"[[[[[[[[\\\"[[[\"]", ERR_OK },
	{ "too long", "{\"a\":\"0123456789012345678901234567890123456789\"}",
	    ERR_TOOBIG },
	{ "number beyond 64 bits", "[99999999999999999999]", ERR_SYNTAX },
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct json_in *in = NULL;
		const enum err e =
		    json_in_parse(slice_from(cases[i].in), 40, 4, &in, NULL);

		if (e != cases[i].want || (in != NULL) != (e == ERR_OK))
			fail_msg("%s: %s gave %s", cases[i].why, cases[i].in,
			    err_name(e));
		json_in_free(in);
	}
}

static void test_get(void **state)
{
	struct json_in_error why;
	const struct json_node *root, *value;
	struct slice s = SLICE("kept"), key;
	struct json_in *in;
	void *iter = NULL;
	int64_t n = 7;
	size_t seen = 0;
	bool b = false;

	(void)state;
	assert_int_equal(json_in_parse(SLICE("{\"t\":\"x\",\"n\":5,\"b\":true,"
					     "\"z\":null,\"r\":1.5,"
					     "\"a\":[1,\"2\"]}"),
			     1000, 3, &in, &why),
	    ERR_OK);
	root = json_in_root(in);
	assert_int_equal(json_in_opt_text(root, "t", 1, &s), ERR_OK);
	assert_true(slice_eq(s, SLICE("x")));
	assert_int_equal(json_in_opt_text(root, "t", 0, &s), ERR_TOOBIG);
	assert_int_equal(json_in_opt_text(root, "n", 9, &s), ERR_SYNTAX);
	assert_int_equal(json_in_opt_text(root, "none", 9, &s), ERR_OK);
	assert_int_equal(json_in_opt_text(root, "z", 9, &s), ERR_OK);
	assert_true(slice_eq(s, SLICE("x")));
	assert_int_equal(json_in_opt_i64(root, "n", 0, 4, &n), ERR_RANGE);
	assert_int_equal(n, 7);
	assert_int_equal(json_in_opt_i64(root, "n", 0, 5, &n), ERR_OK);
	assert_int_equal(n, 5);
	assert_int_equal(json_in_opt_i64(root, "r", 0, 5, &n), ERR_SYNTAX);
	assert_int_equal(json_in_opt_bool(root, "b", &b), ERR_OK);
	assert_true(b);
	assert_int_equal(json_in_count(json_in_get(root, "a")), 2);
	assert_int_equal(json_in_count(root), 6);
	assert_int_equal(json_in_kind(json_in_at(json_in_get(root, "a"), 1)),
	    JSON_IN_TEXT);
	assert_null(json_in_at(json_in_get(root, "a"), 2));
	assert_null(json_in_get(json_in_get(root, "a"), "t"));
	assert_int_equal(json_in_kind(NULL), JSON_IN_MISSING);
	assert_int_equal(json_in_text(NULL, 9, &s), ERR_NOTFOUND);
	while (json_in_next(root, &iter, &key, &value))
		seen += key.n;
	assert_int_equal(seen, 6);
	json_in_free(in);
}

static void test_says_where(void **state)
{
	struct json_in_error why;
	struct json_in *in;

	(void)state;
	assert_int_equal(json_in_parse(SLICE("{\n \"a\": x}"), 100, 3, &in,
			     &why),
	    ERR_SYNTAX);
	assert_int_equal(why.line, 2);
	assert_true(why.what[0] != '\0');
	assert_int_equal(json_in_parse(SLICE("{\"a\": \"x\\u0000\"}"), 100, 3,
			     &in, &why),
	    ERR_SYNTAX);
	assert_string_equal(why.what,
	    "a text holds \\u0000, which is no character of a text");
}

static void test_no_memory(void **state)
{
	struct json_in *in = NULL;

	(void)state;
	for (unsigned int n = 0;; n++) {
		enum err e;

		fail_alloc_after(n);
		e = json_in_parse(SLICE("{\"a\":[1]}"), 100, 3, &in, NULL);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			break;
		}
		assert_int_equal(e, ERR_NOMEM);
		assert_null(in);
	}
	json_in_free(in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_says_where),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("json_in", tests, NULL, NULL);
}
