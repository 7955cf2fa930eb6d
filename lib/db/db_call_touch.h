/*
 * db_call_touch.h - when a call last changed.
 *
 * phone_call.updated_at moves by itself when its row does, and by this when
 * something does that hangs on the call: outcome, value, note, tags, verdict,
 * recording. It is the time of the database's clock, the only one that all
 * machines share, at the moment of the change, not of its commit: whoever reads
 * what changed since a time goes back by DB_CALL_TOUCH_LATE_US, which is longer
 * than any transaction that changes a call takes (db.h: a lock is waited for 5
 * seconds at most).
 */
#ifndef RT_DB_DB_CALL_TOUCH_H
#define RT_DB_DB_CALL_TOUCH_H

#include "lib/db/db.h"

#define DB_CALL_TOUCH_LATE_US (60 * RT_SEC_US)

/* In the transaction of the change. No such call is no error: it is a form. */
RT_MUST_USE enum err db_call_touch(struct db *db, struct company_id company,
    const uint8_t call[ID_BYTES]);

#endif
