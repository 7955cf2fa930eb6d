#include "bench/attrib_score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/attrib_limit.h"

double attrib_score_of(size_t part, size_t all)
{
	return all == 0 ? 0.0 : 100.0 * (double)part / (double)all;
}

/* --- what peers do ---------------------------------------------------------*/

void attrib_score_last(const struct world *w, double from_s, struct score *s)
{
	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < w->n_calls; i++) {
		const struct call *c = &w->calls[i];

		if (c->at_s < from_s)
			continue;
		s->calls++;
		if (c->number == ATTRIB_WORLD_OVERFLOW) {
			s->overflowed++;
			continue;
		}
		s->answered++;
		if (c->visit != ATTRIB_WORLD_NOBODY &&
		    attrib_world_last(w, c) == c->visit)
			s->right++;
		else
			s->wrong++;
	}
}

/* --- what we do ------------------------------------------------------------*/

#define CREDITED 16 /* calls of a caller that are looked at */

/* What is known of a caller, by his telephone. */
struct known_caller {
	double *first_s;          /* by number, < 0: not within the look-back */
	uint32_t visit[CREDITED]; /* credited, latest first */
	uint16_t bp[CREDITED];
	size_t n;
};

#define LOOK_BACK_S ((double)ATTRIB_LOOK_BACK_US / (double)RT_SEC_US)

/* A visit is credited with its campaign. */
static bool same_source(const struct visit *a, const struct visit *b,
    bool campaign_too)
{
	return a->source == b->source &&
	       (!campaign_too || a->campaign == b->campaign);
}

static void judge(const struct world *w, const struct call *c,
    const uint32_t *visits, size_t n, const struct attrib_verdict *v,
    struct score *s)
{
	const bool somebody = c->visit != ATTRIB_WORLD_NOBODY;
	size_t best = 0;
	double p;
	bool hit;

	for (size_t i = 1; i < n; i++)
		if (v->each_bp[i] > v->each_bp[best])
			best = i;
	p = n == 0 ? 0.0 : v->each_bp[best] / (double)ATTRIB_WHOLE_BP;
	hit = n > 0 && somebody && c->visit == visits[best];
	s->guesses[s->answered++] = (struct guess){ p, hit };
	s->brier += (p - hit) * (p - hit);
	s->named += hit;
	s->nobodys += !somebody;
	s->nobody += v->none_bp / (double)ATTRIB_WHOLE_BP;
	if (v->level == ATTRIB_VISIT) {
		s->right += hit;
		s->wrong += !hit;
	}
	if (v->level != ATTRIB_NONE) {
		s->sources++;
		s->sources_right +=
		    somebody &&
		    same_source(&w->visits[c->visit],
			&w->visits[visits[v->best]], v->level == ATTRIB_VISIT);
	}
}

static int likelier(const void *a, const void *b)
{
	const struct guess *x = a, *y = b;

	return (x->p < y->p) - (x->p > y->p);
}

void attrib_score_bins(const struct score *s,
    struct attrib_score_bin out[ATTRIB_SCORE_BINS])
{
	memset(out, 0, ATTRIB_SCORE_BINS * sizeof(*out));
	for (size_t i = 0; i < s->answered; i++) {
		struct attrib_score_bin *b =
		    &out[(size_t)fmin(ATTRIB_SCORE_BINS - 1.0,
			s->guesses[i].p * ATTRIB_SCORE_BINS)];

		b->n++;
		b->stated += s->guesses[i].p;
		b->right += s->guesses[i].right;
	}
	for (size_t k = 0; k < ATTRIB_SCORE_BINS; k++)
		if (out[k].n > 0) {
			out[k].stated /= (double)out[k].n;
			out[k].right /= (double)out[k].n;
		}
}

static double calibration(const struct score *s)
{
	struct attrib_score_bin bins[ATTRIB_SCORE_BINS];
	double error = 0.0;

	attrib_score_bins(s, bins);
	for (size_t k = 0; k < ATTRIB_SCORE_BINS; k++)
		error +=
		    (double)bins[k].n * fabs(bins[k].stated - bins[k].right);
	return error / (double)s->answered;
}

/* As lib/db/db_candidate does. */
static void history(const struct known_caller *k, const uint32_t *visits,
    struct attrib_candidate *c, size_t n)
{
	for (size_t i = 0; k != NULL && k->n > 0 && i < n; i++) {
		c[i].caller = ATTRIB_OTHER;
		for (size_t j = 0; j < k->n; j++)
			c[i].caller_bp = k->bp[j] > c[i].caller_bp
					     ? k->bp[j]
					     : c[i].caller_bp;
		for (size_t j = 0; j < k->n; j++)
			if (k->visit[j] == visits[i]) {
				c[i].caller = ATTRIB_SAME;
				c[i].caller_bp = k->bp[j];
				break;
			}
	}
}

