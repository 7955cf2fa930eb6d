/*
 * attrib_law.h - how likely a visit calls, by the time since it saw the number.
 *
 * A visit that was shown a number is thought to call it at a rate, in calls per
 * second, that is the sum of three: by how long ago it last gave a sign of life
 * (some call because they have just looked), by how long ago it was first
 * shown the number (some have an errand that takes its time, page open or not),
 * and by how long ago it touched the phone link, if it did. Each is flat within
 * spans that grow from a minute (heartbeats come every 60 s) to weeks. Calls of
 * nobody (dialled from paper, from memory, by robots) come at a rate a number.
 * A call's candidates are then in the ratio of their rates, and that is all
 * there is to time in lib/core/attrib.
 *
 * Rates never grow with time: the nearer visit never weighs less. Those of an
 * hour and more ago go up and down with the hour of the call, as people who
 * looked in the evening call when the business opens
 * (docs/decisions/0386).
 *
 * attrib_law_prior() is what a company begins with; lib/core/attrib_fit makes
 * a company's own from its calls. Where the prior's figures come from is said
 * in docs/decisions/. Pure.
 */
#ifndef RT_CORE_ATTRIB_LAW_H
#define RT_CORE_ATTRIB_LAW_H

#include "lib/base/buf.h"
#include "lib/base/err.h"

#define ATTRIB_LAW_LAGS   32
#define ATTRIB_LAW_TOUCH  6
#define ATTRIB_LAW_FORMAT 4 /* the newest of attrib_law_write() */
/* Who calls an hour and more after he saw the number does so when he has the
 * time and somebody answers: such calls have their hours (of the day, UTC). */
#define ATTRIB_LAW_HOURS    24
#define ATTRIB_LAW_LATE     17 /* the first span of theirs */
#define ATTRIB_LAW_LATE_MAX 16.0
/* Text of one, at most. */
#define ATTRIB_LAW_TEXT_MAX 2048

/* Whom a caller may be, by his earlier calls or by his area. */
enum attrib_known {
	ATTRIB_UNKNOWN, /* no earlier call, no area, or he is anonymous */
	ATTRIB_SAME,    /* this one */
	ATTRIB_OTHER    /* ... another one */
};

/* Did somebody use the page, before the call? */
enum attrib_use {
	ATTRIB_USE_UNKNOWN, /* the tag did not say, or it is too soon */
	ATTRIB_USED,
	ATTRIB_UNUSED
};

struct attrib_law {
	uint32_t version;                 /* 0: the prior */
	double seen_hz[ATTRIB_LAW_LAGS];  /* by time since last seen */
	double shown_hz[ATTRIB_LAW_LAGS]; /* by time since first shown */
	double
	    touch_hz[ATTRIB_LAW_TOUCH]; /* per touch of the link and second */
	double stray_hz;                /* per number and second */
	/* Of the callers, are where their number is from: people take their
	 * numbers with them when they move. */
	double place_agrees;
	/* Of the callers who did not touch the link, had used the page. */
	double used;
	/* Of the rates of late callers, by the hour of the call: 1 is as in the
	 * mean of a day, at most LATE_MAX times as much or as little. */
	double late[ATTRIB_LAW_HOURS];
};

/* Bounds of both shares. A fact that fewer callers than others have says
 * nothing (attrib_law_fact()), so nothing is said either where numbers were
 * taken along by their owners, or where few use the page. */
#define ATTRIB_LAW_SHARE_MIN 0.02
#define ATTRIB_LAW_SHARE_MAX 0.99

const struct attrib_law *attrib_law_prior(void);

/* Begin of a span in seconds; of index ATTRIB_LAW_LAGS (or _TOUCH): the end
 * of the last one, beyond which the rate is 0. */
double attrib_law_lag_s(size_t i);
double attrib_law_touch_s(size_t i);
/* Which span; a negative time is the first, past the end is the count. */
size_t attrib_law_lag_of(double s);
size_t attrib_law_touch_of(double s);

/* The hour of a call. */
size_t attrib_law_hour(int64_t call_us);
/* Of the spans of seen_hz or shown_hz one's rate, when late callers come `late`
 * times as often as in the mean. The nearer one still never weighs less: who
 * saw it just before the doors open waits for that, too. */
double attrib_law_at(const double hz[ATTRIB_LAW_LAGS], size_t span,
    double late);

/* A rate at a time; the mean of seen and shown together between two times, for
 * visits that are too old for the difference to matter. */
double attrib_law_seen(const struct attrib_law *l, double since_s, double late);
double attrib_law_shown(const struct attrib_law *l, double since_s,
    double late);
double attrib_law_touch(const struct attrib_law *l, double since_s);
double attrib_law_mean(const struct attrib_law *l, double from_s, double to_s,
    double late);

/* What a fact about a visit is worth that is true of `share` of the callers
 * (their area agrees with its place; it was used): factors of the rates of the
 * visits that have it and of those that have not, where `have` of the `known`
 * ones do. The more have it, the less it says: where all customers live in one
 * zone their places say nothing. Each is compared with the others, not with
 * itself, so that visits weigh together as much against nobody as without the
 * fact. */
struct attrib_law_fact {
	double with;
	double without;
};
struct attrib_law_fact attrib_law_fact(double share, size_t have, size_t known);

/* Smoothes rates so that none is larger than the one before, each pair of
 * offenders getting their mean by weight (pool adjacent violators). */
void attrib_law_falling(double *rate, const double *weight, size_t n);

/* One line of text for storing, and back; a text of format 1, before places
 * were learnt, 2, before use was, or 3, before hours were, has the prior's. One
 * whose hours are all 1 is written as 3, for programs of the version before. A
 * rate above 1 Hz is written as 1 Hz. ERR_SYNTAX, ERR_RANGE: not such a text,
 * or rates that are negative, not finite, growing or above 1 Hz; other bounds.
 */
void attrib_law_write(const struct attrib_law *l, struct buf *out);
RT_MUST_USE enum err attrib_law_read(struct slice text, struct attrib_law *out);

#endif
