#include "cgi/page/page_spend.h"

#include <stdio.h>

#include "cgi/page/page_filter.h"
#include "cgi/page/page_range.h"
#include "cgi/page/page_spend_month.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "cgi/web/sent_table.h"
#include "cgi/web/trail.h"
#include "lib/core/spend_in.h"
#include "lib/db/db_spend.h"

#define WRONGS_MAX ((size_t)20) /* rows that are told */

struct wrongs {
	struct spend_in_wrong at[WRONGS_MAX + 1];
	size_t n;
};

/* --- the page --------------------------------------------------------------*/

static enum err sums_view(const struct req *r, const struct page_range *g,
    struct view *v)
{
	const struct db_filter all = { .from_us = g->from_us,
		.to_us = g->to_us };
	char first[TZ_TEXT_MAX], last[TZ_TEXT_MAX], text[PAGE_WORDS_MAX];
	struct spend_sum *rows = NULL;
	int64_t sum = 0;
	size_t n = 0;
	enum err e;

	tz_date_iso(g->from, first);
	tz_date_iso(g->to, last);
	e = db_spend_sums(r->db, r->company, &all, GROUP_TEXT + FILTER_SOURCE,
	    first, last, r->arena, &rows, &n);
	view_list(v, "sums");
	view_flag(v, "has_sums", n > 0);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct view *item = view_item(v, "sums");

		view_cstr(item, "sum_source",
		    rows[i].value[0] == '\0' ? "Not said" : rows[i].value);
		page_words_money(rows[i].amount_micros, text);
		view_cstr(item, "sum_amount", text);
		sum += rows[i].amount_micros;
	}
	page_words_money(sum, text);
	view_cstr(v, "sum_all", text);
	return e;
}

/* What was typed stays, to be mended; a file has to be chosen again. */
static void wrongs_view(const struct req *r, const struct wrongs *w,
    struct view *v)
{
	struct slice typed = SLICE("");

	view_slice(v, "typed",
	    w->n > 0 && req_form(r, "text", &typed) == ERR_OK ? typed
							      : SLICE(""));
	view_list(v, "wrong");
	for (size_t i = 0; i < w->n && i < WRONGS_MAX; i++) {
		struct view *item = view_item(v, "wrong");

		view_flag(item, "has_row", w->at[i].row > 0);
		view_u64(item, "wrong_row", w->at[i].row);
		view_cstr(item, "wrong_why", w->at[i].why);
	}
	view_flag(v, "is_wrong", w->n > 0);
	view_flag(v, "wrong_more", w->n > WRONGS_MAX);
}

/* Other days, of the same tracker where one was asked for. */
static void range_view(const struct req *r, const struct page_range *g,
    struct view *v)
{
	struct slice tracker = SLICE("");
	char mem[ID_TEXT_MAX + 16];
	struct buf rest;

	buf_over(&rest, mem, sizeof(mem));
	view_list(v, "range_keep");
	if (req_query(r, "tracker", &tracker) == ERR_OK && tracker.n > 0) {
		struct view *item = view_item(v, "range_keep");

		page_filter_param(&rest, "tracker", tracker);
		view_cstr(item, "keep_name", "tracker");
		view_slice(item, "keep_value", tracker);
	}
	page_range_view(g, "/spend", buf_slice(&rest), v);
	view_slice(v, "asked_tracker", tracker);
}

static enum err show(const struct req *r, const struct wrongs *wrong,
    const struct page_spend_month_wrong *month, struct resp *out)
{
	struct view *v = view_new(r->arena, "spend.html");
	struct db_report_company company;
	struct page_range g;
	struct slice done;
	char day[TZ_TEXT_MAX];
	struct tz *z;
	enum err e;

	if ((e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	if ((e = page_range_read(r, z, &g)) == ERR_OK &&
	    (e = frame_page(r, FRAME_REPORTS, "Spend", SLICE(""), v)) ==
		ERR_OK &&
	    (e = db_report_company(r->db, r->company, &company)) == ERR_OK &&
	    (e = sums_view(r, &g, v)) == ERR_OK) {
		tz_date_iso(g.to, day);
		e = page_spend_month_view(r, day, month, v);
	}
	if (e == ERR_OK) {
		range_view(r, &g, v);
		view_cstr(v, "path", "/spend"); /* not where a form went */
		view_cstr(v, "currency", company.currency);
		wrongs_view(r, wrong, v);
		view_flag(v, "is_done",
		    req_query(r, "done", &done) == ERR_OK && wrong->n == 0 &&
			month == NULL);
	}
	tz_close(z);
	return e == ERR_OK ? resp_view(out, v) : e;
}

enum err page_spend(const struct req *r, struct resp *out)
{
	static const struct wrongs none;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	return show(r, &none, NULL, out);
}

enum err page_spend_again(const struct req *r,
    const struct page_spend_month_wrong *month, struct resp *out)
{
	static const struct wrongs none;

	if (month->why[0] != '\0')
		resp_status(out, 400);
	return show(r, &none, month, out);
}

/* --- a file ----------------------------------------------------------------*/

/* All rows or none. */
static enum err import(const struct req *r, struct spend_in *s,
    struct slice text)
{
	char count[32];
	unsigned int n;
	enum err e;

	if ((e = db_spend_import(r->db, r->company, s, text, r->now_us, &n)) !=
	    ERR_OK)
		return e;
	(void)snprintf(count, sizeof(count), "%u rows", n);
	return trail_add(r,
	    &(struct trail){ .action = "spend.import",
		.object_kind = "spend",
		.after = trail_text(r, "read", slice_from(count)) });
}

enum err page_spend_import(const struct req *r, struct resp *out)
{
	struct spend_in *s = arena_alloc(r->arena, sizeof(*s));
	struct wrongs wrong = { .n = 0 };
	struct slice text = SLICE("");
	bool mine;
	enum err e;

	if (s == NULL)
		return ERR_NOMEM;
	e = sent_table(r, "text", &text);
	if (sent_table_wrong(e) != NULL) {
		wrong.at[0] = (struct spend_in_wrong){ 0, sent_table_wrong(e) };
		wrong.n = 1;
		resp_status(out, 400);
		return show(r, &wrong, NULL, out);
	}
	if (e != ERR_OK)
		return e;
	s->why = "";
	if ((e = db_join(r->db, &mine)) != ERR_OK)
		return e;
	e = db_join_end(r->db, mine, import(r, s, text));
	if (e == ERR_OK)
		return resp_redirect(out, SLICE("/spend?done=1"));
	if (s->why[0] == '\0')
		return e;
	wrong.at[0] = (struct spend_in_wrong){ s->csv.row, s->why };
	wrong.n = spend_in_wrongs(s, text, r->now_us, wrong.at,
	    RT_ARRAY_LEN(wrong.at));
	if (wrong.n == 0)
		wrong.n = 1; /* no row: the file has none */
	resp_status(out, 400);
	return show(r, &wrong, NULL, out);
}
