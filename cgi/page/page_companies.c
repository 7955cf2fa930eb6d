#include "cgi/page/page_companies.h"

#include <stdio.h>
#include <string.h>

#include "cgi/page/page_metric.h"
#include "cgi/page/page_range.h"
#include "cgi/web/frame.h"
#include "lib/base/utf8.h"
#include "lib/db/db_agency.h"
#include "lib/db/db_logo.h"
#include "lib/text/esc.h"
#include "lib/text/json_out.h"

#define NAME_CHARS 100
#define PAGE_ROWS  50
#define PAGES_MAX  1000
#define NAMES_MAX  12 /* that a menu offers */
#define BODY_MAX   65536
#define HREF_MAX   2048

/* The figures of a company's row. */
static const char *const columns[] = { "calls", "answered_rate", "unanswered",
	"first_rate", "qualified", "leads", "lead_rate" };

struct agency {
	struct page_range range;
	struct slice search;
	uint64_t page; /* from 1 */
	struct db_report_member *members;
	size_t n;
	bool cut;       /* there are more than these */
	uint64_t count; /* that have the name */
	const struct db_report_member *shown[PAGE_ROWS];
	size_t n_shown;
	struct db_agency_sums *now;
	size_t n_now;
	struct db_agency_sums *before;
	size_t n_before;
	struct db_agency_live *live;
	size_t n_live;
};

static const struct db_report_sums *sums_of(const struct db_agency_sums *rows,
    size_t n, struct company_id company)
{
	static const struct db_report_sums none;

	for (size_t i = 0; i < n; i++)
		if (id_eq(rows[i].company.v, company.v))
			return &rows[i].sums;
	return &none;
}

static uint64_t live_of(const struct agency *a, struct company_id company)
{
	for (size_t i = 0; i < a->n_live; i++)
		if (id_eq(a->live[i].company.v, company.v))
			return a->live[i].live;
	return 0;
}

static void figures(const struct db_report_sums *now, struct view *item)
{
	view_list(item, "cells");
	for (size_t i = 0; i < RT_ARRAY_LEN(columns); i++) {
		const struct page_metric *m =
		    page_metric_find(slice_from(columns[i]));
		struct view *cell = view_item(item, "cells");
		char text[PAGE_WORDS_MAX];

		page_metric_text(m, now, text);
		view_cstr(cell, "cell", text);
		view_flag(cell, "cell_few", page_metric_few(m, now));
	}
}

static void company_view(const struct req *r, const struct agency *a,
    const struct db_report_member *c, struct view *v)
{
	const struct db_report_sums *now = sums_of(a->now, a->n_now, c->id);
	const struct db_report_sums *old =
	    sums_of(a->before, a->n_before, c->id);
	const uint64_t live = live_of(a, c->id);
	struct view *item = view_item(v, "rows");
	char text[PAGE_WORDS_MAX];
	int sign;

	id_text(ID_KIND_company, c->id.v, text);
	view_cstr(item, "row_company", text);
	view_cstr(item, "row_name", c->name);
	view_flag(item, "row_on", id_eq(c->id.v, r->company.v));
	view_flag(item, "row_favourite", c->favourite);
	view_flag(item, "row_logo", c->logo_us > 0);
	view_i64(item, "row_logo_at", c->logo_us);
	view_u64(item, "row_live", live);
	view_flag(item, "row_has_live", live > 0);
	page_metric_change(page_metric_at(0), now, old, text, &sign);
	view_cstr(item, "delta", text);
	view_flag(item, "delta_good", sign > 0);
	view_flag(item, "delta_bad", sign < 0);
	view_flag(item, "delta_same", sign == 0);
	figures(now, item);
}

/* "&name=…", for links that keep what is looked for. */
static void name_query(const struct agency *a, struct buf *b)
{
	if (a->search.n == 0)
		return;
	buf_cstr(b, "&name=");
	esc_url(a->search, b);
}

