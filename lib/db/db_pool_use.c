#include "lib/db/db_pool_use.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "lib/db/stmt.h"

/* --- from the leases -----------------------------------------------------*/

#define END "LEAST(l.expires_at, COALESCE(l.released_at, l.expires_at))"

/* left_at: NULL while the number is in the pool. */
static const char began_sql[] =
    "SELECT l.number_id, l.started_at, " END
    ", CASE WHEN i.number_id IS NULL THEN o.left_at END FROM lease l"
    " LEFT JOIN pool_number_left o ON o.company_id = l.company_id"
    " AND o.pool_id = l.pool_id AND o.number_id = l.number_id"
    " LEFT JOIN pool_number i ON i.company_id = o.company_id"
    " AND i.pool_id = o.pool_id AND i.number_id = o.number_id"
    " WHERE l.company_id = ? AND l.pool_id = ? AND l.started_at >= ?"
    " AND l.started_at < ? LIMIT ?";

/* Begun before a moment and ended after another, by numbers of the pool and by
 * those that have left it: leases of a number never overlap, so of each number
 * the last that began before. One entry of an index a number, where a range of
 * beginnings would be as long as the longest visit. */
#define LAST_AT                                                             \
	" FROM (SELECT number_id, NULL AS left_at FROM pool_number"         \
	" WHERE company_id = ? AND pool_id = ?"                             \
	" UNION ALL SELECT o.number_id, o.left_at FROM pool_number_left o"  \
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
    "SELECT l.number_id, l.started_at, " END ", pn.left_at" LAST_AT " LIMIT ?";

static const char now_sql[] =
    "SELECT CAST(COALESCE(SUM(s.inside AND s.live), 0) AS UNSIGNED),"
    " CAST(COALESCE(SUM(NOT s.inside AND s.live), 0) AS UNSIGNED),"
    " CAST(COALESCE(SUM(s.inside AND NOT s.live), 0) AS UNSIGNED)"
    " FROM (SELECT pn.left_at IS NULL AS inside, " END " > ? AS live" LAST_AT
    ") s";

static void in_last_at(struct stmt *st, const struct company_id *company,
    const struct pool_id *pool, int64_t at_us, int64_t ended_us)
{
	for (int i = 0; i < 2; i++) {
		stmt_in_id(st, company->v);
		stmt_in_id(st, pool->v);
	}
	stmt_in_id(st, company->v);
	stmt_in_id(st, company->v);
	stmt_in_time_us(st, at_us);
	stmt_in_id(st, pool->v);
	stmt_in_time_us(st, ended_us);
	stmt_in_time_us(st, ended_us);
}

#define ROWS_FIRST 1024

struct span_rows {
	struct pool_use_hold *v;
	size_t n;
	size_t cap;
};

static enum err add_span(struct span_rows *r, const struct pool_use_hold *h)
{
	const size_t cap = r->cap == 0 ? ROWS_FIRST : 2 * r->cap;

	if (r->n == r->cap) {
		struct pool_use_hold *v = realloc(r->v, cap * sizeof(*v));

		if (v == NULL)
			return ERR_NOMEM;
		r->v = v;
		r->cap = cap;
	}
	r->v[r->n++] = *h;
	return ERR_OK;
}

static enum err read_span(struct stmt *st, struct span_rows *rows)
{
	struct pool_use_hold h;
	enum err e;

	stmt_out_id(st, h.number.v);
	stmt_out_time_us(st, &h.lease.from_us);
	stmt_out_time_us(st, &h.lease.to_us);
	stmt_out_time_us(st, &h.left_us);
	e = stmt_each(st);
	while (e == ERR_OK && rows->n < DB_POOL_USE_LEASES_MAX &&
	       (e = stmt_next(st)) == ERR_OK)
		e = add_span(rows, &h);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* rest_us: how long a number rests after its lease. */
static enum err span_rows(struct db *db, struct company_id company,
    struct pool_id pool, int64_t rest_us, int64_t from_us, int64_t to_us,
    struct span_rows *out)
{
	struct stmt *st = stmt_begin(db, carried_sql);
	enum err e;

	in_last_at(st, &company, &pool, from_us, from_us - rest_us);
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

static enum err read_rest(struct db *db, struct company_id company,
    struct pool_id pool, int64_t *rest_us)
{
	static const char sql[] =
	    "SELECT COALESCE(MAX(min_reuse_s), 0) FROM pool"
	    " WHERE company_id = ? AND id = ?";
	struct stmt *st = stmt_begin(db, sql);
	uint32_t rest_s;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_out_u32(st, &rest_s);
	if ((e = stmt_one(st)) == ERR_OK)
		*rest_us = rest_s * RT_SEC_US;
	return e;
}

enum err db_pool_use_span(struct db *db, struct company_id company,
    struct pool_id pool, int64_t from_us, int64_t to_us, struct pool_use *out)
{
	struct span_rows rows = { .v = NULL };
	int64_t rest_us = 0;
	enum err e = read_rest(db, company, pool, &rest_us);

