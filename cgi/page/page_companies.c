#include "cgi/page/page_companies.h"

#include <stdio.h>
#include <string.h>

#include "cgi/page/page_metric.h"
#include "cgi/page/page_range.h"
#include "cgi/web/frame.h"
#include "lib/db/db_agency.h"

#define NAME_CHARS 100

/* The figures of a company's row. */
static const char *const shown[] = { "calls", "answered_rate", "unanswered",
	"first_rate", "qualified", "leads", "lead_rate" };

struct agency {
	struct page_range range;
	struct slice search;
	struct db_report_member *members;
	size_t n;
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

/* Part of the name, whatever the case (of ASCII). */
static bool has_name(const struct agency *a, const char *name)
{
	struct slice s = slice_from(name);

	for (; s.n >= a->search.n; s = slice_skip(s, 1)) {
		if (slice_eq_case(slice_head(s, a->search.n), a->search))
			return true;
		if (s.n == 0)
			break;
	}
	return false;
}

static void figures(const struct db_report_sums *now, struct view *item)
{
	view_list(item, "cells");
	for (size_t i = 0; i < RT_ARRAY_LEN(shown); i++) {
		const struct page_metric *m =
		    page_metric_find(slice_from(shown[i]));
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
	view_u64(item, "row_live", live);
	view_flag(item, "row_has_live", live > 0);
	page_metric_change(page_metric_at(0), now, old, text, &sign);
	view_cstr(item, "delta", text);
	view_flag(item, "delta_good", sign > 0);
	view_flag(item, "delta_bad", sign < 0);
	view_flag(item, "delta_same", sign == 0);
	figures(now, item);
}

static void fill(const struct req *r, const struct agency *a, struct view *v)
{
	uint64_t count = 0;

	view_list(v, "columns");
	for (size_t i = 0; i < RT_ARRAY_LEN(shown); i++)
		view_cstr(view_item(v, "columns"), "column",
		    page_metric_find(slice_from(shown[i]))->name);
	view_list(v, "rows");
	for (size_t i = 0; i < a->n; i++)
		if (has_name(a, a->members[i].name)) {
			company_view(r, a, &a->members[i], v);
			count++;
		}
	view_u64(v, "count", count);
	view_u64(v, "all_count", a->n);
	view_flag(v, "any", count > 0);
	view_slice(v, "name_text", a->search);
	view_list(v, "range_keep");
	if (a->search.n > 0) {
		struct view *item = view_item(v, "range_keep");

		view_cstr(item, "keep_name", "name");
		view_slice(item, "keep_value", a->search);
	}
}

static enum err read_agency(const struct req *r, struct tz *z, struct agency *a)
{
	enum err e = req_query(r, "name", &a->search);

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	a->search = slice_trim(a->search);
	if (a->search.n > (size_t)4 * NAME_CHARS)
		return ERR_RANGE;
	if ((e = page_range_read(r, z, &a->range)) != ERR_OK ||
	    (e = db_report_members(r->db, r->user, r->arena, &a->members,
		 &a->n)) != ERR_OK ||
	    (e = db_agency_sums(r->db, r->user, a->range.from_us,
		 a->range.to_us, r->arena, &a->now, &a->n_now)) != ERR_OK ||
	    (e = db_agency_sums(r->db, r->user, a->range.before_us,
		 a->range.before_to_us, r->arena, &a->before, &a->n_before)) !=
		ERR_OK)
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
	    (e = frame_page(r, FRAME_COMPANIES, "Companies", SLICE(""), v)) ==
		ERR_OK) {
		page_range_view(&a.range, "/companies", SLICE(""), v);
		fill(r, &a, v);
	}
	tz_close(z);
	return e == ERR_OK ? resp_view(out, v) : e;
}

enum err page_companies_favourite(const struct req *r, struct resp *out)
{
	struct company_id company;
	struct slice on;
	enum err e;

	if ((e = req_need(req_form_id(r, "company", ID_KIND_company,
		 company.v))) != ERR_OK ||
	    (e = req_need(req_form(r, "on", &on))) != ERR_OK)
		return e;
	if (!slice_eq_cstr(on, "yes") && !slice_eq_cstr(on, "no"))
		return ERR_RANGE;
	e = db_agency_favour(r->db, r->user, company, slice_eq_cstr(on, "yes"));
	return e == ERR_OK ? resp_redirect(out, SLICE("/companies")) : e;
}
