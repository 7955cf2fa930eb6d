/*
 * taghealth.h - why a site's visits look like something they are not, and
 * whether its numbers are swapped at all.
 *
 * The tag reports what it found; the causes it can see are words in its report
 * (taghealth_parse()). Over many reports some are worth saying and some are
 * noise: taghealth_judge() decides, and a page says it in words.
 *
 *   twice        two copies of the tag on one page
 *   other_tag    another vendor's tag swaps numbers too
 *   url_changed  the application took the click id off the address before the
 *                tag began (it was read from the browser all the same)
 *   click_lost   Google's own tag has seen a click of the last minute, whose id
 *                was gone from the address: a redirect took it
 *
 * What the tag cannot see the server counts:
 *
 *   forgotten    a page of the site led to this one, and the browser had kept
 *                no visitor: its cookie is not taken
 *
 * Pure.
 */
#ifndef RT_CORE_TAGHEALTH_H
#define RT_CORE_TAGHEALTH_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define TAGHEALTH_LATE_MS 3000 /* the tag began this long after the page */

enum taghealth_cause {
	TAGHEALTH_TWICE,
	TAGHEALTH_OTHER_TAG,
	TAGHEALTH_URL_CHANGED,
	TAGHEALTH_CLICK_LOST,
	TAGHEALTH_FORGOTTEN,
	TAGHEALTH_CAUSE_COUNT
};

/* Words with commas between; what is not known is left out. Bit n is cause n.
 */
unsigned int taghealth_parse(struct slice words);

/* What is stored of one visit: bit n is cause n, so another cause comes behind
 * those there are, and one more: the tag was late. */
#define TAGHEALTH_KEPT_LATE 15
#define TAGHEALTH_KEPT_BITS 16

/* "click_lost", "forgotten", "late"; NULL: no such bit. */
const char *taghealth_word(unsigned int bit);

/* Sums over the days that are looked at. */
struct taghealth_sums {
	int64_t seen_us; /* the tag's last request; 0: never */
	uint64_t reports;
	uint64_t unasked; /* visits given no number: nothing was looked for */
	uint64_t
	    without; /* of the others, pages with no number of the site's */
	uint64_t late;
	uint64_t causes[TAGHEALTH_CAUSE_COUNT];
	uint64_t refused;
};

enum taghealth_finding {
	TAGHEALTH_NEVER_SEEN,  /* no request ever */
	TAGHEALTH_SILENT,      /* none for a day */
	TAGHEALTH_NO_TARGETS,  /* no page has the site's number */
	TAGHEALTH_FEW_TARGETS, /* more than half of the pages have none */
	TAGHEALTH_IS_LATE,     /* a tenth of the pages */
	TAGHEALTH_IS_TWICE,
	TAGHEALTH_HAS_OTHER_TAG,
	TAGHEALTH_CHANGES_URL, /* a hundredth, and so on */
	TAGHEALTH_LOSES_CLICKS,
	TAGHEALTH_FORGETS, /* a fifth: some browsers keep nothing */
	TAGHEALTH_REFUSES, /* an origin that is not in the list asks */
	TAGHEALTH_FINDING_COUNT
};

/* What a cause becomes when it is more than noise. */
enum taghealth_finding taghealth_finding_of(enum taghealth_cause cause);

/* "no_targets": what programs are told. */
const char *taghealth_finding_word(unsigned int finding);

/* Bit n is finding n; 0: all is well. */
unsigned int taghealth_judge(const struct taghealth_sums *s, int64_t now_us);

#endif
