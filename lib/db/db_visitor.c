#include "lib/db/db_visitor.h"

#include <string.h>

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

/* Two servers may start at once: the first row stays. */
static const char visitor_key_add_sql[] =
    "INSERT INTO visitor_key (id, secret) VALUES (1, ?)"
    " ON DUPLICATE KEY UPDATE id = id";

static const char visitor_key_get_sql[] =
    "SELECT secret FROM visitor_key WHERE id = 1";

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

static void in_visitors(struct stmt *st, const struct company_id *company,
    const void *rows, const struct db_rows_part *part)
{
	const struct visitor_seen *const *all = rows;

	for (size_t i = 0; i < part->places; i++)
		in_visitor(st, company, all[db_rows_at(part, i)]);
}

enum err db_visitor_seen(struct db *db, struct company_id company,
    const struct visitor_seen *const *rows, size_t n)
{
	return db_rows_add(db, visitor_seen_sql, company, rows, n, in_visitors);
}

enum err db_visitor_key(struct db *db,
    const uint8_t fresh[DB_VISITOR_KEY_BYTES],
    uint8_t out[DB_VISITOR_KEY_BYTES])
{
	uint8_t key[DB_VISITOR_KEY_BYTES];
	struct stmt *st;
	enum err e;

	st = stmt_begin(db, visitor_key_add_sql);
	stmt_in_bytes(st, fresh, DB_VISITOR_KEY_BYTES);
	if ((e = stmt_exec(st, NULL)) != ERR_OK)
		return e;
	st = stmt_begin(db, visitor_key_get_sql);
	stmt_out_fixed(st, key, sizeof(key));
	if ((e = stmt_one(st)) == ERR_OK)
		memcpy(out, key, sizeof(key));
	return e;
}
