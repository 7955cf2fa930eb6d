#include "lib/db/db_page_view.h"

#include "lib/db/db_rows.h"
#include "lib/db/stmt.h"

static const char *const page_view_add_sql[] = DB_ROWS_TEXTS(
    "INSERT INTO page_view"
    " (company_id, visit_id, id, url, title, viewed_at) VALUES ",
    "(?, ?, ?, ?, ?, ?)", " ON DUPLICATE KEY UPDATE id = VALUES(id)");

/* What is bound is borrowed until the execution, hence the pointers. */
static void in_page_view(struct stmt *st, const struct company_id *company,
    const struct page_view_row *row)
{
	stmt_in_id(st, company->v);
	stmt_in_id(st, row->visit.v);
	stmt_in_id(st, row->id.v);
	stmt_in_text(st, row->url);
	stmt_in_text(st, row->title);
	stmt_in_time_us(st, row->viewed_us);
}

static void in_page_views(struct stmt *st, const struct company_id *company,
    const void *rows, const struct db_rows_part *part)
{
	const struct page_view_row *const *all = rows;

	for (size_t i = 0; i < part->places; i++)
		in_page_view(st, company, all[db_rows_at(part, i)]);
}

enum err db_page_view_add(struct db *db, struct company_id company,
    const struct page_view_row *const *rows, size_t n)
{
	return db_rows_add(db, page_view_add_sql, company, rows, n,
	    in_page_views);
}
