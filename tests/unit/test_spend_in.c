/* Tests of lib/core/spend_in: files of spend as ad platforms export them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/core/spend_in.h"

static void test_good(void **state)
{
	static const char text[] =
	    "Campaign,Day,Impr.,Clicks,Currency code,Cost,Source,Medium\n"
	    "Spring sale,2026-10-01,\"1,204\",31,USD,\"1,250.50\",google,cpc\n"
	    ",2024-02-29,,,USD,0,,\n";
	static struct spend_in s;
	struct spend_in_row r;

	(void)state;
	assert_int_equal(spend_in_begin(&s, slice_from(text)), ERR_OK);
	assert_int_equal(spend_in_next(&s, &r), ERR_OK);
	assert_true(slice_eq_cstr(r.campaign, "Spring sale"));
	assert_true(slice_eq_cstr(r.day, "2026-10-01"));
	assert_true(slice_eq_cstr(r.source, "google"));
	assert_true(slice_eq_cstr(r.medium, "cpc"));
	assert_int_equal(r.keyword.n, 0);
	assert_int_equal(r.amount_micros, 1250500000);
	assert_int_equal(r.clicks, 31);
	assert_int_equal(r.impressions, 1204);
	assert_int_equal(spend_in_next(&s, &r), ERR_OK);
	assert_int_equal(r.amount_micros, 0);
	assert_int_equal(spend_in_next(&s, &r), ERR_NOTFOUND);
}

static const struct {
	const char *why;
	const char *in;
	enum err want;
} bad[] = {
	{ "empty", "", ERR_SYNTAX },
	{ "no day", "source,cost\n", ERR_SYNTAX },
	{ "no cost", "day,source\n", ERR_SYNTAX },
	{ "another way to write a day", "day,cost\n10/01/2026,1\n",
	    ERR_SYNTAX },
	{ "a day that is none", "day,cost\n2026-02-29,1\n", ERR_SYNTAX },
	{ "month 13", "day,cost\n2026-13-01,1\n", ERR_SYNTAX },
	{ "below zero", "day,cost\n2026-10-01,-1\n", ERR_SYNTAX },
	{ "no amount", "day,cost\n2026-10-01,\n", ERR_SYNTAX },
	{ "half a click", "day,cost,clicks\n2026-10-01,1,1.5\n", ERR_SYNTAX },
	{ "an open quote", "day,cost\n\"2026-10-01,1\n", ERR_SYNTAX },
	{ "a medium that is too long",
	    "day,cost,medium\n2026-10-01,1,"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
	    ERR_RANGE },
};

static void test_bad(void **state)
{
	static struct spend_in s;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(bad); i++) {
		struct spend_in_row r;
		enum err e = spend_in_begin(&s, slice_from(bad[i].in));

		while (e == ERR_OK)
			e = spend_in_next(&s, &r);
		if (e != bad[i].want || s.why[0] == '\0')
			fail_msg("%s: %s \"%s\"", bad[i].why, err_name(e),
			    s.why);
	}
}

/* As many characters as a call's campaign may have, in any script. */
static void test_long(void **state)
{
	static struct spend_in s;
	char text[1200];
	size_t n;

	(void)state;
	for (int more = 0; more < 2; more++) {
		struct spend_in_row r;

		n = (size_t)snprintf(text, sizeof(text),
		    "day,cost,campaign\n2026-10-01,1,");
		for (int i = 0; i < SPEND_IN_NAME_MAX + more; i++, n += 2)
			memcpy(text + n, "\xd0\xb6", 2);
		assert_int_equal(spend_in_begin(&s, slice_of(text, n)), ERR_OK);
		assert_int_equal(spend_in_next(&s, &r),
		    more == 0 ? ERR_OK : ERR_RANGE);
	}
}

static void test_day_near(void **state)
{
	/* 2026-11-29 05:00 */
	const int64_t now_us = INT64_C(1795928400) * RT_SEC_US;

	(void)state;
	assert_true(spend_in_day_near(SLICE("2026-11-29"), now_us));
	assert_true(spend_in_day_near(SLICE("2000-01-01"), now_us));
	assert_false(spend_in_day_near(SLICE("1999-12-31"), now_us));
	assert_true(spend_in_day_near(SLICE("2027-11-30"), now_us));
	assert_false(spend_in_day_near(SLICE("2027-12-01"), now_us));
	assert_false(spend_in_day_near(SLICE("9999-12-31"), now_us));
}

static void test_wrongs(void **state)
{
	static struct spend_in s;
	const int64_t now_us = INT64_C(1795928400) * RT_SEC_US;
	struct spend_in_wrong w[3];

	(void)state;
	assert_int_equal(spend_in_wrongs(&s, SLICE("day,cost\n2026-10-31,1\n"),
			     now_us, w, 3),
	    0);
	assert_int_equal(spend_in_wrongs(&s, SLICE("day\nx\n"), now_us, w, 3),
	    1);
	assert_int_equal(w[0].row, 1);
	assert_int_equal(spend_in_wrongs(&s,
			     SLICE("day,cost\nx,1\n2026-10-31,1\n2099-01-01,1\n"
				   "2026-10-31,y\n2026-10-31,z\n"),
			     now_us, w, 3),
	    3);
	assert_int_equal(w[0].row, 2);
	assert_int_equal(w[1].row, 4);
	assert_string_equal(w[1].why, SPEND_IN_FAR);
	assert_int_equal(w[2].row, 5);
	/* Nothing is known behind a row that is no CSV. */
	assert_int_equal(spend_in_wrongs(&s,
			     SLICE("day,cost\n\"2026-10-31\"x,1\ny,1\n"),
			     now_us, w, 3),
	    1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_day_near),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_wrongs),
	};

	return cmocka_run_group_tests_name("spend_in", tests, NULL, NULL);
}
