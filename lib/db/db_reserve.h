/*
 * db_reserve.h - places at destinations with limits, and turns of a round
 * robin, shared by all workers (lib/core/ask.h).
 *
 * A place counts from the moment it is given, so that a limit is never passed
 * while telephones ring; a place that is given back unconfirmed is taken off
 * the counts of its hour, day and month again.
 */
#ifndef RT_DB_RESERVE_H
#define RT_DB_RESERVE_H

#include "lib/core/ask.h"
#include "lib/db/db.h"

/* A place for the call at a->key, within a's limits; *granted says whether.
 * Asked again while the call has a place there: granted, counted once. A call
 * that is closed has none granted. Runs in a transaction of its own. ERR_RANGE:
 * the key is too long. */
RT_MUST_USE enum err db_reserve_take(struct db *db, struct company_id company,
    struct call_id call, const struct ask *a, int64_t now_us, bool *granted);
/* The call is bridged there: its counts stay. ERR_NOTFOUND: it has no place. */
RT_MUST_USE enum err db_reserve_confirm(struct db *db,
    struct company_id company, struct call_id call, struct slice key);
/* The place is free. No such place is ERR_OK. */
RT_MUST_USE enum err db_reserve_give(struct db *db, struct company_id company,
    struct call_id call, struct slice key);
/* The same after a talk: the call counts, even if its confirmation was lost. */
RT_MUST_USE enum err db_reserve_leave(struct db *db, struct company_id company,
    struct call_id call, struct slice key);
/* All that a call still has, for its closed record: the place where it was
 * answered counts, even if nobody lived to confirm it. */
RT_MUST_USE enum err db_reserve_end(struct db *db, struct company_id company,
    struct call_id call);
/* Gives back what nobody else did, of all companies: places that have expired,
 * and those of calls that are over. Up to max; *n: how many. */
RT_MUST_USE enum err db_reserve_sweep(struct db *db, int64_t now_us,
    uint32_t max, uint32_t *n);

/* Counts 0, 1, 2 … for each counter; durable, over all connections. */
RT_MUST_USE enum err db_reserve_turn(struct db *db, struct company_id company,
    struct slice counter, uint64_t *turn);

#endif
