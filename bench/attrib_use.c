#include "bench/attrib_use.h"

#include <math.h>
#include <stdlib.h>

#include "bench/attrib_dice.h"

/* Until the page is first used: the mean. */
#define FIRST_USE_S 6.0
#define USE_SEED    UINT64_C(0x75736564)

/* Who touches the link has used the page. called_s: < 0: never. */
static void use_one(const struct setting *s, struct visit *v, double called_s,
    struct rnd_dice *d)
{
	const double until_s = called_s < 0.0 ? v->end_s : called_s;
	const bool uses =
	    attrib_dice_uniform(d) < (called_s < 0.0 ? s->used : s->calls_used);
	const double at_s =
	    v->at_s + fmin(attrib_dice_exponential(d, FIRST_USE_S),
			  (until_s - v->at_s) / 2.0);

	v->tells = attrib_dice_uniform(d) < ATTRIB_WORLD_TELLS;
	if (uses && !v->robot)
		v->used_s = at_s;
	if (v->touch_s >= 0.0 && (v->used_s < 0.0 || v->used_s > v->touch_s))
		v->used_s = v->touch_s;
}

void attrib_use_make(const struct setting *s, struct world *w)
{
	double *called_s = attrib_world_take(w->n_visits, sizeof(*called_s));
	struct rnd_dice d;

	rnd_seed(&d, s->seed + USE_SEED);
	for (size_t i = 0; i < w->n_visits; i++)
		called_s[i] = -1.0;
	for (size_t i = 0; i < w->n_calls; i++)
		if (w->calls[i].first && !w->calls[i].strange &&
		    w->calls[i].visit != ATTRIB_WORLD_NOBODY)
			called_s[w->calls[i].visit] = w->calls[i].at_s;
	for (size_t i = 0; i < w->n_visits && s->used > 0.0; i++)
		use_one(s, &w->visits[i], called_s[i], &d);
	free(called_s);
}

enum attrib_use attrib_use_known(const struct visit *v, double at_s)
{
	return attrib_use(attrib_world_us(v->at_s), v->tells,
	    v->used_s < 0.0 ? 0 : attrib_world_us(v->used_s),
	    attrib_world_us(at_s));
}
