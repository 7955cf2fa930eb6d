/*
 * pagecheck.h - what the tag would find on a page, from its HTML as a server
 * sends it.
 *
 * Looks for the site's own numbers and for tracking numbers (pagenum.h) in the
 * texts and attributes that the tag changes, not in what it leaves as it is,
 * and counts the scripts that are the site's tag. A guess in one direction:
 * what scripts draw later is not seen.
 *
 * Pure; hostile input is read in one pass.
 */
#ifndef RT_CORE_PAGECHECK_H
#define RT_CORE_PAGECHECK_H

#include "lib/core/pagenum.h"

struct pagecheck_look {
	struct slice key;                     /* public key of the site */
	const struct pagenum_number *targets; /* the site's own numbers */
	size_t n_targets;
	bool *stand; /* set for each of them that is there; NULL: not asked */
	const struct pagenum_number *ours; /* tracking numbers, sorted */
	size_t n_ours;
	struct slice host; /* of the page; "": not known */
};

struct pagecheck {
	unsigned int targets; /* places with a number to swap */
	unsigned int ours;    /* with a tracking number: the page was kept
				 after it was swapped */
	unsigned int tags;
	unsigned int others; /* scripts of other call trackers */
	bool manager;        /* Google Tag Manager, which may add scripts */
	bool drawn;      /* hardly a text, but scripts: they draw the page */
	bool bad_domain; /* the tag's data-domain is none that the page may set
			    a cookie for */
};

void pagecheck(struct slice html, const struct pagecheck_look *look,
    struct pagecheck *out);

/* Where a <meta http-equiv="refresh"> sends browsers on before they show
 * anything, as it is written there; "" nowhere. What waits for
 * longer than a second is no redirect: the tag works until then. Neither counts
 * what stands in <noscript>. Borrowed. */
struct slice pagecheck_refresh(struct slice html);

/* What its <base> says that relative addresses are relative to; "" nothing:
 * the page's own. Borrowed. */
struct slice pagecheck_base(struct slice html);

#endif
