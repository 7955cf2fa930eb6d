/*
 * db_pool_count.h - what a pool's visits were given, in 15-minute buckets.
 *
 * So that an exhausted pool is never silent: the counts are shown beside its
 * occupancy.
 */
#ifndef RT_DB_POOL_COUNT_H
#define RT_DB_POOL_COUNT_H

#include "lib/db/db.h"

/* Adds amount to the bucket that begins at bucket_us. kind: leased
 * extended source overflow none robot noconsent hidden flood full away. */
RT_MUST_USE enum err db_pool_count_add(struct db *db, struct company_id company,
    struct pool_id pool, int64_t bucket_us, const char *kind, uint64_t amount);

#endif
