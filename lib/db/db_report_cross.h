/*
 * db_report_cross.h - calls counted by quarter of an hour and by the values of
 * a dimension. Errors: db_report_group.h.
 */
#ifndef RT_DB_REPORT_CROSS_H
#define RT_DB_REPORT_CROSS_H

#include "lib/db/db_report_group.h"

/* Values of db_report_cross(). */
#define DB_REPORT_CROSS_MAX ((size_t)6)

/* Called for each quarter of an hour and each of the values that has calls in
 * it, in the order of time; which is n for the calls of no such value. */
typedef enum err db_report_cross_fn(void *ctx, int64_t at_us, size_t which,
    const struct db_report_sums *sums);

/* The calls of the filter by quarter and by the value of ask->by: n values, as
 * db_report_group_list() gives them. Ends with what fn returns but ERR_OK; fn
 * may not use db. */
RT_MUST_USE enum err db_report_cross(struct db *db, struct company_id company,
    const struct db_report_ask *ask, const struct slice *values, size_t n,
    db_report_cross_fn *fn, void *ctx);

#endif
