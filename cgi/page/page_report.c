#include "cgi/page/page_report.h"

#include <stdio.h>
#include <string.h>

#include "cgi/page/page_filter_view.h"
#include "cgi/page/page_report_company.h"
#include "cgi/page/page_report_order.h"
#include "cgi/page/page_report_out.h"
#include "cgi/page/page_report_time.h"
#include "cgi/page/page_views.h"
#include "cgi/web/frame.h"
#include "cgi/web/route.h"

#define HEAT_LEVELS 5
#define MORE_MAX    4200
#define TITLE_MAX   200

/* --- choices ---------------------------------------------------------------*/

static void choice(struct view *v, const char *list, const char *key,
    const char *name, bool on)
{
	struct view *item = view_item(v, list);

	view_cstr(item, "choice", key);
	view_cstr(item, "choice_name", name);
	view_flag(item, "choice_on", on);
}

/* Of times only weekdays and hours go together. */
static bool splits(const struct report_dim *by, const struct report_dim *d)
{
	if (d == by || d->kind == REPORT_COMPANY)
		return false;
	return d->kind != REPORT_TIME ||
	       (by->kind == REPORT_TIME && strcmp(by->key, "day") != 0 &&
		   strcmp(d->key, "day") != 0);
}

static void choices(const struct report *t, struct view *v)
{
	view_list(v, "metrics");
	for (size_t i = 0; i < page_metric_count(); i++)
		choice(v, "metrics", page_metric_at(i)->key,
		    page_metric_at(i)->name, page_metric_at(i) == t->metric);
	view_list(v, "dims");
	view_list(v, "splits");
	for (size_t i = 0; i < page_report_dims_count(); i++) {
		const struct report_dim *d = page_report_dims_at(i);

		choice(v, "dims", d->key, d->name, d == t->by);
		if (splits(t->by, d))
			choice(v, "splits", d->key, d->name, d == t->split);
	}
	view_flag(v, "can_split", t->by->kind != REPORT_COMPANY);
	view_flag(v, "is_own", strcmp(t->metric->key, "own") == 0);
	view_u64(v, "own_s", t->own_s > 0 ? t->own_s : 60);
}

/* The reports that people ask for first, one click away. */
static const struct {
	const char *name;
	const char *query;
	const char *by;
	const char *metric;
} usual[] = {
	{ "Sources", "&by=source", "source", "calls" },
	{ "Campaigns", "&by=campaign", "campaign", "calls" },
	{ "Keywords", "&by=keyword", "keyword", "calls" },
	{ "Landing pages", "&by=landing", "landing", "calls" },
	{ "Not answered by hour", "&by=hour&metric=unanswered", "hour",
	    "unanswered" },
	{ "Locations", "&by=location", "location", "calls" },
	{ "Time to answer", "&by=destination&metric=answer", "destination",
	    "answer" },
	{ "Talk time", "&by=talk", "talk", "calls" },
	{ "Companies", "&by=company", "company", "calls" },
	{ "Cost per lead", "&by=source&metric=cost_lead", "source",
	    "cost_lead" },
};

static void usual_view(const struct report *t, struct view *v)
{
	view_list(v, "usual");
	for (size_t i = 0; i < RT_ARRAY_LEN(usual); i++) {
		struct view *item = view_item(v, "usual");
		char mem[200];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		buf_cstr(&b, "/reports?");
		page_range_query(&t->range, &b);
		buf_cstr(&b, usual[i].query);
		view_slice(item, "usual_href", buf_slice(&b));
		view_cstr(item, "usual_name", usual[i].name);
		view_flag(item, "usual_on",
		    strcmp(t->by->key, usual[i].by) == 0 &&
			strcmp(t->metric->key, usual[i].metric) == 0);
	}
}

/* n of most, on a scale from 0 to max; money is large, so shares first. */
static int64_t part_of(int64_t n, int64_t most, int64_t max)
{
	if (most <= 0 || n <= 0)
		return 0;
	return most > INT64_MAX / 1000 ? n / (most / max) : n * max / most;
}

/* --- the table -------------------------------------------------------------*/

static void cell(struct view *row, const struct page_metric *m,
    const struct db_report_sums *s)
{
	struct view *item = view_item(row, "cells");
	char text[PAGE_WORDS_MAX];

	page_metric_text(m, s, text);
	view_cstr(item, "cell", text);
	view_flag(item, "cell_few", page_metric_few(m, s));
}

static void change(const struct report *t, const struct report_row *row,
    struct view *item)
{
	char text[PAGE_WORDS_MAX];
	int sign;
	bool good;

