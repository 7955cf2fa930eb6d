#include "lib/db/db_stat.h"

#include <string.h>

#include "lib/core/rollup_cover.h"
#include "lib/db/db_fact.h"
#include "lib/db/db_pack.h"
#include "lib/db/db_priv.h"
#include "lib/db/db_sums.h"
#include "lib/db/stmt.h"

/* What is counted, in the order of FACTS(); the columns of call_rollup. */
#define MEASURES                                                          \
	"calls, answered, voicemail, abandoned, missed, blocked, failed," \
	" interrupted, first_time, qualified, leads, sales, spam,"        \
	" value_micros, duration_ms, ring_ms, talk_ms, talk_60, talk_90," \
	" talk_120, answer_ms"

#define KEYS "company_id, dimension, bucket_at, value, value2, value3, value4"

/* One call's share of a sum, times sign ("" or "-"). A comparison is 1 or 0. */
#define FACTS(sign)                                                         \
	sign "1 AS calls," sign "(f.result = 'answered') AS answered," sign \
	     "(f.result = 'voicemail') AS voicemail," sign                  \
	     "(f.result = 'abandoned') AS abandoned," sign                  \
	     "(f.result = 'missed') AS missed," sign                        \
	     "(f.result = 'blocked') AS blocked," sign                      \
	     "(f.result = 'failed') AS failed," sign                        \
	     "(f.result = 'interrupted') AS interrupted," sign              \
	     "CAST(f.first_time AS SIGNED) AS first_time," sign             \
	     "CAST(f.qualified AS SIGNED) AS qualified," sign               \
	     "CAST(f.is_lead AS SIGNED) AS leads," sign                     \
	     "CAST(f.is_sale AS SIGNED) AS sales," sign                     \
	     "CAST(f.is_spam AS SIGNED) AS spam," sign                      \
	     "f.value_micros AS value_micros," sign                         \
	     "CAST(f.duration_ms AS SIGNED) AS duration_ms," sign           \
	     "CAST(f.ring_ms AS SIGNED) AS ring_ms," sign                   \
	     "CAST(f.talk_ms AS SIGNED) AS talk_ms," sign                   \
	     "(f.talk_ms >= 60000) AS talk_60," sign                        \
	     "(f.talk_ms >= 90000) AS talk_90," sign                        \
	     "(f.talk_ms >= 120000) AS talk_120," sign                      \
	     "IF(f.result = 'answered', CAST(f.ring_ms AS SIGNED), 0)"      \
	     " AS answer_ms"

/* What is summed, and over how many days; 0: a quarter of an hour. */
#define PIECES                                                             \
	"(SELECT 0 AS n, 'total' AS word, 0 AS days UNION ALL SELECT w.n," \
	" w.word, p.days FROM (SELECT 1 AS n, 'source' AS word"            \
	" UNION ALL SELECT 2, 'campaign' UNION ALL SELECT 3, 'adgroup'"    \
	" UNION ALL SELECT 4, 'keyword' UNION ALL SELECT 5, 'landing'"     \
	" UNION ALL SELECT 6, 'referrer' UNION ALL SELECT 7, 'number'"     \
	" UNION ALL SELECT 8, 'pool' UNION ALL SELECT 9, 'destination'"    \
	" UNION ALL SELECT 10, 'location' UNION ALL SELECT 11, 'place'"    \
	" UNION ALL SELECT 12, 'mix' UNION ALL SELECT 13, 'click'"         \
	" UNION ALL SELECT 14, 'state' UNION ALL SELECT 15, 'steps') w"    \
	" CROSS JOIN (SELECT 1 AS days UNION ALL SELECT 16) p)"

/* By n, above; ids are never NULL in a narrow row. Which of the four keys is
 * what: db_rollup.c. */
