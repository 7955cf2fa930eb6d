/*
 * db_touch.h - the touches of calls: the visits of the person who called, up
 * to the one that the call is credited to, in the order of time
 * (lib/core/touch). Rows live in the caller's arena.
 */
#ifndef RT_DB_DB_TOUCH_H
#define RT_DB_DB_TOUCH_H

#include "lib/base/arena.h"
#include "lib/core/touch.h"
#include "lib/db/db.h"

struct touch_row {
	struct call_id call;
	int64_t at_us;
	struct slice source;
	struct slice medium;
	struct slice campaign;
	bool paid;
};

/* Of one call that is credited to a visit; else none. At most TOUCH_MAX: of
 * more the first and the latest. */
RT_MUST_USE enum err db_touch_call(struct db *db, struct company_id company,
    struct call_id call, struct arena *mem, struct touch_row **rows, size_t *n);

/* The latest calls of a period. */
#define DB_TOUCH_CALLS_MAX 2000
struct touch_credit {
	struct call_id call;
	bool by_tracker;     /* a number of one source: nothing is weighed */
	struct slice source; /* as it is credited */
	struct slice medium;
	struct slice shares; /* "sources" of the evidence, JSON; "" none */
};
#define DB_TOUCH_SHARES_MAX ((size_t)32 * 1024)
RT_MUST_USE enum err db_touch_credits(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct arena *mem,
    struct touch_credit **rows, size_t *n);

/* The touches of those of them that are credited to a visit, call after call:
 * of a call with more than TOUCH_MAX the first and at least the latest that
 * count. Of DB_TOUCH_ROWS_MAX the last call may lack its latest ones, and older
 * calls have none. */
#define DB_TOUCH_ROWS_MAX 10000
RT_MUST_USE enum err db_touch_period(struct db *db, struct company_id company,
    int64_t from_us, int64_t to_us, struct arena *mem, struct touch_row **rows,
    size_t *n);

#endif
