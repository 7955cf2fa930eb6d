#include "lib/db/db_sheet.h"

#include <string.h>

#include "lib/db/db_search.h"
#include "lib/db/stmt.h"

static void out_cell(struct stmt *st, enum db_sheet_type type,
    struct arena *mem, struct db_sheet_cell *cell)
{
	switch (type) {
	case DB_SHEET_ID:
		stmt_out_id(st, cell->id);
		break;
	case DB_SHEET_TEXT:
	case DB_SHEET_LIST:
		stmt_out_slice(st, mem, DB_SHEET_TEXT_MAX, &cell->text);
		break;
	case DB_SHEET_INT:
	case DB_SHEET_MONEY:
		stmt_out_i64(st, &cell->i);
		break;
	case DB_SHEET_BOOL:
		stmt_out_bool(st, &cell->flag);
		break;
	case DB_SHEET_TIME:
		stmt_out_time_us(st, &cell->i);
		break;
	}
	stmt_out_null(st, &cell->null);
}

enum err db_sheet_read(struct stmt *st, const struct db_sheet *sheet,
    struct arena *mem, struct db_sheet_cell **cells, size_t *n)
{
	const size_t size = sheet->n_columns * sizeof(struct db_sheet_cell);
	struct db_sheet_cell *row =
	    arena_array(mem, sheet->n_columns, sizeof(*row));

	if (row == NULL) {
		stmt_end(st);
		return ERR_NOMEM;
	}
	for (size_t i = 0; i < sheet->n_columns; i++)
		out_cell(st, sheet->columns[i].type, mem, &row[i]);
	return stmt_all(st, mem, row, size, cells, n);
}

enum err db_sheet_each(struct stmt *st, const struct db_sheet *sheet,
    void (*row)(void *ctx, const struct db_sheet_cell *cells), void *ctx,
    size_t *n)
{
	struct db_sheet_cell cells[DB_SHEET_COLUMNS_MAX];
	struct arena texts;
	size_t count = 0;
	enum err e;

	arena_init(&texts, sheet->n_columns * DB_SHEET_TEXT_MAX);
	for (size_t i = 0; i < sheet->n_columns; i++)
		out_cell(st, sheet->columns[i].type, &texts, &cells[i]);
	e = stmt_stream(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		row(ctx, cells);
		count++;
		arena_reset(&texts);
	}
	stmt_end(st);
	arena_fini(&texts);
	if (e != ERR_NOTFOUND)
		return e;
	*n = count;
	return ERR_OK;
}

static void in_scope(struct stmt *st, const struct db_sheet *sheet,
    const struct db_sheet_scope *scope)
{
	static const struct company_id any;

	if (sheet->in_company) {
		stmt_in_id(st, scope->company.v);
		stmt_in_id(st, scope->company.v);
	}
	if (!sheet->of_account) {
		stmt_in_id(st, scope->company.v);
		return;
	}
	stmt_in_id(st, scope->account.v);
	if (sheet->whole)
		return;
	stmt_in_id(st, scope->company.v);
	stmt_in_bool(st, id_eq(scope->company.v, any.v));
}

static void in_filter(struct stmt *st, const struct db_sheet_filter *f,
    const struct db_search *p)
{
	stmt_in_text(st, f->search);
	stmt_in_text(st, f->search);
	db_search_number_in(st, p);
	stmt_in_u64(st, f->state);
	stmt_in_bool(st, f->state == DB_SHEET_ACTIVE);
	stmt_in_time_us(st, f->from_us);
	stmt_in_time_us(st, f->to_us);
}

/* By id: the id. By another column: whether to begin at the beginning, its
 * value twice, the id. */
static void in_place(struct stmt *st, struct db_sheet_order order, bool first,
    const struct db_sheet_place *p)
{
	if (order.by != DB_SHEET_BY_ID)
		stmt_in_bool(st, first);
	for (int i = 0; i < 2; i++) {
		if (order.by == DB_SHEET_BY_NAME)
			stmt_in_text(st, p->name);
		if (order.by == DB_SHEET_BY_MADE)
			stmt_in_time_us(st, p->at_us);
	}
	stmt_in_id(st, p->id);
}

/* The statement of a page, its parameters set. p: room for what is sought,
 * until the statement ran. */
