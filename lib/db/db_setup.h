/*
 * db_setup.h - how far a company is from nothing to its first attributed call.
 */
#ifndef RT_DB_SETUP_H
#define RT_DB_SETUP_H

#include "lib/db/db.h"

struct setup_state {
	uint64_t trunks; /* of the account, in use */
	uint64_t numbers;
	uint64_t destinations;
	uint64_t routed; /* numbers that lead somewhere */
	uint64_t pools;
	uint64_t sources; /* trackers, and numbers in pools */
	uint64_t sites;
	int64_t tag_seen_us; /* the latest; 0 never */
	uint64_t calls;
	struct call_id first_credited; /* nil: none yet */
	struct number_id loose; /* leads nowhere or tells nothing; nil: none */
};

/* company nil: only the account's part. */
RT_MUST_USE enum err db_setup_state(struct db *db, struct account_id account,
    struct company_id company, struct setup_state *out);
/* Whether anybody at all may sign in to this installation. */
RT_MUST_USE enum err db_setup_any_user(struct db *db, bool *out);

#endif
