/* Tests of lib/core/hours and lib/core/zone: opening hours over the nights on
 * which clocks change, special days, holidays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/clk.h"
#include "lib/core/hours.h"
#include "lib/core/zone.h"
#include "lib/flow/flowsnap.h"
#include "lib/json/flow_json.h"
#include "lib/phone/tz.h"

static int64_t utc_s(const char *text)
{
	int64_t us = 0;

	assert_int_equal(clk_rfc3339_parse(slice_from(text), &us), ERR_OK);
	return us / RT_SEC_US;
}

static void open_zone(const char *name, struct buf *b, struct zone *z)
{
	buf_init(b, 1 << 16);
	assert_true(flowsnap_zone(slice_from(name), b));
	assert_int_equal(zone_open(buf_slice(b), z), ERR_OK);
}

static void open_hours(const char *json, struct buf *b, struct hours *h)
{
	struct flow_json_errors errors;

	buf_init(b, HOURS_BYTES_MAX);
	if (flow_json_hours(slice_from(json), b, &errors) != ERR_OK)
		fail_msg("%s", errors.item[0].what);
	assert_int_equal(hours_open(buf_slice(b), h), ERR_OK);
}

/* Both nights of each zone, minutes before and after; Phoenix has none. The
 * office is open from 01:30 to 02:30 every day, in the middle of the change. */
static const char night[] =
    "{\"weekly\":[{\"days\":\"mon-sun\","
    "\"from\":\"01:30\",\"to\":\"02:30\"}]}";

static const struct {
	const char *why;
	const char *zone;
	const char *utc;
	enum hours_state want;
} nights[] = {
	/* 2026-03-08 02:00 EST becomes 03:00 EDT. */
	{ "before the gap", "America/New_York", "2026-03-08T06:29:59Z",
	    HOURS_CLOSED },
	{ "opens", "America/New_York", "2026-03-08T06:30:00Z", HOURS_OPEN },
	{ "last minute before", "America/New_York", "2026-03-08T06:59:59Z",
	    HOURS_OPEN },
	{ "02:00 is 03:00: past the end", "America/New_York",
	    "2026-03-08T07:00:00Z", HOURS_CLOSED },
	{ "the day after is normal", "America/New_York", "2026-03-09T05:30:00Z",
	    HOURS_OPEN },
	{ "and closes in time", "America/New_York", "2026-03-09T06:30:00Z",
	    HOURS_CLOSED },
	/* 2026-11-01 02:00 EDT becomes 01:00 EST: 01:30 comes twice. */
	{ "first 01:30", "America/New_York", "2026-11-01T05:30:00Z",
	    HOURS_OPEN },
	{ "01:00 again: not open", "America/New_York", "2026-11-01T06:00:00Z",
	    HOURS_CLOSED },
	{ "second 01:30", "America/New_York", "2026-11-01T06:30:00Z",
	    HOURS_OPEN },
	{ "until 02:30 EST", "America/New_York", "2026-11-01T07:29:59Z",
	    HOURS_OPEN },
	{ "then closed", "America/New_York", "2026-11-01T07:30:00Z",
	    HOURS_CLOSED },
	/* 2026-03-29 01:00 GMT becomes 02:00 BST. */
	{ "01:00 is 02:00 at once: open", "Europe/London",
	    "2026-03-29T01:00:00Z", HOURS_OPEN },
	{ "before: 00:59", "Europe/London", "2026-03-29T00:59:59Z",
	    HOURS_CLOSED },
	{ "closes at 02:30 BST", "Europe/London", "2026-03-29T01:30:00Z",
	    HOURS_CLOSED },
	/* 2026-10-25 02:00 BST becomes 01:00 GMT. */
	{ "first 01:30", "Europe/London", "2026-10-25T00:30:00Z", HOURS_OPEN },
	{ "01:00 again", "Europe/London", "2026-10-25T01:00:00Z",
	    HOURS_CLOSED },
	{ "second 01:30", "Europe/London", "2026-10-25T01:30:00Z", HOURS_OPEN },
	{ "02:30 GMT", "Europe/London", "2026-10-25T02:30:00Z", HOURS_CLOSED },
	/* 2026-04-05 03:00 AEDT becomes 02:00 AEST. */
	{ "first 02:00", "Australia/Sydney", "2026-04-04T15:00:00Z",
	    HOURS_OPEN },
	{ "first 02:30", "Australia/Sydney", "2026-04-04T15:30:00Z",
	    HOURS_CLOSED },
	{ "second 02:00", "Australia/Sydney", "2026-04-04T16:00:00Z",
	    HOURS_OPEN },
	{ "second 02:30", "Australia/Sydney", "2026-04-04T16:30:00Z",
	    HOURS_CLOSED },
	/* 2026-10-04 02:00 AEST becomes 03:00 AEDT. */
	{ "01:59 AEST", "Australia/Sydney", "2026-10-03T15:59:59Z",
	    HOURS_OPEN },
	{ "03:00 AEDT", "Australia/Sydney", "2026-10-03T16:00:00Z",
	    HOURS_CLOSED },
	/* Arizona keeps its clocks. */
	{ "spring", "America/Phoenix", "2026-03-08T08:30:00Z", HOURS_OPEN },
	{ "spring, an hour on", "America/Phoenix", "2026-03-08T09:30:00Z",
	    HOURS_CLOSED },
	{ "autumn", "America/Phoenix", "2026-11-01T08:30:00Z", HOURS_OPEN },
	{ "autumn, an hour on", "America/Phoenix", "2026-11-01T09:30:00Z",
	    HOURS_CLOSED },
};

