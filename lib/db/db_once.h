/*
 * db_once.h - requests of programs that must not be done twice.
 *
 * In the transaction of the work: db_once_begin() takes the name, so that a
 * second request with it waits for the first; then the work is done and
 * db_once_end() keeps the answer. A failure rolls all of it back, and the name
 * is free again.
 */
#ifndef RT_DB_DB_ONCE_H
#define RT_DB_DB_ONCE_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_ONCE_NAME_MAX   100 /* bytes */
#define DB_ONCE_HASH_BYTES 32
#define DB_ONCE_ANSWER_MAX ((size_t)1 << 20)

/* ERR_OK and *answer empty: do it. ERR_OK and an answer: it was done, give
 * that. ERR_CONFLICT: the name was used for another request. ERR_BUSY: the
 * other one is still at work. */
RT_MUST_USE enum err db_once_begin(struct db *db, struct company_id company,
    struct api_key_id key, struct slice name,
    const uint8_t hash[DB_ONCE_HASH_BYTES], int64_t now_us, struct arena *mem,
    struct slice *answer);
RT_MUST_USE enum err db_once_end(struct db *db, struct company_id company,
    struct api_key_id key, struct slice name, struct slice answer);
/* Removes up to max from before before_us. */
RT_MUST_USE enum err db_once_sweep(struct db *db, int64_t before_us,
    uint32_t max);

#endif
