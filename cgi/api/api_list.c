#include "cgi/api/api_list.h"

#include <string.h>

#include "cgi/api/api_filter.h"
#include "cgi/api/api_out.h"
#include "cgi/api/api_query.h"
#include "cgi/api/api_setup.h"
#include "cgi/api/api_who.h"
#include "lib/base/clk.h"
#include "lib/base/hex.h"
#include "lib/base/scan.h"
#include "lib/base/utf8.h"
#include "lib/db/db_sheet_setup.h"

#define SEARCH_MAX 64   /* characters */
#define CURSOR_MAX 2040 /* hexadecimal digits of a name of 255 characters */

/* The list is the path's third segment. */
static const struct db_sheet *sheet_of(const struct req *r)
{
	const struct slice prefix = SLICE("/api/v1/");
	struct slice rest = slice_skip(r->path, prefix.n), name;

	(void)slice_cut(&rest, '/', &name);
	return db_sheet_setup_find(name);
}

static struct db_sheet_scope scope_of(const struct req *r)
{
	const struct api_who *w = api_who(r);

	return (struct db_sheet_scope){ .account = w->account,
		.company = w->company };
}

static enum err read_moment(const struct req *r, const char *name, int64_t *us)
{
	struct slice s;
	enum err e = req_query(r, name, &s);

	if (e == ERR_NOTFOUND)
		return ERR_OK;
	e = e == ERR_OK ? clk_rfc3339_parse(s, us) : e;
	if (e == ERR_OK && (*us < 0 || *us > DB_SHEET_TO_MAX_US))
		e = ERR_RANGE;
	return api_query_wrong(r, name, e);
}

static enum err read_filter(const struct req *r, struct db_sheet_filter *f)
{
	bool active = false;
	enum err e;

	*f = (struct db_sheet_filter){ .search = SLICE(""),
		.to_us = DB_SHEET_TO_MAX_US };
	e = req_query(r, "search", &f->search);
	if (e == ERR_OK && utf8_count(f->search) > SEARCH_MAX)
		e = ERR_RANGE;
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return api_query_wrong(r, "search", e);
	e = api_filter_bool(r, "active", &active);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (e == ERR_OK)
		f->state = active ? DB_SHEET_ACTIVE : DB_SHEET_GONE;
	if ((e = read_moment(r, "from", &f->from_us)) != ERR_OK)
		return e;
	return read_moment(r, "to", &f->to_us);
}

/* Each with its way down. */
static enum err wrong_order(const struct req *r, const struct db_sheet *sheet)
{
	const char **names = arena_alloc(r->arena,
	    (size_t)2 * DB_SHEET_BY_COUNT * sizeof(*names));

	if (names == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < DB_SHEET_BY_COUNT; i++) {
		names[2 * i] = sheet->by[i];
		names[2 * i + 1] = api_query_down(r, sheet->by[i]);
	}
	return api_query_wrong_of(r, "sort", names,
	    (size_t)2 * DB_SHEET_BY_COUNT, ERR_SYNTAX);
}

/* sort= a column that the sheet is ordered by, with - before it downwards. */
static enum err read_order(const struct req *r, const struct db_sheet *sheet,
    struct db_sheet_order *order)
{
	struct slice s;
	const enum err e = req_query(r, "sort", &s);

	*order = (struct db_sheet_order){ .by = DB_SHEET_BY_ID };
	if (e == ERR_NOTFOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return wrong_order(r, sheet);
	order->down = s.n > 0 && s.p[0] == '-';
	if (order->down)
		s = slice_skip(s, 1);
	for (unsigned int i = 0; i < DB_SHEET_BY_COUNT; i++) {
		order->by = (enum db_sheet_by)i;
		if (sheet->by[i] != NULL && slice_eq_cstr(s, sheet->by[i]))
			return ERR_OK;
	}
	return wrong_order(r, sheet);
}

/* For clients a text without a meaning: "<id>", "name.<hexadecimal>.<id>",
 * "created_at.<microseconds>.<id>". */
static void write_cursor(const struct db_sheet *sheet,
    struct db_sheet_order order, const struct db_sheet_cell *row,
    struct buf *out)
{
	struct db_sheet_place place;
	char id[ID_TEXT_MAX];

	db_sheet_place(sheet, order.by, row, &place);
	id_text(sheet->columns[0].kind, place.id, id);
	if (order.by != DB_SHEET_BY_ID) {
		buf_cstr(out, sheet->by[order.by]);
		buf_char(out, '.');
	}
	if (order.by == DB_SHEET_BY_NAME)
		buf_hex(out, (const uint8_t *)place.name.p, place.name.n);
	if (order.by == DB_SHEET_BY_MADE)
		buf_i64(out, place.at_us);
	if (order.by != DB_SHEET_BY_ID)
		buf_char(out, '.');
	buf_cstr(out, id);
}

static enum err read_name(const struct req *r, struct slice hex,
    struct slice *name)
{
	uint8_t *mem;

