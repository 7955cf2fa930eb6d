#include "cgi/page/page_board.h"

#include <stdio.h>

#include "cgi/page/page_words.h"
#include "lib/base/buf.h"

#define HREF_MAX 160

static struct db_report_sums sum_until(const struct db_report_bucket *rows,
    size_t n, int64_t end_us)
{
	struct db_report_sums s = { .calls = 0 };

	for (size_t i = 0; i < n && rows[i].at_us < end_us; i++)
		db_report_add(&s, &rows[i].sums);
	return s;
}

struct db_report_sums page_board_total(const struct page_board *b)
{
	return sum_until(b->now, b->n_now, INT64_MAX);
}

/* --- figures ---------------------------------------------------------------*/

/* A figure's value and how its change is meant. */
struct figure {
	const char *name;
	const char *means;
	const char *filter; /* of the calls behind it; "" all */
	bool more_is_good;
	bool neutral;
};

enum {
	FIGURE_CALLS,
	FIGURE_ANSWERED,
	FIGURE_UNANSWERED,
	FIGURE_FIRST,
	FIGURE_TALK,
	FIGURE_QUALIFIED,
	FIGURE_VOICEMAIL
};

static const struct figure figures[] = {
	[FIGURE_CALLS] = { "Calls",
	    "Calls that began in the period and have ended, whatever came of"
	    " them.",
	    "", true, false },
	[FIGURE_ANSWERED] = { "Answered",
	    "Calls that were connected to a person, of all calls.",
	    "&result=answered", true, false },
	[FIGURE_UNANSWERED] = { "Not answered",
	    "Missed (rang, nobody answered), abandoned (the caller left before"
	    " anything rang) and failed calls.",
	    "&result=unanswered", false, false },
	[FIGURE_FIRST] = { "First-time callers",
	    "Calls from numbers that had never called this company before, of"
	    " all calls.",
	    "&first=yes", true, true },
	[FIGURE_TALK] = { "Talk time, mean",
	    "Minutes and seconds from answer to end, over answered calls.",
	    "&result=answered", true, true },
	[FIGURE_QUALIFIED] = { "Qualified",
	    "Calls whose talk time reached the company’s billable limit.",
	    "&qualified=yes", true, false },
	[FIGURE_VOICEMAIL] = { "Voicemail",
	    "Calls that ended with a message from the caller.",
	    "&result=voicemail", true, true },
};

/* What the figures are of. */
struct periods {
	const struct page_board *b;
	struct db_report_sums now;
	struct db_report_sums old;
};

/* Where a value went: words for the change. sign: of now minus before. With no
 * call before there is nothing to compare with. */
static void set_delta(const struct periods *p, const struct figure *f,
    int64_t sign, const char *text, struct view *item)
{
	const bool same = f->neutral || sign == 0 || p->old.calls == 0;

	view_cstr(item, "delta", p->old.calls > 0 ? text : "");
	view_flag(item, "delta_good", !same && (sign > 0) == f->more_is_good);
	view_flag(item, "delta_bad", !same && (sign > 0) != f->more_is_good);
	view_flag(item, "delta_same", same);
}

static const char *arrow(int64_t change)
{
	return change > 0 ? "▲" : change < 0 ? "▼" : "=";
}

static struct view *figure(const struct periods *p, const struct figure *f,
    const char *value, const char *unit, struct view *v)
{
	struct view *item = view_item(v, "figures");
	char mem[HREF_MAX];
	struct buf href;

	buf_over(&href, mem, sizeof(mem));
	buf_cstr(&href, "/calls?");
	page_range_query(p->b->range, &href);
	buf_cstr(&href, f->filter);
	view_slice(item, "figure_href", buf_slice(&href));
	view_cstr(item, "figure_name", f->name);
	view_cstr(item, "figure_means", f->means);
	view_cstr(item, "figure_value", value);
	view_cstr(item, "unit", unit);
	view_flag(item, "figure_unit", unit[0] != '\0');
	return item;
}

static void before_text(const struct periods *p, struct view *item,
    const char *value)
{
	char text[PAGE_WORDS_MAX + 8];

	if (p->old.calls > 0)
		(void)snprintf(text, sizeof(text), "from %s", value);
	else
		(void)snprintf(text, sizeof(text), "no call before");
	view_cstr(item, "figure_before", text);
}

/* A count, with its change in per cent. */
static void count_figure(const struct periods *p, const struct figure *f,
    int64_t now, int64_t before, struct view *v)
{
	char value[PAGE_WORDS_MAX], text[PAGE_WORDS_MAX];
	const int64_t change = now - before;
	struct view *item;

	page_words_count(now, value);
	item = figure(p, f, value, "", v);
	page_words_count(before, value);
	before_text(p, item, value);
	if (change == 0 || before == 0)
		(void)snprintf(text, sizeof(text), "%s",
		    change == 0 ? "=" : "▲ new");
	else
		(void)snprintf(text, sizeof(text), "%s %lld %%", arrow(change),
		    (long long)(((change < 0 ? -change : change) * 100 +
				    before / 2) /
				before));
	set_delta(p, f, change, text, item);
}

