#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/core/lease_list.h"
#include "lib/core/lease_sound.h"
#include "lib/core/lease_whose.h"

/* Doubly linked lists run through the numbers: the free ones in order of their
 * release, the held ones in order of their last heartbeat. So expiry looks only
 * at the front of the one, and the next number to give out is the front of the
 * other. What counts as extended at a time to come waits in a list of its own
 * until then, so that those extended now stay behind all others. A hash table
 * finds a holder's number, the one it has or the last one it had; a number
 * knows at most one holder, so the table never needs more places than twice the
 * numbers. */

/* --- lists ----------------------------------------------------------------*/

/* The list that a held number is in. */
static struct list *held_in(struct lease_pool *p, uint32_t i)
{
	return p->numbers[i].beat_us > p->now_us ? &p->ahead : &p->held;
}

/* Between a number of the list and the one before it. */
static void insert_before(struct lease_pool *p, struct list *l, uint32_t i,
    uint32_t before)
{
	const uint32_t prev = p->numbers[before].prev;

	p->numbers[i].prev = prev;
	p->numbers[i].next = before;
	p->numbers[prev].next = i;
	p->numbers[before].prev = i;
	l->n++;
}

/* A held number, into its place by beat_us; those ahead mostly come in that
 * order. */
static void insert_held(struct lease_pool *p, uint32_t i)
{
	struct list *l = held_in(p, i);
	uint32_t last = l->tail, next = NIL;

	while (l == &p->ahead && last != NIL &&
	       p->numbers[last].beat_us > p->numbers[i].beat_us) {
		next = last;
		last = p->numbers[last].prev;
	}
	if (next == NIL)
		lease_list_push(p, l, i);
	else if (last == NIL)
		lease_list_push_front(p, l, i);
	else
		insert_before(p, l, i, next);
}

/* Into its place by time of release, looked for from `before` on, which is
 * released no later, or from the front. */
static void insert_free(struct lease_pool *p, uint32_t i, uint32_t before)
{
	while (before != NIL &&
	       p->numbers[before].released_us < p->numbers[i].released_us)
		before = p->numbers[before].next;
	if (before == p->free.head) {
		lease_list_push_front(p, &p->free, i);
	} else if (before == NIL) {
		lease_list_push(p, &p->free, i);
	} else {
		insert_before(p, &p->free, i, before);
	}
}

/* Out of the free list. Those in it before p->resting count for nobody. */
static void drop_free(struct lease_pool *p, uint32_t i)
{
	if (p->resting == i)
		p->resting = p->numbers[i].next;
	lease_list_drop(p, &p->free, i);
}

/* Those whose gap has passed are anybody's. */
static void end_rest(struct lease_pool *p)
{
	while (p->resting != NIL &&
	       p->numbers[p->resting].released_us + p->gap_us <= p->now_us) {
		lease_whose_nobody(p, p->resting);
		p->resting = p->numbers[p->resting].next;
	}
}

/* --- time -----------------------------------------------------------------*/

static void end_lease(struct lease_pool *p, uint32_t i, int64_t at_us)
{
	struct number *x = &p->numbers[i];

	lease_list_drop(p, held_in(p, i), i);
	x->released_us = at_us;
	if (x->state == HELD_RETIRING) {
		x->state = RETIRED;
		p->retired++;
		p->retiring--;
		return;
	}
	x->state = FREE;
	lease_list_push(p, &p->free, i);
	if (p->resting == NIL)
		p->resting = i;
}

static int64_t advance(struct lease_pool *p, int64_t now_us)
{
	if (now_us > p->now_us)
		p->now_us = now_us;
	while (p->ahead.head != NIL &&
	       p->numbers[p->ahead.head].beat_us <= p->now_us) {
		const uint32_t i = p->ahead.head;

		lease_list_drop(p, &p->ahead, i);
		lease_list_push(p, &p->held, i);
	}
	while (p->held.head != NIL) {
		const uint32_t i = p->held.head;
		const int64_t end = p->numbers[i].beat_us + p->lease_us;

		if (end > p->now_us)
			break;
		end_lease(p, i, end);
	}
	end_rest(p);
	return p->now_us;
}

/* --- exports --------------------------------------------------------------*/

