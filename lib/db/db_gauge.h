/*
 * db_gauge.h - how much is going on and waiting, over all companies: for
 * whoever watches the installation, and for nobody else.
 */
#ifndef RT_DB_DB_GAUGE_H
#define RT_DB_DB_GAUGE_H

#include "lib/db/db.h"

#define DB_GAUGE_MAX 100000 /* each counts no further */

struct db_gauges {
	uint64_t calls_open;
	uint64_t jobs_due;
	uint64_t jobs_dead;
	uint64_t hooks_waiting;
};

RT_MUST_USE enum err db_gauge_read(struct db *db, int64_t now_us,
    struct db_gauges *out);

#endif
