#include "lib/db/db_report_group.h"

#include <string.h>

#include "lib/core/rollup_cover.h"
#include "lib/db/db_rollup.h"
#include "lib/db/db_sums.h"

#define SQL_MAX 8192

/* Whether the calls over the asked talk time are. */
static bool wants_over(const struct db_report_ask *ask)
{
	return ask->own_s > 0 &&
	       (ask->only == 0 || (ask->only & DB_REPORT_SUM(over)) != 0);
}

uint32_t db_report_group_wanted(const struct db_report_ask *ask)
{
	return db_sums_wanted(ask->only == 0 ? DB_SUMS_ALL : ask->only,
	    wants_over(ask) ? ask->own_s : 0);
}

struct db_sums_over db_report_group_over(const struct db_report_ask *ask)
{
	return db_sums_over(wants_over(ask) ? ask->own_s : 0);
}

enum err db_report_group_run(struct stmt *st, struct db_report_group *row,
    const struct db_sums_over *over, db_report_group_fn *fn, void *ctx)
{
	enum err e = stmt_stream(st);

	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		row->sums.over += db_sums_over_sum(&row->sums, over->sum_s);
		e = fn(ctx, row);
	}
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static void out_sums(struct stmt *st, uint32_t wanted,
    struct db_report_sums *sums)
{
	db_sums_out(st, sums, wanted);
	stmt_out_i64(st, &sums->over);
}

/* The quarters of all calls can tell all but calls in between (db_sums.h). */
static bool of_quarters(const struct db_report_ask *ask)
{
	return db_filter_plain(&ask->filter) && ask->filter.result.n == 0;
}

static bool counts_between(const struct db_sums_over *over)
{
	return over->low_ms < over->high_ms;
}

static bool all_together(const struct db_report_ask *ask)
{
	const struct db_sums_over over = db_report_group_over(ask);

	return ask->by == GROUP_NONE && ask->split == GROUP_NONE &&
	       of_quarters(ask) && !counts_between(&over);
}

#define A_PIECE "(dimension = ? AND bucket_at >= ? AND bucket_at < ?)"

static void in_piece(struct stmt *st, const char *dimension,
    struct rollup_cover_span s)
{
	stmt_in_text(st, slice_from(dimension));
	stmt_in_time_us(st, s.from_us);
	stmt_in_time_us(st, s.to_us);
}

/* Whole days from the sums by place of business, which are the fewest rows;
 * the ends from the quarters of all calls. */
static enum err total(struct db *db, struct company_id company,
    const struct db_report_ask *ask, db_report_group_fn *fn, void *ctx)
{
	const struct rollup_cover c =
	    rollup_cover(ask->filter.from_us, ask->filter.to_us);
	const struct db_sums_over over = db_report_group_over(ask);
	const uint32_t wanted = db_report_group_wanted(ask);
	struct db_report_group row = { .value = "" };
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	buf_cstr(&sql, "SELECT ");
	db_sums_text(&sql, DB_SUMS_TOTAL, wanted);
	buf_cstr(&sql, ", 0 FROM call_rollup WHERE company_id = ? AND (" A_PIECE
		       " OR " A_PIECE " OR " A_PIECE " OR " A_PIECE
		       " OR " A_PIECE ") HAVING SUM(calls) > 0");
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	stmt_in_id(st, company.v);
	in_piece(st, "location/1", c.days[0]);
	in_piece(st, "location/16", c.chunks);
	in_piece(st, "location/1", c.days[1]);
	in_piece(st, "total", c.end[0]);
	in_piece(st, "total", c.end[1]);
	out_sums(st, wanted, &row.sums);
	return db_report_group_run(st, &row, &over, fn, ctx);
}

/* --- from the calls --------------------------------------------------------*/

/* Over is counted, whatever sums there are. */
static uint32_t fact_wanted(const struct db_report_ask *ask)
{
	return db_sums_wanted(ask->only == 0 ? DB_SUMS_ALL : ask->only, 0);
}

/* The sums that are asked for, and over behind them. */
static void fact_sums(struct buf *sql, const struct db_report_ask *ask)
{
	db_sums_text(sql, DB_SUMS_FACTS, fact_wanted(ask));
	buf_cstr(sql,
	    wants_over(ask) ? ", " DB_SUMS_YES("f.talk_ms >= ?") : ", 0");
}

static void in_over(struct stmt *st, const struct db_report_ask *ask)
{
	if (wants_over(ask))
		stmt_in_u64(st, (uint64_t)ask->own_s * 1000);
}

