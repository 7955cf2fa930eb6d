#include "cgi/page/page_range.h"

#include <stdio.h>

#include "lib/base/buf.h"

static const struct {
	const char *word;
	const char *name;
	int days;
} presets[] = {
	{ "today", "Today", 1 },
	{ "7d", "7 days", 7 },
	{ "30d", "30 days", 30 },
	{ "90d", "90 days", 90 },
	{ "365d", "Year", 365 },
};

#define PRESET_DEFAULT 2

enum err page_range_zone(const struct req *r, struct tz **out)
{
	const enum err e = tz_open(r->company_zone, out);

	return e == ERR_NOTFOUND ? tz_open(SLICE("UTC"), out) : e;
}

static enum err read_own(const struct req *r, struct slice from,
    struct page_range *g)
{
	static const char day[] = "a day, as 2026-10-31";
	struct slice to = SLICE("");
	const enum err e = req_query(r, "to", &to);

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (tz_date_parse(from, &g->from) != ERR_OK)
		return req_wrong(r, "from", day);
	if (tz_date_parse(to, &g->to) != ERR_OK)
		return req_wrong(r, "to", day);
	g->days = tz_date_diff(g->from, g->to) + 1;
	if (g->days < 1)
		return req_wrong(r, "to", "a day that is not before the first");
	if (g->days > PAGE_RANGE_DAYS_MAX) {
		g->days = PAGE_RANGE_DAYS_MAX;
		g->from = tz_date_add(g->to, 1 - g->days);
	}
	return ERR_OK;
}

static enum err read_preset(const struct req *r, struct tz_date today,
    struct page_range *g)
{
	struct slice word = slice_from(presets[PRESET_DEFAULT].word);
	const enum err e = req_query(r, "range", &word);

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	for (size_t i = 0; i < RT_ARRAY_LEN(presets); i++)
		if (slice_eq_cstr(word, presets[i].word)) {
			g->word = presets[i].word;
			g->days = presets[i].days;
			g->to = today;
			g->from = tz_date_add(today, 1 - g->days);
			return ERR_OK;
		}
	return req_wrong(r, "range", "today, 7d, 30d, 90d or 365d");
}

static int days_until(const struct page_range *g, struct tz_date today)
{
	const int n = tz_date_diff(g->from, today) + 1;

	if (n < 0)
		return 0;
	return n < g->days ? n : g->days;
}

/* The instants of the days found, and of the previous period. */
static enum err set_instants(struct page_range *g)
{
	const int weeks = (g->days + 6) / 7;
	struct tz_time now;
	enum err e;

	g->before = tz_date_add(g->from, -7 * weeks);
	if ((e = tz_day_start(g->z, g->from, &g->from_us)) != ERR_OK ||
	    (e = tz_day_start(g->z, tz_date_add(g->to, 1), &g->to_us)) !=
		ERR_OK ||
	    (e = tz_day_start(g->z, g->before, &g->before_us)) != ERR_OK ||
	    (e = tz_day_start(g->z, tz_date_add(g->before, g->days),
		 &g->before_end_us)) != ERR_OK ||
	    (e = tz_local(g->z, g->now_us, &now)) != ERR_OK)
		return e;
	g->before_to_us = g->before_end_us;
	g->days_begun = days_until(g, now.date);
	g->open = g->now_us >= g->from_us && g->now_us < g->to_us;
	if (!g->open)
		return ERR_OK;
	now.date = tz_date_add(now.date, tz_date_diff(g->from, g->before));
	return tz_utc(g->z, &now, &g->before_to_us);
}

enum err page_range_read(const struct req *r, struct tz *z,
    struct page_range *out)
{
	struct page_range g = { .z = z, .now_us = r->now_us, .word = NULL };
	struct tz_date today;
	struct slice from;
	enum err e;

	if ((e = tz_day_of(z, r->now_us, &today)) != ERR_OK)
		return e;
	e = req_query(r, "from", &from);
	if (e == ERR_OK)
		e = read_own(r, from, &g);
	else if (e == ERR_NOTFOUND)
		e = read_preset(r, today, &g);
	if (e != ERR_OK || (e = set_instants(&g)) != ERR_OK)
		return e;
	*out = g;
	return ERR_OK;
}