static void page_link(const struct agency *a, const char *key, uint64_t page,
    struct view *v)
{
	char mem[HREF_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "/companies?");
	page_range_query(&a->range, &b);
	name_query(a, &b);
	buf_printf(&b, "&page=%llu", (unsigned long long)page);
	view_slice(v, key,
	    buf_err(&b) == ERR_OK ? buf_slice(&b) : SLICE("/companies"));
}

static void pager(const struct agency *a, uint64_t count, struct view *v)
{
	const uint64_t pages = count == 0 ? 1 : (count - 1) / PAGE_ROWS + 1;

	view_flag(v, "paged", pages > 1);
	view_u64(v, "page_n", a->page);
	view_u64(v, "page_count", pages);
	view_flag(v, "has_prev", a->page > 1);
	view_flag(v, "has_next", a->page < pages);
	page_link(a, "prev_href", a->page - 1, v);
	page_link(a, "next_href", a->page + 1, v);
	page_link(a, "here", a->page, v);
}

/* The same days as a report on any metric. */
static void compare_link(const struct agency *a, struct view *v)
{
	char mem[HREF_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "/reports?");
	page_range_query(&a->range, &b);
	buf_cstr(&b, "&by=company");
	view_slice(v, "compare_href", buf_slice(&b));
}

static void fill(const struct req *r, const struct agency *a, struct view *v)
{
	view_list(v, "columns");
	for (size_t i = 0; i < RT_ARRAY_LEN(columns); i++)
		view_cstr(view_item(v, "columns"), "column",
		    page_metric_find(slice_from(columns[i]))->name);
	view_list(v, "rows");
	for (size_t i = 0; i < a->n_shown; i++)
		company_view(r, a, a->shown[i], v);
	view_u64(v, "count", a->count);
	view_u64(v, "all_count", a->n);
	view_flag(v, "companies_cut", a->cut);
	view_flag(v, "any", a->n_shown > 0);
	view_flag(v, "past_end", a->n_shown == 0 && a->count > 0);
	page_link(a, "first_href", 1, v);
	compare_link(a, v);
	pager(a, a->count, v);
	view_slice(v, "name_text", a->search);
	view_list(v, "range_keep");
	if (a->search.n > 0) {
		struct view *item = view_item(v, "range_keep");

		view_cstr(item, "keep_name", "name");
		view_slice(item, "keep_value", a->search);
	}
}

static enum err read_search(const struct req *r, struct slice *out)
{
	const enum err e = req_query(r, "name", out);

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	*out = e == ERR_OK ? slice_trim(*out) : SLICE("");
	return out->n > (size_t)4 * NAME_CHARS
		   ? req_wrong(r, "name", "a part of a name, not that long")
		   : ERR_OK;
}

static enum err read_page(const struct req *r, uint64_t *out)
{
	const enum err e = req_query_u64(r, "page", 1, PAGES_MAX, out);

	if (e == ERR_NOTFOUND) {
		*out = 1;
		return ERR_OK;
	}
	return e;
}

/* Every word of the search is in the name. */
static bool fits(const char *name, struct slice search)
{
	struct slice word;
	bool more = true;

	while (more) {
		more = slice_cut(&search, ' ', &word);
		if (!utf8_has_case(slice_from(name), word))
			return false;
	}
	return true;
}

/* The companies of this page, and how many there are in all. */
static void choose(struct agency *a)
{
	const uint64_t from = (a->page - 1) * PAGE_ROWS;

	for (size_t i = 0; i < a->n; i++) {
		if (!fits(a->members[i].name, a->search))
			continue;
		if (a->count >= from && a->n_shown < PAGE_ROWS)
			a->shown[a->n_shown++] = &a->members[i];
		a->count++;
	}
}

static enum err read_sums(const struct req *r, struct agency *a)
{
	struct company_id of[PAGE_ROWS];
	enum err e;

	for (size_t i = 0; i < a->n_shown; i++)
		of[i] = a->shown[i]->id;
	e = db_agency_sums(r->db, r->user, of, a->n_shown, a->range.from_us,
	    a->range.to_us, r->arena, &a->now, &a->n_now);
	return e == ERR_OK ? db_agency_sums(r->db, r->user, of, a->n_shown,
				 a->range.before_us, a->range.before_to_us,
				 r->arena, &a->before, &a->n_before)
			   : e;
}

