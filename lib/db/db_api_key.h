/*
 * db_api_key.h - keys of programs that use the JSON endpoints.
 *
 * A key is "rtk_" and a token (lib/hash/token.h); stored is token_hash() of
 * that whole text, so a copy of the database opens nothing. The text is shown
 * once, when the key is made.
 */
#ifndef RT_DB_API_KEY_H
#define RT_DB_API_KEY_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_API_KEY_PREFIX     "rtk_"
#define DB_API_KEY_HASH_BYTES 32

struct api_key_row {
	struct api_key_id id;
	struct account_id account;
	struct company_id company; /* nil: every one of the account */
	char name[DB_NAME_BYTES];
	char hint[65];   /* how it begins: "rtk_Ab3d" */
	uint32_t scopes; /* SCOPE(...) of lib/core/scope.h */
	struct user_id created_by;
	int64_t created_us;
	int64_t expires_us; /* 0: does not */
	int64_t used_us;    /* last; 0: never */
	char used_address[46];
	int64_t revoked_us; /* 0: good */
};

RT_MUST_USE enum err db_api_key_add(struct db *db, struct company_id company,
    const struct api_key_row *row,
    const uint8_t key_hash[DB_API_KEY_HASH_BYTES]);
/* Whose is it? For a request, which has nothing but the key. ERR_NOTFOUND: no
 * such key, revoked, expired at now_us, its company archived, or its maker's
 * sign-in switched off. */
RT_MUST_USE enum err db_api_key_find(struct db *db,
    const uint8_t key_hash[DB_API_KEY_HASH_BYTES], int64_t now_us,
    struct api_key_row *out);
/* Remembers the last use; call it when used_us is over a minute old. */
RT_MUST_USE enum err db_api_key_used(struct db *db, struct company_id company,
    struct api_key_id id, int64_t now_us, struct slice address);
/* Revoked and expired ones too. company nil: look at its account. */
RT_MUST_USE enum err db_api_key_get(struct db *db, struct company_id company,
    struct api_key_id id, struct api_key_row *out);
/* Newest first, revoked ones too, at most 200. */
RT_MUST_USE enum err db_api_key_list(struct db *db, struct company_id company,
    struct arena *mem, struct api_key_row **rows, size_t *n);
/* Those of all companies of the account, likewise. */
RT_MUST_USE enum err db_api_key_list_wide(struct db *db,
    struct account_id account, struct arena *mem, struct api_key_row **rows,
    size_t *n);
/* Name and scopes. ERR_NOTFOUND: none, or revoked. */
RT_MUST_USE enum err db_api_key_update(struct db *db, struct company_id company,
    const struct api_key_row *row);
/* Another text, row's hint and key_hash, for one that was made at since_us or
 * later and opened nothing yet; the text of before opens nothing more.
 * ERR_NOTFOUND: it is older, used, revoked, or none. */
RT_MUST_USE enum err db_api_key_renew(struct db *db, struct company_id company,
    const struct api_key_row *row,
    const uint8_t key_hash[DB_API_KEY_HASH_BYTES], int64_t since_us);
/* For good. ERR_NOTFOUND: none, or revoked before. */
RT_MUST_USE enum err db_api_key_revoke(struct db *db, struct company_id company,
    struct api_key_id id, int64_t now_us);

#endif