bool page_range_spend_days(const struct page_range *g, bool before,
    char first[TZ_TEXT_MAX], char last[TZ_TEXT_MAX])
{
	const struct tz_date from = before ? g->before : g->from;
	const int days = before && !g->open ? g->days : g->days_begun;

	tz_date_iso(from, first);
	tz_date_iso(tz_date_add(from, days - 1), last);
	return days > 0;
}

size_t page_range_points(const struct page_range *g)
{
	if (g->days != 1)
		return (size_t)g->days;
	return (size_t)((g->to_us - g->from_us + RT_HOUR_US - 1) / RT_HOUR_US);
}

static enum err hour_edges(const struct page_range *g, struct tz_date day,
    int64_t *edges)
{
	const size_t n = page_range_points(g);
	int64_t from_us, to_us;
	enum err e;

	if ((e = tz_day_start(g->z, day, &from_us)) != ERR_OK ||
	    (e = tz_day_start(g->z, tz_date_add(day, 1), &to_us)) != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++) {
		const int64_t at_us = from_us + (int64_t)i * RT_HOUR_US;

		edges[i] = at_us < to_us ? at_us : to_us;
	}
	edges[n] = to_us;
	return ERR_OK;
}

enum err page_range_edges(const struct page_range *g, struct tz_date from,
    int64_t *edges)
{
	const size_t n = page_range_points(g);
	enum err e = ERR_OK;

	if (g->days == 1)
		return hour_edges(g, from, edges);
	for (size_t i = 0; i <= n && e == ERR_OK; i++)
		e = tz_day_start(g->z, tz_date_add(from, (int)i), &edges[i]);
	return e;
}

void page_range_query(const struct page_range *g, struct buf *b)
{
	char day[TZ_TEXT_MAX];

	if (g->word != NULL) {
		buf_cstr(b, "range=");
		buf_cstr(b, g->word);
		return;
	}
	tz_date_iso(g->from, day);
	buf_cstr(b, "from=");
	buf_cstr(b, day);
	tz_date_iso(g->to, day);
	buf_cstr(b, "&to=");
	buf_cstr(b, day);
}

void page_range_text(struct tz_date from, struct tz_date to,
    char out[TZ_TEXT_MAX])
{
	char a[TZ_TEXT_MAX], b[TZ_TEXT_MAX];

	tz_date_short(from, a);
	tz_date_short(to, b);
	if (tz_date_diff(from, to) == 0)
		(void)snprintf(out, TZ_TEXT_MAX, "%.10s %d", b, to.year);
	else if (from.year == to.year)
		(void)snprintf(out, TZ_TEXT_MAX, "%.10s – %.10s %d", a, b,
		    to.year);
	else
		(void)snprintf(out, TZ_TEXT_MAX, "%.10s %d – %.10s %d", a,
		    from.year, b, to.year);
}

static void presets_view(const struct page_range *g, const char *path,
    struct slice rest, struct view *v)
{
	view_list(v, "ranges");
	for (size_t i = 0; i < RT_ARRAY_LEN(presets); i++) {
		struct view *item = view_item(v, "ranges");
		char mem[6400];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		buf_cstr(&b, path);
		buf_cstr(&b, "?range=");
		buf_cstr(&b, presets[i].word);
		buf_put(&b, rest);
		view_slice(item, "range_href", buf_slice(&b));
		view_cstr(item, "range_name", presets[i].name);
		view_cstr(item, "range_word", presets[i].word);
		view_flag(item, "range_on", g->word == presets[i].word);
	}
}

void page_range_view(const struct page_range *g, const char *path,
    struct slice rest, struct view *v)
{
	char text[TZ_TEXT_MAX];

	presets_view(g, path, rest, v);
	page_range_text(g->from, g->to, text);
	view_cstr(v, "range_text", text);
	page_range_text(g->before, tz_date_add(g->before, g->days - 1), text);
	view_cstr(v, "previous_text", text);
	view_flag(v, "previous_cut", g->open);
	view_flag(v, "range_own", g->word == NULL);
	tz_date_iso(g->from, text);
	view_cstr(v, "range_from", text);
	tz_date_iso(g->to, text);
	view_cstr(v, "range_to", text);
}
