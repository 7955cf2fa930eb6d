#include "lib/db/db_report_group.h"

#include "lib/db/db_rollup.h"
#include "lib/db/db_sums.h"

/* All calls together are kept by quarter, which every period is made of. */
static enum err total_from_quarters(struct db *db, struct company_id company,
    const struct db_report_ask *ask, struct arena *mem,
    struct db_report_group **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT " DB_SUMS_TOTAL
	    " FROM call_rollup WHERE company_id = ?"
	    " AND dimension = 'total' AND bucket_at >= ? AND bucket_at < ?"
	    " HAVING SUM(calls) > 0";
	struct db_report_group row = { .value = "" };
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_time_us(st, ask->filter.from_us);
	stmt_in_time_us(st, ask->filter.to_us);
	db_sums_out(st, &row.sums);
	e = stmt_all(st, mem, &row, sizeof(row), rows, n);
	if (e == ERR_OK && *n > 0 && ask->own_s > 0)
		(*rows)->sums.over = *db_sums_over(&(*rows)->sums, ask->own_s);
	return e;
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

/* One for own_s. */
#define FACT_SUMS DB_SUMS_FACTS ", " DB_SUMS_YES("f.talk_ms >= ?")

/* Longer than any call when nothing was asked for. */
static uint64_t over_ms(const struct db_report_ask *ask)
{
	return ask->own_s == 0 ? UINT64_C(1) << 40
			       : (uint64_t)ask->own_s * 1000;
}

static struct stmt *begin_facts(struct db *db, const struct company_id *company,
    const struct db_report_ask *ask, size_t max, struct db_report_group *row)
{
	static const char sql[] =
	    "SELECT " DB_GROUP_DIM " AS k1, " DB_GROUP_DIM " AS k2, " FACT_SUMS
	    " FROM call_fact f" DB_FILTER_WHERE
	    " GROUP BY k1, k2"
	    " ORDER BY COUNT(*) DESC, k1, k2 LIMIT ?";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_u64(st, (uint64_t)ask->by + 1);
	stmt_in_u64(st, (uint64_t)ask->split + 1);
	stmt_in_u64(st, over_ms(ask));
	db_filter_in(st, company, &ask->filter);
	stmt_in_u64(st, max);
	stmt_out_text(st, row->value, sizeof(row->value));
	stmt_out_text(st, row->value2, sizeof(row->value2));
	db_sums_out(st, &row->sums);
	stmt_out_i64(st, &row->sums.over);
	return st;
}

enum err db_report_group_list(struct db *db, struct company_id company,
    const struct db_report_ask *ask, size_t max, struct arena *mem,
    struct db_report_group **rows, size_t *n)
{
	const struct db_rollup *which = db_rollup_for(ask);
	struct db_report_group row = { .value = "" };
	struct stmt *st;

	if (max == 0 || max > DB_REPORT_GROUPS_MAX)
		return ERR_RANGE;
	if (all_together(ask))
		return total_from_quarters(db, company, ask, mem, rows, n);
	if (which != NULL)
		return db_rollup_groups(db, company, ask, which, max, mem, rows,
		    n);
	st = begin_facts(db, &company, ask, max, &row);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

#define BUCKET                                    \
	"TIMESTAMP(DATE(f.started_at), MAKETIME(" \
	"HOUR(f.started_at), MINUTE(f.started_at) DIV 15 * 15, 0))"

static enum err series_from_quarters(struct db *db, struct company_id company,
    const struct db_report_ask *ask, struct arena *mem,
    struct db_report_bucket **rows, size_t *n)
{
	const enum err e = db_report_buckets(db, company, ask->filter.from_us,
	    ask->filter.to_us, mem, rows, n);

	for (size_t i = 0; e == ERR_OK && ask->own_s > 0 && i < *n; i++)
		(*rows)[i].sums.over =
		    *db_sums_over(&(*rows)[i].sums, ask->own_s);
	return e;
}

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

	if (of_quarters(ask))
		return series_from_quarters(db, company, ask, mem, rows, n);
	st = stmt_begin(db, sql);
	stmt_in_u64(st, over_ms(ask));
	db_filter_in(st, &company, &ask->filter);
	stmt_out_time_us(st, &row.at_us);
	db_sums_out(st, &row.sums);
	stmt_out_i64(st, &row.sums.over);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_report_group_cross(struct db *db, struct company_id company,
    const struct db_report_ask *ask, const struct slice *values, size_t n,
    db_report_cross_fn *fn, void *ctx)
{
	/* No value is NULL, so that the unused ones fit none. */
	static const char sql[] =
	    "SELECT " BUCKET " AS bucket_at, FIELD(" DB_GROUP_DIM
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
	stmt_in_u64(st, over_ms(ask));
	db_filter_in(st, &company, &ask->filter);
	stmt_out_time_us(st, &at_us);
	stmt_out_u64(st, &k);
	db_sums_out(st, &sums);
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
