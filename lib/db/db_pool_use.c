#include "lib/db/db_pool_use.h"

#include <stdlib.h>

#include "lib/db/stmt.h"

/* --- from the leases
 * -----------------------------------------------------------*/

static const char began_sql[] =
    "SELECT started_at, LEAST(expires_at, COALESCE(released_at, expires_at))"
    " FROM lease WHERE company_id = ? AND pool_id = ? AND started_at >= ?"
    " AND started_at < ? LIMIT ?";

/* Held at a moment, by numbers of the pool and by those that have left it:
 * leases of a number never overlap, so of each number the last that began
 * before. One entry of an index a number, where a range of beginnings would be
 * as long as the longest visit. */
#define HELD_AT                                                             \
	" FROM (SELECT number_id, 1 AS inside FROM pool_number"             \
	" WHERE company_id = ? AND pool_id = ?"                             \
	" UNION ALL SELECT o.number_id, 0 FROM pool_number_left o"          \
	" LEFT JOIN pool_number i ON i.company_id = o.company_id"           \
	" AND i.pool_id = o.pool_id AND i.number_id = o.number_id"          \
	" WHERE o.company_id = ? AND o.pool_id = ? AND i.number_id IS NULL" \
	") pn JOIN lease l ON l.company_id = ? AND l.id ="                  \
	" (SELECT x.id FROM lease x WHERE x.company_id = ?"                 \
	" AND x.number_id = pn.number_id AND x.started_at < ?"              \
	" ORDER BY x.started_at DESC LIMIT 1)"                              \
	" WHERE l.pool_id = ? AND l.expires_at > ?"                         \
	" AND (l.released_at IS NULL OR l.released_at > ?)"

static const char carried_sql[] =
    "SELECT l.started_at,"
    " LEAST(l.expires_at, COALESCE(l.released_at, l.expires_at))" HELD_AT
    " LIMIT ?";

static const char held_sql[] =
    "SELECT COUNT(*), CAST(COALESCE(SUM(1 - pn.inside), 0) AS UNSIGNED)" HELD_AT;

static void in_held_at(struct stmt *st, const struct company_id *company,
    const struct pool_id *pool, int64_t at_us)
{
	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company->v);
		stmt_in_id(st, pool->v);
	}
	stmt_in_id(st, company->v);
	stmt_in_id(st, company->v);
	stmt_in_time_us(st, at_us);
	stmt_in_id(st, pool->v);
	stmt_in_time_us(st, at_us);
	stmt_in_time_us(st, at_us);
}

#define ROWS_FIRST 1024

struct span_rows {
	struct pool_use_lease *v;
	size_t n;
	size_t cap;
};

static enum err add_span(struct span_rows *r, const struct pool_use_lease *l)
{
	const size_t cap = r->cap == 0 ? ROWS_FIRST : 2 * r->cap;

	if (r->n == r->cap) {
		struct pool_use_lease *v = realloc(r->v, cap * sizeof(*v));

		if (v == NULL)
			return ERR_NOMEM;
		r->v = v;
		r->cap = cap;
	}
	r->v[r->n++] = *l;
	return ERR_OK;
}

static enum err read_span(struct stmt *st, struct span_rows *rows)
{
	struct pool_use_lease l;
	enum err e;

	stmt_out_time_us(st, &l.from_us);
	stmt_out_time_us(st, &l.to_us);
	e = stmt_each(st);
	while (e == ERR_OK && rows->n < DB_POOL_USE_LEASES_MAX &&
	       (e = stmt_next(st)) == ERR_OK)
		e = add_span(rows, &l);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err span_rows(struct db *db, struct company_id company,
    struct pool_id pool, int64_t from_us, int64_t to_us, struct span_rows *out)
{
	struct stmt *st = stmt_begin(db, carried_sql);
	enum err e;

	in_held_at(st, &company, &pool, from_us);
	stmt_in_u64(st, DB_POOL_USE_LEASES_MAX);
	e = read_span(st, out);
	stmt_end(st);
	if (e != ERR_OK)
		return e;
	st = stmt_begin(db, began_sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_in_u64(st, DB_POOL_USE_LEASES_MAX);
	e = read_span(st, out);
	stmt_end(st);
	return e;
}

enum err db_pool_use_span(struct db *db, struct company_id company,
    struct pool_id pool, int64_t from_us, int64_t to_us, struct pool_use *out)
{
	struct span_rows rows = { .v = NULL };
	enum err e = span_rows(db, company, pool, from_us, to_us, &rows);