	page_metric_change(t->metric, &row->now, &row->before, text, &sign);
	good = (sign > 0) != t->metric->less_is_good;
	view_cstr(item, "delta", text);
	view_flag(item, "delta_good", sign != 0 && good);
	view_flag(item, "delta_bad", sign != 0 && !good);
	view_flag(item, "delta_same", sign == 0);
	page_metric_text(t->metric, &row->before, text);
	view_cstr(item, "before", text);
}

/* The calls behind a row, in the log. */
static void put_value(const struct report_dim *d, struct slice value,
    struct buf *b)
{
	char mem[ID_TEXT_MAX];

	if (d->param != NULL) {
		const struct slice key = page_report_dims_key(d, value, mem);

		page_filter_param(b, d->param, key.n == 0 ? SLICE("~") : key);
		return;
	}
	for (size_t i = 0; i < d->n_words; i++)
		if (slice_eq_cstr(value, d->words[i].value))
			buf_cstr(b, d->words[i].filter);
}

/* A day among several has a log of its own. */
static bool is_day(const struct report *t, const struct report_row *row,
    struct page_range *day)
{
	*day = t->range;
	if (t->by->kind != REPORT_TIME || strcmp(t->by->key, "day") != 0 ||
	    tz_date_parse(row->value, &day->from) != ERR_OK)
		return false;
	day->to = day->from;
	day->word = NULL;
	return true;
}

