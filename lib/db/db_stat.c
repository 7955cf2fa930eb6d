#include "lib/db/db_stat.h"

#include "lib/db/db_fact.h"
#include "lib/db/stmt.h"

/* What is counted, in the order of FACTS(); the columns of call_rollup. */
#define MEASURES                                                          \
	"calls, answered, voicemail, abandoned, missed, blocked, failed," \
	" interrupted, first_time, qualified, leads, sales, spam,"        \
	" value_micros, duration_ms, ring_ms, talk_ms, talk_60, talk_90," \
	" talk_120, h0, h1, h2, h3, h4, h5, h6, h7, h8"

#define KEYS "company_id, dimension, bucket_at, value, value2"

/* One call's share of one dimension, times sign ("" or "-"). A comparison is
 * 1 or 0; a LEFT JOIN without a row is NULL. */
#define FACTS(sign)                                                         \
	sign "1 AS calls," sign "(c.result = 'answered') AS answered," sign \
	     "(c.result = 'voicemail') AS voicemail," sign                  \
	     "(c.result = 'abandoned') AS abandoned," sign                  \
	     "(c.result = 'missed') AS missed," sign                        \
	     "(c.result = 'blocked') AS blocked," sign                      \
	     "(c.result = 'failed') AS failed," sign                        \
	     "(c.result = 'interrupted') AS interrupted," sign              \
	     "(c.first_time <> 0) AS first_time," sign                      \
	     "(c.qualified <> 0) AS qualified," sign                        \
	     "COALESCE(o.is_lead <> 0, 0) AS leads," sign                   \
	     "COALESCE(o.is_sale <> 0, 0) AS sales," sign                   \
	     "COALESCE(o.is_spam <> 0, 0) AS spam," sign                    \
	     "COALESCE(i.value_micros, 0) AS value_micros," sign            \
	     "CAST(c.duration_ms AS SIGNED) AS duration_ms," sign           \
	     "CAST(c.ring_ms AS SIGNED) AS ring_ms," sign                   \
	     "CAST(c.talk_ms AS SIGNED) AS talk_ms," sign                   \
	     "(c.talk_ms >= 60000) AS talk_60," sign                        \
	     "(c.talk_ms >= 90000) AS talk_90," sign                        \
	     "(c.talk_ms >= 120000) AS talk_120," sign                      \
	     "(c.talk_ms = 0) AS h0," sign                                  \
	     "(c.talk_ms > 0 AND c.talk_ms < 10000) AS h1," sign            \
	     "(c.talk_ms >= 10000 AND c.talk_ms < 30000) AS h2," sign       \
	     "(c.talk_ms >= 30000 AND c.talk_ms < 60000) AS h3," sign       \
	     "(c.talk_ms >= 60000 AND c.talk_ms < 120000) AS h4," sign      \
	     "(c.talk_ms >= 120000 AND c.talk_ms < 300000) AS h5," sign     \
	     "(c.talk_ms >= 300000 AND c.talk_ms < 600000) AS h6," sign     \
	     "(c.talk_ms >= 600000 AND c.talk_ms < 1800000) AS h7," sign    \
	     "(c.talk_ms >= 1800000) AS h8"

/* The fixed list of dimensions, and a call's value in each. */
#define DIMENSIONS                                                \
	"(SELECT 'total' AS dimension UNION ALL SELECT 'source'"  \
	" UNION ALL SELECT 'campaign' UNION ALL SELECT 'adgroup'" \
	" UNION ALL SELECT 'keyword' UNION ALL SELECT 'landing'"  \
	" UNION ALL SELECT 'referrer' UNION ALL SELECT 'number'"  \
	" UNION ALL SELECT 'pool' UNION ALL SELECT 'destination'" \
	" UNION ALL SELECT 'location' UNION ALL SELECT 'place')"

#define VALUE                                                                 \
	"CASE d.dimension WHEN 'source' THEN i.source"                        \
	" WHEN 'campaign' THEN i.campaign WHEN 'adgroup' THEN i.ad_group"     \
	" WHEN 'keyword' THEN i.keyword WHEN 'landing' THEN i.landing_page"   \
	" WHEN 'referrer' THEN i.referrer_host"                               \
	" WHEN 'number' THEN LOWER(HEX(c.number_id))"                         \
	" WHEN 'pool' THEN LOWER(COALESCE(HEX(c.pool_id), ''))"               \
	" WHEN 'destination' THEN LOWER(COALESCE(HEX(c.destination_id), ''))" \
	" WHEN 'location' THEN LOWER(COALESCE(HEX(c.location_id), ''))"       \
	" WHEN 'place' THEN c.caller_place ELSE '' END"

