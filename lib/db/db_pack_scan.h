/*
 * db_pack_scan.h - db_scan() that takes packed days from their packs and the
 * rest row by row. What both give adds up to the same. Only lib/db includes
 * this file.
 */
#ifndef RT_DB_DB_PACK_SCAN_H
#define RT_DB_DB_PACK_SCAN_H

#include "lib/db/db_scan.h"

/* A packed day's calls come summed up: by value, by quarter, or by both, as s
 * wants them, each day's quarters in the order of time. */
RT_MUST_USE enum err db_pack_scan(struct db *db, struct company_id company,
    const struct db_scan *s, db_scan_fn *fn, void *ctx);

#endif