void db_report_group_dim(struct buf *sql, int dim)
{
	static const char *const more[] = {
		[GROUP_RESULT - GROUP_RESULT] = "f.result",
		[GROUP_FIRST_TIME - GROUP_RESULT] = "CONCAT(f.first_time)",
		[GROUP_QUALIFIED - GROUP_RESULT] = "CONCAT(f.qualified)",
		[GROUP_TALK - GROUP_RESULT] =
		    "CONCAT(" DB_SUMS_STEPS("f.talk_ms") ")",
		[GROUP_RING - GROUP_RESULT] =
		    "CONCAT(" DB_SUMS_STEPS("f.ring_ms") ")",
		[GROUP_RISK - GROUP_RESULT] = "CONCAT(" DB_SUMS_RISK ")",
	};

	if (dim == GROUP_NONE)
		buf_cstr(sql, "''");
	else if (dim < GROUP_ID)
		buf_cstr(sql, db_filter_text_column(
				  (enum filter_text)(dim - GROUP_TEXT)));
	else if (dim < GROUP_RESULT)
		buf_printf(sql, "LOWER(HEX(%s))",
		    db_filter_id_column((enum filter_id)(dim - GROUP_ID)));
	else
		buf_cstr(sql, more[dim - GROUP_RESULT]);
}

/* The rows of the filter, how ever they are found. */
static void of_filter(struct buf *sql, const struct db_filter *f)
{
	const enum db_filter_way way = db_filter_all(f);

	db_filter_from(sql, way, false);
	db_filter_where(sql, f, way);
}

static struct stmt *begin_facts(struct db *db, const struct company_id *company,
    const struct db_report_ask *ask, size_t max, struct db_report_group *row)
{
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	buf_cstr(&sql, "SELECT STRAIGHT_JOIN ");
	db_report_group_dim(&sql, ask->by);
	buf_cstr(&sql, " AS k1, ");
	db_report_group_dim(&sql, ask->split);
	buf_cstr(&sql, " AS k2, ");
	fact_sums(&sql, ask);
	of_filter(&sql, &ask->filter);
	buf_cstr(&sql,
	    " GROUP BY k1, k2 ORDER BY COUNT(*) DESC, k1, k2 LIMIT ?");
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	in_over(st, ask);
	db_filter_in(st, company, &ask->filter);
	stmt_in_u64(st, max);
	stmt_out_text(st, row->value, sizeof(row->value));
	stmt_out_text(st, row->value2, sizeof(row->value2));
	out_sums(st, fact_wanted(ask), &row->sums);
	return st;
}

enum err db_report_group_each(struct db *db, struct company_id company,
    const struct db_report_ask *ask, size_t max, db_report_group_fn *fn,
    void *ctx)
{
	static const struct db_sums_over counted = { 0, 0, 0 };
	const struct db_rollup *which = db_rollup_for(ask);
	struct db_report_group row = { .value = "" };
	struct stmt *st;

	if (all_together(ask))
		return total(db, company, ask, fn, ctx);
	if (which != NULL)
		return db_rollup_each(db, company, ask, which, max, fn, ctx);
	st = begin_facts(db, &company, ask, max, &row);
	return db_report_group_run(st, &row, &counted, fn, ctx);
}

/* Rows of an unknown number, into an array that doubles. */
struct kept {
	struct arena *mem;
	struct db_report_group *rows;
	size_t n;
	size_t cap;
};

static enum err keep(void *ctx, const struct db_report_group *row)
{
	struct kept *k = ctx;

	if (k->n == k->cap) {
		const size_t cap = k->cap == 0 ? 16 : 2 * k->cap;
		struct db_report_group *rows =
		    arena_array(k->mem, cap, sizeof(*rows));

		if (rows == NULL)
			return ERR_NOMEM;
		if (k->n > 0)
			memcpy(rows, k->rows, k->n * sizeof(*rows));
		k->rows = rows;
		k->cap = cap;
	}
	k->rows[k->n++] = *row;
	return ERR_OK;
}

enum err db_report_group_list(struct db *db, struct company_id company,
    const struct db_report_ask *ask, size_t max, struct arena *mem,
    struct db_report_group **rows, size_t *n)
{
	struct kept k = { .mem = mem };
	enum err e;

	if (max == 0 || max > DB_REPORT_GROUPS_MAX)
		return ERR_RANGE;
	e = db_report_group_each(db, company, ask, max, keep, &k);
	if (e == ERR_OK) {
		*rows = k.rows;
		*n = k.n;
	}
	return e;
}

/* Quarters of an hour since the year 0: a number is made and grouped by in half
 * the time that a moment takes. */
#define QUARTER          "TO_SECONDS(f.started_at) DIV 900"
#define QUARTERS_TO_1970 INT64_C(69074688)

static int64_t quarter_us(int64_t quarter)
{
	return (quarter - QUARTERS_TO_1970) * 15 * RT_MIN_US;
}

