/*
 * db_named.h - what a public id stands for, in words.
 *
 * For pages that show what somebody chose before, without the list that they
 * chose from.
 */
#ifndef RT_DB_NAMED_H
#define RT_DB_NAMED_H

#include "lib/db/db.h"

/* key: "trk_…" and so on, of a tracker, number (its label, else the number),
 * pool, site, destination, flow, location or tag; also of one that was put
 * away. ERR_NOTFOUND: of nothing of the company, of another kind, or no key. */
RT_MUST_USE enum err db_named(struct db *db, struct company_id company,
    struct slice key, char out[DB_NAME_BYTES]);

#endif
