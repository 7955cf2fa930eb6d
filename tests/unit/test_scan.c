/* Tests of lib/base/scan. */
#include "lib/base/scan.h"
#include "tests/support/cm.h"

static const struct {
	const char *why;
	const char *in;
	enum err want;
	uint64_t value;
	const char *rest;
} u64_cases[] = {
	{ "plain", "12", ERR_OK, 12, "" },
	{ "stops at a letter", "12a", ERR_OK, 12, "a" },
	{ "leading zeros", "007", ERR_OK, 7, "" },
	{ "largest", "18446744073709551615", ERR_OK, UINT64_MAX, "" },
	{ "one too large", "18446744073709551616", ERR_RANGE, 0, "" },
	{ "far too large", "99999999999999999999999", ERR_RANGE, 0, "" },
	{ "no digit", "a", ERR_SYNTAX, 0, "" },
	{ "empty", "", ERR_SYNTAX, 0, "" },
	{ "sign is not a digit", "-1", ERR_SYNTAX, 0, "" },
};

static void test_u64(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(u64_cases); i++) {
		const struct slice in = slice_from(u64_cases[i].in);
		struct slice s = in;
		uint64_t v = 0;
		const enum err e = scan_u64(&s, &v);

		if (e != u64_cases[i].want || v != u64_cases[i].value)
			fail_msg("%s: \"%s\" gave %s", u64_cases[i].why,
			    u64_cases[i].in, err_name(e));
		if (e == ERR_OK)
			assert_true(slice_eq_cstr(s, u64_cases[i].rest));
		else
			assert_true(s.p == in.p && s.n == in.n);
	}
}

static void test_widths(void **state)
{
	struct slice s = SLICE("65535");
	uint16_t u16 = 0;
	uint32_t u32 = 0;

	(void)state;
	assert_int_equal(scan_u16(&s, &u16), ERR_OK);
	assert_int_equal(u16, 65535);
	s = SLICE("65536");
	assert_int_equal(scan_u16(&s, &u16), ERR_RANGE);
	assert_int_equal(u16, 65535);
	s = SLICE("4294967295");
	assert_int_equal(scan_u32(&s, &u32), ERR_OK);
	s = SLICE("4294967296");
	assert_int_equal(scan_u32(&s, &u32), ERR_RANGE);
	assert_int_equal(u32, UINT32_MAX);
}

static const struct {
	const char *in;
	enum err want;
	int64_t value;
} i64_cases[] = {
	{ "5", ERR_OK, 5 },
	{ "-5", ERR_OK, -5 },
	{ "-0", ERR_OK, 0 },
	{ "9223372036854775807", ERR_OK, INT64_MAX },
	{ "9223372036854775808", ERR_RANGE, 0 },
	{ "-9223372036854775808", ERR_OK, INT64_MIN },
	{ "-9223372036854775809", ERR_RANGE, 0 },
	{ "-", ERR_SYNTAX, 0 },
	{ "--1", ERR_SYNTAX, 0 },
};

static void test_i64(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(i64_cases); i++) {
		struct slice s = slice_from(i64_cases[i].in);
		int64_t v = 0;
		const enum err e = scan_i64(&s, &v);

		if (e != i64_cases[i].want || v != i64_cases[i].value)
			fail_msg("\"%s\" gave %s", i64_cases[i].in,
			    err_name(e));
	}
}

/* RFC 3261 25.1: token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" /
 * "+" / "`" / "'" / "~"), checked for all 256 bytes. */
static void test_token_chars(void **state)
{
	static const char extra[] = "-.!%*_+`'~";

	(void)state;
	for (int c = 0; c < 256; c++) {
		bool want = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			    (c >= 'A' && c <= 'Z');

		for (size_t i = 0; i < sizeof(extra) - 1; i++)
			want = want || c == extra[i];
		if (scan_is_token_char((char)c) != want)
			fail_msg("byte %d", c);
	}
}

static void test_pieces(void **state)
{
	struct slice s = SLICE("Via \t: x"), out;

	(void)state;
	assert_int_equal(scan_lit(&s, SLICE("via")), ERR_SYNTAX);
	assert_int_equal(scan_lit_case(&s, SLICE("via")), ERR_OK);
	assert_int_equal(scan_blanks(&s), ERR_OK);
	assert_int_equal(scan_blanks(&s), ERR_SYNTAX);
	assert_int_equal(scan_byte(&s, ';'), ERR_SYNTAX);
	assert_int_equal(scan_byte(&s, ':'), ERR_OK);
	scan_skip_blanks(&s);
	assert_int_equal(scan_until(&s, ';', &out), ERR_SYNTAX);
	assert_int_equal(scan_token(&s, &out), ERR_OK);
	assert_true(slice_eq_cstr(out, "x"));
	assert_int_equal(scan_token(&s, &out), ERR_SYNTAX);
	s = SLICE("a=b;c");
	assert_int_equal(scan_until(&s, ';', &out), ERR_OK);
	assert_true(slice_eq_cstr(out, "a=b"));
	assert_true(slice_eq_cstr(s, ";c"));
}

static void test_whole(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_int_equal(scan_whole_u64(SLICE("10"), 10, &v), ERR_OK);
	assert_int_equal(v, 10);
	assert_int_equal(scan_whole_u64(SLICE("11"), 10, &v), ERR_RANGE);
	assert_int_equal(scan_whole_u64(SLICE("1 "), 10, &v), ERR_SYNTAX);
	assert_int_equal(scan_whole_u64(SLICE(""), 10, &v), ERR_SYNTAX);
	assert_int_equal(scan_whole_u64(SLICE("9"), 4, &v), ERR_RANGE);
	assert_int_equal(v, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_u64),
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_i64),
		cmocka_unit_test(test_token_chars),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_whole),
	};

	return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
