/*
 * db_user.h - people, and their rights to companies.
 */
#ifndef RT_DB_USER_H
#define RT_DB_USER_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_EMAIL_BYTES    1017
#define DB_PASSHASH_BYTES 201

struct user_row {
	struct user_id id;
	struct account_id account;
	char email[DB_EMAIL_BYTES]; /* unique, whatever the case */
	char name[DB_NAME_BYTES];
	char password_hash[DB_PASSHASH_BYTES]; /* argon2id; "" none yet */
	int64_t created_us;
	int64_t disabled_us; /* 0: may sign in */
};

/* Each includes those before it; stored by name. */
enum user_role {
	USER_ROLE_NONE,
	USER_ROLE_READ_ONLY, /* sees */
	USER_ROLE_AGENT,     /* marks outcomes, tags, notes */
	USER_ROLE_ANALYST,   /* takes data out, brings spend in */
	USER_ROLE_MANAGER,   /* numbers, trackers, pools, sites, flows */
	USER_ROLE_ADMIN,     /* people, keys, policies of the company */
	USER_ROLE_OWNER      /* recording without a notice */
};

const char *db_user_role_name(enum user_role role);
/* False: no such role. */
bool db_user_role_parse(struct slice s, enum user_role *out);

RT_MUST_USE enum err db_user_add(struct db *db, const struct user_row *row);
RT_MUST_USE enum err db_user_get(struct db *db, struct user_id id,
    struct user_row *out);
/* In any case of ASCII letters, else byte for byte. Disabled users too: the
 * caller decides what to say. */
RT_MUST_USE enum err db_user_by_email(struct db *db, struct slice email,
    struct user_row *out);
/* The same without the password's hash, which not every program may read:
 * password_hash is "". */
RT_MUST_USE enum err db_user_card(struct db *db, struct user_id id,
    struct user_row *out);
RT_MUST_USE enum err db_user_card_by_email(struct db *db, struct slice email,
    struct user_row *out);
/* Ends all logins and links of the user in the same transaction. */
RT_MUST_USE enum err db_user_password(struct db *db, struct user_id id,
    struct slice password_hash);
/* Also ends all its logins and links. */
RT_MUST_USE enum err db_user_disable(struct db *db, struct user_id id,
    int64_t now_us);

/* company nil: all companies of the account. Replaces an earlier role. The
 * user must be of that account: ERR_NOTFOUND. */
RT_MUST_USE enum err db_user_grant(struct db *db, struct user_id user,
    struct account_id account, struct company_id company, enum user_role role,
    int64_t now_us);
RT_MUST_USE enum err db_user_revoke(struct db *db, struct user_id user,
    struct company_id company);
/* The higher of its role in the company and in all companies;
 * USER_ROLE_NONE with ERR_OK when it has none. */
RT_MUST_USE enum err db_user_role(struct db *db, struct user_id user,
    struct company_id company, enum user_role *out);

/* Its role in all companies of its account; USER_ROLE_NONE with ERR_OK. */
RT_MUST_USE enum err db_user_account_role(struct db *db, struct user_id user,
    enum user_role *out);

struct user_company {
	struct company_id id;
	char name[DB_NAME_BYTES];
	char time_zone[DB_ZONE_BYTES];
	enum user_role role;
};

/* Where the user may go, by name. */
RT_MUST_USE enum err db_user_companies(struct db *db, struct user_id user,
    struct arena *mem, struct user_company **rows, size_t *n);

#endif
