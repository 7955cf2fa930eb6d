/* Tests of cgi/page/page_range and page_board: periods of a zone, and what is
 * counted into them. */
#include <string.h>

#include "cgi/page/page_board.h"
#include "cgi/page/page_range.h"
#include "lib/base/clk.h"
#include "tests/support/cm.h"

static int64_t utc(const char *rfc3339)
{
	int64_t us = 0;

	assert_int_equal(clk_rfc3339_parse(slice_from(rfc3339), &us), ERR_OK);
	return us;
}

static const struct {
	const char *why;
	const char *query;
	enum err want;
	int days;
	const char *from;
	const char *to;
	const char *before;
	const char *before_to;
	bool open;
	int begun;
	const char *before_last; /* day of spend */
} cases[] = {
	{ "thirty days", "", ERR_OK, 30, "2026-10-22T04:00:00Z",
	    "2026-11-21T05:00:00Z", "2026-09-17T04:00:00Z",
	    "2026-10-16T14:00:00Z", true, 30, "2026-10-16" },
	{ "today", "range=today", ERR_OK, 1, "2026-11-20T05:00:00Z",
	    "2026-11-21T05:00:00Z", "2026-11-13T05:00:00Z",
	    "2026-11-13T15:00:00Z", true, 1, "2026-11-13" },
	{ "a week", "range=7d", ERR_OK, 7, "2026-11-14T05:00:00Z",
	    "2026-11-21T05:00:00Z", "2026-11-07T05:00:00Z",
	    "2026-11-13T15:00:00Z", true, 7, "2026-11-13" },
	{ "own, half of it to come", "from=2026-11-11&to=2026-11-30", ERR_OK,
	    20, "2026-11-11T05:00:00Z", "2026-12-01T05:00:00Z",
	    "2026-10-21T04:00:00Z", "2026-10-30T14:00:00Z", true, 10,
	    "2026-10-30" },
	{ "own, all of it to come", "from=2026-12-01&to=2026-12-02", ERR_OK, 2,
	    "2026-12-01T05:00:00Z", "2026-12-03T05:00:00Z",
	    "2026-11-24T05:00:00Z", "2026-11-26T05:00:00Z", false, 0,
	    "2026-11-25" },
	{ "own, over, with the change of clocks",
	    "from=2026-11-01&to=2026-11-01", ERR_OK, 1, "2026-11-01T04:00:00Z",
	    "2026-11-02T05:00:00Z", "2026-10-25T04:00:00Z",
	    "2026-10-26T04:00:00Z", false, 1, "2026-10-25" },
	{ "own, longer than allowed", "from=2020-01-01&to=2026-01-01", ERR_OK,
	    366, "2025-01-01T05:00:00Z", "2026-01-02T05:00:00Z",
	    "2023-12-27T05:00:00Z", "2024-12-27T05:00:00Z", false, 366,
	    "2024-12-26" },
	{ "backwards", "from=2026-02-02&to=2026-02-01", ERR_RANGE, 0, "", "",
	    "", "", false, 0, "" },
	{ "half of it", "from=2026-02-02", ERR_RANGE, 0, "", "", "", "", false,
	    0, "" },
	{ "no date", "from=x&to=2026-02-02", ERR_RANGE, 0, "", "", "", "",
	    false, 0, "" },
	{ "no such word", "range=1y", ERR_RANGE, 0, "", "", "", "", false, 0,
	    "" },
	{ "twice", "range=7d&range=7d", ERR_SYNTAX, 0, "", "", "", "", false, 0,
	    "" },
};

static void check_spend(size_t i, const struct page_range *g)
{
	char first[TZ_TEXT_MAX], last[TZ_TEXT_MAX];

	if (page_range_spend_days(g, false, first, last) !=
		(cases[i].begun > 0) ||
	    g->days_begun != cases[i].begun)
		fail_msg("%s: %d days begun", cases[i].why, g->days_begun);
	assert_true(page_range_spend_days(g, true, first, last));
	if (strcmp(last, cases[i].before_last) != 0)
		fail_msg("%s: spend before to %s", cases[i].why, last);
}

