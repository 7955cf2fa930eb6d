/*
 * hook_body.h - what a webhook is told: one event as JSON.
 *
 *	{"version":1,"id":"evt_…","type":"call.ended","created_at":"…",
 *	 "company_id":"com_…","object_id":"cal_…","changes":["outcome"],
 *	 "call":{…}}
 *
 * The call is the row of GET /api/v1/calls/{id}, as it is when the event is
 * first sent: never older than the event. `call` is null once it was erased.
 */
#ifndef RT_JOBS_HOOK_BODY_H
#define RT_JOBS_HOOK_BODY_H

#include "lib/base/buf.h"
#include "lib/db/db_hook_out.h"

/* Appends the body. mem: for reading. */
RT_MUST_USE enum err hook_body(struct db *db, struct company_id company,
    const struct hook_out_row *event, struct arena *mem, struct buf *out);

#endif
