/*
 * db_user_token.h - links that set a password, and the pause between password
 * and second factor. Good once; only hashes are stored.
 */
#ifndef RT_DB_USER_TOKEN_H
#define RT_DB_USER_TOKEN_H

#include "lib/db/db.h"

#define DB_USER_TOKEN_HASH 32

enum user_token_kind {
	USER_TOKEN_INVITE,
	USER_TOKEN_RESET,
	USER_TOKEN_SECOND
};

/* Ends the user's earlier ones of the kind. by nil: the user's own wish. */
RT_MUST_USE enum err db_user_token_add(struct db *db, struct user_id user,
    enum user_token_kind kind, const uint8_t hash[DB_USER_TOKEN_HASH],
    struct user_id by, int64_t now_us, int64_t expires_us);
/* Whose is it? ERR_NOTFOUND: none of that kind, used, expired, or its user
 * disabled. */
RT_MUST_USE enum err db_user_token_get(struct db *db, enum user_token_kind kind,
    const uint8_t hash[DB_USER_TOKEN_HASH], int64_t now_us,
    struct user_id *user);
/* The same, and it is used up: of two at once one gets ERR_NOTFOUND. */
RT_MUST_USE enum err db_user_token_use(struct db *db, enum user_token_kind kind,
    const uint8_t hash[DB_USER_TOKEN_HASH], int64_t now_us,
    struct user_id *user);
/* Ends all of the user's, of every kind: a link that was made under another
 * password or other rights opens nothing any more. */
RT_MUST_USE enum err db_user_token_end_all(struct db *db, struct user_id user);
/* Removes what expired before old_us. */
RT_MUST_USE enum err db_user_token_sweep(struct db *db, int64_t old_us);

#endif
