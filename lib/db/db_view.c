#include "lib/db/db_view.h"

#include "lib/db/stmt.h"

/* Not more than DB_VIEWS_MAX: the insert selects nothing then. */
enum err db_view_add(struct db *db, struct company_id company,
    const struct view_row *row, int64_t now_us)
{
	static const char sql[] =
	    "INSERT INTO saved_view (company_id, id, page, name, query,"
	    " user_id, created_at) SELECT c.id, ?, ?, ?, ?, ?, ?"
	    " FROM company c WHERE c.id = ? AND (SELECT COUNT(*)"
	    " FROM saved_view v WHERE v.company_id = c.id) < 100";
	struct stmt *st;
	uint64_t n = 0;
	enum err e;

	if (row->query.n > DB_VIEW_QUERY_MAX)
		return ERR_TOOBIG;
	st = stmt_begin(db, sql);
	stmt_in_id(st, row->id.v);
	stmt_in_text(st, slice_from(row->page));
	stmt_in_text(st, slice_from(row->name));
	stmt_in_text(st, row->query);
	stmt_in_id(st, row->user.v);
	stmt_in_time_us(st, now_us);
	stmt_in_id(st, company.v);
	e = stmt_exec(st, &n);
	return e == ERR_OK && n == 0 ? ERR_TOOBIG : e;
}

enum err db_view_drop(struct db *db, struct company_id company,
    struct view_id id)
{
	static const char sql[] =
	    "DELETE FROM saved_view WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	return stmt_exec_one(st);
}

enum err db_view_list(struct db *db, struct company_id company,
    const char *page, struct arena *mem, struct view_row **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT id, user_id, page, name, query FROM saved_view"
	    " WHERE company_id = ? AND page = ? ORDER BY name LIMIT 100";
	struct view_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(page));
	stmt_out_id(st, row.id.v);
	stmt_out_id(st, row.user.v);
	stmt_out_text(st, row.page, sizeof(row.page));
	stmt_out_text(st, row.name, sizeof(row.name));
	stmt_out_slice(st, mem, DB_VIEW_QUERY_MAX, &row.query);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
