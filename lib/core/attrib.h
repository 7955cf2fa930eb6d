/*
 * attrib.h - which visit made this call, and how sure is that?
 *
 * Everybody who was shown the dialled number is a candidate. Each is weighed by
 *
 *   time       how likely a call is this long after the number was last seen:
 *              85 % exponential with a mean of 240 s (people who call from the
 *              page) and 15 % log-normal with a median of 6 h and sigma 1.2
 *              (people who wrote it down);
 *   link       a click on the phone link shortly before the call: nearly proof;
 *   caller     this caller called before and was credited to this visitor, or
 *              to another one;
 *   place      the caller's area and the browser's time zone agree, or not.
 *
 * A fixed weight stands for "none of them": numbers are also dialled from
 * paper, memory and by mistake. Probabilities are the weights' shares, in
 * 1/10,000, and add up to exactly 10,000 with "none". From threshold_bp on the
 * best visit is credited; below it only the source that most of the weight
 * agrees on, and only when that is likelier than "none".
 *
 * Pure; one version of rule and numbers per ATTRIB_RULE_VERSION.
 */
#ifndef RT_CORE_ATTRIB_H
#define RT_CORE_ATTRIB_H

#include "lib/base/buf.h"
#include "lib/core/id.h"

#define ATTRIB_RULE_VERSION   1
#define ATTRIB_CANDIDATES_MAX 64 /* the likeliest are kept by the caller */
#define ATTRIB_THRESHOLD_BP   6000
#define ATTRIB_WHOLE_BP       10000
/* Leases that ended longer ago than this are no candidates. */
#define ATTRIB_LOOK_BACK_US (30 * RT_DAY_US)

enum attrib_known {
	ATTRIB_UNKNOWN, /* no earlier call, or the caller is anonymous */
	ATTRIB_SAME,    /* earlier calls were credited to this one */
	ATTRIB_OTHER    /* ... to another one */
};

struct attrib_candidate {
	struct lease_id lease;
	struct visit_id visit;
	struct visitor_id visitor;
	int64_t shown_us;       /* the lease began */
	int64_t seen_us;        /* last heartbeat with the number in view */
	int64_t tel_clicked_us; /* last click on the phone link, 0: none */
	enum attrib_known caller;
	enum attrib_known place;
	/* Texts that name the source, for the source level; compared whole. */
	struct slice source;
	struct slice medium;
	struct slice campaign;
};

enum attrib_level {
	ATTRIB_NONE,   /* nothing is known, or "none" is likeliest */
	ATTRIB_SOURCE, /* `best` names the source, not the visit */
	ATTRIB_VISIT
};

struct attrib_verdict {
	enum attrib_level level;
	size_t best;             /* candidate; for SOURCE the likeliest of it */
	uint16_t probability_bp; /* of what `level` credits */
	uint16_t none_bp;
	uint16_t each_bp[ATTRIB_CANDIDATES_MAX];
	uint32_t rule_version;
};

/* n: 0 to ATTRIB_CANDIDATES_MAX; more is ERR_TOOBIG. threshold_bp: 1 to 10000,
 * normally ATTRIB_THRESHOLD_BP. A candidate shown only after the call began
 * gets 0. */
RT_MUST_USE enum err attrib_decide(const struct attrib_candidate *c, size_t n,
    int64_t call_us, uint16_t threshold_bp, struct attrib_verdict *out);

/* Appends the evidence as a JSON value, for storing beside the verdict:
 * {"rule":1,"none_bp":120,"candidates":[{"visit":"vis_...","lease":"lea_...",
 *  "bp":9400,"seen_s":12,"tel_click_s":3,"caller":"same","place":"unknown",
 *  "source":"google","medium":"cpc","campaign":"x"},...]}, likeliest first;
 * tel_click_s is null when there was no click; seen_s and tel_click_s count
 * back from the call. */
void attrib_evidence(const struct attrib_candidate *c, size_t n,
    int64_t call_us, const struct attrib_verdict *v, struct buf *out);

/* Density of a call `delay_us` after the number was last seen, per second: the
 * time weight by itself, for tests and benches. */
double attrib_density(int64_t delay_us);

#endif
