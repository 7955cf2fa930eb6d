#include "lib/db/db_visitor.h"

#include "lib/db/db_rows.h"
#include "lib/db/stmt.h"

static const char *const visitor_seen_sql[] = DB_ROWS_TEXTS(
    "INSERT INTO visitor"
    " (company_id, id, first_visit_id, last_paid_visit_id,"
    " first_seen_at, last_seen_at) VALUES ",
    "(?, ?, ?, ?, ?, ?)",
    " ON DUPLICATE KEY UPDATE"
    " last_paid_visit_id ="
    " COALESCE(VALUES(last_paid_visit_id), last_paid_visit_id),"
    " last_seen_at = GREATEST(last_seen_at, VALUES(last_seen_at))");

static const char visitor_get_sql[] =
    "SELECT id, first_visit_id, last_paid_visit_id, first_seen_at,"
    " last_seen_at"
    " FROM visitor WHERE company_id = ? AND id = ?";

/* What is bound is borrowed until the execution, hence the pointers. */
static void in_visitor(struct stmt *st, const struct company_id *company,
    const struct visitor_seen *v)
{
	static const uint8_t nobody[ID_BYTES];

	stmt_in_id(st, company->v);
	stmt_in_id(st, v->id.v);
	stmt_in_id(st, v->visit.v);
	stmt_in_id_null(st, v->paid ? v->visit.v : nobody);
	stmt_in_time_us(st, v->seen_us);
	stmt_in_time_us(st, v->seen_us);
}

enum err db_visitor_seen(struct db *db, struct company_id company,
    const struct visitor_seen *const *rows, size_t n)
{
	while (n > 0) {
		size_t text, places;
		const size_t now = db_rows_next(n, &text, &places);
		struct stmt *st;
		enum err e;

		st = stmt_begin(db, visitor_seen_sql[text]);
		for (size_t i = 0; i < places; i++)
			in_visitor(st, &company, rows[i < now ? i : now - 1]);
		e = stmt_exec(st, NULL);
		if (e != ERR_OK)
			return e;
		rows += now;
		n -= now;
	}
	return ERR_OK;
}

enum err db_visitor_get(struct db *db, struct company_id company,
    struct visitor_id id, struct visitor_row *out)
{
	struct visitor_row row;
	struct stmt *st = stmt_begin(db, visitor_get_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, id.v);
	stmt_out_id(st, row.id.v);
	stmt_out_id(st, row.first_visit.v);
	stmt_out_id(st, row.last_paid_visit.v);
	stmt_out_time_us(st, &row.first_seen_us);
	stmt_out_time_us(st, &row.last_seen_us);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}
