/*
 * attrib.h - which visit made this call, and how sure is that?
 *
 * Everybody who was shown the dialled number is a candidate, whether the page
 * is open or was closed weeks ago. Each is weighed by the rate at which such a
 * visit calls (lib/core/attrib_law), which comes of
 *
 *   time     since the number was last seen, and since the phone link was
 *            touched, if it was: a touch is nearly proof;
 *   caller   whom earlier calls of this caller were credited to, and how
 *            surely that was; a caller who dials a number again that he has
 *            dialled before is shared out as he was the first time, unless
 *            his telephone is one that many share (docs/decisions/0295);
 *   place    the caller's area and the browser's time zone agree, or not;
 *   use      somebody scrolled, typed, clicked or went on before the call, or
 *            the page lay open: robots and tabs in the background do not call.
 *            It says nothing more of who touched the phone link.
 *
 * Calls of nobody (numbers are also dialled from paper, from memory and by
 * mistake) have a rate of their own. Probabilities are the rates' shares, in
 * 1/10,000, and add up to exactly 10,000 with "none" and with the older visits
 * that are counted but not listed. From threshold_bp on the best visit is
 * credited; below it only the source that most of the probability agrees on,
 * and only when that is likelier than everything else together.
 *
 * Pure; one version of the rules per ATTRIB_RULE_VERSION, of the delays per
 * attrib_law.version.
 */
#ifndef RT_CORE_ATTRIB_H
#define RT_CORE_ATTRIB_H

#include "lib/base/buf.h"
#include "lib/core/attrib_law.h"
#include "lib/core/id.h"

#define ATTRIB_RULE_VERSION   7
#define ATTRIB_CANDIDATES_MAX 64 /* the likeliest are kept by the caller */
#define ATTRIB_THRESHOLD_BP   6000
#define ATTRIB_WHOLE_BP       10000
/* Who last saw the number longer ago than this is no candidate. */
#define ATTRIB_LOOK_BACK_US (30 * RT_DAY_US)
/* The page may be told of a touch after the call has arrived. */
#define ATTRIB_TOUCH_SKEW_US (5 * RT_SEC_US)

struct attrib_candidate {
	struct lease_id lease; /* nil: it saw a pool's overflow number */
	struct visit_id visit;
	struct visitor_id visitor;
	int64_t shown_us;       /* the lease began, or it was first seen */
	int64_t seen_us;        /* last heartbeat with the number in view */
	int64_t tel_clicked_us; /* last click on the phone link, 0: none */
	/* The same visit's lease when the caller first called this number
	 * (dialled_us), where that is not the one above; 0: there is none. */
	int64_t first_shown_us;
	int64_t first_seen_us;
	enum attrib_known caller; /* whom earlier calls were credited to */
	uint16_t caller_bp; /* how surely the earlier call was credited so */
	enum attrib_known place;
	enum attrib_use use;
	/* Texts that name the source, for the source level; compared whole. */
	struct slice source;
	struct slice medium;
	struct slice campaign;
};

/* Visits that were shown the number and are not listed, and when the first and
 * the last of them were last seen. */
struct attrib_older {
	uint32_t n;
	int64_t from_us;
	int64_t to_us;
	bool about; /* n is an estimate */
};

/* *o are the latest of them, down to from_us: the others, of which the first is
 * of first_us, are taken to have come as fast. Nothing changes when there are
 * no others. */
void attrib_older_reach(struct attrib_older *o, int64_t first_us);

/* So many of *o (1 to n) were last seen after since_us, which is before its
 * last: the others are taken to have come as fast before them, where evenly
 * since the first would make few of those who are there now. */
void attrib_older_crowd(struct attrib_older *o, uint32_t late,
    int64_t since_us);

struct attrib_ask {
	int64_t call_us;
	uint16_t threshold_bp; /* 1 to 10000, normally ATTRIB_THRESHOLD_BP */
	const struct attrib_law *law; /* NULL: attrib_law_prior() */
	struct attrib_older older;
	/* When this caller first called this very number before; 0: never. The
	 * list then holds those who had just been shown it at that time too,
	 * and older_first is who remains of that time. */
	int64_t dialled_us;
	struct attrib_older older_first;
	/* Of this caller's earlier calls, the share that was of somebody new:
	 * attrib_shared_bp(). */
	uint16_t shared_bp;
};

/* How much a telephone looks like one of many people, 1/10,000: its earlier
 * calls were credited to so many visitors. One person's: 0. The more visitors,
 * the sooner the calls are believed (docs/decisions/0317). */
uint16_t attrib_shared_bp(size_t calls, size_t visitors);

/* The tag tells of a first use within this, from the begin of the visit on. */
#define ATTRIB_USE_TOLD_US (10 * RT_SEC_US)

/* Of a visit that began then, and whose tag tells of use or does not; used_us:
 * first, 0: never. */
enum attrib_use attrib_use(int64_t began_us, bool tells, int64_t used_us,
    int64_t call_us);

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
	uint16_t older_bp; /* of all visits that are not listed */
	uint16_t each_bp[ATTRIB_CANDIDATES_MAX];
	uint32_t rule_version;
	uint32_t law_version;
};

/* n: 0 to ATTRIB_CANDIDATES_MAX; more is ERR_TOOBIG. ERR_RANGE: no such
 * threshold. A candidate shown only after the call began gets 0. */
RT_MUST_USE enum err attrib_decide(const struct attrib_candidate *c, size_t n,
    const struct attrib_ask *ask, struct attrib_verdict *out);

/* Sources of one call in its evidence, at most: those with most of it. */
#define ATTRIB_EVIDENCE_SOURCES 24

/* Appends the evidence as a JSON value, for storing beside the verdict:
 * {"sources":[{"bp":9870,"source":"google","medium":"cpc"}],
 *  "rule":7,"law":0,"none_bp":120,"older":3,"older_bp":10,"dialled_s":null,
 *  "candidates":[{"visit":"vis_...","lease":"lea_...","bp":9400,"seen_s":12,
 *  "tel_click_s":3,"caller":"same","caller_bp":9000,"place":"unknown",
 *  "use":"used","source":"google","medium":"cpc","campaign":"x"},...]},
 * likeliest first.
 * tel_click_s and dialled_s are null when there was no such thing; what ends
 * in _s counts back from the call; of a pool's overflow number stands
 * "overflow_s", when it was first shown, for "lease"; after "older_bp" stands
 * "older_about":true where older is an
 * estimate, and "shared_bp" where that is not 0. When out fills up, the least
 * likely are left out; with room for 64 KiB the likeliest ten are always told.
 */
void attrib_evidence(const struct attrib_candidate *c, size_t n,
    const struct attrib_ask *ask, const struct attrib_verdict *v,
    struct buf *out);

#endif
