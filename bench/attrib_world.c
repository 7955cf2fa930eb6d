#include "bench/attrib_world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/attrib_dice.h"
#include "bench/attrib_use.h"

#define BEAT_S      60.0
#define LISTED      50 /* candidates, as the product lists them */
#define LISTED_MORE 14 /* of the time of an earlier call */
#define LOOK_BACK_S ((double)ATTRIB_LOOK_BACK_US / (double)RT_SEC_US)
#define DAY_S       86400.0
/* Visits of spots: so many of all, within so long, so often. */
#define SPOT_SHARE   (1.0 / 3.0)
#define SPOT_S       1200.0
#define SPOT_EVERY_S 21600.0
/* Where numbers move: visits of the busy pool, of all. */
#define BUSY_SHARE 0.8
/* Where it is closed at night. */
#define OPENS_S   (8.0 * 3600.0)
#define CLOSES_S  (20.0 * 3600.0)
#define MORNING_S 1800.0 /* mean of an exponential */
/* Until the call from the second telephone. */
#define SECOND_S 300.0

void *attrib_world_take(size_t n, size_t size)
{
	void *p = calloc(n == 0 ? 1 : n, size);

	if (p == NULL) {
		perror("attrib_world");
		exit(2);
	}
	return p;
}

/* From the begin of the visit to the call. soon: from the page. */
static double delay(struct rnd_dice *d, enum delays law, bool *soon)
{
	static const double share[] = { ATTRIB_WORLD_SOON, 0.75, 0.8,
		ATTRIB_WORLD_LATE_SOON };

	*soon = attrib_dice_uniform(d) < share[law];
	switch (law) {
	case DELAYS_QUICK:
		return *soon ? attrib_dice_exponential(d, 150.0)
			     : 7200.0 * exp(1.6 * attrib_dice_normal(d));
	case DELAYS_SLOW: /* Weibull of shape 0.6 */
		return *soon ? 300.0 *
				   pow(-log(attrib_dice_uniform(d)), 1.0 / 0.6)
			     : 36000.0 * exp(1.0 * attrib_dice_normal(d));
	case DELAYS_TEST:
	case DELAYS_LATE:
		break;
	}
	return *soon ? attrib_dice_exponential(d, ATTRIB_WORLD_SOON_S)
		     : ATTRIB_WORLD_LATE_S *
			   exp(ATTRIB_WORLD_LATE_SIGMA * attrib_dice_normal(d));
}

static uint8_t source(struct rnd_dice *d)
{
	const double u = attrib_dice_uniform(d);

	return (uint8_t)(ATTRIB_WORLD_SOURCES * u * u);
}

/* Of the i-th visit, without dice: each as likely as the others. */
static uint8_t campaign(size_t i)
{
	return (uint8_t)(((i * UINT64_C(0x9e3779b97f4a7c15)) >> 32) %
			 ATTRIB_WORLD_CAMPAIGNS);
}

/* Four time zones with people as in the United States. */
static uint8_t zone(struct rnd_dice *d)
{
	const double u = attrib_dice_uniform(d);

	return u < 0.47 ? 1 : u < 0.76 ? 2 : u < 0.83 ? 3 : 4;
}

/* Of a telephone whose owner is in that zone; 0: not known. */
static uint8_t area(const struct setting *s, uint8_t at, struct rnd_dice *d)
{
	if (attrib_dice_uniform(d) >= s->place)
		return 0;
	return !s->ported && attrib_dice_uniform(d) < 0.9 ? at : zone(d);
}

/* How busy it is, against the mean. */
static double busy(enum arrivals a, double at_s)
{
	switch (a) {
	case ARRIVALS_DAYS:
		return 1.0 - cos(6.283185307179586 * at_s / DAY_S);
	case ARRIVALS_SPOTS:
		return 1.0 - SPOT_SHARE +
		       (fmod(at_s, SPOT_EVERY_S) < SPOT_S
			       ? SPOT_SHARE * SPOT_EVERY_S / SPOT_S
			       : 0.0);
	case ARRIVALS_EVEN:
		break;
	}
	return 1.0;
}

static double busiest(enum arrivals a)
{
	return a == ARRIVALS_DAYS ? busy(a, DAY_S / 2.0) : busy(a, 0.0);
}

