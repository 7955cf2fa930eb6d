/*
 * source.h - where did this visit come from?
 *
 * source_detect() reads the landing page's parameters and the referrer and
 * says source, medium, campaign, keyword and channel, with everything the ad
 * platform told. Order of proof: UTM parameters, then click ids, then the
 * referrer; a page of the same site as referrer proves nothing. A click id
 * fills what UTM left open. "paid" needs a click id that is only put on paid
 * clicks, or a medium that says so. Words are lower case where they are ours
 * or a platform's fixed vocabulary; campaign and keyword stay as written.
 *
 * Pure: memory comes from the caller's arena and lives as long.
 */
#ifndef RT_CORE_SOURCE_H
#define RT_CORE_SOURCE_H

#include "lib/base/arena.h"
#include "lib/base/err.h"
#include "lib/core/clickid.h"

/* What is kept from the query: name of field, column and (first) parameter;
 * longest value in bytes. The order is that of the visit table. */
#define SOURCE_PARAMS(X)     \
	X(utm_source, 255)   \
	X(utm_medium, 255)   \
	X(utm_campaign, 255) \
	X(utm_term, 255)     \
	X(utm_content, 255)  \
	X(utm_id, 255)       \
	X(gclid, 512)        \
	X(gbraid, 512)       \
	X(wbraid, 512)       \
	X(dclid, 512)        \
	X(fbclid, 512)       \
	X(msclkid, 512)      \
	X(ttclid, 512)       \
	X(li_fat_id, 512)    \
	X(campaign_id, 64)   \
	X(ad_group_id, 64)   \
	X(ad_id, 64)         \
	X(match_type, 16)    \
	X(network, 32)       \
	X(device, 16)        \
	X(placement, 255)    \
	X(ad_place, 64)

/* What is concluded; longest value in bytes. */
#define SOURCE_WORDS(X)      \
	X(source, 100)       \
	X(medium, 100)       \
	X(campaign, 255)     \
	X(keyword, 255)      \
	X(channel, 32)       \
	X(landing_page, 255) \
	X(referrer_host, 255)

/* What the conclusion stands on. */
enum source_proof {
	SOURCE_BY_NOTHING, /* direct */
	SOURCE_BY_REFERRER,
	SOURCE_BY_CLICK_ID,
	SOURCE_BY_UTM
};

struct source {
#define SOURCE_FIELD(name, max) struct slice name;
	SOURCE_PARAMS(SOURCE_FIELD)
	SOURCE_WORDS(SOURCE_FIELD)
#undef SOURCE_FIELD
	bool paid;
	enum source_proof proof;
	/* "google_paid", "bing_organic", "direct", "example.com": what a
	 * tracker's rule of kind "group" names. */
	struct slice group;
};

/* A site's own name for a parameter: field is a name of SOURCE_PARAMS, or
 * "keyword". */
struct source_map {
	struct slice param;
	struct slice field;
};

/* May a site's parameter stand for this field? */
bool source_field_known(struct slice field);

/* landing and referrer are whole addresses, valid UTF-8; referrer may be ""
 * and one that cannot be read counts as none. ERR_SYNTAX, ERR_TOOBIG: landing
 * is no address (urlq.h); ERR_NOMEM: the arena is full. */
RT_MUST_USE enum err source_detect(struct slice landing, struct slice referrer,
    struct arena *mem, struct source *out);

/* The same on a site with names of its own, which go before ours. */
RT_MUST_USE enum err source_detect_mapped(struct slice landing,
    struct slice referrer, const struct source_map *map, size_t n_map,
    struct arena *mem, struct source *out);

#endif
