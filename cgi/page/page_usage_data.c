#include "cgi/page/page_usage_data.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/scan.h"

#define KIB       1024
#define YEAR_MIN  1970
#define YEAR_MAX  9998
#define MONTH_LEN 7 /* "2026-11" */

static const struct usage_measure measures[] = {
	{ "number_days", "Number-days", "days",
	    "Each number counts once for every day on which it was there, all of"
	    " the day or an hour: thirty numbers kept for all of April are 900.",
	    USAGE_NUMBER_DAYS, false, 1 },
	{ "calls", "Calls", "calls",
	    "Calls that came in on a day of the month and have ended, whatever"
	    " became of them.",
	    USAGE_CALLS, false, 1 },
	{ "inbound_minutes", "Minutes in", "minutes",
	    "Callers' lines, from when a call was answered to its end: each"
	    " call's seconds rounded up, all of the month together, a begun"
	    " minute whole.",
	    USAGE_INBOUND_S, false, 60 },
	{ "outbound_minutes", "Minutes out", "minutes",
	    "Lines to whoever was called for a caller, from when they answered:"
	    " each line's seconds rounded up, all of the month together, a begun"
	    " minute whole.",
	    USAGE_OUTBOUND_S, false, 60 },
	{ "recorded_minutes", "Minutes recorded", "minutes",
	    "The length of the recordings that were made in the month, those"
	    " that have been erased since, too.",
	    USAGE_RECORDED_S, false, 60 },
	{ "recorded_mib", "Recorded, MiB", "MiB",
	    "The size of the recordings that were made in the month, those that"
	    " have been erased since, too. A MiB is 1,048,576 bytes.",
	    USAGE_RECORDED_BYTES, false, (uint64_t)KIB *KIB },
	{ "stored_mib", "Stored, MiB", "MiB",
	    "The size of all recordings that were there when the month was over,"
	    " whenever they were made; of a month that goes on, those that are"
	    " there now. What the term of keeping or an erasure has taken away"
	    " is not among them. Of several months together: at the end of the"
	    " last.",
	    USAGE_RECORDED_BYTES, true, (uint64_t)KIB *KIB },
};

size_t page_usage_data_measures(void)
{
	return RT_ARRAY_LEN(measures);
}

const struct usage_measure *page_usage_data_measure(size_t i)
{
	return &measures[i];
}

uint64_t page_usage_data_shown(const struct usage_measure *m,
    const struct usage_sum *sum)
{
	const uint64_t n =
	    m->stored ? (uint64_t)sum->stored_bytes : sum->amount[m->kind];

	return (n + m->per - 1) / m->per;
}

/* --- months ----------------------------------------------------------------*/

struct tz_date page_usage_data_month(struct tz_date first, int months)
{
	const int n = first.year * 12 + first.month - 1 + months;

	return (struct tz_date){ n / 12, n % 12 + 1, 1 };
}

void page_usage_data_name(struct tz_date first, char out[PAGE_USAGE_NAME])
{
	(void)snprintf(out, PAGE_USAGE_NAME, "%04d-%02d", first.year % 10000,
	    first.month % 100);
}

/* Midnight of UTC. */
static int64_t start_of(struct tz_date day)
{
	const struct tz_date epoch = { 1970, 1, 1 };

	return (int64_t)tz_date_diff(epoch, day) * RT_DAY_US;
}

/* --- the address -----------------------------------------------------------*/

static enum err read_metric(const struct req *r,
    const struct usage_measure **out)
{
	struct slice s;
	enum err e = req_query(r, "metric", &s);

	*out = &measures[0];
	if (e == ERR_NOTFOUND || (e == ERR_OK && s.n == 0))
		return ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < RT_ARRAY_LEN(measures); i++)
		if (slice_eq_cstr(s, measures[i].key)) {
			*out = &measures[i];
			return ERR_OK;
		}
	return e != ERR_OK ? e
			   : req_wrong(r, "metric",
				 "number_days, calls, inbound_minutes,"
				 " outbound_minutes, recorded_minutes,"
				 " recorded_mib or stored_mib");
}