/* When the next visit comes. */
static double arrival(const struct setting *s, double at_s, struct rnd_dice *d)
{
	const double most = busiest(s->arrivals);

	do
		at_s += attrib_dice_exponential(d, 3600.0 / s->visits_h / most);
	while (s->arrivals != ARRIVALS_EVEN &&
	       attrib_dice_uniform(d) * most >= busy(s->arrivals, at_s));
	return at_s;
}

/* --- the world --- */

struct free_list {
	uint32_t *ring; /* released first comes first */
	uint32_t head;
	uint32_t n;
	uint32_t cap;
};

static uint32_t give(struct free_list *f, bool random, struct rnd_dice *d)
{
	uint32_t at = f->head, number;

	if (f->n == 0)
		return ATTRIB_WORLD_OVERFLOW;
	if (random) {
		at = (f->head + (uint32_t)rnd_below(d, f->n)) % f->cap;
		number = f->ring[at];
		f->ring[at] = f->ring[f->head];
	} else {
		number = f->ring[at];
	}
	f->head = (f->head + 1) % f->cap;
	f->n--;
	return number;
}

static void release(struct free_list *f, uint32_t number)
{
	f->ring[(f->head + f->n) % f->cap] = number;
	f->n++;
}

/* All numbers are in the first, but where they move. */
struct pools {
	struct free_list f[2];
	uint8_t *of; /* of each number */
	double moved_s;
};

static void pools_begin(struct pools *p, const struct setting *s)
{
	memset(p, 0, sizeof(*p));
	p->of = attrib_world_take(s->numbers, sizeof(*p->of));
	for (size_t i = 0; i < 2; i++) {
		p->f[i].ring = attrib_world_take(s->numbers, sizeof(uint32_t));
		p->f[i].cap = s->numbers;
	}
	for (uint32_t k = 0; s->moves_h > 0.0 && k < s->numbers; k++)
		p->of[k] = k % 2;
}

static void pools_end(struct pools *p)
{
	free(p->f[0].ring);
	free(p->f[1].ring);
	free(p->of);
}

/* Of each pool the number that is free for longest goes to the other one. */
static void move(struct pools *p, const struct setting *s, double at_s,
    struct rnd_dice *d)
{
	if (s->moves_h <= 0.0 || at_s < p->moved_s + s->moves_h * 3600.0)
		return;
	p->moved_s = at_s;
	for (size_t i = 0; i < 2; i++) {
		const uint32_t k = give(&p->f[i], false, d);

		if (k == ATTRIB_WORLD_OVERFLOW)
			continue;
		p->of[k] = i == 0;
		release(&p->f[1 - i], k);
	}
}

static uint32_t lease(struct pools *p, const struct setting *s,
    struct rnd_dice *d)
{
	const size_t which =
	    s->moves_h > 0.0 && attrib_dice_uniform(d) >= BUSY_SHARE;

	return give(&p->f[which], s->random, d);
}

/* held: the visit that has a number, plus 1. */
static void release_ended(const struct world *w, uint32_t *held, double at_s,
    struct pools *p)
{
	for (;;) {
		uint32_t next = ATTRIB_WORLD_OVERFLOW;

		for (uint32_t k = 0; k < w->numbers; k++)
			if (held[k] != 0 &&
			    w->visits[held[k] - 1].end_s <= at_s &&
			    (next == ATTRIB_WORLD_OVERFLOW ||
				w->visits[held[k] - 1].end_s <
				    w->visits[held[next] - 1].end_s))
				next = k;
		if (next == ATTRIB_WORLD_OVERFLOW)
			return;
		held[next] = 0;
		release(&p->f[p->of[next]], next);
	}
}

static int by_time(const void *a, const void *b)
{
	const struct call *x = a, *y = b;

	return (x->at_s > y->at_s) - (x->at_s < y->at_s);
}

/* The first moment from at_s on when somebody answers, and some time more when
 * that is in the morning. */
static double open_s(double at_s, struct rnd_dice *d)
{
	const double of_day_s = fmod(at_s, DAY_S);

	if (of_day_s >= OPENS_S && of_day_s < CLOSES_S)
		return at_s;
	return DAY_S * floor((at_s + DAY_S - CLOSES_S) / DAY_S) + OPENS_S +
	       attrib_dice_exponential(d, MORNING_S);
}

static void add_call(struct world *w, struct call c)
{
	if (c.at_s < w->end_s)
		w->calls[w->n_calls++] = c;
}

