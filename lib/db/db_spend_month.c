#include "lib/db/db_spend_month.h"

#include <string.h>

#include "lib/db/db_search.h"
#include "lib/db/stmt.h"

_Static_assert(DB_SPEND_MONTH_MAX == 1001, "the statement says so");

#define LAST_DAY "9999-12-31" /* of the database: none comes after it */

enum err db_spend_month_lock(struct db *db, struct company_id company,
    struct tracker_id tracker)
{
	static const char sql[] =
	    "SELECT id FROM tracker WHERE company_id = ?"
	    " AND id = ? FOR UPDATE";
	struct tracker_id found;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, tracker.v);
	stmt_out_id(st, found.v);
	return stmt_one(st);
}

/* What goes on behind the last day of m begins anew there, so that it stays
 * when the days of m are cleared. */
static enum err keep_rest(struct db *db, struct company_id company,
    const struct spend_month *m)
{
	static const char sql[] =
	    "INSERT IGNORE INTO tracker_cost (company_id, tracker_id, from_on,"
	    " until_on, monthly_micros)"
	    " SELECT company_id, tracker_id, DATE_ADD(?, INTERVAL 1 DAY),"
	    " until_on, monthly_micros FROM tracker_cost"
	    " WHERE company_id = ? AND tracker_id = ?"
	    " AND from_on <= ? AND (until_on IS NULL OR until_on > ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(m->until));
	stmt_in_id(st, company.v);
	stmt_in_id(st, m->tracker.v);
	stmt_in_text(st, slice_from(m->until));
	stmt_in_text(st, slice_from(m->until));
	return stmt_exec(st, NULL);
}

/* What began before the first day of m ends the day before it. */
static enum err end_before(struct db *db, struct company_id company,
    const struct spend_month *m)
{
	static const char sql[] =
	    "UPDATE tracker_cost SET until_on = DATE_SUB(?, INTERVAL 1 DAY)"
	    " WHERE company_id = ? AND tracker_id = ?"
	    " AND from_on < ? AND (until_on IS NULL OR until_on >= ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(m->from));
	stmt_in_id(st, company.v);
	stmt_in_id(st, m->tracker.v);
	stmt_in_text(st, slice_from(m->from));
	stmt_in_text(st, slice_from(m->from));
	return stmt_exec(st, NULL);
}

static enum err drop_inside(struct db *db, struct company_id company,
    const struct spend_month *m)
{
	static const char sql[] =
	    "DELETE FROM tracker_cost WHERE company_id = ? AND tracker_id = ?"
	    " AND from_on >= ?"
	    " AND from_on <= COALESCE(NULLIF(?, ''), '" LAST_DAY "')";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, m->tracker.v);
	stmt_in_text(st, slice_from(m->from));
	stmt_in_text(st, slice_from(m->until));
	return stmt_exec(st, NULL);
}

static enum err add(struct db *db, struct company_id company,
    const struct spend_month *m)
{
	static const char sql[] =
	    "INSERT INTO tracker_cost (company_id, tracker_id, from_on,"
	    " until_on, monthly_micros) VALUES (?, ?, ?, NULLIF(?, ''), ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, m->tracker.v);
	stmt_in_text(st, slice_from(m->from));
	stmt_in_text(st, slice_from(m->until));
	stmt_in_i64(st, m->monthly_micros);
	return stmt_exec_one(st);
}

enum err db_spend_month_put(struct db *db, struct company_id company,
    const struct spend_month *m)
{
	bool mine;
	enum err e;

	/* ISO days compare as text. */
	if (m->until[0] != '\0' && strcmp(m->until, m->from) < 0)
		return ERR_RANGE;
	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	e = db_spend_month_lock(db, company, m->tracker);
	if (e == ERR_OK && m->until[0] != '\0' &&
	    strcmp(m->until, LAST_DAY) < 0)
		e = keep_rest(db, company, m);
	if (e == ERR_OK && (e = end_before(db, company, m)) == ERR_OK &&
	    (e = drop_inside(db, company, m)) == ERR_OK)
		e = add(db, company, m);
	return db_join_end(db, mine, e);
}

enum err db_spend_month_list(struct db *db, struct company_id company,
    struct tracker_id tracker, struct arena *mem, struct spend_month **rows,
    size_t *n)
{
	static const char sql[] =
	    "SELECT c.tracker_id, CAST(c.from_on AS CHAR),"
	    " CAST(c.until_on AS CHAR), c.monthly_micros, t.name,"
	    " t.archived_at IS NOT NULL"
	    " FROM tracker_cost c JOIN tracker t ON t.company_id = c.company_id"
	    " AND t.id = c.tracker_id WHERE c.company_id = ?"
	    " AND (? OR c.tracker_id = ?)"
	    " ORDER BY t.name, c.tracker_id, c.from_on DESC LIMIT 1001";
	struct spend_month row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_bool(st, id_is_nil(tracker.v));
	stmt_in_id(st, tracker.v);
	stmt_out_id(st, row.tracker.v);
	stmt_out_text(st, row.from, sizeof(row.from));
	stmt_out_text(st, row.until, sizeof(row.until));
	stmt_out_i64(st, &row.monthly_micros);
	stmt_out_text(st, row.tracker_name, sizeof(row.tracker_name));
	stmt_out_bool(st, &row.archived);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_spend_month_name(struct db *db, struct company_id company,
    struct tracker_id tracker, char out[DB_NAME_BYTES])
{
	static const char sql[] =
	    "SELECT name FROM tracker WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, tracker.v);
	stmt_out_text(st, out, DB_NAME_BYTES);
	return stmt_one(st);
}

/* No two amounts of a tracker begin on one day, so none undoes another in the
 * sum; the tracker tells it from another's that are the same. */
#define MARKS                                                             \
	"SELECT c.tracker_id, BIT_XOR(CAST(CONV(LEFT(SHA2(CONCAT_WS(' '," \
	" HEX(c.tracker_id), c.from_on, c.until_on, c.monthly_micros),"   \
	" 256), 16), 16, 10) AS UNSIGNED)) FROM tracker_cost c"           \
	" JOIN tracker t ON t.company_id = c.company_id"                  \
	" AND t.id = c.tracker_id WHERE c.company_id = ?"

static void out_mark(struct stmt *st, struct spend_mark *row)
{
	stmt_out_id(st, row->tracker.v);
	stmt_out_u64(st, &row->mark);
}

enum err db_spend_month_marks(struct db *db, struct company_id company,
    struct slice text, uint32_t max, struct arena *mem,
    struct spend_mark **rows, size_t *n)
{
	static const char sql[] = MARKS
	    " AND t.archived_at IS NULL AND t.name LIKE ?"
	    " GROUP BY t.name, c.tracker_id"
	    " ORDER BY t.name, c.tracker_id LIMIT ?";
	struct spend_mark row;
	struct db_search p;
	struct stmt *st;
	enum err e;

	if ((e = db_search_make(text, &p)) != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	stmt_in_text(st, p.text);
	stmt_in_u64(st, max);
	out_mark(st, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_spend_month_mark(struct db *db, struct company_id company,
    struct tracker_id tracker, struct spend_mark *out)
{
	static const char sql[] =
	    MARKS " AND c.tracker_id = ? GROUP BY c.tracker_id";
	struct spend_mark row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, tracker.v);
	out_mark(st, &row);
	e = stmt_one(st);
	if (e == ERR_OK)
		*out = row;
	return e;
}
