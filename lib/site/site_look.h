/*
 * site_look.h - fetches one page of a client's site and says what the tag
 * would find there: for the daily look (jobs/job_site.h) and for `ringtrace
 * site check`.
 *
 * As SITE_LOOK_AGENT, where the site's robots.txt allows it (robots.h); with a
 * click id in the address as after a click on an ad; over at most
 * SITE_LOOK_HOPS redirects, those of a meta refresh and of a page's own
 * programs (pagemove.h) among them, SITE_LOOK_BYTES
 * of HTML, SITE_LOOK_ASK_US for each answer, and until a moment for all of
 * them.
 */
#ifndef RT_SITE_SITE_LOOK_H
#define RT_SITE_SITE_LOOK_H

#include "lib/base/arena.h"
#include "lib/core/sitecheck.h"
#include "lib/out/out_http.h"

/* In robots.txt: "User-agent: ringtrace-check". */
#define SITE_LOOK_AGENT  "ringtrace-check"
#define SITE_LOOK_HOPS   3
#define SITE_LOOK_BYTES  ((size_t)1 << 20)
#define SITE_LOOK_ASK_US (10 * RT_SEC_US)

/* The robots.txt of the host asked last; zeroed at first, so that the pages of
 * one site read it once. */
struct site_look_robots {
	char origin[300]; /* scheme://host[:port]; "": none was read */
	char *text;
	size_t n;
	unsigned int status; /* of its answer; 0: none came */
};

void site_look_robots_end(struct site_look_robots *r);

struct site_look {
	/* Given. */
	struct out_http *http; /* two places, nothing else under way */
	bool private_ok;
	const char *ca_file; /* as of out_http.h */
	int64_t until_us;    /* monotonic */
	struct pagecheck_look what;
	struct site_look_robots *robots;
	/* origins and seen_lately are given, the rest is found. */
	struct sitecheck seen;
	char url[OUT_HTTP_URL_MAX + 1]; /* the last one asked */
	char why[OUT_HTTP_WHY_MAX];     /* when no answer came */
	size_t bytes;
	int64_t took_us;
};

/* Numbers in E.164, as people at home write them, for what: in their order.
 * ERR_NOMEM. */
RT_MUST_USE enum err site_look_numbers(struct arena *mem,
    const struct slice *e164, size_t n, struct pagenum_number **out);
/* The same for the site's own and for all that its tag may show. */
RT_MUST_USE enum err site_look_what(struct arena *mem,
    const struct slice *targets, const struct slice *ours,
    struct pagecheck_look *what);

/* page: without a fragment. What goes wrong on the way is found and no error.
 * ERR_TOOBIG: the address; ERR_NOMEM, ERR_BUSY. */
RT_MUST_USE enum err site_look(struct site_look *l, struct slice page);

#endif