	if (e == ERR_OK)
		e = span_rows(db, company, pool, rest_us, from_us, to_us,
		    &rows);
	if (e == ERR_OK)
		e = pool_use(rows.v, rows.n, rest_us, from_us, to_us, out);
	free(rows.v);
	return e;
}

/* --- hours ---------------------------------------------------------------*/

enum err db_pool_use_put(struct db *db, struct company_id company,
    struct pool_id pool, const struct pool_hour *row)
{
	static const char sql[] =
	    "INSERT INTO pool_hour (company_id, pool_id, hour_at, leases, peak,"
	    " held_s, numbers, rest_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON DUPLICATE KEY UPDATE leases = VALUES(leases),"
	    " peak = VALUES(peak), held_s = VALUES(held_s),"
	    " rest_s = VALUES(rest_s)";
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_time_us(st, row->hour_us);
	stmt_in_u64(st, row->leases);
	stmt_in_u64(st, row->peak);
	stmt_in_u64(st, row->held_s);
	stmt_in_u64(st, row->numbers);
	stmt_in_u64(st, row->rest_s);
	return stmt_exec(st, NULL);
}

enum err db_pool_use_hours(struct db *db, struct company_id company,
    struct pool_id pool, int64_t from_us, int64_t to_us, struct arena *mem,
    struct pool_hour **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT hour_at, leases, peak, held_s, numbers, rest_s FROM pool_hour"
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
	stmt_out_u32(st, &row.rest_s);
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

/* Leases go with their visits: what is not made by the end of the term would
 * be made of what is left of them. A lease lasts a day at most. */
enum err db_pool_use_pools(struct db *db, int64_t from_us, int64_t now_us,
    struct arena *mem, struct pool_use_pool **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT p.company_id, p.id, p.name, (SELECT COUNT(*) FROM pool_number pn"
	    " WHERE pn.company_id = p.company_id AND pn.pool_id = p.id),"
	    " p.min_reuse_s, p.created_at, (SELECT MAX(h.hour_at)"
	    " FROM pool_hour h WHERE h.company_id = p.company_id"
	    " AND h.pool_id = p.id), (SELECT MIN(h.hour_at) FROM pool_hour h"
	    " WHERE h.company_id = p.company_id AND h.pool_id = p.id"
	    " AND h.hour_at >= ? AND h.rest_s <> p.min_reuse_s"
	    " AND (c.keep_visits_days = 0 OR h.hour_at >= ?"
	    " - INTERVAL c.keep_visits_days DAY"
	    " + INTERVAL p.min_reuse_s SECOND))"
	    " FROM pool p JOIN company c ON c.id = p.company_id"
	    " WHERE p.archived_at IS NULL LIMIT ?";
	struct pool_use_pool row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, now_us + RT_DAY_US);
	stmt_in_u64(st, DB_POOL_USE_POOLS_MAX);
	stmt_out_id(st, row.company.v);
	stmt_out_id(st, row.pool.v);
	stmt_out_text(st, row.name, sizeof(row.name));
	stmt_out_u32(st, &row.numbers);
	stmt_out_u32(st, &row.rest_s);
	stmt_out_time_us(st, &row.created_us);
	stmt_out_time_us(st, &row.last_us);
	stmt_out_time_us(st, &row.other_us);
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

/* --- now -----------------------------------------------------------------*/

enum err db_pool_use_names(struct db *db, struct company_id company,
    struct arena *mem, struct pool_use_name **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT id, name FROM pool WHERE company_id = ?"
	    " AND archived_at IS NULL ORDER BY name, id LIMIT ?";
	struct pool_use_name row;
	struct stmt *st = stmt_begin(db, sql);

	stmt_in_id(st, company.v);
	stmt_in_u64(st, DB_POOL_USE_NAMES_MAX);
	stmt_out_id(st, row.id.v);
	stmt_out_text(st, row.name, sizeof(row.name));
	return stmt_all(st, mem, &row, sizeof(row), rows, n);
}

static enum err read_held(struct db *db, struct company_id company,
    int64_t now_us, struct pool_use_row *row)
{
	struct stmt *st = stmt_begin(db, now_sql);

	stmt_in_time_us(st, now_us);
	in_last_at(st, &company, &row->id, now_us,
	    now_us - row->min_reuse_s * RT_SEC_US);
	stmt_out_u32(st, &row->held);
	stmt_out_u32(st, &row->held_left);
	stmt_out_u32(st, &row->resting);
	return stmt_one(st);
}

enum err db_pool_use_one(struct db *db, struct company_id company,
    struct pool_id pool, int64_t now_us, struct pool_use_row *out)
{
	static const char sql[] =
	    "SELECT p.id, p.name, (SELECT COUNT(*) FROM pool_number pn"
	    " WHERE pn.company_id = p.company_id AND pn.pool_id = p.id),"
	    " p.min_reuse_s FROM pool p WHERE p.company_id = ?"
	    " AND p.archived_at IS NULL AND p.id = ?";
	struct pool_use_row row;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_out_id(st, row.id.v);
	stmt_out_text(st, row.name, sizeof(row.name));
	stmt_out_u32(st, &row.numbers);
	stmt_out_u32(st, &row.min_reuse_s);
	if ((e = stmt_one(st)) == ERR_OK)
		e = read_held(db, company, now_us, &row);
	if (e == ERR_OK)
		*out = row;
	return e;
}

/* --- what visits were given ----------------------------------------------*/

static const struct {
	const char *kind; /* of pool_count */
	size_t at;
} kinds[] = {
	{ "leased", offsetof(struct pool_given, leased) },
	{ "extended", offsetof(struct pool_given, extended) },
	{ "source", offsetof(struct pool_given, source) },
	{ "overflow", offsetof(struct pool_given, overflow) },
	{ "none", offsetof(struct pool_given, none) },
	{ "robot", offsetof(struct pool_given, robot) },
	{ "hidden", offsetof(struct pool_given, hidden) },
	{ "full", offsetof(struct pool_given, full) },
	{ "noconsent", offsetof(struct pool_given, noconsent) },
	{ "flood", offsetof(struct pool_given, flood) },
	{ "away", offsetof(struct pool_given, away) },
};

struct kind_sum {
	int64_t at_us;
	char kind[17];
	uint64_t amount;
};

static void put_kind(const struct kind_sum *sum, struct pool_given *row)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(kinds); i++)
		if (strcmp(sum->kind, kinds[i].kind) == 0)
			memcpy((char *)row + kinds[i].at, &sum->amount,
			    sizeof(sum->amount));
}

/* sums are in order; a row an hour. */
static enum err put_kinds(const struct kind_sum *sums, size_t n_sums,
    struct arena *mem, struct pool_given **rows, size_t *n)
{
	struct pool_given *v;
	size_t hours = 0, have = 0;

