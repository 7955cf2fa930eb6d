/* Tests of lib/phone/tz: summer time both ways, odd zones, day boundaries,
 * what became another time since; zones without files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "lib/base/clk.h"
#include "lib/phone/tz.h"
#include "tests/support/fail_alloc.h"

static int64_t utc(const char *rfc3339)
{
	int64_t us = 0;

	assert_int_equal(clk_rfc3339_parse(slice_from(rfc3339), &us), ERR_OK);
	return us;
}

static struct tz *zone(const char *name)
{
	struct tz *z = NULL;

	if (tz_open(slice_from(name), &z) != ERR_OK)
		fail_msg("zone %s", name);
	return z;
}

static void test_names(void **state)
{
	struct tz *z = NULL;

	(void)state;
	assert_true(tz_valid(SLICE("America/New_York")));
	assert_true(tz_valid(SLICE("Europe/Berlin")));
	assert_true(tz_valid(SLICE("UTC")));
	assert_true(tz_valid(SLICE("Etc/GMT+5")));
	assert_false(tz_valid(SLICE("")));
	assert_false(tz_valid(SLICE("Mars/Olympus")));
	assert_false(tz_valid(SLICE("GMT+05:30")));
	assert_false(tz_valid(SLICE("../../etc/passwd")));
	assert_false(tz_valid(slice_of("UTC\0x", 5)));
	/* The folder's own, and folders. */
	assert_false(tz_valid(SLICE("/Europe/Berlin")));
	assert_false(tz_valid(SLICE("America")));
	assert_false(tz_valid(SLICE("America/")));
	assert_false(tz_valid(SLICE("localtime")));
	assert_false(tz_valid(SLICE("right/Europe/Berlin")));
	assert_false(tz_valid(SLICE("posix/UTC")));
	assert_false(tz_valid(SLICE("zone1970")));
	/* What was a name once is in forms that were saved then. */
	assert_true(tz_valid(SLICE("PST")));
	assert_true(tz_valid(SLICE("IST")));
	assert_int_equal(tz_open(SLICE("Nowhere"), &z), ERR_NOTFOUND);
	assert_null(z);
	tz_close(NULL);
}

static const struct {
	const char *why;
	const char *zone;
	const char *utc;
	const char *text;
} local_cases[] = {
	{ "winter", "Europe/Berlin", "2026-11-20T13:34:05Z",
	    "Fri 20 Nov 2026, 14:34:05 UTC+1" },
	{ "summer", "Europe/Berlin", "2026-07-01T22:30:00Z",
	    "Thu 2 Jul 2026, 00:30:00 UTC+2" },
	{ "last second before spring", "America/New_York",
	    "2026-03-08T06:59:59Z", "Sun 8 Mar 2026, 01:59:59 UTC-5" },
	{ "first second of summer time", "America/New_York",
	    "2026-03-08T07:00:00Z", "Sun 8 Mar 2026, 03:00:00 UTC-4" },
	{ "autumn, first 01:30", "America/New_York", "2026-11-01T05:30:00Z",
	    "Sun 1 Nov 2026, 01:30:00 UTC-4" },
	{ "autumn, second 01:30", "America/New_York", "2026-11-01T06:30:00Z",
	    "Sun 1 Nov 2026, 01:30:00 UTC-5" },
	{ "half hour", "Asia/Kolkata", "2026-01-01T00:00:00Z",
	    "Thu 1 Jan 2026, 05:30:00 UTC+5:30" },
	{ "quarter", "Asia/Kathmandu", "2026-01-01T00:00:00Z",
	    "Thu 1 Jan 2026, 05:45:00 UTC+5:45" },
	{ "half hour of summer time", "Australia/Lord_Howe",
	    "2026-01-01T00:00:00Z", "Thu 1 Jan 2026, 11:00:00 UTC+11" },
	{ "no summer time since 2022", "America/Mexico_City",
	    "2026-07-01T12:00:00Z", "Wed 1 Jul 2026, 06:00:00 UTC-6" },
	{ "summer time again since 2023", "Africa/Cairo",
	    "2026-07-01T12:00:00Z", "Wed 1 Jul 2026, 15:00:00 UTC+3" },
	{ "another half of the country since 2024", "Asia/Almaty",
	    "2026-07-01T12:00:00Z", "Wed 1 Jul 2026, 17:00:00 UTC+5" },
	{ "summer all year since 2024", "America/Asuncion",
	    "2026-07-01T12:00:00Z", "Wed 1 Jul 2026, 09:00:00 UTC-3" },
	{ "before the first of its changes", "Africa/Lagos",
	    "1901-01-01T00:00:00Z", "Tue 1 Jan 1901, 00:13:35 UTC+0:13" },
	{ "by a rule, long after the last of them", "America/New_York",
	    "2199-07-01T12:00:00Z", "Mon 1 Jul 2199, 08:00:00 UTC-4" },
	{ "the rule of the south", "Australia/Sydney", "2199-01-01T00:00:00Z",
	    "Tue 1 Jan 2199, 11:00:00 UTC+11" },
	{ "a name of before", "PST", "2026-07-01T12:00:00Z",
	    "Wed 1 Jul 2026, 05:00:00 UTC-7" },
	{ "before 1970", "Europe/London", "1969-07-20T20:17:40Z",
	    "Sun 20 Jul 1969, 21:17:40 UTC+1" },
};

