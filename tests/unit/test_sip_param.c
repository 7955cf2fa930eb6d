/* Tests of sipworker/sip/sip_param. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/sip/sip_param.h"

static void test_params(void **state)
{
	static const struct {
		const char *why;
		const char *in;
		const char *name; /* looked for */
		enum err want;
		const char *value;
	} cases[] = {
		{ "plain", ";tag=abc", "tag", ERR_OK, "abc" },
		{ "case of the name", ";TAG=abc", "tag", ERR_OK, "abc" },
		{ "no value", ";lr", "lr", ERR_OK, "" },
		{ "blanks everywhere", " ; tag = abc ; x", "tag", ERR_OK,
		    "abc" },
		{ "quoted with separators", ";a=\"x;tag=no\";tag=yes", "tag",
		    ERR_OK, "yes" },
		{ "the first of two", ";q=1;q=2", "q", ERR_OK, "1" },
		{ "host as value", ";received=[::1];x", "received", ERR_OK,
		    "[::1]" },
		{ "not there", ";a;b=c", "tag", ERR_NOTFOUND, "" },
		{ "broken before it", ";;tag=x", "tag", ERR_NOTFOUND, "" },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct slice v = SLICE("");
		const enum err e = sip_param_find(slice_from(cases[i].in),
		    slice_from(cases[i].name), &v);

		if (e != cases[i].want || !slice_eq_cstr(v, cases[i].value))
			fail_msg("%s: %s gave \"%.*s\"", cases[i].why,
			    err_name(e), SLICE_FMT(v));
	}
}

static void test_check(void **state)
{
	static const struct {
		const char *why;
		const char *in;
		enum err want;
	} cases[] = {
		{ "none", "", ERR_OK },
		{ "blanks only", "  ", ERR_OK },
		{ "two", ";a=b;c", ERR_OK },
		{ "text in front", "x;a", ERR_SYNTAX },
		{ "no name", ";=b", ERR_SYNTAX },
		{ "no value after =", ";a=", ERR_SYNTAX },
		{ "open quote", ";a=\"b", ERR_SYNTAX },
		{ "quote ends in a backslash", ";a=\"b\\", ERR_SYNTAX },
		{ "comma", ";a=b,c", ERR_SYNTAX },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const enum err e = sip_param_check(slice_from(cases[i].in));

		if (e != cases[i].want)
			fail_msg("%s: %s", cases[i].why, err_name(e));
	}
}

static void test_items(void **state)
{
	static const struct {
		const char *why;
		const char *in;
		const char *want; /* joined by | */
		enum err end;
	} cases[] = {
		{ "two", "a, b", "a|b|", ERR_NOTFOUND },
		{ "commas in quotes and <>", "\"x, y\" <sip:a,b@c>, d",
		    "\"x, y\" <sip:a,b@c>|d|", ERR_NOTFOUND },
		{ "escaped quote", "\"a\\\",b\", c", "\"a\\\",b\"|c|",
		    ERR_NOTFOUND },
		{ "empty elements", ",, a,,b,", "a|b|", ERR_NOTFOUND },
		{ "nothing", " , ", "", ERR_NOTFOUND },
		{ "open angle", "<sip:a", "", ERR_SYNTAX },
		{ "open quote", "\"a, b", "", ERR_SYNTAX },
		{ "quote inside angles is text", "<sip:\"a>, b", "<sip:\"a>|b|",
		    ERR_NOTFOUND },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct slice list = slice_from(cases[i].in), item;
		char got[128];
		struct buf b;
		enum err e;

		buf_over(&b, got, sizeof(got));
		while ((e = sip_param_item(&list, &item)) == ERR_OK) {
			buf_put(&b, item);
			buf_char(&b, '|');
		}
		if (e != cases[i].end ||
		    !slice_eq_cstr(buf_slice(&b), cases[i].want))
			fail_msg("%s: %s \"%.*s\"", cases[i].why, err_name(e),
			    SLICE_FMT(buf_slice(&b)));
	}
}

static void test_unquote(void **state)
{
	char mem[64];
	struct buf b;

	(void)state;
	buf_over(&b, mem, sizeof(mem));
	sip_param_unquote(SLICE("\"a\\\"b\\\\c\""), &b);
	assert_true(slice_eq(buf_slice(&b), SLICE("a\"b\\c")));
	buf_reset(&b);
	sip_param_unquote(SLICE("plain"), &b);
	assert_true(slice_eq(buf_slice(&b), SLICE("plain")));
	buf_reset(&b);
	sip_param_unquote(SLICE("\""), &b);
	assert_true(slice_eq(buf_slice(&b), SLICE("\"")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_unquote),
	};

	return cmocka_run_group_tests_name("sip_param", tests, NULL, NULL);
}
