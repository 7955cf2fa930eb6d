#include "cgi/page/page_forms.h"

#include <string.h>

#include "cgi/page/page_bulk.h"
#include "cgi/page/page_call_marks.h"
#include "cgi/page/page_cols.h"
#include "cgi/page/page_filter_view.h"
#include "cgi/page/page_forms_out.h"
#include "cgi/page/page_place.h"
#include "cgi/page/page_views.h"
#include "cgi/page/page_words.h"
#include "cgi/web/frame.h"
#include "cgi/web/route.h"
#include "lib/db/db_report.h"
#include "lib/json/json_in.h"
#include "lib/phone/phone.h"

#define PAGE_ROWS  50
#define FIELDS_MAX 60
#define LINE_BYTES 2200

/* --- one form --------------------------------------------------------------*/

static void field(const struct json_node *pair, struct view *item)
{
	struct slice name, value;
	struct view *line;

	if (json_in_text(json_in_at(pair, 0), DB_FORM_FIELDS_MAX, &name) !=
		ERR_OK ||
	    json_in_text(json_in_at(pair, 1), DB_FORM_FIELDS_MAX, &value) !=
		ERR_OK)
		return;
	line = view_item(item, "fields");
	view_slice(line, "field_name", name);
	view_slice(line, "field_value", value);
}

/* Fields that cannot be read are none. */
static void fields(struct slice json, struct view *item)
{
	struct json_in *in = NULL;
	size_t n;

	view_list(item, "fields");
	if (json_in_parse(json, DB_FORM_FIELDS_MAX, 3, &in, NULL) != ERR_OK)
		return;
	n = json_in_count(json_in_root(in));
	for (size_t i = 0; i < n && i < FIELDS_MAX; i++)
		field(json_in_at(json_in_root(in), i), item);
	json_in_free(in);
}

static void form_view(const struct req *r, const struct form_log_row *row,
    const char *country, struct tz *z, struct view *item)
{
	const struct form_row *f = &row->form;
	char number[PHONE_TEXT_MAX], mem[LINE_BYTES], text[PAGE_WORDS_MAX];
	char id[ID_TEXT_MAX];
	struct buf b;

	id_text(ID_KIND_form, f->id.v, id);
	view_cstr(item, "form", id);
	page_place_when(f->submitted_us, z, r->now_us, item);
	view_slice(item, "who",
	    f->contact_name.n > 0    ? f->contact_name
	    : f->contact_email.n > 0 ? f->contact_email
				     : SLICE("No name"));
	view_slice(item, "email",
	    f->contact_name.n > 0 ? f->contact_email : SLICE(""));
	phone_show(slice_from(f->contact_e164), country, number);
	view_cstr(item, "phone", f->contact_e164[0] != '\0' ? number : "");
	view_slice(item, "form_name", f->form_name);
	view_slice(item, "page_url", f->page_url);
	buf_over(&b, mem, sizeof(mem));
	page_words_source(row->source, row->medium, &b);
	view_slice(item, "source_line", buf_slice(&b));
	view_cstr(item, "channel",
	    page_words_channel(row->channel, row->source, row->medium));
	view_cstr(item, "campaign_line", row->campaign);
	view_cstr(item, "keyword", row->keyword);
	view_flag(item, "outcome_set", row->outcome[0] != '\0');
	view_cstr(item, "outcome", row->outcome);
	/* On its own page the marks say this. */
	if (!view_has(item, "value")) {
		view_slice(item, "note", row->note);
		view_slice(item, "tags", row->tags);
		view_flag(item, "has_value", row->has_value);
		page_words_money(row->value_micros, text);
		view_cstr(item, "value", text);
	}
}

static enum err show_one(const struct req *r, struct tz *z, struct form_id id,
    struct resp *out)
{
	struct view *v = view_new(r->arena, "form.html");
	struct db_report_company company;
	struct form_log_row row;
	enum err e;

	if ((e = db_form_log_one(r->db, r->company, id, r->arena, &row)) !=
		ERR_OK ||
	    (e = db_report_company(r->db, r->company, &company)) != ERR_OK ||
	    (e = frame_page(r, FRAME_CALLS, "Form", SLICE(""), v)) != ERR_OK ||
	    (e = page_call_marks(r, ID_KIND_form, id.v, company.currency, v)) !=
		ERR_OK ||
	    (e = page_call_marks_trail(r, id.v, z, v)) != ERR_OK)
		return e;
	form_view(r, &row, company.country, z, v);
	view_flag(v, "has_campaign", row.campaign[0] != '\0');
	view_flag(v, "has_keyword", row.keyword[0] != '\0');
	view_flag(v, "has_form_name", row.form.form_name.n > 0);
	view_flag(v, "has_page", row.form.page_url.n > 0);
	fields(row.form.fields, v);
	return resp_view(out, v);
}

