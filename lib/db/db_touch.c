#include "lib/db/db_touch.h"

#include "lib/db/stmt.h"

#define PAID "(w.channel LIKE 'paid\\_%' OR w.channel = 'display')"

/* w: the visits of the visitor whose visit v is credited, up to that one. */
#define FROM                                           \
	" JOIN visit v ON v.company_id = i.company_id" \
	" AND v.id = i.visit_id"                       \
	" JOIN visit w ON w.company_id = v.company_id" \
	" AND w.visitor_id = v.visitor_id"             \
	" AND (w.started_at < v.started_at OR w.id = v.id)"

static void out_row(struct stmt *st, struct arena *mem, struct touch_row *row)
{
	stmt_out_id(st, row->call.v);
	stmt_out_time_us(st, &row->at_us);
	stmt_out_slice(st, mem, DB_NAME_BYTES, &row->source);
	stmt_out_slice(st, mem, DB_NAME_BYTES, &row->medium);
	stmt_out_slice(st, mem, DB_TEXT_BYTES, &row->campaign);
	stmt_out_bool(st, &row->paid);
}

#define CALL_TOUCHES                                                       \
	"SELECT i.id, w.started_at, w.source, w.medium, w.campaign, " PAID \
	" FROM interaction i" FROM                                         \
	" WHERE i.company_id = ? AND i.id = ?"                             \
	" AND i.attributed_by = 'visit'"

static enum err read_call(struct db *db, const char *sql,
    struct company_id company, struct call_id call, size_t max,
    struct arena *mem, struct touch_row **rows, size_t *n)
{
	struct touch_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	stmt_in_u64(st, max);
	out_row(st, mem, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_touch_call(struct db *db, struct company_id company,
    struct call_id call, struct arena *mem, struct touch_row **rows, size_t *n)
{
	static const char latest_sql[] =
	    CALL_TOUCHES " ORDER BY w.started_at DESC, w.id DESC LIMIT ?";
	static const char first_sql[] =
	    CALL_TOUCHES " ORDER BY w.started_at, w.id LIMIT ?";
	struct touch_row *r = NULL, *first = NULL;
	size_t have = 0, firsts = 0;
	enum err e;

	e = read_call(db, latest_sql, company, call, TOUCH_MAX, mem, &r, &have);
	if (e == ERR_OK && have == TOUCH_MAX)
		e = read_call(db, first_sql, company, call, 1, mem, &first,
		    &firsts);
	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < have / 2; i++) {
		const struct touch_row other = r[i];

		r[i] = r[have - 1 - i];
		r[have - 1 - i] = other;
	}
	if (firsts == 1)
		r[0] = first[0];
	*rows = r;
	*n = have;
	return ERR_OK;
}

enum err db_touch_credits(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct arena *mem,
    struct touch_credit **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT i.id, i.attributed_by = 'tracker', i.source, i.medium,"
	    " COALESCE(CAST(JSON_EXTRACT(i.evidence, '$.sources') AS CHAR),"
	    " '')"
	    " FROM interaction i WHERE i.company_id = ? AND i.kind = 'call'"
	    " AND i.happened_at >= ? AND i.happened_at < ?"
	    " ORDER BY i.happened_at DESC, i.id DESC LIMIT ?";
	struct touch_credit row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_in_u64(st, DB_TOUCH_CALLS_MAX);
	stmt_out_id(st, row.call.v);
	stmt_out_bool(st, &row.by_tracker);
	stmt_out_slice(st, mem, DB_NAME_BYTES, &row.source);
	stmt_out_slice(st, mem, DB_NAME_BYTES, &row.medium);
	stmt_out_slice(st, mem, DB_TOUCH_SHARES_MAX, &row.shares);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* c: the calls, each with the visit it is credited to and, of a visitor who was
 * here more often than touches count, since when the latest of them were. With
 * a limit, as what has none is worked out again for each touch. */
#define PERIOD_VISITS                  \
	" x.company_id = c.company_id" \
	" AND x.visitor_id = c.visitor_id"
#define PERIOD_CALLS                                                         \
	"WITH c AS (SELECT i.id, i.happened_at, v.company_id, v.visitor_id," \
	" v.id AS visit_id, v.started_at AS till, (SELECT x.started_at"      \
	" FROM visit x WHERE x.company_id = v.company_id"                    \
	" AND x.visitor_id = v.visitor_id AND x.started_at < v.started_at"   \
	" ORDER BY x.started_at DESC LIMIT 1 OFFSET ?) AS since"             \
	" FROM (SELECT company_id, id, visit_id, happened_at, attributed_by" \
	" FROM interaction WHERE company_id = ? AND kind = 'call'"           \
	" AND happened_at >= ? AND happened_at < ?"                          \
	" ORDER BY happened_at DESC, id DESC LIMIT ?) i"                     \
	" JOIN visit v ON v.company_id = i.company_id AND v.id = i.visit_id" \
	" WHERE i.attributed_by = 'visit' LIMIT ?) "
#define PERIOD_TOUCH                                                    \
	"c.id, w.started_at, w.source, w.medium, w.campaign, " PAID     \
	" AS paid, c.happened_at, w.id AS visit_id FROM c JOIN visit w" \
	" ON w.company_id = c.company_id AND w.visitor_id = c.visitor_id"

enum err db_touch_period(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct arena *mem, struct touch_row **rows,
    size_t *n)
{
	static const char sql[] = PERIOD_CALLS
	    "SELECT " PERIOD_TOUCH
	    " AND w.started_at >= COALESCE(c.since,"
	    " '1000-01-01') AND (w.started_at < c.till OR w.id = c.visit_id)"
	    " UNION ALL SELECT " PERIOD_TOUCH
	    " AND w.started_at < c.since"
	    " AND w.id = (SELECT x.id FROM visit x WHERE" PERIOD_VISITS
	    " ORDER BY x.started_at, x.id LIMIT 1)"
	    " ORDER BY happened_at DESC, id DESC, started_at, visit_id LIMIT ?";
	int64_t called_us;
	struct visit_id visit;
	struct touch_row row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_u64(st, TOUCH_MAX - 3);
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_in_u64(st, DB_TOUCH_CALLS_MAX);
	stmt_in_u64(st, DB_TOUCH_CALLS_MAX);
	stmt_in_u64(st, DB_TOUCH_ROWS_MAX);
	out_row(st, mem, &row);
	stmt_out_time_us(st, &called_us);
	stmt_out_id(st, visit.v);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
