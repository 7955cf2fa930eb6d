/* Tests of lib/phone/phone: the countries the product promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/phone/phone.h"

static const struct {
	const char *why;
	const char *in;
	const char *home;
	enum err want;
	const char *e164;
	const char *country;
	enum phone_type type;
	bool valid;
} parse_cases[] = {
	{ "US national", "(415) 555-0100", "US", ERR_OK, "+14155550100", "US",
	    PHONE_FIXED_OR_MOBILE, true },
	{ "US dotted", "415.555.0100", "US", ERR_OK, "+14155550100", "US",
	    PHONE_FIXED_OR_MOBILE, true },
	{ "US with 1", "1 415 555 0100", "US", ERR_OK, "+14155550100", "US",
	    PHONE_FIXED_OR_MOBILE, true },
	{ "US toll-free", "+18005550199", "US", ERR_OK, "+18005550199", "US",
	    PHONE_TOLL_FREE, true },
	{ "US vanity", "1-800-FLOWERS", "US", ERR_OK, "+18003569377", "US",
	    PHONE_TOLL_FREE, true },
	{ "US unassigned area", "+15551234567", "US", ERR_OK, "+15551234567",
	    "US", PHONE_UNKNOWN, false },
	{ "tel URI", "tel:+1-415-555-0100", "", ERR_OK, "+14155550100", "US",
	    PHONE_FIXED_OR_MOBILE, true },
	{ "from abroad, US prefix", "011 44 20 7946 0018", "US", ERR_OK,
	    "+442079460018", "GB", PHONE_FIXED, true },
	{ "CA national", "(416) 555-0134", "CA", ERR_OK, "+14165550134", "CA",
	    PHONE_FIXED_OR_MOBILE, true },
	{ "CA seen from US", "416-555-0134", "US", ERR_OK, "+14165550134", "CA",
	    PHONE_FIXED_OR_MOBILE, true },
	{ "GB national", "020 7946 0018", "GB", ERR_OK, "+442079460018", "GB",
	    PHONE_FIXED, true },
	{ "GB mobile", "07400 123456", "GB", ERR_OK, "+447400123456", "GB",
	    PHONE_MOBILE, true },
	{ "GB toll-free", "0800 123 4567", "GB", ERR_OK, "+448001234567", "GB",
	    PHONE_TOLL_FREE, true },
	{ "GB (0) notation", "+44 (0)20 7946 0018", "", ERR_OK, "+442079460018",
	    "GB", PHONE_FIXED, true },
	{ "DE national", "030 901820", "DE", ERR_OK, "+4930901820", "DE",
	    PHONE_FIXED, true },
	{ "DE mobile", "0151 23456789", "DE", ERR_OK, "+4915123456789", "DE",
	    PHONE_MOBILE, true },
	{ "DE toll-free", "0800 3301000", "DE", ERR_OK, "+498003301000", "DE",
	    PHONE_TOLL_FREE, true },
	{ "DE 00 prefix", "0033 1 42 68 53 00", "DE", ERR_OK, "+33142685300",
	    "FR", PHONE_FIXED, true },
	{ "FR national", "01 42 68 53 00", "FR", ERR_OK, "+33142685300", "FR",
	    PHONE_FIXED, true },
	{ "FR mobile", "06 12 34 56 78", "FR", ERR_OK, "+33612345678", "FR",
	    PHONE_MOBILE, true },
	{ "FR toll-free", "0 800 123 456", "FR", ERR_OK, "+33800123456", "FR",
	    PHONE_TOLL_FREE, true },
	{ "AU national", "(02) 9374 4000", "AU", ERR_OK, "+61293744000", "AU",
	    PHONE_FIXED, true },
	{ "AU mobile", "0412 345 678", "AU", ERR_OK, "+61412345678", "AU",
	    PHONE_MOBILE, true },
	{ "AU toll-free", "1800 123 456", "AU", ERR_OK, "+611800123456", "AU",
	    PHONE_TOLL_FREE, true },
	{ "BR national", "(11) 3071-2345", "BR", ERR_OK, "+551130712345", "BR",
	    PHONE_FIXED, true },
	{ "BR mobile", "(11) 96123-4567", "BR", ERR_OK, "+5511961234567", "BR",
	    PHONE_MOBILE, true },
	{ "BR toll-free", "0800 123 4567", "BR", ERR_OK, "+558001234567", "BR",
	    PHONE_TOLL_FREE, true },
	{ "IN national", "022 2778 2183", "IN", ERR_OK, "+912227782183", "IN",
	    PHONE_FIXED, true },
	{ "IN mobile", "081234 56789", "IN", ERR_OK, "+918123456789", "IN",
	    PHONE_MOBILE, true },
	{ "IN toll-free", "1800 123 456", "IN", ERR_OK, "+911800123456", "IN",
	    PHONE_TOLL_FREE, true },
	{ "extension is dropped", "+14155550100 ext. 12", "US", ERR_OK,
	    "+14155550100", "US", PHONE_FIXED_OR_MOBILE, true },
	{ "blanks around", " +14155550100 ", "", ERR_OK, "+14155550100", "US",
	    PHONE_FIXED_OR_MOBILE, true },
	{ "national, no home", "415 555 0100", "", ERR_SYNTAX, "", "",
	    PHONE_UNKNOWN, false },
	{ "anonymous", "anonymous", "US", ERR_SYNTAX, "", "", PHONE_UNKNOWN,
	    false },
	{ "an extension", "101", "US", ERR_SYNTAX, "", "", PHONE_UNKNOWN,
	    false },
	{ "empty", "", "US", ERR_SYNTAX, "", "", PHONE_UNKNOWN, false },
	{ "too many digits", "+123456789012345678", "US", ERR_SYNTAX, "", "",
	    PHONE_UNKNOWN, false },
	{ "no such country code", "+9991234567", "", ERR_SYNTAX, "", "",
	    PHONE_UNKNOWN, false },
	{ "bytes", "\xff\xfe+1\x01 415", "US", ERR_SYNTAX, "", "",
	    PHONE_UNKNOWN, false },
	{ "longer than any number",
	    "+1415555010011111111111111111111111111111111111111111111111111"
	    "111",
	    "US", ERR_TOOBIG, "", "", PHONE_UNKNOWN, false },
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(parse_cases); i++) {
		struct phone got = { .type = PHONE_UNKNOWN };
		const enum err e = phone_parse(slice_from(parse_cases[i].in),
		    parse_cases[i].home, &got);

		if (e != parse_cases[i].want ||
		    strcmp(got.e164, parse_cases[i].e164) != 0 ||
		    strcmp(got.country, parse_cases[i].country) != 0 ||
		    got.type != parse_cases[i].type ||
		    got.valid != parse_cases[i].valid)
			fail_msg("%s: \"%s\" gave %s %s %s type %d valid %d",
			    parse_cases[i].why, parse_cases[i].in, err_name(e),
			    got.e164, got.country, (int)got.type, got.valid);
	}
}

static const struct {
	const char *why;
	const char *in;
	const char *home;
	const char *national;
	const char *international;
	const char *shown;
} show_cases[] = {
	{ "US", "+14155550100", "US", "(415) 555-0100", "+1 415-555-0100",
	    "(415) 555-0100" },
	{ "CA abroad in US", "+14165550134", "US", "(416) 555-0134",
	    "+1 416-555-0134", "+1 416-555-0134" },
	{ "toll-free at home", "+18005550199", "US", "(800) 555-0199",
	    "+1 800-555-0199", "(800) 555-0199" },
	{ "GB", "+442079460018", "GB", "020 7946 0018", "+44 20 7946 0018",
	    "020 7946 0018" },
	{ "DE", "+4930901820", "US", "030 901820", "+49 30 901820",
	    "+49 30 901820" },
	{ "FR", "+33142685300", "FR", "01 42 68 53 00", "+33 1 42 68 53 00",
	    "01 42 68 53 00" },
	{ "AU", "+61293744000", "AU", "(02) 9374 4000", "+61 2 9374 4000",
	    "(02) 9374 4000" },
	{ "BR", "+5511961234567", "BR", "(11) 96123-4567", "+55 11 96123-4567",
	    "(11) 96123-4567" },
	{ "IN", "+918123456789", "IN", "081234 56789", "+91 81234 56789",
	    "081234 56789" },
	{ "raw word", "anonymous", "US", "anonymous", "anonymous",
	    "anonymous" },
	{ "raw, hostile", "<b>\x01\xff", "US", "<b>\xEF\xBF\xBD\xEF\xBF\xBD",
	    "<b>\xEF\xBF\xBD\xEF\xBF\xBD", "<b>\xEF\xBF\xBD\xEF\xBF\xBD" },
	{ "raw extension", "101", "US", "101", "101", "101" },
	{ "no such plan", "+9991234567", "US", "+9991234567", "+9991234567",
	    "+9991234567" },
	{ "empty", "", "US", "", "", "" },
};

static void test_show(void **state)
{
	char out[PHONE_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(show_cases); i++) {
		const struct slice in = slice_from(show_cases[i].in);

		phone_national(in, out);
		assert_string_equal(out, show_cases[i].national);
		phone_international(in, out);
		assert_string_equal(out, show_cases[i].international);
		phone_show(in, show_cases[i].home, out);
		assert_string_equal(out, show_cases[i].shown);
	}
}

static void test_show_is_bounded(void **state)
{
	char in[200], out[PHONE_TEXT_MAX];

	(void)state;
	memset(in, 0xff, sizeof(in));
	phone_show(slice_of(in, sizeof(in)), "US", out);
	assert_true(strlen(out) < sizeof(out));
	phone_show(slice_of("a\0b", 3), "US", out);
	assert_true(strlen(out) >= 3);
}

static const struct {
	const char *in;
	const char *place;
} place_cases[] = {
	{ "+12125550100", "New York, NY" },
	{ "+14155550100", "San Francisco, CA" },
	{ "+13125550100", "Chicago, IL" },
	{ "+442079460018", "London" },
	{ "+4930901820", "Berlin" },
	{ "+33142685300", "Paris" },
	{ "anonymous", "" },
	{ "", "" },
};

static void test_whole(void **state)
{
	struct phone p = { .local = false };

	(void)state;
	assert_int_equal(phone_parse(SLICE("555 0101"), "US", &p), ERR_OK);
	assert_true(p.local);
	assert_int_equal(phone_parse_whole(SLICE("555 0101"), "US", &p),
	    ERR_SYNTAX);
	assert_int_equal(phone_parse_whole(SLICE("+1 555 0101"), "", &p),
	    ERR_SYNTAX);
	assert_int_equal(phone_parse_whole(SLICE("nobody"), "US", &p),
	    ERR_SYNTAX);
	assert_int_equal(phone_parse_whole(SLICE("415 555 0101"), "US", &p),
	    ERR_OK);
	assert_false(p.local);
	assert_string_equal(p.e164, "+14155550101");
}

static void test_place(void **state)
{
	char out[PHONE_PLACE_MAX];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(place_cases); i++) {
		phone_place(slice_from(place_cases[i].in), out);
		assert_string_equal(out, place_cases[i].place);
	}
	phone_country_name("US", out);
	assert_string_equal(out, "United States");
	phone_country_name("DE", out);
	assert_string_equal(out, "Germany");
	phone_country_name("", out);
	assert_string_equal(out, "");
}

static void test_is_e164(void **state)
{
	(void)state;
	assert_true(phone_is_e164(SLICE("+14155550100")));
	assert_true(phone_is_e164(SLICE("+123456789012345")));
	assert_false(phone_is_e164(SLICE("+1234567890123456")));
	assert_false(phone_is_e164(SLICE("14155550100")));
	assert_false(phone_is_e164(SLICE("+0155550100")));
	assert_false(phone_is_e164(SLICE("+1 415")));
	assert_false(phone_is_e164(SLICE("+")));
	assert_false(phone_is_e164(SLICE("")));
}

static void test_type_names(void **state)
{
	(void)state;
	for (int t = PHONE_UNKNOWN; t <= PHONE_VOICEMAIL; t++)
		assert_non_null(phone_type_name((enum phone_type)t));
	assert_string_equal(phone_type_name(PHONE_TOLL_FREE), "toll-free");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_show_is_bounded),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_place),
		cmocka_unit_test(test_is_e164),
		cmocka_unit_test(test_type_names),
	};

	return cmocka_run_group_tests_name("phone", tests, NULL, NULL);
}
