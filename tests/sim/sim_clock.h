/*
 * sim_clock.h - virtual time: a queue of things that will happen.
 *
 * Everything in a simulation happens in a step of this queue, in the order of
 * its time, so one seed gives one course of events.
 */
#ifndef RT_SIM_CLOCK_H
#define RT_SIM_CLOCK_H

#include "lib/base/rnd.h"
#include "lib/base/slice.h"

struct sim_event {
	int64_t at_us;
	uint64_t order; /* among equal times */
	void (*run)(struct sim_event *ev);
	void *obj;
	uint64_t a; /* the user's */
	uint64_t b;
	char *bytes; /* owned; freed after run */
	size_t n;
};

struct sim_clock {
	int64_t now_us;
	uint64_t order;
	struct sim_event **heap;
	size_t n;
	size_t cap;
	struct rnd_dice dice;
};

void sim_clock_init(struct sim_clock *c, uint64_t seed);
void sim_clock_fini(struct sim_clock *c);
/* An event in delay_us; its fields obj, a, b may be set afterwards. */
struct sim_event *sim_clock_after(struct sim_clock *c, int64_t delay_us,
    void (*run)(struct sim_event *ev), void *obj);
void sim_clock_bytes(struct sim_event *ev, struct slice s);
/* INT64_MAX when nothing is left. */
int64_t sim_clock_next_us(const struct sim_clock *c);
/* Runs the first event. */
void sim_clock_step(struct sim_clock *c);

/* Dice: 0 to n - 1; true in `percent` of cases; a time between two. */
uint64_t sim_clock_below(struct sim_clock *c, uint64_t n);
bool sim_clock_chance(struct sim_clock *c, unsigned int percent);
int64_t sim_clock_between(struct sim_clock *c, int64_t min_us, int64_t max_us);

#endif
