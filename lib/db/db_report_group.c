#include "lib/db/db_report_group.h"

#include "lib/core/rollup_cover.h"
#include "lib/db/stmt.h"

/* Which of nine steps, "0" to "8": limits as in call_rollup's h0 to h8. */
#define STEPS(column)                         \
	"INTERVAL(" column                    \
	",1,10000,30000,60000,120000,300000," \
	"600000,1800000)"

/* In the order of enum group_dim, from 1. */
#define DIM                                                                     \
	"ELT(?, '', f.channel, f.source, f.medium, f.campaign,"                 \
	" f.ad_group, f.ad, f.keyword, f.match_type, f.device,"                 \
	" f.landing_page, f.referrer_host, f.place, f.country, f.outcome,"      \
	" f.class, LOWER(HEX(f.number_id)), LOWER(HEX(f.pool_id)),"             \
	" LOWER(HEX(f.destination_id)), LOWER(HEX(f.location_id)),"             \
	" f.result, f.first_time, f.qualified, " STEPS("f.talk_ms") ", " STEPS( \
	    "f.ring_ms") ", INTERVAL(f.risk,20,40,60,80))"

#define SUM(what) "CAST(SUM(" what ") AS SIGNED)"
/* Of what is 0 or 1: the server counts in whole numbers, and adds in decimals,
 * which takes three times as long. */
#define YES(what)  "COUNT(NULLIF(" what ", 0))"
#define IS(result) YES("f.result = '" result "'")
/* One for own_s. */
#define FACT_SUMS                                                                                                                                                          \
	"COUNT(*) AS n, " IS("answered") ", " IS("voicemail") ", " IS("abandoned") ", " IS("missed") ", " IS("blocked") ", " IS("failed") ", " IS("interrupted") ", " YES( \
	    "f.first_time") ", " YES("f.qualified") ", " YES("f.is_lead") ", " YES("f.is_sale") ", " YES("f.is_spam") ", " SUM("f.value_micros") ", " SUM("f.talk_ms") ", " SUM("f.ring_ms") ", " YES("f.talk_ms >= 60000") ", " YES("f.talk_ms >= 90000") ", " YES("f.talk_ms >= 120000") ", " SUM("CASE WHEN f.result = 'answered' THEN f.ring_ms ELSE 0 END") ", " YES("f.talk_ms >= ?")

#define ROLLUP_SUMS                                                                                                                                                                              \
	SUM("calls")                                                                                                                                                                             \
	" AS n, " SUM("answered") ", " SUM("voicemail") ", " SUM("abandoned") ", " SUM("missed") ", " SUM("blocked") ", " SUM("failed") ", " SUM("interrupted") ", " SUM("first_time") ", " SUM( \
	    "qualified") ", " SUM("leads") ", " SUM("sales") ", " SUM("spam") ", " SUM("value_micros") ", " SUM("talk_ms") ", " SUM("ring_ms") ", " SUM("talk_60") ", " SUM("talk_90") ", " SUM("talk_120")

static void out_sums(struct stmt *st, struct db_report_sums *s)
{
	int64_t *const all[] = { &s->calls, &s->answered, &s->voicemail,
		&s->abandoned, &s->missed, &s->blocked, &s->failed,
		&s->interrupted, &s->first_time, &s->qualified, &s->leads,
		&s->sales, &s->spam, &s->value_micros, &s->talk_ms, &s->ring_ms,
		&s->talk_60, &s->talk_90, &s->talk_120 };

	for (size_t i = 0; i < RT_ARRAY_LEN(all); i++)
		stmt_out_i64(st, all[i]);
}

/* --- from the roll-ups -----------------------------------------------------*/

#define PLUS(column) ", SUM(" column ")"

/* The sums of pieces of a period, before they are added up. */
#define PIECE_SUMS                                                             \
	"SUM(calls) AS calls" PIECE("answered") PIECE("voicemail")             \
	    PIECE("abandoned") PIECE("missed") PIECE("blocked")                \
		PIECE("failed") PIECE("interrupted") PIECE("first_time")       \
		    PIECE("qualified") PIECE("leads") PIECE("sales")           \
			PIECE("spam") PIECE("value_micros") PIECE("talk_ms")   \
			    PIECE("ring_ms") PIECE("talk_60") PIECE("talk_90") \
				PIECE("talk_120")
#define PIECE(column) ", SUM(" column ") AS " column

