/*
 * db_agency.h - all companies of a person beside each other.
 */
#ifndef RT_DB_AGENCY_H
#define RT_DB_AGENCY_H

#include "lib/db/db_report_group.h"

struct db_agency_sums {
	struct company_id company;
	struct db_report_sums sums;
};

/* The calls of a period, for each of these companies that the user may look at
 * and that had any. */
RT_MUST_USE enum err db_agency_sums(struct db *db, struct user_id user,
    const struct company_id *of, size_t n_of, int64_t from_us, int64_t to_us,
    struct arena *mem, struct db_agency_sums **rows, size_t *n);

/* The calls of ask's filter and period (by and split are not looked at), for
 * each company that the user may look at and that had any. Without a filter
 * (own_s 0, 60, 90 or 120) from the fewest rows, which is quick for hundreds
 * of companies; else as db_report_group.h says. */
RT_MUST_USE enum err db_agency_group(struct db *db, struct user_id user,
    const struct db_report_ask *ask, struct arena *mem,
    struct db_agency_sums **rows, size_t *n);

struct db_agency_live {
	struct company_id company;
	uint64_t live;
};
/* Calls that are going on, for each of these companies that has any. */
RT_MUST_USE enum err db_agency_live(struct db *db, struct user_id user,
    struct arena *mem, struct db_agency_live **rows, size_t *n);

/* Twice the same is no error. ERR_NOTFOUND: none that the user may look at. */
RT_MUST_USE enum err db_agency_favour(struct db *db, struct user_id user,
    struct company_id company, bool on);

#endif