#define VALUE(n)                                                    \
	"COALESCE(ELT(" n                                           \
	", f.source, f.campaign, f.ad_group,"                       \
	" f.keyword, f.landing_page, f.referrer_host,"              \
	" LOWER(HEX(f.number_id)), LOWER(HEX(f.pool_id)),"          \
	" LOWER(HEX(f.destination_id)), LOWER(HEX(f.location_id))," \
	" f.place, f.campaign, f.ad, f.outcome, " DB_SUMS_STEPS(    \
	    "f.talk_ms") "), '')"

#define NONE_OF_10     "'', '', '', '', '', '', '', '', '', ''"
#define ELSE(n, texts) "COALESCE(ELT(" n ", " texts "), '')"
#define VALUE2(n)                                                      \
	ELSE(n,                                                        \
	    "f.medium, '', '', '', '', '', '', '', '', '', f.country," \
	    " f.source, f.match_type, f.class, " DB_SUMS_STEPS("f.ring_ms"))
#define VALUE3(n) \
	ELSE(n, NONE_OF_10 ", '', f.medium, f.device, f.result, " DB_SUMS_RISK)
#define VALUE4(n)                         \
	ELSE(n, NONE_OF_10                \
	    ", '', f.channel, f.channel," \
	    " CONCAT(f.first_time, f.qualified)")

/* Twice the days; day 719528 is 1970-01-01. */
#define BUCKET(days)                                                 \
	"IF(" days                                                   \
	" = 0, TIMESTAMP(DATE(f.started_at), MAKETIME("              \
	"HOUR(f.started_at), MINUTE(f.started_at) DIV 15 * 15, 0))," \
	" TIMESTAMP(FROM_DAYS(TO_DAYS(f.started_at)"                 \
	" - MOD(TO_DAYS(f.started_at) - 719528, GREATEST(" days ", 1)))))"

/* Calls in all their sums: the keys of each, and where from. */
#define PLACES                                                                                   \
	"f.company_id, IF(d.days = 0, d.word,"                                                   \
	" CONCAT(d.word, '/', d.days)) AS dimension, " BUCKET("d.days") " AS bucket_at, " VALUE( \
	    "d.n") " AS value, " VALUE2("d.n") " AS value2, " VALUE3("d.n") " AS value3, " VALUE4("d.n") " AS value4"
#define OF_CALLS                                                          \
	" FROM phone_call c JOIN call_fact f"                             \
	" ON f.company_id = c.company_id AND f.started_at = c.started_at" \
	" AND f.call_id = c.id CROSS JOIN " PIECES                        \
	" d"                                                              \
	" WHERE c.company_id = ? AND c.id "

/* By its key, behind the company: each writer takes its sums in one order
 * (db_call_hold.h). */
#define IN_ORDER " ORDER BY 2, 3, 4, 5, 6, 7"

/* One call, by its narrow row. */
#define SHARES_OF_CALL(sign) \
	"SELECT " PLACES ", " FACTS(sign) OF_CALLS "= ?" IN_ORDER

/* The narrow rows of a period as shares of one sum; see in_share(). */
#define SHARE                                              \
	BUCKET("?")                                        \
	" AS bucket_at, " VALUE("?") " AS value, " VALUE2( \
	    "?") " AS value2, " VALUE3("?") " AS value3, " VALUE4("?") " AS value4"
#define OF_PERIOD                                  \
	" FROM call_fact f WHERE f.company_id = ?" \
	" AND f.started_at >= ? AND f.started_at < ?"

#define ADD(column)    "call_rollup." column " + VALUES(" column ")"
#define ADDING(column) column " = " ADD(column)

/* A row that is there already grows. */
#define ON_DUPLICATE                                                                                                                       \
	" ON DUPLICATE KEY UPDATE " ADDING("calls") ", " ADDING("answered") ", " ADDING("voicemail") ", " ADDING("abandoned") ", " ADDING( \
	    "missed") ", " ADDING("blocked") ", " ADDING("failed") ", " ADDING("interrupted") ", " ADDING("first_time") ", " ADDING("qualified") ", " ADDING("leads") ", " ADDING("sales") ", " ADDING("spam") ", " ADDING("value_micros") ", " ADDING("duration_ms") ", " ADDING("ring_ms") ", " ADDING("talk_ms") ", " ADDING("talk_60") ", " ADDING("talk_90") ", " ADDING("talk_120") ", " ADDING("answer_ms")

