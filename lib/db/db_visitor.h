/*
 * db_visitor.h - browsers that came back, or may.
 *
 * Written in the lease server's batches, by ids that it made: a repeated write
 * after ERR_UNCERTAIN changes nothing. Rows exist only for visitors who
 * consented or whose site assumes it.
 */
#ifndef RT_DB_VISITOR_H
#define RT_DB_VISITOR_H

#include "lib/db/db.h"

struct visitor_seen {
	struct visitor_id id;
	struct visit_id visit;
	bool paid; /* the visit came from a paid click */
	int64_t seen_us;
};

/* The first time makes the row with visit as the first touch; later ones move
 * last_seen_at and, when paid, the last paid touch. */
RT_MUST_USE enum err db_visitor_seen(struct db *db, struct company_id company,
    const struct visitor_seen *const *rows, size_t n);

#define DB_VISITOR_KEY_BYTES 16

/* The secret that visitors' ids are made with, of the whole installation:
 * `fresh` where there is none yet. */
RT_MUST_USE enum err db_visitor_key(struct db *db,
    const uint8_t fresh[DB_VISITOR_KEY_BYTES],
    uint8_t out[DB_VISITOR_KEY_BYTES]);

#endif
