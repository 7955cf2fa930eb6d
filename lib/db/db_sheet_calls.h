/*
 * db_sheet_calls.h - calls as the sheet "calls": the log for programs.
 *
 * Ordered by (started_at, id); a place in it is such a pair, so pages neither
 * repeat nor skip a call when others are added.
 */
#ifndef RT_DB_DB_SHEET_CALLS_H
#define RT_DB_DB_SHEET_CALLS_H

#include "lib/db/db_sheet.h"

#define DB_SHEET_CALLS_SEARCH_MAX 64 /* bytes */

struct db_sheet_calls_filter {
	int64_t from_us; /* started_at in [from_us, to_us) */
	int64_t to_us;
	bool has_first_time, first_time;
	bool has_qualified, qualified;
	uint64_t min_talk_s;
	uint64_t max_talk_s; /* 0: any */
	/* All "" or nil: any. result also "live" and "unanswered". */
	struct slice result;
	struct slice channel, source, medium, campaign, ad_group, ad, keyword;
	struct slice match_type, device, landing_page, referrer_host;
	struct slice place, country; /* of the caller */
	struct slice verdict;        /* the class: "lead", "spam" … */
	struct slice outcome;        /* a code, or "none" */
	struct slice tag;            /* a name */
	struct slice caller;         /* E.164 */
	struct slice
	    search; /* in the caller's number or name, note, campaign */
	struct number_id number;
	struct tracker_id tracker;
	struct pool_id pool;
	struct destination_id destination;
	struct location_id location;
};

struct db_sheet_calls_place {
	int64_t started_us;
	struct call_id id;
};

const struct db_sheet *db_sheet_calls(void);

/* after NULL: from the newest (up: the oldest) of the period on. At most max
 * rows, 1 to DB_SHEET_PAGE_MAX. ERR_TOOBIG: search. */
RT_MUST_USE enum err db_sheet_calls_page(struct db *db,
    struct company_id company, const struct db_sheet_calls_filter *f,
    const struct db_sheet_calls_place *after, bool up, size_t max,
    struct arena *mem, struct db_sheet_cell **cells, size_t *n);
/* The same upwards, row by row while the server makes them: db_sheet_each(). */
RT_MUST_USE enum err db_sheet_calls_each(struct db *db,
    struct company_id company, const struct db_sheet_calls_filter *f,
    const struct db_sheet_calls_place *after, size_t max,
    void (*row)(void *ctx, const struct db_sheet_cell *cells), void *ctx,
    size_t *n);
/* In a transaction: nobody else marks the call until its end. ERR_NOTFOUND. */
RT_MUST_USE enum err db_sheet_calls_hold(struct db *db,
    struct company_id company, struct call_id id);
/* ERR_NOTFOUND: no such call of the company. */
RT_MUST_USE enum err db_sheet_calls_one(struct db *db,
    struct company_id company, struct call_id id, struct arena *mem,
    struct db_sheet_cell **cells);

#endif
