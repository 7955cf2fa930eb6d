/* Tests of lib/core/saysnum. */
#include "lib/core/saysnum.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

static const struct {
	const char *why;
	const char *text;
	const char *e164;
	bool want;
} texts[] = {
	{ "as it is stored", "+12125550155", "+12125550155", true },
	{ "digits", "12125550155", "+12125550155", true },
	{ "national", "(212) 555-0155", "+12125550155", true },
	{ "with dots", "212.555.0155", "+12125550155", true },
	{ "local", "call 555-0155 back", "+12125550155", true },
	{ "abroad, zeros", "0049 151 23456789", "+4915123456789", true },
	{ "at home, zero", "0151/23456789", "+4915123456789", true },
	{ "abroad, American", "011 49 151 23456789", "+4915123456789", true },
	{ "blanks that do not break",
	    "212\xc2\xa0"
	    "555\xe2\x80\xaf"
	    "0155",
	    "+12125550155", true },
	{ "full-width", "\xef\xbc\x92\xef\xbc\x91\xef\xbc\x92 555-0155",
	    "+12125550155", true },
	{ "a zero for home", "+49 (0)151 23456789", "+4915123456789", true },
	{ "two lines", "21255\n50155", "+12125550155", false },
	{ "among others", "1, 2 and 2125550155.", "+12125550155", true },
	{ "five digits are anybody's", "50155", "+12125550155", false },
	{ "six are enough", "550155", "+12125550155", true },
	{ "a longer number", "+121255501559", "+12125550155", false },
	{ "another", "+12125550156", "+12125550155", false },
	{ "its beginning", "212555", "+12125550155", false },
	{ "zeros", "0000000", "+12125550000", false },
	{ "letters apart", "212x5550155y1", "+12125550155", true },
	{ "empty", "", "+12125550155", false },
	{ "no number", "212", "", false },
	{ "no number to find", "2125550155", "+1", false },
};

static void test_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(texts); i++)
		if (saysnum_text(slice_from(texts[i].text),
			slice_from(texts[i].e164)) != texts[i].want)
			fail_msg("%s: \"%s\"", texts[i].why, texts[i].text);
}

static const struct {
	const char *why;
	const char *query;
	bool want;
} queries[] = {
	{ "the log's", "range=30d&caller=%2B12125550155", true },
	{ "with plus for blanks", "search=212+555+0155", true },
	{ "encoded signs", "search=%28212%29%20555%2D0155&x=1", true },
	{ "small letters", "caller=%2b12125550155", true },
	{ "digits of two parameters", "a=212555&b=0155", false },
	{ "the percent signs' digits do not count", "a=%21%2155501%35", false },
	{ "an encoded digit does", "a=55501%35%35", true },
	{ "none", "source=google", false },
	{ "broken", "a=%&&=&%zz=555-0155%", true },
	{ "empty", "", false },
};

static void test_query(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(queries); i++)
		if (saysnum_query(slice_from(queries[i].query),
			SLICE("+12125550155")) != queries[i].want)
			fail_msg("%s: \"%s\"", queries[i].why,
			    queries[i].query);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