/* The rows of all, and of all others, stand for no value. */
static void row_link(const struct report *t, const struct report_row *row,
    bool of_value, struct view *item)
{
	struct page_filter p = t->p;
	struct page_range day;
	char mem[MORE_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	if (of_value)
		put_value(t->by, row->value, &b);
	if (of_value && t->split != NULL)
		put_value(t->split, row->value2, &b);
	if (of_value && is_day(t, row, &day))
		p.range = &day;
	view_flag(item, "row_linked",
	    (buf_err(&b) == ERR_OK && b.n > 0) || p.range == &day);
	page_filter_href_calls(&p, t->by->key,
	    t->split == NULL ? NULL : t->split->key, buf_slice(&b), item,
	    "row_href");
}

/* Whose calls they are: the reader steps into that company to see them. */
static void company_view(const struct report *t, const struct report_row *row,
    struct view *item)
{
	char key[ID_TEXT_MAX];

	view_flag(item, "row_is_company", row->company != NULL);
	if (row->company == NULL)
		return;
	id_text(ID_KIND_company, row->company->id.v, key);
	view_cstr(item, "row_company", key);
	view_flag(item, "row_logo", row->company->logo_us > 0);
	view_i64(item, "row_logo_at", row->company->logo_us);
	view_flag(item, "row_on", id_eq(row->company->id.v, t->r->company.v));
}

static void row_view(const struct report *t, const struct report_row *row,
    int64_t most, bool of_value, struct view *v)
{
	struct view *item = view_item(v, "rows");
	const struct page_metric *m;
	char text[PAGE_WORDS_MAX];
	int64_t n = 0;
	bool known;

	view_slice(item, "label", row->label);
	view_slice(item, "label2", row->label2);
	view_flag(item, "has_label2", row->label2.n > 0);
	row_link(t, row, of_value, item);
	page_metric_text(t->metric, &row->now, text);
	view_cstr(item, "number", text);
	known = page_metric_number(t->metric, &row->now, &n);
	view_cstr(item, "row_currency", row->currency);
	view_flag(item, "row_money", known && row->currency[0] != '\0');
	company_view(t, row, item);
	view_i64(item, "width", part_of(n, most, 100));
	view_flag(item, "few", page_metric_few(t->metric, &row->now));
	change(t, row, item);
	view_list(item, "cells");
	for (size_t i = 0; (m = page_report_data_beside(t, i)) != NULL; i++)
		cell(item, m, &row->now);
	for (size_t i = 0; i < t->n_cols; i++)
		cell(item, t->metric, &row->cols[i]);
}

/* Does a figure of the row stand on few calls, the main one or one beside? */
static bool any_few(const struct report *t, const struct report_row *row)
{
	bool few = page_metric_few(t->metric, &row->now);
	const struct page_metric *m;

	for (size_t i = 0; (m = page_report_data_beside(t, i)) != NULL; i++)
		few = few || page_metric_few(m, &row->now);
	for (size_t i = 0; i < t->n_cols; i++)
		few = few || page_metric_few(t->metric, &row->cols[i]);
	return few;
}

static void table(const struct report *t, struct view *v)
{
	const struct report_row total = page_report_data_total(t);
	int64_t most = 0;
	bool few = false;

	for (size_t i = 0; i < t->n; i++) {
		int64_t n = 0;

		(void)page_metric_number(t->metric, &t->rows[i].now, &n);
		most = n > most ? n : most;
		few = few || any_few(t, &t->rows[i]);
	}
	view_list(v, "rows");
	for (size_t i = 0; i < t->n; i++)
		row_view(t, &t->rows[i], most, true, v);
	if (t->has_rest)
		row_view(t, &t->rest, 0, false, v);
	if (!t->no_total)
		row_view(t, &total, 0, false, v);
	view_flag(v, "has_total", !t->no_total);
	view_flag(v, "any",
	    t->total.calls > 0 || (t->total.costed != 0 && t->cost_fits));
	view_flag(v, "any_few", few);
	page_report_order_heads(t, v);
}

/* --- the chart -------------------------------------------------------------*/

static void point_view(const struct report *t, size_t i,
    const struct report_point *p, struct view *v)
{
	struct view *item = view_item(v, "series");
	char text[TZ_TEXT_MAX];
	int64_t n = 0;

	if (t->range.days == 1) {
		tz_text_clock(t->range.z, p->from_us, text);
		view_cstr(item, "point_name", text);
		view_cstr(item, "point_short", text);
	} else {
		tz_date_long(p->day, text);
		view_cstr(item, "point_name", text);
		tz_date_short(p->day, text);
		view_cstr(item, "point_short", text);
	}
	view_u64(item, "point_key", i);
	view_flag(item, "point_partial", p->partial);
	page_metric_text(t->metric, &p->now, text);
	view_cstr(item, "point_now", text);
	(void)page_metric_number(t->metric, &p->now, &n);
	view_i64(item, "point_n", n);
	n = 0;
	page_metric_text(t->metric, &p->before, text);
	view_cstr(item, "point_before", text);
	(void)page_metric_number(t->metric, &p->before, &n);
	view_i64(item, "point_before_n", n);
}

static enum err chart(const struct report *t, struct view *v)
{
	static const char *const units[] = {
		[METRIC_COUNT] = "count",
		[METRIC_SHARE] = "share",
		[METRIC_MS] = "ms",
		[METRIC_MONEY] = "money",
		[METRIC_RATIO] = "ratio",
	};
	struct report_point *points = NULL;
	size_t n = 0;
	const enum err e =
	    t->drawn ? page_report_time_points(t, &points, &n) : ERR_OK;

	view_list(v, "series");
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		point_view(t, i, &points[i], v);
	view_cstr(v, "unit", units[t->metric->unit]);
	view_cstr(v, "series_step", t->range.days == 1 ? "Hour" : "Day");
	view_flag(v, "has_chart", t->drawn);
	view_flag(v, "too_long_to_draw",
	    t->by->kind == REPORT_COMPANY &&
		t->range.days > PAGE_REPORT_COMPANY_DAYS);
	return e;
}

static void heat_row(const struct report *t, int day,
    struct db_report_sums cells[24], int64_t most, struct view *v)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
		"Sat", "Sun" };
	struct view *row = view_item(v, "weekdays");

	view_cstr(row, "weekday", days[day]);
	view_list(row, "heat_cells");
	for (int h = 0; h < 24; h++) {
		struct view *item = view_item(row, "heat_cells");
		char number[PAGE_WORDS_MAX], text[PAGE_WORDS_MAX + 24];
		int64_t n = 0;

		(void)page_metric_number(t->metric, &cells[h], &n);
		page_metric_text(t->metric, &cells[h], number);
		(void)snprintf(text, sizeof(text), "%s %02d:00: %s", days[day],
		    h, number);
		view_i64(item, "heat",
		    n > 0 ? 1 + part_of(n - 1, most, HEAT_LEVELS) : 0);
		view_cstr(item, "heat_text", text);
		view_cstr(item, "heat_n", number);
	}
}

/* The map is a table of its own: hours and their weekdays. */
static void heat_files(const struct report *t, struct view *v)
{
	struct page_filter week = t->p;

	page_filter_put(&week, "by", SLICE("hour"));
	page_filter_put(&week, "split", SLICE("weekday"));
	page_filter_put(&week, "sort", SLICE(""));
	page_filter_put(&week, "dir", SLICE(""));
	page_filter_href(&week, NULL, SLICE(""), v, "heat_href");
	week.path = "/reports.csv";
	page_filter_href(&week, NULL, SLICE(""), v, "heat_csv_href");
	view_flag(v, "heat_apart",
	    t->split == NULL || t->split->kind != REPORT_TIME);
}

/* With hours and weekdays comes the map of both. */
static enum err heat(const struct report *t, struct view *v)
{
	const bool on = strcmp(t->by->key, "hour") == 0 ||
			strcmp(t->by->key, "weekday") == 0;
	struct db_report_sums(*cells)[24] = NULL;
	int64_t most = 0, n;
	enum err e;

