#include "lib/core/pool_size.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/rnd.h"
#include "lib/core/erlang.h"

#define VISITS_MIN     6000
#define WARM_SHARE     4 /* 1/4 of the visits fill the pool first */
#define SETTLED_ROUNDS 8.0
#define HOLD_USUAL_S   180.0
#define NEVER          HUGE_VAL

static double uniform(struct rnd_dice *d)
{
	return ((double)(rnd_u64(d) >> 11) + 0.5) / 9007199254740992.0;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

void pool_size_holds(double *v, size_t n, double out[POOL_SIZE_HOLDS])
{
	if (n > 0)
		qsort(v, n, sizeof(*v), by_size);
	for (size_t i = 0; i < POOL_SIZE_HOLDS; i++) {
		const size_t from = i * n / POOL_SIZE_HOLDS;
		size_t to = (i + 1) * n / POOL_SIZE_HOLDS;
		double sum = 0.0;

		if (n == 0) {
			out[i] = HOLD_USUAL_S;
			continue;
		}
		to = to > from ? to : from + 1; /* fewer samples than parts */
		for (size_t k = from; k < to; k++)
			sum += v[k];
		out[i] = sum / (double)(to - from);
	}
}

double pool_size_mean_s(const struct pool_size_load *l)
{
	double sum = 0.0;

	for (size_t i = 0; i < POOL_SIZE_HOLDS; i++)
		sum += l->hold_s[i];
	return sum / POOL_SIZE_HOLDS;
}

uint32_t pool_size_enough(const struct pool_size_load *l, double overflow)
{
	return erlang_numbers(l->visits_h / 3600.0 *
				  (pool_size_mean_s(l) + l->min_gap_s),
	    overflow);
}

/* --- delays --------------------------------------------------------------*/

/* After which a visit calls, given that it does. since_seen: counted from the
 * end of the visit rather than from its begin. */
static double delay_s(const struct attrib_law *law, double mass,
    struct rnd_dice *d, bool *since_seen)
{
	double at = uniform(d) * mass;

	for (size_t i = 0; i < ATTRIB_LAW_LAGS; i++) {
		const double from = attrib_law_lag_s(i);
		const double wide = attrib_law_lag_s(i + 1) - from;
		const double seen = law->seen_hz[i] * wide;
		const double shown = law->shown_hz[i] * wide;

		*since_seen = at < seen;
		if (at < seen)
			return from + wide * at / seen;
		at -= seen;
		if (at < shown)
			return from + wide * at / shown;
		at -= shown;
	}
	*since_seen = false;
	return 0.0;
}

static double mass_of(const struct attrib_law *law)
{
	double sum = 0.0;

	for (size_t i = 0; i < ATTRIB_LAW_LAGS; i++)
		sum += (law->seen_hz[i] + law->shown_hz[i]) *
		       (attrib_law_lag_s(i + 1) - attrib_law_lag_s(i));
	return sum;
}

/* --- the queue -----------------------------------------------------------*/

/* A number: from when it may be taken again, and the call that its last visit
 * makes in thought. */
struct slot {
	double free_at_s;
	double released_s; /* < 0: never held */
	double call_s;     /* NEVER: not counted, or told already */
};

struct queue {
	struct slot *slots;
	/* Numbers in the order in which they come free: a heap. */
	uint32_t *heap;
	uint32_t n;
};

static bool sooner(const struct queue *q, uint32_t a, uint32_t b)
{
	return q->slots[q->heap[a]].free_at_s < q->slots[q->heap[b]].free_at_s;
}

/* The number at the top got a later time. */
static void sink(struct queue *q)
{
	uint32_t i = 0;

	for (;;) {
		uint32_t least = i;

		for (uint32_t k = 2 * i + 1; k <= 2 * i + 2 && k < q->n; k++)
			if (sooner(q, k, least))
				least = k;
		if (least == i)
			return;

		const uint32_t number = q->heap[i];

		q->heap[i] = q->heap[least];
		q->heap[least] = number;
		i = least;
	}
}

struct counts {
	size_t visits;
	size_t overflowed;
	size_t calls;
	size_t shared;
	size_t gaps;
	double held_s;
	double span_s;
};

struct run {
	const struct pool_size_load *load;
	struct rnd_dice dice;
	double mass;
	double *gap_s;
	struct counts c;
	bool counting;
};

static void take(struct run *r, struct queue *q, double now_s)
{
	struct slot *s = &q->slots[q->heap[0]];
	const double hold_s =
	    r->load->hold_s[rnd_below(&r->dice, POOL_SIZE_HOLDS)];
	bool since_seen;
	double after_s;

	/* The call of the visit before came first, or did not. */
	if (s->call_s < NEVER && s->call_s > now_s)
		r->c.shared++;
	if (r->counting && s->released_s >= 0.0)
		r->gap_s[r->c.gaps++] = now_s - s->released_s;
	after_s = delay_s(r->load->law, r->mass, &r->dice, &since_seen);
	s->released_s = now_s + hold_s;
	s->free_at_s = s->released_s + r->load->min_gap_s;
	s->call_s = NEVER;
	if (r->counting) {
		r->c.calls++;
		r->c.held_s += hold_s;
		s->call_s = now_s + after_s + (since_seen ? hold_s : 0.0);
	}
	sink(q);
}

/* Arrivals for a third longer than is counted: what comes after decides who
 * shared a number. */
static void simulate(struct run *r, struct queue *q, size_t visits)
{
	const size_t warm = visits / WARM_SHARE;
	double now_s = 0.0, begin_s = 0.0;

	for (size_t i = 0; i < visits + visits / 3; i++) {
		now_s -= 3600.0 / r->load->visits_h * log(uniform(&r->dice));
		if (i == warm)
			begin_s = now_s;
		r->counting = i >= warm && i < visits;
		r->c.visits += r->counting;
		if (r->counting)
			r->c.span_s = now_s - begin_s;
		if (q->slots[q->heap[0]].free_at_s > now_s)
			r->c.overflowed += r->counting;
		else
			take(r, q, now_s);
	}
}

/* n: numbers that were simulated. */
static void settle(struct run *r, uint32_t n, struct pool_size *out)
{
	const struct counts *c = &r->c;

	out->overflow = (double)c->overflowed / (double)c->visits;
	out->shared =
	    c->calls == 0 ? 0.0 : (double)c->shared / (double)c->calls;
	out->busy = c->span_s > 0.0 ? c->held_s / c->span_s / (double)n : 0.0;
	out->gap_s = out->short_gap_s = -1.0;
	if (c->gaps > 0) {
		qsort(r->gap_s, c->gaps, sizeof(*r->gap_s), by_size);
		out->gap_s = r->gap_s[c->gaps / 2];
		out->short_gap_s = r->gap_s[c->gaps / 20];
	}
}

static enum err run(struct run *r, struct queue *q, size_t visits,
    struct pool_size *out)
{
	q->slots = calloc(q->n, sizeof(*q->slots));
	q->heap = calloc(q->n, sizeof(*q->heap));
	r->gap_s = calloc(visits, sizeof(*r->gap_s));
	if (q->slots == NULL || q->heap == NULL || r->gap_s == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < q->n; i++) {
		q->heap[i] = i;
		/* Never held: they go first, in their order. */
		q->slots[i] =
		    (struct slot){ (double)i - (double)q->n, -1.0, NEVER };
	}
	simulate(r, q, visits);
	settle(r, q->n, out);
	return ERR_OK;
}

static double erlang_of(const struct pool_size_load *l, uint32_t numbers)
{
	return erlang_b(l->visits_h / 3600.0 *
			    (pool_size_mean_s(l) + l->min_gap_s),
	    numbers);
}

/* So many visits fill the pool anew often enough; by a rest of days they only
 * fill it once, and wait. */
static bool settles(const struct pool_size_load *l, size_t visits)
{
	return (double)visits / l->visits_h * 3600.0 >=
	       SETTLED_ROUNDS * (pool_size_mean_s(l) + l->min_gap_s);
}

enum err pool_size(const struct pool_size_load *l, uint32_t numbers,
    uint64_t seed, struct pool_size *out)
{
	struct pool_size_load part = *l;
	struct run r = { .load = &part };
	struct queue q = { .n = numbers };
	struct pool_size got = { .numbers = numbers };
	size_t visits;
	enum err e;

	if (numbers == 0 || numbers > POOL_SIZE_NUMBERS_MAX ||
	    !(l->visits_h > 0.0) || l->visits_h > POOL_SIZE_VISITS_H_MAX)
		return ERR_RANGE;
	if (numbers > POOL_SIZE_SIMULATED_MAX) {
		q.n = POOL_SIZE_SIMULATED_MAX;
		part.visits_h *= (double)q.n / (double)numbers;
	}
	visits = 4 * (size_t)q.n;
	if (visits < VISITS_MIN)
		visits = VISITS_MIN;
	rnd_seed(&r.dice, seed);
	r.mass = mass_of(l->law);
	e = run(&r, &q, visits, &got);
	free(r.gap_s);
	free(q.heap);
	free(q.slots);
	if (e != ERR_OK)
		return e;
	got.erlang = erlang_of(l, numbers);
	if (q.n < numbers || !settles(&part, visits))
		got.overflow = got.erlang;
	*out = got;
	return ERR_OK;
}