static void read_case(size_t i, struct tz *z)
{
	struct req r = { .now_us = utc("2026-11-20T15:00:00Z") };
	struct page_range g = { .days = 0 };
	struct arena mem;
	enum err e;

	arena_init(&mem, 1 << 20);
	r.arena = &mem;
	assert_int_equal(req_parse_params(&mem, slice_from(cases[i].query),
			     &r.query),
	    ERR_OK);
	e = page_range_read(&r, z, &g);
	if (e != cases[i].want)
		fail_msg("%s: %s", cases[i].why, err_name(e));
	if (e == ERR_OK &&
	    (g.days != cases[i].days || g.from_us != utc(cases[i].from) ||
		g.to_us != utc(cases[i].to) ||
		g.before_us != utc(cases[i].before) || g.open != cases[i].open))
		fail_msg("%s: %d days", cases[i].why, g.days);
	if (e == ERR_OK)
		check_spend(i, &g);
	if (e == ERR_OK && i > 0 && g.before_to_us != utc(cases[i].before_to))
		fail_msg("%s: compares to the wrong moment", cases[i].why);
	arena_fini(&mem);
}

static void test_read(void **state)
{
	struct tz *z = NULL;

	(void)state;
	assert_int_equal(tz_open(SLICE("America/New_York"), &z), ERR_OK);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		read_case(i, z);
	tz_close(z);
}

static void test_text(void **state)
{
	char text[TZ_TEXT_MAX];

	(void)state;
	page_range_text((struct tz_date){ 2026, 10, 22 },
	    (struct tz_date){ 2026, 11, 20 }, text);
	assert_string_equal(text, "22 Oct – 20 Nov 2026");
	page_range_text((struct tz_date){ 2025, 12, 31 },
	    (struct tz_date){ 2026, 1, 1 }, text);
	assert_string_equal(text, "31 Dec 2025 – 1 Jan 2026");
	page_range_text((struct tz_date){ 2026, 1, 1 },
	    (struct tz_date){ 2026, 1, 1 }, text);
	assert_string_equal(text, "1 Jan 2026");
}

/* The text of a key of the n-th item of a list. */
static struct slice item_text(const struct view *v, const char *list, size_t n,
    const char *key)
{
	const struct view_value *l = view_find(v, slice_from(list));
	const struct view *item;
	const struct view_value *value;

	assert_non_null(l);
	item = l->first;
	while (n-- > 0 && item != NULL)
		item = view_next(item);
	assert_non_null(item);
	value = view_find(item, slice_from(key));
	assert_non_null(value);
	return value->text;
}

static int64_t item_number(const struct view *v, const char *list, size_t n,
    const char *key)
{
	const struct view_value *l = view_find(v, slice_from(list));
	const struct view *item = l->first;

	while (n-- > 0)
		item = view_next(item);
	return view_find(item, slice_from(key))->i64;
}

/* Three days around the change of clocks; a call in the hour that comes twice
 * belongs to its day once. */
static void test_board(void **state)
{
	struct db_report_bucket now[] = {
		{ .at_us = utc("2026-10-31T15:00:00Z"),
		    .sums = { .calls = 4,
			.answered = 3,
			.missed = 1,
			.talk_ms = 180000 } },
		{ .at_us = utc("2026-11-01T05:30:00Z"), /* 01:30, first */
		    .sums = { .calls = 1, .abandoned = 1 } },
		{ .at_us = utc("2026-11-01T06:30:00Z"), /* 01:30, second */
		    .sums = { .calls = 1, .failed = 1 } },
		{ .at_us = utc("2026-11-02T04:45:00Z"), /* still the 1st */
		    .sums = { .calls = 2, .answered = 2, .talk_ms = 60000 } },
	};
	struct db_report_bucket before[] = {
		{ .at_us = utc("2026-10-24T15:00:00Z"),
		    .sums = { .calls = 2,
			.answered = 1,
			.missed = 1,
			.talk_ms = 60000 } },
	};
	struct req r = { .now_us = utc("2026-11-20T15:00:00Z") };
	struct page_board b = { .now = now,
		.n_now = RT_ARRAY_LEN(now),
		.before = before,
		.n_before = 1 };
	struct page_range g;
	struct arena mem;
	struct tz *z = NULL;
	struct view *v;

	(void)state;
	arena_init(&mem, 1 << 20);
	r.arena = &mem;
	assert_int_equal(tz_open(SLICE("America/New_York"), &z), ERR_OK);
	assert_int_equal(req_parse_params(&mem,
			     SLICE("from=2026-10-31&to=2026-11-02"), &r.query),
	    ERR_OK);
	assert_int_equal(page_range_read(&r, z, &g), ERR_OK);
	b.range = &g;
	v = view_new(&mem, "x.html");
	page_board_figures(&b, v);
	assert_int_equal(page_board_series(&b, &mem, v), ERR_OK);
	assert_int_equal(page_board_heat(&b, v), ERR_OK);
	assert_int_equal(view_err(v), ERR_OK);

	assert_true(
	    slice_eq(item_text(v, "figures", 0, "figure_value"), SLICE("8")));
	assert_true(
	    slice_eq(item_text(v, "figures", 0, "delta"), SLICE("▲ 300 %")));
	assert_true(slice_eq(item_text(v, "figures", 1, "figure_value"),
	    SLICE("62.5")));
	assert_true(
	    slice_eq(item_text(v, "figures", 2, "figure_value"), SLICE("3")));
	assert_true(slice_eq(item_text(v, "figures", 4, "figure_value"),
	    SLICE("0:48")));
	assert_true(slice_eq(item_text(v, "figures", 5, "figure_name"),
	    SLICE("Voicemail")));
	assert_int_equal(item_number(v, "series", 0, "point_calls"), 4);
	assert_int_equal(item_number(v, "series", 0, "point_before"), 2);
	assert_int_equal(item_number(v, "series", 1, "point_calls"), 4);
	assert_int_equal(item_number(v, "series", 2, "point_calls"), 0);
	assert_true(slice_eq(view_find(v, SLICE("heat_note"))->text,
	    SLICE("Most: Sunday 01:00, 2 calls.")));
	tz_close(z);
	arena_fini(&mem);
}