/* Whole numbers are counted: the server adds them up as decimals. */
#define HOW_MANY(what) ", COUNT(NULLIF(" what ", 0))"
#define IS(result)     HOW_MANY("f.result = '" result "'")
#define COUNTS \
	", COUNT(*)" IS("answered") IS("voicemail") IS("abandoned") IS(     \
	    "missed") IS("blocked") IS("failed") IS("interrupted")          \
	    HOW_MANY("f.first_time") HOW_MANY("f.qualified")                \
		HOW_MANY("f.is_lead") HOW_MANY("f.is_sale")                 \
		    HOW_MANY("f.is_spam")                                   \
	", SUM(f.value_micros), SUM(f.duration_ms), SUM(f.ring_ms),"        \
	" SUM(f.talk_ms)" HOW_MANY("f.talk_ms >= 60000")                    \
	    HOW_MANY("f.talk_ms >= 90000") HOW_MANY("f.talk_ms >= 120000")  \
	", SUM(IF(f.result = 'answered', f.ring_ms, 0))"

#define SUMS                                                             \
	"SUM(calls), SUM(answered), SUM(voicemail), SUM(abandoned),"     \
	" SUM(missed), SUM(blocked), SUM(failed), SUM(interrupted),"     \
	" SUM(first_time), SUM(qualified), SUM(leads), SUM(sales),"      \
	" SUM(spam), SUM(value_micros), SUM(duration_ms), SUM(ring_ms)," \
	" SUM(talk_ms), SUM(talk_60), SUM(talk_90), SUM(talk_120), SUM(answer_ms)"

#define INTO "INSERT INTO call_rollup (" KEYS ", " MEASURES ") "

/* A rebuild has the row alone: else a call that closes between its two
 * statements would count twice. */
enum err db_stat_hold(struct db *db, struct company_id company, bool alone)
{
	static const char shared_sql[] =
	    "SELECT id FROM company WHERE id = ? LOCK IN SHARE MODE";
	static const char alone_sql[] =
	    "SELECT id FROM company WHERE id = ? FOR UPDATE";
	struct company_id found;
	struct stmt *st = stmt_begin(db, alone ? alone_sql : shared_sql);

	stmt_in_id(st, company.v);
	stmt_out_id(st, found.v);
	return stmt_one(st);
}

static enum err apply(struct db *db, const char *sql, struct company_id company,
    struct call_id call)
{
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, call.v);
	return stmt_exec(st, NULL);
}

enum err db_stat_put(struct db *db, struct company_id company,
    struct call_id call)
{
	static const char sql[] = INTO SHARES_OF_CALL("") ON_DUPLICATE;
	enum err e;

	if ((e = db_stat_hold(db, company, false)) != ERR_OK ||
	    (e = db_pack_forget(db, company, &call, 1)) != ERR_OK ||
	    (e = db_fact_put(db, company, call)) != ERR_OK)
		return e;
	return apply(db, sql, company, call);
}

static enum err put_some(struct db *db, struct company_id company,
    const struct call_id *calls, size_t n)
{
	static const char sql[] =
	    INTO "SELECT " PLACES COUNTS OF_CALLS "IN (" DB_FACT_SOME
		 ") GROUP BY 1, 2, 3, 4, 5, 6, 7" IN_ORDER ON_DUPLICATE;
	struct stmt *st;
	enum err e;

	if ((e = db_pack_forget(db, company, calls, n)) != ERR_OK ||
	    (e = db_fact_put_some(db, company, calls, n)) != ERR_OK)
		return e;
	st = stmt_begin(db, sql);
	stmt_in_id(st, company.v);
	db_fact_in_some(st, calls, n);
	return stmt_exec(st, NULL);
}

