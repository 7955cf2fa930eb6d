#include "cgi/page/page_usage.h"

#include <stdio.h>

#include "cgi/page/page_metric.h"
#include "cgi/page/page_usage_data.h"
#include "cgi/web/frame.h"
#include "cgi/web/route.h"
#include "cgi/web/trail.h"
#include "lib/base/buf.h"
#include "lib/text/csv_out.h"
#include "lib/text/json_out.h"

#define TEXT_MAX ((size_t)16384)
#define HREF_MAX 120

/* --- the page --------------------------------------------------------------*/

/* "/usage?metric=calls&until=2026-11" */
static void address(const struct usage_report *t, const char *path,
    struct tz_date until, bool latest, const char *key, struct view *v)
{
	char mem[HREF_MAX], month[PAGE_USAGE_NAME];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b, "%s?metric=%s", path, t->metric->key);
	page_usage_data_name(until, month);
	if (!latest)
		buf_printf(&b, "&until=%s", month);
	view_slice(v, key, buf_slice(&b));
}

static void period(struct tz_date last, const char *key, struct view *v)
{
	char from[TZ_TEXT_MAX], to[TZ_TEXT_MAX];
	char text[2 * TZ_TEXT_MAX + 8];

	tz_date_month(page_usage_data_month(last, 1 - PAGE_USAGE_MONTHS), from);
	tz_date_month(last, to);
	(void)snprintf(text, sizeof(text), "%s – %s", from, to);
	view_cstr(v, key, text);
}

static void choices(const struct usage_report *t, struct view *v)
{
	char month[PAGE_USAGE_NAME];

	view_list(v, "metrics");
	view_list(v, "columns");
	for (size_t i = 0; i < page_usage_data_measures(); i++) {
		const struct usage_measure *m = page_usage_data_measure(i);
		struct view *item = view_item(v, "metrics");

		view_cstr(item, "choice", m->key);
		view_cstr(item, "choice_name", m->name);
		view_flag(item, "choice_on", m == t->metric);
		item = view_item(v, "columns");
		view_cstr(item, "column", m->name);
		view_cstr(item, "column_means", m->means);
	}
	view_flag(v, "is_past", !t->latest);
	page_usage_data_name(t->until, month);
	view_cstr(v, "until", month);
	address(t, "/usage",
	    page_usage_data_month(t->until, -PAGE_USAGE_MONTHS), false,
	    "earlier_href", v);
	address(t, "/usage", t->until, true, "latest_href", v);
	address(t, "/usage.csv", t->until, t->latest, "csv_href", v);
	address(t, "/usage.json", t->until, t->latest, "json_href", v);
	period(t->until, "period_text", v);
	period(page_usage_data_month(t->until, -PAGE_USAGE_MONTHS),
	    "previous_text", v);
	view_cstr(v, "metric_name", t->metric->name);
	view_cstr(v, "metric_unit", t->metric->unit);
}

static void row_view(const struct usage_report *t, const struct usage_row *row,
    const char *name, struct view *item)
{
	const uint64_t now = page_usage_data_shown(t->metric, &row->now);
	const uint64_t before = page_usage_data_shown(t->metric, &row->before);
	char text[PAGE_WORDS_MAX];

	view_cstr(item, "month", name);
	view_flag(item, "so_far", row->partial);
	page_words_put_count(item, "now", now);
	view_u64(item, "now_n", now);
	page_words_put_count(item, "before", before);
	view_u64(item, "before_n", before);
	(void)page_metric_moved(METRIC_COUNT, (int64_t)now, (int64_t)before,
	    text);
	view_cstr(item, "change", text);
	view_list(item, "cells");
	for (size_t k = 0; k < page_usage_data_measures(); k++)
		page_words_put_count(view_item(item, "cells"), "cell",
		    page_usage_data_shown(page_usage_data_measure(k),
			&row->now));
}

/* Months in their order, for the chart. */
static void series_view(const struct usage_report *t, struct view *v)
{
	view_list(v, "series");
	for (size_t i = PAGE_USAGE_MONTHS; i-- > 0;) {
		const struct usage_row *row = &t->rows[i];
		struct view *item = view_item(v, "series");
		char name[TZ_TEXT_MAX];

		tz_date_month(row->first, name);
		row_view(t, row, name, item);
		view_u64(item, "point_key", PAGE_USAGE_MONTHS - 1 - i);
		name[3] = '\0'; /* "Nov" */
		view_cstr(item, "point_short", name);
	}
}