static uint16_t shared_bp(const struct known_caller *k)
{
	size_t visits = 0;

	for (size_t i = 0; i < k->n; i++) {
		size_t j = 0;

		while (j < i && k->visit[j] != k->visit[i])
			j++;
		visits += j == i;
	}
	return attrib_shared_bp(k->n, visits);
}

static void remember(struct known_caller *k, uint32_t visit, uint16_t bp)
{
	const size_t most = k->n < CREDITED ? k->n : CREDITED - 1;

	memmove(k->visit + 1, k->visit, most * sizeof(k->visit[0]));
	memmove(k->bp + 1, k->bp, most * sizeof(k->bp[0]));
	k->visit[0] = visit;
	k->bp[0] = bp;
	k->n = most + 1;
}

/* When he first dialled the number, as far back as it counts; < 0: never. */
static double first_s(const struct world *w, const struct call *c,
    struct known_caller *k)
{
	double first;

	if (k->first_s == NULL) {
		k->first_s = attrib_world_take(w->numbers, sizeof(double));
		for (uint32_t i = 0; i < w->numbers; i++)
			k->first_s[i] = -1.0;
	}
	first = k->first_s[c->number];
	if (first < c->at_s - LOOK_BACK_S)
		first = -1.0;
	if (first < 0.0)
		k->first_s[c->number] = c->at_s;
	return first;
}

static void credit_one(const struct world *w, const struct call *c,
    const struct attrib_law *law, struct known_caller *k, bool counts,
    struct score *s)
{
	struct attrib_candidate cand[ATTRIB_CANDIDATES_MAX];
	uint32_t visits[ATTRIB_CANDIDATES_MAX];
	struct attrib_ask ask = { .law = law,
		.threshold_bp = ATTRIB_THRESHOLD_BP };
	struct attrib_verdict v;
	size_t n;

	n = attrib_world_candidates(w, c, k == NULL ? -1.0 : first_s(w, c, k),
	    cand, visits, &ask);
	history(k, visits, cand, n);
	ask.shared_bp = k == NULL ? 0 : shared_bp(k);
	if (attrib_decide(cand, n, &ask, &v) != ERR_OK)
		abort();
	if (k != NULL && v.level == ATTRIB_VISIT)
		remember(k, visits[v.best], v.probability_bp);
	if (counts)
		judge(w, c, visits, n, &v, s);
}

static struct known_caller *caller_of(const struct world *w,
    const struct call *c, struct known_caller *known)
{
	return c->strange || c->visit == ATTRIB_WORLD_NOBODY
		   ? NULL
		   : &known[w->visits[c->visit].phone];
}

void attrib_score_ours(const struct world *w, double from_s,
    const struct attrib_law *law, struct score *s)
{
	struct known_caller *known =
	    attrib_world_take(w->n_visits, sizeof(*known));

	memset(s, 0, sizeof(*s));
	s->guesses = attrib_world_take(w->n_calls, sizeof(*s->guesses));
	for (size_t i = 0; i < w->n_calls; i++) {
		const struct call *c = &w->calls[i];
		const bool counts = c->at_s >= from_s;

		s->calls += counts;
		if (c->number == ATTRIB_WORLD_OVERFLOW)
			s->overflowed += counts;
		else
			credit_one(w, c, law, caller_of(w, c, known), counts,
			    s);
	}
	for (size_t i = 0; i < w->n_visits; i++)
		free(known[i].first_s);
	qsort(s->guesses, s->answered, sizeof(*s->guesses), likelier);
	s->error = calibration(s);
	free(known);
}

/* --- what can be known
 * ------------------------------------------------------*/

void attrib_score_limit(const struct setting *how, const struct world *w,
    double from_s, struct score *s)
{
	memset(s, 0, sizeof(*s));
	s->guesses = attrib_world_take(w->n_calls, sizeof(*s->guesses));
	for (size_t i = 0; i < w->n_calls; i++) {
		const struct call *c = &w->calls[i];
		uint32_t best;
		double p;
		bool hit;

		if (c->at_s < from_s)
			continue;
		s->calls++;
		if (c->number == ATTRIB_WORLD_OVERFLOW) {
			s->overflowed++;
			continue;
		}
		p = attrib_limit(how, w, c, &best);
		hit = best == c->visit;
		s->guesses[s->answered++] = (struct guess){ p, hit };
		s->named += hit;
		if (p * ATTRIB_WHOLE_BP < ATTRIB_THRESHOLD_BP)
			continue;
		s->right += hit;
		s->wrong += !hit;
	}
	qsort(s->guesses, s->answered, sizeof(*s->guesses), likelier);
	s->error = calibration(s);
}

/* Wrong among the likeliest share of the calls. */
double attrib_score_wrong_at(const struct score *s, double coverage)
{
	const size_t n = (size_t)(coverage * (double)s->answered);
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++)
		wrong += !s->guesses[i].right;
	return attrib_score_of(wrong, n);
}
