#include "lib/db/db_pool_owner.h"

#include "lib/db/stmt.h"

/* The owner's name is given twice: it may take its own pool back. MySQL sets
 * columns from left to right, so owner and alive_at, which the conditions
 * read, change last. */
static const char owner_take_sql[] =
    "INSERT INTO pool_owner"
    " (company_id, pool_id, owner, epoch, alive_at) VALUES (?, ?, ?, 1, ?)"
    " ON DUPLICATE KEY UPDATE"
    " epoch = IF(owner = VALUES(owner) OR alive_at <= ?,"
    " epoch + 1, epoch),"
    " owner = IF(alive_at <= ?, VALUES(owner), owner),"
    " alive_at = IF(owner = VALUES(owner), VALUES(alive_at), alive_at)";

static const char owner_read_sql[] =
    "SELECT owner, epoch FROM pool_owner"
    " WHERE company_id = ? AND pool_id = ?";

/* LOCK IN SHARE MODE, not FOR SHARE: MariaDB knows only the older words. */
static const char owner_check_sql[] =
    "SELECT epoch FROM pool_owner WHERE company_id = ? AND pool_id = ?"
    " LOCK IN SHARE MODE";

static const char owner_alive_sql[] =
    "UPDATE pool_owner SET alive_at = ?"
    " WHERE company_id = ? AND pool_id = ? AND epoch = ?";

static enum err take(struct db *db, struct company_id company,
    struct pool_id pool, struct slice owner, int64_t now_us, int64_t stale_us)
{
	struct stmt *st = stmt_begin(db, owner_take_sql);

	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_text(st, owner);
	stmt_in_time_us(st, now_us);
	stmt_in_time_us(st, now_us - stale_us);
	stmt_in_time_us(st, now_us - stale_us);
	return stmt_exec(st, NULL);
}

enum err db_pool_owner_take(struct db *db, struct company_id company,
    struct pool_id pool, struct slice owner, int64_t now_us, int64_t stale_us,
    uint64_t *epoch)
{
	char holder[DB_POOL_OWNER_MAX + 1];
	uint64_t at;
	struct stmt *st;
	enum err e;

	e = take(db, company, pool, owner, now_us, stale_us);
	if (e != ERR_OK)
		return e;
	st = stmt_begin(db, owner_read_sql);
	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_out_text(st, holder, sizeof(holder));
	stmt_out_u64(st, &at);
	e = stmt_one(st);
	if (e != ERR_OK)
		return e;
	if (!slice_eq_cstr(owner, holder))
		return ERR_CONFLICT;
	*epoch = at;
	return ERR_OK;
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

static enum err set_alive(struct db *db, struct company_id company,
    struct pool_id pool, uint64_t epoch, int64_t at_us)
{
	struct stmt *st = stmt_begin(db, owner_alive_sql);
	enum err e;

	stmt_in_time_us(st, at_us);
	stmt_in_id(st, company.v);
	stmt_in_id(st, pool.v);
	stmt_in_u64(st, epoch);
	e = stmt_exec_one(st);
	return e == ERR_NOTFOUND ? ERR_CONFLICT : e;
}

enum err db_pool_owner_alive(struct db *db, struct company_id company,
    struct pool_id pool, uint64_t epoch, int64_t now_us)
{
	return set_alive(db, company, pool, epoch, now_us);
}

enum err db_pool_owner_drop(struct db *db, struct company_id company,
    struct pool_id pool, uint64_t epoch)
{
	/* "Last alive in 1970" is stale for everybody; the epoch goes on. */
	return set_alive(db, company, pool, epoch, 1);
}
