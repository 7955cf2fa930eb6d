/*
 * db_site_health.h - what the tag of a site said of its pages, by UTC day.
 */
#ifndef RT_DB_SITE_HEALTH_H
#define RT_DB_SITE_HEALTH_H

#include "lib/core/taghealth.h"
#include "lib/db/db.h"

#define DB_SITE_ORIGIN_BYTES 256
#define DB_SITE_ERROR_BYTES  161

/* Sums of one day, or what is to be added to them. */
struct site_health_row {
	struct site_id site;
	int64_t said_us; /* the last report */
	uint32_t version;
	uint64_t reports;
	uint64_t unasked;
	uint64_t without;
	uint64_t found;
	uint64_t swapped;
	uint64_t late;
	uint64_t causes[TAGHEALTH_CAUSE_COUNT];
	uint64_t refused;
	char refused_origin[DB_SITE_ORIGIN_BYTES]; /* the last one */
	int64_t error_us; /* when the tag was last refused; 0: not */
	char error[DB_SITE_ERROR_BYTES]; /* what it was told */
};

/* Adds to the day of said_us. */
RT_MUST_USE enum err db_site_health_add(struct db *db,
    struct company_id company, const struct site_health_row *row);

/* Sums from the day of since_us on; zeros when there are none. version,
 * said_us, refused_origin and error are of the latest day that has them.
 * ERR_NOTFOUND: the company has no such site. */
RT_MUST_USE enum err db_site_health_read(struct db *db,
    struct company_id company, struct site_id site, int64_t since_us,
    struct site_health_row *out);

/* What else belongs on the page: of the same days, so from the begin of
 * since_us's on. */
struct site_traffic {
	uint64_t visits;
	uint64_t leases;
	uint64_t calls; /* credited to a visit of the site */
	uint64_t forms;
};

RT_MUST_USE enum err db_site_health_traffic(struct db *db,
    struct company_id company, struct site_id site, int64_t since_us,
    struct site_traffic *out);

#endif
