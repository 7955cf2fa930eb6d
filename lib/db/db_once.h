/*
 * db_once.h - requests of programs that must not be done twice.
 *
 * In the transaction of the work: db_once_begin() takes the name, then the work
 * is done and db_once_end() keeps the answer. A failure rolls all of it back,
 * and the name is free again.
 */
#ifndef RT_DB_DB_ONCE_H
#define RT_DB_DB_ONCE_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_ONCE_NAME_MAX   100 /* bytes */
#define DB_ONCE_HASH_BYTES 32
#define DB_ONCE_HEAD_MAX   ((size_t)4096)
#define DB_ONCE_ANSWER_MAX ((size_t)1 << 20)

/* An answer, to be given as it was. */
struct once_answer {
	unsigned int status; /* 0: there is none, do it now */
	struct slice head;   /* header lines */
	struct slice body;
};

/* ERR_CONFLICT: the name was used for another request. ERR_BUSY: one with this
 * name is at work right now; the transaction can only be rolled back. */
RT_MUST_USE enum err db_once_begin(struct db *db, struct company_id company,
    struct api_key_id key, struct slice name,
    const uint8_t hash[DB_ONCE_HASH_BYTES], int64_t now_us, struct arena *mem,
    struct once_answer *answer);
/* ERR_TOOBIG: head or body is longer than is kept. */
RT_MUST_USE enum err db_once_end(struct db *db, struct company_id company,
    struct api_key_id key, struct slice name, const struct once_answer *answer);
/* Removes up to max from before before_us. */
RT_MUST_USE enum err db_once_sweep(struct db *db, int64_t before_us,
    uint32_t max);

#endif
