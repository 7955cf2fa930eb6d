/*
 * db_call_hold.h - the order in which whoever changes a call takes its rows.
 *
 * A call lies in several tables, and many change it at the same moment: its own
 * end, people, flows, its recording, rules that are run again, retention. Each
 * takes, in one transaction and in this order:
 *
 *   1. the call's row (phone_call), by db_call_hold() or its own FOR UPDATE:
 *      from then on nobody else changes this call;
 *   2. what hangs on it: the visit that it is credited to, shared; interaction
 *      and its tags, verdict, recording, usage;
 *   3. the company's row, shared (db_stat.c);
 *   4. the call's narrow rows, then its sums, in the order of their key;
 *   5. what its webhooks are told.
 *
 * So nobody holds what somebody waits for whom he waits for himself. But a
 * change takes a call out of all its sums before it puts it into others, and
 * calls that close together are summed day by day: two who do that with
 * different calls may still meet, and the database sends one of them back
 * (ERR_BUSY). Who answers to people begins again, with db_tries().
 */
#ifndef RT_DB_DB_CALL_HOLD_H
#define RT_DB_DB_CALL_HOLD_H

#include "lib/db/db.h"

/* In a transaction, before anything else of it is locked or changed. No such
 * call is no error: it is a form, whose interaction is held instead. */
RT_MUST_USE enum err db_call_hold(struct db *db, struct company_id company,
    const uint8_t call[ID_BYTES]);

#endif