static void test_nights(void **state)
{
	struct buf hours_bytes;
	struct hours h;

	(void)state;
	open_hours(night, &hours_bytes, &h);
	for (size_t i = 0; i < RT_ARRAY_LEN(nights); i++) {
		const int64_t at = utc_s(nights[i].utc);
		struct buf b;
		struct zone z;

		open_zone(nights[i].zone, &b, &z);
		if (hours_at(&h, at + zone_offset_s(&z, at)) != nights[i].want)
			fail_msg("%s %s: %s", nights[i].zone, nights[i].utc,
			    nights[i].why);
		buf_fini(&b);
	}
	buf_fini(&hours_bytes);
}

/* The table agrees with the library at every hour of two years. */
static void test_zone_agrees(void **state)
{
	static const char *const names[] = { "America/New_York",
		"Europe/London", "Australia/Sydney", "America/Phoenix",
		"Asia/Kolkata", "America/St_Johns", "Pacific/Chatham", "UTC" };
	const int64_t from = utc_s("2026-01-01T00:00:00Z");

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++) {
		struct tz_time local;
		struct zone z;
		struct buf b;
		struct tz *tz;

		open_zone(names[i], &b, &z);
		assert_int_equal(tz_open(slice_from(names[i]), &tz), ERR_OK);
		for (int64_t at = from; at < from + 2 * 366 * 86400;
		     at += 3600) {
			assert_int_equal(tz_local(tz, at * RT_SEC_US, &local),
			    ERR_OK);
			assert_int_equal(zone_offset_s(&z, at), local.offset_s);
		}
		tz_close(tz);
		buf_fini(&b);
	}
}

static void test_zone_bytes(void **state)
{
	struct zone z;
	struct buf b;

	(void)state;
	zone_utc(&z);
	assert_int_equal(zone_offset_s(&z, 0), 0);
	assert_int_equal(zone_open(SLICE(""), &z), ERR_SYNTAX);
	buf_init(&b, 100);
	zone_put_first(&b, -3600);
	zone_put(&b, 100, 7200);
	zone_put(&b, 200, -7200);
	assert_int_equal(zone_open(buf_slice(&b), &z), ERR_OK);
	assert_int_equal(zone_offset_s(&z, 99), -3600);
	assert_int_equal(zone_offset_s(&z, 100), 7200);
	assert_int_equal(zone_offset_s(&z, 200), -7200);
	assert_int_equal(zone_open(slice_head(buf_slice(&b), 27), &z),
	    ERR_SYNTAX);
	zone_put(&b, 200, 0); /* not rising */
	assert_int_equal(zone_open(buf_slice(&b), &z), ERR_SYNTAX);
	buf_reset(&b);
	zone_put_first(&b, 86400);
	assert_int_equal(zone_open(buf_slice(&b), &z), ERR_SYNTAX);
	buf_fini(&b);
}

