/* Tests of lib/core/number_in: how carriers write numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/core/number_in.h"

static const struct {
	const char *why;
	const char *in;
	const char *country;
	const char *prefix;
	const char *want; /* "" anonymous, NULL raw */
} cases[] = {
	{ "E.164", "+13035550100", "US", "", "+13035550100" },
	{ "E.164 without plus", "13035550100", "US", "", "+13035550100" },
	{ "national", "3035550100", "US", "", "+13035550100" },
	{ "abroad from North America", "011442071838750", "US", "",
	    "+442071838750" },
	{ "tel URI with separators", "tel:+1-303-555-0100", "US", "",
	    "+13035550100" },
	{ "phone-context", "tel:303-555-0100;phone-context=+1", "US", "",
	    "+13035550100" },
	{ "ported", "+13035550100;npdi;rn=+13035550000", "US", "",
	    "+13035550100" },
	{ "isup-oli", "+13035550100;isup-oli=62", "US", "", "+13035550100" },
	{ "extension", "+13035550100;ext=12", "US", "", "+13035550100" },
	{ "escaped plus", "%2B13035550100", "US", "", "+13035550100" },
	{ "tech prefix", "12345678*13035550100", "US", "", "+13035550100" },
	{ "tech prefix, hash", "99#+13035550100", "US", "", "+13035550100" },
	{ "a prefix that is configured", "77713035550100", "US", "777",
	    "+13035550100" },
	{ "parentheses and spaces", "(303) 555-0100", "US", "",
	    "+13035550100" },
	{ "anonymous", "anonymous", "US", "", "" },
	{ "Anonymous", "Anonymous", "US", "", "" },
	{ "Restricted", "Restricted", "US", "", "" },
	{ "unavailable", "unavailable", "US", "", "" },
	{ "empty", "", "US", "", "" },
	{ "a name", "alice", "US", "", NULL },
	{ "a short code", "911", "US", "", NULL },
	{ "an extension", "1001", "US", "", NULL },
	{ "16 digits", "+1234567890123456", "US", "", NULL },
	{ "15 digits", "+123456789012345", "US", "", "+123456789012345" },
	{ "begins with zero", "+0123456789", "US", "", NULL },
	{ "a broken escape", "%2", "US", "", NULL },
	{ "a NUL", "+1303%005550100", "US", "", NULL },
	{ "letters inside", "+1303CALLNOW", "US", "", NULL },
	{ "plus alone", "+", "US", "", NULL },
	{ "British national", "02071838750", "GB", "", "+442071838750" },
	{ "British from abroad", "00442071838750", "GB", "", "+442071838750" },
	{ "British without plus", "442071838750", "GB", "", "+442071838750" },
	{ "German national", "03012345678", "DE", "", "+493012345678" },
	{ "French national", "0142685300", "FR", "", "+33142685300" },
	{ "Australian national", "0291234567", "AU", "", "+61291234567" },
	{ "Australian abroad", "001113035550100", "AU", "", "+13035550100" },
	{ "Brazilian mobile", "011987654321", "BR", "", "+5511987654321" },
	{ "Indian mobile", "09812345678", "IN", "", "+919812345678" },
	{ "Canada is North America", "4165550100", "CA", "", "+14165550100" },
	{ "no country, no plus", "3035550100", "", "", NULL },
	{ "no country, plus", "+3035550100", "", "", "+3035550100" },
	{ "lower case country", "3035550100", "us", "", "+13035550100" },
	{ "a foreign number without its plus", "442071838750", "US", "",
	    "+442071838750" },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct number_in got;
		enum number_in_kind kind = NUMBER_IN_E164;

		number_in_parse(slice_from(cases[i].in),
		    slice_from(cases[i].country), slice_from(cases[i].prefix),
		    &got);
		if (cases[i].want == NULL)
			kind = NUMBER_IN_RAW;
		else if (cases[i].want[0] == '\0')
			kind = NUMBER_IN_ANONYMOUS;
		if (got.kind != kind ||
		    (kind == NUMBER_IN_E164 &&
			strcmp(got.e164, cases[i].want) != 0) ||
		    (kind != NUMBER_IN_E164 && got.e164[0] != '\0'))
			fail_msg("%s: \"%s\" gave %d \"%s\"", cases[i].why,
			    cases[i].in, (int)got.kind, got.e164);
	}
}

static void test_long(void **state)
{
	char text[300];
	struct number_in got;

	(void)state;
	memset(text, '1', sizeof(text));
	for (size_t n = 0; n < sizeof(text); n++) {
		number_in_parse(slice_of(text, n), SLICE("US"), SLICE(""),
		    &got);
		assert_true(strlen(got.e164) < NUMBER_IN_E164_MAX);
	}
}

/* What comes out goes in again unchanged. */
static void test_stable(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct number_in a, b;

		number_in_parse(slice_from(cases[i].in),
		    slice_from(cases[i].country), slice_from(cases[i].prefix),
		    &a);
		if (a.kind != NUMBER_IN_E164)
			continue;
		number_in_parse(slice_from(a.e164), SLICE("DE"), SLICE(""), &b);
		assert_string_equal(a.e164, b.e164);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_stable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
