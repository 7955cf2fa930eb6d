/*
 * db_pack_sum.h - the calls of one packed day, summed up as a reading wants
 * them. No statement is run. Only lib/db includes this file.
 */
#ifndef RT_DB_DB_PACK_SUM_H
#define RT_DB_DB_PACK_SUM_H

#include "lib/db/db_pack_read.h"
#include "lib/db/db_scan.h"

/* What is read of a day for s. */
uint64_t db_pack_sum_parts(const struct db_scan *s);

struct db_pack_sums {
	struct db_scan_call *calls; /* each of one call or of many */
	size_t n;
};
/* Into mem. ERR_SYNTAX: the pack is not one. */
RT_MUST_USE enum err db_pack_sum(const struct db_pack_day *d,
    const struct db_scan *s, int64_t day_us, struct arena *mem,
    struct db_pack_sums *out);

#endif