/* "2026-11" */
static bool parse_month(struct slice s, struct tz_date *out)
{
	uint64_t year, month;

	if (s.n != MONTH_LEN || s.p[4] != '-' ||
	    scan_whole_u64(slice_head(s, 4), YEAR_MAX, &year) != ERR_OK ||
	    scan_whole_u64(slice_skip(s, 5), 12, &month) != ERR_OK ||
	    year <= YEAR_MIN || month == 0)
		return false;
	*out = (struct tz_date){ (int)year, (int)month, 1 };
	return true;
}

static enum err read_until(const struct req *r, struct tz_date this_month,
    struct usage_report *t)
{
	struct slice s;
	const enum err e = req_query(r, "until", &s);

	t->until = this_month;
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (e == ERR_OK && s.n > 0 &&
	    (!parse_month(s, &t->until) ||
		tz_date_diff(t->until, this_month) < 0))
		return req_wrong(r, "until",
		    "a month as 2026-11, this one or one that is over");
	t->latest = tz_date_diff(t->until, this_month) == 0;
	return ERR_OK;
}

/* --- figures ---------------------------------------------------------------*/

/* The days of a month until today, and as many of the same a year earlier. */
static void spans_of(const struct usage_row *row, int64_t tomorrow_us,
    struct usage_span *now, struct usage_span *before)
{
	const struct tz_date year_ago = page_usage_data_month(row->first, -12);
	const int64_t end_us = start_of(page_usage_data_month(row->first, 1));
	const int64_t end_before_us =
	    start_of(page_usage_data_month(year_ago, 1));

	now->from_us = start_of(row->first);
	now->to_us = row->partial ? tomorrow_us : end_us;
	before->from_us = start_of(year_ago);
	before->to_us = end_before_us;
	if (row->partial &&
	    before->from_us + now->to_us - now->from_us < end_before_us)
		before->to_us = before->from_us + now->to_us - now->from_us;
}

static void add(struct usage_sum *all, const struct usage_sum *sum)
{
	for (size_t i = 0; i < USAGE_KIND_COUNT; i++)
		all->amount[i] += sum->amount[i];
}

/* Stored is what the newest has. */
static void add_up(struct usage_report *t)
{
	(void)snprintf(t->all.name, sizeof(t->all.name), "all");
	t->all.first = t->rows[PAGE_USAGE_MONTHS - 1].first;
	t->all.partial = t->rows[0].partial;
	for (size_t i = 0; i < PAGE_USAGE_MONTHS; i++) {
		add(&t->all.now, &t->rows[i].now);
		add(&t->all.before, &t->rows[i].before);
	}
	t->all.now.stored_bytes = t->rows[0].now.stored_bytes;
	t->all.before.stored_bytes = t->rows[0].before.stored_bytes;
}

static enum err read_rows(const struct req *r, int64_t tomorrow_us,
    struct usage_report *t)
{
	struct usage_span *spans = arena_array(r->arena,
	    (size_t)2 * PAGE_USAGE_MONTHS, sizeof(*spans));
	enum err e;

	if (spans == NULL)
		return ERR_NOMEM;
	for (int i = 0; i < PAGE_USAGE_MONTHS; i++) {
		struct usage_row *row = &t->rows[i];

		row->first = page_usage_data_month(t->until, -i);
		row->partial = i == 0 && t->latest;
		page_usage_data_name(row->first, row->name);
		spans_of(row, tomorrow_us, &spans[2 * i], &spans[2 * i + 1]);
	}
	e = db_usage_read(r->db, r->company, spans,
	    (size_t)2 * PAGE_USAGE_MONTHS);
	for (size_t i = 0; e == ERR_OK && i < PAGE_USAGE_MONTHS; i++) {
		t->rows[i].now = spans[2 * i].sum;
		t->rows[i].before = spans[2 * i + 1].sum;
	}
	return e;
}

enum err page_usage_data_read(const struct req *r, struct usage_report *out)
{
	const struct tz_date epoch = { 1970, 1, 1 };
	const int64_t day = r->now_us / RT_DAY_US;
	struct tz_date this_month = tz_date_add(epoch, (int)day);
	enum err e;

	memset(out, 0, sizeof(*out));
	this_month.day = 1;
	if ((e = read_metric(r, &out->metric)) != ERR_OK ||
	    (e = read_until(r, this_month, out)) != ERR_OK ||
	    (e = read_rows(r, (day + 1) * RT_DAY_US, out)) != ERR_OK)
		return e;
	add_up(out);
	return ERR_OK;
}
