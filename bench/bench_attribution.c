/*
 * bench_attribution - attribution against worlds whose truth is known.
 *
 * In each world the last visit that was shown the number is credited, as peers
 * do, and so is what lib/core/attrib says; both are compared with who really
 * called. The law of delays begins as the prior, which was fitted on worlds of
 * other seeds and other delays (--prior), learns from the first third of the
 * calls, which of course do not say who made them, and is judged on the rest.
 * Beside it stands what one could say who knows how the world was made
 * (bench/attrib_limit): nobody can do better there.
 *
 *   bench_attribution            lines on standard output
 *   bench_attribution --prior    the prior of lib/core/attrib_law.c
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/attrib_limit.h"
#include "lib/core/erlang.h"

#define HOURS    3000.0
#define BINS     10
#define NOTE_MAX 512

struct guess {
	double p;
	bool right;
};

struct score {
	size_t calls;
	size_t overflowed;
	size_t answered; /* calls of a number of the pool */
	size_t right;    /* credited to a visit */
	size_t wrong;
	size_t named; /* the likeliest visit is right, however likely */
	size_t sources;
	size_t sources_right;
	double brier;
	double error; /* of calibration */
	struct guess *guesses;
};

/* Numbers of the bench are short; what does not fit is cut. */
static void RT_PRINTF(2, 3) say(char *text, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, NOTE_MAX, fmt, args);
	va_end(args);
}

static double of(size_t part, size_t all)
{
	return all == 0 ? 0.0 : 100.0 * (double)part / (double)all;
}

/* --- what peers do ---------------------------------------------------------*/

static void credit_last(const struct world *w, double from_s, struct score *s)
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

/* What is known of a caller, by the visit that he really made. */
struct known_caller {
	double first_s; /* < 0: has not called yet */
	uint32_t visit; /* credited */
	uint16_t bp;    /* 0: none */
};

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
	if (v->level == ATTRIB_VISIT) {
		s->right += hit;
		s->wrong += !hit;
	}
	if (v->level != ATTRIB_NONE) {
		s->sources++;
		s->sources_right +=
		    somebody && w->visits[c->visit].source ==
				    w->visits[visits[v->best]].source;
	}
}

static int likelier(const void *a, const void *b)
{
	const struct guess *x = a, *y = b;

	return (x->p < y->p) - (x->p > y->p);
}

/* Mean distance of stated and true share over ten equal ranges. */
static double calibration(const struct score *s)
{
	double sum_p[BINS] = { 0 }, hits[BINS] = { 0 }, error = 0.0;

	for (size_t i = 0; i < s->answered; i++) {
		const size_t k =
		    (size_t)fmin(BINS - 1.0, s->guesses[i].p * BINS);

		sum_p[k] += s->guesses[i].p;
		hits[k] += s->guesses[i].right;
	}
	for (size_t k = 0; k < BINS; k++)
		error += fabs(sum_p[k] - hits[k]);
	return error / (double)s->answered;
}

static void history(const struct known_caller *k, const uint32_t *visits,
    struct attrib_candidate *c, size_t n)
{
	for (size_t i = 0; k != NULL && k->bp > 0 && i < n; i++) {
		c[i].caller =
		    visits[i] == k->visit ? ATTRIB_SAME : ATTRIB_OTHER;
		c[i].caller_bp = k->bp;
	}
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

	n = attrib_world_candidates(w, c, k == NULL ? -1.0 : k->first_s, cand,
	    visits, &ask);
	history(k, visits, cand, n);
	if (attrib_decide(cand, n, &ask, &v) != ERR_OK)
		abort();
	if (k != NULL && k->first_s < 0.0)
		k->first_s = c->at_s;
	if (k != NULL && v.level == ATTRIB_VISIT) {
		k->visit = visits[v.best];
		k->bp = v.probability_bp;
	}
	if (counts)
		judge(w, c, visits, n, &v, s);
}

