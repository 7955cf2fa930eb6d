#include "cgi/api/api_calls.h"

#include <string.h>

#include "cgi/api/api_filter.h"
#include "cgi/api/api_out.h"
#include "cgi/api/api_who.h"
#include "lib/base/scan.h"
#include "lib/db/db_audit.h"
#include "lib/db/db_report_call.h"

#define CURSOR_MAX  96
#define EXPORT_ROWS DB_SHEET_PAGE_MAX

/* --- places ----------------------------------------------------------------
 */

/* "talk_ms.<figure>.<call id>": for clients it is a text without a meaning. */
static void write_cursor(struct db_sheet_calls_order order,
    const struct db_sheet_cell *row, struct buf *out)
{
	struct db_sheet_calls_place place;
	char id[ID_TEXT_MAX];

	db_sheet_calls_place(order.by, row, &place);
	id_text(ID_KIND_call, place.id.v, id);
	buf_cstr(out, db_sheet_calls_by_name(order.by));
	buf_char(out, '.');
	buf_i64(out, place.key);
	buf_char(out, '.');
	buf_cstr(out, id);
}

/* ERR_NOTFOUND: not sent; ERR_SYNTAX: none, or one of another order. */
static enum err read_cursor(const struct req *r,
    struct db_sheet_calls_order order, struct db_sheet_calls_place *out)
{
	struct slice s, by;
	enum err e;

	if ((e = req_query(r, "cursor", &s)) != ERR_OK)
		return e;
	if (!slice_cut(&s, '.', &by) ||
	    !slice_eq_cstr(by, db_sheet_calls_by_name(order.by)) ||
	    scan_i64(&s, &out->key) != ERR_OK || scan_byte(&s, '.') != ERR_OK)
		return ERR_SYNTAX;
	if (order.by == DB_SHEET_CALLS_STARTED &&
	    (out->key < 0 || out->key > DB_SHEET_TO_MAX_US))
		return ERR_RANGE;
	return id_parse(ID_KIND_call, s, out->id.v);
}

static enum err read_order(const struct req *r,
    struct db_sheet_calls_order *order)
{
	struct slice s;
	const enum err e = req_query(r, "sort", &s);

	*order = (struct db_sheet_calls_order){ .up = false };
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	order->up = s.n == 0 || s.p[0] != '-';
	for (unsigned int i = 0; i < DB_SHEET_CALLS_BY_COUNT; i++) {
		order->by = (enum db_sheet_calls_by)i;
		if (slice_eq_cstr(order->up ? s : slice_skip(s, 1),
			db_sheet_calls_by_name(order->by)))
			return ERR_OK;
	}
	return ERR_SYNTAX;
}

enum err api_calls(const struct req *r, struct resp *out)
{
	const struct db_sheet *sheet = db_sheet_calls();
	struct db_sheet_calls_filter f;
	struct db_sheet_calls_place place;
	struct db_sheet_calls_order order;
	struct db_sheet_cell *cells = NULL;
	struct feed_fields fields;
	char mem[CURSOR_MAX];
	struct buf cursor;
	size_t limit, n = 0;
	bool placed;
	enum err e;

	if (!api_who_company(r, out, &e) ||
	    (e = read_order(r, &order)) != ERR_OK)
		return e;
	e = read_cursor(r, order, &place);
	placed = e == ERR_OK;
	if ((!placed && e != ERR_NOTFOUND) ||
	    (e = api_filter(r, &f)) != ERR_OK ||
	    (e = api_out_limit(r, &limit)) != ERR_OK ||
	    (e = api_out_fields(r, sheet, &fields)) != ERR_OK ||
	    (e = db_sheet_calls_page(r->db, r->company, &f, order,
		 placed ? &place : NULL, limit + 1, r->arena, &cells, &n)) !=
		ERR_OK)
		return e;
	buf_over(&cursor, mem, sizeof(mem));
	if (n > limit)
		write_cursor(order, &cells[(limit - 1) * sheet->n_columns],
		    &cursor);
	return api_out_page(out, sheet, cells, n, limit, &fields,
	    buf_slice(&cursor));
}

/* The call of the path, and that it is the company's. */
static enum err find(const struct req *r, struct call_id *id,
    struct db_sheet_cell **row)
{
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_call, id->v)) != ERR_OK)
		return e;
	return db_sheet_calls_one(r->db, r->company, *id, r->arena, row);
}

enum err api_calls_one(const struct req *r, struct resp *out)
{
	struct db_sheet_cell *row = NULL;
	struct call_id id;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = find(r, &id, &row)) != ERR_OK)
		return e;
	return api_out_row(r, out, db_sheet_calls(), row);
}

/* --- recording -------------------------------------------------------------
 */

static void write_recording(const struct db_report_call_recording *rec,
    const char *call, struct json_out *j)
{
	char mem[128];
	struct buf url;

	json_out_object(j);
	json_out_key(j, "call_id");
	json_out_cstr(j, call);
	json_out_key(j, "state");
	json_out_cstr(j, rec->state);
	json_out_key(j, "started_at");
	json_out_time_us(j, rec->started_us);
	json_out_key(j, "duration_ms");
	json_out_u64(j, rec->duration_ms);
	json_out_key(j, "size_bytes");
	json_out_u64(j, rec->size_bytes);
	json_out_key(j, "channels");
	json_out_u64(j, rec->channels);
	json_out_key(j, "audio");
	buf_over(&url, mem, sizeof(mem));
	buf_printf(&url, "/api/v1/calls/%s/recording/audio", call);
	if (strcmp(rec->state, "ready") == 0)
		json_out_str(j, buf_slice(&url));
	else
		json_out_null(j);
	json_out_end(j);
}

