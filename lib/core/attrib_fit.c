#include "lib/core/attrib_fit.h"

#include <math.h>

#include "lib/base/rt.h"

struct attrib_fit_seen attrib_fit_seen(double seen_s, double shown_s,
    double touch_s, enum attrib_known place, enum attrib_use use)
{
	return (struct attrib_fit_seen){
		.seen = (uint8_t)attrib_law_lag_of(seen_s),
		.shown = (uint8_t)attrib_law_lag_of(shown_s),
		.touch =
		    (uint8_t)(touch_s < 0.0 ? ATTRIB_LAW_TOUCH
					    : attrib_law_touch_of(touch_s)),
		.place = (uint8_t)place,
		.use = (uint8_t)use,
	};
}

/* What the calls of one round were shared out to. */
struct shares {
	double seen[ATTRIB_LAW_LAGS];
	double shown[ATTRIB_LAW_LAGS];
	double touch[ATTRIB_LAW_TOUCH];
	double stray;
	double same; /* to visits in the caller's area, and elsewhere */
	double other;
	double used; /* without a touch: to visits that were used, or not */
	double unused;
	double late[ATTRIB_LAW_HOURS]; /* to late callers, by the hour */
};

/* The time that visits spent in each span. */
struct time_at {
	double seen[ATTRIB_LAW_LAGS];
	double shown[ATTRIB_LAW_LAGS];
	double touch[ATTRIB_LAW_TOUCH];
};

static void time_of(const struct attrib_fit_span *s, struct time_at *out)
{
	for (size_t i = 0; i < ATTRIB_LAW_LAGS; i++)
		out->seen[i] = out->shown[i] =
		    s->visits * (attrib_law_lag_s(i + 1) - attrib_law_lag_s(i));
	/* While the page is open a heartbeat is never far. */
	out->seen[0] += s->on_page_s;
	for (size_t i = 0; i < ATTRIB_LAW_TOUCH; i++)
		out->touch[i] = s->touches * (attrib_law_touch_s(i + 1) -
						 attrib_law_touch_s(i));
}

/* The part of a rate that is of late callers. */
static double late_part(const double *hz, size_t span, double late)
{
	const double all = attrib_law_at(hz, span, late);

	return span < ATTRIB_LAW_LATE ? all - hz[span] : all;
}

static void add_older(const struct attrib_fit_call *c,
    const struct attrib_law *l, double per, struct shares *s)
{
	const double wide = c->older_to_s - c->older_from_s;
	const double late = l->late[c->hour];

	if (c->older <= 0.0 || wide <= 0.0)
		return;
	for (size_t i = 0; i < ATTRIB_LAW_LAGS; i++) {
		const double a = fmax(c->older_from_s, attrib_law_lag_s(i));
		const double b = fmin(c->older_to_s, attrib_law_lag_s(i + 1));

		if (b > a) {
			const double part = c->older * (b - a) / wide * per;

			s->seen[i] += attrib_law_at(l->seen_hz, i, late) * part;
			s->shown[i] +=
			    attrib_law_at(l->shown_hz, i, late) * part;
			s->late[c->hour] +=
			    (late_part(l->seen_hz, i, late) +
				late_part(l->shown_hz, i, late)) *
			    part;
		}
	}
}

static double touched_hz(const struct attrib_law *l,
    const struct attrib_fit_seen *v)
{
	return v->touch < ATTRIB_LAW_TOUCH ? l->touch_hz[v->touch] : 0.0;
}

/* What is known of each candidate of a call makes of its rate. */
struct shared {
	double factor[ATTRIB_FIT_SEEN_MAX]; /* of its place */
	double use[ATTRIB_FIT_SEEN_MAX];    /* without a touch: its use */
	size_t n;
	double per; /* 1 / sum of all rates; 0: there is none */
};

static struct attrib_law_fact place_of(const struct attrib_fit_call *c,
    size_t n, const struct attrib_law *l)
{
	size_t same = 0, known = 0;

	for (size_t i = 0; i < n; i++) {
		same += c->seen[i].place == ATTRIB_SAME;
		known += c->seen[i].place != ATTRIB_UNKNOWN;
	}
	return attrib_law_fact(l->place_agrees, same, known);
}

static struct attrib_law_fact use_of(const struct attrib_fit_call *c, size_t n,
    const struct attrib_law *l)
{
	size_t used = 0, known = 0;

	for (size_t i = 0; i < n; i++) {
		used += c->seen[i].use == ATTRIB_USED;
		known += c->seen[i].use != ATTRIB_USE_UNKNOWN;
	}
	return attrib_law_fact(l->used, used, known);
}

/* Of who touches no link. */
static double untouched_hz(const struct attrib_law *l,
    const struct attrib_fit_seen *v, double late)
{
	return attrib_law_at(l->seen_hz, v->seen, late) +
	       attrib_law_at(l->shown_hz, v->shown, late);
}

