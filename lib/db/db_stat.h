/*
 * db_stat.h - roll-ups: 15-minute sums of closed calls by one dimension.
 *
 * The calls' narrow rows (db_fact.h) are kept and proven with them.
 *
 * Whoever changes what a roll-up counts takes the call out, changes it and
 * puts it back, in one transaction. Verify proves that nobody forgot.
 */
#ifndef RT_DB_STAT_H
#define RT_DB_STAT_H

#include "lib/db/db.h"

#define DB_STAT_BUCKET_US (15 * RT_MIN_US)

/* Adds (or takes out) one call in every dimension. In a transaction; nothing
 * happens while the call is open. */
RT_MUST_USE enum err db_stat_put(struct db *db, struct company_id company,
    struct call_id call);
RT_MUST_USE enum err db_stat_take(struct db *db, struct company_id company,
    struct call_id call);

/* Makes the buckets from from_us (rounded down) to before to_us (up) anew from
 * the calls, in one transaction that holds writers of these buckets back. */
RT_MUST_USE enum err db_stat_rebuild(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us);
/* *wrong: roll-up and fact rows of those buckets that are missing, too many or
 * different from the calls. */
RT_MUST_USE enum err db_stat_verify(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, uint64_t *wrong);

#endif