static struct stmt *begin_quarters(struct db *db,
    const struct company_id *company, const struct db_report_ask *ask)
{
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	buf_cstr(&sql, "SELECT STRAIGHT_JOIN " QUARTER " AS quarter, ");
	fact_sums(&sql, ask);
	of_filter(&sql, &ask->filter);
	buf_cstr(&sql, " GROUP BY quarter ORDER BY quarter");
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	in_over(st, ask);
	db_filter_in(st, company, &ask->filter);
	return st;
}

/* The quarters that are kept of all calls. One that lost all of them to a
 * change may stay as zeros. */
#define KEPT                                            \
	" FROM call_rollup"                             \
	" WHERE company_id = ? AND dimension = 'total'" \
	" AND bucket_at >= ? AND bucket_at < ? AND calls > 0"
#define KEPT_QUARTER "TO_SECONDS(bucket_at) DIV 900 AS quarter"

static void in_kept(struct stmt *st, const struct company_id *company,
    const struct db_report_ask *ask)
{
	stmt_in_id(st, company->v);
	stmt_in_time_us(st, ask->filter.from_us);
	stmt_in_time_us(st, ask->filter.to_us);
}

static struct stmt *begin_kept(struct db *db, const struct company_id *company,
    const struct db_report_ask *ask)
{
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	buf_cstr(&sql, "SELECT " KEPT_QUARTER ", ");
	db_sums_text(&sql, DB_SUMS_ROW, db_report_group_wanted(ask));
	buf_cstr(&sql, ", 0" KEPT " ORDER BY bucket_at");
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	in_kept(st, company, ask);
	return st;
}

/* And the calls in between, counted by quarter. */
static struct stmt *begin_kept_and(struct db *db,
    const struct company_id *company, const struct db_report_ask *ask,
    const struct db_sums_over *over)
{
	const uint32_t wanted = db_report_group_wanted(ask);
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	buf_cstr(&sql, "SELECT quarter, ");
	db_sums_text(&sql, DB_SUMS_PUT, wanted);
	buf_cstr(&sql,
	    ", CAST(SUM(between_n) AS SIGNED) FROM (SELECT " KEPT_QUARTER ", ");
	db_sums_text(&sql, DB_SUMS_ROW, wanted);
	buf_cstr(&sql, ", 0 AS between_n" KEPT " UNION ALL SELECT " QUARTER
		       " AS quarter, ");
	db_sums_text(&sql, DB_SUMS_NONE, wanted);
	buf_cstr(&sql, ", COUNT(*) AS between_n FROM call_fact f");
	db_filter_where(&sql, &ask->filter, DB_FILTER_BY_TIME);
	buf_cstr(&sql,
	    " AND f.talk_ms >= ? AND f.talk_ms < ? GROUP BY quarter)"
	    " AS parts GROUP BY quarter ORDER BY quarter");
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	in_kept(st, company, ask);
	db_filter_in(st, company, &ask->filter);
	stmt_in_u64(st, over->low_ms);
	stmt_in_u64(st, over->high_ms);
	return st;
}