enum err lease_new(struct lease_pool **out, uint32_t max, int64_t lease_us,
    int64_t gap_us)
{
	struct lease_pool *p;
	uint32_t slots = 4;

	if (max == 0 || max > LEASE_POOL_MAX || lease_us <= 0 || gap_us < 0)
		return ERR_RANGE;
	while (slots < 2 * max)
		slots *= 2;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return ERR_NOMEM;
	p->numbers = calloc(max, sizeof(*p->numbers));
	p->slots = malloc(slots * sizeof(*p->slots));
	if (p->numbers == NULL || p->slots == NULL ||
	    lease_share_new(&p->shares, max) != ERR_OK) {
		lease_free(p);
		return ERR_NOMEM;
	}
	memset(p->slots, 0xff, slots * sizeof(*p->slots)); /* NIL */
	p->max = max;
	p->mask = slots - 1;
	p->free = p->held = p->ahead = LEASE_LIST_EMPTY;
	p->joined = p->resting = NIL;
	p->now_us = NEVER;
	p->shortest_gap_us = -1;
	p->lease_us = lease_us;
	p->gap_us = gap_us;
	*out = p;
	return ERR_OK;
}

void lease_free(struct lease_pool *p)
{
	if (p == NULL)
		return;
	free(p->numbers);
	free(p->slots);
	lease_share_free(&p->shares);
	free(p);
}

/* Those held, of which some count as extended by_us later, and into their order
 * again: each of both lists is in order, and they become one that is. */
static void extend_some(struct lease_pool *p, int64_t by_us,
    bool (*some)(const struct number *x, int64_t by_us))
{
	struct list moved = LEASE_LIST_EMPTY, others = LEASE_LIST_EMPTY, *l;
	uint32_t i;

	while (p->held.n + p->ahead.n > 0) {
		l = p->held.n > 0 ? &p->held : &p->ahead;
		i = l->head;
		lease_list_drop(p, l, i);
		if (some(&p->numbers[i], by_us)) {
			p->numbers[i].beat_us += by_us;
			lease_list_push(p, &moved, i);
		} else {
			lease_list_push(p, &others, i);
		}
	}
	while (moved.n + others.n > 0) {
		l = lease_list_earlier(p, &moved, &others);
		i = l->head;
		lease_list_drop(p, l, i);
		lease_list_push(p, held_in(p, i), i);
	}
}

/* What is held by the rule of before is held for as long as that said: its page
 * asks again within a minute by then, not sooner because of us. Extended it is
 * by the new one; what is not extended any more ends when it would have, as
 * whoever has the number next was told that end. */
static bool ends_as_before(const struct number *x, int64_t shorter_us)
{
	return shorter_us > 0 || x->state == HELD_RETIRING;
}

void lease_rules(struct lease_pool *p, int64_t now_us, int64_t lease_us,
    int64_t gap_us)
{
	const int64_t shorter_us = p->lease_us - lease_us;

	(void)advance(p, now_us);
	p->lease_us = lease_us;
	p->gap_us = gap_us;
	if (shorter_us != 0)
		extend_some(p, shorter_us, ends_as_before);
}

static bool is_extended(const struct number *x, int64_t by_us)
{
	(void)by_us;
	return x->state == HELD;
}

void lease_stood(struct lease_pool *p, int64_t by_us)
{
	extend_some(p, by_us, is_extended);
}

enum err lease_add(struct lease_pool *p, int64_t now_us,
    const struct lease_holder *last_holder, int64_t beat_us,
    int64_t released_us, uint32_t *number)
{
	struct number *x;

	if (p->n == p->max)
		return ERR_TOOBIG;
	(void)advance(p, now_us);
	x = &p->numbers[p->n];
	memset(x, 0, sizeof(*x));
	x->released_us = NEVER;
	if (beat_us == NEVER) {
		x->state = FREE;
		lease_list_push_front(p, &p->free, p->n);
	} else {
		/* One holder, one number: the later of two keeps the name. */
		const uint32_t other = lease_table_find(p, last_holder);
		const struct lease_holder nobody = { { 0 } };

		if (other != NIL)
			lease_table_set(p, other, &nobody);
		lease_table_set(p, p->n, last_holder);
		x->beat_us = beat_us;
		x->state = released_us != 0 ? FREE : HELD;
		x->released_us = released_us != 0 ? released_us : NEVER;
		if (released_us != 0)
			lease_list_push(p, &p->free, p->n);
		else
			insert_held(p, p->n);
	}
	*number = p->n++;
	(void)advance(p, now_us);
	return ERR_OK;
}

static enum err grow(struct lease_pool *p, uint32_t max, uint32_t places,
    uint32_t **slots)
{
	struct lease_shares shares;
	struct number *numbers;

	*slots = malloc(places * sizeof(**slots));
	if (*slots == NULL || lease_whose_grow(p, max, &shares) != ERR_OK)
		return ERR_NOMEM;
	numbers = realloc(p->numbers, max * sizeof(*numbers));
	if (numbers == NULL) {
		lease_share_free(&shares);
		return ERR_NOMEM;
	}
	lease_share_free(&p->shares);
	p->shares = shares;
	p->numbers = numbers;
	p->max = max;
	return ERR_OK;
}

enum err lease_grow(struct lease_pool *p, uint32_t max)
{
	uint32_t places = p->mask + 1, *slots = NULL;
	enum err e;