	if (e == ERR_OK)
		e = pool_use(rows.v, rows.n, from_us, to_us, out);
	free(rows.v);
	return e;
}

/* --- hours
 * -----------------------------------------------------------------------*/

enum err db_pool_use_put(struct db *db, struct company_id company,
    struct pool_id pool, const struct pool_hour *row)
{
	static const char sql[] =
	    "INSERT INTO pool_hour (company_id, pool_id, hour_at, leases, peak,"
	    " held_s, numbers) VALUES (?, ?, ?, ?, ?, ?, ?)"
	    " ON DUPLICATE KEY UPDATE leases = VALUES(leases),"
	    " peak = VALUES(peak), held_s = VALUES(held_s),"
	    " numbers = VALUES(numbers)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_time_us(st, row->hour_us);
	stmt_in_u64(st, row->leases);
	stmt_in_u64(st, row->peak);
	stmt_in_u64(st, row->held_s);
	stmt_in_u64(st, row->numbers);
	return stmt_exec(st, NULL);
}

enum err db_pool_use_hours(struct db *db, struct company_id company,
    struct pool_id pool, int64_t from_us, int64_t to_us, struct arena *mem,
    struct pool_hour **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT hour_at, leases, peak, held_s, numbers FROM pool_hour"
	    " WHERE company_id = ? AND pool_id = ? AND hour_at >= ?"
	    " AND hour_at < ? ORDER BY hour_at LIMIT ?";
	struct pool_hour row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_in_u64(st, DB_POOL_USE_HOURS_MAX);
	stmt_out_time_us(st, &row.hour_us);
	stmt_out_u32(st, &row.leases);
	stmt_out_u32(st, &row.peak);
	stmt_out_u64(st, &row.held_s);
	stmt_out_u32(st, &row.numbers);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_pool_use_pools(struct db *db, struct arena *mem,
    struct pool_use_pool **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT p.company_id, p.id, p.name, (SELECT COUNT(*) FROM pool_number pn"
	    " WHERE pn.company_id = p.company_id AND pn.pool_id = p.id),"
	    " p.created_at, (SELECT MAX(h.hour_at) FROM pool_hour h"
	    " WHERE h.company_id = p.company_id AND h.pool_id = p.id)"
	    " FROM pool p WHERE p.archived_at IS NULL LIMIT ?";
	struct pool_use_pool row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_u64(st, DB_POOL_USE_POOLS_MAX);
	stmt_out_id(st, row.company.v);
	stmt_out_id(st, row.pool.v);
	stmt_out_text(st, row.name, sizeof(row.name));
	stmt_out_u32(st, &row.numbers);
	stmt_out_time_us(st, &row.created_us);
	stmt_out_time_us(st, &row.last_us);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_pool_use_forget(struct db *db, struct company_id company,
    struct pool_id pool, int64_t before_us)
{
	static const char sql[] =
	    "DELETE FROM pool_number_left WHERE company_id = ?"
	    " AND pool_id = ? AND left_at < ? AND NOT EXISTS (SELECT 1"
	    " FROM lease l WHERE l.company_id = pool_number_left.company_id"
	    " AND l.id = (SELECT x.id FROM lease x"
	    " WHERE x.company_id = pool_number_left.company_id"
	    " AND x.number_id = pool_number_left.number_id"
	    " ORDER BY x.started_at DESC LIMIT 1) AND l.expires_at > ?)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_time_us(st, before_us);
	stmt_in_time_us(st, before_us);
	return stmt_exec(st, NULL);
}

/* --- lists
 * -----------------------------------------------------------------------*/

#define ROW                                                           \
	"SELECT p.id, p.name, (SELECT COUNT(*) FROM pool_number pn"   \
	" WHERE pn.company_id = p.company_id AND pn.pool_id = p.id)," \
	" p.min_reuse_s FROM pool p WHERE p.company_id = ?"           \
	" AND p.archived_at IS NULL"

static void bind_row(struct stmt *st, const struct company_id *company,
    struct pool_use_row *row)
{
	stmt_in_id(st, company->v);
	stmt_out_id(st, row->id.v);
	stmt_out_text(st, row->name, sizeof(row->name));
	stmt_out_u32(st, &row->numbers);
	stmt_out_u32(st, &row->min_reuse_s);
}

static enum err read_held(struct db *db, struct company_id company,
    int64_t now_us, struct pool_use_row *row)
{
	struct stmt *st = stmt_begin(db, held_sql);

	in_held_at(st, &company, &row->id, now_us);
	stmt_out_u32(st, &row->held);
	stmt_out_u32(st, &row->held_left);
	return stmt_one(st);
}

enum err db_pool_use_list(struct db *db, struct company_id company,
    int64_t now_us, struct arena *mem, struct pool_use_row **rows, size_t *n)
{
	static const char sql[] = ROW " ORDER BY p.name, p.id LIMIT ?";
	struct pool_use_row row = { .held = 0 };
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	bind_row(st, &company, &row);
	stmt_in_u64(st, DB_POOL_USE_ROWS_MAX);
	e = stmt_all(st, mem, &row, sizeof(row), rows, n);
	for (size_t i = 0; e == ERR_OK && i < *n; i++)
		e = read_held(db, company, now_us, &(*rows)[i]);
	return e;
}

enum err db_pool_use_one(struct db *db, struct company_id company,
    struct pool_id pool, int64_t now_us, struct pool_use_row *out)
{
	static const char sql[] = ROW " AND p.id = ?";
	struct pool_use_row row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	bind_row(st, &company, &row);
	stmt_in_id(st, pool.v);
	if ((e = stmt_one(st)) == ERR_OK)
		e = read_held(db, company, now_us, &row);
	if (e == ERR_OK)
		*out = row;
	return e;
}

/* --- what visits were given
 * --------------------------------------------------------*/

#define KIND(name)                         \
	"CAST(SUM(CASE WHEN kind = '" name \
	"' THEN amount ELSE 0 END) AS UNSIGNED)"

static const char given_sql[] =
    "SELECT TIMESTAMP(DATE(bucket_at), MAKETIME(HOUR(bucket_at), 0, 0))"
    " AS hour_at, " KIND("leased") ", " KIND("extended") ", " KIND(
	"source") ", " KIND("overflow") ", " KIND("none") ", " KIND("robot") ", " KIND("hidden") ", " KIND("full") ", " KIND("noconsent") ", " KIND("flood")
	" FROM pool_count WHERE company_id = ? AND pool_id = ?"
	" AND bucket_at >= ? AND bucket_at < ?"
	" GROUP BY hour_at ORDER BY hour_at LIMIT ?";

enum err db_pool_use_given(struct db *db, struct company_id company,
    struct pool_id pool, int64_t from_us, int64_t to_us, struct arena *mem,
    struct pool_given **rows, size_t *n)
{
	struct pool_given row;
	struct stmt *st = stmt_begin(db, given_sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_in_u64(st, DB_POOL_USE_HOURS_MAX);
	stmt_out_time_us(st, &row.at_us);
	stmt_out_u64(st, &row.leased);
	stmt_out_u64(st, &row.extended);
	stmt_out_u64(st, &row.source);
	stmt_out_u64(st, &row.overflow);
	stmt_out_u64(st, &row.none);
	stmt_out_u64(st, &row.robot);
	stmt_out_u64(st, &row.hidden);
	stmt_out_u64(st, &row.full);
	stmt_out_u64(st, &row.noconsent);
	stmt_out_u64(st, &row.flood);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* --- where it leads
 * ----------------------------------------------------------------*/

static size_t day_of(int64_t at_us, int64_t now_us)
{
	const int64_t back = (now_us - at_us) / RT_DAY_US;

	return back < 0 || back >= POOL_USE_DAYS_MAX
		   ? POOL_USE_DAYS_MAX
		   : (size_t)(POOL_USE_DAYS_MAX - 1 - back);
}

static struct pool_use_trend trend_of(const struct pool_hour *h, size_t n,
    const struct pool_given *g, size_t n_given, uint32_t numbers,
    int64_t now_us)
{
	uint32_t peak[POOL_USE_DAYS_MAX] = { 0 };
	size_t first = POOL_USE_DAYS_MAX;
	uint64_t turned_away = 0;

	for (size_t i = 0; i < n; i++) {
		const size_t day = day_of(h[i].hour_us, now_us);

		if (day == POOL_USE_DAYS_MAX)
			continue;
		if (h[i].leases > 0 && day < first)
			first = day; /* the pool's first visitors */
		if (h[i].peak > peak[day])
			peak[day] = h[i].peak;
	}
	for (size_t i = 0; i < n_given; i++)
		if (g[i].at_us > now_us - RT_DAY_US)
			turned_away += g[i].full;
	return pool_use_trend(peak + first, POOL_USE_DAYS_MAX - first, numbers,
	    turned_away);
}

enum err db_pool_use_trend(struct db *db, struct company_id company,
    struct pool_id pool, uint32_t numbers, int64_t now_us, struct arena *mem,
    struct pool_use_trend *out)
{
	const int64_t from_us = now_us - POOL_USE_DAYS_MAX * RT_DAY_US;
	struct pool_hour *hours = NULL;
	struct pool_given *given = NULL;
	size_t n = 0, n_given = 0;
	enum err e;

	e = db_pool_use_hours(db, company, pool, from_us, now_us, mem, &hours,
	    &n);
	if (e == ERR_OK)
		e = db_pool_use_given(db, company, pool, now_us - RT_DAY_US,
		    now_us, mem, &given, &n_given);
	if (e == ERR_OK)
		*out = trend_of(hours, n, given, n_given, numbers, now_us);
	return e;
}

/* --- how long numbers are held, and rest
 * ---------------------------------------------------*/

#define SAMPLE                                           \
	"SELECT started_at, LEAST(expires_at,"           \
	" COALESCE(released_at, expires_at)) FROM lease" \
	" WHERE company_id = ? AND pool_id = ? AND started_at <= ?"
#define LATEST " ORDER BY started_at DESC LIMIT ?"

static const char settled_sql[] = SAMPLE LATEST;

/* In a pool's first hour: those that have ended are at least whole. */
static const char first_sql[] = SAMPLE " AND expires_at <= ?" LATEST;

static enum err read_sample(struct stmt *st, struct arena *mem,
    struct pool_use_lease **rows, size_t *n)
{
	struct pool_use_lease row;

	stmt_in_u64(st, DB_POOL_USE_SAMPLE);
	stmt_out_time_us(st, &row.from_us);
	stmt_out_time_us(st, &row.to_us);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

enum err db_pool_use_sample(struct db *db, struct company_id company,
    struct pool_id pool, int64_t before_us, struct arena *mem,
    struct pool_use_lease **rows, size_t *n)
{
	struct stmt *st = stmt_begin(db, settled_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_time_us(st, before_us - DB_POOL_USE_SAMPLE_BACK);
	if ((e = read_sample(st, mem, rows, n)) != ERR_OK)
		return e;
	for (size_t i = 0; i < *n; i++)
		if ((*rows)[i].to_us > before_us)
			(*rows)[i].to_us = before_us;
	if (*n > 0)
		return ERR_OK;
	st = stmt_begin(db, first_sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_time_us(st, before_us);
	stmt_in_time_us(st, before_us);
	return read_sample(st, mem, rows, n);
}

/* The inner queries read one entry of an index per lease. Who came back to
 * the same number, or has two visits, is not another visitor. */
static const char rests_sql[] =
    "SELECT LEAST(p.expires_at, COALESCE(p.released_at, p.expires_at)),"
    " l.started_at FROM (SELECT number_id, visit_id, started_at FROM lease"
    " WHERE company_id = ? AND pool_id = ? AND started_at <= ?"
    " ORDER BY started_at DESC LIMIT ?) l"
    " JOIN lease p ON p.company_id = ? AND p.id ="
    " (SELECT x.id FROM lease x WHERE x.company_id = ?"
    " AND x.number_id = l.number_id AND x.started_at < l.started_at"
    " ORDER BY x.started_at DESC LIMIT 1)"
    " LEFT JOIN visit v ON v.company_id = ? AND v.id = l.visit_id"
    " LEFT JOIN visit w ON w.company_id = ? AND w.id = p.visit_id"
    " WHERE v.visitor_id IS NULL OR w.visitor_id IS NULL"
    " OR v.visitor_id <> w.visitor_id ORDER BY l.started_at DESC";

enum err db_pool_use_rests(struct db *db, struct company_id company,
    struct pool_id pool, int64_t before_us, struct arena *mem,
    struct pool_use_lease **rows, size_t *n)
{
	struct pool_use_lease row;
	struct stmt *st = stmt_begin(db, rests_sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_time_us(st, before_us);
	stmt_in_u64(st, DB_POOL_USE_SAMPLE);
	for (int i = 0; i < 4; i++)
		stmt_in_id(st, company.v);
	stmt_out_time_us(st, &row.from_us);
	stmt_out_time_us(st, &row.to_us);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}