static void weigh(const struct attrib_fit_call *c, const struct attrib_law *l,
    struct shared *w)
{
	struct attrib_law_fact place, use;
	double sum = l->stray_hz;

	w->n = c->n < ATTRIB_FIT_SEEN_MAX ? c->n : ATTRIB_FIT_SEEN_MAX;
	place = place_of(c, w->n, l);
	use = use_of(c, w->n, l);
	for (size_t i = 0; i < w->n; i++) {
		const struct attrib_fit_seen *v = &c->seen[i];

		w->factor[i] = v->place == ATTRIB_SAME    ? place.with
			       : v->place == ATTRIB_OTHER ? place.without
							  : 1.0;
		w->use[i] = v->use == ATTRIB_USED     ? use.with
			    : v->use == ATTRIB_UNUSED ? use.without
						      : 1.0;
		sum += w->factor[i] *
		       (w->use[i] * untouched_hz(l, v, l->late[c->hour]) +
			   touched_hz(l, v));
	}
	if (c->older > 0.0)
		sum += c->older * attrib_law_mean(l, c->older_from_s,
				      c->older_to_s, l->late[c->hour]);
	w->per = sum > 0.0 ? 1.0 / sum : 0.0;
}

/* What one visit has of a call; use: per, with what its use makes of it. */
static void share_visit(const struct attrib_fit_seen *v,
    const struct attrib_law *l, size_t hour, double per, double use,
    struct shares *s)
{
	const double late = l->late[hour];
	const double untouched = untouched_hz(l, v, late) * use;
	const double touched = touched_hz(l, v) * per;
	const double whole = untouched + touched;

	if (v->seen < ATTRIB_LAW_LAGS)
		s->seen[v->seen] +=
		    attrib_law_at(l->seen_hz, v->seen, late) * use;
	if (v->shown < ATTRIB_LAW_LAGS)
		s->shown[v->shown] +=
		    attrib_law_at(l->shown_hz, v->shown, late) * use;
	if (v->touch < ATTRIB_LAW_TOUCH)
		s->touch[v->touch] += touched;
	s->late[hour] += (late_part(l->seen_hz, v->seen, late) +
			     late_part(l->shown_hz, v->shown, late)) *
			 use;
	s->same += v->place == ATTRIB_SAME ? whole : 0.0;
	s->other += v->place == ATTRIB_OTHER ? whole : 0.0;
	s->used += v->use == ATTRIB_USED ? untouched : 0.0;
	s->unused += v->use == ATTRIB_UNUSED ? untouched : 0.0;
}

static void share_call(const struct attrib_fit_call *c,
    const struct attrib_law *l, struct shares *s)
{
	struct shared w;

	weigh(c, l, &w);
	for (size_t i = 0; i < w.n; i++) {
		const double per = w.factor[i] * w.per;

		share_visit(&c->seen[i], l, c->hour, per, per * w.use[i], s);
	}
	add_older(c, l, w.per, s);
	s->stray += l->stray_hz * w.per;
}

/* Rates = (shares + what the prior counts for) / (time + the prior's time). */
static void settle(const double *share, const double *at, const double *prior,
    size_t n, double prior_weight, double *rate)
{
	double weight[ATTRIB_LAW_LAGS];

	for (size_t i = 0; i < n; i++) {
		weight[i] = at[i] * (1.0 + prior_weight);
		rate[i] = weight[i] > 0.0
			      ? (share[i] + prior[i] * at[i] * prior_weight) /
				    weight[i]
			      : prior[i];
		if (weight[i] <= 0.0)
			weight[i] = 1.0;
	}
	attrib_law_falling(rate, weight, n);
}

/* The prior with its rates scaled to this company's calls per visit: only its
 * shape is believed. */
static struct attrib_law scaled(const struct attrib_law *from,
    const struct time_at *at, double calls)
{
	struct attrib_law l = *from;
	double expected = 0.0;

	for (size_t i = 0; i < ATTRIB_LAW_LAGS; i++)
		expected += from->seen_hz[i] * at->seen[i] +
			    from->shown_hz[i] * at->shown[i];
	for (size_t i = 0; i < ATTRIB_LAW_TOUCH; i++)
		expected += from->touch_hz[i] * at->touch[i];
	for (size_t i = 0; i < ATTRIB_LAW_LAGS && expected > 0.0; i++) {
		l.seen_hz[i] *= calls / expected;
		l.shown_hz[i] *= calls / expected;
	}
	return l;
}

