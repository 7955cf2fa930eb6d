/* Tests of cgi/page/page_pool_days: hours of UTC as days of a zone, over a
 * change of clocks and in a zone that is half an hour off. */
#include <string.h>

#include "cgi/page/page_pool_days.h"
#include "lib/base/clk.h"
#include "tests/support/cm.h"

#define HOURS (9 * 24)

static int64_t utc(const char *rfc3339)
{
	int64_t us = 0;

	assert_int_equal(clk_rfc3339_parse(slice_from(rfc3339), &us), ERR_OK);
	return us;
}

static const struct {
	const char *why;
	const char *zone;
	const char *last; /* hour of the list */
	const char *day;  /* looked at */
	uint32_t hours;
	const char *first; /* hour of that day */
} cases[] = {
	{ "an ordinary day", "Europe/Berlin", "2026-10-28T12:00:00Z",
	    "2026-10-27", 24, "2026-10-26T23:00:00Z" },
	{ "clocks go back", "Europe/Berlin", "2026-10-28T12:00:00Z",
	    "2026-10-25", 25, "2026-10-24T22:00:00Z" },
	{ "clocks go forward", "Europe/Berlin", "2026-03-31T12:00:00Z",
	    "2026-03-29", 23, "2026-03-28T23:00:00Z" },
	{ "clocks go back, west", "America/New_York", "2026-11-03T03:00:00Z",
	    "2026-11-01", 25, "2026-11-01T04:00:00Z" },
	{ "at midnight itself", "America/Santiago", "2026-09-08T12:00:00Z",
	    "2026-09-06", 23, "2026-09-06T04:00:00Z" },
	{ "half an hour off", "Asia/Kolkata", "2026-10-28T12:00:00Z",
	    "2026-10-25", 24, "2026-10-24T19:00:00Z" },
	{ "half an hour of summer", "Australia/Lord_Howe",
	    "2026-10-06T12:00:00Z", "2026-10-04", 23, "2026-10-03T14:00:00Z" },
	{ "the day that runs", "Europe/Berlin", "2026-10-28T12:00:00Z",
	    "2026-10-28", 14, "2026-10-27T23:00:00Z" },
};

/* Each hour has one visit, the one looked at is told by its peak. */
static void check(size_t i)
{
	static struct page_pool_hour hours[HOURS];
	struct page_pool_day days[PAGE_POOL_DAYS];
	const int64_t last_us = utc(cases[i].last),
		      first_us = utc(cases[i].first);
	char text[TZ_TEXT_MAX];
	struct tz *z = NULL;
	size_t n = 0;
	bool found = false;

	memset(hours, 0, sizeof(hours));
	for (size_t k = 0; k < HOURS; k++) {
		struct page_pool_hour *h = &hours[k];

		h->at_us = last_us - (int64_t)(HOURS - 1 - k) * RT_HOUR_US;
		h->leases = 1;
		h->numbers = 9;
		h->span_s = 3600;
		h->held_s = 1800;
		h->given.full = 2;
		h->peak = h->at_us == first_us ? 9 : 3;
	}
	assert_int_equal(tz_open(slice_from(cases[i].zone), &z), ERR_OK);
	assert_int_equal(page_pool_days(z, hours, HOURS, days, &n), ERR_OK);
	tz_close(z);
	assert_int_equal(n, PAGE_POOL_DAYS);
	for (size_t k = 0; k < n; k++) {
		const struct page_pool_day *d = &days[k];
		bool it;

		tz_date_iso(d->date, text);
		it = strcmp(text, cases[i].day) == 0;
		found = found || it;
		if (it && (d->hours != cases[i].hours || !d->full))
			fail_msg("%s: %u hours", cases[i].why,
			    (unsigned int)d->hours);
		assert_true(it || !d->full);
		assert_int_equal(d->visits, d->hours);
		assert_int_equal(d->turned_away, 2 * d->hours);
		assert_int_equal(d->span_s, d->hours * 3600);
		assert_int_equal(d->held_s, d->hours * 1800);
	}
	if (!found)
		fail_msg("%s: no such day", cases[i].why);
}

static void test_days(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		check(i);
}

/* A list that begins within a day has a part of it, which says where it
 * begins; no hour is in no day. */
static void test_short(void **state)
{
	struct page_pool_hour hours[30];
	struct page_pool_day days[PAGE_POOL_DAYS];
	struct tz *z = NULL;
	size_t n = 7;

	(void)state;
	memset(hours, 0, sizeof(hours));
	for (size_t k = 0; k < 30; k++)
		hours[k].at_us =
		    utc("2026-10-20T10:00:00Z") + (int64_t)k * RT_HOUR_US;
	assert_int_equal(tz_open(SLICE("UTC"), &z), ERR_OK);
	assert_int_equal(page_pool_days(z, hours, 30, days, &n), ERR_OK);
	assert_int_equal(n, 2);
	assert_int_equal(days[0].hours, 16);
	assert_true(days[0].whole);
	assert_int_equal(days[1].hours, 14);
	assert_false(days[1].whole);
	assert_int_equal(days[1].from_us, utc("2026-10-20T10:00:00Z"));
	assert_int_equal(page_pool_days(z, hours + 14, 16, days, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_true(days[0].whole);
	assert_int_equal(page_pool_days(z, hours, 0, days, &n), ERR_OK);
	assert_int_equal(n, 0);
	tz_close(z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_short),
	};

	return cmocka_run_group_tests_name("page_pool_days", tests, NULL, NULL);
}
