/*
 * db_audit.h - who did what, append only.
 *
 * Written in the transaction of the change it tells of, under its locks, and
 * stands at the time at which it is written, by the database's clock: two who
 * change one thing stand in the order in which they did, also where they ask
 * two machines whose clocks differ. What is allowed to change a row is a
 * person's erasure and the term of callers (db_blank.h).
 */
#ifndef RT_DB_AUDIT_H
#define RT_DB_AUDIT_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

struct audit_row {
	uint8_t id[ID_BYTES]; /* UUIDv7; nil: of the time of writing */
	struct account_id account;
	struct user_id user;      /* nil: the system */
	const char *action;       /* "number.add" */
	const char *object_kind;  /* "number"; "" none */
	uint8_t object[ID_BYTES]; /* nil: none */
	struct slice before;      /* JSON; empty: none */
	struct slice after;
	struct slice address; /* of the user; "" none */
};

/* company nil: about the account itself. ERR_CONFLICT: that id is there. */
RT_MUST_USE enum err db_audit_add(struct db *db, struct company_id company,
    const struct audit_row *row);

struct audit_seen {
	uint8_t id[ID_BYTES];
	struct user_id user;
	char action[257];
	char object_kind[129];
	uint8_t object[ID_BYTES];
	struct slice before;
	struct slice after;
	int64_t happened_us;
};

/* What to look for; nil and "" are no condition. */
struct audit_filter {
	uint8_t before[ID_BYTES]; /* only ids below */
	struct slice action;      /* "number.add", or what stands before the
				   * dot: "number" */
	struct user_id user;
	uint8_t object[ID_BYTES];
	uint32_t max;
};

struct audit_found {
	struct audit_seen seen;
	char user_name[DB_NAME_BYTES]; /* "" the system, or nobody known */
	char address[47];
};

/* Newest first. company nil: what concerns the account itself. */
RT_MUST_USE enum err db_audit_find(struct db *db, struct account_id account,
    struct company_id company, const struct audit_filter *f, struct arena *mem,
    struct audit_found **rows, size_t *n);

#endif