	if (max <= p->max)
		return ERR_OK;
	if (max > LEASE_POOL_MAX)
		return ERR_RANGE;
	while (places < 2 * max)
		places *= 2;
	if ((e = grow(p, max, places, &slots)) != ERR_OK) {
		free(slots);
		return e;
	}
	memset(slots, 0xff, places * sizeof(*slots)); /* NIL */
	free(p->slots);
	p->slots = slots;
	p->mask = places - 1;
	for (uint32_t i = 0; i < p->n; i++)
		if (!lease_table_is_nobody(&p->numbers[i].holder))
			lease_table_put(p, i);
	return ERR_OK;
}

/* Numbers mostly come in the order of their release: each is looked for from
 * the one before on. */
static void move_joined(struct lease_pool *p, uint32_t i)
{
	const uint32_t last = p->joined;

	drop_free(p, i);
	insert_free(p, i,
	    last != NIL && p->numbers[last].state == FREE &&
		    p->numbers[last].released_us <= p->numbers[i].released_us
		? last
		: p->free.head);
	p->joined = i;
}

enum err lease_join(struct lease_pool *p, int64_t now_us,
    const struct lease_holder *last_holder, int64_t end_us, uint32_t *number)
{
	const int64_t now = advance(p, now_us);
	const struct lease_holder nobody = { { 0 } };
	const bool lives = end_us > now;
	enum err e;

	if (last_holder == NULL)
		return lease_add(p, now, &nobody, NEVER, 0, number);
	if (lease_table_find(p, last_holder) != NIL)
		last_holder = &nobody;
	e = lease_add(p, now, last_holder, end_us, lives ? 0 : end_us, number);
	if (e == ERR_OK && !lives)
		move_joined(p, *number);
	return e;
}

void lease_retire(struct lease_pool *p, int64_t now_us, uint32_t number)
{
	struct number *x = &p->numbers[number];

	(void)advance(p, now_us);
	if (x->state == HELD) {
		x->state = HELD_RETIRING;
		p->retiring++;
	} else if (x->state == FREE) {
		drop_free(p, number);
		x->state = RETIRED;
		p->retired++;
	}
	lease_whose_nobody(p, number);
}

void lease_return(struct lease_pool *p, int64_t now_us, uint32_t number,
    int64_t end_us)
{
	struct number *x = &p->numbers[number];

	(void)advance(p, now_us);
	if (x->state == HELD_RETIRING) {
		x->state = HELD;
		p->retiring--;
		if (end_us <= p->now_us || end_us <= x->beat_us)
			return;
		lease_list_drop(p, held_in(p, number), number);
		x->beat_us = end_us;
		insert_held(p, number);
	} else if (x->state == RETIRED) {
		/* As if it had been released now: nobody who saw it long ago
		 * is nearer to it than those who left last. */
		x->state = FREE;
		x->released_us = p->now_us;
		p->retired--;
		lease_list_push(p, &p->free, number);
	}
}

/* The number goes to holder; it is in the free list. */
static struct lease_grant give(struct lease_pool *p, uint32_t i,
    const struct lease_holder *holder, const struct lease_from *from,
    enum lease_what what)
{
	struct number *x = &p->numbers[i];
	struct lease_grant g = { 0 };

	g.what = what;
	g.number = i;
	g.released_before_us = x->released_us;
	g.holder_before = x->holder;
	g.gap_us = x->released_us == NEVER ? -1 : p->now_us - x->released_us;
	if (what == LEASE_NEW && g.gap_us >= 0 &&
	    (p->shortest_gap_us < 0 || g.gap_us < p->shortest_gap_us))
		p->shortest_gap_us = g.gap_us;
	drop_free(p, i);
	lease_table_set(p, i, holder);
	lease_whose_set(p, i, from);
	x->state = HELD;
	x->beat_us = g.beat_us = p->now_us;
	lease_list_push(p, &p->held, i);
	return g;
}

struct lease_grant lease_take(struct lease_pool *p, int64_t now_us,
    const struct lease_holder *holder, const struct lease_from *from)
{
	const int64_t now = advance(p, now_us);
	const struct lease_holder nobody = { { 0 } };
	const struct number *first;
	struct lease_grant g = { 0 };
	uint32_t i;

	assert(!lease_table_is_nobody(holder));
	if (lease_beat(p, now, holder, &g.number)) {
		const int64_t beat_us = p->numbers[g.number].beat_us;

		if (p->numbers[g.number].state == HELD)
			lease_whose_set(p, g.number, from);
		g.what = LEASE_KEPT;
		g.gap_us = -1;
		g.beat_us = beat_us < now ? beat_us : now;
		return g;
	}
	i = lease_table_find(p, holder);
	if (lease_whose_spent(p, i, from)) {
		g.what = LEASE_MANY;
		return g;
	}
	if (i != NIL && p->numbers[i].state == FREE)
		return give(p, i, holder, from, LEASE_AGAIN);
	if (p->free.head == NIL)
		return g;
	first = &p->numbers[p->free.head];
	if (first->released_us != NEVER && now - first->released_us < p->gap_us)
		return g;
	if (i != NIL)
		lease_table_set(p, i,
		    &nobody); /* a retired number: forgotten */
	return give(p, p->free.head, holder, from, LEASE_NEW);
}