static const char office[] =
    "{\"weekly\":[{\"days\":\"mon-thu\",\"from\":\"09:00\",\"to\":\"12:00\"},"
    "{\"days\":\"mon-thu\",\"from\":\"13:00\",\"to\":\"17:30\"},"
    "{\"days\":\"fri,sat\",\"from\":\"22:00\",\"to\":\"04:00\"}],"
    "\"special\":[{\"date\":\"2026-12-24\",\"from\":\"09:00\",\"to\":"
    "\"11:00\",\"title\":\"Christmas Eve\"},"
    "{\"date\":\"12-31\"},"
    "{\"date\":\"2026-11-26\",\"from\":\"10:00\",\"to\":\"14:00\"}],"
    "\"holidays\":\"us\"}";

static const struct {
	const char *why;
	const char *local;
	enum hours_state want;
} days[] = {
	{ "Monday, first second", "2026-11-30T09:00:00Z", HOURS_OPEN },
	{ "a second before", "2026-11-30T08:59:59Z", HOURS_CLOSED },
	{ "lunch", "2026-11-30T12:00:00Z", HOURS_CLOSED },
	{ "after lunch", "2026-11-30T13:00:00Z", HOURS_OPEN },
	{ "evening", "2026-11-30T17:30:00Z", HOURS_CLOSED },
	{ "Friday's day", "2026-11-27T10:00:00Z", HOURS_CLOSED },
	{ "Friday's night", "2026-11-27T22:00:00Z", HOURS_OPEN },
	{ "goes on on Saturday", "2026-11-28T03:59:59Z", HOURS_OPEN },
	{ "until four", "2026-11-28T04:00:00Z", HOURS_CLOSED },
	{ "Saturday's goes on on Sunday", "2026-11-29T02:00:00Z", HOURS_OPEN },
	{ "Sunday has none of its own", "2026-11-29T23:00:00Z", HOURS_CLOSED },
	{ "special day, inside", "2026-12-24T10:00:00Z", HOURS_OPEN },
	{ "special day, the grid does not count", "2026-12-24T14:00:00Z",
	    HOURS_HOLIDAY },
	{ "every year's day", "2026-12-31T10:00:00Z", HOURS_HOLIDAY },
	{ "and the next year's", "2029-12-31T10:00:00Z", HOURS_HOLIDAY },
	{ "holiday", "2026-09-07T10:00:00Z", HOURS_HOLIDAY },
	{ "a special day beats a holiday (Thanksgiving)",
	    "2026-11-26T11:00:00Z", HOURS_OPEN },
	{ "before 1970", "1969-12-29T10:00:00Z", HOURS_OPEN },
};

static void test_days(void **state)
{
	struct hours h;
	struct buf b;

	(void)state;
	open_hours(office, &b, &h);
	for (size_t i = 0; i < RT_ARRAY_LEN(days); i++)
		if (hours_at(&h, utc_s(days[i].local)) != days[i].want)
			fail_msg("%s: %s", days[i].local, days[i].why);
	buf_fini(&b);
}