	for (size_t i = 0; i < n_sums; i++)
		hours += i == 0 || sums[i].at_us != sums[i - 1].at_us;
	v = arena_array(mem, hours + 1, sizeof(*v));
	if (v == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n_sums; i++) {
		if (have == 0 || v[have - 1].at_us != sums[i].at_us)
			v[have++] =
			    (struct pool_given){ .at_us = sums[i].at_us };
		put_kind(&sums[i], &v[have - 1]);
	}
	*rows = v;
	*n = have;
	return ERR_OK;
}

/* A row a kind: with a sum of each kind a column, the server asks each row
 * for all of them. */
enum err db_pool_use_given(struct db *db, struct company_id company,
    struct pool_id pool, int64_t from_us, int64_t to_us, struct arena *mem,
    struct pool_given **rows, size_t *n)
{
	static const char sql[] =
	    "SELECT TIMESTAMP(DATE(bucket_at), MAKETIME(HOUR(bucket_at), 0, 0))"
	    " AS hour_at, kind, CAST(SUM(amount) AS UNSIGNED) FROM pool_count"
	    " WHERE company_id = ? AND pool_id = ? AND bucket_at >= ?"
	    " AND bucket_at < ? GROUP BY hour_at, kind ORDER BY hour_at LIMIT ?";
	struct kind_sum row, *sums = NULL;
	size_t n_sums = 0;
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_time_us(st, from_us);
	stmt_in_time_us(st, to_us);
	stmt_in_u64(st, DB_POOL_USE_HOURS_MAX * RT_ARRAY_LEN(kinds));
	stmt_out_time_us(st, &row.at_us);
	stmt_out_text(st, row.kind, sizeof(row.kind));
	stmt_out_u64(st, &row.amount);
	e = stmt_all(st, mem, &row, sizeof(row), &sums, &n_sums);
	return e == ERR_OK ? put_kinds(sums, n_sums, mem, rows, n) : e;
}

/* --- where it leads ------------------------------------------------------*/

static size_t day_of(int64_t at_us, int64_t now_us)
{
	const int64_t back = (now_us - at_us) / RT_DAY_US;

	return back < 0 || back >= POOL_USE_DAYS_MAX
		   ? POOL_USE_DAYS_MAX
		   : (size_t)(POOL_USE_DAYS_MAX - 1 - back);
}

static struct pool_use_trend trend_of(const struct pool_hour *h, size_t n,
    const struct pool_given *g, size_t n_given,
    const struct pool_use_size *size, int64_t now_us)
{
	struct pool_use_day days[POOL_USE_DAYS_MAX] = { { .peak = 0 } };
	uint64_t turned_away = 0;

	for (size_t i = 0; i < n; i++) {
		const size_t day = day_of(h[i].hour_us, now_us);

		if (day < POOL_USE_DAYS_MAX)
			pool_use_day_add(&days[day], h[i].leases, h[i].peak,
			    h[i].rest_s != size->rest_s);
	}
	for (size_t i = 0; i < n_given; i++)
		if (g[i].at_us > now_us - RT_DAY_US)
			turned_away += g[i].full;
	return pool_use_trend_of(days, size->numbers, turned_away);
}

enum err db_pool_use_trend(struct db *db, struct company_id company,
    struct pool_id pool, const struct pool_use_size *size, int64_t now_us,
    struct arena *mem, struct pool_use_trend *out)
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
		*out = trend_of(hours, n, given, n_given, size, now_us);
	return e;
}

/* --- how long numbers are held, and rest ---------------------------------*/

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
