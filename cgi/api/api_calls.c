#include "cgi/api/api_calls.h"

#include <string.h>

#include "cgi/api/api_filter.h"
#include "cgi/api/api_out.h"
#include "cgi/api/api_query.h"
#include "cgi/api/api_who.h"
#include "cgi/web/trail.h"
#include "lib/base/clk.h"
#include "lib/base/scan.h"
#include "lib/db/db_call_touch.h"
#include "lib/db/db_now.h"
#include "lib/db/db_report_call.h"

#define CURSOR_MAX  128
#define EXPORT_ROWS DB_SHEET_PAGE_MAX
#define AUDIT_MAX   ((size_t)65536) /* a query, escaped */

/* --- places ----------------------------------------------------------------
 */

/* What GET /calls was asked for. */
struct ask {
	struct db_sheet_calls_filter filter;
	struct db_sheet_calls_order order;
	bool changed; /* since a time: to the end of the walk, updated_to_us */
	bool placed;
	struct db_sheet_calls_place after;
	size_t limit;
	struct feed_fields fields;
};

/* "talk_ms.<figure>.<call id>" and, of what changed, ".<end of the walk>": for
 * clients it is a text without a meaning. */
static void write_cursor(const struct ask *a, const struct db_sheet_cell *row,
    struct buf *out)
{
	struct db_sheet_calls_place place;
	char id[ID_TEXT_MAX];

	db_sheet_calls_place(a->order.by, row, &place);
	id_text(ID_KIND_call, place.id.v, id);
	buf_cstr(out, db_sheet_calls_by_name(a->order.by));
	buf_char(out, '.');
	buf_i64(out, place.key);
	buf_char(out, '.');
	buf_cstr(out, id);
	if (a->changed) {
		buf_char(out, '.');
		buf_i64(out, a->filter.updated_to_us);
	}
}

static bool is_time(int64_t us)
{
	return us >= 0 && us <= DB_SHEET_TO_MAX_US;
}

/* ERR_NOTFOUND: not sent; ERR_SYNTAX: none, or one of another order. */
static enum err take_cursor(const struct req *r, struct ask *a)
{
	struct slice s, by, id;
	bool more;
	enum err e;

	if ((e = req_query(r, "cursor", &s)) != ERR_OK)
		return e;
	if (!slice_cut(&s, '.', &by) ||
	    !slice_eq_cstr(by, db_sheet_calls_by_name(a->order.by)) ||
	    scan_i64(&s, &a->after.key) != ERR_OK ||
	    scan_byte(&s, '.') != ERR_OK)
		return ERR_SYNTAX;
	more = slice_cut(&s, '.', &id);
	if (more != a->changed ||
	    (more && (scan_i64(&s, &a->filter.updated_to_us) != ERR_OK ||
			 s.n > 0 || !is_time(a->filter.updated_to_us))))
		return ERR_SYNTAX;
	if ((a->order.by == DB_SHEET_CALLS_STARTED ||
		a->order.by == DB_SHEET_CALLS_UPDATED) &&
	    !is_time(a->after.key))
		return ERR_RANGE;
	return id_parse(ID_KIND_call, id, a->after.id.v);
}

static enum err read_cursor(const struct req *r, struct ask *a)
{
	const enum err e = take_cursor(r, a);

	a->placed = e == ERR_OK;
	return e == ERR_OK || e == ERR_NOTFOUND
		   ? ERR_OK
		   : api_query_wrong(r, "cursor", e);
}

static enum err wrong_order(const struct req *r)
{
	const size_t n = (size_t)2 * DB_SHEET_CALLS_BY_COUNT;
	const char **names = arena_alloc(r->arena, n * sizeof(*names));

	if (names == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < DB_SHEET_CALLS_BY_COUNT; i++) {
		names[2 * i] =
		    db_sheet_calls_by_name((enum db_sheet_calls_by)i);
		names[2 * i + 1] = api_query_down(r, names[2 * i]);
	}
	return api_query_wrong_of(r, "sort", names, n, ERR_SYNTAX);
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
	return wrong_order(r);
}