static void maybe_call(struct world *w, const struct setting *s, uint32_t i,
    struct rnd_dice *d)
{
	struct visit *v = &w->visits[i];
	double at_s;
	bool soon;

	v->robot = attrib_dice_uniform(d) < s->robots;
	if (v->robot)
		return;
	if (attrib_dice_uniform(d) >= ATTRIB_WORLD_CALLS) {
		if (attrib_dice_uniform(d) < s->idle) {
			v->touch_s = v->at_s + attrib_dice_uniform(d) *
						   (v->end_s - v->at_s);
			w->touches++;
		}
		return;
	}
	at_s = v->at_s + delay(d, s->law, &soon);
	if (!soon && s->closed)
		at_s = open_s(at_s, d);
	if (soon && attrib_dice_uniform(d) < s->touch) {
		v->touch_s =
		    fmax(v->at_s, at_s - ATTRIB_WORLD_DIAL_S -
				      attrib_dice_exponential(d, s->dial_s));
		v->end_s = fmax(v->end_s, v->touch_s);
		w->touches++;
	}
	add_call(w, (struct call){ at_s, v->number, i, v->area, true, false });
	if (s->phones > 0.0 && attrib_dice_uniform(d) < s->phones)
		add_call(w,
		    (struct call){ at_s + attrib_dice_exponential(d, SECOND_S),
			v->number, i, area(s, v->zone, d), true, true });
	while (v->number != ATTRIB_WORLD_OVERFLOW &&
	       attrib_dice_uniform(d) < s->again) {
		at_s += attrib_dice_exponential(d, 2.0 * 86400.0);
		add_call(w,
		    (struct call){ at_s, v->number, i, v->area, false, false });
	}
}

/* Where the visitor is, and whose telephone is there. */
static void settle(struct world *w, const struct setting *s, uint32_t i,
    struct rnd_dice *d)
{
	struct visit *v = &w->visits[i];
	uint32_t *first;

	v->phone = i;
	v->zone = zone(d);
	v->area = area(s, v->zone, d);
	if (s->offices <= 0.0 || attrib_dice_uniform(d) >= s->offices)
		return;
	first = &w->office[rnd_below(d, ATTRIB_WORLD_OFFICES)];
	if (*first == ATTRIB_WORLD_NOBODY)
		*first = i;
	v->phone = *first;
	v->zone = w->visits[*first].zone;
	v->area = w->visits[*first].area;
}

static void list_shown(struct world *w)
{
	w->shown = attrib_world_take(w->numbers, sizeof(*w->shown));
	w->n_shown = attrib_world_take(w->numbers, sizeof(*w->n_shown));
	for (size_t i = 0; i < w->n_visits; i++)
		if (w->visits[i].number != ATTRIB_WORLD_OVERFLOW)
			w->n_shown[w->visits[i].number]++;
	for (uint32_t k = 0; k < w->numbers; k++) {
		w->shown[k] =
		    attrib_world_take(w->n_shown[k], sizeof(uint32_t));
		w->n_shown[k] = 0;
	}
	for (size_t i = 0; i < w->n_visits; i++)
		if (w->visits[i].number != ATTRIB_WORLD_OVERFLOW) {
			const uint32_t k = w->visits[i].number;

			w->shown[k][w->n_shown[k]++] = (uint32_t)i;
		}
}