#define VALUE2                                         \
	"CASE d.dimension WHEN 'source' THEN i.medium" \
	" WHEN 'place' THEN c.caller_country ELSE '' END"

#define BUCKET                                    \
	"TIMESTAMP(DATE(c.started_at), MAKETIME(" \
	"HOUR(c.started_at), MINUTE(c.started_at) DIV 15 * 15, 0))"

/* Every closed call of a company in every dimension. */
#define SHARES(sign) \
	"SELECT c.company_id, d.dimension, " BUCKET " AS bucket_at, " VALUE   \
	" AS value, " VALUE2 " AS value2, " FACTS(sign)                       \
	" FROM phone_call c JOIN interaction i"                               \
	" ON i.company_id = c.company_id AND i.id = c.id"                     \
	" LEFT JOIN outcome o"                                                \
	" ON o.company_id = i.company_id AND o.code = i.outcome"              \
	" CROSS JOIN " DIMENSIONS " d"                                        \
	" WHERE c.company_id = ? AND c.state = 'closed'"

#define ADD(column)    "call_rollup." column " + VALUES(" column ")"
#define ADDING(column) column " = " ADD(column)

/* A row that is there already grows. */
#define ON_DUPLICATE                                                                                                                       \
	" ON DUPLICATE KEY UPDATE " ADDING("calls") ", " ADDING("answered") ", " ADDING("voicemail") ", " ADDING("abandoned") ", " ADDING( \
	    "missed") ", " ADDING("blocked") ", " ADDING("failed") ", " ADDING("interrupted") ", " ADDING("first_time") ", " ADDING("qualified") ", " ADDING("leads") ", " ADDING("sales") ", " ADDING("spam") ", " ADDING("value_micros") ", " ADDING("duration_ms") ", " ADDING("ring_ms") ", " ADDING("talk_ms") ", " ADDING("talk_60") ", " ADDING("talk_90") ", " ADDING("talk_120") ", " ADDING("h0") ", " ADDING("h1") ", " ADDING("h2") ", " ADDING("h3") ", " ADDING("h4") ", " ADDING("h5") ", " ADDING("h6") ", " ADDING("h7") ", " ADDING("h8")

#define SUMS                                                                 \
	"SUM(calls), SUM(answered), SUM(voicemail), SUM(abandoned),"         \
	" SUM(missed), SUM(blocked), SUM(failed), SUM(interrupted),"         \
	" SUM(first_time), SUM(qualified), SUM(leads), SUM(sales),"          \
	" SUM(spam), SUM(value_micros), SUM(duration_ms), SUM(ring_ms),"     \
	" SUM(talk_ms), SUM(talk_60), SUM(talk_90), SUM(talk_120), SUM(h0)," \
	" SUM(h1), SUM(h2), SUM(h3), SUM(h4), SUM(h5), SUM(h6), SUM(h7),"    \
	" SUM(h8)"

#define INTO "INSERT INTO call_rollup (" KEYS ", " MEASURES ") "

/* Writers of roll-ups share the company's row, a rebuild has it alone: else a
 * call that closes between its two statements would count twice. */
static enum err lock(struct db *db, struct company_id company, bool alone)
{
	static const char shared_sql[] =
	    "SELECT id FROM company WHERE id = ? LOCK IN SHARE MODE";
	static const char alone_sql[] =
	    "SELECT id FROM company WHERE id = ? FOR UPDATE";
	struct company_id found;
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, alone ? alone_sql : shared_sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_out_id(st, found.v);
	e = stmt_one(st);
	stmt_end(st);
	return e;
}

static enum err apply(struct db *db, const char *sql, struct company_id company,
    struct call_id call)
{
	struct stmt *st;
	enum err e;

