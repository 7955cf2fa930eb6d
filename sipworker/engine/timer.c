#include "sipworker/engine/timer.h"

#include <assert.h>
#include <stdlib.h>

enum err timer_init(struct timer_heap *h, uint32_t cap)
{
	*h = (struct timer_heap){ .cap = cap };
	h->v = calloc(cap, sizeof(struct timer *));
	return h->v == NULL ? ERR_NOMEM : ERR_OK;
}

void timer_fini(struct timer_heap *h)
{
	free(h->v);
	*h = (struct timer_heap){ 0 };
}

static void put(struct timer_heap *h, uint32_t i, struct timer *t)
{
	h->v[i] = t;
	t->pos = i + 1;
}

static bool is_before(const struct timer *a, const struct timer *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

static void sift_up(struct timer_heap *h, uint32_t i, struct timer *t)
{
	while (i > 0 && is_before(t, h->v[(i - 1) / 2])) {
		put(h, i, h->v[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(h, i, t);
}

static void sift_down(struct timer_heap *h, uint32_t i, struct timer *t)
{
	for (;;) {
		uint32_t kid = 2 * i + 1;

		if (kid >= h->n)
			break;
		if (kid + 1 < h->n && is_before(h->v[kid + 1], h->v[kid]))
			kid++;
		if (!is_before(h->v[kid], t))
			break;
		put(h, i, h->v[kid]);
		i = kid;
	}
	put(h, i, t);
}

void timer_stop(struct timer_heap *h, struct timer *t)
{
	struct timer *last;
	uint32_t i;

	if (t->pos == 0)
		return;
	i = t->pos - 1;
	t->pos = 0;
	last = h->v[--h->n];
	if (last == t)
		return;
	if (i > 0 && is_before(last, h->v[(i - 1) / 2]))
		sift_up(h, i, last);
	else
		sift_down(h, i, last);
}

void timer_arm(struct timer_heap *h, struct timer *t, int64_t at_us)
{
	timer_stop(h, t);
	assert(h->n < h->cap);
	t->at_us = at_us;
	t->order = h->armed++;
	sift_up(h, h->n++, t);
}

bool timer_armed(const struct timer *t)
{
	return t->pos != 0;
}

int64_t timer_next_us(const struct timer_heap *h)
{
	return h->n == 0 ? INT64_MAX : h->v[0]->at_us;
}

struct timer *timer_due(struct timer_heap *h, int64_t now_us)
{
	struct timer *t;

	if (h->n == 0 || h->v[0]->at_us > now_us)
		return NULL;
	t = h->v[0];
	timer_stop(h, t);
	return t;
}