enum err api_calls_recording(const struct req *r, struct resp *out)
{
	struct db_report_call_recording rec;
	char text[ID_TEXT_MAX];
	struct call_id id;
	struct json_out j;
	char mem[1024];
	struct buf b;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = req_path_id(r, 0, ID_KIND_call, id.v)) != ERR_OK ||
	    (e = db_report_call_recording(r->db, r->company, id, &rec)) !=
		ERR_OK)
		return e;
	id_text(ID_KIND_call, id.v, text);
	buf_over(&b, mem, sizeof(mem));
	json_out_init(&j, &b);
	write_recording(&rec, text, &j);
	return resp_json(out, &j);
}

static enum err audit(const struct req *r, struct call_id id)
{
	struct audit_row row = { .account = api_who(r)->account,
		.user = api_who(r)->user,
		.action = "recording.download",
		.object_kind = "call",
		.address = slice_from(r->address),
		.happened_us = r->now_us };

	memcpy(row.object, id.v, sizeof(row.object));
	if (id_parse(ID_KIND_request, slice_from(r->id), row.id) != ERR_OK)
		return ERR_INTERNAL;
	return db_audit_add(r->db, r->company, &row);
}

enum err api_calls_audio(const struct req *r, struct resp *out)
{
	struct db_report_call_recording rec;
	char mem[sizeof(rec.path) + 16];
	struct call_id id;
	struct buf b;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = req_path_id(r, 0, ID_KIND_call, id.v)) != ERR_OK ||
	    (e = db_report_call_recording(r->db, r->company, id, &rec)) !=
		ERR_OK)
		return e;
	if (strcmp(rec.state, "ready") != 0)
		return ERR_NOTFOUND;
	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "/recordings/");
	buf_cstr(&b, rec.path);
	if ((e = buf_err(&b)) != ERR_OK ||
	    (!r->head && (e = audit(r, id)) != ERR_OK))
		return e;
	return resp_file(out, buf_slice(&b), "audio/wav");
}

/* --- page views ------------------------------------------------------------
 */

static void write_view(const struct db_report_call_page *p, struct json_out *j)
{
	json_out_object(j);
	json_out_key(j, "url");
	json_out_cstr(j, p->url);
	json_out_key(j, "title");
	json_out_cstr(j, p->title);
	json_out_key(j, "viewed_at");
	json_out_time_us(j, p->at_us);
	json_out_key(j, "engaged_s");
	json_out_u64(j, p->engaged_s);
	json_out_end(j);
}

enum err api_calls_views(const struct req *r, struct resp *out)
{
	const struct db_sheet *sheet = db_sheet_calls();
	const struct db_sheet_cell *visit;
	struct db_report_call_page *pages = NULL;
	struct db_sheet_cell *row = NULL;
	struct visit_id visit_id;
	struct call_id id;
	struct json_out j;
	struct buf b;
	size_t n = 0;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = find(r, &id, &row)) != ERR_OK)
		return e;
	visit = db_sheet_cell(sheet, row, "visit_id");
	memcpy(visit_id.v, visit->id, sizeof(visit_id.v));
	if (!visit->null && (e = db_report_call_pages(r->db, r->company,
				 visit_id, r->arena, &pages, &n)) != ERR_OK)
		return e;
	buf_init(&b, RESP_BODY_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "data");
	json_out_array(&j);
	for (size_t i = 0; i < n; i++)
		write_view(&pages[i], &j);
	json_out_end(&j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

/* --- export ----------------------------------------------------------------
 */

struct export
{
	const struct req *r;
	struct db_sheet_calls_filter filter;
	struct feed_fields fields;
	struct db_sheet_calls_place place; /* the block begins after it */
	bool placed;
	/* of the block under way */
	struct buf *block;
	struct db_sheet_calls_place next;
};

static void write_row(void *ctx, const struct db_sheet_cell *cells)
{
	const struct db_sheet *sheet = db_sheet_calls();
	struct export *x = ctx;
	struct json_out j;

	json_out_init(&j, x->block);
	feed_row_write(sheet, cells, &x->fields, &j);
	buf_char(x->block, '\n');
	db_sheet_calls_place(DB_SHEET_CALLS_STARTED, cells, &x->next);
}

/* The next rows, oldest first: what comes meanwhile is there at the end. */
static enum err next_block(void *state, struct buf *block, bool *more)
{
	struct export *x = state;
	size_t n = 0;
	enum err e;

	x->block = block;
	e = db_sheet_calls_each(x->r->db, x->r->company, &x->filter,
	    x->placed ? &x->place : NULL, EXPORT_ROWS, write_row, x, &n);
	*more = e == ERR_OK && n == EXPORT_ROWS;
	x->place = x->next;
	x->placed = true;
	return e;
}

enum err api_calls_export(const struct req *r, struct resp *out)
{
	struct export *x;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((x = arena_alloc(r->arena, sizeof(*x))) == NULL)
		return ERR_NOMEM;
	x->r = r;
	if ((e = api_filter(r, &x->filter)) != ERR_OK ||
	    (e = api_out_fields(r, db_sheet_calls(), &x->fields)) != ERR_OK)
		return e;
	return resp_stream(out, "application/x-ndjson", SLICE("calls.jsonl"),
	    (struct resp_source){ .next = next_block, .state = x });
}