static void test_local(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(local_cases); i++) {
		struct tz *z = zone(local_cases[i].zone);
		char out[TZ_TEXT_MAX];

		tz_text_long(z, utc(local_cases[i].utc), out);
		if (strcmp(out, local_cases[i].text) != 0)
			fail_msg("%s: %s", local_cases[i].why, out);
		tz_close(z);
	}
}

static const struct {
	const char *why;
	const char *zone;
	struct tz_date day;
	const char *start;
	int hours;
} day_cases[] = {
	{ "plain", "America/New_York", { 2026, 11, 20 }, "2026-11-20T05:00:00Z",
	    24 },
	{ "short", "America/New_York", { 2026, 3, 8 }, "2026-03-08T05:00:00Z",
	    23 },
	{ "long", "America/New_York", { 2026, 11, 1 }, "2026-11-01T04:00:00Z",
	    25 },
	{ "begins at 01:00", "America/Sao_Paulo", { 2017, 10, 15 },
	    "2017-10-15T03:00:00Z", 23 },
	{ "23:00 comes twice the day before", "America/Sao_Paulo",
	    { 2018, 2, 17 }, "2018-02-17T02:00:00Z", 25 },
	{ "00:00 comes twice", "America/Havana", { 2026, 11, 1 },
	    "2026-11-01T04:00:00Z", 25 },
	{ "begins at 01:00, since 2023", "Africa/Cairo", { 2026, 4, 24 },
	    "2026-04-23T22:00:00Z", 23 },
	{ "23:00 comes twice, since 2023", "Africa/Cairo", { 2026, 10, 29 },
	    "2026-10-28T21:00:00Z", 25 },
	{ "ends at 23:00, since 2024", "America/Nuuk", { 2026, 3, 28 },
	    "2026-03-28T02:00:00Z", 23 },
	{ "east", "Pacific/Auckland", { 2026, 1, 1 }, "2025-12-31T11:00:00Z",
	    24 },
	{ "UTC", "UTC", { 2024, 2, 29 }, "2024-02-29T00:00:00Z", 24 },
};

static void test_days(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(day_cases); i++) {
		struct tz *z = zone(day_cases[i].zone);
		int64_t start = 0, next = 0;
		struct tz_date back;
		char text[CLK_RFC3339_MAX];

		assert_int_equal(tz_day_start(z, day_cases[i].day, &start),
		    ERR_OK);
		assert_int_equal(tz_day_start(z,
				     tz_date_add(day_cases[i].day, 1), &next),
		    ERR_OK);
		clk_rfc3339(start, text);
		if (start != utc(day_cases[i].start) ||
		    next - start != day_cases[i].hours * RT_HOUR_US)
			fail_msg("%s: starts %s, %d hours", day_cases[i].why,
			    text, (int)((next - start) / RT_HOUR_US));
		assert_int_equal(tz_day_of(z, start, &back), ERR_OK);
		assert_int_equal(tz_date_diff(back, day_cases[i].day), 0);
		assert_int_equal(tz_day_of(z, start - 1, &back), ERR_OK);
		assert_int_equal(tz_date_diff(back, day_cases[i].day), 1);
		tz_close(z);
	}
}

