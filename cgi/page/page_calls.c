#include "cgi/page/page_calls.h"

#include <stdio.h>
#include <string.h>

#include "cgi/page/page_bulk.h"
#include "cgi/page/page_cols.h"
#include "cgi/page/page_filter_view.h"
#include "cgi/page/page_place.h"
#include "cgi/page/page_row.h"
#include "cgi/page/page_views.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "cgi/web/route.h"
#include "lib/db/db_report_calls.h"
#include "lib/db/db_report_group.h"
#include "lib/db/db_search.h"

#define PAGE_ROWS 50

static const struct {
	const char *word;
	const char *name;
	const char *icon;
} results[] = {
	{ "", "All", "" },
	{ "answered", "Answered", "answered" },
	{ "unanswered", "Not answered", "missed" },
	{ "missed", "Missed", "missed" },
	{ "abandoned", "Abandoned", "abandoned" },
	{ "voicemail", "Voicemail", "voicemail" },
	{ "failed", "Failed", "failed" },
	{ "blocked", "Blocked", "blocked" },
	{ "interrupted", "Interrupted", "interrupted" },
	{ "live", "Live", "live" },
};

struct log {
	const struct req *r;
	struct page_range range;
	struct page_filter p;
	struct db_report_calls_filter f;
	unsigned int cols; /* bits of page_cols.h */
};

/* --- reading the address ---------------------------------------------------*/

static enum err parse_key(struct slice s, struct db_report_calls_key *out)
{
	struct page_place at;
	const enum err e = page_place_parse(ID_KIND_call, s, &at);

	if (e != ERR_OK)
		return e;
	out->started_us = at.at_us;
	memcpy(out->id.v, at.id, ID_BYTES);
	return ERR_OK;
}

/* One of the two ends of a page; *way stays when it is not asked for. */
static enum err read_end(struct log *l, const char *name,
    enum db_report_calls_way way)
{
	struct slice text;
	const enum err e = req_query(l->r, name, &text);

	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	l->f.way = way;
	return parse_key(text, &l->f.key) == ERR_OK
		   ? ERR_OK
		   : req_wrong(l->r, name,
			 "as the links to other pages have it");
}

static enum err read_key(struct log *l)
{
	const enum err e = read_end(l, "before", DB_REPORT_CALLS_OLDER);

	return e != ERR_OK || l->f.way == DB_REPORT_CALLS_OLDER
		   ? e
		   : read_end(l, "after", DB_REPORT_CALLS_NEWER);
}

static enum err read_log(struct log *l, struct tz *z)
{
	enum err e;

	if ((e = page_range_read(l->r, z, &l->range)) != ERR_OK ||
	    (e = page_filter_read(l->r, &l->range, "/calls", &l->p)) !=
		ERR_OK ||
	    (e = read_key(l)) != ERR_OK)
		return e;
	l->f.f = l->p.f;
	l->f.caller = l->p.caller;
	l->f.search = l->p.search;
	return page_cols_read(&l->p, &page_cols_calls, &l->cols);
}

/* --- filling the view ------------------------------------------------------*/

static void results_view(const struct log *l, struct view *v)
{
	view_list(v, "results");
	for (size_t i = 0; i < RT_ARRAY_LEN(results); i++) {
		struct view *item = view_item(v, "results");
		char mem[32];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		if (results[i].word[0] != '\0')
			page_filter_param(&b, "result",
			    slice_from(results[i].word));
		page_filter_href(&l->p, "result", buf_slice(&b), item,
		    "chip_href");
		view_cstr(item, "chip_name", results[i].name);
		view_flag(item, "chip_on",
		    slice_eq_cstr(l->p.f.result, results[i].word));
		view_cstr(item, "icon", results[i].icon);
		view_flag(item, "chip_icon", results[i].icon[0] != '\0');
	}
}

static void pager_href(const struct log *l, const char *name,
    const struct db_report_calls_row *row, const char *key, struct view *v)
{
	char mem[80], id[ID_TEXT_MAX];
	struct buf b;

	id_text(ID_KIND_call, row->id.v, id);
	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b, "&%s=%lld-%s", name, (long long)row->started_us, id);
	page_filter_href(&l->p, NULL, buf_slice(&b), v, key);
}

static void pager_view(const struct log *l, const struct db_report_calls *page,
    struct view *v)
{
	char text[64];

	view_flag(v, "newer", page->n > 0 && page->newer);
	view_flag(v, "older", page->n > 0 && page->older);
	(void)snprintf(text, sizeof(text), "%zu %s, newest first", page->n,
	    page->n == 1 ? "call" : "calls");
	view_cstr(v, "shown_text", text);
	if (page->n == 0)
		return;
	pager_href(l, "after", &page->rows[0], "newer_href", v);
	pager_href(l, "before", &page->rows[page->n - 1], "older_href", v);
}

