/*
 * db_member.h - who has access to a company: its people, as their list shows
 * them.
 */
#ifndef RT_DB_MEMBER_H
#define RT_DB_MEMBER_H

#include "lib/db/db_user.h"

struct member_row {
	struct user_id id;
	char email[DB_EMAIL_BYTES];
	char name[DB_NAME_BYTES];
	enum user_role role; /* in this company alone; USER_ROLE_NONE none */
	enum user_role wide; /* in all companies of the account; NONE none */
	bool has_password;   /* false: invited, but not come yet */
	bool has_second;     /* a second factor is asked for */
	int64_t disabled_us; /* 0: may sign in */
	int64_t seen_us;     /* of the latest sign-in that is open; 0 none */
};

/* Of the company's account, with a role in the company or in all; by name, from
 * behind the user `after` (nil: the first), at most max. text: part of the name
 * or address; "" all. ERR_TOOBIG: longer than DB_REPORT_CALLS_SEARCH_CHARS. */
RT_MUST_USE enum err db_member_list(struct db *db, struct company_id company,
    struct user_id after, struct slice text, uint32_t max, struct arena *mem,
    struct member_row **rows, size_t *n);
/* ERR_NOTFOUND: none, or without a role there. */
RT_MUST_USE enum err db_member_get(struct db *db, struct company_id company,
    struct user_id user, struct member_row *out);
/* The highest role that the user has anywhere in its account. */
RT_MUST_USE enum err db_member_highest(struct db *db, struct user_id user,
    enum user_role *out);
/* Whether the user has a role in another company, or in all. */
RT_MUST_USE enum err db_member_elsewhere(struct db *db,
    struct company_id company, struct user_id user, bool *out);
/* People who may sign in and own all companies of the account. */
RT_MUST_USE enum err db_member_owners(struct db *db, struct account_id account,
    uint64_t *n);
/* May sign in again. ERR_NOTFOUND: not disabled. */
RT_MUST_USE enum err db_member_enable(struct db *db, struct user_id user);

#endif