static void test_round_trip(void **state)
{
	static const char *const zones[] = { "America/New_York",
		"Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe" };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(zones); i++) {
		struct tz *z = zone(zones[i]);

		/* Every 7 hours through two years: only the second of two
		 * equal wall times may come back earlier. */
		for (int64_t t = utc("2025-01-01T00:00:00Z");
		     t < utc("2027-01-01T00:00:00Z"); t += 7 * RT_HOUR_US) {
			struct tz_time local;
			int64_t back = 0;

			assert_int_equal(tz_local(z, t, &local), ERR_OK);
			assert_int_equal(tz_utc(z, &local, &back), ERR_OK);
			if (back != t && t - back != RT_HOUR_US &&
			    t - back != RT_HOUR_US / 2)
				fail_msg("%s: %lld", zones[i], (long long)t);
		}
		tz_close(z);
	}
}

static void test_gap_and_range(void **state)
{
	struct tz *z = zone("America/New_York");
	struct tz_time t = { .date = { 2026, 3, 8 }, .hour = 2, .minute = 30 };
	int64_t us = 0;

	(void)state;
	assert_int_equal(tz_utc(z, &t, &us), ERR_OK);
	assert_int_equal(us, utc("2026-03-08T07:00:00Z"));
	t.date.day = 32;
	assert_int_equal(tz_utc(z, &t, &us), ERR_RANGE);
	t.date = (struct tz_date){ 2026, 2, 29 };
	assert_int_equal(tz_utc(z, &t, &us), ERR_RANGE);
	t.date = (struct tz_date){ 1899, 1, 1 };
	assert_int_equal(tz_utc(z, &t, &us), ERR_RANGE);
	assert_int_equal(tz_local(z, INT64_MIN, &t), ERR_RANGE);
	assert_int_equal(tz_local(z, INT64_MAX, &t), ERR_OK);
	tz_close(z);
}

/* Samoa went over the date line: 30 December 2011 was left out. */
static void test_no_such_day(void **state)
{
	struct tz *z = zone("Pacific/Apia");
	struct tz_time t = { .date = { 2011, 12, 30 }, .hour = 15 };
	int64_t us = 0;

	(void)state;
	assert_int_equal(tz_utc(z, &t, &us), ERR_OK);
	assert_int_equal(us, utc("2011-12-30T10:00:00Z"));
	t.date.day = 29;
	assert_int_equal(tz_utc(z, &t, &us), ERR_OK);
	assert_int_equal(us, utc("2011-12-30T01:00:00Z"));
	tz_close(z);
}

struct changes {
	size_t n;
	int64_t at_s[8];
	int32_t offset_s[8];
};

static void tell(void *arg, int64_t at_s, int32_t offset_s)
{
	struct changes *c = arg;

	assert_true(c->n < RT_ARRAY_LEN(c->at_s));
	c->at_s[c->n] = at_s;
	c->offset_s[c->n++] = offset_s;
}

static void test_changes(void **state)
{
	struct changes c = { .n = 0 };
	struct tz *z = zone("America/Mexico_City");
	int32_t first = 0;

	(void)state;
	assert_int_equal(tz_changes(z, utc("2021-12-01T00:00:00Z"),
			     utc("2050-01-01T00:00:00Z"), &first, tell, &c),
	    ERR_OK);
	assert_int_equal(first, -6 * 3600);
	assert_int_equal(c.n, 2); /* the last summer time */
	assert_int_equal(c.at_s[0] * RT_SEC_US, utc("2022-04-03T08:00:00Z"));
	assert_int_equal(c.offset_s[0], -5 * 3600);
	assert_int_equal(c.at_s[1] * RT_SEC_US, utc("2022-10-30T07:00:00Z"));
	assert_int_equal(c.offset_s[1], -6 * 3600);
	tz_close(z);
}

/* Nobody can open a file, and all zones are there. */
static void test_taken_along(void **state)
{
	static const char *const names[] = { "Europe/Berlin",
		"America/Argentina/ComodRivadavia", "EST5EDT", "PST" };
	static const int hours[] = { 14, 9, 8, 5 };
	struct rlimit old, none;
	struct tz_file_all *all;
	struct tz *z = NULL;

	(void)state;
	assert_int_equal(tz_file_all(&all), ERR_OK);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = (struct rlimit){ 0, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++) {
		const struct slice name = slice_from(names[i]);
		struct tz_time t;

		assert_int_equal(tz_open(name, &z), ERR_IO); /* not: no such */
		if (tz_open_of(all, name, &z) != ERR_OK)
			fail_msg("%s", names[i]);
		assert_int_equal(tz_local(z, utc("2026-07-01T12:00:00Z"), &t),
		    ERR_OK);
		assert_int_equal(t.hour, hours[i]);
		tz_close(z);
	}
	z = NULL;
	assert_int_equal(tz_open_of(all, SLICE("America"), &z), ERR_NOTFOUND);
	assert_int_equal(tz_open_of(all, SLICE("localtime"), &z), ERR_NOTFOUND);
	assert_int_equal(tz_open(SLICE("UTC"), &z), ERR_OK);
	tz_close(z);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	tz_file_forget(all);
	tz_file_forget(NULL);
}

