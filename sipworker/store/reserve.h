/*
 * reserve.h - answers the engine's questions (lib/core/ask.h) from the
 * database. Runs on a connection of its own, like lookup.h.
 */
#ifndef RT_STORE_RESERVE_H
#define RT_STORE_RESERVE_H

#include "lib/core/ask.h"
#include "lib/db/db.h"

/* False for the kinds that nobody waits for. */
bool reserve_wants_reply(enum ask_kind kind);

/* *out is ASK_AWAY unless the database answered; a place that it cannot vouch
 * for is not given. */
void reserve_ask(struct db *db, struct company_id company, struct call_id call,
    const struct ask *a, int64_t now_us, struct ask_reply *out);

#endif
