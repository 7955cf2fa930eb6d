/*
 * feed_site.h - how a site gets on: what its tag said in the last days, what
 * came of its visits, each of its numbers, and what its pages look like from
 * outside. For its page, and for programs the same as JSON.
 */
#ifndef RT_FEED_FEED_SITE_H
#define RT_FEED_FEED_SITE_H

#include "lib/core/sitecheck.h"
#include "lib/db/db_site.h"
#include "lib/db/db_site_health.h"
#include "lib/db/db_site_number.h"
#include "lib/db/db_site_page.h"
#include "lib/text/json_out.h"

#define FEED_SITE_DAYS 7

struct feed_site {
	struct site_row site;
	struct site_health_row health;
	struct site_traffic traffic;
	struct site_number_row *numbers; /* those it has now */
	size_t n_numbers;
	struct site_page_row *pages;
	size_t n_pages;
	bool all_read; /* the pages: what stands in none of them is known */
	unsigned int found; /* bits of enum taghealth_finding */
};

/* Rows live in mem. ERR_NOTFOUND: the company has no such site. */
RT_MUST_USE enum err feed_site(struct db *db, struct company_id company,
    struct site_id id, int64_t now_us, struct arena *mem,
    struct feed_site *out);

struct taghealth_sums feed_site_sums(const struct site_row *site,
    const struct site_health_row *h);

/* Does the number stand in one of the pages, when they were looked at last? */
bool feed_site_stands(const struct feed_site *s, struct slice e164);

/* How many of the pages that were looked at have that finding. */
uint64_t feed_site_pages(const struct feed_site *s,
    enum sitecheck_finding finding);

/* One object, where a value is expected. */
void feed_site_write(const struct feed_site *s, int64_t now_us,
    struct json_out *j);

#endif