static enum err begin_page(struct db *db, const struct db_sheet *sheet,
    const struct db_sheet_scope *scope, const struct db_sheet_filter *filter,
    struct db_sheet_order order, const struct db_sheet_place *after, size_t max,
    struct db_search *p, struct stmt **out)
{
	static const struct db_sheet_filter all = { .search = SLICE_INIT(""),
		.to_us = DB_SHEET_TO_MAX_US };
	/* Borrowed until the statement runs, as the caller's are. */
	static const struct db_sheet_place edges[2] = {
		{ .name = SLICE_INIT("") },
		{ .id = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		    .name = SLICE_INIT("") },
	};
	const struct db_sheet_filter *f = filter == NULL ? &all : filter;
	struct stmt *st;
	enum err e;

	if (max == 0 || max > DB_SHEET_PAGE_MAX)
		return ERR_RANGE;
	if (sheet->by[order.by] == NULL)
		return ERR_SYNTAX;
	if ((e = db_search_make(f->search, p)) != ERR_OK)
		return e;
	st = stmt_begin(db, sheet->page_sql[order.by][order.down ? 1 : 0]);
	in_scope(st, sheet, scope);
	in_place(st, order, after == NULL,
	    after == NULL ? &edges[order.down ? 1 : 0] : after);
	in_filter(st, f, p);
	stmt_in_u64(st, max);
	*out = st;
	return ERR_OK;
}

enum err db_sheet_page(struct db *db, const struct db_sheet *sheet,
    const struct db_sheet_scope *scope, const struct db_sheet_filter *filter,
    struct db_sheet_order order, const struct db_sheet_place *after, size_t max,
    struct arena *mem, struct db_sheet_cell **cells, size_t *n)
{
	struct db_search p;
	struct stmt *st;
	enum err e;

	e = begin_page(db, sheet, scope, filter, order, after, max, &p, &st);
	return e == ERR_OK ? db_sheet_read(st, sheet, mem, cells, n) : e;
}

enum err db_sheet_page_each(struct db *db, const struct db_sheet *sheet,
    const struct db_sheet_scope *scope, const struct db_sheet_filter *filter,
    struct db_sheet_order order, const struct db_sheet_place *after, size_t max,
    void (*row)(void *ctx, const struct db_sheet_cell *cells), void *ctx)
{
	struct db_search p;
	struct stmt *st;
	size_t n;
	enum err e;

	e = begin_page(db, sheet, scope, filter, order, after, max, &p, &st);
	return e == ERR_OK ? db_sheet_each(st, sheet, row, ctx, &n) : e;
}

void db_sheet_place(const struct db_sheet *sheet, enum db_sheet_by by,
    const struct db_sheet_cell *row, struct db_sheet_place *out)
{
	const struct db_sheet_cell *cell =
	    db_sheet_cell(sheet, row, sheet->by[by]);

	*out = (struct db_sheet_place){ .name = SLICE("") };
	memcpy(out->id, row[0].id, sizeof(out->id));
	if (cell == NULL) /* an order that db_sheet_page refuses */
		return;
	if (by == DB_SHEET_BY_NAME && !cell->null)
		out->name = cell->text;
	if (by == DB_SHEET_BY_MADE)
		out->at_us = cell->i;
}

enum err db_sheet_one(struct db *db, const struct db_sheet *sheet,
    const struct db_sheet_scope *scope, const uint8_t id[ID_BYTES],
    struct arena *mem, struct db_sheet_cell **cells)
{
	struct db_sheet_cell *got = NULL;
	struct stmt *st = stmt_begin(db, sheet->one_sql);
	size_t n = 0;
	enum err e;

	in_scope(st, sheet, scope);
	stmt_in_id(st, id);
	e = db_sheet_read(st, sheet, mem, &got, &n);
	if (e != ERR_OK)
		return e;
	if (n != 1)
		return ERR_NOTFOUND;
	*cells = got;
	return ERR_OK;
}

const struct db_sheet_cell *db_sheet_cell(const struct db_sheet *sheet,
    const struct db_sheet_cell *row, const char *column)
{
	for (size_t i = 0; i < sheet->n_columns; i++)
		if (strcmp(sheet->columns[i].name, column) == 0)
			return &row[i];
	return NULL;
}
