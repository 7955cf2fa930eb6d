#include "lib/db/db_overflow.h"

#include "lib/db/db_rows.h"
#include "lib/db/stmt.h"

static const char *const put_sql[] = DB_ROWS_TEXTS(
    "INSERT INTO overflow_shown"
    " (company_id, number_id, shown_at, visit_id, seen_at, touched_at)"
    " VALUES ",
    "(?, ?, ?, ?, ?, ?)",
    " ON DUPLICATE KEY UPDATE seen_at = GREATEST(seen_at, VALUES(seen_at)),"
    " touched_at = COALESCE(GREATEST(touched_at, VALUES(touched_at)),"
    " touched_at, VALUES(touched_at))");

static void in_rows(struct stmt *st, const struct company_id *company,
    const void *rows, const struct db_rows_part *part)
{
	const struct overflow_row *const *all = rows;

	for (size_t i = 0; i < part->places; i++) {
		const struct overflow_row *r = all[db_rows_at(part, i)];

		stmt_in_id(st, company->v);
		stmt_in_id(st, r->number.v);
		stmt_in_time_us(st, r->shown_us);
		stmt_in_id(st, r->visit.v);
		stmt_in_time_us(st, r->seen_us);
		stmt_in_time_us_null(st, r->touched_us);
	}
}

enum err db_overflow_put(struct db *db, struct company_id company,
    const struct overflow_row *const *rows, size_t n)
{
	return db_rows_add(db, put_sql, company, rows, n, in_rows);
}

static const char count_sql[] =
    "SELECT COUNT(*), COUNT(DISTINCT x.visit_id),"
    " COUNT(DISTINCT IF(x.seen_at > ?, x.visit_id, NULL)), MIN(x.shown_at)"
    " FROM (SELECT visit_id, shown_at, seen_at"
    " FROM overflow_shown FORCE INDEX (PRIMARY) WHERE company_id = ? AND number_id = ?"
    " AND shown_at > ? AND shown_at <= ? ORDER BY shown_at DESC LIMIT ?) x";

static const char oldest_sql[] =
    "SELECT shown_at FROM overflow_shown FORCE INDEX (PRIMARY)"
    " WHERE company_id = ? AND number_id = ?"
    " AND shown_at > ? AND shown_at <= ? ORDER BY shown_at LIMIT 1";

static void in_span(struct stmt *st, const struct company_id *company,
    const struct overflow_span *span)
{
	stmt_in_id(st, company->v);
	stmt_in_id(st, span->number.v);
	stmt_in_time_us(st, span->since_us);
	stmt_in_time_us(st, span->until_us);
}

enum err db_overflow_count(struct db *db, struct company_id company,
    const struct overflow_span *span, struct overflow_count *out)
{
	struct overflow_count c = { .visits = 0 };
	uint64_t rows = 0;
	struct stmt *st = stmt_begin(db, count_sql);
	enum err e;

	stmt_in_time_us(st, span->late_us);
	in_span(st, &company, span);
	stmt_in_u64(st, span->max);
	stmt_out_u64(st, &rows);
	stmt_out_u32(st, &c.visits);
	stmt_out_u32(st, &c.late);
	stmt_out_time_us(st, &c.from_us);
	if ((e = stmt_one(st)) != ERR_OK)
		return e;
	c.oldest_us = c.from_us;
	if (rows == span->max) {
		st = stmt_begin(db, oldest_sql);
		in_span(st, &company, span);
		stmt_out_time_us(st, &c.oldest_us);
		if ((e = stmt_one(st)) != ERR_OK)
			return e;
	}
	*out = c;
	return ERR_OK;
}
