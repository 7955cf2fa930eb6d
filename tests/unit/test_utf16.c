/* Tests of lib/base/utf16. */
#include "lib/base/utf16.h"
#include "tests/support/cm.h"

static const struct {
	const char *why;
	struct slice in;
	const char *want;
} cases[] = {
	{ "nothing", SLICE_INIT("\xff\xfe"), "" },
	{ "letters, little end first", SLICE_INIT("\xff\xfe<\0a\0>\0"), "<a>" },
	{ "letters, big end first", SLICE_INIT("\xfe\xff\0<\0a\0>"), "<a>" },
	{ "two bytes", SLICE_INIT("\xff\xfe\xa0\0\xff\x07"),
	    "\xc2\xa0\xdf\xbf" },
	{ "three bytes", SLICE_INIT("\xff\xfe\x11\x20\0\x08\xff\xff"),
	    "\xe2\x80\x91\xe0\xa0\x80\xef\xbf\xbf" },
	{ "a pair", SLICE_INIT("\xfe\xff\xd8\x3d\xde\0"), "\xf0\x9f\x98\x80" },
	{ "the last pair", SLICE_INIT("\xfe\xff\xdb\xff\xdf\xff"),
	    "\xf4\x8f\xbf\xbf" },
	{ "half a pair, then a letter", SLICE_INIT("\xfe\xff\xd8\x3d\0a"),
	    "\xef\xbf\xbd"
	    "a" },
	{ "half a pair at the end", SLICE_INIT("\xfe\xff\xd8\x3d"),
	    "\xef\xbf\xbd" },
	{ "the second half alone", SLICE_INIT("\xfe\xff\xde\0\0a"),
	    "\xef\xbf\xbd"
	    "a" },
	{ "half a unit",
	    SLICE_INIT("\xff\xfe"
		       "a\0b"),
	    "a\xef\xbf\xbd" },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		char mem[64];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		utf16_to_utf8(cases[i].in, &b);
		if (!utf16_marked(cases[i].in) || buf_err(&b) != ERR_OK ||
		    !slice_eq_cstr(buf_slice(&b), cases[i].want))
			fail_msg("%s: %.*s", cases[i].why,
			    SLICE_FMT(buf_slice(&b)));
	}
}

static void test_marked(void **state)
{
	(void)state;
	assert_false(utf16_marked(SLICE("")));
	assert_false(utf16_marked(SLICE("\xff")));
	assert_false(utf16_marked(SLICE("\xef\xbb\xbf<html>")));
	assert_false(utf16_marked(SLICE("<html>")));
}

/* What it promises: three bytes for two at most. */
static void test_room(void **state)
{
	static const char in[] = "\xff\xfe\xff\xff\xff\xff\xff";
	char mem[9];
	struct buf b;

	(void)state;
	buf_over(&b, mem, sizeof(mem));
	utf16_to_utf8(slice_of(in, sizeof(in) - 1), &b);
	assert_int_equal(buf_err(&b), ERR_OK);
	assert_int_equal(b.n, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases),
		cmocka_unit_test(test_marked), cmocka_unit_test(test_room) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
