#include "lib/db/db_report_group.h"

#include <string.h>

#include "lib/core/rollup_cover.h"
#include "lib/db/db_rollup.h"
#include "lib/db/db_sums.h"
#include "lib/db/db_tally.h"

#define SQL_MAX 16384

bool db_report_group_wants_over(const struct db_report_ask *ask)
{
	return ask->own_s > 0 &&
	       (ask->only == 0 || (ask->only & DB_REPORT_SUM(over)) != 0);
}

uint32_t db_report_group_wanted(const struct db_report_ask *ask)
{
	return db_sums_wanted(ask->only == 0 ? DB_SUMS_ALL : ask->only,
	    db_report_group_wants_over(ask) ? ask->own_s : 0);
}

struct db_sums_over db_report_group_over(const struct db_report_ask *ask)
{
	return db_sums_over(db_report_group_wants_over(ask) ? ask->own_s : 0);
}

enum err db_report_group_run(struct stmt *st, struct db_report_group *row,
    const struct db_sums_over *over, db_report_group_fn *fn, void *ctx)
{
	enum err e = stmt_stream(st);

	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		row->sums.over = db_sums_over_sum(&row->sums, over->sum_s);
		e = fn(ctx, row);
	}
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* All calls together are kept by quarter, which every period is made of. */
static bool of_quarters(const struct db_report_ask *ask)
{
	return db_filter_plain(&ask->filter) && ask->filter.result.n == 0;
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
	buf_cstr(&sql, " FROM call_rollup WHERE company_id = ? AND (" A_PIECE
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
	db_sums_out(st, &row.sums, wanted);
	return db_report_group_run(st, &row, &over, fn, ctx);
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

/* --- what is read ----------------------------------------------------------*/

enum way {
	KEPT,    /* sums that are kept tell it */
	BETWEEN, /* and the calls between two limits of talk time */
	CALLS    /* the calls must be read */
};

static enum way way_of(const struct db_report_ask *ask, bool kept)
{
	const struct db_sums_over over = db_report_group_over(ask);

	if (!kept)
		return CALLS;
	return over.low_ms < over.high_ms ? BETWEEN : KEPT;
}

static enum way way_of_values(const struct db_report_ask *ask)
{
	return way_of(ask, db_rollup_for(ask) != NULL);
}

static enum way way_of_quarters(const struct db_report_ask *ask)
{
	return way_of(ask, of_quarters(ask));
}

/* Quarters of an hour since the year 0. */
#define QUARTERS_TO_1970 INT64_C(69074688)

static int64_t quarter_us(int64_t quarter)
{
	return (quarter - QUARTERS_TO_1970) * 15 * RT_MIN_US;
}

/* The quarters that are kept of all calls. One that lost all of them to a
 * change may stay as zeros. */
static enum err quarters_kept(struct db *db, struct company_id company,
    const struct db_report_ask *ask, db_report_quarter_fn *fn, void *ctx)
{
	const struct db_sums_over over = db_report_group_over(ask);
	const uint32_t wanted = db_report_group_wanted(ask);
	struct db_report_bucket row = { .at_us = 0 };
	int64_t quarter = 0;
	struct stmt *st;
	struct buf sql;
	enum err e;

	buf_init(&sql, SQL_MAX);
	buf_cstr(&sql, "SELECT TO_SECONDS(bucket_at) DIV 900, ");
	db_sums_text(&sql, DB_SUMS_ROW, wanted);
	buf_cstr(&sql,
	    " FROM call_rollup WHERE company_id = ? AND dimension = 'total'"
	    " AND bucket_at >= ? AND bucket_at < ? AND calls > 0"
	    " ORDER BY bucket_at");
	st = stmt_begin_made(db, &sql);
	buf_fini(&sql);
	stmt_in_id(st, company.v);
	stmt_in_time_us(st, ask->filter.from_us);
	stmt_in_time_us(st, ask->filter.to_us);
	stmt_out_i64(st, &quarter);
	db_sums_out(st, &row.sums, wanted);
	e = stmt_stream(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK) {
		row.sums.over = db_sums_over_sum(&row.sums, over.sum_s);
		row.at_us = quarter_us(quarter);
		e = fn(ctx, &row);
	}
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* --- quarters in an array --------------------------------------------------*/

struct series {
	struct arena *mem; /* of an array that doubles */
	struct db_report_bucket *rows;
	size_t n;
	size_t cap;
	size_t at; /* where the calls between are put */
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

/* Calls come in the order of time. */
static enum err add_call(struct series *s, const struct db_scan_call *call)
{
	const struct db_report_bucket first = { call->at_us, call->sums };

	if (s->n == 0 || s->rows[s->n - 1].at_us != call->at_us)
		return add_quarter(s, &first);
	db_report_add(&s->rows[s->n - 1].sums, &call->sums);
	return ERR_OK;
}

/* Of quarters that are there; one whose calls came since is told next time. */
static void add_between(struct series *s, const struct db_scan_call *call)
{
	while (s->at < s->n && s->rows[s->at].at_us < call->at_us)
		s->at++;
	if (s->at < s->n && s->rows[s->at].at_us == call->at_us)
		db_report_add(&s->rows[s->at].sums, &call->sums);
}

/* --- one reading of the calls ----------------------------------------------*/

struct reading {
	struct db_tally *values; /* NULL: not asked for */
	int64_t values_to_us;    /* of calls before that */
	struct series *quarters; /* NULL: not asked for */
	bool between;            /* beside what is kept */
};

static enum err add_value(void *ctx, const struct db_report_group *row)
{
	return db_tally_add(ctx, slice_from(row->value),
	    slice_from(row->value2), &row->sums);
}

static enum err take_call(void *ctx, const struct db_scan_call *call)
{
	const struct reading *r = ctx;
	enum err e = ERR_OK;

	if (r->values != NULL && call->of != DB_SCAN_QUARTER &&
	    call->at_us < r->values_to_us)
		e = db_tally_add(r->values, call->value, call->value2,
		    &call->sums);
	if (r->quarters == NULL || call->of == DB_SCAN_VALUE || e != ERR_OK)
		return e;
	if (!r->between)
		return add_call(r->quarters, call);
	add_between(r->quarters, call);
	return ERR_OK;
}

static enum err count_kept(struct db *db, struct company_id company,
    const struct db_report_ask *ask, struct db_tally *t)
{
	if (ask->by == GROUP_NONE && ask->split == GROUP_NONE &&
	    of_quarters(ask))
		return total(db, company, ask, add_value, t);
	return db_rollup_count(db, company, ask, db_rollup_for(ask), t);
}

/* What is kept, when only calls between are read. */
static enum err read_kept(struct db *db, struct company_id company,
    const struct db_report_ask *ask, const struct reading *r)
{
	struct db_report_ask values = *ask;
	enum err e = ERR_OK;

	values.filter.to_us = r->values_to_us < ask->filter.to_us
				  ? r->values_to_us
				  : ask->filter.to_us;
	if (r->values != NULL)
		e = count_kept(db, company, &values, r->values);
	if (e == ERR_OK && r->quarters != NULL)
		e = quarters_kept(db, company, ask, add_quarter, r->quarters);
	return e;
}

static enum err read_calls(struct db *db, struct company_id company,
    const struct db_report_ask *ask, struct reading *r)
{
	const struct db_sums_over over = db_report_group_over(ask);
	const struct db_scan scan = {
		.ask = ask,
		.wanted = r->between
			      ? 0
			      : db_sums_wanted(ask->only == 0 ? DB_SUMS_ALL
							      : ask->only,
				    0),
		.values = r->values != NULL,
		.quarters = r->quarters != NULL,
		.apart = true,
		.cut_us = r->values_to_us,
		.low_ms = r->between ? over.low_ms : 0,
		.high_ms = r->between ? over.high_ms : 0,
	};
	enum err e = ERR_OK;

	if (r->between)
		e = read_kept(db, company, ask, r);
	return e == ERR_OK ? db_rollup_scan(db, company, &scan, take_call, r)
			   : e;
}

/* What a row may have besides the calls. */
static void begin_tally(struct db_tally *t, const struct db_report_ask *ask)
{
	db_tally_init(t,
	    db_report_group_wanted(ask) |
		(db_report_group_wants_over(ask) ? DB_REPORT_SUM(over) : 0));
}

enum err db_report_group_each(struct db *db, struct company_id company,
    const struct db_report_ask *ask, size_t max, db_report_group_fn *fn,
    void *ctx)
{
	const enum way way = way_of_values(ask);
	struct db_tally values;
	struct reading r = { .values = &values,
		.values_to_us = INT64_MAX,
		.between = way == BETWEEN };
	enum err e;

	begin_tally(&values, ask);
	e = way == KEPT ? count_kept(db, company, ask, &values)
			: read_calls(db, company, ask, &r);
	if (e == ERR_OK)
		e = db_tally_each(&values, max, fn, ctx);
	db_tally_fini(&values);
	return e;
}

static enum err check_period(const struct db_filter *f)
{
	const int64_t most_us = (int64_t)DB_REPORT_BUCKETS_MAX * 15 * RT_MIN_US;

	if (f->to_us < f->from_us)
		return ERR_RANGE;
	return f->to_us - f->from_us > most_us ? ERR_TOOBIG : ERR_OK;
}

enum err db_report_group_series(struct db *db, struct company_id company,
    const struct db_report_ask *ask, struct arena *mem,
    struct db_report_bucket **rows, size_t *n)
{
	const enum way way = way_of_quarters(ask);
	struct series s = { .mem = mem };
	struct reading r = { .quarters = &s, .between = way == BETWEEN };
	enum err e;

	if ((e = check_period(&ask->filter)) != ERR_OK)
		return e;
	e = way == KEPT ? quarters_kept(db, company, ask, add_quarter, &s)
			: read_calls(db, company, ask, &r);
	if (e == ERR_OK) {
		*rows = s.rows;
		*n = s.n;
	}
	return e;
}

/* All of the longest period. */
#define QUARTERS_BYTES ((size_t)64 << 20)

enum err db_report_group_quarters(struct db *db, struct company_id company,
    const struct db_report_ask *ask, db_report_quarter_fn *fn, void *ctx)
{
	struct db_report_bucket *rows = NULL;
	struct arena mem;
	size_t n = 0;
	enum err e;

	if (way_of_quarters(ask) == KEPT)
		return quarters_kept(db, company, ask, fn, ctx);
	arena_init(&mem, QUARTERS_BYTES);
	e = db_report_group_series(db, company, ask, &mem, &rows, &n);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = fn(ctx, &rows[i]);
	arena_fini(&mem);
	return e;
}

/* One after the other, when one of them needs no reading of the calls. */
static enum err both_apart(struct db *db, struct company_id company,
    const struct db_report_ask *values, const struct db_report_ask *quarters,
    db_report_group_fn *fn, void *ctx, struct series *s)
{
	const enum err e =
	    db_report_group_each(db, company, values, SIZE_MAX, fn, ctx);

	if (e != ERR_OK)
		return e;
	return db_report_group_series(db, company, quarters, s->mem, &s->rows,
	    &s->n);
}

static enum err both_at_once(struct db *db, struct company_id company,
    const struct db_report_ask *ask, struct reading *r, db_report_group_fn *fn,
    void *ctx)
{
	struct db_tally values;
	enum err e;

	begin_tally(&values, ask);
	r->values = &values;
	e = read_calls(db, company, ask, r);
	if (e == ERR_OK)
		e = db_tally_each(&values, SIZE_MAX, fn, ctx);
	r->values = NULL;
	db_tally_fini(&values);
	return e;
}

enum err db_report_group_both(struct db *db, struct company_id company,
    const struct db_report_ask *ask, const struct db_report_both *with,
    db_report_group_fn *fn, void *ctx, struct arena *mem,
    struct db_report_bucket **rows, size_t *n)
{
	struct db_report_ask values = *ask, quarters = *ask;
	struct series s = { .mem = mem };
	struct reading r = { .values_to_us = with->values_to_us,
		.quarters = &s };
	enum way way, other;
	enum err e;

	if ((e = check_period(&ask->filter)) != ERR_OK)
		return e;
	values.filter.to_us = with->values_to_us;
	quarters.only = with->quarters_only;
	way = way_of_values(&values);
	other = way_of_quarters(&quarters);
	r.between = way == BETWEEN && other == BETWEEN;
	if (way == KEPT || other == KEPT)
		e = both_apart(db, company, &values, &quarters, fn, ctx, &s);
	else
		e = both_at_once(db, company, ask, &r, fn, ctx);
	if (e == ERR_OK) {
		*rows = s.rows;
		*n = s.n;
	}
	return e;
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

/* --- names -----------------------------------------------------------------*/

#define NAMES(columns, table)                \
	"SELECT id, " columns " FROM " table \
	" WHERE company_id = ? ORDER BY id LIMIT 10000"

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
