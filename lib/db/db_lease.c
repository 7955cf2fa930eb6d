#include "lib/db/db_lease.h"

#include <string.h>

#include "lib/db/db_rows.h"
#include "lib/db/stmt.h"

static const char *const lease_add_sql[] = DB_ROWS_TEXTS(
    "INSERT INTO lease"
    " (company_id, id, pool_id, number_id, number_e164, visit_id, epoch,"
    " started_at, beat_at, expires_at) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    " ON DUPLICATE KEY UPDATE beat_at = GREATEST(beat_at, VALUES(beat_at))");

#define BEAT(whens, ids)                                   \
	"UPDATE lease SET"                                 \
	" beat_at = GREATEST(beat_at, CASE id" whens       \
	" END),"                                           \
	" expires_at = GREATEST(expires_at, CASE id" whens \
	" END)"                                            \
	" WHERE company_id = ? AND id IN (" ids            \
	")"                                                \
	" AND released_at IS NULL"

static const char *const lease_beat_sql[] = DB_ROWS_UPDATES(BEAT);

#define RELEASE(whens, ids)                                      \
	"UPDATE lease SET"                                       \
	" released_at = LEAST(COALESCE(released_at,"             \
	" TIMESTAMP'9999-12-31 00:00:00.000000'), CASE id" whens \
	" END)"                                                  \
	" WHERE company_id = ? AND id IN (" ids ")"

static const char *const lease_release_sql[] = DB_ROWS_UPDATES(RELEASE);

/* Leases of one number never overlap, so the one that began last is the last
 * in every sense; the inner query reads one entry of an index per number. Told
 * so here and below, as a server that has not counted anew after many rows came
 * takes all leases or visits of a company for a few, and reads them for each
 * number. */
static const char lease_state_sql[] =
    "SELECT pn.number_id, n.e164, l.id IS NOT NULL, l.id, l.visit_id,"
    " v.visitor_id, l.pool_id, l.started_at, l.beat_at,"
    " LEAST(l.expires_at, COALESCE(l.released_at, l.expires_at))"
    " FROM pool_number pn JOIN number n"
    " ON n.company_id = pn.company_id AND n.id = pn.number_id"
    " LEFT JOIN lease l FORCE INDEX (PRIMARY)"
    " ON l.company_id = pn.company_id AND l.id ="
    " (SELECT x.id FROM lease x FORCE INDEX (lease_number)"
    " WHERE x.company_id = pn.company_id"
    " AND x.number_id = pn.number_id ORDER BY x.started_at DESC LIMIT 1)"
    " LEFT JOIN visit v FORCE INDEX (PRIMARY)"
    " ON v.company_id = l.company_id AND v.id = l.visit_id"
    " WHERE pn.company_id = ? AND pn.pool_id = ?"
    " AND pn.number_id BETWEEN ? AND ? AND n.released_at IS NULL";

static const char lease_numbers_sql[] =
    "SELECT pn.number_id, n.e164, pn.added_at FROM pool_number pn"
    " JOIN number n ON n.company_id = pn.company_id AND n.id = pn.number_id"
    " WHERE pn.company_id = ? AND pn.pool_id = ? AND n.released_at IS NULL";

static const char lease_latest_sql[] =
    "SELECT l.number_id, l.id, l.visit_id, v.visitor_id, l.pool_id,"
    " l.started_at, l.beat_at, LEAST(l.expires_at, COALESCE(l.released_at, l.expires_at))"
    " FROM lease l FORCE INDEX (lease_pool_started)"
    " LEFT JOIN visit v FORCE INDEX (PRIMARY)"
    " ON v.company_id = l.company_id AND v.id = l.visit_id"
    " WHERE l.company_id = ? AND l.pool_id = ? AND l.started_at <= ?"
    " ORDER BY l.started_at DESC LIMIT ?";

/* What is bound is borrowed until the execution, hence the pointers. */
static void in_lease(struct stmt *st, const struct company_id *company,
    const struct lease_row *row)
{
	stmt_in_id(st, company->v);
	stmt_in_id(st, row->id.v);
	stmt_in_id(st, row->pool.v);
	stmt_in_id(st, row->number.v);
	stmt_in_text(st, slice_from(row->number_e164));
	stmt_in_id(st, row->visit.v);
	stmt_in_u64(st, row->epoch);
	stmt_in_time_us(st, row->started_us);
	stmt_in_time_us(st, row->beat_us);
	stmt_in_time_us(st, row->expires_us);
}

static void in_leases(struct stmt *st, const struct company_id *company,
    const void *rows, const struct db_rows_part *part)
{
	const struct lease_row *const *all = rows;

	for (size_t i = 0; i < part->places; i++)
		in_lease(st, company, all[db_rows_at(part, i)]);
}

enum err db_lease_add(struct db *db, struct company_id company,
    const struct lease_row *const *rows, size_t n)
{
	return db_rows_add(db, lease_add_sql, company, rows, n, in_leases);
}

static void in_beats(struct stmt *st, const struct company_id *company,
    const void *rows, const struct db_rows_part *part)
{
	const struct lease_row *const *all = rows;

	for (size_t i = 0; i < part->places; i++) {
		const struct lease_row *l = all[db_rows_at(part, i)];

		stmt_in_id(st, l->id.v);
		stmt_in_time_us(st, l->beat_us);
	}
	for (size_t i = 0; i < part->places; i++) {
		const struct lease_row *l = all[db_rows_at(part, i)];

		stmt_in_id(st, l->id.v);
		stmt_in_time_us(st, l->expires_us);
	}
	stmt_in_id(st, company->v);
	for (size_t i = 0; i < part->places; i++)
		stmt_in_id(st, all[db_rows_at(part, i)]->id.v);
}

enum err db_lease_beat(struct db *db, struct company_id company,
    const struct lease_row *const *rows, size_t n)
{
	return db_rows_run(db, lease_beat_sql, company, rows, n, in_beats);
}

static void in_ends(struct stmt *st, const struct company_id *company,
    const void *rows, const struct db_rows_part *part)
{
	const struct lease_end *const *all = rows;

	for (size_t i = 0; i < part->places; i++) {
		const struct lease_end *l = all[db_rows_at(part, i)];

		stmt_in_id(st, l->id.v);
		stmt_in_time_us(st, l->at_us);
	}
	stmt_in_id(st, company->v);
	for (size_t i = 0; i < part->places; i++)
		stmt_in_id(st, all[db_rows_at(part, i)]->id.v);
}

enum err db_lease_release(struct db *db, struct company_id company,
    const struct lease_end *const *rows, size_t n)
{
	return db_rows_run(db, lease_release_sql, company, rows, n, in_ends);
}

/* The last seven columns of both statements. */
static void out_lease(struct stmt *st, struct lease_last *l)
{
	stmt_out_id(st, l->lease.v);
	stmt_out_id(st, l->visit.v);
	stmt_out_id(st, l->visitor.v);
	stmt_out_id(st, l->pool.v);
	stmt_out_time_us(st, &l->started_us);
	stmt_out_time_us(st, &l->beat_us);
	stmt_out_time_us(st, &l->end_us);
}

enum err db_lease_pool_state(struct db *db, struct company_id company,
    struct pool_id pool, struct number_id from, struct number_id to,
    void (*each)(void *ctx, const struct lease_last *l), void *ctx)
{
	struct stmt *st = stmt_begin(db, lease_state_sql);
	struct lease_last l;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_id(st, from.v);
	stmt_in_id(st, to.v);
	stmt_out_id(st, l.number.v);
	stmt_out_text(st, l.number_e164, sizeof(l.number_e164));
	stmt_out_bool(st, &l.leased);
	out_lease(st, &l);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next_fit(st)) == ERR_OK)
		each(ctx, &l);
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_lease_pool_latest(struct db *db, struct company_id company,
    struct pool_id pool, int64_t until_us, uint64_t max,
    void (*each)(void *ctx, const struct lease_last *l), void *ctx)
{
	struct stmt *st = stmt_begin(db, lease_latest_sql);
	struct lease_last l = { .leased = true };
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_time_us(st, until_us);
	stmt_in_u64(st, max);
	stmt_out_id(st, l.number.v);
	out_lease(st, &l);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next(st)) == ERR_OK)
		each(ctx, &l);
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err db_lease_pool_numbers(struct db *db, struct company_id company,
    struct pool_id pool, void (*each)(void *ctx, const struct lease_number *n),
    void *ctx)
{
	struct lease_number n;
	struct stmt *st = stmt_begin(db, lease_numbers_sql);
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_out_id(st, n.number.v);
	stmt_out_text(st, n.e164, sizeof(n.e164));
	stmt_out_time_us(st, &n.added_us);
	e = stmt_each(st);
	while (e == ERR_OK && (e = stmt_next_fit(st)) == ERR_OK)
		each(ctx, &n);
	stmt_end(st);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}
