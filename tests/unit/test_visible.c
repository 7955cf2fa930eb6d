#include "lib/core/visible.h"
#include "tests/support/cm.h"

static const struct {
	const char *why;
	const char *in;
	bool want;
} cases[] = {
	{ "nothing", "", false },
	{ "blanks", " \t\r\n", false },
	{ "no-break space", "\xc2\xa0", false },
	{ "the same, in ASCII blanks", " \xc2\xa0 ", false },
	{ "zero-width space and joiners",
	    "\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8d", false },
	{ "direction marks and overrides",
	    "\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\xae\xe2\x81\xa6", false },
	{ "soft hyphen", "\xc2\xad", false },
	{ "byte order mark", "\xef\xbb\xbf", false },
	{ "Hangul filler", "\xe3\x85\xa4", false },
	{ "wide space", "\xe3\x80\x80", false },
	{ "empty Braille cell", "\xe2\xa0\x80", false },
	{ "variation selector", "\xef\xb8\x8f", false },
	{ "tag characters", "\xf3\xa0\x81\x81", false },
	{ "controls of C1", "\xc2\x85\xc2\x9f", false },
	{ "a letter", "a", true },
	{ "a letter among them",
	    "\xc2\xa0\xe2\x80\x8b"
	    "x",
	    true },
	{ "punctuation", ".", true },
	{ "right to left", "\xe2\x80\x8f\xd7\x90", true },
	{ "after the last of a range: inverted exclamation mark", "\xc2\xa1",
	    true },
	{ "before the first of one: hyphen", "\xe2\x80\x90", true },
	{ "four bytes", "\xf0\x9f\x98\x80", true },
	{ "an ill-formed byte is shown as one that is not known", "\xff",
	    true },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		if (visible_any(slice_from(cases[i].in)) != cases[i].want)
			fail_msg("%s", cases[i].why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