void attrib_world_build(const struct setting *s, struct world *w)
{
	const double end_s = s->hours * 3600.0;
	const size_t most = (size_t)(s->visits_h * s->hours * 1.1) + 1000;
	struct pools p;
	uint32_t *held = attrib_world_take(s->numbers, sizeof(*held));
	uint32_t put_in = 0;
	struct rnd_dice d;
	double at_s = 0.0;

	memset(w, 0, sizeof(*w));
	rnd_seed(&d, s->seed);
	pools_begin(&p, s);
	w->end_s = end_s;
	w->numbers = s->numbers;
	w->visits = attrib_world_take(most, sizeof(*w->visits));
	w->calls = attrib_world_take(most, sizeof(*w->calls));
	for (size_t k = 0; k < ATTRIB_WORLD_OFFICES; k++)
		w->office[k] = ATTRIB_WORLD_NOBODY;
	for (; put_in < (s->grows ? s->numbers / 2 : s->numbers); put_in++)
		release(&p.f[p.of[put_in]], put_in);
	while ((at_s = arrival(s, at_s, &d)) < end_s && w->n_visits < most) {
		struct visit *v = &w->visits[w->n_visits++];

		for (; at_s > end_s / 2.0 && put_in < s->numbers; put_in++)
			release(&p.f[p.of[put_in]], put_in);
		release_ended(w, held, at_s, &p);
		move(&p, s, at_s, &d);
		*v = (struct visit){ at_s,
			at_s +
			    attrib_dice_exponential(&d, ATTRIB_WORLD_VISIT_S),
			-1.0, -1.0, lease(&p, s, &d), source(&d),
			campaign(w->n_visits), 0, 0, 0, false, false };
		settle(w, s, (uint32_t)w->n_visits - 1, &d);
		maybe_call(w, s, (uint32_t)w->n_visits - 1, &d);
		if (s->cut_h > 0.0)
			v->end_s = fmin(v->end_s,
			    ceil(at_s / 3600.0 / s->cut_h) * s->cut_h * 3600.0);
		if (v->number != ATTRIB_WORLD_OVERFLOW)
			held[v->number] = (uint32_t)w->n_visits;
	}
	for (uint32_t i = 0; i < s->numbers && s->stray_h > 0.0; i++)
		for (double t = 0.0; (t += attrib_dice_exponential(&d,
					  3600.0 / s->stray_h)) < end_s;)
			add_call(w, (struct call){ t, i, ATTRIB_WORLD_NOBODY,
					area(s, zone(&d), &d), true, false });
	attrib_use_make(s, w);
	qsort(w->calls, w->n_calls, sizeof(*w->calls), by_time);
	list_shown(w);
	pools_end(&p);
	free(held);
}

void attrib_world_forget(struct world *w)
{
	for (uint32_t k = 0; k < w->numbers; k++)
		free(w->shown[k]);
	free(w->shown);
	free(w->n_shown);
	free(w->calls);
	free(w->visits);
}

