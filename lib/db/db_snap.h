/*
 * db_snap.h - all that the engine's snapshot is built from, read at once.
 *
 * Across all companies for the store, or of one to try a flow. Rows come as
 * lib/core/snap_write wants them, as far as they can be filled here; the rest
 * is the store's: passwords to unseal, flow documents to compile, numbers' flow
 * rows to set.
 */
#ifndef RT_DB_SNAP_H
#define RT_DB_SNAP_H

#include "lib/base/arena.h"
#include "lib/core/snap.h"
#include "lib/db/db.h"

struct db_snap_number {
	struct snap_number row; /* flow and notice_prompt: not set yet */
	struct flow_id flow;    /* nil: see destination */
	struct destination_id destination; /* plain forward; nil: none */
	struct slice notice_key;
	struct slice zone; /* the company's, IANA */
};

struct db_snap_destination {
	struct snap_destination row; /* zone and hours: not set yet */
	struct slice zone;           /* its location's, else the company's */
	struct slice hours;          /* JSON; "" always */
};

struct db_snap_flow {
	struct flow_id id;
	struct company_id company;
	struct account_id account;
	uint32_t version;
	struct slice document; /* JSON; n 0: known */
};

struct db_snap {
	uint64_t config_version;
	struct snap_trunk *trunks; /* auth_password: "" */
	struct slice *sealed;      /* of trunks[i]; n 0: none */
	size_t n_trunks;
	struct snap_acl *acls;
	size_t n_acls;
	struct db_snap_number *numbers; /* by e164 */
	size_t n_numbers;
	struct db_snap_flow *flows; /* published versions, by company and id */
	size_t n_flows;
	struct db_snap_destination *destinations; /* by id */
	size_t n_destinations;
};

/* One consistent reading; ERR_BUSY: the configuration changed meanwhile, read
 * again. Documents of flows that the caller says are known to it are not read;
 * known NULL: none is known. Rows whose addresses cannot be read (next_hop,
 * cidr) are left out and logged, so that one bad row stops nobody's calls.
 * Texts are in mem. */
RT_MUST_USE enum err db_snap_read(struct db *db, struct arena *mem,
    bool (*known)(const void *arg, const struct db_snap_flow *f),
    const void *arg, struct db_snap *out);
/* Of one company, for whoever tries a flow: its account's trunks, without
 * passwords, and nothing else yet. */
RT_MUST_USE enum err db_snap_company(struct db *db, struct company_id company,
    struct arena *mem, struct db_snap *out);
/* One destination of it; its trunk is a row of s. ERR_NOTFOUND. */
RT_MUST_USE enum err db_snap_destination(struct db *db,
    struct company_id company, struct destination_id id,
    const struct db_snap *s, struct arena *mem,
    struct db_snap_destination *out);
/* What is published of one flow of it. ERR_NOTFOUND: nothing. */
RT_MUST_USE enum err db_snap_flow(struct db *db, struct company_id company,
    struct flow_id id, struct arena *mem, struct db_snap_flow *out);

#endif