/* The same of the calls of both ends, in the same order. */
#define END_SUMS                                                               \
	"COUNT(*)" PLUS("f.result = 'answered'")                               \
	    PLUS("f.result = 'voicemail'") PLUS("f.result = 'abandoned'")      \
		PLUS("f.result = 'missed'") PLUS("f.result = 'blocked'") PLUS( \
		    "f.result = 'failed'") PLUS("f.result = 'interrupted'")    \
		    PLUS("f.first_time") PLUS("f.qualified") PLUS("f.is_lead") \
			PLUS("f.is_sale") PLUS("f.is_spam")                    \
			    PLUS("f.value_micros") PLUS("f.talk_ms")           \
				PLUS("f.ring_ms") PLUS("f.talk_ms >= 60000")   \
				    PLUS("f.talk_ms >= 90000")                 \
					PLUS("f.talk_ms >= 120000")

#define A_PIECE "(dimension = ? AND bucket_at >= ? AND bucket_at < ?)"
#define AN_END  "(f.started_at >= ? AND f.started_at < ?)"

/* k1, k2: columns of call_rollup. Added up on each side first, so that little
 * is put together. */
#define FROM_ROLLUP(k1, k2)                                                   \
	"SELECT k1, k2, " ROLLUP_SUMS                                         \
	" FROM ("                                                             \
	"SELECT " k1 " AS k1, " k2 " AS k2, " PIECE_SUMS                      \
	" FROM call_rollup WHERE company_id = ? AND (" A_PIECE " OR " A_PIECE \
	" OR " A_PIECE                                                        \
	") GROUP BY k1, k2"                                                   \
	" UNION ALL SELECT " DIM " AS k1, " DIM " AS k2, " END_SUMS           \
	" FROM call_fact f WHERE f.company_id = ?"                            \
	" AND (" AN_END " OR " AN_END                                         \
	") GROUP BY k1, k2"                                                   \
	") AS parts GROUP BY k1, k2 HAVING n > 0"                             \
	" ORDER BY n DESC, k1, k2 LIMIT ?"

enum keys {
	KEY_FIRST,
	KEY_SECOND,
	KEY_BOTH
};

/* What the roll-ups know, with the words of two sizes of pieces. */
static const struct rollup {
	int by;
	int split;
	enum keys keys;
	const char *days;
	const char *chunks;
} rollups[] = {
#define ROLLUP(by, split, keys, word)                        \
	{                                                    \
		(by), (split), (keys), word "/1", word "/16" \
	}
#define TEXT_ROLLUP(by, keys, word) \
	ROLLUP(GROUP_TEXT + (by), GROUP_NONE, keys, word)
#define ID_ROLLUP(by, word) ROLLUP(GROUP_ID + (by), GROUP_NONE, KEY_FIRST, word)
	TEXT_ROLLUP(FILTER_SOURCE, KEY_FIRST, "source"),
	TEXT_ROLLUP(FILTER_MEDIUM, KEY_SECOND, "source"),
	ROLLUP(GROUP_TEXT + FILTER_SOURCE, GROUP_TEXT + FILTER_MEDIUM, KEY_BOTH,
	    "source"),
	TEXT_ROLLUP(FILTER_CAMPAIGN, KEY_FIRST, "campaign"),
	TEXT_ROLLUP(FILTER_AD_GROUP, KEY_FIRST, "adgroup"),
	TEXT_ROLLUP(FILTER_KEYWORD, KEY_FIRST, "keyword"),
	TEXT_ROLLUP(FILTER_LANDING, KEY_FIRST, "landing"),
	TEXT_ROLLUP(FILTER_REFERRER, KEY_FIRST, "referrer"),
	TEXT_ROLLUP(FILTER_PLACE, KEY_FIRST, "place"),
	TEXT_ROLLUP(FILTER_COUNTRY, KEY_SECOND, "place"),
	ROLLUP(GROUP_TEXT + FILTER_PLACE, GROUP_TEXT + FILTER_COUNTRY, KEY_BOTH,
	    "place"),
	ID_ROLLUP(FILTER_NUMBER, "number"),
	ID_ROLLUP(FILTER_POOL, "pool"),
	ID_ROLLUP(FILTER_DESTINATION, "destination"),
	ID_ROLLUP(FILTER_LOCATION, "location"),
};

