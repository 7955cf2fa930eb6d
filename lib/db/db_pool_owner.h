/*
 * db_pool_owner.h - which lease server holds a pool's state in its memory.
 *
 * Ownership is a row with an epoch that grows with every take-over. Each batch
 * of leases checks the epoch in its own transaction, which also holds the row
 * until the commit: a server that lost its pool while it slept cannot write
 * one more lease.
 *
 * Who lives is told by the database's clock alone. What an owner says of its
 * own clock is compared with what it wrote by that clock.
 */
#ifndef RT_DB_POOL_OWNER_H
#define RT_DB_POOL_OWNER_H

#include "lib/db/db.h"

#define DB_POOL_OWNER_MAX 100 /* bytes of an owner's name */

/* What an owner says with a sign of life. */
struct pool_owner_said {
	int64_t stored_us; /* its clock: heartbeats until then are stored */
	uint64_t version;  /* of the configuration it goes by; 0: of none */
};

struct pool_owner_ask {
	struct slice owner;
	/* Since it was asked for the first time after its last sign of life,
	 * the owner has had so long to give another one. */
	int64_t stale_us;
	/* An owner of this very name that had stored nothing for longer when it
	 * ended, and did not give the pool up, kept leases that no row tells
	 * of. */
	int64_t rest_us;
	int64_t hold_us; /* how long what lived then is held for its visitors */
	struct pool_owner_said said;
};

struct pool_owner_taken {
	uint64_t epoch;
	/* A lease that ended later than lived_us, by the clock it was written
	 * by, may still be shown: held since_us ago for hold_us. since_us < 0:
	 * there is none such. */
	int64_t lived_us;
	int64_t since_us;
};

/* Takes the pool and its next epoch when nobody has it, the same owner had it
 * before, it was given up, or its owner is stale. ERR_CONFLICT: another one
 * lives, or has to be waited for; it will know that there is somebody else. */
RT_MUST_USE enum err db_pool_owner_take(struct db *db,
    struct company_id company, struct pool_id pool,
    const struct pool_owner_ask *ask, struct pool_owner_taken *out);

/* In a transaction. ERR_CONFLICT: the epoch has moved on. */
RT_MUST_USE enum err db_pool_owner_check(struct db *db,
    struct company_id company, struct pool_id pool, uint64_t epoch);

/* A sign of life. *rival: another server asked for the pool within a day.
 * ERR_CONFLICT: the epoch has moved on. */
RT_MUST_USE enum err db_pool_owner_alive(struct db *db,
    struct company_id company, struct pool_id pool, uint64_t epoch,
    const struct pool_owner_said *said, bool *rival);

/* Gives the pool up at a clean end, so that the next owner need not wait. */
RT_MUST_USE enum err db_pool_owner_drop(struct db *db,
    struct company_id company, struct pool_id pool, uint64_t epoch,
    const struct pool_owner_said *said);

/* The company's pools that others than owner may give numbers out of: how many,
 * and how many of them by an older configuration than version. */
RT_MUST_USE enum err db_pool_owner_others(struct db *db,
    struct company_id company, struct slice owner, uint64_t version,
    uint64_t *others, uint64_t *behind);

#endif