/* What changed since a time is told in the order in which it changed, up to
 * what the database's clock said when the walk began. */
static enum err read_changed(const struct req *r, struct ask *a)
{
	struct db_sheet_calls_filter *f = &a->filter;
	struct slice s;
	enum err e = req_query(r, "updated_since", &s);

	f->updated_from_us = 0;
	f->updated_to_us = DB_SHEET_TO_MAX_US;
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e == ERR_OK)
		e = clk_rfc3339_parse(s, &f->updated_from_us);
	if (e == ERR_OK && !is_time(f->updated_from_us))
		e = ERR_RANGE;
	if (e != ERR_OK)
		return api_query_wrong(r, "updated_since", e);
	a->changed = true;
	if (req_query(r, "sort", &s) == ERR_NOTFOUND)
		a->order =
		    (struct db_sheet_calls_order){ .by = DB_SHEET_CALLS_UPDATED,
			    .up = true };
	if (a->order.by != DB_SHEET_CALLS_UPDATED || !a->order.up)
		return api_query_wrong_as(r, "sort",
		    "With updated_since: updated_at, or nothing.", ERR_SYNTAX);
	return db_now(r->db, &f->updated_to_us);
}

static enum err read_ask(const struct req *r, struct ask *a)
{
	enum err e;

	*a = (struct ask){ .changed = false };
	if ((e = read_order(r, &a->order)) != ERR_OK ||
	    (e = api_filter(r, &a->filter)) != ERR_OK ||
	    (e = read_changed(r, a)) != ERR_OK ||
	    (e = read_cursor(r, a)) != ERR_OK ||
	    (e = api_out_limit(r, &a->limit)) != ERR_OK)
		return e;
	return api_out_fields(r, db_sheet_calls(), &a->fields);
}

enum err api_calls(const struct req *r, struct resp *out)
{
	const struct db_sheet *sheet = db_sheet_calls();
	struct db_sheet_cell *cells = NULL;
	struct api_out_next next = { .cursor = SLICE("") };
	struct api_out_page page;
	char mem[CURSOR_MAX];
	struct buf cursor;
	struct ask a;
	size_t n = 0;
	enum err e;

	if (!api_who_company(r, out, &e) || (e = read_ask(r, &a)) != ERR_OK ||
	    (e = db_sheet_calls_page(r->db, r->company, &a.filter, a.order,
		 a.placed ? &a.after : NULL, a.limit + 1, r->arena, &cells,
		 &n)) != ERR_OK)
		return e;
	api_out_begin(&page, sheet, &a.fields, a.limit);
	for (size_t i = 0; i < n; i++)
		if (!api_out_add(&page, &cells[i * sheet->n_columns]))
			break;
	buf_over(&cursor, mem, sizeof(mem));
	if (page.more)
		write_cursor(&a, &cells[(page.n - 1) * sheet->n_columns],
		    &cursor);
	next.cursor = buf_slice(&cursor);
	if (a.changed)
		next.updated_until_us =
		    a.filter.updated_to_us - DB_CALL_TOUCH_LATE_US;
	return api_out_end(&page, out, &next);
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
	    (!r->head && (e = trail_add(r,
			      &(struct trail){ .action = "recording.download",
				  .object_kind = "call",
				  .object = id.v })) != ERR_OK))
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

/* That they were taken out, and by which filters. */
static enum err audit_export(const struct req *r)
{
	struct json_out j;
	struct buf b;
	enum err e;

	buf_init(&b, AUDIT_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "address");
	json_out_str(&j, r->target);
	json_out_end(&j);
	e = json_out_done(&j);
	if (e == ERR_OK)
		e = trail_add(r, &(struct trail){ .action = "calls.export",
				     .object_kind = "calls",
				     .after = json_out_text(&j) });
	buf_fini(&b);
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
	if (!r->head && (e = audit_export(r)) != ERR_OK)
		return e;
	return resp_stream(out, "application/x-ndjson", SLICE("calls.jsonl"),
	    (struct resp_source){ .next = next_block, .state = x });
}