void lease_undo(struct lease_pool *p, const struct lease_grant *grant)
{
	const struct lease_holder nobody = { { 0 } };
	const uint32_t i = grant->number;
	struct number *x = &p->numbers[i];

	if (grant->what != LEASE_NEW && grant->what != LEASE_AGAIN)
		return;
	if (x->state != HELD && x->state != HELD_RETIRING)
		return; /* it ended meanwhile */
	lease_list_drop(p, held_in(p, i), i);
	lease_whose_nobody(p, i);
	x->released_us = grant->released_before_us;
	if (x->released_us > p->now_us)
		x->released_us = p->now_us; /* lease_shift() came between */
	/* The holder of before may have taken another number since. */
	lease_table_set(p, i, &nobody);
	if (lease_table_find(p, &grant->holder_before) == NIL)
		lease_table_set(p, i, &grant->holder_before);
	if (x->state == HELD_RETIRING) {
		x->state = RETIRED;
		p->retired++;
		p->retiring--;
		return;
	}
	x->state = FREE;
	insert_free(p, i, p->free.head);
}

bool lease_beat(struct lease_pool *p, int64_t now_us,
    const struct lease_holder *holder, uint32_t *number)
{
	const int64_t now = advance(p, now_us);
	const uint32_t i = lease_table_find(p, holder);

	if (i == NIL || (p->numbers[i].state != HELD &&
			    p->numbers[i].state != HELD_RETIRING))
		return false;
	*number = i;
	if (p->numbers[i].state == HELD_RETIRING ||
	    p->numbers[i].beat_us >= now)
		return true;
	lease_list_drop(p, &p->held, i);
	p->numbers[i].beat_us = now;
	lease_list_push(p, &p->held, i);
	return true;
}

bool lease_release(struct lease_pool *p, int64_t now_us,
    const struct lease_holder *holder, uint32_t *number)
{
	const int64_t now = advance(p, now_us);
	const uint32_t i = lease_table_find(p, holder);

	if (i == NIL || (p->numbers[i].state != HELD &&
			    p->numbers[i].state != HELD_RETIRING))
		return false;
	end_lease(p, i, now);
	*number = i;
	return true;
}

bool lease_find(struct lease_pool *p, int64_t now_us,
    const struct lease_holder *holder, uint32_t *number)
{
	uint32_t i;

	(void)advance(p, now_us);
	i = lease_table_find(p, holder);
	if (i == NIL || (p->numbers[i].state != HELD &&
			    p->numbers[i].state != HELD_RETIRING))
		return false;
	*number = i;
	return true;
}

bool lease_is_held(struct lease_pool *p, int64_t now_us, uint32_t number,
    int64_t *end_us)
{
	const struct number *x = &p->numbers[number];

	(void)advance(p, now_us);
	if (x->state != HELD && x->state != HELD_RETIRING)
		return false;
	*end_us = x->beat_us + p->lease_us;
	return true;
}

void lease_stat(struct lease_pool *p, int64_t now_us, struct lease_stat *out)
{
	(void)advance(p, now_us);
	*out = (struct lease_stat){ p->n - p->retired, p->held.n + p->ahead.n,
		p->shortest_gap_us };
}

void lease_shift(struct lease_pool *p, int64_t by_us)
{
	if (p->now_us != NEVER)
		p->now_us += by_us;
	for (uint32_t i = 0; i < p->n; i++) {
		struct number *x = &p->numbers[i];

		x->beat_us += by_us;
		if (x->released_us != NEVER)
			x->released_us += by_us;
	}
}

bool lease_is_sound(const struct lease_pool *p)
{
	uint32_t known = 0, filled = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		const struct lease_holder *h = &p->numbers[i].holder;

		if (lease_table_is_nobody(h))
			continue;
		known++;
		if (lease_table_find(p, h) != i)
			return false; /* lost, or two numbers for one */
	}
	for (uint32_t s = 0; s <= p->mask; s++)
		filled += p->slots[s] != NIL;
	return known == filled && lease_sound_shares(p) &&
	       p->free.n + p->held.n + p->ahead.n + p->retired == p->n &&
	       lease_sound_list(p, &p->free, false) &&
	       lease_sound_list(p, &p->held, true) &&
	       lease_sound_list(p, &p->ahead, true);
}
