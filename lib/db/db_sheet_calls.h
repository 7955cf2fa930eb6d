/*
 * db_sheet_calls.h - calls as the sheet "calls": the log for programs.
 *
 * Ordered by one of its figures and then by id; a place in it is such a pair,
 * so pages neither repeat nor skip a call when others are added. Filtered by
 * what filters the log of the pages (db_report_calls.h): calls that are going
 * on are there only when they are asked for by time and no more than the result
 * is filtered.
 */
#ifndef RT_DB_DB_SHEET_CALLS_H
#define RT_DB_DB_SHEET_CALLS_H

#include "lib/db/db_report_calls.h"
#include "lib/db/db_sheet.h"

struct db_sheet_calls_filter {
	struct db_report_calls_filter log; /* without its way and key */
	struct tracker_id tracker;         /* nil: any */
	/* For UPDATED alone: changed between the two, both included. */
	int64_t updated_from_us;
	int64_t updated_to_us;
};

enum db_sheet_calls_by {
	DB_SHEET_CALLS_STARTED,
	DB_SHEET_CALLS_DURATION,
	DB_SHEET_CALLS_RING,
	DB_SHEET_CALLS_TALK,
	DB_SHEET_CALLS_VALUE, /* a call without one as 0 */
	DB_SHEET_CALLS_RISK,
	DB_SHEET_CALLS_UPDATED, /* db_call_touch.h */
	DB_SHEET_CALLS_BY_COUNT
};

/* By what, and which way. All but STARTED and UPDATED read every row of the
 * period. */
struct db_sheet_calls_order {
	enum db_sheet_calls_by by;
	bool up;
};

struct db_sheet_calls_place {
	int64_t key; /* us, ms, micro-units, or 0 to 100 */
	struct call_id id;
};

/* The column that is ordered by: "talk_ms". */
const char *db_sheet_calls_by_name(enum db_sheet_calls_by by);
/* The place of a row; of a call that is going on by STARTED or UPDATED. */
void db_sheet_calls_place(enum db_sheet_calls_by by,
    const struct db_sheet_cell *row, struct db_sheet_calls_place *out);

const struct db_sheet *db_sheet_calls(void);

/* after NULL: from the end that the order begins with. At most max rows, 1 to
 * DB_SHEET_PAGE_MAX. ERR_TOOBIG: search. */
RT_MUST_USE enum err db_sheet_calls_page(struct db *db,
    struct company_id company, const struct db_sheet_calls_filter *f,
    struct db_sheet_calls_order order, const struct db_sheet_calls_place *after,
    size_t max, struct arena *mem, struct db_sheet_cell **cells, size_t *n);
/* By STARTED upwards, row by row while the server makes them:
 * db_sheet_each(). */
RT_MUST_USE enum err db_sheet_calls_each(struct db *db,
    struct company_id company, const struct db_sheet_calls_filter *f,
    const struct db_sheet_calls_place *after, size_t max,
    void (*row)(void *ctx, const struct db_sheet_cell *cells), void *ctx,
    size_t *n);
/* ERR_NOTFOUND: no such call of the company. */
RT_MUST_USE enum err db_sheet_calls_one(struct db *db,
    struct company_id company, struct call_id id, struct arena *mem,
    struct db_sheet_cell **cells);

#endif