enum err db_stat_put_all(struct db *db, struct company_id company,
    const struct call_id *calls, size_t n)
{
	enum err e;

	if (n == 1)
		return db_stat_put(db, company, calls[0]);
	e = db_stat_hold(db, company, false);
	for (size_t i = 0; e == ERR_OK && i < n; i += DB_FACT_SOME_MAX)
		e = put_some(db, company, calls + i,
		    n - i < DB_FACT_SOME_MAX ? n - i : DB_FACT_SOME_MAX);
	return e;
}

/* What the narrow row says was counted, whatever the call says by now. */
enum err db_stat_take(struct db *db, struct company_id company,
    struct call_id call)
{
	static const char sql[] = INTO SHARES_OF_CALL("-") ON_DUPLICATE;
	enum err e;

	if ((e = db_stat_hold(db, company, false)) != ERR_OK ||
	    (e = db_pack_forget(db, company, &call, 1)) != ERR_OK ||
	    (e = apply(db, sql, company, call)) != ERR_OK)
		return e;
	return db_fact_take(db, company, call);
}

enum err db_stat_tag(struct db *db, struct company_id company,
    struct call_id call, struct tag_id tag, bool has)
{
	const enum err e = db_stat_hold(db, company, false);

	if (e != ERR_OK)
		return e;
	return has ? db_fact_tag(db, company, call, tag)
		   : db_fact_untag(db, company, call, tag);
}

/* --- a period at once ------------------------------------------------------*/

/* The sums of PIECES, by the words they are stored under. */
static const struct sum {
	const char *stored;
	const char *of; /* made of these when all are made anew; NULL: calls */
	unsigned int n;
	unsigned int days;
} sums[] = {
#define SUM(n, word)                                                \
	{ word "/1", NULL, (n), 1 },                                \
	{                                                           \
		word "/16", word "/1", (n), ROLLUP_COVER_CHUNK_DAYS \
	}
	{ "total", NULL, 0, 0 },
	SUM(1, "source"),
	SUM(2, "campaign"),
	SUM(3, "adgroup"),
	SUM(4, "keyword"),
	SUM(5, "landing"),
	SUM(6, "referrer"),
	SUM(7, "number"),
	SUM(8, "pool"),
	SUM(9, "destination"),
	SUM(10, "location"),
	SUM(11, "place"),
	SUM(12, "mix"),
	SUM(13, "click"),
	SUM(14, "state"),
	SUM(15, "steps"),
};

/* Company, dimension and period of stored rows. */
static void in_stored(struct stmt *st, const struct company_id *company,
    const struct sum *u, struct rollup_cover_span s)
{
	stmt_in_id(st, company->v);
	stmt_in_text(st, slice_from(u->stored));
	stmt_in_time_us(st, s.from_us);
	stmt_in_time_us(st, s.to_us);
}

/* SHARE and OF_PERIOD. */
static void in_share(struct stmt *st, const struct company_id *company,
    const struct sum *u, struct rollup_cover_span s)
{
	stmt_in_u64(st, u->days);
	stmt_in_u64(st, u->days);
	for (int i = 0; i < 4; i++)
		stmt_in_u64(st, u->n);
	stmt_in_id(st, company->v);
	stmt_in_time_us(st, s.from_us);
	stmt_in_time_us(st, s.to_us);
}

static enum err clear(struct db *db, struct company_id company,
    const struct sum *u, struct rollup_cover_span s)
{
	static const char sql[] =
	    "DELETE FROM call_rollup WHERE company_id = ? AND dimension = ?"
	    " AND bucket_at >= ? AND bucket_at < ?";
	struct stmt *st = stmt_begin(db, sql);

	in_stored(st, &company, u, s);
	return stmt_exec(st, NULL);
}

