/*
 * db_pool.h - pools of numbers for web visits: what an administrator sets.
 *
 * Who holds a pool's live state is in db_pool_owner, leases in db_lease.
 */
#ifndef RT_DB_POOL_H
#define RT_DB_POOL_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_POOL_REUSE_MAX_S 604800

struct pool_row {
	struct pool_id id;
	char name[DB_NAME_BYTES];
	struct number_id overflow; /* nil: none */
	/* When all numbers are taken: "source", the site's source-level number,
	 * else the overflow number (also ""); "overflow", the other way round;
	 * "own", the site's own number stays. */
	char policy[9];
	struct location_id location;
	uint32_t lease_s;     /* after the last heartbeat; 180 */
	uint32_t min_reuse_s; /* 0: no hold; to DB_POOL_REUSE_MAX_S */
	int64_t created_us;
	uint32_t numbers; /* that it has; read only */
};

RT_MUST_USE enum err db_pool_add(struct db *db, struct company_id company,
    const struct pool_row *row);
RT_MUST_USE enum err db_pool_get(struct db *db, struct company_id company,
    struct pool_id id, struct pool_row *out);
RT_MUST_USE enum err db_pool_update(struct db *db, struct company_id company,
    const struct pool_row *row);
/* How many there are of exactly that name, and the first that was made. */
RT_MUST_USE enum err db_pool_called(struct db *db, struct company_id company,
    struct slice name, struct pool_id *first, uint32_t *n);

/* ERR_CONFLICT: the number is in a pool already, has a tracker, or is
 * released; ERR_RANGE: not the company's. */
RT_MUST_USE enum err db_pool_number_add(struct db *db,
    struct company_id company, struct pool_id pool, struct number_id number,
    int64_t now_us);
RT_MUST_USE enum err db_pool_number_remove(struct db *db,
    struct company_id company, struct pool_id pool, struct number_id number,
    int64_t now_us);

struct pool_number_row {
	struct number_id id;
	char e164[DB_E164_BYTES];
};

/* The first max by number. */
RT_MUST_USE enum err db_pool_numbers(struct db *db, struct company_id company,
    struct pool_id pool, uint32_t max, struct arena *mem,
    struct pool_number_row **rows, size_t *n);

/* ERR_CONFLICT: a site leases from it, or it has numbers. */
RT_MUST_USE enum err db_pool_archive(struct db *db, struct company_id company,
    struct pool_id id, int64_t now_us);

/* The pool that has the number. ERR_NOTFOUND: none. */
RT_MUST_USE enum err db_pool_of(struct db *db, struct company_id company,
    struct number_id number, struct pool_id *out);

#endif