uint32_t attrib_world_begun(const struct world *w, uint32_t number, double at_s)
{
	uint32_t lo = 0, hi = w->n_shown[number];

	while (lo < hi) {
		const uint32_t mid = lo + (hi - lo) / 2;

		if (w->visits[w->shown[number][mid]].at_s <= at_s)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The last heartbeat by then. */
static double seen_s(const struct visit *v, double at_s)
{
	const double age = fmin(at_s, v->end_s) - v->at_s;

	return v->at_s + BEAT_S * floor(age / BEAT_S);
}

/* --- candidates --- */

int64_t attrib_world_us(double s)
{
	return (int64_t)(s * 1e6) + RT_DAY_US;
}

struct slice attrib_world_source(const struct world *w, uint32_t visit)
{
	static const char names[] = "abcdefghijkl";

	return slice_of(&names[w->visits[visit].source], 1);
}

uint32_t attrib_world_last(const struct world *w, const struct call *c)
{
	const uint32_t n = attrib_world_begun(w, c->number, c->at_s);

	return n == 0 ? ATTRIB_WORLD_NOBODY : w->shown[c->number][n - 1];
}

static struct attrib_candidate candidate(const struct world *w,
    const struct call *c, uint32_t id)
{
	const struct visit *v = &w->visits[id];
	struct attrib_candidate out = {
		.shown_us = attrib_world_us(v->at_s),
		.seen_us = attrib_world_us(seen_s(v, c->at_s)),
		.source = attrib_world_source(w, id),
		.use = attrib_use_known(v, c->at_s),
	};

	if (v->touch_s >= 0.0 && v->touch_s <= c->at_s)
		out.tel_clicked_us = attrib_world_us(v->touch_s);
	if (c->area != 0)
		out.place = c->area == v->zone ? ATTRIB_SAME : ATTRIB_OTHER;
	return out;
}

/* Visits from `begin` to before `end` of a number. */
static void older(const struct world *w, const struct call *c, uint32_t begin,
    uint32_t end, struct attrib_older *out)
{
	if (end <= begin)
		return;
	out->n = end - begin;
	out->from_us = attrib_world_us(
	    seen_s(&w->visits[w->shown[c->number][begin]], c->at_s));
	out->to_us = attrib_world_us(
	    seen_s(&w->visits[w->shown[c->number][end - 1]], c->at_s));
}

size_t attrib_world_candidates(const struct world *w, const struct call *c,
    double first_s, struct attrib_candidate *out, uint32_t *visits,
    struct attrib_ask *ask)
{
	const uint32_t begin =
	    attrib_world_begun(w, c->number, c->at_s - LOOK_BACK_S);
	uint32_t i = attrib_world_begun(w, c->number, c->at_s), k;
	size_t n = 0;

	for (; i > begin && n < LISTED; i--)
		visits[n++] = w->shown[c->number][i - 1];
	k = i;
	ask->call_us = attrib_world_us(c->at_s);
	if (first_s >= 0.0) {
		ask->dialled_us = attrib_world_us(first_s);
		k = attrib_world_begun(w, c->number, first_s);
		k = k < i ? k : i;
		for (size_t more = 0; k > begin && more < LISTED_MORE;
		     more++, k--)
			visits[n++] = w->shown[c->number][k - 1];
		older(w, c, begin, k, &ask->older_first);
	}
	older(w, c, begin, i, &ask->older);
	for (size_t j = 0; j < n; j++)
		out[j] = candidate(w, c, visits[j]);
	return n;
}

/* --- fitting --- */

static size_t seen_of(const struct world *w, const struct call *c,
    struct attrib_fit_seen *out, struct attrib_fit_call *fit)
{
	const uint32_t n = attrib_world_begun(w, c->number, c->at_s);
	uint32_t i = n;
	size_t have = 0;
	double last = 0.0;

	for (; i > 0 && have < ATTRIB_FIT_SEEN_MAX; i--) {
		const struct visit *v = &w->visits[w->shown[c->number][i - 1]];

		last = c->at_s - seen_s(v, c->at_s);
		if (last > LOOK_BACK_S)
			break;
		out[have++] = attrib_fit_seen(last, c->at_s - v->at_s,
		    v->touch_s >= 0.0 && v->touch_s <= c->at_s
			? c->at_s - v->touch_s
			: -1.0,
		    c->area == 0         ? ATTRIB_UNKNOWN
		    : c->area == v->zone ? ATTRIB_SAME
					 : ATTRIB_OTHER,
		    attrib_use_known(v, c->at_s));
	}
	*fit = (struct attrib_fit_call){ .seen = out,
		.n = have,
		.hour = (uint8_t)attrib_law_hour(attrib_world_us(c->at_s)) };
	if (i > 0 && last <= LOOK_BACK_S) {
		const uint32_t from =
		    attrib_world_begun(w, c->number, c->at_s - LOOK_BACK_S);

		fit->older = i > from ? i - from : 0;
		fit->older_from_s = last;
		fit->older_to_s = fmin(LOOK_BACK_S, c->at_s);
	}
	return have;
}

/* The law of calls between two moments. */
enum err attrib_world_fit(const struct world *w, double from_s, double to_s,
    const struct attrib_law *prior, struct attrib_fit_result *out)
{
	struct attrib_fit_call *calls =
	    attrib_world_take(w->n_calls, sizeof(*calls));
	struct attrib_fit_seen *seen =
	    attrib_world_take(w->n_calls * ATTRIB_FIT_SEEN_MAX, sizeof(*seen));
	struct attrib_fit_span span = { .visits = 0.0 };
	size_t n = 0, used = 0;
	enum err e;

	for (size_t i = 0; i < w->n_calls; i++) {
		const struct call *c = &w->calls[i];

		if (c->number == ATTRIB_WORLD_OVERFLOW || !c->first ||
		    c->at_s < from_s || c->at_s >= to_s)
			continue;
		used += seen_of(w, c, seen + used, &calls[n++]);
	}
	for (size_t i = 0; i < w->n_visits; i++) {
		const struct visit *v = &w->visits[i];

		if (v->number == ATTRIB_WORLD_OVERFLOW || v->at_s < from_s ||
		    v->at_s >= to_s)
			continue;
		span.visits += 1.0;
		span.begun[attrib_law_hour(attrib_world_us(v->at_s))] += 1.0;
		span.on_page_s += v->end_s - v->at_s;
		span.touches += v->touch_s >= 0.0 ? 1.0 : 0.0;
	}
	span.number_s = (to_s - from_s) * w->numbers;
	e = attrib_fit(calls, n, &span, prior, out);
	free(seen);
	free(calls);
	return e;
}
