/*
 * db_scan.h - the calls of a filter one by one, in the order of time, with what
 * is to be counted of them.
 *
 * Everything that no roll-up knows is counted from this one reading: groups,
 * quarters of an hour, both at once (decision 0227). It names the columns that
 * are needed and no other. Only lib/db includes this file.
 */
#ifndef RT_DB_DB_SCAN_H
#define RT_DB_DB_SCAN_H

#include "lib/db/db_report_group.h"

struct db_scan {
	const struct db_report_ask *ask;
	uint32_t wanted; /* sums of db_sums.h; over, when ask wants it */
	bool values;     /* else value and value2 are "" */
	bool quarters;   /* else at_us is 0 */
	/* Values and quarters may be told one after the other, and no value is
	 * wanted of calls from cut_us on (0: all are). */
	bool apart;
	int64_t cut_us;
	/* Those calls alone that talked for [low_ms, high_ms), which only count
	 * as over; all calls when the two are equal. */
	uint64_t low_ms;
	uint64_t high_ms;
};

/* What is told of a call, or of many at once (db_pack_scan.h). */
enum db_scan_of {
	DB_SCAN_BOTH,
	DB_SCAN_VALUE,  /* its value; at_us is no later than it began */
	DB_SCAN_QUARTER /* its quarter; its value comes apart */
};

/* Lives until the function returns. */
struct db_scan_call {
	enum db_scan_of of;
	struct slice value;
	struct slice value2;
	int64_t at_us; /* begin of its quarter of an hour */
	struct db_report_sums sums;
};

/* Ends the reading with what it returns but ERR_OK; may not use db. */
typedef enum err db_scan_fn(void *ctx, const struct db_scan_call *call);
RT_MUST_USE enum err db_scan(struct db *db, struct company_id company,
    const struct db_scan *s, db_scan_fn *fn, void *ctx);

#endif