	if ((e = lock(db, company, false)) != ERR_OK ||
	    (e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	e = stmt_exec(st, NULL);
	stmt_end(st);
	return e;
}

enum err db_stat_put(struct db *db, struct company_id company,
    struct call_id call)
{
	static const char sql[] = INTO SHARES("") " AND c.id = ?" ON_DUPLICATE;

	const enum err e = apply(db, sql, company, call);

	return e == ERR_OK ? db_fact_put(db, company, call) : e;
}

enum err db_stat_take(struct db *db, struct company_id company,
    struct call_id call)
{
	static const char sql[] = INTO SHARES("-") " AND c.id = ?" ON_DUPLICATE;
	const enum err e = apply(db, sql, company, call);

	return e == ERR_OK ? db_fact_take(db, company, call) : e;
}

struct span {
	int64_t from_us;
	int64_t to_us;
};

static struct span whole_buckets(int64_t from_us, int64_t to_us)
{
	const int64_t b = DB_STAT_BUCKET_US;

	return (struct span){ from_us / b * b, (to_us + b - 1) / b * b };
}

static enum err clear(struct db *db, struct company_id company, struct span s)
{
	static const char sql[] =
	    "DELETE FROM call_rollup WHERE company_id = ?"
	    " AND bucket_at >= ? AND bucket_at < ?";
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, s.from_us);
	stmt_in_time_us(st, s.to_us);
	e = stmt_exec(st, NULL);
	stmt_end(st);
	return e;
}

static enum err fill(struct db *db, struct company_id company, struct span s)
{
	static const char sql[] =
	    INTO "SELECT " KEYS ", " SUMS " FROM (" SHARES("")
	    " AND c.started_at >= ? AND c.started_at < ?) AS share"
	    " GROUP BY " KEYS;
	struct stmt *st;
	enum err e;

	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, s.from_us);
	stmt_in_time_us(st, s.to_us);
	e = stmt_exec(st, NULL);
	stmt_end(st);
	return e;
}

enum err db_stat_rebuild(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us)
{
	const struct span s = whole_buckets(from_us, to_us);
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if ((e = lock(db, company, true)) == ERR_OK &&
	    (e = clear(db, company, s)) == ERR_OK &&
	    (e = fill(db, company, s)) == ERR_OK)
		e = db_fact_rebuild(db, company, s.from_us, s.to_us);
	return db_join_end(db, mine, e);
}

/* Roll-ups minus calls must leave nothing but zeros. */
static enum err verify(struct db *db, struct company_id company, struct span s,
    uint64_t *wrong)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM (SELECT dimension FROM ("
	    "SELECT " KEYS ", " MEASURES " FROM call_rollup"
	    " WHERE company_id = ? AND bucket_at >= ? AND bucket_at < ?"
	    " UNION ALL " SHARES("-")
	    " AND c.started_at >= ? AND c.started_at < ?) AS both_sides"
	    " GROUP BY " KEYS
	    " HAVING SUM(calls) <> 0 OR SUM(answered) <> 0"
	    " OR SUM(voicemail) <> 0 OR SUM(abandoned) <> 0"
	    " OR SUM(missed) <> 0 OR SUM(blocked) <> 0 OR SUM(failed) <> 0"
	    " OR SUM(interrupted) <> 0 OR SUM(first_time) <> 0"
	    " OR SUM(qualified) <> 0 OR SUM(leads) <> 0 OR SUM(sales) <> 0"
	    " OR SUM(spam) <> 0 OR SUM(value_micros) <> 0"
	    " OR SUM(duration_ms) <> 0 OR SUM(ring_ms) <> 0"
	    " OR SUM(talk_ms) <> 0 OR SUM(talk_60) <> 0 OR SUM(talk_90) <> 0"
	    " OR SUM(talk_120) <> 0 OR SUM(h0) <> 0 OR SUM(h1) <> 0"
	    " OR SUM(h2) <> 0 OR SUM(h3) <> 0 OR SUM(h4) <> 0"
	    " OR SUM(h5) <> 0 OR SUM(h6) <> 0 OR SUM(h7) <> 0"
	    " OR SUM(h8) <> 0) AS wrong";
	struct stmt *st;
	uint64_t count = 0;
	enum err e;

	if ((e = stmt_begin(db, sql, &st)) != ERR_OK)
		return e;
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, s.from_us);
	stmt_in_time_us(st, s.to_us);
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, s.from_us);
	stmt_in_time_us(st, s.to_us);
	stmt_out_u64(st, &count);
	e = stmt_one(st);
	stmt_end(st);
	if (e == ERR_OK)
		*wrong = count;
	return e;
}

enum err db_stat_verify(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, uint64_t *wrong)
{
	const struct span s = whole_buckets(from_us, to_us);
	uint64_t rollups = 0, facts = 0;
	enum err e = verify(db, company, s, &rollups);

	if (e == ERR_OK)
		e = db_fact_verify(db, company, s.from_us, s.to_us, &facts);
	if (e == ERR_OK)
		*wrong = rollups + facts;
	return e;
}
