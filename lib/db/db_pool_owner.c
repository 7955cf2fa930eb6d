#include "lib/db/db_pool_owner.h"

#include "lib/db/stmt.h"

/* Given up: "last alive in 1970", and the epoch goes on. */
#define GIVEN_UP "alive_at < '1971-01-01'"

/* Up to when its owner's heartbeats are stored, as it said; one of before 0230
 * did not, and stored what it could before it gave the pool up. */
#define LIVED "COALESCE(said_at, IF(" GIVEN_UP ", UTC_TIMESTAMP(6), alive_at))"

/* MySQL sets columns from left to right: those that the conditions read change
 * last. One statement, as a server that stops in a transaction would hold the
 * row against the owner's batches. */
static const char owner_take_sql[] =
    "UPDATE pool_owner SET epoch = epoch + 1,"
    " lived_at = CASE WHEN owner = ? AND (" GIVEN_UP
    " OR COALESCE(said_at, alive_at) >= ?)"
    " THEN lived_at WHEN taken_at > UTC_TIMESTAMP(6) - INTERVAL ? MICROSECOND"
    " THEN LEAST(lived_at, " LIVED ") ELSE " LIVED
    " END,"
    " taken_at = CASE WHEN owner = ? AND (" GIVEN_UP
    " OR COALESCE(said_at, alive_at) >= ?)"
    " THEN taken_at ELSE UTC_TIMESTAMP(6) END,"
    " rival_at = IF(owner = ? OR " GIVEN_UP
    ", COALESCE(asked_at, rival_at),"
    " UTC_TIMESTAMP(6)), asked_at = NULL,"
    " said_at = ?, version = ?, owner = ?, alive_at = UTC_TIMESTAMP(6)"
    " WHERE company_id = ? AND pool_id = ? AND (owner = ? OR " GIVEN_UP
    " OR (asked_at <= UTC_TIMESTAMP(6) - INTERVAL ? MICROSECOND"
    " AND alive_at NOT BETWEEN UTC_TIMESTAMP(6) - INTERVAL ? MICROSECOND"
    " AND UTC_TIMESTAMP(6)))";

static const char owner_ask_sql[] =
    "INSERT INTO pool_owner"
    " (company_id, pool_id, owner, epoch, alive_at, said_at, version)"
    " VALUES (?, ?, ?, 1, UTC_TIMESTAMP(6), ?, ?)"
    " ON DUPLICATE KEY UPDATE"
    " asked_at = LEAST(COALESCE(asked_at, UTC_TIMESTAMP(6)),"
    " UTC_TIMESTAMP(6))";

static const char owner_read_sql[] =
    "SELECT owner, epoch, lived_at,"
    " COALESCE(TIMESTAMPDIFF(MICROSECOND, taken_at, UTC_TIMESTAMP(6)), -1)"
    " FROM pool_owner WHERE company_id = ? AND pool_id = ?";

/* LOCK IN SHARE MODE, not FOR SHARE: MariaDB knows only the older words. */
static const char owner_check_sql[] =
    "SELECT epoch FROM pool_owner WHERE company_id = ? AND pool_id = ?"
    " LOCK IN SHARE MODE";

#define SIGN(at)                                                    \
	"UPDATE pool_owner SET alive_at = " at                      \
	", said_at = ?, version = ?,"                               \
	" rival_at = COALESCE(asked_at, rival_at), asked_at = NULL" \
	" WHERE company_id = ? AND pool_id = ? AND epoch = ?"

static const char owner_alive_sql[] = SIGN("UTC_TIMESTAMP(6)");
static const char owner_drop_sql[] = SIGN("'1970-01-01 00:00:01'");

static const char owner_rival_sql[] =
    "SELECT COALESCE(rival_at > UTC_TIMESTAMP(6) - INTERVAL 1 DAY, 0)"
    " FROM pool_owner WHERE company_id = ? AND pool_id = ?";

/* One that is archived is nobody's to take: its owner may be no more. */
static const char owner_others_sql[] =
    "SELECT COUNT(*), CAST(COALESCE(SUM(o.version < ?), 0) AS UNSIGNED)"
    " FROM pool_owner o JOIN pool p"
    " ON p.company_id = o.company_id AND p.id = o.pool_id"
    " WHERE o.company_id = ? AND o.owner <> ? AND NOT o." GIVEN_UP
    " AND (p.archived_at IS NULL"
    " OR o.alive_at > UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE)";

