#include "tests/sim/sim_clock.h"

#include <stdlib.h>
#include <string.h>

void sim_clock_init(struct sim_clock *c, uint64_t seed)
{
	memset(c, 0, sizeof(*c));
	rnd_seed(&c->dice, seed);
	c->now_us = RT_HOUR_US; /* 0 would hide "not set" */
}

static void drop(struct sim_event *ev)
{
	free(ev->bytes);
	free(ev);
}

void sim_clock_fini(struct sim_clock *c)
{
	for (size_t i = 0; i < c->n; i++)
		drop(c->heap[i]);
	free(c->heap);
	memset(c, 0, sizeof(*c));
}

static bool before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

struct sim_event *sim_clock_after(struct sim_clock *c, int64_t delay_us,
    void (*run)(struct sim_event *ev), void *obj)
{
	struct sim_event *ev = calloc(1, sizeof(*ev));
	size_t i = c->n++;

	if (c->n > c->cap) {
		c->cap = c->cap == 0 ? 1024 : 2 * c->cap;
		c->heap = realloc(c->heap, c->cap * sizeof(struct sim_event *));
	}
	if (ev == NULL || c->heap == NULL)
		abort();
	ev->at_us = c->now_us + delay_us;
	ev->order = ++c->order;
	ev->run = run;
	ev->obj = obj;
	while (i > 0 && before(ev, c->heap[(i - 1) / 2])) {
		c->heap[i] = c->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	c->heap[i] = ev;
	return ev;
}

void sim_clock_bytes(struct sim_event *ev, struct slice s)
{
	ev->bytes = malloc(s.n == 0 ? 1 : s.n);
	if (ev->bytes == NULL)
		abort();
	if (s.n > 0)
		memcpy(ev->bytes, s.p, s.n);
	ev->n = s.n;
}

int64_t sim_clock_next_us(const struct sim_clock *c)
{
	return c->n == 0 ? INT64_MAX : c->heap[0]->at_us;
}

static struct sim_event *take(struct sim_clock *c)
{
	struct sim_event *first = c->heap[0], *last = c->heap[--c->n];
	size_t i = 0;

	for (;;) {
		size_t kid = 2 * i + 1;

		if (kid >= c->n)
			break;
		if (kid + 1 < c->n && before(c->heap[kid + 1], c->heap[kid]))
			kid++;
		if (!before(c->heap[kid], last))
			break;
		c->heap[i] = c->heap[kid];
		i = kid;
	}
	c->heap[i] = last;
	return first;
}

void sim_clock_step(struct sim_clock *c)
{
	struct sim_event *ev = take(c);

	if (ev->at_us > c->now_us)
		c->now_us = ev->at_us;
	ev->run(ev);
	drop(ev);
}

uint64_t sim_clock_below(struct sim_clock *c, uint64_t n)
{
	return rnd_below(&c->dice, n);
}

bool sim_clock_chance(struct sim_clock *c, unsigned int percent)
{
	return rnd_below(&c->dice, 100) < percent;
}

int64_t sim_clock_between(struct sim_clock *c, int64_t min_us, int64_t max_us)
{
	if (max_us <= min_us)
		return min_us;
	return min_us +
	       (int64_t)rnd_below(&c->dice, (uint64_t)(max_us - min_us));
}