/* What an empty log says depends on why it is empty. */
static void empty_view(const struct log *l, bool called, struct view *v)
{
	if (!called) {
		view_cstr(v, "empty_title", "No call yet");
		view_cstr(v, "empty_text",
		    "Calls to your tracking numbers appear here seconds after"
		    " they begin. The first steps show what is left to set up.");
		view_cstr(v, "action_name", "See the first steps");
		view_cstr(v, "action_href", "/welcome");
	} else if (l->f.way != DB_REPORT_CALLS_NEWEST) {
		view_cstr(v, "empty_title", "No more calls");
		view_cstr(v, "empty_text", "The log ends before this page.");
		view_cstr(v, "action_name", "To the newest");
		page_filter_href(&l->p, NULL, SLICE(""), v, "action_href");
	} else if (page_filter_any(&l->p)) {
		view_cstr(v, "empty_title", "No call fits these filters");
		view_cstr(v, "empty_text",
		    "Take a filter away, or choose a longer period.");
		view_cstr(v, "action_name", "Show all calls");
		view_cstr(v, "action_href", "/calls");
	} else {
		view_cstr(v, "empty_title", "No call in these days");
		view_cstr(v, "empty_text", "Choose a longer period.");
		view_cstr(v, "action_name", "Show 90 days");
		view_cstr(v, "action_href", "/calls?range=90d");
	}
	view_flag(v, "empty_action", true);
}

/* The roll-ups know how many calls the period has, if nothing is filtered. */
static enum err total_view(const struct log *l, struct view *v)
{
	const bool known = !page_filter_any(&l->p);
	const struct db_report_ask ask = { .filter = { .from_us =
							   l->range.from_us,
					       .to_us = l->range.to_us },
		.only = DB_REPORT_SUM(calls) };
	struct db_report_group *all = NULL;
	char text[PAGE_WORDS_MAX];
	size_t n = 0;
	enum err e;

	view_flag(v, "total_known", known);
	if (!known)
		return ERR_OK;
	e = db_report_group_list(l->r->db, l->r->company, &ask, 1, l->r->arena,
	    &all, &n);
	page_words_count(n > 0 ? all[0].sums.calls : 0, text);
	view_cstr(v, "total", text);
	view_flag(v, "total_one", n > 0 && all[0].sums.calls == 1);
	return e;
}

static enum err rows_view(const struct log *l, struct view *v)
{
	const struct req *r = l->r;
	struct db_report_calls page;
	struct db_report_company company;
	bool called = false;
	enum err e;

	if ((e = db_report_company(r->db, r->company, &company)) != ERR_OK ||
	    (e = db_report_called(r->db, r->company, &called)) != ERR_OK ||
	    (e = db_report_calls(r->db, r->company, &l->f, PAGE_ROWS, r->arena,
		 &page)) != ERR_OK)
		return e;
	view_flag(v, "search_short", db_search_is_short(l->f.search));
	view_flag(v, "any", page.n > 0);
	view_cstr(v, "currency", company.currency);
	view_list(v, "calls");
	for (size_t i = 0; i < page.n; i++)
		page_row_view(&page.rows[i], l->range.z, r->now_us,
		    company.country, view_item(v, "calls"));
	pager_view(l, &page, v);
	empty_view(l, called, v);
	return ERR_OK;
}

/* The same filters at the addresses of what is done with all calls. */
static void export_view(const struct log *l, struct view *v)
{
	struct page_filter csv = l->p, jsonl = l->p, all = l->p;

	view_flag(v, "can_export", l->r->role >= ROUTE_ANALYST);
	all.path = "/calls/mark";
	page_filter_href(&all, NULL, SLICE(""), v, "mark_all_href");
	csv.path = "/calls.csv";
	jsonl.path = "/calls.jsonl";
	page_filter_href(&csv, NULL, SLICE("&columns=shown"), v, "shown_href");
	page_filter_href(&csv, NULL, SLICE(""), v, "csv_href");
	page_filter_href(&jsonl, NULL, SLICE("&columns=shown"), v,
	    "shown_jsonl_href");
	page_filter_href(&jsonl, NULL, SLICE(""), v, "jsonl_href");
	/* How far an export is, told from the times of its rows. */
	view_i64(v, "export_from_us", l->range.from_us);
	view_i64(v, "export_to_us",
	    l->range.to_us < l->r->now_us ? l->range.to_us : l->r->now_us);
}

static enum err show(const struct req *r, struct tz *z, struct resp *out)
{
	struct log l = { .r = r };
	struct view *v = view_new(r->arena, "calls.html");
	char mem[PAGE_FILTER_HREF_MAX];
	struct buf rest;
	enum err e;

	if ((e = read_log(&l, z)) != ERR_OK ||
	    (e = frame_page(r, FRAME_CALLS, "Calls", l.p.search, v)) != ERR_OK)
		return e;
	buf_over(&rest, mem, sizeof(mem));
	page_filter_query(&l.p, NULL, &rest);
	page_range_view(&l.range, "/calls",
	    buf_err(&rest) == ERR_OK ? buf_slice(&rest) : SLICE(""), v);
	results_view(&l, v);
	page_filter_keep(&l.p, v);
	page_cols_view(&page_cols_calls, &l.p, l.cols, v);
	export_view(&l, v);
	if ((e = page_filter_view_chips(&l.p, v)) != ERR_OK ||
	    (e = page_filter_view_form(&l.p, v)) != ERR_OK ||
	    (e = page_views_view(&l.p, "calls", v)) != ERR_OK ||
	    (e = page_bulk_view(&l.p, "call", "calls", v)) != ERR_OK ||
	    (e = total_view(&l, v)) != ERR_OK ||
	    (e = rows_view(&l, v)) != ERR_OK)
		return e;
	return resp_view(out, v);
}

enum err page_calls(const struct req *r, struct resp *out)
{
	struct tz *z;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	e = show(r, z, out);
	tz_close(z);
	return e;
}
