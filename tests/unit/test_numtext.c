/* Tests of lib/core/numtext. */
#include "lib/core/numtext.h"

#include "lib/base/buf.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

#define NBSP   "\xc2\xa0"
#define NARROW "\xe2\x80\xaf"
#define WIDE_4 "\xef\xbc\x94"
#define WIDE_1 "\xef\xbc\x91"
#define WIDE_5 "\xef\xbc\x95"

static const struct {
	const char *why;
	const char *text;
	const char *want;
} texts[] = {
	{ "as at home in America", "(415) 555-0100", "4155550100" },
	{ "with strokes", "415-555-0100", "4155550100" },
	{ "E.164", "+1 415 555 0100", "14155550100" },
	{ "dots and slashes", "0221/55.12", "02215512" },
	{ "blanks that do not break", "+1" NBSP "415" NARROW "555", "1415555" },
	{ "dashes",
	    "415\xe2\x80\x93"
	    "555\xe2\x88\x92"
	    "01",
	    "41555501" },
	{ "full-width",
	    "\xef\xbc\x88" WIDE_4 WIDE_1 WIDE_5 "\xef\xbc\x89"
	    "\xe3\x80\x80" WIDE_5,
	    "4155" },
	{ "Arabic digits", "\xd9\xa4\xd9\xa1\xdb\xb5", "415" },
	{ "marks of direction", "\xe2\x80\xaa+49 30\xe2\x80\xac", "4930" },
	{ "a picture of a telephone", "\xe2\x98\x8e\xef\xb8\x8f 415", "415" },
	{ "a zero for home", "+49 (0)30 90", "493090" },
	{ "0049, too", "0049(0)30", "004930" },
	{ "one of its own in front", "(0)30 90", "03090" },
	{ "an area code that is more", "(030) 90", "03090" },
	{ "a link", "tel:+1-415-555", "1415555" },
	{ "a link in capitals", " TEL:415", "415" },
	{ "words", "call 415", "" },
	{ "an extension", "415 555 0100 x12", "" },
	{ "letters that are not ASCII's", "\xc3\xbc 415", "" },
	{ "a script without digits", "\xe6\x9d\xb1 415", "" },
	{ "broken", "415\xff", "" },
	{ "the longest", "01149123456789012345", "01149123456789012345" },
	{ "too long", "011491234567890123456", "" },
	{ "nothing", "", "" },
	{ "no digits", "+-() .", "" },
	{ "an open bracket at the end", "49 (0", "490" },
};

static void test_digits(void **state)
{
	char mem[NUMTEXT_DIGITS_MAX];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(texts); i++) {
		const struct slice got =
		    numtext_digits(slice_from(texts[i].text), mem);

		if (!slice_eq_cstr(got, texts[i].want))
			fail_msg("%s: %.*s", texts[i].why, SLICE_FMT(got));
	}
}

/* "*415 +__415 +7:415": anywhere, behind the plus and two digits, behind +7. */
static const struct {
	const char *digits;
	const char *want;
} parts[] = {
	{ "", "" },
	{ "41", "" },
	{ "415", " *415" },
	{ "0415", " *0415 +_415 +__415 +___415" },
	{ "041", " *041" },
	{ "84951234567",
	    " *84951234567 +7:4951234567 +370:4951234567 +375:4951234567"
	    " +993:4951234567" },
	{ "8495", " *8495 +7:495 +370:495 +375:495 +993:495" },
	{ "849", " *849" },
	{ "0612345", " *0612345 +_612345 +__612345 +___612345 +36:12345" },
	{ "01555", " *01555 +_1555 +__1555 +___1555 +52:555" },
	{ "004930", " *004930 +4930" },
	{ "0049", " *0049" },
	{ "0114930", " *0114930 +4930 +_114930 +__114930 +___114930" },
	{ "14155550100", " *14155550100" },
};

static void test_parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(parts); i++) {
		struct numtext_part p[NUMTEXT_PARTS_MAX];
		const size_t n = numtext_parts(slice_from(parts[i].digits), p);
		char mem[200];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		for (size_t k = 0; k < n; k++) {
			buf_cstr(&b, p[k].first ? " +" : " *");
			buf_put(&b, p[k].country);
			if (p[k].country.n > 0)
				buf_char(&b, ':');
			for (uint8_t c = 0; c < p[k].code; c++)
				buf_char(&b, '_');
			buf_put(&b, p[k].digits);
		}
		assert_true(slice_eq_cstr(buf_slice(&b), parts[i].want));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digits),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests_name("numtext", tests, NULL, NULL);
}