static void credit_all(const struct world *w, double from_s,
    const struct attrib_law *law, struct score *s)
{
	struct known_caller *known =
	    attrib_world_take(w->n_visits, sizeof(*known));

	memset(s, 0, sizeof(*s));
	s->guesses = attrib_world_take(w->n_calls, sizeof(*s->guesses));
	for (size_t i = 0; i < w->n_visits; i++)
		known[i].first_s = -1.0;
	for (size_t i = 0; i < w->n_calls; i++) {
		const struct call *c = &w->calls[i];
		const bool counts = c->at_s >= from_s;

		s->calls += counts;
		if (c->number == ATTRIB_WORLD_OVERFLOW)
			s->overflowed += counts;
		else
			credit_one(w, c, law,
			    c->visit == ATTRIB_WORLD_NOBODY ? NULL
							    : &known[c->visit],
			    counts, s);
	}
	qsort(s->guesses, s->answered, sizeof(*s->guesses), likelier);
	s->error = calibration(s);
	free(known);
}

/* --- what can be known
 * ------------------------------------------------------*/

static void credit_limit(const struct setting *how, const struct world *w,
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

/* --- lines -----------------------------------------------------------------*/

static void line(const char *what, double value, const char *unit, double limit,
    double ratio, const char *note)
{
	printf(
	    "bench attribution-%s value=%.3g unit=%s limit=%.3g"
	    " ratio=%.3f note=\"%s\"\n",
	    what, value, unit, limit, ratio, note);
}

/* Wrong among the likeliest share of the calls. */
static double wrong_at(const struct score *s, double coverage)
{
	const size_t n = (size_t)(coverage * (double)s->answered);
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++)
		wrong += !s->guesses[i].right;
	return of(wrong, n);
}

static void curve(const char *name, const struct score *s, double other)
{
	char note[NOTE_MAX];

	for (int c = 40; c <= 100; c += 10) {
		const double wrong = wrong_at(s, c / 100.0);

		say(note,
		    "%s: wrong of the likeliest %d %% of calls; limit: last"
		    " assignee, random number",
		    name, c);
		line("curve", wrong, "%", other, wrong / other, note);
	}
}

/* The same with a threshold of 50 %, which a company may set. */
static void report_half(const char *name, const struct score *m,
    const struct score *lrr, double other)
{
	size_t n = 0, right = 0;
	double wrong;
	char note[NOTE_MAX];

	for (; n < m->answered && m->guesses[n].p >= 0.5; n++)
		right += m->guesses[n].right;
	wrong = of(n - right, n);
	say(note,
	    "%s: right with a threshold of 50 %%; difference %+.1f points,"
	    " wrong %.1f %% of %.1f %%, %.2f of the last assignee's",
	    name, of(right, m->calls) - of(lrr->right, lrr->calls), wrong,
	    of(n, m->answered), wrong / other);
	line("right-at-50", of(right, m->calls), "%",
	    of(lrr->right, lrr->calls),
	    of(right, m->calls) / of(lrr->right, lrr->calls), note);
}

static void report(const char *name, const struct score *m,
    const struct score *lrr, const struct score *rnd, bool with_curve)
{
	const double other = of(rnd->wrong, rnd->answered);
	const double wrong = of(m->wrong, m->right + m->wrong);
	char note[NOTE_MAX];

	say(note,
	    "%s: wrong of the %.1f %% credited to a visit; limit: last"
	    " assignee, random number; must 0.6 aim 0.4; %zu calls",
	    name, of(m->right + m->wrong, m->answered), m->calls);
	line("wrong", wrong, "%", other, wrong / other, note);
	say(note,
	    "%s: credited to the right visit, of all; limit: last assignee,"
	    " least recently released; difference %+.1f points, must -3 aim"
	    " 0; abstained %.1f %%, overflow %.2f %%",
	    name, of(m->right, m->calls) - of(lrr->right, lrr->calls),
	    of(m->answered - m->right - m->wrong, m->calls),
	    of(m->overflowed, m->calls));
	line("right", of(m->right, m->calls), "%", of(lrr->right, lrr->calls),
	    of(m->right, m->calls) / of(lrr->right, lrr->calls), note);
	report_half(name, m, lrr, other);
	say(note,
	    "%s: likeliest visit is right, whatever its probability;"
	    " difference %+.1f points",
	    name, of(m->named, m->calls) - of(lrr->right, lrr->calls));
	line("named", of(m->named, m->calls), "%", of(lrr->right, lrr->calls),
	    of(m->named, m->calls) / of(lrr->right, lrr->calls), note);
	say(note,
	    "%s: source and campaign right, of the %.1f %% credited to either;"
	    " must 90 aim 95",
	    name, of(m->sources, m->answered));
	line("source", of(m->sources_right, m->sources), "%", 90.0,
	    of(m->sources_right, m->sources) / 90.0, note);
	say(note, "%s: must 0.03 aim 0.02", name);
	line("calibration", m->error, "error", 0.03, 0.03 / m->error, note);
	say(note, "%s: limit: last assignee, random number", name);
	line("brier", m->brier / (double)m->answered, "score", other / 100.0,
	    m->brier / (double)m->answered / (other / 100.0), note);
	if (with_curve)
		curve(name, m, other);
}

