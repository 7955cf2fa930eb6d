/*
 * db_attrib_fit.h - a company's delay law made anew from its latest calls.
 */
#ifndef RT_DB_DB_ATTRIB_FIT_H
#define RT_DB_DB_ATTRIB_FIT_H

#include "lib/db/db_attrib.h"

/* Calls that a law is made of: the latest of the period. */
#define DB_ATTRIB_FIT_CALLS_MAX 4000
/* Calls that are read for it, those included that a caller made again. */
#define DB_ATTRIB_FIT_READ_MAX (2 * DB_ATTRIB_FIT_CALLS_MAX)
/* Fewer leave the prior in place, which then says as much. */
#define DB_ATTRIB_FIT_CALLS_MIN 30
#define DB_ATTRIB_FIT_PERIOD_US (90 * RT_DAY_US)

/* Fits the first calls that callers made to pool numbers in the period and
 * stores the law as the next version, in *out, and what came of the law before
 * it (db_attrib_calib.h). ERR_NOTFOUND: too few calls, or
 * nobody was shown a number; nothing is stored. Where visits are kept for a
 * term the period begins no earlier than db_attrib_whole_from(). Reads the
 * candidates of the latest DB_ATTRIB_FIT_READ_MAX calls, which is the period
 * then: seconds, however large the company. Not in a transaction. */
RT_MUST_USE enum err db_attrib_fit(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, int64_t now_us, struct attrib_law_row *out);

/* A larger company's latest calls say as much as all of its period: moves
 * *from_us to where the latest max (1 or more) calls to pool numbers before
 * to_us begin; where there are fewer it stays. */
RT_MUST_USE enum err db_attrib_fit_begin(struct db *db,
    struct company_id company, int64_t to_us, uint32_t max, int64_t *from_us);

/* Companies with numbers in pools, in no order. */
#define DB_ATTRIB_FIT_COMPANIES_MAX 10000
RT_MUST_USE enum err db_attrib_fit_companies(struct db *db, struct arena *mem,
    struct company_id **rows, size_t *n);

#endif
