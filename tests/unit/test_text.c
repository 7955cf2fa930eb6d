/* Tests of lib/base/hex and lib/base/utf8. */
#include <string.h>

#include "lib/base/hex.h"
#include "lib/base/utf8.h"
#include "tests/support/cm.h"

static void test_hex(void **state)
{
	unsigned char all[256], back[256];
	char text[513];

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)i;
	hex_encode(all, sizeof(all), text);
	assert_int_equal(strlen(text), 512);
	assert_int_equal(hex_decode(slice_from(text), back, 256), ERR_OK);
	assert_memory_equal(all, back, 256);
	assert_int_equal(hex_decode(SLICE("AbCd"), back, 2), ERR_OK);
	assert_int_equal(back[0], 0xab);
	assert_int_equal(hex_decode(SLICE("abc"), back, 1), ERR_SYNTAX);
	assert_int_equal(hex_decode(SLICE("ab"), back, 2), ERR_SYNTAX);
	assert_int_equal(hex_decode(SLICE("0g"), back, 1), ERR_SYNTAX);
	for (int c = 0; c < 256; c++) {
		const char *hit =
		    c == 0 ? NULL : strchr("0123456789abcdefABCDEF", c);

		assert_int_equal(hex_value((char)c) >= 0, hit != NULL);
	}
}

static const struct {
	const char *why;
	const char *in;
	bool valid;
	size_t count;
} utf8_cases[] = {
	{ "ascii", "abc", true, 3 },
	{ "two bytes", "\xc3\xa9", true, 1 },
	{ "euro", "\xe2\x82\xac", true, 1 },
	{ "emoji", "\xf0\x9f\x98\x80", true, 1 },
	{ "largest", "\xf4\x8f\xbf\xbf", true, 1 },
	{ "beyond", "\xf4\x90\x80\x80", false, 4 },
	{ "overlong slash", "\xc0\xaf", false, 2 },
	{ "overlong three", "\xe0\x80\xaf", false, 3 },
	{ "surrogate", "\xed\xa0\x80", false, 3 },
	{ "lonely tail", "\x80", false, 1 },
	{ "cut", "\xe2\x82", false, 2 },
	{ "tail missing", "\xc3(", false, 2 },
	{ "never used", "\xfe\xff", false, 2 },
	{ "empty", "", true, 0 },
};

static void test_utf8(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(utf8_cases); i++) {
		const struct slice s = slice_from(utf8_cases[i].in);
		struct buf out;

		if (utf8_valid(s) != utf8_cases[i].valid ||
		    utf8_count(s) != utf8_cases[i].count)
			fail_msg("%s", utf8_cases[i].why);
		buf_init(&out, 100);
		utf8_clean(s, &out);
		assert_true(utf8_valid(buf_slice(&out)));
		assert_int_equal(utf8_count(buf_slice(&out)),
		    utf8_cases[i].count);
		buf_fini(&out);
	}
}

static void test_utf8_small(void **state)
{
	static const struct {
		const char *in;
		const char *want;
	} cases[] = {
		{ "Passwort ÄÖÜ 2", "passwort äöü 2" },
		{ "ПАРОЛЬ Ёлка Їжак", "пароль ёлка їжак" },
		{ "ΚΩΔΙΚΟΣ Ώρα ός", "κωδικοσ ώρα όσ" },
		{ "Ắ 密码 \xf0\x9f\x98\x80", "ắ 密码 \xf0\x9f\x98\x80" },
		{ "A\xff\xd0", "a\xff\xd0" },
		{ "", "" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const struct slice got =
		    utf8_small(slice_from(cases[i].in), out);

		if (!slice_eq_cstr(got, cases[i].want))
			fail_msg("%s: %.*s", cases[i].in, (int)got.n, got.p);
	}
}

static void test_utf8_head(void **state)
{
	const struct slice s = SLICE(
	    "a\xe2\x82\xac"
	    "b");

	(void)state;
	assert_int_equal(utf8_head(s, 0).n, 0);
	assert_int_equal(utf8_head(s, 1).n, 1);
	assert_int_equal(utf8_head(s, 2).n, 1);
	assert_int_equal(utf8_head(s, 3).n, 1);
	assert_int_equal(utf8_head(s, 4).n, 4);
	assert_int_equal(utf8_head(s, 99).n, 5);
}

static const struct {
	const char *in, *part;
	bool has;
} case_cases[] = {
	{ "Bay City Plumbing", "city", true },
	{ "Bay City Plumbing", "", true },
	{ "", "", true },
	{ "", "a", false },
	{ "city", "cityx", false },
	{ "Ökostrom GmbH", "ökos", true },
	{ "Schäfer & Söhne", "SCHÄFER", true },
	{ "Schäfer", "schafer", false },
	{ "×", "÷", false }, /* between the letters, and no letters */
	{ "ŁÓDŹ Ÿ", "łódź", true },
	{ "Žižkov Ĳ", "žIŽKOV ĳ", true },
	{ "ΣΟΦΟΣ", "σοφος", true },
	{ "Σοφός", "ΣΟΦΌΣ", true },
	{ "Ёлка и Щука", "ёлка И щУ", true },
	{ "Đặng", "ĐẶNG", true },
	{ "a\xff\xc3", "\xff", true },
	{ "\xc3\xa4", "\xa4", false }, /* half of a character */
	{ "aab", "AB", true },
};

static void test_either_case(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(case_cases); i++)
		if (utf8_has_case(slice_from(case_cases[i].in),
			slice_from(case_cases[i].part)) != case_cases[i].has)
			fail_msg("\"%s\" in \"%s\"", case_cases[i].part,
			    case_cases[i].in);
}

/* Each before the next. */
static const char *const in_order[] = { "", "1", "\xc3\x84gypten", "apple",
	"Bob",
	"\xc3\x87"
	"a",
	"cb",
	"E\xcc\x81"
	"a",
	"eb",
	"\xc3\xa9"
	"c",
	"\xc5\x81\xc3\xb3"
	"d\xc5\xba",
	"lz", "\xc3\x98", "ob", "\xc5\xbd", "zz", "\xce\x91", "\xd0\x90",
	"\xe6\x97\xa5", "\xff" };

static void test_order_of_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(in_order); i++)
		for (size_t k = 0; k < RT_ARRAY_LEN(in_order); k++) {
			const int want = i < k ? -1 : i > k;

			if (utf8_cmp_name(slice_from(in_order[i]),
				slice_from(in_order[k])) != want)
				fail_msg("\"%s\" and \"%s\"", in_order[i],
				    in_order[k]);
		}
	assert_int_equal(utf8_cmp_name(SLICE("Z\xc3\x9crich"), SLICE("zurich")),
	    0);
}

static void test_clean_controls(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 100);
	utf8_clean(slice_of("a\0\t\n\x1b\x7f", 6), &out);
	assert_true(slice_eq_cstr(buf_slice(&out),
	    "a\xef\xbf\xbd\t\n\xef\xbf\xbd\xef\xbf\xbd"));
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_utf8_head),
		cmocka_unit_test(test_utf8_small),
		cmocka_unit_test(test_either_case),
		cmocka_unit_test(test_order_of_names),
		cmocka_unit_test(test_clean_controls),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
