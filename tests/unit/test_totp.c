/* Tests of lib/hash/totp against RFC 6238 appendix B and RFC 4648 10. */
#include <string.h>

#include "lib/hash/totp.h"
#include "tests/support/cm.h"

/* The RFC's secret is the ASCII text "12345678901234567890"; its codes have
 * eight digits, ours are the last six of them. */
static const uint8_t secret[] = "12345678901234567890";

static const struct {
	int64_t at_s;
	const char *code;
} known[] = {
	{ 59, "287082" },
	{ 1111111109, "081804" },
	{ 1111111111, "050471" },
	{ 1234567890, "005924" },
	{ 2000000000, "279037" },
	{ 20000000000, "353130" },
};

static void test_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(known); i++) {
		char code[TOTP_DIGITS + 1];
		uint64_t step = 0;

		assert_int_equal(totp_code(secret,
				     (uint64_t)known[i].at_s / TOTP_STEP_S,
				     code),
		    ERR_OK);
		assert_string_equal(code, known[i].code);
		assert_int_equal(totp_check(secret, slice_from(code),
				     known[i].at_s * RT_SEC_US, 0, &step),
		    ERR_OK);
		assert_int_equal(step, known[i].at_s / TOTP_STEP_S);
	}
}

static const struct {
	const char *why;
	const char *typed;
	int64_t late_s;
	uint64_t last; /* steps before the code's that were taken; 0: none */
	enum err want;
} cases[] = {
	{ "now", "050471", 0, 0, ERR_OK },
	{ "with a blank", "050 471", 0, 0, ERR_OK },
	{ "half a minute late", "050471", 30, 0, ERR_OK },
	{ "half a minute early", "050471", -30, 0, ERR_OK },
	{ "a minute late", "050471", 61, 0, ERR_AUTH },
	{ "a minute early", "050471", -62, 0, ERR_AUTH },
	{ "taken before", "050471", 0, 1111111111 / 30, ERR_AUTH },
	{ "a later one was taken", "050471", 0, 1111111111 / 30 + 1, ERR_AUTH },
	{ "an earlier one was taken", "050471", 0, 1111111111 / 30 - 1,
	    ERR_OK },
	{ "wrong", "050472", 0, 0, ERR_AUTH },
	{ "five digits", "50471", 0, 0, ERR_AUTH },
	{ "seven digits", "0504711", 0, 0, ERR_AUTH },
	{ "letters", "05o471", 0, 0, ERR_AUTH },
	{ "empty", "", 0, 0, ERR_AUTH },
};

static void test_check(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		uint64_t step = 0;
		const enum err e =
		    totp_check(secret, slice_from(cases[i].typed),
			(1111111111 + cases[i].late_s) * RT_SEC_US,
			cases[i].last, &step);

		if (e != cases[i].want)
			fail_msg("%s gave %s", cases[i].why, err_name(e));
		if (e != ERR_OK)
			assert_int_equal(step, 0);
	}
}

static void test_before_time(void **state)
{
	uint64_t step;

	(void)state;
	assert_int_equal(totp_check(secret, SLICE("000000"), 0, 0, &step),
	    ERR_AUTH);
	assert_int_equal(totp_check(secret, SLICE("000000"), -RT_DAY_US, 0,
			     &step),
	    ERR_AUTH);
}

static void test_base32(void **state)
{
	uint8_t one[TOTP_SECRET_BYTES], two[TOTP_SECRET_BYTES];
	char text[TOTP_BASE32_MAX];

	(void)state;
	totp_base32(secret, text);
	assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	memset(one, 0xff, sizeof(one));
	totp_base32(one, text);
	assert_string_equal(text, "77777777777777777777777777777777");
	totp_secret(one);
	totp_secret(two);
	assert_memory_not_equal(one, two, sizeof(one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_before_time),
		cmocka_unit_test(test_base32),
	};

	return cmocka_run_group_tests_name("totp", tests, NULL, NULL);
}
