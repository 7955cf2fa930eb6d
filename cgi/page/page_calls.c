#include "cgi/page/page_calls.h"

#include <stdio.h>
#include <string.h>

#include "cgi/page/page_range.h"
#include "cgi/page/page_row.h"
#include "cgi/page/page_words.h"
#include "cgi/tmpl/esc.h"
#include "cgi/web/frame.h"
#include "lib/base/scan.h"
#include "lib/db/db_report_calls.h"

#define PAGE_ROWS    50
#define HREF_MAX     6144
#define FILTER_MAX   255 /* characters a filter value may have */
#define FILTER_BYTES (4 * FILTER_MAX)

/* The filters that the address may carry besides result and period. */
enum {
	FILTER_SOURCE,
	FILTER_MEDIUM,
	FILTER_CAMPAIGN,
	FILTER_KEYWORD,
	FILTER_CALLER,
	FILTER_SEARCH,
	FILTER_COUNT
};

static const struct {
	const char *name;  /* in the address */
	const char *label; /* on its chip; NULL: shown with the one before */
	size_t max;        /* bytes */
} filters[FILTER_COUNT] = {
	[FILTER_SOURCE] = { "source", "Source", FILTER_BYTES },
	[FILTER_MEDIUM] = { "medium", NULL, FILTER_BYTES },
	[FILTER_CAMPAIGN] = { "campaign", "Campaign", FILTER_BYTES },
	[FILTER_KEYWORD] = { "keyword", "Keyword", FILTER_BYTES },
	[FILTER_CALLER] = { "caller", "Caller", 16 },
	[FILTER_SEARCH] = { "q", "Search", DB_REPORT_CALLS_SEARCH_MAX },
};

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
	struct slice result;
	struct slice value[FILTER_COUNT];
	bool given[FILTER_COUNT];
	struct db_report_calls_filter f;
};

/* --- reading the address ---------------------------------------------------*/

static enum err read_result(struct log *l)
{
	enum err e = req_query(l->r, "result", &l->result);

	if (e == ERR_NOTFOUND)
		return ERR_OK;
	for (size_t i = 0; e == ERR_OK && i < RT_ARRAY_LEN(results); i++)
		if (slice_eq_cstr(l->result, results[i].word))
			return ERR_OK;
	return e == ERR_OK ? ERR_RANGE : e;
}

static enum err read_filters(struct log *l)
{
	for (size_t i = 0; i < FILTER_COUNT; i++) {
		const enum err e =
		    req_query(l->r, filters[i].name, &l->value[i]);

		if (e != ERR_OK && e != ERR_NOTFOUND)
			return e;
		l->value[i] = slice_trim(l->value[i]);
		if (l->value[i].n > filters[i].max)
			return ERR_RANGE;
		l->given[i] =
		    e == ERR_OK && (l->value[i].n > 0 || i == FILTER_SOURCE);
	}
	return ERR_OK;
}

/* "<microseconds>-<call id>" */
static enum err parse_key(struct slice s, struct db_report_calls_key *out)
{
	struct db_report_calls_key key;
	enum err e;

	if ((e = scan_i64(&s, &key.started_us)) != ERR_OK ||
	    (e = scan_byte(&s, '-')) != ERR_OK ||
	    (e = id_parse(ID_KIND_call, s, key.id.v)) != ERR_OK)
		return e;
	/* What a database holds: years 1970 to 9999. */
	if (key.started_us < 0 ||
	    key.started_us > INT64_C(253402300799) * RT_SEC_US)
		return ERR_RANGE;
	*out = key;
	return ERR_OK;
}

static enum err read_key(struct log *l)
{
	struct slice text;
	enum err e;

