#include "cgi/form/thing_sheet.h"

#include "lib/db/db_sheet_setup.h"

/* Where the page begins; *out NULL: with the first row. ERR_NOTFOUND: behind
 * nothing that there is. */
static enum err read_place(const struct req *r, const struct db_sheet *sheet,
    const struct db_sheet_scope *scope, const uint8_t after[ID_BYTES],
    struct db_sheet_place *place, const struct db_sheet_place **out)
{
	struct db_sheet_cell *row = NULL;
	enum err e;

	*out = NULL;
	if (id_is_nil(after))
		return ERR_OK;
	e = db_sheet_one(r->db, sheet, scope, after, r->arena, &row);
	if (e == ERR_OK) {
		db_sheet_place(sheet, DB_SHEET_BY_NAME, row, place);
		*out = place;
	}
	return e;
}

static enum err rows(const struct req *r, const struct thing *t,
    const struct db_sheet *sheet, thing_sheet_show *show,
    const uint8_t after[ID_BYTES], struct slice text, struct thing_list *l)
{
	const struct db_sheet_scope scope = { .account = r->account,
		.company = r->company };
	const struct db_sheet_filter filter = { .search = text,
		.state = DB_SHEET_ACTIVE,
		.to_us = DB_SHEET_TO_MAX_US };
	const struct db_sheet_place *from;
	struct db_sheet_place place;
	struct db_sheet_cell *cells = NULL;
	size_t n = 0;
	enum err e;

	if ((e = read_place(r, sheet, &scope, after, &place, &from)) == ERR_OK)
		e = db_sheet_page(r->db, sheet, &scope, &filter,
		    (struct db_sheet_order){ .by = DB_SHEET_BY_NAME }, from,
		    THING_PAGE + 1, r->arena, &cells, &n);
	for (size_t i = 0; e == ERR_OK && i < n && i < THING_PAGE; i++) {
		const struct db_sheet_cell *c = &cells[i * sheet->n_columns];
		struct thing_row *row = thing_row_add(l, c[0].id);

		e = row == NULL ? ERR_NOMEM : show(l, sheet, c, row);
	}
	return e == ERR_OK && n > THING_PAGE ? thing_more(t, l) : e;
}

enum err thing_sheet(const struct req *r, const struct thing *t,
    const char *sheet, thing_sheet_show *show, struct thing_list *l)
{
	uint8_t after[ID_BYTES] = { 0 };
	struct slice text = SLICE("");
	enum err e = thing_search(r, t->id_kind, after, &text);

	if (e != ERR_OK)
		return e;
	e = rows(r, t, db_sheet_setup_find(slice_from(sheet)), show, after,
	    text, l);
	if (e == ERR_TOOBIG)
		return req_wrong(r, "q", "a text of up to 64 characters");
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
