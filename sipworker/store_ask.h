/*
 * store_ask.h - the store's threads that answer a call in progress: who is
 * calling (lookup.h), and what all workers share (reserve.h).
 *
 * Each has a queue of fixed length and a connection whose time-out is the
 * engine's patience. A question that is older than that is not answered; one
 * that finds the database away is answered at once.
 */
#ifndef RT_SIPWORKER_STORE_ASK_H
#define RT_SIPWORKER_STORE_ASK_H

#include "sipworker/store_db.h"

/* Both for pthread_create(); arg is the struct store_db. */
void *store_ask_run_lookups(void *arg);
void *store_ask_run_questions(void *arg);

/* False: too many wait. */
bool store_ask_lookup(struct store_db *d, const struct msg_lookup *m);
/* A release or confirmation that finds no room is left to the call's closed
 * record (db_reserve_end()). */
bool store_ask_question(struct store_db *d, const struct msg_ask *m);

#endif