	if (hex.n % 2 != 0 || hex.n > CURSOR_MAX)
		return ERR_SYNTAX;
	if ((mem = arena_alloc(r->arena, hex.n / 2 + 1)) == NULL)
		return ERR_NOMEM;
	*name = slice_of((const char *)mem, hex.n / 2);
	return hex_decode(hex, mem, hex.n / 2) == ERR_OK && utf8_valid(*name)
		   ? ERR_OK
		   : ERR_SYNTAX;
}

/* ERR_NOTFOUND: not sent; ERR_SYNTAX: none, or one of another order. */
static enum err read_cursor(const struct req *r, const struct db_sheet *sheet,
    struct db_sheet_order order, struct db_sheet_place *p)
{
	struct slice s, part = SLICE("");
	enum err e;

	if ((e = req_query(r, "cursor", &s)) != ERR_OK)
		return e;
	if (order.by != DB_SHEET_BY_ID &&
	    (!slice_cut(&s, '.', &part) ||
		!slice_eq_cstr(part, sheet->by[order.by]) ||
		!slice_cut(&s, '.', &part)))
		return ERR_SYNTAX;
	if (order.by == DB_SHEET_BY_NAME)
		e = read_name(r, part, &p->name);
	if (order.by == DB_SHEET_BY_MADE) {
		if (scan_i64(&part, &p->at_us) != ERR_OK || part.n > 0)
			return ERR_SYNTAX;
		if (p->at_us < 0 || p->at_us > DB_SHEET_TO_MAX_US)
			return ERR_RANGE;
	}
	return e == ERR_OK ? id_parse(sheet->columns[0].kind, s, p->id) : e;
}

/* What GET /<sheet> was asked for, and its page as the rows come. */
struct list {
	const struct req *r;
	const struct db_sheet *sheet;
	struct db_sheet_filter filter;
	struct db_sheet_order order;
	struct db_sheet_place after;
	bool placed;
	size_t limit;
	struct feed_fields fields;
	struct api_out_page page;
	struct buf cursor; /* of the last row that is told */
	enum err e;
};

static enum err read_ask(struct list *l)
{
	const struct req *r = l->r;
	enum err e;

	if ((e = read_order(r, l->sheet, &l->order)) != ERR_OK)
		return e;
	e = read_cursor(r, l->sheet, l->order, &l->after);
	l->placed = e == ERR_OK;
	if (!l->placed && e != ERR_NOTFOUND)
		return api_query_wrong(r, "cursor", e);
	if ((e = api_out_limit(r, &l->limit)) != ERR_OK ||
	    (e = api_out_fields(r, l->sheet, &l->fields)) != ERR_OK)
		return e;
	return read_filter(r, &l->filter);
}

static void add_row(void *ctx, const struct db_sheet_cell *cells)
{
	struct db_sheet_cell row[DB_SHEET_COLUMNS_MAX];
	struct list *l = ctx;

	if (l->e != ERR_OK)
		return;
	memcpy(row, cells, l->sheet->n_columns * sizeof(row[0]));
	l->e = api_setup_show(l->r, l->sheet, row, 1);
	if (l->e != ERR_OK || !api_out_add(&l->page, row))
		return;
	buf_reset(&l->cursor);
	write_cursor(l->sheet, l->order, cells, &l->cursor);
}

enum err api_list(const struct req *r, struct resp *out)
{
	struct list l = { .r = r,
		.sheet = sheet_of(r),
		.after = { .name = SLICE("") } };
	const struct db_sheet_scope scope = scope_of(r);
	char mem[CURSOR_MAX + 128];
	enum err e;

	if ((!l.sheet->of_account && !api_who_company(r, out, &e)) ||
	    (e = read_ask(&l)) != ERR_OK)
		return e;
	buf_over(&l.cursor, mem, sizeof(mem));
	api_out_begin(&l.page, l.sheet, &l.fields, l.limit);
	e = db_sheet_page_each(r->db, l.sheet, &scope, &l.filter, l.order,
	    l.placed ? &l.after : NULL, l.limit + 1, add_row, &l);
	if (e == ERR_OK)
		e = l.e;
	if (e == ERR_OK)
		e = buf_err(&l.cursor);
	if (e != ERR_OK) {
		api_out_drop(&l.page);
		return e;
	}
	return api_out_end(&l.page, out,
	    &(struct api_out_next){ .cursor = buf_slice(&l.cursor) });
}

enum err api_list_one(const struct req *r, struct resp *out)
{
	const struct db_sheet *sheet = sheet_of(r);
	const struct db_sheet_scope scope = scope_of(r);
	struct db_sheet_cell *row = NULL;
	uint8_t id[ID_BYTES];
	enum err e;

	if (!sheet->of_account && !api_who_company(r, out, &e))
		return e;
	/* A list of one row is the company's. */
	memcpy(id, r->company.v, sizeof(id));
	if (r->n_ids > 0)
		e = req_path_id(r, 0, sheet->columns[0].kind, id);
	else
		e = ERR_OK;
	if (e != ERR_OK || (e = db_sheet_one(r->db, sheet, &scope, id, r->arena,
				&row)) != ERR_OK)
		return e;
	if ((e = api_setup_show(r, sheet, row, 1)) != ERR_OK)
		return e;
	return api_out_row(r, out, sheet, row);
}
