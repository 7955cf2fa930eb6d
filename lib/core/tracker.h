/*
 * tracker.h - which source-level number fits a visit?
 *
 * Rules are looked at by kind in this order: landing parameter,
 * landing URL, referrer, referrer group, always. Within a kind the longest
 * value, being the narrowest, wins; then the first in the list.
 *
 *   param     "utm_source=yelp" (that value, any case) or "gclid" (present)
 *   url       "/offers" or "example.com/offers"; a star at its end: any rest
 *   referrer  "example.com": that host or one below it
 *   group     "google_paid", "bing_organic", "direct" (source.h)
 *   always    any visit
 */
#ifndef RT_CORE_TRACKER_H
#define RT_CORE_TRACKER_H

#include "lib/base/err.h"
#include "lib/core/source.h"

enum tracker_kind {
	TRACKER_PARAM,
	TRACKER_URL,
	TRACKER_REFERRER,
	TRACKER_GROUP,
	TRACKER_ALWAYS,
	TRACKER_KIND_COUNT
};

struct tracker_rule {
	enum tracker_kind kind;
	struct slice value;
};

/* False: word is none of the kinds. */
RT_MUST_USE bool tracker_kind_of(struct slice word, enum tracker_kind *out);

/* landing is the address that s was made from. Index of the rule that wins; n
 * when none fits. */
size_t tracker_pick(const struct tracker_rule *rules, size_t n,
    struct slice landing, const struct source *s);

/* A rule that its owner wrote for this very page or link goes before the pool;
 * one for a whole group of sources, or for all, is what the pool falls back
 * to. */
bool tracker_beats_pool(enum tracker_kind kind);

#endif
