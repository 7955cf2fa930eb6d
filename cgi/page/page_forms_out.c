#include "cgi/page/page_forms_out.h"

#include <string.h>

#include "cgi/web/trail.h"
#include "lib/base/clk.h"
#include "lib/json/json_in.h"
#include "lib/text/csv_out.h"
#include "lib/text/json_out.h"

#define BLOCK_ROWS  ((uint32_t)100)
#define BLOCK_BYTES ((size_t)64 << 20) /* of texts, at their longest */
#define FIELDS_MAX  200

enum err page_forms_out_read(const struct req *r, struct tz *z,
    struct page_range *range, struct page_filter *p)
{
	enum err e;

	if ((e = page_range_read(r, z, range)) != ERR_OK ||
	    (e = page_filter_read(r, range, "/forms", p)) != ERR_OK)
		return e;
	if ((e = page_filter_refuse(p, "caller")) != ERR_OK)
		return e;
	return page_filter_can(p, db_form_log_can);
}

/* One export under way. Lives in the request's arena. */
struct export
{
	const struct req *r;
	struct form_filter filter;
	struct form_place place;
	bool placed;
	bool json;
	bool begun;
	char currency[4];
};

/* --- rows ------------------------------------------------------------------*/

static const char *const names[] = { "form", "submitted_at", "form_name",
	"page_url", "contact_name", "contact_email", "contact_number",
	"channel", "source", "medium", "campaign", "keyword", "outcome",
	"value", "currency", "tags", "note" };

/* All but the value, which is a number, and the fields. */
static struct slice text_of(const struct export *x,
    const struct form_log_row *row, size_t i, const char *id, const char *at)
{
	const struct form_row *f = &row->form;
	const struct slice all[RT_ARRAY_LEN(names)] = { slice_from(id),
		slice_from(at), f->form_name, f->page_url, f->contact_name,
		f->contact_email, slice_from(f->contact_e164),
		slice_from(row->channel), slice_from(row->source),
		slice_from(row->medium), slice_from(row->campaign),
		slice_from(row->keyword), slice_from(row->outcome), SLICE(""),
		slice_from(x->currency), row->tags, row->note };

	return all[i];
}

static bool is_value(size_t i)
{
	return strcmp(names[i], "value") == 0;
}

static void csv_row(const struct export *x, const struct form_log_row *row,
    const char *id, const char *at, struct buf *out)
{
	struct csv_out c;

	csv_out_init(&c, out);
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++)
		if (is_value(i) && row->has_value)
			csv_out_micros(&c, row->value_micros);
		else
			csv_out_text(&c, text_of(x, row, i, id, at));
	csv_out_text(&c, row->form.fields);
	csv_out_end(&c);
}

/* As they are stored: [["name","value"], …]; what cannot be read is none. */
static void json_fields(struct slice json, struct json_out *j)
{
	struct json_in *in = NULL;
	struct slice text;
	size_t n;

	json_out_key(j, "fields");
	json_out_array(j);
	if (json_in_parse(json, DB_FORM_FIELDS_MAX, 3, &in, NULL) == ERR_OK) {
		n = json_in_count(json_in_root(in));
		for (size_t i = 0; i < n && i < FIELDS_MAX; i++) {
			json_out_array(j);
			for (size_t k = 0; k < 2; k++)
				if (json_in_text(
					json_in_at(json_in_at(json_in_root(in),
						       i),
					    k),
					DB_FORM_FIELDS_MAX, &text) == ERR_OK)
					json_out_str(j, text);
			json_out_end(j);
		}
		json_in_free(in);
	}
	json_out_end(j);
}

static void json_row(const struct export *x, const struct form_log_row *row,
    const char *id, const char *at, struct buf *out)
{
	struct json_out j;

	json_out_init(&j, out);
	json_out_object(&j);
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++) {
		json_out_key(&j, names[i]);
		if (!is_value(i))
			json_out_str(&j, text_of(x, row, i, id, at));
		else if (row->has_value)
			json_out_fixed(&j, row->value_micros, 6);
		else
			json_out_null(&j);
	}
	json_fields(row->form.fields, &j);
	json_out_end(&j);
	buf_char(out, '\n');
}

static void head(struct export *x, struct buf *out)
{
	struct csv_out c;

	if (x->begun || x->json)
		return;
	x->begun = true;
	csv_out_init(&c, out);
	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++)
		csv_out_cstr(&c, names[i]);
	csv_out_cstr(&c, "fields");
	csv_out_end(&c);
}

/* --- blocks ----------------------------------------------------------------*/

static void write_rows(struct export *x, const struct form_log_row *rows,
    size_t n, struct buf *block)
{
	for (size_t i = 0; i < n; i++) {
		char id[ID_TEXT_MAX], at[CLK_RFC3339_MAX];

		id_text(ID_KIND_form, rows[i].form.id.v, id);
		clk_rfc3339(rows[i].form.submitted_us, at);
		if (x->json)
			json_row(x, &rows[i], id, at, block);
		else
			csv_row(x, &rows[i], id, at, block);
	}
	if (n == 0)
		return;
	x->placed = true;
	x->place.submitted_us = rows[n - 1].form.submitted_us;
	x->place.id = rows[n - 1].form.id;
}

/* The request's own memory would grow with every block. */
static enum err next_block(void *state, struct buf *block, bool *more)
{
	struct export *x = state;
	struct form_log_row *rows = NULL;
	struct arena mem;
	size_t n = 0;
	enum err e;

	arena_init(&mem, BLOCK_BYTES);
	head(x, block);
	e = db_form_log_page(x->r->db, x->r->company, &x->filter,
	    x->placed ? &x->place : NULL, BLOCK_ROWS, &mem, &rows, &n);
	if (e == ERR_OK)
		write_rows(x, rows, n, block);
	*more = e == ERR_OK && n == BLOCK_ROWS;
	arena_fini(&mem);
	return e;
}

/* --- the requests ----------------------------------------------------------*/

static enum err prepare(const struct req *r, struct tz *z, struct export *x)
{
	struct db_report_company company;
	struct page_range range;
	struct page_filter p;
	enum err e;

	if ((e = page_forms_out_read(r, z, &range, &p)) != ERR_OK ||
	    (e = db_report_company(r->db, r->company, &company)) != ERR_OK)
		return e;
	x->filter = (struct form_filter){ .f = p.f, .search = p.search };
	memcpy(x->currency, company.currency, sizeof(x->currency));
	return ERR_OK;
}

static enum err start(const struct req *r, bool json, struct resp *out)
{
	struct export *x = arena_alloc(r->arena, sizeof(*x));
	struct tz *z;
	enum err e;

	if (x == NULL)
		return ERR_NOMEM;
	*x = (struct export){ .r = r, .json = json };
	if ((e = page_range_zone(r, &z)) != ERR_OK)
		return e;
	e = prepare(r, z, x);
	tz_close(z);
	if (e == ERR_OK && !r->head)
		e = trail_add(r,
		    &(struct trail){ .action = "forms.export",
			.object_kind = "forms",
			.after = trail_text(r, "address", r->target) });
	if (e != ERR_OK)
		return e;
	return resp_stream(out,
	    json ? "application/x-ndjson" : "text/csv; charset=utf-8",
	    json ? SLICE("forms.jsonl") : SLICE("forms.csv"),
	    (struct resp_source){ next_block, x });
}

enum err page_forms_out_csv(const struct req *r, struct resp *out)
{
	return start(r, false, out);
}

enum err page_forms_out_jsonl(const struct req *r, struct resp *out)
{
	return start(r, true, out);
}
