/*
 * db_call_close.h - the one transaction that ends a call.
 *
 * A part of db_call (whose header tells the rules): call, attribution, verdict,
 * caller, recording, roll-ups, usage and the jobs that follow, all or nothing.
 */
#ifndef RT_DB_CALL_CLOSE_H
#define RT_DB_CALL_CLOSE_H

#include "lib/db/db_call.h"

/* credit NULL: none. A call to the number of a tracker, by what holds when it
 * begins, is the tracker's, whatever credit says. later NULL: all of it at
 * once; else in a transaction of the caller's. now_us: for rows made now, and
 * the jobs' due time. */
RT_MUST_USE enum err db_call_close(struct db *db, struct company_id company,
    const struct callrec *r, const struct call_credit *credit,
    struct call_later *later, int64_t now_us);

/* Sets the attribution of a call, whatever its state; touches no roll-up. */
RT_MUST_USE enum err db_call_close_credit(struct db *db,
    struct company_id company, struct call_id call,
    const struct call_credit *credit);

#endif