/* A share in per cent with one decimal, with its change in points. */
static void share_figure(const struct periods *p, const struct figure *f,
    int64_t part, int64_t whole, int64_t part_before, int64_t whole_before,
    struct view *v)
{
	const long long now =
	    whole > 0 ? page_words_nearest(part, whole, 1000) : 0;
	const long long before =
	    whole_before > 0
		? page_words_nearest(part_before, whole_before, 1000)
		: 0;
	const long long change = whole_before > 0 ? now - before : 0;
	const long long size = change < 0 ? -change : change;
	char value[PAGE_WORDS_MAX], text[PAGE_WORDS_MAX];
	struct view *item;

	(void)snprintf(value, sizeof(value), "%lld.%lld", now / 10, now % 10);
	item = figure(p, f, whole > 0 ? value : "–", whole > 0 ? " %" : "", v);
	(void)snprintf(value, sizeof(value), "%lld.%lld %%", before / 10,
	    before % 10);
	before_text(p, item, whole_before > 0 ? value : "–");
	(void)snprintf(text, sizeof(text), "%s %lld.%lld pt", arrow(change),
	    size / 10, size % 10);
	set_delta(p, f, change, change == 0 ? "=" : text, item);
}

/* A mean time, with its change as time. */
static void time_figure(const struct periods *p, const struct figure *f,
    struct view *v)
{
	const struct db_report_sums *now = &p->now, *before = &p->old;
	const int64_t a = now->answered > 0 ? now->talk_ms / now->answered : 0;
	const int64_t c =
	    before->answered > 0 ? before->talk_ms / before->answered : 0;
	const int64_t change = (a / 1000 - c / 1000) * 1000; /* as shown */
	char value[PAGE_WORDS_MAX], text[PAGE_WORDS_MAX + 8];
	struct view *item;

	page_words_clock(a, value);
	item = figure(p, f, now->answered > 0 ? value : "–", "", v);
	page_words_clock(c, value);
	before_text(p, item, before->answered > 0 ? value : "–");
	page_words_clock(change > 0 ? change : -change, value);
	(void)snprintf(text, sizeof(text), "%s %s", arrow(change), value);
	set_delta(p, f, change,
	    before->answered > 0 && change != 0 ? text : "=", item);
}

void page_board_figures(const struct page_board *b, struct view *v)
{
	const struct periods p = { .b = b,
		.now = page_board_total(b),
		.old =
		    sum_until(b->before, b->n_before, b->range->before_to_us) };
	const struct db_report_sums *now = &p.now, *old = &p.old;

	view_list(v, "figures");
	count_figure(&p, &figures[FIGURE_CALLS], now->calls, old->calls, v);
	share_figure(&p, &figures[FIGURE_ANSWERED], now->answered, now->calls,
	    old->answered, old->calls, v);
	count_figure(&p, &figures[FIGURE_UNANSWERED], db_report_unanswered(now),
	    db_report_unanswered(old), v);
	share_figure(&p, &figures[FIGURE_FIRST], now->first_time, now->calls,
	    old->first_time, old->calls, v);
	time_figure(&p, &figures[FIGURE_TALK], v);
	if (b->billable_s > 0)
		count_figure(&p, &figures[FIGURE_QUALIFIED], now->qualified,
		    old->qualified, v);
	else
		count_figure(&p, &figures[FIGURE_VOICEMAIL], now->voicemail,
		    old->voicemail, v);
}

/* --- series ---------------------------------------------------------------*/

/* Sums between edges[i] and edges[i + 1] for each i; rows and edges rise. */
static void fold(const struct db_report_bucket *rows, size_t n,
    const int64_t *edges, size_t count, struct db_report_sums *out)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		while (at < count && rows[i].at_us >= edges[at + 1])
			at++;
		if (at < count && rows[i].at_us >= edges[at])
			db_report_add(&out[at], &rows[i].sums);
	}
}

static void point_names(const struct page_range *g, size_t i, int64_t at_us,
    struct view *item)
{
	char text[TZ_TEXT_MAX], href[HREF_MAX];
	const struct tz_date day =
	    tz_date_add(g->from, g->days == 1 ? 0 : (int)i);

	if (g->days == 1) {
		tz_text_clock(g->z, at_us, text);
		view_cstr(item, "point_name", text);
		view_cstr(item, "point_short", text);
	} else {
		tz_date_long(day, text);
		view_cstr(item, "point_name", text);
		tz_date_short(day, text);
		view_cstr(item, "point_short", text);
	}
	tz_date_iso(day, text);
	(void)snprintf(href, sizeof(href), "/calls?from=%.10s&to=%.10s", text,
	    text);
	view_cstr(item, "point_href", href);
	view_u64(item, "point_key", (uint64_t)i);
}

static void point(const struct page_range *g, size_t i, const int64_t *edges,
    const struct db_report_sums *now, const struct db_report_sums *before,
    struct view *v)
{
	struct view *item = view_item(v, "series");
	const int64_t missed = now->calls - now->answered;

