/*
 * pool_use.h - how full a pool was, and where that leads.
 *
 * From leases, "held from t0 until t1", to the figures of a span of time; from
 * the busiest moments of the last days to a warning before the pool is empty.
 * Where the pool has a minimum gap, a number that rests is as little to be had
 * as one that is held. A number that left the pool counts until then. Pure.
 */
#ifndef RT_CORE_POOL_USE_H
#define RT_CORE_POOL_USE_H

#include "lib/core/id.h"

#include <stddef.h>

struct pool_use_lease {
	int64_t from_us;
	int64_t to_us;
};

struct pool_use_hold {
	struct number_id number;
	struct pool_use_lease lease;
	int64_t left_us; /* when the number left the pool; 0: it has not */
};

struct pool_use {
	uint32_t leases;  /* that began within it */
	uint32_t peak;    /* most held or resting at one moment */
	uint64_t held_us; /* of all of them, within it */
};

/* Of [from_us, to_us); parts outside do not count. After its lease a number
 * rests for rest_us, or until its next one: its last visitor may have it back.
 * h: in any order, sorted here. ERR_NOMEM. */
RT_MUST_USE enum err pool_use(struct pool_use_hold *h, size_t n,
    int64_t rest_us, int64_t from_us, int64_t to_us, struct pool_use *out);

enum pool_use_state {
	POOL_USE_UNUSED,  /* no day of it is known: nobody has come */
	POOL_USE_UNKNOWN, /* fewer than three days */
	POOL_USE_EMPTY,   /* it has no numbers */
	POOL_USE_CALM,
	POOL_USE_SOON, /* at this trend it is empty within two weeks */
	POOL_USE_FULL  /* it was, within the last day */
};

#define POOL_USE_DAYS_MAX  28
#define POOL_USE_SOON_DAYS 14
/* From so many days on each is compared with those of its own weekday: a week
 * goes up and down by itself. */
#define POOL_USE_WEEKS_DAYS 14
/* So many times its standard error makes growth a trend. Before two weeks are
 * known, the way from a Sunday to a Thursday has four to five of them. */
#define POOL_USE_SURE_ERRORS  3.0
#define POOL_USE_EARLY_ERRORS 6.0

struct pool_use_trend {
	enum pool_use_state state;
	double per_day; /* numbers that the peak grows by */
	uint32_t days;  /* SOON: until the peak reaches all numbers */
	uint64_t turned_away;
};

/* peak: of each of the last days, latest last; numbers: in the pool now;
 * turned_away: visits without a number within the last day. */
struct pool_use_trend pool_use_trend(const uint32_t *peak, size_t days,
    uint32_t numbers, uint64_t turned_away);

struct pool_use_day {
	uint32_t peak; /* of its hours that go by the pool's rest */
	bool visited;
	bool other; /* some of its hours go by another rest */
};
/* h: an hour of the day, by the pool's rest or another one. */
void pool_use_day_add(struct pool_use_day *day, uint32_t leases, uint32_t peak,
    bool other);
/* The same from the first day with a visitor on; where numbers rested for
 * another time, from the day after on: held beside held and resting is no
 * growth. */
struct pool_use_trend pool_use_trend_of(const struct pool_use_day
					    day[POOL_USE_DAYS_MAX],
    uint32_t numbers, uint64_t turned_away);

#endif