/* Sorted before they are counted: the many groups of a long period do not fit
 * into the server's memory. */
static enum err fill(struct db *db, struct company_id company,
    const struct sum *u, struct rollup_cover_span s)
{
	static const char sql[] = INTO
	    "SELECT SQL_BIG_RESULT f.company_id, ?, " SHARE COUNTS OF_PERIOD
	    " GROUP BY f.company_id, bucket_at, value, value2, value3,"
	    " value4";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(u->stored));
	in_share(st, &company, u, s);
	return stmt_exec(st, NULL);
}

/* Sixteen days from their days: fewer rows than calls. */
static enum err fold(struct db *db, struct company_id company,
    const struct sum *u, struct rollup_cover_span s)
{
	static const char sql[] = INTO
	    "SELECT r.company_id, ?, TIMESTAMP(FROM_DAYS("
	    "TO_DAYS(r.bucket_at) - MOD(TO_DAYS(r.bucket_at) - 719528, ?)"
	    ")) AS chunk_at, r.value, r.value2, r.value3, r.value4, " SUMS
	    " FROM call_rollup r WHERE r.company_id = ?"
	    " AND r.dimension = ?"
	    " AND r.bucket_at >= ? AND r.bucket_at < ?"
	    " GROUP BY r.company_id, chunk_at, r.value, r.value2, r.value3,"
	    " r.value4";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_text(st, slice_from(u->stored));
	stmt_in_u64(st, u->days);
	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(u->of));
	stmt_in_time_us(st, s.from_us);
	stmt_in_time_us(st, s.to_us);
	return stmt_exec(st, NULL);
}

static enum err make(struct db *db, struct company_id company,
    const struct sum *u, struct rollup_cover_span s)
{
	const enum err e = clear(db, company, u, s);

	if (e != ERR_OK)
		return e;
	return u->of != NULL ? fold(db, company, u, s)
			     : fill(db, company, u, s);
}

/* --- what nobody sums ------------------------------------------------------*/

#define WORD_BYTES 65

/* The word of stored sums behind `word`, in their order. ERR_NOTFOUND: that was
 * the last. By its key, so it costs nothing however many rows each has. */
static enum err next_word(struct db *db, struct company_id company,
    char word[WORD_BYTES])
{
	static const char sql[] =
	    "SELECT MIN(dimension) FROM call_rollup"
	    " WHERE company_id = ? AND dimension > ?";
	struct stmt *st = stmt_begin(db, sql);
	char next[WORD_BYTES];
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_text(st, slice_from(word));
	stmt_out_text(st, next, sizeof(next));
	e = stmt_one(st);
	if (e != ERR_OK)
		return e;
	if (next[0] == '\0')
		return ERR_NOTFOUND;
	memcpy(word, next, sizeof(next));
	return ERR_OK;
}

static bool is_sum(const char *word)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(sums); i++)
		if (strcmp(sums[i].stored, word) == 0)
			return true;
	return false;
}

static enum err count_stored(struct db *db, struct company_id company,
    const struct sum *u, struct rollup_cover_span s, uint64_t *n)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM call_rollup WHERE company_id = ?"
	    " AND dimension = ? AND bucket_at >= ? AND bucket_at < ?";
	struct stmt *st = stmt_begin(db, sql);

	in_stored(st, &company, u, s);
	stmt_out_u64(st, n);
	return stmt_one(st);
}

/* Rows under words that are no sum, as another version may have left them:
 * counts them, or takes them away when n is NULL. */
static enum err strangers(struct db *db, struct company_id company,
    struct rollup_cover_span s, uint64_t *n)
{
	char word[WORD_BYTES] = "";
	enum err e;