enum err db_report_group_quarters(struct db *db, struct company_id company,
    const struct db_report_ask *ask, db_report_quarter_fn *fn, void *ctx)
{
	const struct db_sums_over over = db_report_group_over(ask);
	const bool kept = of_quarters(ask);
	struct db_report_bucket row = { .at_us = 0 };
	int64_t quarter = 0;
	struct stmt *st = !kept ? begin_quarters(db, &company, ask)
			  : counts_between(&over)
			      ? begin_kept_and(db, &company, ask, &over)
			      : begin_kept(db, &company, ask);
	enum err e;

	stmt_out_i64(st, &quarter);
	out_sums(st, kept ? db_report_group_wanted(ask) : fact_wanted(ask),
	    &row.sums);
	e = stmt_stream(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		if (kept)
			row.sums.over +=
			    db_sums_over_sum(&row.sums, over.sum_s);
		row.at_us = quarter_us(quarter);
		e = fn(ctx, &row);
	}
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* The same into an array that doubles. */
struct series {
	struct arena *mem;
	struct db_report_bucket *rows;
	size_t n;
	size_t cap;
};

static enum err add_quarter(void *ctx, const struct db_report_bucket *row)
{
	struct series *s = ctx;

	if (s->n == s->cap) {
		const size_t cap = s->cap == 0 ? 128 : 2 * s->cap;
		struct db_report_bucket *rows =
		    arena_array(s->mem, cap, sizeof(*rows));

		if (rows == NULL)
			return ERR_NOMEM;
		if (s->n > 0)
			memcpy(rows, s->rows, s->n * sizeof(*rows));
		s->rows = rows;
		s->cap = cap;
	}
	s->rows[s->n++] = *row;
	return ERR_OK;
}

enum err db_report_group_series(struct db *db, struct company_id company,
    const struct db_report_ask *ask, struct arena *mem,
    struct db_report_bucket **rows, size_t *n)
{
	const int64_t most_us = (int64_t)DB_REPORT_BUCKETS_MAX * 15 * RT_MIN_US;
	struct series s = { .mem = mem };
	enum err e;

	if (ask->filter.to_us < ask->filter.from_us)
		return ERR_RANGE;
	if (ask->filter.to_us - ask->filter.from_us > most_us)
		return ERR_TOOBIG;
	e = db_report_group_quarters(db, company, ask, add_quarter, &s);
	if (e == ERR_OK) {
		*rows = s.rows;
		*n = s.n;
	}
	return e;
}

/* No value is NULL, so that the unused ones fit none. */
static struct stmt *begin_cross(struct db *db, const struct company_id *company,
    const struct db_report_ask *ask,
    const struct slice values[DB_REPORT_CROSS_MAX])
{
	struct stmt *st;
	struct buf sql;

	buf_init(&sql, SQL_MAX);
	buf_cstr(&sql, "SELECT STRAIGHT_JOIN " QUARTER " AS quarter, FIELD(");
	db_report_group_dim(&sql, ask->by);
	buf_cstr(&sql, ", ?, ?, ?, ?, ?, ?) AS k, ");
	fact_sums(&sql, ask);
	of_filter(&sql, &ask->filter);
	buf_cstr(&sql, " GROUP BY quarter, k ORDER BY quarter, k");
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	for (size_t i = 0; i < DB_REPORT_CROSS_MAX; i++)
		stmt_in_text_null(st, values[i]);
	in_over(st, ask);
	db_filter_in(st, company, &ask->filter);
	return st;
}

enum err db_report_group_cross(struct db *db, struct company_id company,
    const struct db_report_ask *ask, const struct slice *values, size_t n,
    db_report_cross_fn *fn, void *ctx)
{
	struct db_report_sums sums = { .calls = 0 };
	struct slice all[DB_REPORT_CROSS_MAX] = { { NULL, 0 } };
	int64_t quarter = 0;
	uint64_t k = 0;
	struct stmt *st;
	enum err e;

	if (n > DB_REPORT_CROSS_MAX)
		return ERR_RANGE;
	for (size_t i = 0; i < n; i++)
		all[i] = values[i];
	st = begin_cross(db, &company, ask, all);
	stmt_out_i64(st, &quarter);
	stmt_out_u64(st, &k);
	out_sums(st, fact_wanted(ask), &sums);
	e = stmt_stream(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK)
		e = fn(ctx, quarter_us(quarter), k == 0 ? n : (size_t)k - 1,
		    &sums);
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* --- names -----------------------------------------------------------------*/

#define NAMES(columns, table, order)         \
	"SELECT id, " columns " FROM " table \
	" WHERE company_id = ?"              \
	" ORDER BY " order " LIMIT 10000"

static enum err names(struct db *db, struct company_id company, const char *sql,
    struct arena *mem, struct db_report_name **rows, size_t *n)
{
	struct db_report_name row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_out_id(st, row.id);
	stmt_out_text(st, row.name, sizeof(row.name));
	stmt_out_text(st, row.e164, sizeof(row.e164));
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_report_group_names(struct db *db, struct company_id company,
    enum filter_id kind, struct arena *mem, struct db_report_name **rows,
    size_t *n)
{
	static const char *const texts[FILTER_ID_COUNT] = {
		[FILTER_NUMBER] = NAMES("label, e164", "number", "id"),
		[FILTER_POOL] = NAMES("name, ''", "pool", "id"),
		[FILTER_DESTINATION] = NAMES("name, ''", "destination", "id"),
		[FILTER_LOCATION] = NAMES("name, ''", "location", "id"),
	};

	return names(db, company, texts[kind], mem, rows, n);
}

enum err db_report_group_choices(struct db *db, struct company_id company,
    enum filter_id kind, struct arena *mem, struct db_report_name **rows,
    size_t *n)
{
	static const char *const texts[FILTER_ID_COUNT] = {
		[FILTER_NUMBER] =
		    NAMES("label, e164", "number", "label = '', label, e164"),
		[FILTER_POOL] = NAMES("name, ''", "pool", "name, id"),
		[FILTER_DESTINATION] =
		    NAMES("name, ''", "destination", "name, id"),
		[FILTER_LOCATION] = NAMES("name, ''", "location", "name, id"),
	};

	return names(db, company, texts[kind], mem, rows, n);
}