static double share_of(double with, double without, double prior)
{
	const double share = (with + ATTRIB_FIT_PRIOR_FACTS * prior) /
			     (with + without + ATTRIB_FIT_PRIOR_FACTS);

	return fmin(fmax(share, ATTRIB_LAW_SHARE_MIN), ATTRIB_LAW_SHARE_MAX);
}

/* Of the late calls, how many each hour would have if they went by the time
 * since visits alone. */
static bool expect_late(const struct attrib_law *l,
    const struct attrib_fit_span *span, double share[ATTRIB_LAW_HOURS])
{
	const size_t longest =
	    (size_t)(attrib_law_lag_s(ATTRIB_LAW_LAGS) / 3600.0);
	double sum = 0.0;

	for (size_t h = 0; h < ATTRIB_LAW_HOURS; h++)
		share[h] = 0.0;
	for (size_t ago = 1; ago < longest; ago++) {
		const double s = (double)ago * 3600.0;
		const double hz =
		    attrib_law_seen(l, s, 1.0) + attrib_law_shown(l, s, 1.0);

		for (size_t h = 0; h < ATTRIB_LAW_HOURS; h++)
			share[h] +=
			    hz *
			    span->begun[(h + longest * ATTRIB_LAW_HOURS - ago) %
					ATTRIB_LAW_HOURS];
	}
	for (size_t h = 0; h < ATTRIB_LAW_HOURS; h++)
		sum += share[h];
	for (size_t h = 0; h < ATTRIB_LAW_HOURS && sum > 0.0; h++)
		share[h] /= sum;
	return sum > 0.0;
}

/* For how many calls in each hour the mean of the day counts: the fewer, the
 * more hours differ beyond chance (the method of moments for what a gamma
 * distribution of them would have). Below 0: they do not. */
static double steady(const struct shares *s, double all,
    const double share[ATTRIB_LAW_HOURS])
{
	double chi2 = 0.0;

	for (size_t h = 0; h < ATTRIB_LAW_HOURS; h++) {
		const double expected = all * share[h];
		const double more = s->late[h] - expected;

		if (expected > 0.0)
			chi2 += more * more / expected;
	}
	return all / (chi2 - ATTRIB_FIT_HOURS_CHI2);
}

static void settle_late(const struct shares *s,
    const struct attrib_fit_span *span, struct attrib_law *l)
{
	double share[ATTRIB_LAW_HOURS], all = 0.0, prior;

	if (!expect_late(l, span, share))
		return;
	for (size_t h = 0; h < ATTRIB_LAW_HOURS; h++)
		all += s->late[h];
	prior = steady(s, all, share);
	for (size_t h = 0; h < ATTRIB_LAW_HOURS; h++) {
		const double late =
		    (s->late[h] + prior) / (all * share[h] + prior);

		l->late[h] = !(prior > 0.0 && isfinite(prior))
				 ? 1.0
				 : fmin(fmax(late, 1.0 / ATTRIB_LAW_LATE_MAX),
				       ATTRIB_LAW_LATE_MAX);
	}
}

enum err attrib_fit(const struct attrib_fit_call *calls, size_t n,
    const struct attrib_fit_span *span, const struct attrib_law *from,
    struct attrib_fit_result *out)
{
	const double all = (double)n;
	const double weight = ATTRIB_FIT_PRIOR_CALLS / (all > 0.0 ? all : 1.0);
	struct attrib_law prior, l;
	struct shares s = { .stray = 0.0 };
	struct time_at at;

	if (n == 0 || !(span->visits > 0.0) || !(span->number_s > 0.0))
		return ERR_RANGE;
	time_of(span, &at);
	prior = scaled(from, &at, all);
	prior.stray_hz = fmax(prior.stray_hz, ATTRIB_FIT_STRAY_HZ);
	l = prior;
	for (int round = 0; round < ATTRIB_FIT_ROUNDS; round++) {
		s = (struct shares){ .stray = 0.0 };
		for (size_t i = 0; i < n; i++)
			share_call(&calls[i], &l, &s);
		settle(s.seen, at.seen, prior.seen_hz, ATTRIB_LAW_LAGS, weight,
		    l.seen_hz);
		settle(s.shown, at.shown, prior.shown_hz, ATTRIB_LAW_LAGS,
		    weight, l.shown_hz);
		settle(s.touch, at.touch, prior.touch_hz, ATTRIB_LAW_TOUCH,
		    weight, l.touch_hz);
		l.stray_hz =
		    (s.stray + prior.stray_hz * span->number_s * weight) /
		    (span->number_s * (1.0 + weight));
		l.place_agrees = share_of(s.same, s.other, prior.place_agrees);
		l.used = share_of(s.used, s.unused, prior.used);
		settle_late(&s, span, &l);
	}
	out->law = l;
	out->stray_share = s.stray / all;
	out->calls_per_visit = (all - s.stray) / span->visits;
	return ERR_OK;
}
