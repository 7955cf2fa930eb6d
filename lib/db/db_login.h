/*
 * db_login.h - signed-in browsers, and the throttle of failed sign-ins.
 *
 * Only the SHA-256 of a login's token is stored.
 */
#ifndef RT_DB_LOGIN_H
#define RT_DB_LOGIN_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_TOKEN_HASH_BYTES 32
#define DB_ADDRESS_BYTES    46 /* an IPv6 address and NUL */

struct login_row {
	uint8_t token_hash[DB_TOKEN_HASH_BYTES];
	struct user_id user;
	int64_t created_us;
	int64_t seen_us;
	int64_t expires_us;
	char address[DB_ADDRESS_BYTES];
	char agent[DB_TEXT_BYTES];
};

RT_MUST_USE enum err db_login_add(struct db *db, const struct login_row *row);
/* ERR_NOTFOUND: none, ended, expired at now_us, or its user disabled. */
RT_MUST_USE enum err db_login_get(struct db *db,
    const uint8_t token_hash[DB_TOKEN_HASH_BYTES], int64_t now_us,
    struct login_row *out);
/* A sign of life moves the end. */
RT_MUST_USE enum err db_login_seen(struct db *db,
    const uint8_t token_hash[DB_TOKEN_HASH_BYTES], int64_t now_us,
    int64_t expires_us);
/* ERR_OK also when there was none. */
RT_MUST_USE enum err db_login_end(struct db *db,
    const uint8_t token_hash[DB_TOKEN_HASH_BYTES]);
RT_MUST_USE enum err db_login_end_all(struct db *db, struct user_id user);
/* All of the user but this one. */
RT_MUST_USE enum err db_login_end_others(struct db *db, struct user_id user,
    const uint8_t token_hash[DB_TOKEN_HASH_BYTES]);
/* ERR_NOTFOUND: not a login of that user. */
RT_MUST_USE enum err db_login_end_one(struct db *db, struct user_id user,
    const uint8_t token_hash[DB_TOKEN_HASH_BYTES]);
/* Newest first, not expired. */
RT_MUST_USE enum err db_login_list(struct db *db, struct user_id user,
    int64_t now_us, struct arena *mem, struct login_row **rows, size_t *n);
/* Removes expired logins and attempts last seen before old_us. */
RT_MUST_USE enum err db_login_sweep(struct db *db, int64_t now_us,
    int64_t old_us);

/* What is counted: each kind by itself, so that nothing that is typed at a
 * sign-in counts for another. */
enum login_subject {
	LOGIN_BY_USER,    /* the e-mail address tried, lower case */
	LOGIN_BY_ADDRESS, /* the network that it came from */
	LOGIN_BY_BROWSER, /* the name of a known one */
	LOGIN_SECOND,     /* second factors: the user's id */
	LOGIN_PASSWORD,   /* of who is signed in: the user's id */
	LOGIN_ASK_USER,   /* for a new password: the e-mail address asked for */
	LOGIN_ASK_ADDRESS /* and the network that it came from */
};

/* Counts one failure; a count older than window_us starts again. *failures is
 * the new count. */
RT_MUST_USE enum err db_login_failed(struct db *db, enum login_subject kind,
    struct slice subject, int64_t now_us, int64_t window_us,
    uint32_t *failures);
/* Failures in the window and when the last one was (0: none). */
RT_MUST_USE enum err db_login_failures(struct db *db, enum login_subject kind,
    struct slice subject, int64_t now_us, int64_t window_us, uint32_t *failures,
    int64_t *last_us);
/* After a success. */
RT_MUST_USE enum err db_login_forgive(struct db *db, enum login_subject kind,
    struct slice subject);

#endif
