/*
 * db_spend_month.h - what a tracker costs each month: a billboard, a directory.
 *
 * Days are the company's, as text: "2026-10-31". On any day a tracker costs one
 * amount or none: a new amount takes the place of what was entered for its
 * days, and leaves the days before and after as they are.
 */
#ifndef RT_DB_SPEND_MONTH_H
#define RT_DB_SPEND_MONTH_H

#include "lib/db/db_spend.h"

#define DB_SPEND_MONTH_MAX 1001 /* rows of a list: 1,000, and one more */

struct spend_month {
	struct tracker_id tracker;
	char from[DB_SPEND_DAY];
	char until[DB_SPEND_DAY]; /* the last day; "" still */
	int64_t monthly_micros;
	char tracker_name[DB_NAME_BYTES]; /* when listed */
	bool archived;                    /* the tracker, when listed */
};

/* In a transaction: waits until nobody else changes this tracker's amounts, and
 * keeps others waiting until its end. ERR_NOTFOUND: no such tracker. */
RT_MUST_USE enum err db_spend_month_lock(struct db *db,
    struct company_id company, struct tracker_id tracker);
/* ERR_NOTFOUND: no such tracker; ERR_RANGE: until is before from. */
RT_MUST_USE enum err db_spend_month_put(struct db *db,
    struct company_id company, const struct spend_month *m);
/* By the tracker's name, of each the latest first; at most
 * DB_SPEND_MONTH_MAX. tracker nil: of all. */
RT_MUST_USE enum err db_spend_month_list(struct db *db,
    struct company_id company, struct tracker_id tracker, struct arena *mem,
    struct spend_month **rows, size_t *n);

/* The tracker's name, archived or not: an amount goes on until somebody ends
 * it. ERR_NOTFOUND: no such tracker. */
RT_MUST_USE enum err db_spend_month_name(struct db *db,
    struct company_id company, struct tracker_id tracker,
    char out[DB_NAME_BYTES]);

/* What is known of one tracker's amounts, all of them, as a number: another
 * one after any change, and for another tracker with the same amounts. */
struct spend_mark {
	struct tracker_id tracker;
	uint64_t mark;
};

/* Of the trackers that have amounts, are not archived and have text in their
 * name (""), by name, at most max: of all that a db_choice_list() of as many
 * has. */
RT_MUST_USE enum err db_spend_month_marks(struct db *db,
    struct company_id company, struct slice text, uint32_t max,
    struct arena *mem, struct spend_mark **rows, size_t *n);
/* Of one, archived or not. ERR_NOTFOUND: it has no amounts. */
RT_MUST_USE enum err db_spend_month_mark(struct db *db,
    struct company_id company, struct tracker_id tracker,
    struct spend_mark *out);

#endif