	while ((e = next_word(db, company, word)) == ERR_OK) {
		const struct sum u = { .stored = word };
		uint64_t more = 0;

		if (is_sum(word))
			continue;
		e = n == NULL ? clear(db, company, &u, s)
			      : count_stored(db, company, &u, s, &more);
		if (e != ERR_OK)
			return e;
		if (n != NULL)
			*n += more;
	}
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_stat_rebuild(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us)
{
	const struct rollup_cover_span s = rollup_cover_chunks(from_us, to_us);
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if ((e = db_stat_hold(db, company, true)) == ERR_OK &&
	    (e = db_pack_forget_days(db, company, s.from_us, s.to_us)) ==
		ERR_OK &&
	    (e = db_fact_rebuild(db, company, s.from_us, s.to_us)) == ERR_OK)
		for (size_t i = 0; i < RT_ARRAY_LEN(sums) && e == ERR_OK; i++)
			e = make(db, company, &sums[i], s);
	if (e == ERR_OK)
		e = strangers(db, company, s, NULL);
	return db_join_end(db, mine, e);
}

/* Roll-ups minus narrow rows must leave nothing but zeros. */
static enum err verify(struct db *db, struct company_id company,
    const struct sum *u, struct rollup_cover_span s, uint64_t *wrong)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM (SELECT bucket_at FROM ("
	    "SELECT bucket_at, value, value2, value3, value4, " MEASURES
	    " FROM call_rollup"
	    " WHERE company_id = ? AND dimension = ?"
	    " AND bucket_at >= ? AND bucket_at < ?"
	    " UNION ALL SELECT " SHARE ", " FACTS("-") OF_PERIOD
	    ") AS both_sides"
	    " GROUP BY bucket_at, value, value2, value3, value4"
	    " HAVING SUM(calls) <> 0 OR SUM(answered) <> 0"
	    " OR SUM(voicemail) <> 0 OR SUM(abandoned) <> 0"
	    " OR SUM(missed) <> 0 OR SUM(blocked) <> 0 OR SUM(failed) <> 0"
	    " OR SUM(interrupted) <> 0 OR SUM(first_time) <> 0"
	    " OR SUM(qualified) <> 0 OR SUM(leads) <> 0 OR SUM(sales) <> 0"
	    " OR SUM(spam) <> 0 OR SUM(value_micros) <> 0"
	    " OR SUM(duration_ms) <> 0 OR SUM(ring_ms) <> 0"
	    " OR SUM(talk_ms) <> 0 OR SUM(talk_60) <> 0 OR SUM(talk_90) <> 0"
	    " OR SUM(talk_120) <> 0 OR SUM(answer_ms) <> 0) AS wrong";
	struct stmt *st = stmt_begin(db, sql);
	uint64_t count = 0;
	enum err e;

	in_stored(st, &company, u, s);
	in_share(st, &company, u, s);
	stmt_out_u64(st, &count);
	e = stmt_one(st);
	if (e == ERR_OK)
		*wrong = count;
	return e;
}

static enum err verify_all(struct db *db, struct company_id company,
    struct rollup_cover_span s, uint64_t *wrong)
{
	uint64_t n = 0;
	enum err e = db_fact_verify(db, company, s.from_us, s.to_us, wrong);

	if (e == ERR_OK) {
		e = db_pack_verify(db, company, s.from_us, s.to_us, &n);
		*wrong += n;
	}
	for (size_t i = 0; i < RT_ARRAY_LEN(sums) && e == ERR_OK; i++) {
		e = verify(db, company, &sums[i], s, &n);
		*wrong += n;
	}
	return e == ERR_OK ? strangers(db, company, s, wrong) : e;
}

enum err db_stat_verify(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, uint64_t *wrong)
{
	const struct rollup_cover_span s = rollup_cover_chunks(from_us, to_us);
	uint64_t all = 0;
	enum err e;

	/* Of one moment: a call may end between two of its statements. */
	e = db_run(db, SLICE("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"),
	    DB_READING);
	if (e != ERR_OK || (e = db_begin(db)) != ERR_OK)
		return e;
	e = db_end(db, verify_all(db, company, s, &all));
	if (e == ERR_OK)
		*wrong = all;
	return e;
}