	point_names(g, i, edges[0], item);
	view_flag(item, "point_partial",
	    g->now_us > edges[0] && g->now_us < edges[1]);
	view_i64(item, "point_calls", now->calls);
	view_i64(item, "point_answered", now->answered);
	view_i64(item, "point_missed", missed);
	view_i64(item, "point_before", before->calls);
}

enum err page_board_series(const struct page_board *b, struct arena *mem,
    struct view *v)
{
	const struct page_range *g = b->range;
	const size_t count = page_range_points(g);
	int64_t *edges = arena_array(mem, count + 1, sizeof(*edges));
	struct db_report_sums *now = arena_array(mem, count, sizeof(*now));
	struct db_report_sums *old = arena_array(mem, count, sizeof(*old));
	enum err e;

	if (edges == NULL || now == NULL || old == NULL)
		return ERR_NOMEM;
	e = page_range_edges(g, g->before, edges);
	if (e != ERR_OK)
		return e;
	fold(b->before, b->n_before, edges, count, old);
	if ((e = page_range_edges(g, g->from, edges)) != ERR_OK)
		return e;
	fold(b->now, b->n_now, edges, count, now);
	view_cstr(v, "series_title",
	    g->days == 1 ? "Calls per hour" : "Calls per day");
	view_cstr(v, "series_step", g->days == 1 ? "Hour" : "Day");
	view_list(v, "series");
	for (size_t i = 0; i < count; i++)
		point(g, i, &edges[i], &now[i], &old[i], v);
	return ERR_OK;
}

/* --- heat map --------------------------------------------------------------*/

#define HEAT_LEVELS 5

static const char *const day_names[] = { "Monday", "Tuesday", "Wednesday",
	"Thursday", "Friday", "Saturday", "Sunday" };

static enum err count_heat(const struct page_board *b, int64_t cells[7][24],
    int64_t *sum)
{
	for (size_t i = 0; i < b->n_now; i++) {
		const int64_t n = db_report_unanswered(&b->now[i].sums);
		struct tz_time t;
		enum err e;

		if (n == 0)
			continue;
		e = tz_local(b->range->z, b->now[i].at_us, &t);
		if (e != ERR_OK)
			return e;
		cells[t.weekday][t.hour] += n;
		*sum += n;
	}
	return ERR_OK;
}

static void heat_row(int day, const int64_t cells[24], int64_t most,
    struct view *v)
{
	struct view *row = view_item(v, "weekdays");
	char text[64];

	(void)snprintf(text, sizeof(text), "%.3s", day_names[day]);
	view_cstr(row, "weekday", text);
	view_list(row, "cells");
	for (int h = 0; h < 24; h++) {
		struct view *cell = view_item(row, "cells");
		const int64_t level =
		    most == 0 ? 0 : (cells[h] * HEAT_LEVELS + most - 1) / most;

		(void)snprintf(text, sizeof(text), "%s %02d:00: %lld",
		    day_names[day], h, (long long)cells[h]);
		view_i64(cell, "heat", level);
		view_cstr(cell, "cell_text", text);
		view_i64(cell, "cell_n", cells[h]);
	}
}

static void heat_hours(struct view *v)
{
	char text[16];

	view_list(v, "hours");
	for (int h = 0; h < 24; h++) {
		struct view *item = view_item(v, "hours");

		(void)snprintf(text, sizeof(text), "%02d", h);
		view_cstr(item, "hour", h % 6 == 0 ? text : "");
		(void)snprintf(text, sizeof(text), "%02d:00", h);
		view_cstr(item, "hour_full", text);
		view_flag(item, "hour_blank", h % 6 != 0);
	}
}

enum err page_board_heat(const struct page_board *b, struct view *v)
{
	int64_t cells[7][24] = { { 0 } };
	int64_t sum = 0, most = 0;
	int day = 0, hour = 0;
	char text[96], count[PAGE_WORDS_MAX];
	enum err e;

	if ((e = count_heat(b, cells, &sum)) != ERR_OK)
		return e;
	for (int d = 0; d < 7; d++)
		for (int h = 0; h < 24; h++)
			if (cells[d][h] > most) {
				most = cells[d][h];
				day = d;
				hour = h;
			}
	heat_hours(v);
	view_list(v, "weekdays");
	for (int d = 0; d < 7; d++)
		heat_row(d, cells[d], most, v);
	page_words_count(sum, count);
	(void)snprintf(text, sizeof(text), "%s %s", count,
	    sum == 1 ? "call" : "calls");
	view_cstr(v, "heat_end", text);
	if (most == 0)
		(void)snprintf(text, sizeof(text),
		    "Every call of this period was answered.");
	else
		(void)snprintf(text, sizeof(text), "Most: %s %02d:00, %lld %s.",
		    day_names[day], hour, (long long)most,
		    most == 1 ? "call" : "calls");
	view_cstr(v, "heat_note", text);
	return ERR_OK;
}
