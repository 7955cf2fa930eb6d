/*
 * db_site_number.h - which of a site's numbers its tag found on its pages, by
 * UTC day.
 */
#ifndef RT_DB_SITE_NUMBER_H
#define RT_DB_SITE_NUMBER_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

/* Sums of some days, or what is to be added to one. */
struct site_number_row {
	char e164[DB_E164_BYTES];
	uint64_t reports; /* pages where it was looked for */
	uint64_t pages;   /* of these, pages that had it */
	uint64_t places;  /* on them, texts and links */
};

/* Adds to the day of at_us. */
RT_MUST_USE enum err db_site_number_add(struct db *db,
    struct company_id company, struct site_id site, int64_t at_us,
    const struct site_number_row *row);

/* The numbers that the site has now, in order, with their sums from the day of
 * since_us on: zeros where nobody looked. None of a site that is not the
 * company's. */
RT_MUST_USE enum err db_site_number_list(struct db *db,
    struct company_id company, struct site_id site, int64_t since_us,
    struct arena *mem, struct site_number_row **rows, size_t *n);

/* Forgets days before before_us, of all companies, and those of site_health; at
 * most max rows of each. *removed: of both. */
RT_MUST_USE enum err db_site_number_sweep(struct db *db, int64_t before_us,
    uint32_t max, uint64_t *removed);

#endif
