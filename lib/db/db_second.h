/*
 * db_second.h - the second factor of a sign-in: the sealed secret of a
 * person's app, and the codes for when it is lost.
 */
#ifndef RT_DB_SECOND_H
#define RT_DB_SECOND_H

#include "lib/db/db.h"

#define DB_SECOND_SEALED_MAX 128
#define DB_SECOND_CODE_HASH  32

struct second_row {
	uint8_t sealed[DB_SECOND_SEALED_MAX];
	size_t sealed_n;
	uint64_t last_step; /* of the last code that was taken */
	bool confirmed;     /* false: set up, but not asked for yet */
};

/* ERR_NOTFOUND: the user has none. */
RT_MUST_USE enum err db_second_get(struct db *db, struct user_id user,
    struct second_row *out);
/* A new secret, not confirmed yet; takes the place of another that was not
 * confirmed. ERR_CONFLICT: there is a confirmed one. */
RT_MUST_USE enum err db_second_begin(struct db *db, struct user_id user,
    struct slice sealed, int64_t now_us);
/* From now on it is asked for. */
RT_MUST_USE enum err db_second_confirm(struct db *db, struct user_id user,
    uint64_t step, int64_t now_us);
/* A code of that step was typed. ERR_AUTH: one of it, or of a later step, was
 * taken before: of two at once only one counts. */
RT_MUST_USE enum err db_second_take(struct db *db, struct user_id user,
    uint64_t step);
/* The secret and all codes are gone. ERR_OK also when there was none. */
RT_MUST_USE enum err db_second_remove(struct db *db, struct user_id user);

/* In place of all earlier ones. */
RT_MUST_USE enum err db_second_codes(struct db *db, struct user_id user,
    const uint8_t (*hashes)[DB_SECOND_CODE_HASH], size_t n);
/* ERR_AUTH: no such code, or used before. */
RT_MUST_USE enum err db_second_use_code(struct db *db, struct user_id user,
    const uint8_t hash[DB_SECOND_CODE_HASH], int64_t now_us);
RT_MUST_USE enum err db_second_codes_left(struct db *db, struct user_id user,
    uint64_t *n);

#endif
