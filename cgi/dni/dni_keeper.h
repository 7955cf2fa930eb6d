/*
 * dni_keeper.h - the thread that keeps the pools ours and the configuration
 * fresh, and notices that the database is back.
 */
#ifndef RT_CGI_DNI_DNI_KEEPER_H
#define RT_CGI_DNI_DNI_KEEPER_H

#include <limits.h>

#include "cgi/dni/dni_state.h"
#include "lib/db/db_pool_owner.h"

struct db;
struct dni_keeper;

struct dni_keeper_conf {
	/* The name pools are owned under, the same after a restart, so that
	 * they need not go stale first. */
	char owner[DB_POOL_OWNER_MAX + 1];
	char saved[PATH_MAX]; /* the file of dni_saved.h */
	bool answers;         /* the database did, just now */
};

/* Reads configuration, pools and live visits, then starts the thread. db is a
 * connection not yet made (db_later_as()), and the keeper's from now on, also
 * when this fails. A database that is away is no failure: what was saved serves
 * meanwhile, or where nothing was, nobody is (ERR_UNAVAILABLE of dni_serve.h),
 * and the thread reads the rest when it is back. */
RT_MUST_USE enum err dni_keeper_start(struct dni_keeper **out,
    struct dni_state *s, struct db *db, const struct dni_keeper_conf *conf);

/* Ends the thread and gives the pools up; after dni_writer_stop(), so that
 * everything is written. NULL is allowed. */
void dni_keeper_stop(struct dni_keeper *k);

#endif
