#include "cgi/page/page_overview.h"

#include <stdio.h>

#include "cgi/page/page_board.h"
#include "cgi/page/page_range.h"
#include "cgi/page/page_row.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "lib/db/db_report_calls.h"
#include "lib/text/esc.h"

#define SOURCES_SHOWN 8
#define TERMS_SHOWN   3 /* of campaigns and of keywords each */
#define LATEST_SHOWN  5
#define HREF_MAX      4096 /* two columns, percent-encoded, cut by the arena */

/* "/calls?range=30d&name=value": the calls behind a line. */
static void calls_href(const struct page_range *g, const char *name,
    const char *value, const char *name2, const char *value2, struct view *item,
    const char *key)
{
	char mem[HREF_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "/calls?");
	page_range_query(g, &b);
	buf_char(&b, '&');
	buf_cstr(&b, name);
	buf_char(&b, '=');
	/* "~": calls without one. */
	esc_url(value[0] == '\0' ? SLICE("~") : slice_from(value), &b);
	if (name2 != NULL) {
		buf_char(&b, '&');
		buf_cstr(&b, name2);
		buf_char(&b, '=');
		esc_url(value2[0] == '\0' ? SLICE("~") : slice_from(value2),
		    &b);
	}
	/* Too long to be an address: the unfiltered log is a good answer. */
	view_slice(item, key,
	    buf_err(&b) == ERR_OK ? buf_slice(&b) : SLICE("/calls"));
}

static void source_item(const struct page_range *g,
    const struct db_report_top *row, int64_t most, int64_t all, struct view *v)
{
	struct view *item = view_item(v, "sources");
	char mem[2 * sizeof(row->value)], text[PAGE_WORDS_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	page_words_source(row->value, row->value2, &b);
	view_slice(item, "source_name", buf_slice(&b));
	view_cstr(item, "channel",
	    page_words_channel("", row->value, row->value2));
	calls_href(g, "source", row->value, "medium", row->value2, item,
	    "source_href");
	page_words_count(row->sums.calls, text);
	view_cstr(item, "source_calls", text);
	page_words_share(row->sums.calls, all, text);
	view_cstr(item, "source_share", text);
	view_i64(item, "source_width",
	    most > 0 ? row->sums.calls * 100 / most : 0);
}

static enum err sources(const struct req *r, const struct page_board *b,
    struct view *v)
{
	const struct page_range *g = b->range;
	const int64_t all = page_board_total(b).calls;
	struct db_report_top *rows = NULL;
	size_t n = 0;
	const enum err e = db_report_top(r->db, r->company, DB_REPORT_SOURCE,
	    g->from_us, g->to_us, SOURCES_SHOWN, r->arena, &rows, &n);

	view_list(v, "sources");
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		source_item(g, &rows[i], rows[0].sums.calls, all, v);
	return e;
}

static enum err terms(const struct req *r, const struct page_range *g,
    enum db_report_dimension dimension, const char *kind, struct view *v)
{
	struct db_report_top *rows = NULL;
	size_t n = 0;
	const enum err e = db_report_top(r->db, r->company, dimension,
	    g->from_us, g->to_us, TERMS_SHOWN, r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		const struct db_report_sums *s = &rows[i].sums;
		struct view *item = view_item(v, "terms");
		char text[PAGE_WORDS_MAX];

		view_cstr(item, "term_kind", kind);
		view_cstr(item, "term_name", rows[i].value);
		calls_href(g, kind, rows[i].value, NULL, NULL, item,
		    "term_href");
		page_words_count(s->calls, text);
		view_cstr(item, "term_calls", text);
		page_words_share(s->answered, s->calls, text);
		view_cstr(item, "term_answered", text);
		page_words_share(s->first_time, s->calls, text);
		view_cstr(item, "term_first", text);
	}
	return e;
}

/* The newest calls whatever the period: what happened just now. */
static enum err latest(const struct req *r, const struct page_range *g,
    const char *country, struct view *v)
{
	const struct db_report_calls_filter f = {
		.f = { .from_us = g->now_us - 400 * RT_DAY_US,
		    .to_us = g->now_us + RT_DAY_US },
		.way = DB_REPORT_CALLS_NEWEST,
	};
	struct db_report_calls page;
	const enum err e = db_report_calls(r->db, r->company, &f, LATEST_SHOWN,
	    r->arena, &page);

	view_list(v, "latest");
	for (size_t i = 0; e == ERR_OK && i < page.n; i++)
		page_row_view(&page.rows[i], g->z, g->now_us, country,
		    view_item(v, "latest"));
	return e;
}

static enum err board(const struct req *r, const struct page_range *g,
    struct view *v)
{
	struct page_board b = { .range = g };
	struct db_report_company company;
	enum err e;

	e = db_report_company(r->db, r->company, &company);
	if (e != ERR_OK)
		return e;
	b.billable_s = company.billable_s;
	if ((e = db_report_buckets(r->db, r->company, g->from_us, g->to_us,
		 PAGE_BOARD_SUMS, r->arena, &b.now, &b.n_now)) != ERR_OK ||
	    (e = db_report_buckets(r->db, r->company, g->before_us,
		 g->before_end_us, PAGE_BOARD_SUMS, r->arena, &b.before,
		 &b.n_before)) != ERR_OK)
		return e;
	page_board_figures(&b, v);
	view_list(v, "terms");
	if ((e = page_board_series(&b, r->arena, v)) != ERR_OK ||
	    (e = page_board_heat(&b, v)) != ERR_OK ||
	    (e = sources(r, &b, v)) != ERR_OK ||
	    (e = terms(r, g, DB_REPORT_CAMPAIGN, "campaign", v)) != ERR_OK ||
	    (e = terms(r, g, DB_REPORT_KEYWORD, "keyword", v)) != ERR_OK)
		return e;
	return latest(r, g, company.country, v);
}

static enum err show(const struct req *r, struct tz *z, struct resp *out)
{
	struct view *v = view_new(r->arena, "overview.html");
	struct page_range g;
	bool called = false;
	enum err e;

	if ((e = page_range_read(r, z, &g)) != ERR_OK ||
	    (e = frame_page(r, FRAME_OVERVIEW, "Overview", SLICE(""), v)) !=
		ERR_OK ||
	    (e = db_report_called(r->db, r->company, &called)) != ERR_OK)
		return e;
	page_range_view(&g, "/", SLICE(""), v);
	view_list(v, "range_keep");
	view_flag(v, "first_run", !called);
	view_flag(v, "board", called);
	if (called && (e = board(r, &g, v)) != ERR_OK)
		return e;
	return resp_view(out, v);
}

enum err page_overview(const struct req *r, struct resp *out)
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
