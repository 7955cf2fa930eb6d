/*
 * db_call_follow.h - who is told of a call: what its records set going.
 *
 * Each verb runs in the transaction that applies a record, so that nothing is
 * told that did not happen and nothing that happened is kept back.
 */
#ifndef RT_DB_DB_CALL_FOLLOW_H
#define RT_DB_DB_CALL_FOLLOW_H

#include "lib/core/callrec.h"
#include "lib/db/db.h"

RT_MUST_USE enum err db_call_follow_opened(struct db *db,
    struct company_id company, const struct callrec *r);
/* started_us: of the call, wall time. */
RT_MUST_USE enum err db_call_follow_event(struct db *db,
    struct company_id company, const struct callrec *r, int64_t started_us);
RT_MUST_USE enum err db_call_follow_closed(struct db *db,
    struct company_id company, struct call_id call, int64_t now_us);

#endif
