/*
 * db_trunk.h - carriers. A trunk is the account's and serves its companies.
 */
#ifndef RT_DB_TRUNK_H
#define RT_DB_TRUNK_H

#include "lib/base/arena.h"
#include "lib/core/snap.h"
#include "lib/db/db.h"

#define DB_SEALED_BYTES 512

struct trunk_row {
	struct trunk_id id;
	char name[DB_NAME_BYTES];
	bool enabled;
	char country[3]; /* of numbers sent without '+' */
	enum snap_dialled dialled;
	uint32_t codecs; /* SNAP_CODEC_* */
	bool identity_in;
	bool outgoing;
	char next_hop[DB_TEXT_BYTES]; /* as nexthop.h reads it */
	char uri_host[DB_TEXT_BYTES]; /* "": next_hop */
	char tech_prefix[65];
	char username[513];
	uint8_t password_sealed[DB_SEALED_BYTES];
	size_t password_sealed_n; /* 0: none */
	char from_user[65];       /* "": the caller's number */
	uint32_t no_reply_ms;
	uint32_t max_calls;   /* at once, in and out; 0: no limit */
	uint32_t calls_per_s; /* new ones; 0: no limit */
	uint32_t register_s;  /* 0: it knows our address */
	int64_t created_us;
};

/* As stored: uri to pcpid diversion. ERR_RANGE: none of them. */
const char *db_trunk_dialled_name(enum snap_dialled dialled);
RT_MUST_USE enum err db_trunk_dialled_parse(struct slice s,
    enum snap_dialled *out);

/* Defaults of everything but id, name and addresses. */
void db_trunk_init(struct trunk_row *row);
RT_MUST_USE enum err db_trunk_add(struct db *db, struct account_id account,
    const struct trunk_row *row);
RT_MUST_USE enum err db_trunk_get(struct db *db, struct account_id account,
    struct trunk_id id, struct trunk_row *out);
RT_MUST_USE enum err db_trunk_update(struct db *db, struct account_id account,
    const struct trunk_row *row);
RT_MUST_USE enum err db_trunk_list(struct db *db, struct account_id account,
    struct arena *mem, struct trunk_row **rows, size_t *n);
RT_MUST_USE enum err db_trunk_archive(struct db *db, struct account_id account,
    struct trunk_id id, int64_t now_us);

struct trunk_acl_row {
	char cidr[44]; /* 192.0.2.0/24 */
	bool media;    /* of RTP rather than SIP */
};

/* Adding twice is no error. The text is checked by the caller. */
RT_MUST_USE enum err db_trunk_acl_add(struct db *db, struct account_id account,
    struct trunk_id id, const struct trunk_acl_row *row);
RT_MUST_USE enum err db_trunk_acl_remove(struct db *db,
    struct account_id account, struct trunk_id id,
    const struct trunk_acl_row *row);
RT_MUST_USE enum err db_trunk_acls(struct db *db, struct account_id account,
    struct trunk_id id, struct arena *mem, struct trunk_acl_row **rows,
    size_t *n);

#endif
