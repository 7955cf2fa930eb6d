/*
 * db_speech.h - speech that was made before, by the digest of voice and text.
 */
#ifndef RT_DB_SPEECH_H
#define RT_DB_SPEECH_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_SPEECH_DIGEST_BYTES 32

/* Also notes the use. ERR_NOTFOUND: was not made before. */
RT_MUST_USE enum err db_speech_get(struct db *db,
    const uint8_t digest[DB_SPEECH_DIGEST_BYTES], int64_t now_us,
    struct arena *mem, struct slice *ulaw);
RT_MUST_USE enum err db_speech_put(struct db *db,
    const uint8_t digest[DB_SPEECH_DIGEST_BYTES], struct slice ulaw,
    int64_t now_us);
/* Removes up to max that were not used since before_us. */
RT_MUST_USE enum err db_speech_sweep(struct db *db, int64_t before_us,
    uint32_t max);

#endif
