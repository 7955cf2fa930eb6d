/* Tests of lib/core/origin. */
#include "lib/core/origin.h"

#include <string.h>

#include "tests/support/cm.h"

/* want NULL: none. */
static const struct {
	const char *text, *want;
} cases[] = {
	{ "https://www.example.com", "https://www.example.com" },
	{ "http://localhost:3000", "http://localhost:3000" },
	{ "https://a.example:443", "https://a.example" },
	{ "http://a.example:80", "http://a.example" },
	{ "http://a.example:443", "http://a.example:443" },
	{ "https://a.example:80", "https://a.example:80" },
	{ "https://a.example:8443", "https://a.example:8443" },
	{ "https://[2001:db8::1]", "https://[2001:db8::1]" },
	{ "https://:443", NULL },
	{ "https://", NULL },
	{ "http:/", NULL },
	{ "", NULL },
	{ "ftp://a.example", NULL },
	{ "www.example.com", NULL },
	{ "https://a.example/", NULL },
	{ "https://a.example?x", NULL },
	{ "https://a.example#x", NULL },
	{ "https://u@a.example", NULL },
	{ "https://a example", NULL },
	{ "https://b\xc3\xbc"
	  "cher.example",
	    NULL },
};

static void test_read(void **state)
{
	char lengthy[ORIGIN_MAX + 2] = "https://";
	struct slice got;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const bool is = origin_read(slice_from(cases[i].text), &got);

		if (is != (cases[i].want != NULL) ||
		    (is && !slice_eq_cstr(got, cases[i].want)))
			fail_msg("%s", cases[i].text);
	}
	memset(lengthy + 8, 'a', ORIGIN_MAX - 8);
	assert_true(origin_read(slice_from(lengthy), &got));
	lengthy[ORIGIN_MAX] = 'a';
	assert_false(origin_read(slice_from(lengthy), &got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