/* Against the calendars that the governments publish. */
static const struct {
	enum hours_holidays which;
	const char *day;
	const char *name; /* NULL: an ordinary day */
} holidays[] = {
	{ HOURS_HOLIDAYS_US, "2026-01-19", "Martin Luther King Jr. Day" },
	{ HOURS_HOLIDAYS_US, "2026-02-16", "Washington's Birthday" },
	{ HOURS_HOLIDAYS_US, "2026-05-25", "Memorial Day" },
	{ HOURS_HOLIDAYS_US, "2026-06-19", "Juneteenth" },
	{ HOURS_HOLIDAYS_US, "2026-07-03", "Independence Day" }, /* observed */
	{ HOURS_HOLIDAYS_US, "2026-07-04", "Independence Day" },
	{ HOURS_HOLIDAYS_US, "2026-07-06", NULL },
	{ HOURS_HOLIDAYS_US, "2026-09-07", "Labor Day" },
	{ HOURS_HOLIDAYS_US, "2026-10-12", "Columbus Day" },
	{ HOURS_HOLIDAYS_US, "2026-11-11", "Veterans Day" },
	{ HOURS_HOLIDAYS_US, "2026-11-26", "Thanksgiving Day" },
	{ HOURS_HOLIDAYS_US, "2026-11-27", NULL },
	{ HOURS_HOLIDAYS_US, "2026-12-25", "Christmas Day" },
	{ HOURS_HOLIDAYS_US, "2027-12-24", "Christmas Day" },
	{ HOURS_HOLIDAYS_US, "2027-12-31", "New Year's Day" }, /* of 2028 */
	{ HOURS_HOLIDAYS_US, "2023-01-02", "New Year's Day" },
	{ HOURS_HOLIDAYS_US, "2020-06-19", NULL }, /* not yet */
	{ HOURS_HOLIDAYS_CA, "2026-04-03", "Good Friday" },
	{ HOURS_HOLIDAYS_CA, "2026-05-18", "Victoria Day" },
	{ HOURS_HOLIDAYS_CA, "2026-07-01", "Canada Day" },
	{ HOURS_HOLIDAYS_CA, "2026-10-12", "Thanksgiving" },
	{ HOURS_HOLIDAYS_CA, "2026-07-04", NULL },
	{ HOURS_HOLIDAYS_GB, "2026-04-03", "Good Friday" },
	{ HOURS_HOLIDAYS_GB, "2026-04-06", "Easter Monday" },
	{ HOURS_HOLIDAYS_GB, "2026-05-04", "Early May bank holiday" },
	{ HOURS_HOLIDAYS_GB, "2026-05-25", "Spring bank holiday" },
	{ HOURS_HOLIDAYS_GB, "2026-08-31", "Summer bank holiday" },
	{ HOURS_HOLIDAYS_GB, "2026-12-28", "Boxing Day" },
	{ HOURS_HOLIDAYS_GB, "2021-12-27", "Christmas Day" },
	{ HOURS_HOLIDAYS_GB, "2021-12-28", "Boxing Day" },
	{ HOURS_HOLIDAYS_GB, "2022-01-03", "New Year's Day" },
	{ HOURS_HOLIDAYS_GB, "2025-04-21", "Easter Monday" },
	{ HOURS_HOLIDAYS_NONE, "2026-12-25", NULL },
};

static void test_holidays(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(holidays); i++) {
		char text[32];
		const char *got;

		(void)snprintf(text, sizeof(text), "%sT12:00:00Z",
		    holidays[i].day);
		got = hours_holiday(holidays[i].which, utc_s(text));
		if ((got == NULL) != (holidays[i].name == NULL) ||
		    (got != NULL && strcmp(got, holidays[i].name) != 0))
			fail_msg("%s: %s", holidays[i].day,
			    got == NULL ? "none" : got);
	}
}

static void test_bytes(void **state)
{
	struct flow_json_errors errors;
	struct hours h;
	struct buf b;

	(void)state;
	buf_init(&b, HOURS_BYTES_MAX);
	assert_int_equal(hours_open(SLICE(""), &h), ERR_SYNTAX);
	assert_int_equal(hours_open(SLICE("\x09\x00"), &h), ERR_SYNTAX);
	assert_int_equal(hours_open(SLICE("\x00\x01"), &h), ERR_SYNTAX);
	assert_int_equal(flow_json_hours(SLICE("{\"weekly\":[]}"), &b, &errors),
	    ERR_SYNTAX);
	assert_int_equal(flow_json_hours(SLICE("[]"), &b, &errors), ERR_SYNTAX);
	assert_int_equal(
	    flow_json_hours(SLICE("{\"weekly\":[{\"days\":\"mon\",\"from\":"
				  "\"9\",\"to\":\"25:00\"}]}"),
		&b, &errors),
	    ERR_SYNTAX);
	assert_int_equal(errors.n_errors, 2);
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nights),
		cmocka_unit_test(test_zone_agrees),
		cmocka_unit_test(test_zone_bytes),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_holidays),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
