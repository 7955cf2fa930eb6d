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
 *   bench_attribution --worlds [SEED]  the worlds that are not even, alone
 *   bench_attribution --use [SEED]     those where the tag tells of use, alone
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/attrib_limit.h"
#include "bench/attrib_prior.h"
#include "bench/attrib_score.h"
#include "lib/core/erlang.h"

#define HOURS    3000.0
#define NOTE_MAX 512
/* Evidence is compared at this share of the calls. */
#define KINDS_COVER 0.75

/* Numbers of the bench are short; what does not fit is cut. */
static void RT_PRINTF(2, 3) say(char *text, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, NOTE_MAX, fmt, args);
	va_end(args);
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

static void curve(const char *name, const struct score *s, double other)
{
	char note[NOTE_MAX];

	for (int c = 40; c <= 100; c += 10) {
		const double wrong = attrib_score_wrong_at(s, c / 100.0);

		say(note,
		    "%s: wrong of the likeliest %d %% of calls; limit: last"
		    " assignee, random number",
		    name, c);
		line("curve", wrong, "%", other, wrong / other, note);
	}
}

static void reliability(const char *name, const struct score *s)
{
	struct attrib_score_bin bins[ATTRIB_SCORE_BINS];
	char note[NOTE_MAX];

	attrib_score_bins(s, bins);
	for (size_t k = 0; k < ATTRIB_SCORE_BINS; k++) {
		if (bins[k].n == 0)
			continue;
		say(note, "%s: right of the %zu calls so likely; limit: stated",
		    name, bins[k].n);
		line("reliability", 100.0 * bins[k].right, "%",
		    100.0 * bins[k].stated, bins[k].right / bins[k].stated,
		    note);
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
	wrong = attrib_score_of(n - right, n);
	say(note,
	    "%s: right with a threshold of 50 %%; difference %+.1f points,"
	    " wrong %.1f %% of %.1f %%, %.2f of the last assignee's",
	    name,
	    attrib_score_of(right, m->calls) -
		attrib_score_of(lrr->right, lrr->calls),
	    wrong, attrib_score_of(n, m->answered), wrong / other);
	line("right-at-50", attrib_score_of(right, m->calls), "%",
	    attrib_score_of(lrr->right, lrr->calls),
	    attrib_score_of(right, m->calls) /
		attrib_score_of(lrr->right, lrr->calls),
	    note);
}

static void report(const char *name, const struct score *m,
    const struct score *lrr, const struct score *rnd, bool with_curve)
{
	const double other = attrib_score_of(rnd->wrong, rnd->answered);
	const double wrong = attrib_score_of(m->wrong, m->right + m->wrong);
	char note[NOTE_MAX];

	say(note,
	    "%s: wrong of the %.1f %% credited to a visit; limit: last"
	    " assignee, random number; must 0.6 aim 0.4; %zu calls",
	    name, attrib_score_of(m->right + m->wrong, m->answered), m->calls);
	line("wrong", wrong, "%", other, wrong / other, note);
	say(note,
	    "%s: credited to the right visit, of all; limit: last assignee,"
	    " least recently released; difference %+.1f points, must -3 aim"
	    " 0; abstained %.1f %%, overflow %.2f %%",
	    name,
	    attrib_score_of(m->right, m->calls) -
		attrib_score_of(lrr->right, lrr->calls),
	    attrib_score_of(m->answered - m->right - m->wrong, m->calls),
	    attrib_score_of(m->overflowed, m->calls));
	line("right", attrib_score_of(m->right, m->calls), "%",
	    attrib_score_of(lrr->right, lrr->calls),
	    attrib_score_of(m->right, m->calls) /
		attrib_score_of(lrr->right, lrr->calls),
	    note);
	report_half(name, m, lrr, other);
	say(note,
	    "%s: likeliest visit is right, whatever its probability;"
	    " difference %+.1f points",
	    name,
	    attrib_score_of(m->named, m->calls) -
		attrib_score_of(lrr->right, lrr->calls));
	line("named", attrib_score_of(m->named, m->calls), "%",
	    attrib_score_of(lrr->right, lrr->calls),
	    attrib_score_of(m->named, m->calls) /
		attrib_score_of(lrr->right, lrr->calls),
	    note);
	say(note,
	    "%s: source, and campaign of a visit, right of the %.1f %% credited to either;"
	    " must 90 aim 95",
	    name, attrib_score_of(m->sources, m->answered));
	line("source", attrib_score_of(m->sources_right, m->sources), "%", 90.0,
	    attrib_score_of(m->sources_right, m->sources) / 90.0, note);
	say(note, "%s: must 0.03 aim 0.02", name);
	line("calibration", m->error, "error", 0.03, 0.03 / m->error, note);
	say(note, "%s: limit: last assignee, random number", name);
	line("brier", m->brier / (double)m->answered, "score", other / 100.0,
	    m->brier / (double)m->answered / (other / 100.0), note);
	reliability(name, m);
	if (with_curve)
		curve(name, m, other);
}

/* Calls that no visitor made, of those answered. */
static void report_nobody(const char *name, const struct score *m)
{
	const double real = attrib_score_of(m->nobodys, m->answered);
	const double said = 100.0 * m->nobody / (double)m->answered;
	char note[NOTE_MAX];

	say(note, "%s: calls said to be of nobody; limit: calls that are",
	    name);
	line("nobody", said, "%", real, real > 0.0 ? said / real : 0.0, note);
}

/* How far from what can be known: at the threshold, at our coverage, and with
 * the likeliest named whatever its probability. */
static void report_limit(const char *name, const struct score *m,
    const struct score *best, const struct score *lrr, const struct score *rnd)
{
	const double other = attrib_score_of(rnd->wrong, rnd->answered);
	const double wrong =
	    attrib_score_of(best->wrong, best->right + best->wrong);
	const double cover =
	    (double)(m->right + m->wrong) / (double)m->answered;
	char note[NOTE_MAX];

	say(note,
	    "%s: wrong of the %.1f %% that one who knows the world credits;"
	    " limit: last assignee, random number; calibration %.4f",
	    name, attrib_score_of(best->right + best->wrong, best->answered),
	    best->error);
	line("limit-wrong", wrong, "%", other, wrong / other, note);
	say(note,
	    "%s: his right ones, of all; difference %+.1f points from the last"
	    " assignee, least recently released",
	    name,
	    attrib_score_of(best->right, best->calls) -
		attrib_score_of(lrr->right, lrr->calls));
	line("limit-right", attrib_score_of(best->right, best->calls), "%",
	    attrib_score_of(lrr->right, lrr->calls),
	    attrib_score_of(best->right, best->calls) /
		attrib_score_of(lrr->right, lrr->calls),
	    note);
	say(note,
	    "%s: our wrong ones against his at our coverage of %.1f %%; the"
	    " likeliest named: %.1f %% right against his %.1f %%",
	    name, 100.0 * cover, attrib_score_of(m->named, m->calls),
	    attrib_score_of(best->named, best->calls));
	line("of-limit", attrib_score_wrong_at(m, cover), "%",
	    attrib_score_wrong_at(best, cover),
	    attrib_score_wrong_at(m, cover) /
		attrib_score_wrong_at(best, cover),
	    note);
}

/* --- settings --------------------------------------------------------------*/

/* What a world's visits tell beside their times. */
enum evidence {
	EVIDENCE_TIME = 0,
	EVIDENCE_LINKS = 1,  /* most callers touch the phone link */
	EVIDENCE_PLACES = 2, /* of most callers the area is known */
	EVIDENCE_BOTH = 3,
	EVIDENCE_CALLERS = 4, /* some call again, and are known by then */
	EVIDENCE_ALL = 7,
	EVIDENCE_USE = 8,  /* most callers have used the page before */
	EVIDENCE_SEEN = 11 /* ... and links and places */
};

static const char *words(enum evidence e)
{
	switch (e) {
	case EVIDENCE_TIME:
		return "time alone";
	case EVIDENCE_LINKS:
		return "links";
	case EVIDENCE_PLACES:
		return "places";
	case EVIDENCE_BOTH:
		return "links and places";
	case EVIDENCE_CALLERS:
		return "repeat callers";
	case EVIDENCE_ALL:
		return "links, places, repeat callers";
	case EVIDENCE_USE:
		return "use";
	case EVIDENCE_SEEN:
		return "links, places and use";
	}
	return "";
}

static struct setting with(struct setting s, enum evidence e)
{
	if ((e & EVIDENCE_LINKS) != 0) {
		/* Other visitors than the prior was fitted on. */
		s.touch = 0.6;
		s.idle = 0.02;
		s.dial_s = 12.0;
	}
	if ((e & EVIDENCE_PLACES) != 0)
		s.place = 0.8;
	if ((e & EVIDENCE_CALLERS) != 0)
		s.again = 0.25;
	if ((e & EVIDENCE_USE) != 0 && s.used <= 0.0) {
		s.used = 0.6;
		s.calls_used = 0.95;
	}
	return s;
}

/* The law as the first third of the calls teaches it. */
static struct attrib_law learn(const struct world *w, double from_s)
{
	struct attrib_fit_result learnt;

	if (attrib_world_fit(w, 0.0, from_s, attrib_law_prior(), &learnt) !=
	    ERR_OK)
		abort();
	return learnt.law;
}

static void run(struct setting s, enum evidence e, bool learns,
    const char *extra)
{
	const double from_s = s.hours * 3600.0 / 3.0;
	const bool whole = extra[0] == '\0' && learns;
	struct attrib_law law = *attrib_law_prior();
	struct score m, lrr, rnd, best;
	struct world w, w_rnd;
	char name[NOTE_MAX];

	s = with(s, e);
	say(name, "%.0f visits/h, %u numbers, %s%s%s", s.visits_h,
	    (unsigned int)s.numbers, words(e), learns ? "" : ", nothing learnt",
	    extra);
	attrib_world_build(&s, &w);
	s.random = true;
	attrib_world_build(&s, &w_rnd);
	attrib_score_last(&w, from_s, &lrr);
	attrib_score_last(&w_rnd, from_s, &rnd);
	if (learns)
		law = learn(&w, from_s);
	attrib_score_ours(&w, from_s, &law, &m);
	report(name, &m, &lrr, &rnd, whole);
	report_nobody(name, &m);
	if (learns && attrib_limit_knows(&s)) {
		attrib_score_limit(&s, &w, from_s, &best);
		report_limit(name, &m, &best, &lrr, &rnd);
		free(best.guesses);
	}
	free(m.guesses);
	attrib_world_forget(&w);
	attrib_world_forget(&w_rnd);
}

/* What each kind of evidence is worth: wrong ones at the same coverage, in a
 * world that has it. */
static void kinds(struct setting s)
{
	static const enum evidence each[] = { EVIDENCE_TIME, EVIDENCE_PLACES,
		EVIDENCE_USE, EVIDENCE_CALLERS, EVIDENCE_LINKS, EVIDENCE_BOTH,
		EVIDENCE_SEEN, EVIDENCE_ALL };
	const double from_s = s.hours * 3600.0 / 3.0;

	for (size_t i = 0; i < RT_ARRAY_LEN(each); i++) {
		struct setting in = with(s, each[i]);
		struct score m, rnd;
		struct world w, w_rnd;
		struct attrib_law law;
		double wrong, other;
		char note[NOTE_MAX];

		attrib_world_build(&in, &w);
		in.random = true;
		attrib_world_build(&in, &w_rnd);
		attrib_score_last(&w_rnd, from_s, &rnd);
		law = learn(&w, from_s);
		attrib_score_ours(&w, from_s, &law, &m);
		wrong = attrib_score_wrong_at(&m, KINDS_COVER);
		other = attrib_score_of(rnd.wrong, rnd.answered);
		say(note,
		    "%.0f visits/h, %u numbers, %s: wrong of the likeliest"
		    " %.0f %% of calls; limit: last assignee, random number;"
		    " must 0.6 aim 0.4",
		    s.visits_h, (unsigned int)s.numbers, words(each[i]),
		    100.0 * KINDS_COVER);
		line("evidence", wrong, "%", other, wrong / other, note);
		free(m.guesses);
		attrib_world_forget(&w);
		attrib_world_forget(&w_rnd);
	}
}

/* Days, spots, changes of the pool, telephones that are shared. */
static void worlds(struct setting base)
{
	static const struct {
		const char *name;
		struct setting s;
	} each[] = {
		{ ", days and nights", { .arrivals = ARRIVALS_DAYS } },
		{ ", spots on television", { .arrivals = ARRIVALS_SPOTS } },
		{ ", half of the numbers added later", { .grows = true } },
		{ ", leases cut by crashes", { .cut_h = 1.0 } },
		{ ", second telephones", { .phones = 0.3 } },
		{ ", shared telephones", { .offices = 0.3 } },
		{ ", offices", { .offices = 0.6 } },
		{ ", numbers that move between pools", { .moves_h = 6.0 } },
		{ ", three of ten robots", { .robots = 0.3 } },
		{ ", closed at night",
		    { .arrivals = ARRIVALS_DAYS, .closed = true } },
		{ ", areas that say nothing", { .ported = true } },
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(each); i++) {
		struct setting s = base;

		s.arrivals = each[i].s.arrivals;
		s.grows = each[i].s.grows;
		s.cut_h = each[i].s.cut_h;
		s.phones = each[i].s.phones;
		s.offices = each[i].s.offices;
		s.moves_h = each[i].s.moves_h;
		s.robots = each[i].s.robots;
		s.closed = each[i].s.closed;
		s.ported = each[i].s.ported;
		/* What areas say matters only to who asks for them. */
		run(s, s.ported ? EVIDENCE_PLACES : EVIDENCE_TIME, true,
		    each[i].name);
		run(s, EVIDENCE_BOTH, true, each[i].name);
	}
}

static void more(double visits_h, uint32_t numbers)
{
	const struct setting base = { .visits_h = visits_h,
		.numbers = numbers,
		.seed = 11,
		.hours = HOURS };
	struct setting s = base;

	s.again = 0.25;
	run(s, EVIDENCE_BOTH, true, ", repeat callers");
	s = base;
	s.law = DELAYS_LATE;
	run(s, EVIDENCE_BOTH, true, ", late callers");
	s = base;
	s.stray_h = 0.02;
	run(s, EVIDENCE_BOTH, true, ", numbers also in print");
	s = base;
	s.robots = 0.2;
	run(s, EVIDENCE_BOTH, true, ", a fifth robots");
	s.again = 0.25;
	s.stray_h = 0.02;
	run(s, EVIDENCE_BOTH, true, ", all of it");
	worlds(base);
}

/* Of one world, ours and his who knows it. */
static void errors_of(struct setting s, double *ours, double *his)
{
	const double from_s = s.hours * 3600.0 / 3.0;
	struct score m, best;
	struct attrib_law law;
	struct world w;

	attrib_world_build(&s, &w);
	law = learn(&w, from_s);
	attrib_score_ours(&w, from_s, &law, &m);
	attrib_score_limit(&s, &w, from_s, &best);
	*ours = m.error;
	*his = best.error;
	free(m.guesses);
	free(best.guesses);
	attrib_world_forget(&w);
}

/* One world's calibration swings with its seed: the mean of some, and how sure
 * that is. */
static void many_seeds(struct setting s, unsigned int seeds)
{
	double sum = 0.0, squares = 0.0, limit = 0.0, most = 0.0;
	double mean, spread;
	char note[NOTE_MAX];

	for (unsigned int i = 0; i < seeds; i++) {
		double ours, his;

		s.seed = 9001 + i;
		errors_of(s, &ours, &his);
		sum += ours;
		squares += ours * ours;
		limit += his;
		most = fmax(most, ours);
	}
	mean = sum / seeds;
	spread = sqrt(fmax(0.0, squares / seeds - mean * mean));
	say(note,
	    "%.0f visits/h, %u numbers, time alone: mean of %u other seeds,"
	    " standard error %.4f, most %.4f, his who knows the world %.4f;"
	    " must 0.03 aim 0.02",
	    s.visits_h, (unsigned int)s.numbers, seeds,
	    spread / sqrt(seeds - 1.0), most, limit / seeds);
	line("calibration-seeds", mean, "error", 0.03, 0.03 / mean, note);
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
	share = attrib_score_of(over, w.n_visits);
	erlang = 100.0 * erlang_b(3.0, 3);
	line("overflow", share, "%", erlang, share / erlang,
	    "60 visits/h of 180 s, 3 numbers: visits without a number, each"
	    " counted; limit: Erlang B");
	attrib_world_forget(&w);
}

/* As docs/PERFORMANCE.md has them. */
static const struct {
	double visits_h;
	uint32_t numbers;
} pools[] = { { 60, 8 }, { 60, 16 }, { 60, 30 }, { 300, 30 }, { 300, 60 },
	{ 300, 120 } };

static struct setting pool(size_t i)
{
	return (struct setting){ .visits_h = pools[i].visits_h,
		.numbers = pools[i].numbers,
		.seed = 1 + i,
		.hours = HOURS };
}

/* Where it is known who has used the page, and where that says nothing. */
static void used_pools(uint64_t seed)
{
	static const enum evidence each[] = { EVIDENCE_USE, EVIDENCE_SEEN };
	struct setting s;

	for (size_t e = 0; e < RT_ARRAY_LEN(each); e++)
		for (size_t i = 0; i < RT_ARRAY_LEN(pools); i++) {
			s = pool(i);
			s.seed += seed;
			if (each[e] == EVIDENCE_SEEN)
				run(s, each[e], false, "");
			run(s, each[e], true, "");
		}
	s = pool(1);
	s.seed += seed;
	s.robots = 0.3;
	run(s, EVIDENCE_BOTH, true, ", three of ten robots");
	run(s, EVIDENCE_SEEN, true, ", three of ten robots");
	s.robots = 0.0;
	s.used = s.calls_used = 0.6;
	run(s, EVIDENCE_SEEN, false, ", callers use it no more than others");
	run(s, EVIDENCE_SEEN, true, ", callers use it no more than others");
}

int main(int argc, char **argv)
{
	static const struct {
		enum evidence evidence;
		bool learns;
	} runs[] = { { EVIDENCE_TIME, true }, { EVIDENCE_BOTH, false },
		{ EVIDENCE_BOTH, true } };

	if (argc > 1 && strcmp(argv[1], "--prior") == 0) {
		attrib_prior_print(2 * HOURS);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--use") == 0) {
		used_pools(argc > 2 ? strtoull(argv[2], NULL, 10) : 0);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--worlds") == 0) {
		worlds((struct setting){ .visits_h = 60,
		    .numbers = 16,
		    .seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 11,
		    .hours = HOURS });
		return 0;
	}
	for (size_t how = 0; how < RT_ARRAY_LEN(runs); how++)
		for (size_t i = 0; i < RT_ARRAY_LEN(pools); i++)
			run(pool(i), runs[how].evidence, runs[how].learns, "");
	used_pools(0);
	for (size_t i = 0; i < RT_ARRAY_LEN(pools); i++)
		kinds(pool(i));
	for (size_t i = 0; i < RT_ARRAY_LEN(pools); i++)
		many_seeds(pool(i), pools[i].visits_h < 100.0 ? 8 : 3);
	more(60, 16);
	more(300, 60);
	thumb();
	return 0;
}
