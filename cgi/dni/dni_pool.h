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
#include "lib/db/db_lease.h"

/* Heartbeats are written some seconds after they came. A server that starts
 * after a crash therefore lets every lease it finds live this much longer. */
#define DNI_POOL_SLACK_US (10 * RT_SEC_US)

/* No clock that says anything is as far as this off another. Rows in an order
 * that holds by clocks that are nearer: their times are what calls find them
 * by. */
#define DNI_POOL_SKEW_US  RT_HOUR_US
#define DNI_POOL_ORDER_US (10 * RT_MIN_US)

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
	/* And each time: the database, or the pool, was somewhere else. */
	DNI_GIVEN_AWAY,
	DNI_GIVEN_COUNT
};

struct dni_slot {
	struct number_id number;
	struct dni_number shown;
	/* The live lease, or the last one. */
	struct lease_id lease;
	struct visit_id visit; /* nil: the lease may not be stored */
	uint64_t
	    batch; /* that stores it: not to be shown before (dni_state.h) */
	/* The number's next lease begins no earlier, as the last one to begin
	 * is the last one: the clock may have been ahead, or another's. */
	int64_t after_us;
	bool retired; /* no longer of this pool; the keeper's */
	/* Its lease was ended before its time, which may not be stored yet, or
	 * its row may say too late an end by another clock: whoever gets the
	 * number next says so too. */
	bool given_up;
};

struct dni_pool {
	struct company_id company;
	struct pool_id id;
	uint64_t epoch;
	bool owned;
	/* Another server waits for it, and cannot have it before sure_us, by
	 * the monotonic clock: the keeper's, set with the lock held. */
	bool rival;
	int64_t sure_us;
	bool partial; /* some of its numbers are not here yet; the keeper's */
	uint64_t version; /* of the configuration it goes by; the keeper's */
	/* Others own pools of the company: leases that a number brings along
	 * may be by another clock. The keeper's, as what follows. */
	bool shared;
	/* A lease that ended later than lived_us, by whichever clock it was
	 * written, is somebody's until held_us by the monotonic clock. */
	int64_t lived_us;
	int64_t held_us;
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

/* How a pool is read. */
struct dni_pool_how {
	int64_t now_us;
	int64_t lived_us;
	int64_t held_us;
	bool shared;
	/* Numbers that came lately, too: no other pool gives them out. */
	bool whole;
};

/* Reads the pool's numbers and its latest leases; epoch and owned are the
 * caller's. Where those do not tell of all numbers whose they were last, or not
 * the whole of it is to be read, the pool is partial: the others come by
 * dni_pool_change.h, which takes long for many. ERR_NOMEM, and what the
 * database says. End *out with dni_pool_free(). */
RT_MUST_USE enum err dni_pool_load(struct db *db,
    const struct dni_conf_pool *conf, const struct dni_pool_how *how,
    struct dni_pool **out);
void dni_pool_free(struct dni_pool *p);

/* Nobody else can have taken it by now. While the only server that there is may
 * be cut off from the database, it goes on. */
bool dni_pool_is_sure(const struct dni_pool *p);

/* Until when nobody else is shown the number of a lease that was read; not
 * later than now: since when it is free. A heartbeat that is not stored yet
 * counts, and the clock may have been ahead when the row was written. moved_us:
 * by how much it was set since (dni_clock.h). */
int64_t dni_pool_lasts(const struct dni_pool *p, const struct lease_last *l,
    int64_t now_us, int64_t moved_us);
/* The number, and what its slot, which is empty, knows of its last lease. */
void dni_pool_slot(struct dni_slot *s, const struct lease_last *l,
    int64_t now_us);

/* Who a lease belongs to: the visitor. */
struct lease_holder dni_pool_holder(struct visitor_id visitor);
/* What the visitor has of p, which may be NULL, now. NULL: nothing. */
const struct dni_slot *dni_pool_leased(const struct dni_pool *p,
    struct visitor_id visitor, int64_t now_us);

#endif