	view_flag(v, "has_heat", on && !t->metric->cost);
	heat_files(t, v);
	view_list(v, "weekdays");
	view_list(v, "hours");
	if (!on)
		return ERR_OK;
	if ((e = page_report_time_heat(t, &cells)) != ERR_OK)
		return e;
	for (int h = 0; h < 24; h++) {
		char text[16];

		(void)snprintf(text, sizeof(text), "%02d", h);
		view_cstr(view_item(v, "hours"), "hour", text);
	}
	for (int d = 0; d < 7; d++)
		for (int h = 0; h < 24; h++)
			if (page_metric_number(t->metric, &cells[d][h], &n) &&
			    n > most)
				most = n;
	for (int d = 0; d < 7; d++)
		heat_row(t, d, cells[d], most, v);
	return ERR_OK;
}

/* --- the page --------------------------------------------------------------*/

/* A name within a sentence. */
static void put_name(struct buf *b, const char *name)
{
	const char first = name[0];

	buf_char(b,
	    first >= 'A' && first <= 'Z' ? (char)(first - 'A' + 'a') : first);
	buf_cstr(b, name + 1);
}

static void title_text(const struct report *t, char text[TITLE_MAX])
{
	struct buf b;

	buf_over(&b, text, TITLE_MAX - 1);
	buf_cstr(&b, t->metric->name);
	buf_cstr(&b, " by ");
	put_name(&b, t->by->name);
	if (t->split != NULL) {
		buf_cstr(&b, " and ");
		put_name(&b, t->split->name);
	}
	text[b.n] = '\0';
}

static void title(const struct report *t, struct view *v)
{
	char text[TITLE_MAX];

	title_text(t, text);
	view_cstr(v, "report_title", text);
	view_cstr(v, "metric_name", t->metric->name);
	view_cstr(v, "metric_means", t->metric->means);
	view_cstr(v, "by_name", t->by->name);
	view_flag(v, "is_split", t->split != NULL && t->n_cols == 0);
	view_flag(v, "split_dropped", t->split_dropped);
	view_flag(v, "by_company", t->by->kind == REPORT_COMPANY);
	view_flag(v, "many_values", t->many);
	view_flag(v, "companies_cut", t->cut);
	view_flag(v, "companies_unlisted", t->unlisted);
	view_flag(v, "others_not_added", t->unlisted && t->no_total);
	view_flag(v, "several_currencies", t->no_total);
	view_flag(v, "is_money",
	    t->metric->unit == METRIC_MONEY && t->by->kind != REPORT_COMPANY);
	view_cstr(v, "currency", t->currency);
	view_cstr(v, "axis_unit",
	    t->metric->unit == METRIC_COUNT   ? "calls"
	    : t->metric->unit == METRIC_MONEY ? t->currency
					      : "");
	view_flag(v, "no_spend", t->metric->cost && t->total.costed == 0);
	view_flag(v, "no_cost_here",
	    t->metric->cost && t->total.costed != 0 && !t->cost_fits);
}

static void addresses(const struct report *t, struct view *v)
{
	struct page_filter csv = t->p, json = t->p;

	view_flag(v, "can_export", t->r->role >= ROUTE_ANALYST);
	csv.path = "/reports.csv";
	json.path = "/reports.json";
	page_filter_href(&csv, NULL, SLICE(""), v, "csv_href");
	page_filter_href(&json, NULL, SLICE(""), v, "json_href");
}

static enum err fill(struct report *t, struct view *v)
{
	char mem[PAGE_FILTER_HREF_MAX];
	struct buf rest;
	enum err e;

	buf_over(&rest, mem, sizeof(mem));
	page_filter_query(&t->p, NULL, &rest);
	page_range_view(&t->range, "/reports",
	    buf_err(&rest) == ERR_OK ? buf_slice(&rest) : SLICE(""), v);
	page_filter_keep(&t->p, v);
	page_filter_keep_filters(&t->p, v);
	title(t, v);
	choices(t, v);
	usual_view(t, v);
	table(t, v);
	addresses(t, v);
	if ((e = page_filter_view_chips(&t->p, v)) != ERR_OK ||
	    (e = page_filter_view_form(&t->p, v)) != ERR_OK ||
	    (e = page_views_view(&t->p, "reports", v)) != ERR_OK ||
	    (e = chart(t, v)) != ERR_OK)
		return e;
	return heat(t, v);
}

enum err page_report(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "reports.html");
	char text[TITLE_MAX];
	struct report t;
	struct tz *z;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	e = page_report_data_draw(r, z, USER_ROLE_READ_ONLY, &t);
	if (e == ERR_OK) {
		title_text(&t, text);
		e = frame_page(r, FRAME_REPORTS, text, SLICE(""), v);
	}
	if (e == ERR_OK)
		e = fill(&t, v);
	tz_close(z);
	return e == ERR_OK ? resp_view(out, v) : e;
}