/* NULL: the calls must be read. */
static const struct rollup *rollup_of(const struct db_report_ask *ask)
{
	if (!db_filter_plain(&ask->filter) || ask->filter.result.n > 0 ||
	    ask->own_s > 0)
		return NULL;
	for (size_t i = 0; i < RT_ARRAY_LEN(rollups); i++)
		if (rollups[i].by == ask->by && rollups[i].split == ask->split)
			return &rollups[i];
	return NULL;
}

static void in_span(struct stmt *st, struct rollup_cover_span s)
{
	stmt_in_time_us(st, s.from_us);
	stmt_in_time_us(st, s.to_us);
}

static enum err begin_rollup(struct db *db, const struct company_id *company,
    const struct db_report_ask *ask, const struct rollup *which, size_t max,
    struct db_report_group *row, struct stmt **out)
{
	static const char *const sql[] = {
		[KEY_FIRST] = FROM_ROLLUP("value", "''"),
		[KEY_SECOND] = FROM_ROLLUP("value2", "''"),
		[KEY_BOTH] = FROM_ROLLUP("value", "value2"),
	};
	const struct rollup_cover c =
	    rollup_cover(ask->filter.from_us, ask->filter.to_us);
	struct stmt *st = stmt_begin(db, sql[which->keys]);

	stmt_in_id(st, company->v);
	stmt_in_text(st, slice_from(which->days));
	in_span(st, c.days[0]);
	stmt_in_text(st, slice_from(which->chunks));
	in_span(st, c.chunks);
	stmt_in_text(st, slice_from(which->days));
	in_span(st, c.days[1]);
	stmt_in_u64(st, (uint64_t)(ask->by + 1));
	stmt_in_u64(st, (uint64_t)(ask->split + 1));
	stmt_in_id(st, company->v);
	in_span(st, c.end[0]);
	in_span(st, c.end[1]);
	stmt_in_u64(st, max);
	stmt_out_text(st, row->value, sizeof(row->value));
	stmt_out_text(st, row->value2, sizeof(row->value2));
	out_sums(st, &row->sums);
	*out = st;
	return ERR_OK;
}

/* All calls together are kept by quarter, which every period is made of. */
static enum err total_from_quarters(struct db *db, struct company_id company,
    const struct db_report_ask *ask, struct arena *mem,
    struct db_report_group **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT " ROLLUP_SUMS
	    " FROM call_rollup WHERE company_id = ?"
	    " AND dimension = 'total' AND bucket_at >= ? AND bucket_at < ?"
	    " HAVING n > 0";
	struct db_report_group row = { .value = "" };
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, ask->filter.from_us);
	stmt_in_time_us(st, ask->filter.to_us);
	out_sums(st, &row.sums);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static bool all_together(const struct db_report_ask *ask)
{
	return ask->by == GROUP_NONE && ask->split == GROUP_NONE &&
	       db_filter_plain(&ask->filter) && ask->filter.result.n == 0 &&
	       ask->own_s == 0;
}

/* --- from the calls --------------------------------------------------------*/

static enum err begin_facts(struct db *db, const struct company_id *company,
    const struct db_report_ask *ask, size_t max, struct db_report_group *row,
    struct stmt **out)
{
	static const char sql[] =
	    "SELECT " DIM " AS k1, " DIM " AS k2, " FACT_SUMS
	    " FROM call_fact f" DB_FILTER_WHERE
	    " GROUP BY k1, k2"
	    " ORDER BY n DESC, k1, k2 LIMIT ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_u64(st, (uint64_t)ask->by + 1);
	stmt_in_u64(st, (uint64_t)ask->split + 1);
	stmt_in_u64(st, (uint64_t)ask->own_s * 1000);
	db_filter_in(st, company, &ask->filter);
	stmt_in_u64(st, max);
	stmt_out_text(st, row->value, sizeof(row->value));
	stmt_out_text(st, row->value2, sizeof(row->value2));
	out_sums(st, &row->sums);
	stmt_out_i64(st, &row->sums.answer_ms);
	stmt_out_i64(st, &row->sums.over);
	*out = st;
	return ERR_OK;
}

enum err db_report_group_list(struct db *db, struct company_id company,
    const struct db_report_ask *ask, size_t max, struct arena *mem,
    struct db_report_group **rows, size_t *n)
{
	const struct rollup *which = rollup_of(ask);
	struct db_report_group row = { .value = "" };
	struct stmt *st;
	enum err e;

