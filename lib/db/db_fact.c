#include "lib/db/db_fact.h"

#include "lib/db/stmt.h"

#define COLUMNS                                                         \
	"company_id, started_at, call_id, number_id, pool_id,"          \
	" destination_id, location_id, result, channel, source,"        \
	" medium, campaign, ad_group, ad, keyword, match_type, device," \
	" landing_page, referrer_host, place, country, outcome, class," \
	" risk, first_time, qualified, is_lead, is_sale, is_spam,"      \
	" has_value, value_micros, duration_ms, ring_ms, talk_ms"

#define OR_ZERO(id) "COALESCE(" id ", REPEAT(CHAR(0), 16))"

/* A call as its row; a comparison is 1 or 0. */
#define CALLS \
	"SELECT c.company_id, c.started_at, c.id AS call_id, c.number_id,"   \
	" " OR_ZERO("c.pool_id") " AS pool_id,"                              \
	" " OR_ZERO("c.destination_id") " AS destination_id,"                \
	" " OR_ZERO("c.location_id") " AS location_id,"                      \
	" c.result, i.channel, i.source, i.medium, i.campaign, i.ad_group,"  \
	" COALESCE(v.ad_id, '') AS ad, i.keyword,"                           \
	" COALESCE(v.match_type, '') AS match_type,"                         \
	" COALESCE(v.device, '') AS device, i.landing_page, i.referrer_host," \
	" c.caller_place AS place, c.caller_country AS country, i.outcome,"  \
	" COALESCE(w.own_class, w.class, '') AS class,"                      \
	" COALESCE(w.risk, 0) AS risk, c.first_time <> 0 AS first_time,"     \
	" c.qualified <> 0 AS qualified,"                                    \
	" COALESCE(o.is_lead <> 0, 0) AS is_lead,"                           \
	" COALESCE(o.is_sale <> 0, 0) AS is_sale,"                           \
	" COALESCE(o.is_spam <> 0, 0) AS is_spam,"                           \
	" i.value_micros IS NOT NULL AS has_value,"                          \
	" COALESCE(i.value_micros, 0) AS value_micros, c.duration_ms,"       \
	" c.ring_ms, c.talk_ms"                                              \
	" FROM phone_call c"                                                 \
	" JOIN interaction i ON i.company_id = c.company_id AND i.id = c.id" \
	" LEFT JOIN visit v ON v.company_id = i.company_id"                  \
	"  AND v.id = i.visit_id AND i.attributed_by = 'visit'"              \
	" LEFT JOIN outcome o ON o.company_id = i.company_id"                \
	"  AND o.code = i.outcome"                                           \
	" LEFT JOIN call_verdict w ON w.company_id = c.company_id"           \
	"  AND w.call_id = c.id"                                             \
	" WHERE c.company_id = ? AND c.state = 'closed'"

/* Runs a statement of company, call. */
static enum err of_call(struct db *db, const char *sql,
    struct company_id company, struct call_id call)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	return stmt_exec(st, NULL);
}

enum err db_fact_put(struct db *db, struct company_id company,
    struct call_id call)
{
	static const char sql[] =
	    "REPLACE INTO call_fact (" COLUMNS ") " CALLS " AND c.id = ?";

	return of_call(db, sql, company, call);
}

void db_fact_in_some(struct stmt *st, const struct call_id *calls, size_t n)
{
	for (size_t i = 0; i < DB_FACT_SOME_MAX; i++)
		stmt_in_id(st, calls[i < n ? i : n - 1].v);
}

enum err db_fact_put_some(struct db *db, struct company_id company,
    const struct call_id *calls, size_t n)
{
	static const char sql[] = "REPLACE INTO call_fact (" COLUMNS ") " CALLS
				  " AND c.id IN (" DB_FACT_SOME ")";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	db_fact_in_some(st, calls, n);
	return stmt_exec(st, NULL);
}

enum err db_fact_take(struct db *db, struct company_id company,
    struct call_id call)
{
	static const char sql[] =
	    "DELETE f FROM call_fact f JOIN phone_call c"
	    " ON c.company_id = f.company_id AND c.started_at = f.started_at"
	    " AND c.id = f.call_id"
	    " WHERE c.company_id = ? AND c.id = ?";

	return of_call(db, sql, company, call);
}

static enum err of_span(struct db *db, const char *sql,
    struct company_id company, int64_t from_us, int64_t to_us)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	return stmt_exec(st, NULL);
}

enum err db_fact_rebuild(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us)
{
	static const char clear_sql[] =
	    "DELETE FROM call_fact WHERE company_id = ?"
	    " AND started_at >= ? AND started_at < ?";
	static const char fill_sql[] =
	    "INSERT INTO call_fact (" COLUMNS ") " CALLS
	    " AND c.started_at >= ? AND c.started_at < ?";
	enum err e = of_span(db, clear_sql, company, from_us, to_us);

	return e == ERR_OK ? of_span(db, fill_sql, company, from_us, to_us) : e;
}

/* Stored and derived rows together: each must be there twice. */
enum err db_fact_verify(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, uint64_t *wrong)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM (SELECT call_id FROM ("
	    "SELECT " COLUMNS
	    " FROM call_fact WHERE company_id = ?"
	    " AND started_at >= ? AND started_at < ?"
	    " UNION ALL " CALLS
	    " AND c.started_at >= ? AND c.started_at < ?"
	    ") AS both_sides GROUP BY " COLUMNS
	    " HAVING COUNT(*) <> 2) AS wrong";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t count = 0;
	enum err e;

	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company.v);
		stmt_in_time_us(st, from_us);
		stmt_in_time_us(st, to_us);
	}
	stmt_out_u64(st, &count);
	e = stmt_one(st);
	if (e == ERR_OK)
		*wrong = count;
	return e;
}
