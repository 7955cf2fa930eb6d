/*
 * db_site_page.h - pages of sites that are looked at once a day, and what was
 * found there last (lib/core/sitecheck). Rows live in the caller's arena.
 */
#ifndef RT_DB_SITE_PAGE_H
#define RT_DB_SITE_PAGE_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_SITE_PAGE_URL_MAX    500  /* bytes */
#define DB_SITE_PAGES_MAX       20   /* of one site */
#define DB_SITE_PAGE_STANDS_MAX 3400 /* bytes */

struct site_page_row {
	struct slice url;
	int64_t asked_us;   /* 0: nobody asked */
	int64_t checked_us; /* 0: not yet */
	struct slice problem;
	uint32_t status;
	uint32_t hops;
	struct slice final_url;
	uint32_t bytes;
	uint32_t took_ms;
	uint32_t tags, others, targets, ours;
	struct slice stands; /* the site's numbers in it, with commas between */
	uint32_t found;      /* bits of enum sitecheck_finding */
};

/* Adding twice is no error. */
RT_MUST_USE enum err db_site_page_add(struct db *db, struct company_id company,
    struct site_id site, struct slice url);
RT_MUST_USE enum err db_site_page_remove(struct db *db,
    struct company_id company, struct site_id site, struct slice url);
/* In the order of the addresses. */
RT_MUST_USE enum err db_site_page_list(struct db *db, struct company_id company,
    struct site_id site, struct arena *mem, struct site_page_row **rows,
    size_t *n);
/* The addresses alone. */
RT_MUST_USE enum err db_site_page_urls(struct db *db, struct company_id company,
    struct site_id site, struct arena *mem, struct slice **rows, size_t *n);

/* All of the site, now. ERR_BUSY: they were asked for after since_us. */
RT_MUST_USE enum err db_site_page_ask(struct db *db, struct company_id company,
    struct site_id site, int64_t now_us, int64_t since_us);

/* Sites with pages that were not looked at since before_us, or were asked for
 * after their last look; of all companies, at most max. For the job. */
struct site_page_due {
	struct company_id company;
	struct site_id site;
};
RT_MUST_USE enum err db_site_page_due(struct db *db, int64_t before_us,
    uint32_t max, struct arena *mem, struct site_page_due **rows, size_t *n);

/* What was found; nothing happens when the page was taken off meanwhile. */
RT_MUST_USE enum err db_site_page_put(struct db *db, struct company_id company,
    struct site_id site, const struct site_page_row *row);

#endif