	if (max == 0 || max > DB_REPORT_GROUPS_MAX)
		return ERR_RANGE;
	if (all_together(ask))
		return total_from_quarters(db, company, ask, mem, rows, n);
	if (which != NULL)
		e = begin_rollup(db, &company, ask, which, max, &row, &st);
	else
		e = begin_facts(db, &company, ask, max, &row, &st);
	if (e != ERR_OK)
		return e;
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

#define BUCKET                                    \
	"TIMESTAMP(DATE(f.started_at), MAKETIME(" \
	"HOUR(f.started_at), MINUTE(f.started_at) DIV 15 * 15, 0))"

enum err db_report_group_series(struct db *db, struct company_id company,
    const struct db_report_ask *ask, struct arena *mem,
    struct db_report_bucket **rows, size_t *n)
{
	static const char sql[] = "SELECT " BUCKET " AS bucket_at, " FACT_SUMS
				  " FROM call_fact f" DB_FILTER_WHERE
				  " GROUP BY bucket_at ORDER BY bucket_at"
				  " LIMIT 38400";
	struct db_report_bucket row = { .at_us = 0 };
	struct stmt *st;

	if (db_filter_plain(&ask->filter) && ask->filter.result.n == 0 &&
	    ask->own_s == 0)
		return db_report_buckets(db, company, ask->filter.from_us,
		    ask->filter.to_us, mem, rows, n);
	st = stmt_begin(db, sql);
	stmt_in_u64(st, (uint64_t)ask->own_s * 1000);
	db_filter_in(st, &company, &ask->filter);
	stmt_out_time_us(st, &row.at_us);
	out_sums(st, &row.sums);
	stmt_out_i64(st, &row.sums.answer_ms);
	stmt_out_i64(st, &row.sums.over);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_report_group_cross(struct db *db, struct company_id company,
    const struct db_report_ask *ask, const struct slice *values, size_t n,
    db_report_cross_fn *fn, void *ctx)
{
	/* No value is NULL, so that the unused ones fit none. */
	static const char sql[] =
	    "SELECT " BUCKET " AS bucket_at, FIELD(" DIM
	    ", ?, ?, ?, ?, ?, ?)"
	    " AS k, " FACT_SUMS " FROM call_fact f" DB_FILTER_WHERE
	    " GROUP BY bucket_at, k ORDER BY bucket_at, k";
	struct db_report_sums sums = { .calls = 0 };
	struct slice all[DB_REPORT_CROSS_MAX] = { { NULL, 0 } };
	int64_t at_us = 0;
	uint64_t k = 0;
	struct stmt *st;
	enum err e;

	if (n > DB_REPORT_CROSS_MAX)
		return ERR_RANGE;
	st = stmt_begin(db, sql);
	stmt_in_u64(st, (uint64_t)ask->by + 1);
	for (size_t i = 0; i < DB_REPORT_CROSS_MAX; i++) {
		if (i < n)
			all[i] = values[i];
		stmt_in_text_null(st, all[i]);
	}
	stmt_in_u64(st, (uint64_t)ask->own_s * 1000);
	db_filter_in(st, &company, &ask->filter);
	stmt_out_time_us(st, &at_us);
	stmt_out_u64(st, &k);
	out_sums(st, &sums);
	stmt_out_i64(st, &sums.answer_ms);
	stmt_out_i64(st, &sums.over);
	e = stmt_stream(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK)
		e = fn(ctx, at_us, k == 0 ? n : (size_t)k - 1, &sums);
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* --- names -----------------------------------------------------------------*/

#define NAMES(columns, table)                \
	"SELECT id, " columns " FROM " table \
	" WHERE company_id = ?"              \
	" ORDER BY id LIMIT 10000"

enum err db_report_group_names(struct db *db, struct company_id company,
    enum filter_id kind, struct arena *mem, struct db_report_name **rows,
    size_t *n)
{
	static const char *const texts[FILTER_ID_COUNT] = {
		[FILTER_NUMBER] = NAMES("label, e164", "number"),
		[FILTER_POOL] = NAMES("name, ''", "pool"),
		[FILTER_DESTINATION] = NAMES("name, ''", "destination"),
		[FILTER_LOCATION] = NAMES("name, ''", "location"),
	};
	struct db_report_name row;
	struct stmt *st = stmt_begin(db, texts[kind]);

	stmt_in_id(st, company.v);
	stmt_out_id(st, row.id);
	stmt_out_text(st, row.name, sizeof(row.name));
	stmt_out_text(st, row.e164, sizeof(row.e164));
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