/* How far from what can be known: at the threshold, at our coverage, and with
 * the likeliest named whatever its probability. */
static void report_limit(const char *name, const struct score *m,
    const struct score *best, const struct score *lrr, const struct score *rnd)
{
	const double other = of(rnd->wrong, rnd->answered);
	const double wrong = of(best->wrong, best->right + best->wrong);
	const double cover =
	    (double)(m->right + m->wrong) / (double)m->answered;
	char note[NOTE_MAX];

	say(note,
	    "%s: wrong of the %.1f %% that one who knows the world credits;"
	    " limit: last assignee, random number; calibration %.4f",
	    name, of(best->right + best->wrong, best->answered), best->error);
	line("limit-wrong", wrong, "%", other, wrong / other, note);
	say(note,
	    "%s: his right ones, of all; difference %+.1f points from the last"
	    " assignee, least recently released",
	    name, of(best->right, best->calls) - of(lrr->right, lrr->calls));
	line("limit-right", of(best->right, best->calls), "%",
	    of(lrr->right, lrr->calls),
	    of(best->right, best->calls) / of(lrr->right, lrr->calls), note);
	say(note,
	    "%s: our wrong ones against his at our coverage of %.1f %%; the"
	    " likeliest named: %.1f %% right against his %.1f %%",
	    name, 100.0 * cover, of(m->named, m->calls),
	    of(best->named, best->calls));
	line("of-limit", wrong_at(m, cover), "%", wrong_at(best, cover),
	    wrong_at(m, cover) / wrong_at(best, cover), note);
}

/* --- settings --------------------------------------------------------------*/

enum evidence {
	EVIDENCE_TIME,
	EVIDENCE_PRIOR,
	EVIDENCE_LINKS
};

static void run(struct setting s, enum evidence how, const char *extra)
{
	const double from_s = s.hours * 3600.0 / 3.0;
	struct attrib_fit_result learnt = { .law = *attrib_law_prior() };
	struct score m, lrr, rnd, best;
	struct world w, w_rnd;
	char name[NOTE_MAX];

	if (how != EVIDENCE_TIME) {
		s.touch = 0.6;
		s.idle = 0.01;
		s.place = 0.8;
	}
	say(name, "%.0f visits/h, %u numbers, %s%s", s.visits_h,
	    (unsigned int)s.numbers,
	    how == EVIDENCE_TIME    ? "time alone"
	    : how == EVIDENCE_PRIOR ? "links and places, nothing learnt"
				    : "links and places",
	    extra);
	attrib_world_build(&s, &w);
	s.random = true;
	attrib_world_build(&s, &w_rnd);
	credit_last(&w, from_s, &lrr);
	credit_last(&w_rnd, from_s, &rnd);
	if (how != EVIDENCE_PRIOR && attrib_world_fit(&w, 0.0, from_s,
					 attrib_law_prior(), &learnt) != ERR_OK)
		abort();
	credit_all(&w, from_s, &learnt.law, &m);
	report(name, &m, &lrr, &rnd, extra[0] == '\0' && how != EVIDENCE_PRIOR);
	if (extra[0] == '\0' && how != EVIDENCE_PRIOR) {
		credit_limit(&s, &w, from_s, &best);
		report_limit(name, &m, &best, &lrr, &rnd);
		free(best.guesses);
	}
	free(m.guesses);
	attrib_world_forget(&w);
	attrib_world_forget(&w_rnd);
}

