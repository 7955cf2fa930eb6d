/*
 * referrer.h - which search engine, network or assistant is this host?
 */
#ifndef RT_CORE_REFERRER_H
#define RT_CORE_REFERRER_H

#include "lib/base/slice.h"

enum referrer_class {
	REFERRER_OTHER, /* any other site: medium "referral" */
	REFERRER_SEARCH,
	REFERRER_SOCIAL,
	REFERRER_VIDEO,
	REFERRER_MAPS,
	REFERRER_DIRECTORY, /* Yelp and its like */
	REFERRER_AI,
	REFERRER_EMAIL,
	REFERRER_CLASS_COUNT
};

struct referrer {
	struct slice source; /* "google"; static */
	enum referrer_class class;
};

/* path tells Google Maps from Google; may be "". False: none of the known. */
RT_MUST_USE bool referrer_find(struct slice host, struct slice path,
    struct referrer *out);
/* By the name that people write into utm_source ("google", "fb"). */
RT_MUST_USE bool referrer_by_name(struct slice name, struct referrer *out);

#endif
