/*
 * db_now.h - what the database's clock says: the only one that all machines
 * share, so what is put in order by several of them stands at its time.
 */
#ifndef RT_DB_DB_NOW_H
#define RT_DB_DB_NOW_H

#include "lib/db/db.h"

RT_MUST_USE enum err db_now(struct db *db, int64_t *now_us);

#endif
