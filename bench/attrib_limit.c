#include "bench/attrib_limit.h"

#include <assert.h>
#include <math.h>

#include "bench/attrib_use.h"

#define LOOK_S  (10.0 * 86400.0)
#define SQRT2PI 2.5066282746310002

/* Of the calls, those from the page. */
static double soon_share(const struct setting *s)
{
	return s->law == DELAYS_LATE ? ATTRIB_WORLD_LATE_SOON
				     : ATTRIB_WORLD_SOON;
}

/* Of the calls at each moment after the visit began: from the page, or late. */
static double soon_hz(const struct setting *s, double age_s)
{
	return soon_share(s) / ATTRIB_WORLD_SOON_S *
	       exp(-age_s / ATTRIB_WORLD_SOON_S);
}

static double late_hz(const struct setting *s, double age_s)
{
	const double t = fmax(age_s, 1e-3);
	const double z = log(t / ATTRIB_WORLD_LATE_S) / ATTRIB_WORLD_LATE_SIGMA;

	return (1.0 - soon_share(s)) * exp(-0.5 * z * z) /
	       (t * ATTRIB_WORLD_LATE_SIGMA * SQRT2PI);
}

/* The same of its use; who touches the link has used it, calls or not. */
static double used(const struct setting *s, const struct visit *v, double at_s)
{
	switch (attrib_use_known(v, at_s)) {
	case ATTRIB_USED:
		return s->calls_used / s->used;
	case ATTRIB_UNUSED:
		return (1.0 - s->calls_used) / (1.0 - s->used);
	case ATTRIB_USE_UNKNOWN:
		break;
	}
	return 1.0;
}

/* How much likelier this visit's touch of the link, or that there was none, is
 * when it made the call than when it did not, times the rate of its call. */
static double call_hz(const struct setting *s, const struct visit *v,
    double at_s)
{
	const double age_s = at_s - v->at_s, lag_s = at_s - v->touch_s;
	double by, not_by;

	if (v->touch_s < 0.0 || lag_s < 0.0)
		return used(s, v, at_s) *
		       ((1.0 - s->touch) * soon_hz(s, age_s) +
			   late_hz(s, age_s));
	by = exp(-fmax(0.0, lag_s - ATTRIB_WORLD_DIAL_S) / s->dial_s);
	if (v->touch_s <= v->at_s) {
		/* As the visit began: only who dials at once does that. */
		not_by = ATTRIB_WORLD_CALLS * s->touch * soon_hz(s, 0.0) *
			 (ATTRIB_WORLD_DIAL_S + s->dial_s);
	} else {
		by = lag_s < ATTRIB_WORLD_DIAL_S ? 0.0 : by / s->dial_s;
		not_by = s->idle / fmax(v->end_s - v->at_s, 1.0) +
			 ATTRIB_WORLD_CALLS * s->touch *
			     soon_hz(s, v->touch_s - v->at_s);
	}
	return s->touch * soon_hz(s, age_s) * by / not_by;
}

/* Of a telephone of this area, where the visit's browser is. */
static double place(uint8_t area, uint8_t zone)
{
	static const double people[] = { 0.0, 0.47, 0.29, 0.07, 0.17 };

	return area == 0
		   ? 1.0
		   : 0.9 * (area == zone ? 1.0 : 0.0) + 0.1 * people[area];
}

bool attrib_limit_knows(const struct setting *s)
{
	return (s->law == DELAYS_TEST || s->law == DELAYS_LATE) &&
	       s->robots <= 0.0 && s->stray_h <= 0.0 && s->again <= 0.0 &&
	       s->phones <= 0.0 && s->offices <= 0.0 && !s->closed &&
	       !s->ported;
}

double attrib_limit(const struct setting *s, const struct world *w,
    const struct call *c, uint32_t *best)
{
	const uint32_t end = attrib_world_begun(w, c->number, c->at_s);
	double sum = 0.0, most = 0.0;

	assert(attrib_limit_knows(s) && c->visit != ATTRIB_WORLD_NOBODY);
	*best = ATTRIB_WORLD_NOBODY;
	for (uint32_t i = end; i > 0; i--) {
		const uint32_t id = w->shown[c->number][i - 1];
		const struct visit *v = &w->visits[id];
		double hz;

		if (c->at_s - v->at_s > LOOK_S)
			break;
		hz = call_hz(s, v, c->at_s) * place(c->area, v->zone);
		sum += hz;
		if (hz > most) {
			most = hz;
			*best = id;
		}
	}
	return sum > 0.0 ? most / sum : 0.0;
}
