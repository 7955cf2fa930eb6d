/*
 * db_web_sweep.h - old pages and events of visits, of all companies.
 */
#ifndef RT_DB_WEB_SWEEP_H
#define RT_DB_WEB_SWEEP_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

/* Removes pages and events of visits that began before before_us, at most max
 * rows a table and company; visits and what they came from stay. *removed: how
 * many; as long as it is not 0 there may be more. */
RT_MUST_USE enum err db_web_sweep(struct db *db, int64_t before_us,
    uint32_t max, struct arena *mem, uint64_t *removed);

#endif
