#include "lib/db/db_page_view.h"

#include "lib/db/stmt.h"

static const char page_view_add_sql[] =
    "INSERT INTO page_view"
    " (company_id, visit_id, id, url, title, viewed_at)"
    " VALUES (?, ?, ?, ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE id = VALUES(id)";

enum err db_page_view_add(struct db *db, struct company_id company,
    const struct page_view_row *row)
{
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, page_view_add_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, row->visit.v);
	stmt_in_id(st, row->id.v);
	stmt_in_text(st, row->url);
	stmt_in_text(st, row->title);
	stmt_in_time_us(st, row->viewed_us);
	e = stmt_exec(st, NULL);
	stmt_end(st);
	return e;
}