static enum err take(struct db *db, const struct company_id *company,
    const struct pool_id *pool, const struct pool_owner_ask *ask,
    uint64_t *changed)
{
	struct stmt *st = stmt_begin(db, owner_take_sql);

	stmt_in_text(st, ask->owner);
	stmt_in_time_us(st, ask->said.stored_us - ask->rest_us);
	stmt_in_i64(st, ask->hold_us);
	stmt_in_text(st, ask->owner);
	stmt_in_time_us(st, ask->said.stored_us - ask->rest_us);
	stmt_in_text(st, ask->owner);
	stmt_in_time_us(st, ask->said.stored_us);
	stmt_in_u64(st, ask->said.version);
	stmt_in_text(st, ask->owner);
	stmt_in_id(st, company->v);
	stmt_in_id(st, pool->v);
	stmt_in_text(st, ask->owner);
	stmt_in_i64(st, ask->stale_us);
	stmt_in_i64(st, ask->stale_us);
	return stmt_exec(st, changed);
}

/* A row where there is none, else its owner learns of us. */
static enum err ask_for(struct db *db, const struct company_id *company,
    const struct pool_id *pool, const struct pool_owner_ask *ask)
{
	struct stmt *st = stmt_begin(db, owner_ask_sql);

	stmt_in_id(st, company->v);
	stmt_in_id(st, pool->v);
	stmt_in_text(st, ask->owner);
	stmt_in_time_us(st, ask->said.stored_us);
	stmt_in_u64(st, ask->said.version);
	return stmt_exec(st, NULL);
}

enum err db_pool_owner_take(struct db *db, struct company_id company,
    struct pool_id pool, const struct pool_owner_ask *ask,
    struct pool_owner_taken *out)
{
	char holder[DB_POOL_OWNER_MAX + 1];
	uint64_t changed = 0;
	struct stmt *st;
	enum err e;

	e = take(db, &company, &pool, ask, &changed);
	if (e == ERR_OK && changed == 0)
		e = ask_for(db, &company, &pool, ask);
	if (e != ERR_OK)
		return e;
	st = stmt_begin(db, owner_read_sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_out_text(st, holder, sizeof(holder));
	stmt_out_u64(st, &out->epoch);
	stmt_out_time_us(st, &out->lived_us);
	stmt_out_i64(st, &out->since_us);
	e = stmt_one(st);
	if (e == ERR_OK && !slice_eq_cstr(ask->owner, holder))
		return ERR_CONFLICT;
	return e;
}

enum err db_pool_owner_check(struct db *db, struct company_id company,
    struct pool_id pool, uint64_t epoch)
{
	struct stmt *st = stmt_begin(db, owner_check_sql);
	uint64_t at = 0;
	enum err e;

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_out_u64(st, &at);
	e = stmt_one(st);
	if (e == ERR_NOTFOUND || (e == ERR_OK && at != epoch))
		return ERR_CONFLICT;
	return e;
}

static enum err sign(struct db *db, const char *sql,
    const struct company_id *company, const struct pool_id *pool,
    uint64_t epoch, const struct pool_owner_said *said)
{
	struct stmt *st = stmt_begin(db, sql);
	enum err e;

	stmt_in_time_us(st, said->stored_us);
	stmt_in_u64(st, said->version);
	stmt_in_id(st, company->v);
	stmt_in_id(st, pool->v);
	stmt_in_u64(st, epoch);
	e = stmt_exec_one(st);
	return e == ERR_NOTFOUND ? ERR_CONFLICT : e;
}

enum err db_pool_owner_alive(struct db *db, struct company_id company,
    struct pool_id pool, uint64_t epoch, const struct pool_owner_said *said,
    bool *rival)
{
	enum err e = sign(db, owner_alive_sql, &company, &pool, epoch, said);
	struct stmt *st;

	if (e != ERR_OK)
		return e;
	st = stmt_begin(db, owner_rival_sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_out_bool(st, rival);
	return stmt_one(st);
}

enum err db_pool_owner_drop(struct db *db, struct company_id company,
    struct pool_id pool, uint64_t epoch, const struct pool_owner_said *said)
{
	return sign(db, owner_drop_sql, &company, &pool, epoch, said);
}

enum err db_pool_owner_others(struct db *db, struct company_id company,
    struct slice owner, uint64_t version, uint64_t *others, uint64_t *behind)
{
	struct stmt *st = stmt_begin(db, owner_others_sql);

	stmt_in_u64(st, version);
	stmt_in_id(st, company.v);
	stmt_in_text(st, owner);
	stmt_out_u64(st, others);
	stmt_out_u64(st, behind);
	return stmt_one(st);
}
