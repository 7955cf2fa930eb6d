/*
 * sitecheck.h - what a look at one page of a site says: does the tag work
 * there, and would a paid visit to it look like a direct one?
 *
 * A page is asked for with a click id in its address, as an ad's click comes
 * with one (sitecheck_probe()); where redirects end tells whether it survives.
 * Pure.
 */
#ifndef RT_CORE_SITECHECK_H
#define RT_CORE_SITECHECK_H

#include "lib/base/buf.h"
#include "lib/core/pagecheck.h"

/* What was seen; page is all zeros when no answer came. */
struct sitecheck {
	bool answered;
	unsigned int status;         /* of the last answer */
	unsigned int hops;           /* redirects that were followed */
	bool too_many_hops;          /* and it led on */
	struct slice final_url;      /* whose answer it is */
	const struct slice *origins; /* of the site */
	size_t n_origins;
	struct pagecheck page;
	bool seen_lately; /* the tag of this site was at work */
	bool refused;     /* robots.txt keeps us out */
	bool cut;         /* page is of its beginning only: it is long */
};

enum sitecheck_finding {
	SITECHECK_NO_ANSWER,
	SITECHECK_BAD_STATUS, /* not 2xx */
	SITECHECK_LOOPS,
	SITECHECK_LEAVES,      /* to an address that the tag may not run on */
	SITECHECK_LOSES_CLICK, /* a redirect drops the query */
	SITECHECK_NO_TAG,
	SITECHECK_TWICE,
	SITECHECK_OTHER_TAG,
	SITECHECK_NO_TARGETS,
	SITECHECK_KEPT_SWAPPED, /* tracking numbers in the page itself */
	SITECHECK_ROBOTS,       /* not looked at: robots.txt keeps us out */
	SITECHECK_BY_MANAGER,   /* no tag in it, but Google Tag Manager, and the
				   tag was seen lately: no fault */
	SITECHECK_CUT,          /* no tag or no number in the part that was
				   read: what comes later is not known */
	SITECHECK_DRAWN,        /* no number, but its scripts draw the page, and
				   the tag was seen lately: no fault */
	SITECHECK_BAD_DOMAIN,   /* its cookie is refused: data-domain */
	SITECHECK_FINDING_COUNT
};

/* Bit n is finding n. */
unsigned int sitecheck_judge(const struct sitecheck *c);
/* "loses_click": what programs are told; NULL: no such finding. */
const char *sitecheck_word(unsigned int finding);
/* Is one of them a fault? */
bool sitecheck_is_fault(unsigned int found);

/* Does the address lie on one of the origins (scheme://host[:port])? */
bool sitecheck_is_on(struct slice url, const struct slice *origins, size_t n);

/* Appends the address as origins are kept: without the port that its scheme has
 * anyway, which load balancers write out. */
void sitecheck_plain(struct slice url, struct buf *out);

/* Appends the address with our click id in its query. */
void sitecheck_probe(struct slice url, struct buf *out);
/* Is it still there? */
bool sitecheck_has_probe(struct slice url);
/* Appends the address without it: what is shown and stored. */
void sitecheck_unprobe(struct slice url, struct buf *out);

#endif
