/* Tests of lib/base/clk. */
#include "lib/base/clk.h"
#include "lib/base/rnd.h"
#include "tests/support/cm.h"

static const struct {
	const char *why;
	const char *text;
	enum err want;
	int64_t us;
} cases[] = {
	{ "epoch", "1970-01-01T00:00:00.000000Z", ERR_OK, 0 },
	{ "before it", "1969-12-31T23:59:59.999999Z", ERR_OK, -1 },
	{ "leap day", "2024-02-29T12:00:00Z", ERR_OK,
	    INT64_C(1709208000000000) },
	{ "no leap day", "2023-02-29T12:00:00Z", ERR_RANGE, 0 },
	{ "century without", "1900-02-29T00:00:00Z", ERR_RANGE, 0 },
	{ "century with", "2000-02-29T00:00:00Z", ERR_OK,
	    INT64_C(951782400000000) },
	{ "offset east", "1970-01-01T05:30:00+05:30", ERR_OK, 0 },
	{ "offset west", "1969-12-31T19:00:00-05:00", ERR_OK, 0 },
	{ "fraction", "1970-01-01T00:00:00.5Z", ERR_OK, 500000 },
	{ "small letters", "1970-01-01t00:00:01z", ERR_OK, 1000000 },
	{ "blank for T", "1970-01-01 00:00:01Z", ERR_OK, 1000000 },
	{ "no zone", "1970-01-01T00:00:01", ERR_SYNTAX, 0 },
	{ "seven digits", "1970-01-01T00:00:00.1234567Z", ERR_SYNTAX, 0 },
	{ "empty fraction", "1970-01-01T00:00:00.Z", ERR_SYNTAX, 0 },
	{ "hour 24", "1970-01-01T24:00:00Z", ERR_RANGE, 0 },
	{ "leap second", "2016-12-31T23:59:60Z", ERR_RANGE, 0 },
	{ "month 13", "1970-13-01T00:00:00Z", ERR_RANGE, 0 },
	{ "short", "1970-1-01T00:00:00Z", ERR_SYNTAX, 0 },
	{ "left over", "1970-01-01T00:00:00Zx", ERR_SYNTAX, 0 },
	{ "sign in digits", "19-7-01-01T00:00:00Z", ERR_SYNTAX, 0 },
	{ "empty", "", ERR_SYNTAX, 0 },
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		int64_t us = 0;
		const enum err e =
		    clk_rfc3339_parse(slice_from(cases[i].text), &us);

		if (e != cases[i].want || us != cases[i].us)
			fail_msg("%s: \"%s\" gave %s", cases[i].why,
			    cases[i].text, err_name(e));
	}
}

static void test_round_trip(void **state)
{
	struct rnd_dice d;

	(void)state;
	rnd_seed(&d, 7);
	for (int i = 0; i < 20000; i++) {
		/* Years 1 to about 9000. */
		const int64_t us =
		    INT64_C(-62135596800000000) +
		    (int64_t)rnd_below(&d, UINT64_C(284000000000000000));
		const struct clk_civil c = clk_to_civil(us);
		char text[CLK_RFC3339_MAX];
		int64_t back;

		assert_int_equal(clk_from_civil(&c, &back), ERR_OK);
		assert_int_equal(back, us);
		clk_rfc3339(us, text);
		assert_int_equal(clk_rfc3339_parse(slice_from(text), &back),
		    ERR_OK);
		assert_int_equal(back, us);
	}
}

static void test_weekday_and_clamp(void **state)
{
	struct clk_civil c;

	(void)state;
	/* 2026-11-20 is a Friday; 1969-12-29 was a Monday. */
	c = clk_to_civil(INT64_C(1795132800000000));
	assert_int_equal(c.weekday, 4);
	c = clk_to_civil(-3 * RT_DAY_US);
	assert_int_equal(c.weekday, 0);
	assert_int_equal(clk_to_civil(INT64_MIN).year, 1);
	assert_int_equal(clk_to_civil(INT64_MAX).year, 9999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_weekday_and_clamp),
	};

	return cmocka_run_group_tests_name("clk", tests, NULL, NULL);
}