static const struct {
	const char *why;
	const char *zone;
	const char *query;
	size_t points;
	const char *last; /* begin of the last point */
	const char *end;
	const char *before_last;
	const char *before_end;
} days[] = {
	{ "24 hours", "America/New_York", "from=2026-06-10&to=2026-06-10", 24,
	    "2026-06-11T03:00:00Z", "2026-06-11T04:00:00Z",
	    "2026-06-04T03:00:00Z", "2026-06-04T04:00:00Z" },
	{ "25 hours", "America/New_York", "from=2026-11-01&to=2026-11-01", 25,
	    "2026-11-02T04:00:00Z", "2026-11-02T05:00:00Z",
	    "2026-10-26T04:00:00Z", "2026-10-26T04:00:00Z" },
	{ "24 after 25", "America/New_York", "from=2026-11-08&to=2026-11-08",
	    24, "2026-11-09T04:00:00Z", "2026-11-09T05:00:00Z",
	    "2026-11-02T03:00:00Z", "2026-11-02T05:00:00Z" },
	{ "24 and a half", "Australia/Lord_Howe",
	    "from=2026-04-05&to=2026-04-05", 25, "2026-04-05T13:00:00Z",
	    "2026-04-05T13:30:00Z", "2026-03-29T13:00:00Z",
	    "2026-03-29T13:00:00Z" },
	{ "23 and a half", "Australia/Lord_Howe",
	    "from=2026-10-04&to=2026-10-04", 24, "2026-10-04T12:30:00Z",
	    "2026-10-04T13:00:00Z", "2026-09-27T12:30:00Z",
	    "2026-09-27T13:30:00Z" },
	{ "days", "Asia/Kathmandu", "from=2026-01-01&to=2026-01-03", 3,
	    "2026-01-02T18:15:00Z", "2026-01-03T18:15:00Z",
	    "2025-12-26T18:15:00Z", "2025-12-27T18:15:00Z" },
};

/* Every moment of a period is in a point, whatever the clocks did. */
static void test_edges(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(days); i++) {
		struct req r = { .now_us = utc("2026-11-20T15:00:00Z") };
		struct page_range g = { .days = 0 };
		int64_t now[32], before[32];
		struct arena mem;
		struct tz *z;
		size_t n;

		arena_init(&mem, 1 << 20);
		r.arena = &mem;
		assert_int_equal(tz_open(slice_from(days[i].zone), &z), ERR_OK);
		assert_int_equal(req_parse_params(&mem,
				     slice_from(days[i].query), &r.query),
		    ERR_OK);
		assert_int_equal(page_range_read(&r, z, &g), ERR_OK);
		n = page_range_points(&g);
		if (n != days[i].points)
			fail_msg("%s: %zu points", days[i].why, n);
		assert_int_equal(page_range_edges(&g, g.from, now), ERR_OK);
		assert_int_equal(page_range_edges(&g, g.before, before),
		    ERR_OK);
		if (now[0] != g.from_us || now[n - 1] != utc(days[i].last) ||
		    now[n] != utc(days[i].end) || now[n] != g.to_us ||
		    before[0] != g.before_us ||
		    before[n - 1] != utc(days[i].before_last) ||
		    before[n] != utc(days[i].before_end) ||
		    before[n] != g.before_end_us)
			fail_msg("%s: other edges", days[i].why);
		tz_close(z);
		arena_fini(&mem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_board),
		cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests_name("page_range", tests, NULL, NULL);
}
