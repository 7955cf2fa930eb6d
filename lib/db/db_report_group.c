#include "lib/db/db_report_group.h"

#include <string.h>

#include "lib/db/db_rollup.h"
#include "lib/db/db_sums.h"

#define SQL_MAX 8192

enum err db_report_group_run(struct stmt *st, struct db_report_group *row,
    uint32_t own_s, db_report_group_fn *fn, void *ctx)
{
	enum err e = stmt_stream(st);

	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		if (own_s > 0)
			row->sums.over = *db_sums_over(&row->sums, own_s);
		e = fn(ctx, row);
	}
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* All calls together are kept by quarter, which every period is made of. */
static enum err total_from_quarters(struct db *db, struct company_id company,
    const struct db_report_ask *ask, db_report_group_fn *fn, void *ctx)
{
	static const char sql[] =
	    "SELECT " DB_SUMS_TOTAL
	    " FROM call_rollup WHERE company_id = ?"
	    " AND dimension = 'total' AND bucket_at >= ? AND bucket_at < ?"
	    " HAVING SUM(calls) > 0";
	struct db_report_group row = { .value = "" };
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, ask->filter.from_us);
	stmt_in_time_us(st, ask->filter.to_us);
	db_sums_out(st, &row.sums);
	return db_report_group_run(st, &row, ask->own_s, fn, ctx);
}

/* The roll-up of all calls can tell. */
static bool of_quarters(const struct db_report_ask *ask)
{
	static const struct db_report_sums none;

	return db_filter_plain(&ask->filter) && ask->filter.result.n == 0 &&
	       (ask->own_s == 0 || db_sums_over(&none, ask->own_s) != NULL);
}

static bool all_together(const struct db_report_ask *ask)
{
	return ask->by == GROUP_NONE && ask->split == GROUP_NONE &&
	       of_quarters(ask);
}

/* --- from the calls --------------------------------------------------------*/

/* Whether the calls over the asked talk time are counted one by one. */
static bool counts_over(const struct db_report_ask *ask)
{
	return ask->own_s > 0 &&
	       (ask->only == 0 || (ask->only & DB_REPORT_SUM(over)) != 0);
}

/* The sums that are asked for, and over behind them. */
static void fact_sums(struct buf *sql, const struct db_report_ask *ask)
{
	db_sums_facts(sql,
	    ask->only == 0 ? UINT32_MAX : ask->only | DB_REPORT_SUM(calls));
	buf_cstr(sql,
	    counts_over(ask) ? ", " DB_SUMS_YES("f.talk_ms >= ?") : ", 0");
}

static void in_over(struct stmt *st, const struct db_report_ask *ask)
{
	if (counts_over(ask))
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
	db_sums_out(st, &row->sums);
	stmt_out_i64(st, &row->sums.over);
	return st;
}

enum err db_report_group_each(struct db *db, struct company_id company,
    const struct db_report_ask *ask, size_t max, db_report_group_fn *fn,
    void *ctx)
{
	const struct db_rollup *which = db_rollup_for(ask);
	struct db_report_group row = { .value = "" };
	struct stmt *st;

	if (all_together(ask))
		return total_from_quarters(db, company, ask, fn, ctx);
	if (which != NULL)
		return db_rollup_each(db, company, ask, which, max, fn, ctx);
	st = begin_facts(db, &company, ask, max, &row);
	return db_report_group_run(st, &row, 0, fn, ctx);
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
    const struct company_id *company, const struct db_report_ask *ask,
    int64_t *quarter, struct db_report_bucket *row)
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
	stmt_out_i64(st, quarter);
	db_sums_out(st, &row->sums);
	stmt_out_i64(st, &row->sums.over);
	return st;
}

/* The quarters that are kept of all calls. One that lost all of them to a
 * change may stay as zeros. */
static struct stmt *begin_kept(struct db *db, const struct company_id *company,
    const struct db_report_ask *ask, struct db_report_bucket *row)
{
	static const char sql[] =
	    "SELECT bucket_at, " DB_SUMS_ROW
	    " FROM call_rollup"
	    " WHERE company_id = ? AND dimension = 'total'"
	    " AND bucket_at >= ? AND bucket_at < ? AND calls > 0"
	    " ORDER BY bucket_at";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company->v);
	stmt_in_time_us(st, ask->filter.from_us);
	stmt_in_time_us(st, ask->filter.to_us);
	stmt_out_time_us(st, &row->at_us);
	db_sums_out(st, &row->sums);
	return st;
}

enum err db_report_group_quarters(struct db *db, struct company_id company,
    const struct db_report_ask *ask, db_report_quarter_fn *fn, void *ctx)
{
	const bool kept = of_quarters(ask);
	struct db_report_bucket row = { .at_us = 0 };
	int64_t quarter = 0;
	struct stmt *st =
	    kept ? begin_kept(db, &company, ask, &row)
		 : begin_quarters(db, &company, ask, &quarter, &row);
	enum err e = stmt_stream(st);

	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		if (kept && ask->own_s > 0)
			row.sums.over = *db_sums_over(&row.sums, ask->own_s);
		if (!kept)
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
	db_sums_out(st, &sums);
	stmt_out_i64(st, &sums.over);
	e = stmt_stream(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK)
		e = fn(ctx, quarter_us(quarter), k == 0 ? n : (size_t)k - 1,
		    &sums);
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
