#include "cgi/api/api_list.h"

#include "cgi/api/api_out.h"
#include "cgi/api/api_setup.h"
#include "cgi/api/api_who.h"
#include "lib/db/db_sheet_setup.h"

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

enum err api_list(const struct req *r, struct resp *out)
{
	const struct db_sheet *sheet = sheet_of(r);
	const struct db_sheet_scope scope = scope_of(r);
	const enum id_kind kind = sheet->columns[0].kind;
	struct db_sheet_cell *cells = NULL;
	uint8_t after[ID_BYTES] = { 0 };
	char cursor[ID_TEXT_MAX] = "";
	struct feed_fields fields;
	size_t limit, n = 0;
	bool down;
	enum err e;

	if (!sheet->of_account && !api_who_company(r, out, &e))
		return e;
	e = req_query_id(r, "cursor", kind, after);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if ((e = api_out_limit(r, &limit)) != ERR_OK ||
	    (e = api_out_sort(r, "id", false, &down)) != ERR_OK ||
	    (e = api_out_fields(r, sheet, &fields)) != ERR_OK ||
	    (e = db_sheet_page(r->db, sheet, &scope, after, down, limit + 1,
		 r->arena, &cells, &n)) != ERR_OK)
		return e;
	if ((e = api_setup_show(r, sheet, cells, n)) != ERR_OK)
		return e;
	if (n > limit)
		id_text(kind, cells[(limit - 1) * sheet->n_columns].id, cursor);
	return api_out_page(out, sheet, cells, n, limit, &fields,
	    slice_from(cursor));
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
	if ((e = req_path_id(r, 0, sheet->columns[0].kind, id)) != ERR_OK ||
	    (e = db_sheet_one(r->db, sheet, &scope, id, r->arena, &row)) !=
		ERR_OK)
		return e;
	if ((e = api_setup_show(r, sheet, row, 1)) != ERR_OK)
		return e;
	return api_out_row(r, out, sheet, row);
}