static void more(double visits_h, uint32_t numbers)
{
	const struct setting base = { .visits_h = visits_h,
		.numbers = numbers,
		.seed = 11,
		.hours = HOURS };
	struct setting s = base;

	s.again = 0.25;
	run(s, EVIDENCE_LINKS, ", repeat callers");
	s = base;
	s.law = DELAYS_LATE;
	run(s, EVIDENCE_LINKS, ", late callers");
	s = base;
	s.stray_h = 0.02;
	run(s, EVIDENCE_LINKS, ", numbers also in print");
	s = base;
	s.robots = 0.2;
	run(s, EVIDENCE_LINKS, ", a fifth robots");
	s.again = 0.25;
	s.stray_h = 0.02;
	run(s, EVIDENCE_LINKS, ", all of it");
}

/* One number per simultaneous visitor, as the rule of thumb has it. */
static void thumb(void)
{
	const struct setting s = { .visits_h = 60,
		.numbers = 3,
		.seed = 5,
		.hours = HOURS };
	size_t over = 0;
	struct world w;
	double share, erlang;

	attrib_world_build(&s, &w);
	for (size_t i = 0; i < w.n_visits; i++)
		over += w.visits[i].number == ATTRIB_WORLD_OVERFLOW;
	share = of(over, w.n_visits);
	erlang = 100.0 * erlang_b(3.0, 3);
	line("overflow", share, "%", erlang, share / erlang,
	    "60 visits/h of 180 s, 3 numbers: visits without a number, each"
	    " counted; limit: Erlang B");
	attrib_world_forget(&w);
}

/* --- the prior -------------------------------------------------------------*/

static void print_rates(const char *name, const double *hz, size_t n)
{
	printf("	.%s = { ", name);
	for (size_t i = 0; i < n; i++)
		printf("%s%.2e", i > 0 ? ", " : "", hz[i]);
	printf(" },\n");
}

/* The mean of laws fitted on worlds that no setting above has. */
static void make_prior(void)
{
	static const enum delays laws[] = { DELAYS_QUICK, DELAYS_SLOW };
	struct attrib_law sum = { .version = 0 };
	const double n = (double)RT_ARRAY_LEN(laws);

	for (size_t k = 0; k < RT_ARRAY_LEN(laws); k++) {
		const struct setting s = { .visits_h = 120,
			.numbers = 100,
			.touch = 0.5,
			.idle = 0.01,
			.stray_h = 0.0005,
			.law = laws[k],
			.seed = 1001 + k,
			.hours = 2 * HOURS };
		struct attrib_fit_result r;
		struct world w;

		attrib_world_build(&s, &w);
		if (attrib_world_fit(&w, 0.0, w.end_s, attrib_law_prior(),
			&r) != ERR_OK)
			abort();
		for (size_t i = 0; i < ATTRIB_LAW_LAGS; i++) {
			sum.seen_hz[i] += r.law.seen_hz[i] / n;
			sum.shown_hz[i] += r.law.shown_hz[i] / n;
		}
		for (size_t i = 0; i < ATTRIB_LAW_TOUCH; i++)
			sum.touch_hz[i] += r.law.touch_hz[i] / n;
		sum.stray_hz += r.law.stray_hz / n;
		attrib_world_forget(&w);
	}
	print_rates("seen_hz", sum.seen_hz, ATTRIB_LAW_LAGS);
	print_rates("shown_hz", sum.shown_hz, ATTRIB_LAW_LAGS);
	print_rates("touch_hz", sum.touch_hz, ATTRIB_LAW_TOUCH);
	printf("	.stray_hz = %.2e,\n", sum.stray_hz);
}

int main(int argc, char **argv)
{
	static const struct {
		double visits_h;
		uint32_t numbers;
	} pools[] = { { 60, 8 }, { 60, 16 }, { 60, 30 }, { 300, 30 },
		{ 300, 60 }, { 300, 120 } };

	if (argc > 1 && strcmp(argv[1], "--prior") == 0) {
		make_prior();
		return 0;
	}
	for (int how = EVIDENCE_TIME; how <= EVIDENCE_LINKS; how++)
		for (size_t i = 0; i < RT_ARRAY_LEN(pools); i++)
			run((struct setting){ .visits_h = pools[i].visits_h,
				.numbers = pools[i].numbers,
				.seed = 1 + i,
				.hours = HOURS },
			    (enum evidence)how, "");
	more(60, 16);
	more(300, 60);
	thumb();
	return 0;
}