enum err page_usage(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "usage.html");
	struct usage_report t;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = frame_page(r, FRAME_REPORTS, "Usage", SLICE(""), v)) !=
		ERR_OK ||
	    (e = page_usage_data_read(r, &t)) != ERR_OK)
		return e;
	view_flag(v, "can_export", r->role >= ROUTE_ANALYST);
	choices(&t, v);
	series_view(&t, v);
	view_list(v, "months");
	for (size_t i = 0; i < PAGE_USAGE_MONTHS; i++) {
		char name[TZ_TEXT_MAX];

		tz_date_month(t.rows[i].first, name);
		row_view(&t, &t.rows[i], name, view_item(v, "months"));
	}
	row_view(&t, &t.all, "All", view_item(v, "months"));
	return resp_view(out, v);
}

/* --- files -----------------------------------------------------------------*/

static void csv_row(const struct usage_report *t, const struct usage_row *row,
    struct csv_out *c)
{
	csv_out_cstr(c, row->name);
	for (size_t k = 0; k < page_usage_data_measures(); k++)
		csv_out_u64(c, page_usage_data_shown(page_usage_data_measure(k),
				   &row->now));
	csv_out_u64(c, page_usage_data_shown(t->metric, &row->before));
	csv_out_end(c);
}

static void write_csv(const struct usage_report *t, struct buf *b)
{
	char before[40];
	struct csv_out c;

	csv_out_init(&c, b);
	csv_out_cstr(&c, "month");
	for (size_t k = 0; k < page_usage_data_measures(); k++)
		csv_out_cstr(&c, page_usage_data_measure(k)->key);
	(void)snprintf(before, sizeof(before), "%s_before", t->metric->key);
	csv_out_cstr(&c, before);
	csv_out_end(&c);
	for (size_t i = 0; i < PAGE_USAGE_MONTHS; i++)
		csv_row(t, &t->rows[i], &c);
	csv_row(t, &t->all, &c);
}

static void json_row(const struct usage_report *t, const struct usage_row *row,
    struct json_out *j)
{
	json_out_object(j);
	json_out_key(j, "month");
	json_out_cstr(j, row->name);
	for (size_t k = 0; k < page_usage_data_measures(); k++) {
		json_out_key(j, page_usage_data_measure(k)->key);
		json_out_u64(j,
		    page_usage_data_shown(page_usage_data_measure(k),
			&row->now));
	}
	json_out_key(j, "before");
	json_out_u64(j, page_usage_data_shown(t->metric, &row->before));
	json_out_key(j, "complete");
	json_out_bool(j, !row->partial);
	json_out_end(j);
}

static void write_json(const struct usage_report *t, struct json_out *j)
{
	json_out_object(j);
	json_out_key(j, "metric");
	json_out_cstr(j, t->metric->key);
	json_out_key(j, "means");
	json_out_cstr(j, t->metric->means);
	json_out_key(j, "months");
	json_out_array(j);
	for (size_t i = 0; i < PAGE_USAGE_MONTHS; i++)
		json_row(t, &t->rows[i], j);
	json_out_end(j);
	json_out_key(j, "all");
	json_row(t, &t->all, j);
	json_out_end(j);
}

/* Whoever takes them out is written down. */
static enum err take(const struct req *r, struct usage_report *t)
{
	const enum err e = page_usage_data_read(r, t);

	return e != ERR_OK || r->head
		   ? e
		   : trail_add(r,
			 &(struct trail){ .action = "usage.export",
			     .object_kind = "usage",
			     .after = trail_text(r, "address", r->target) });
}

enum err page_usage_json(const struct req *r, struct resp *out)
{
	struct usage_report t;
	struct json_out j;
	struct buf b;
	enum err e;

	if ((e = take(r, &t)) != ERR_OK)
		return e;
	buf_init(&b, TEXT_MAX);
	json_out_init(&j, &b);
	write_json(&t, &j);
	if ((e = json_out_done(&j)) == ERR_OK)
		e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

enum err page_usage_csv(const struct req *r, struct resp *out)
{
	struct usage_report t;
	struct buf b;
	enum err e;

	if ((e = take(r, &t)) != ERR_OK)
		return e;
	buf_init(&b, TEXT_MAX);
	write_csv(&t, &b);
	resp_header(out, "Content-Disposition",
	    SLICE("attachment; filename=\"usage.csv\""));
	if ((e = buf_err(&b)) == ERR_OK)
		e = resp_bytes(out, "text/csv; charset=utf-8", buf_slice(&b));
	buf_fini(&b);
	return e;
}