static enum err read_agency(const struct req *r, struct tz *z, struct agency *a)
{
	enum err e;

	if ((e = read_search(r, &a->search)) != ERR_OK ||
	    (e = read_page(r, &a->page)) != ERR_OK ||
	    (e = page_range_read(r, z, &a->range)) != ERR_OK ||
	    (e = db_report_members(r->db, r->user, r->arena, &a->members,
		 &a->n)) != ERR_OK)
		return e;
	a->cut = a->n > DB_REPORT_MEMBERS_MAX;
	if (a->cut)
		a->n = DB_REPORT_MEMBERS_MAX;
	choose(a);
	if ((e = read_sums(r, a)) != ERR_OK)
		return e;
	return db_agency_live(r->db, r->user, r->arena, &a->live, &a->n_live);
}

enum err page_companies(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "companies.html");
	struct agency a = { .n = 0 };
	struct tz *z;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	if ((e = read_agency(r, z, &a)) == ERR_OK &&
	    (e = frame_page(r, FRAME_COMPANIES, "Companies and their figures",
		 SLICE(""), v)) == ERR_OK) {
		char mem[HREF_MAX];
		struct buf rest;

		buf_over(&rest, mem, sizeof(mem));
		name_query(&a, &rest);
		page_range_view(&a.range, "/companies", buf_slice(&rest), v);
		fill(r, &a, v);
	}
	tz_close(z);
	return e == ERR_OK ? resp_view(out, v) : e;
}

enum err page_companies_names(const struct req *r, struct resp *out)
{
	struct db_report_member *rows = NULL;
	struct json_out j;
	struct slice search;
	size_t n = 0, found = 0;
	struct buf b;
	enum err e;

	if ((e = read_search(r, &search)) != ERR_OK ||
	    (e = db_report_members(r->db, r->user, r->arena, &rows, &n)) !=
		ERR_OK)
		return e;
	buf_init(&b, BODY_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "companies");
	json_out_array(&j);
	for (size_t i = 0; i < n && found < NAMES_MAX; i++) {
		char key[ID_TEXT_MAX];

		if (!fits(rows[i].name, search))
			continue;
		found++;
		id_text(ID_KIND_company, rows[i].id.v, key);
		json_out_object(&j);
		json_out_key(&j, "key");
		json_out_cstr(&j, key);
		json_out_key(&j, "name");
		json_out_cstr(&j, rows[i].name);
		json_out_end(&j);
	}
	json_out_end(&j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

enum err page_companies_logo(const struct req *r, struct resp *out)
{
	struct db_report_member member;
	struct company_id company;
	struct logo_row logo;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_company, company.v)) != ERR_OK ||
	    (e = db_report_member(r->db, r->user, company, &member)) != ERR_OK)
		return e;
	if ((e = db_logo_get(r->db, company, r->arena, &logo)) != ERR_OK)
		return e;
	resp_header(out, "Cache-Control", SLICE("private, max-age=86400"));
	return resp_bytes(out, image_head_type(logo.head.kind), logo.image);
}

enum err page_companies_favourite(const struct req *r, struct resp *out)
{
	struct company_id company;
	struct slice on, next;
	enum err e;

	if ((e = req_need(req_form_id(r, "company", ID_KIND_company,
		 company.v))) != ERR_OK ||
	    (e = req_need(req_form(r, "on", &on))) != ERR_OK ||
	    (e = req_need(req_form(r, "next", &next))) != ERR_OK)
		return e;
	if ((!slice_eq_cstr(on, "yes") && !slice_eq_cstr(on, "no")) ||
	    !resp_is_local(next))
		return ERR_RANGE;
	e = db_agency_favour(r->db, r->user, company, slice_eq_cstr(on, "yes"));
	return e == ERR_OK ? resp_redirect(out, next) : e;
}
