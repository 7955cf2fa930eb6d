/*
 * dni_pool.h - a pool that this lease server owns: lib/core/lease with the
 * numbers, row ids and the epoch around it.
 *
 * Not thread-safe: the owner's lock guards it.
 */
#ifndef RT_CGI_DNI_DNI_POOL_H
#define RT_CGI_DNI_DNI_POOL_H

#include "cgi/dni/dni_conf.h"
#include "lib/core/lease.h"

struct db;

/* Heartbeats are written some seconds after they came. A server that starts
 * after a crash therefore lets every lease it finds live this much longer. */
#define DNI_POOL_SLACK_US (10 * RT_SEC_US)

/* What a visit was given, for the counts beside a pool's occupancy. */
enum dni_given {
	DNI_GIVEN_LEASED,
	DNI_GIVEN_EXTENDED,
	DNI_GIVEN_SOURCE,
	DNI_GIVEN_OVERFLOW,
	DNI_GIVEN_NONE,
	DNI_GIVEN_ROBOT,
	DNI_GIVEN_NOCONSENT,
	DNI_GIVEN_HIDDEN,
	DNI_GIVEN_FLOOD,
	/* Once a visit, the pool had none: and each time source, overflow,
	 * none. */
	DNI_GIVEN_FULL,
	DNI_GIVEN_COUNT
};

struct dni_slot {
	struct number_id number;
	struct dni_number shown;
	/* The live lease, or the last one. */
	struct lease_id lease;
	struct visit_id visit; /* nil: the lease may not be stored */
	uint64_t
	    batch;    /* that stores it: not to be shown before (dni_state.h) */
	bool retired; /* no longer of this pool; the keeper's */
	/* Its lease was ended before its time, which may not be stored yet:
	 * whoever gets the number next says so too. */
	bool given_up;
};

struct dni_pool {
	struct company_id company;
	struct pool_id id;
	uint64_t epoch;
	bool owned;
	bool partial; /* some of its numbers are not here yet; the keeper's */
	int64_t lease_us;
	int64_t gap_us;
	struct lease_pool *leases; /* NULL: the pool has no number */
	struct dni_slot *slots;    /* by the lease pool's index */
	uint32_t n;
	uint32_t n_retired; /* of them */
	uint32_t max;
	uint32_t
	    n_behind; /* first ones, whose rows end too soon: dni_clock.h */
	uint64_t given[DNI_GIVEN_COUNT]; /* since they were last written */
};

/* The name that db_pool_count_add() takes. */
const char *dni_pool_given_name(enum dni_given g);

/* Reads the pool's numbers and its latest leases; epoch and owned are the
 * caller's. Where those do not tell of all numbers whose they were last, the
 * pool is partial: the others come by dni_pool_change.h, which takes long for
 * many. ERR_NOMEM, and what the database says. End *out with dni_pool_free().
 */
RT_MUST_USE enum err dni_pool_load(struct db *db, struct company_id company,
    struct pool_id id, int64_t lease_us, int64_t gap_us, int64_t now_us,
    struct dni_pool **out);
void dni_pool_free(struct dni_pool *p);

/* Who a lease belongs to: the visitor. */
struct lease_holder dni_pool_holder(struct visitor_id visitor);

#endif
