/*
 * db_pool_owner.h - which lease server holds a pool's state in its memory.
 *
 * Ownership is a row with an epoch that grows with every take-over. Each batch
 * of leases checks the epoch in its own transaction, which also holds the row
 * until the commit: a server that lost its pool while it slept cannot write
 * one more lease.
 */
#ifndef RT_DB_POOL_OWNER_H
#define RT_DB_POOL_OWNER_H

#include "lib/db/db.h"

#define DB_POOL_OWNER_MAX 100 /* bytes of an owner's name */

/* Takes the pool and its next epoch when nobody has it, the same owner had it
 * before, or its owner showed no sign of life for stale_us. ERR_CONFLICT:
 * another one lives. */
RT_MUST_USE enum err db_pool_owner_take(struct db *db,
    struct company_id company, struct pool_id pool, struct slice owner,
    int64_t now_us, int64_t stale_us, uint64_t *epoch);

/* In a transaction. ERR_CONFLICT: the epoch has moved on. */
RT_MUST_USE enum err db_pool_owner_check(struct db *db,
    struct company_id company, struct pool_id pool, uint64_t epoch);

/* A sign of life. ERR_CONFLICT: the epoch has moved on. */
RT_MUST_USE enum err db_pool_owner_alive(struct db *db,
    struct company_id company, struct pool_id pool, uint64_t epoch,
    int64_t now_us);

/* Gives the pool up at a clean end, so that the next owner need not wait. */
RT_MUST_USE enum err db_pool_owner_drop(struct db *db,
    struct company_id company, struct pool_id pool, uint64_t epoch);

#endif
