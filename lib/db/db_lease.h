/*
 * db_lease.h - "visit V was shown number N from t0 until t1", kept for ever:
 * attribution reads the history, not whether a lease lives.
 *
 * The lease server writes in batches: db_begin(), db_pool_owner_check() for
 * each pool, the verbs below, db_end(). Repeating a batch after ERR_UNCERTAIN
 * changes nothing.
 */
#ifndef RT_DB_LEASE_H
#define RT_DB_LEASE_H

#include "lib/db/db.h"

#define DB_LEASE_E164_MAX 16

struct lease_row {
	struct lease_id id;
	struct pool_id pool;
	struct number_id number;
	char number_e164[DB_LEASE_E164_MAX + 1];
	struct visit_id visit;
	uint64_t epoch;
	int64_t started_us;
	int64_t beat_us;
	int64_t expires_us;
	int64_t released_us; /* 0: not released early */
};

/* Of one company. */
RT_MUST_USE enum err db_lease_add(struct db *db, struct company_id company,
    const struct lease_row *const *rows, size_t n);
/* Moves the last heartbeat and the end, by id, beat_us and expires_us of the
 * rows; never back, and not once released. */
RT_MUST_USE enum err db_lease_beat(struct db *db, struct company_id company,
    const struct lease_row *const *rows, size_t n);
/* Leases that end early. */
struct lease_end {
	struct lease_id id;
	int64_t at_us;
};

/* The earliest end counts: whose clock is behind may tell it later, as where
 * the number's next lease began. Of two in one call the first. */
RT_MUST_USE enum err db_lease_release(struct db *db, struct company_id company,
    const struct lease_end *const *rows, size_t n);

/* What the lease server knows of a number after a start. */
struct lease_last {
	struct number_id number;
	char number_e164[DB_LEASE_E164_MAX + 1];
	bool leased; /* false: never, and the rest is not set */
	struct lease_id lease;
	struct visit_id visit;
	struct visitor_id visitor; /* nil when the visit is not stored */
	struct pool_id pool;       /* it was lent from */
	int64_t started_us;
	int64_t beat_us;
	int64_t end_us; /* released or expires, whichever is sooner */
};

/* Of the pool's numbers from one id to another, in no order, the last lease of
 * each: all of them in one go can take longer than a statement may. A number
 * whose rows do not fit is left out, and logged: it is given to nobody. each()
 * may keep nothing of what it is given. */
RT_MUST_USE enum err db_lease_pool_state(struct db *db,
    struct company_id company, struct pool_id pool, struct number_id from,
    struct number_id to, void (*each)(void *ctx, const struct lease_last *l),
    void *ctx);

/* No lease begins later. */
#define DB_LEASE_EVER_US INT64_C(253402214400000000) /* 9999-12-31 */

/* The max leases of the pool that began last until then, the newest first, of
 * numbers that may have left it, too; number_e164 is not set. ERR_RANGE: a row
 * does not fit, and neither it nor an older one was told. each() may keep
 * nothing of what it is given. */
RT_MUST_USE enum err db_lease_pool_latest(struct db *db,
    struct company_id company, struct pool_id pool, int64_t until_us,
    uint64_t max, void (*each)(void *ctx, const struct lease_last *l),
    void *ctx);

struct lease_number {
	struct number_id number;
	char e164[DB_LEASE_E164_MAX + 1];
	int64_t added_us; /* to the pool */
};

/* The pool's numbers alone, in no order: a tenth of the work. each() may keep
 * nothing of what it is given. */
RT_MUST_USE enum err db_lease_pool_numbers(struct db *db,
    struct company_id company, struct pool_id pool,
    void (*each)(void *ctx, const struct lease_number *n), void *ctx);

#endif
