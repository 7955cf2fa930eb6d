/*
 * dni_keeper.h - the thread that keeps the pools ours and the configuration
 * fresh, and notices that the database is back.
 */
#ifndef RT_CGI_DNI_DNI_KEEPER_H
#define RT_CGI_DNI_DNI_KEEPER_H

#include "cgi/dni/dni_state.h"

struct db;
struct dni_keeper;

/* Reads configuration, pools and live visits, then starts the thread. owner:
 * the name pools are owned under, the same after a restart, so that they need
 * not go stale first; borrowed. db is the keeper's from now on, also when this
 * fails. */
RT_MUST_USE enum err dni_keeper_start(struct dni_keeper **out,
    struct dni_state *s, struct db *db, struct slice owner);

/* Ends the thread and gives the pools up; after dni_writer_stop(), so that
 * everything is written. NULL is allowed. */
void dni_keeper_stop(struct dni_keeper *k);

#endif