enum err page_forms_one(const struct req *r, struct resp *out)
{
	struct form_id id;
	struct tz *z;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if ((e = req_path_id(r, 0, ID_KIND_form, id.v)) != ERR_OK ||
	    (e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	e = show_one(r, z, id, out);
	tz_close(z);
	return e;
}

/* --- the list --------------------------------------------------------------*/

static void foot(const struct page_filter *p, bool placed,
    const struct form_log_row *rows, size_t n, struct view *v)
{
	struct page_foot foot = { .kind = ID_KIND_form,
		.one = "form",
		.many = "forms",
		.placed = placed,
		.shown = n > PAGE_ROWS ? PAGE_ROWS : n,
		.older = n > PAGE_ROWS };

	if (n > 0) {
		const struct form_row *last = &rows[foot.shown - 1].form;

		foot.last.at_us = last->submitted_us;
		memcpy(foot.last.id, last->id.v, ID_BYTES);
	}
	page_place_foot(p, &foot, v);
}

static enum err rows_view(const struct req *r, struct tz *z,
    const struct page_filter *p, struct view *v)
{
	const struct form_filter filter = { .f = p->f, .search = p->search };
	struct db_report_company company;
	struct form_log_row *rows = NULL;
	struct form_place below;
	struct page_place at;
	size_t n = 0;
	enum err e = page_place_read(r, ID_KIND_form, &at);

	if (e != ERR_OK)
		return e;
	below.submitted_us = at.at_us;
	memcpy(below.id.v, at.id, ID_BYTES);
	/* One more than is shown says whether there are older ones. */
	if ((e = db_report_company(r->db, r->company, &company)) != ERR_OK ||
	    (e = db_form_log_page(r->db, r->company, &filter,
		 at.placed ? &below : NULL, PAGE_ROWS + 1, r->arena, &rows,
		 &n)) != ERR_OK)
		return e;
	view_list(v, "forms");
	view_cstr(v, "currency", company.currency);
	for (size_t i = 0; i < n && i < PAGE_ROWS; i++)
		form_view(r, &rows[i], company.country, z,
		    view_item(v, "forms"));
	foot(p, at.placed, rows, n, v);
	return ERR_OK;
}

static void typed(const struct page_filter *p, struct view *v)
{
	static const char *const all[][2] = { { "channel", "Channel" },
		{ "source", "Source" }, { "medium", "Medium" },
		{ "campaign", "Campaign" }, { "keyword", "Keyword" },
		{ "landing", "Landing page" }, { "referrer", "Referrer" } };

	view_list(v, "typed");
	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++) {
		struct view *item = view_item(v, "typed");

		view_cstr(item, "typed_name", all[i][0]);
		view_cstr(item, "typed_label", all[i][1]);
		view_slice(item, "typed_value",
		    page_filter_value(p, all[i][0]));
	}
}

/* A new search keeps the other filters. */
static void keep_filters(const struct page_filter *p, struct view *v)
{
	static const char *const names[] = { "outcome", "tag", "source",
		"medium", "campaign", "ad_group", "keyword", "landing",
		"referrer", "channel", "value_min", "value_max", "cols" };

	view_list(v, "search_keep");
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++) {
		const struct slice s = page_filter_value(p, names[i]);
		struct view *item;

		if (s.n == 0)
			continue;
		item = view_item(v, "search_keep");
		view_cstr(item, "keep_name", names[i]);
		view_slice(item, "keep_value", s);
	}
}

static enum err fill(const struct page_filter *p, struct view *v)
{
	struct page_filter csv = *p, jsonl = *p;
	char mem[PAGE_FILTER_HREF_MAX];
	unsigned int cols = 0;
	struct buf rest;
	enum err e;

	buf_over(&rest, mem, sizeof(mem));
	page_filter_query(p, NULL, &rest);
	page_range_view(p->range, "/forms",
	    buf_err(&rest) == ERR_OK ? buf_slice(&rest) : SLICE(""), v);
	page_filter_keep(p, v);
	keep_filters(p, v);
	view_slice(v, "looked_for", p->search);
	view_flag(v, "filtered", page_filter_any(p));
	view_flag(v, "can_export", p->r->role >= ROUTE_ANALYST);
	csv.path = "/forms.csv";
	jsonl.path = "/forms.jsonl";
	page_filter_href(&csv, NULL, SLICE(""), v, "csv_href");
	page_filter_href(&jsonl, NULL, SLICE(""), v, "jsonl_href");
	typed(p, v);
	if ((e = page_cols_read(p, &page_cols_forms, &cols)) != ERR_OK ||
	    (e = page_filter_view_chips(p, v)) != ERR_OK ||
	    (e = page_filter_view_form(p, v)) != ERR_OK ||
	    (e = page_views_view(p, "forms", v)) != ERR_OK)
		return e;
	page_cols_view(&page_cols_forms, p, cols, v);
	return page_bulk_view(p, "form", "forms", v);
}

static enum err show(const struct req *r, struct tz *z, struct resp *out)
{
	struct view *v = view_new(r->arena, "form_log.html");
	struct page_range range;
	struct page_filter p;
	enum err e;

	if ((e = page_forms_out_read(r, z, &range, &p)) != ERR_OK ||
	    (e = frame_page(r, FRAME_CALLS, "Forms", SLICE(""), v)) != ERR_OK ||
	    (e = rows_view(r, z, &p, v)) != ERR_OK ||
	    (e = fill(&p, v)) != ERR_OK)
		return e;
	return resp_view(out, v);
}

enum err page_forms(const struct req *r, struct resp *out)
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
