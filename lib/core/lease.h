/*
 * lease.h - which number is shown to whom: the state of one pool, in memory.
 *
 * A holder is a visitor (or, without one, a visit): whoever must keep seeing
 * the same number. A lease lives until lease_us after its last heartbeat. Free
 * numbers go out least recently released first; one never leased goes before
 * all others. A pool may ask for a minimum gap before a number goes to another
 * holder; then a number that is free may still not be given.
 *
 *   lease_take()    the holder's live lease is extended (LEASE_KEPT), unless
 *                   its number left the pool: then it ends when it would have
 *                   without, and the holder gets another number; else its
 *                   last number, if still free, comes back (LEASE_AGAIN); else
 *                   the number free for longest (LEASE_NEW); else nothing
 *                   (LEASE_NONE): the caller shows a source-level number.
 *                   Whoever has a lease keeps it; another one is refused to
 *                   addresses that have their share of the pool (LEASE_MANY).
 *   lease_undo()    the database refused it: as if it had never been given.
 *
 * Every call brings `now`. It may stand still but a step back is read as "no
 * time has passed", so the order of the lists holds whatever a clock does.
 * Pure and not thread-safe; the memory is taken in lease_new() and all steps
 * cost the same for 100 and for 100,000 numbers.
 */
#ifndef RT_CORE_LEASE_H
#define RT_CORE_LEASE_H

#include "lib/base/err.h"
#include "lib/core/id.h"

#define LEASE_POOL_MAX 1000000 /* numbers */

struct lease_pool;

struct lease_holder {
	uint8_t v[ID_BYTES];
};

/* From where a lease is asked for: hashes that nobody can choose; 0: none, and
 * no limit. */
struct lease_from {
	uint64_t client;  /* one address */
	uint64_t network; /* of many addresses */
};

enum lease_what {
	LEASE_NONE, /* every number is held, or its gap has not passed */
	LEASE_MANY, /* client or network has its share, as lease_share.h says */
	LEASE_KEPT, /* the holder's lease lives */
	LEASE_AGAIN, /* the holder's last number, a lease of its own */
	LEASE_NEW
};

struct lease_grant {
	enum lease_what what;
	uint32_t number; /* index given by lease_add() */
	/* AGAIN and NEW: how long the number was free; -1: never leased. */
	int64_t gap_us;
	/* Up to when it is extended: now, or earlier where the number left. */
	int64_t beat_us;
	/* A change of state that lease_undo() can take back. */
	int64_t released_before_us;
	struct lease_holder holder_before;
};

/* What lease_stat() counts. */
struct lease_stat {
	uint32_t numbers; /* in rotation */
	uint32_t held;
	int64_t shortest_gap_us; /* ever given to another holder; -1: never */
};

/* max: numbers that will ever be added, at most LEASE_POOL_MAX. ERR_RANGE,
 * ERR_NOMEM. */
RT_MUST_USE enum err lease_new(struct lease_pool **out, uint32_t max,
    int64_t lease_us, int64_t gap_us);
void lease_free(struct lease_pool *p);

/* New rules for leases and gaps from now on: what is held stays so for as long
 * as the old ones said, and for as long as the new ones say since it was
 * extended, unless its number left the pool. Takes as long as there are held
 * ones. */
void lease_rules(struct lease_pool *p, int64_t now_us, int64_t lease_us,
    int64_t gap_us);

/* Adds a number; its index counts from 0. Loading after a start: last_holder
 * and beat_us are of its last lease, released_us is 0 while that may live;
 * beat_us INT64_MIN: never leased; it may lie ahead. Numbers must come in the
 * order of the end of their last lease, those never leased first. ERR_TOOBIG:
 * max is reached. */
RT_MUST_USE enum err lease_add(struct lease_pool *p, int64_t now_us,
    const struct lease_holder *last_holder, int64_t beat_us,
    int64_t released_us, uint32_t *number);
/* Room for max numbers; the pool may be in use. Takes as long as it has
 * numbers, and leaves it as it was on ERR_RANGE, ERR_NOMEM. */
RT_MUST_USE enum err lease_grow(struct lease_pool *p, uint32_t max);
/* Adds a number to a pool in use. last_holder: of its last lease, NULL: never
 * leased. end_us: of that lease; later than now: it lives in the pool that the
 * number left, and counts as extended when it ends there, as its holder may not
 * ask for that long to be told of another number. In the order of their ends
 * many cost little more than one. A holder who has another number here is not
 * known by this one. ERR_TOOBIG. */
RT_MUST_USE enum err lease_join(struct lease_pool *p, int64_t now_us,
    const struct lease_holder *last_holder, int64_t end_us, uint32_t *number);
/* The number is not given out any more; a live lease is not extended any more
 * and ends by itself. Putting it back is lease_return(); end_us: of the lease
 * that its holder, or the last one, had elsewhere meanwhile, which counts as
 * that of lease_join(); 0: none. */
void lease_retire(struct lease_pool *p, int64_t now_us, uint32_t number);
void lease_return(struct lease_pool *p, int64_t now_us, uint32_t number,
    int64_t end_us);

/* The number counts for from from now on. */
RT_MUST_USE struct lease_grant lease_take(struct lease_pool *p, int64_t now_us,
    const struct lease_holder *holder, const struct lease_from *from);
void lease_undo(struct lease_pool *p, const struct lease_grant *grant);

/* A heartbeat: extends the holder's live lease, unless its number left the
 * pool. False: it has none. */
RT_MUST_USE bool lease_beat(struct lease_pool *p, int64_t now_us,
    const struct lease_holder *holder, uint32_t *number);
/* Ends the holder's lease at once, as when consent is withdrawn. False: it
 * has none. */
RT_MUST_USE bool lease_release(struct lease_pool *p, int64_t now_us,
    const struct lease_holder *holder, uint32_t *number);

/* Is the number held? *end_us: up to when, unless it is extended. */
bool lease_is_held(struct lease_pool *p, int64_t now_us, uint32_t number,
    int64_t *end_us);
/* The number that holder has now. False: none. */
RT_MUST_USE bool lease_find(struct lease_pool *p, int64_t now_us,
    const struct lease_holder *holder, uint32_t *number);
void lease_stat(struct lease_pool *p, int64_t now_us, struct lease_stat *out);

/* For by_us up to now nobody could be heard: that time does not count for what
 * is held, unless its number left the pool. Before any call that brings now. */
void lease_stood(struct lease_pool *p, int64_t by_us);

/* The clock was set by_us forward, or back: all that is known moves with it, so
 * that leases and gaps last as long as they would have. */
void lease_shift(struct lease_pool *p, int64_t by_us);

/* Every list and table agrees with every other: for tests. */
bool lease_is_sound(const struct lease_pool *p);

#endif