	l->f.way = DB_REPORT_CALLS_NEWEST;
	if ((e = req_query(l->r, "before", &text)) == ERR_OK) {
		l->f.way = DB_REPORT_CALLS_OLDER;
		return parse_key(text, &l->f.key);
	}
	if (e != ERR_NOTFOUND)
		return e;
	if ((e = req_query(l->r, "after", &text)) == ERR_OK) {
		l->f.way = DB_REPORT_CALLS_NEWER;
		return parse_key(text, &l->f.key);
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err read_log(struct log *l, struct tz *z)
{
	enum err e;

	if ((e = page_range_read(l->r, z, &l->range)) != ERR_OK ||
	    (e = read_result(l)) != ERR_OK || (e = read_filters(l)) != ERR_OK ||
	    (e = read_key(l)) != ERR_OK)
		return e;
	l->f.from_us = l->range.from_us;
	l->f.to_us = l->range.to_us;
	l->f.result = l->result;
	l->f.by_source = l->given[FILTER_SOURCE];
	l->f.source = l->value[FILTER_SOURCE];
	l->f.medium = l->value[FILTER_MEDIUM];
	l->f.campaign = l->value[FILTER_CAMPAIGN];
	l->f.keyword = l->value[FILTER_KEYWORD];
	l->f.caller = l->value[FILTER_CALLER];
	l->f.search = l->value[FILTER_SEARCH];
	return ERR_OK;
}

/* --- writing addresses -----------------------------------------------------*/

static void put_param(struct buf *b, const char *name, struct slice value)
{
	buf_char(b, '&');
	buf_cstr(b, name);
	buf_char(b, '=');
	esc_url(value, b);
}

/* The filters as "&name=value…", but for the one left out (FILTER_COUNT:
 * none) with the medium that goes with its source. */
static void put_filters(const struct log *l, size_t without, struct buf *b)
{
	for (size_t i = 0; i < FILTER_COUNT; i++)
		if (l->given[i] && i != without &&
		    !(without == FILTER_SOURCE && i == FILTER_MEDIUM))
			put_param(b, filters[i].name, l->value[i]);
}

static void put_base(const struct log *l, struct buf *b)
{
	buf_cstr(b, "/calls?");
	page_range_query(&l->range, b);
}

static void set_href(struct view *item, const char *key, const struct buf *b)
{
	view_slice(item, key,
	    buf_err(b) == ERR_OK ? buf_slice(b) : SLICE("/calls"));
}

/* --- filling the view ------------------------------------------------------*/

static void results_view(const struct log *l, struct view *v)
{
	view_list(v, "results");
	for (size_t i = 0; i < RT_ARRAY_LEN(results); i++) {
		struct view *item = view_item(v, "results");
		char mem[HREF_MAX];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		put_base(l, &b);
		if (results[i].word[0] != '\0')
			put_param(&b, "result", slice_from(results[i].word));
		put_filters(l, FILTER_COUNT, &b);
		set_href(item, "chip_href", &b);
		view_cstr(item, "chip_name", results[i].name);
		view_flag(item, "chip_on",
		    slice_eq_cstr(l->result, results[i].word));
		view_cstr(item, "icon", results[i].icon);
		view_flag(item, "chip_icon", results[i].icon[0] != '\0');
	}
}

static void filter_name(const struct log *l, size_t i, struct buf *b)
{
	char source[FILTER_BYTES + 1], medium[FILTER_BYTES + 1];

	buf_cstr(b, filters[i].label);
	buf_cstr(b, ": ");
	if (i != FILTER_SOURCE) {
		buf_put(b, l->value[i]);
		return;
	}
	if (slice_to_cstr(l->value[FILTER_SOURCE], source, sizeof(source)) &&
	    slice_to_cstr(l->value[FILTER_MEDIUM], medium, sizeof(medium)))
		page_words_source(source, medium, b);
}

static void filters_view(const struct log *l, struct view *v)
{
	view_list(v, "filters");
	for (size_t i = 0; i < FILTER_COUNT; i++) {
		struct view *item;
		char mem[HREF_MAX];
		struct buf b;

		if (!l->given[i] || filters[i].label == NULL)
			continue;
		item = view_item(v, "filters");
		buf_over(&b, mem, sizeof(mem));
		put_base(l, &b);
		if (l->result.n > 0)
			put_param(&b, "result", l->result);
		put_filters(l, i, &b);
		set_href(item, "filter_href", &b);
		buf_reset(&b);
		filter_name(l, i, &b);
		view_slice(item, "filter_name", buf_slice(&b));
	}
}

/* Hidden fields of the form for own dates. */
static void keep_view(const struct log *l, struct view *v)
{
	view_list(v, "range_keep");
	for (size_t i = 0; i < FILTER_COUNT; i++)
		if (l->given[i]) {
			struct view *item = view_item(v, "range_keep");

			view_cstr(item, "keep_name", filters[i].name);
			view_slice(item, "keep_value", l->value[i]);
		}
	if (l->result.n > 0) {
		struct view *item = view_item(v, "range_keep");

		view_cstr(item, "keep_name", "result");
		view_slice(item, "keep_value", l->result);
	}
}

static void pager_href(const struct log *l, const char *name,
    const struct db_report_calls_row *row, const char *key, struct view *v)
{
	char mem[HREF_MAX], id[ID_TEXT_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	put_base(l, &b);
	if (l->result.n > 0)
		put_param(&b, "result", l->result);
	put_filters(l, FILTER_COUNT, &b);
	id_text(ID_KIND_call, row->id.v, id);
	buf_printf(&b, "&%s=%lld-%s", name, (long long)row->started_us, id);
	set_href(v, key, &b);
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

static bool is_filtered(const struct log *l)
{
	for (size_t i = 0; i < FILTER_COUNT; i++)
		if (l->given[i])
			return true;
	return l->result.n > 0;
}

/* What an empty log says depends on why it is empty. */
static void empty_view(const struct log *l, bool called, struct view *v)
{
	const bool filtered = is_filtered(l);

	if (!called) {
		view_cstr(v, "empty_title", "No call yet");
		view_cstr(v, "empty_text",
		    "Calls to your tracking numbers appear here seconds after"
		    " they begin. The overview shows what is left to set up.");
		view_cstr(v, "action_name", "See the set-up steps");
		view_cstr(v, "action_href", "/");
	} else if (filtered) {
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
	struct db_report_bucket *rows = NULL;
	struct db_report_sums sums = { .calls = 0 };
	char text[PAGE_WORDS_MAX];
	size_t n = 0;
	enum err e;

	view_flag(v, "total_known", !is_filtered(l));
	if (is_filtered(l))
		return ERR_OK;
	e = db_report_buckets(l->r->db, l->r->company, l->range.from_us,
	    l->range.to_us, l->r->arena, &rows, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		db_report_add(&sums, &rows[i].sums);
	page_words_count(sums.calls, text);
	view_cstr(v, "total", text);
	return e;
}

static enum err rows_view(const struct log *l, struct view *v)
{
	const struct req *r = l->r;
	struct db_report_calls page;
	struct db_report_company company;
	struct db_report_setup setup;
	enum err e;

	if ((e = db_report_company(r->db, r->company, &company)) != ERR_OK ||
	    (e = db_report_setup(r->db, r->company, &setup)) != ERR_OK ||
	    (e = db_report_calls(r->db, r->company, &l->f, PAGE_ROWS, r->arena,
		 &page)) != ERR_OK)
		return e;
	view_flag(v, "any", page.n > 0);
	view_list(v, "calls");
	for (size_t i = 0; i < page.n; i++)
		page_row_view(&page.rows[i], l->range.z, r->now_us,
		    company.country, view_item(v, "calls"));
	pager_view(l, &page, v);
	empty_view(l, setup.called, v);
	return ERR_OK;
}

static enum err show(const struct req *r, struct tz *z, struct resp *out)
{
	struct log l = { .r = r };
	struct view *v = view_new(r->arena, "calls.html");
	char mem[HREF_MAX];
	struct buf rest;
	enum err e;

	if ((e = read_log(&l, z)) != ERR_OK ||
	    (e = frame_page(r, FRAME_CALLS, "Calls", l.value[FILTER_SEARCH],
		 v)) != ERR_OK)
		return e;
	buf_over(&rest, mem, sizeof(mem));
	if (l.result.n > 0)
		put_param(&rest, "result", l.result);
	put_filters(&l, FILTER_COUNT, &rest);
	page_range_view(&l.range, "/calls",
	    buf_err(&rest) == ERR_OK ? buf_slice(&rest) : SLICE(""), v);
	results_view(&l, v);
	filters_view(&l, v);
	keep_view(&l, v);
	if ((e = total_view(&l, v)) != ERR_OK ||
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
