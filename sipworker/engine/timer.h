/*
 * timer.h - when what is due: a binary heap over fixed memory.
 *
 * A struct timer lives inside the call or leg it belongs to; the heap holds
 * pointers. Arming an armed timer moves it. Zeroed memory is "not armed".
 */
#ifndef RT_ENGINE_TIMER_H
#define RT_ENGINE_TIMER_H

#include "lib/base/err.h"

struct timer {
	int64_t at_us;
	uint64_t order; /* of arming: equal times are due in it */
	uint32_t pos;   /* place in the heap + 1; 0: not armed */
	uint32_t kind;  /* the user's */
	void *owner;
};

struct timer_heap {
	struct timer **v;
	uint32_t n;
	uint32_t cap;
	uint64_t armed;
};

RT_MUST_USE enum err timer_init(struct timer_heap *h, uint32_t cap);
void timer_fini(struct timer_heap *h);
/* kind and owner are set by the caller before. The heap has a place for every
 * timer there is: one that finds none is our own mistake (assert). */
void timer_arm(struct timer_heap *h, struct timer *t, int64_t at_us);
void timer_stop(struct timer_heap *h, struct timer *t);
bool timer_armed(const struct timer *t);
/* INT64_MAX when nothing is armed. */
int64_t timer_next_us(const struct timer_heap *h);
/* Takes the earliest timer that is due off the heap; NULL: none. */
struct timer *timer_due(struct timer_heap *h, int64_t now_us);

#endif
