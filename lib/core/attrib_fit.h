/*
 * attrib_fit.h - a company's own delay law, from its calls and its visits.
 *
 * Nobody says which visit a call came from, so the law is found by expectation
 * and maximisation: each call is shared among its candidates by the law so
 * far, and the next law is what was shared over the time that visits spent at
 * each distance. A touch of the phone link seconds before a call is as good as
 * a confirmation and pulls its call to its visit by itself. The prior counts as
 * ATTRIB_FIT_PRIOR_CALLS calls, so that a company with ten calls keeps nearly
 * the prior and one with thousands has its own.
 *
 * Pure; the caller reads the calls (lib/db/db_attrib).
 */
#ifndef RT_CORE_ATTRIB_FIT_H
#define RT_CORE_ATTRIB_FIT_H

#include "lib/core/attrib_law.h"

#define ATTRIB_FIT_SEEN_MAX    64 /* candidates of one call, latest first */
#define ATTRIB_FIT_PRIOR_CALLS 15.0
#define ATTRIB_FIT_PRIOR_FACTS 20.0 /* the same, of places and of use */
#define ATTRIB_FIT_ROUNDS      150
/* Late callers have hours only when these differ more than so much: chi-squared
 * of 24 hours, which is 23 by chance and 46 once in three hundred times. */
#define ATTRIB_FIT_HOURS_CHI2 46.0
/* What a fit begins with, and counts as part of its prior: every number is
 * dialled by mistake and by robots about four times a month. In a pool that is
 * used evenly calls do not say it, and it stays near this. */
#define ATTRIB_FIT_STRAY_HZ 1.5e-6

/* Spans of attrib_law. */
struct attrib_fit_seen {
	uint8_t seen;
	uint8_t shown;
	uint8_t touch; /* ATTRIB_LAW_TOUCH: never */
	uint8_t place; /* enum attrib_known */
	uint8_t use;   /* enum attrib_use */
};

/* A visit by the seconds since it was last seen, first shown the number, and
 * touched the phone link (negative: never). */
struct attrib_fit_seen attrib_fit_seen(double seen_s, double shown_s,
    double touch_s, enum attrib_known place, enum attrib_use use);

struct attrib_fit_call {
	const struct attrib_fit_seen *seen;
	size_t n; /* at most ATTRIB_FIT_SEEN_MAX; more are ignored */
	/* Visits that are not listed, seen between these lags. */
	double older;
	double older_from_s;
	double older_to_s;
	uint8_t hour; /* attrib_law_hour() */
};

/* The time in which those calls could have come. */
struct attrib_fit_span {
	double visits;    /* that were shown a number of a pool */
	double on_page_s; /* from shown to last seen, of all of them */
	double touches;   /* of the phone link */
	/* Visits by the hour of the day in which they began, of all or of a
	 * part that has as much of each hour; all 0: nothing is learnt of
	 * hours. */
	double begun[ATTRIB_LAW_HOURS];
	double number_s; /* numbers times the length of the period */
};

struct attrib_fit_result {
	struct attrib_law law; /* version as `from` has it */
	double calls_per_visit;
	double stray_share; /* of the calls, of nobody */
};

/* from: what is not known from the calls, normally attrib_law_prior().
 * ERR_RANGE: no visit, no time or no call. */
RT_MUST_USE enum err attrib_fit(const struct attrib_fit_call *calls, size_t n,
    const struct attrib_fit_span *span, const struct attrib_law *from,
    struct attrib_fit_result *out);

#endif
