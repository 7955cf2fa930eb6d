/*
 * db_live.h - the calls that are going on now.
 *
 * What the store has drained so far: a second behind the telephone. Errors:
 * db.h.
 */
#ifndef RT_DB_LIVE_H
#define RT_DB_LIVE_H

#include "lib/db/db_report.h"

#define DB_LIVE_MAX ((size_t)200)

struct db_live_row {
	struct call_id id;
	int64_t started_us;
	int64_t answered_us; /* by a person; 0: not yet */
	char caller[DB_E164_BYTES];
	char caller_raw[DB_REPORT_TEXT(64)];
	char caller_name[DB_REPORT_TEXT(128)];
	char caller_place[DB_REPORT_TEXT(100)];
	bool first_time;
	char number[DB_E164_BYTES];
	char number_label[DB_REPORT_TEXT(100)];
	char step[DB_REPORT_TEXT(255)];   /* of the flow, the last one */
	char source[DB_REPORT_TEXT(255)]; /* as the flow saw it; "" not yet */
	char target[DB_REPORT_TEXT(255)]; /* who rings or talks */
};

/* Oldest first, at most DB_LIVE_MAX. Calls that began before since_us are
 * left out: nobody talks that long, they are a worker's that died. */
RT_MUST_USE enum err db_live_calls(struct db *db, struct company_id company,
    int64_t since_us, struct arena *mem, struct db_live_row **rows, size_t *n);

#endif