static void test_short(void **state)
{
	struct tz *z = zone("America/New_York");
	const int64_t now = utc("2026-11-20T14:00:00Z"); /* 09:00 there */
	char out[TZ_TEXT_MAX];

	(void)state;
	tz_text_short(z, utc("2026-11-20T13:05:59Z"), now, out);
	assert_string_equal(out, "Today 08:05");
	tz_text_short(z, utc("2026-11-20T04:59:59Z"), now, out);
	assert_string_equal(out, "Yesterday 23:59");
	tz_text_short(z, utc("2026-03-01T17:00:00Z"), now, out);
	assert_string_equal(out, "1 Mar 12:00");
	tz_text_short(z, utc("2025-12-31T17:00:00Z"), now, out);
	assert_string_equal(out, "31 Dec 2025 12:00");
	tz_text_short(z, utc("2026-11-21T17:00:00Z"), now, out);
	assert_string_equal(out, "21 Nov 12:00");
	tz_text_clock(z, utc("2026-11-20T13:05:59Z"), out);
	assert_string_equal(out, "08:05");
	tz_text_clock_s(z, utc("2026-11-20T13:05:59Z"), out);
	assert_string_equal(out, "08:05:59");
	tz_close(z);
}

static const struct {
	const char *why;
	const char *in;
	enum err want;
} date_cases[] = {
	{ "plain", "2026-11-20", ERR_OK },
	{ "leap day", "2024-02-29", ERR_OK },
	{ "no leap year", "2026-02-29", ERR_RANGE },
	{ "month 13", "2026-13-01", ERR_RANGE },
	{ "too early", "1899-12-31", ERR_RANGE },
	{ "one digit", "2026-1-01", ERR_SYNTAX },
	{ "trailing", "2026-11-20x", ERR_SYNTAX },
	{ "sign", "+026-11-20", ERR_SYNTAX },
	{ "empty", "", ERR_SYNTAX },
};

static void test_dates(void **state)
{
	struct tz_date d = { 0, 0, 0 };
	char out[TZ_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(date_cases); i++) {
		const enum err e =
		    tz_date_parse(slice_from(date_cases[i].in), &d);

		if (e != date_cases[i].want)
			fail_msg("%s: %s", date_cases[i].why, err_name(e));
	}
	d = tz_date_add((struct tz_date){ 2024, 2, 28 }, 2);
	tz_date_iso(d, out);
	assert_string_equal(out, "2024-03-01");
	tz_date_short(d, out);
	assert_string_equal(out, "1 Mar");
	tz_date_month(d, out);
	assert_string_equal(out, "Mar 2024");
	tz_date_long(d, out);
	assert_string_equal(out, "Fri 1 Mar 2024");
	d = tz_date_add((struct tz_date){ 1970, 1, 1 }, -1);
	tz_date_iso(d, out);
	assert_string_equal(out, "1969-12-31");
	assert_int_equal(tz_date_diff((struct tz_date){ 2026, 11, 20 },
			     (struct tz_date){ 2026, 12, 1 }),
	    11);
	assert_int_equal(tz_date_weekday((struct tz_date){ 2026, 11, 20 }), 4);
}

static void test_no_memory(void **state)
{
	struct tz *z = NULL;

	(void)state;
	for (unsigned int n = 0;; n++) {
		enum err e;

		fail_alloc_after(n);
		e = tz_open(SLICE("Europe/Berlin"), &z);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			break;
		}
		assert_int_equal(e, ERR_NOMEM);
	}
	tz_close(z);
	for (unsigned int n = 0;; n = 2 * n + 1) {
		struct tz_file_all *all;
		enum err e;

		fail_alloc_after(n);
		e = tz_file_all(&all);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			tz_file_forget(all);
			break;
		}
		if (e == ERR_OK)
			fail_msg("allocation %u", n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_gap_and_range),
		cmocka_unit_test(test_no_such_day),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_taken_along),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("tz", tests, NULL, NULL);
}
