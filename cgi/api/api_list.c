#include "cgi/api/api_list.h"

#include "cgi/api/api_filter.h"
#include "cgi/api/api_out.h"
#include "cgi/api/api_setup.h"
#include "cgi/api/api_who.h"
#include "lib/base/clk.h"
#include "lib/base/utf8.h"
#include "lib/db/db_sheet_setup.h"

#define SEARCH_MAX 64 /* characters */

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
	const enum err e = req_query(r, name, &s);

	if (e == ERR_NOTFOUND)
		return ERR_OK;
	return e == ERR_OK ? clk_rfc3339_parse(s, us) : e;
}

static enum err read_filter(const struct req *r, struct db_sheet_filter *f)
{
	bool active = false;
	enum err e;

	*f = (struct db_sheet_filter){ .search = SLICE(""),
		.to_us = DB_SHEET_TO_MAX_US };
	e = req_query(r, "search", &f->search);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (utf8_count(f->search) > SEARCH_MAX)
		return ERR_RANGE;
	e = api_filter_bool(r, "active", &active);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (e == ERR_OK)
		f->state = active ? DB_SHEET_ACTIVE : DB_SHEET_GONE;
	if ((e = read_moment(r, "from", &f->from_us)) != ERR_OK ||
	    (e = read_moment(r, "to", &f->to_us)) != ERR_OK)
		return e;
	return f->from_us >= 0 && f->to_us >= 0 &&
		       f->to_us <= DB_SHEET_TO_MAX_US
		   ? ERR_OK
		   : ERR_RANGE;
}

enum err api_list(const struct req *r, struct resp *out)
{
	const struct db_sheet *sheet = sheet_of(r);
	const struct db_sheet_scope scope = scope_of(r);
	const enum id_kind kind = sheet->columns[0].kind;
	struct db_sheet_cell *cells = NULL;
	uint8_t after[ID_BYTES] = { 0 };
	char cursor[ID_TEXT_MAX] = "";
	struct db_sheet_filter filter;
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
	    (e = read_filter(r, &filter)) != ERR_OK ||
	    (e = db_sheet_page(r->db, sheet, &scope, &filter, after, down,
		 limit + 1, r->arena, &cells, &n)) != ERR_OK)
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
