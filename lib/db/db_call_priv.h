/*
 * db_call_priv.h - what db_call.c and db_call_close.c share: the frame in
 * which a record is applied to its call.
 */
#ifndef RT_DB_CALL_PRIV_H
#define RT_DB_CALL_PRIV_H

#include "lib/core/callrec.h"
#include "lib/db/db.h"

struct call_anchor {
	int64_t started_us;
	uint32_t last_seq; /* of the records that were applied */
	bool closed;
	bool skip; /* applied before, or the call is closed */
};

/* In a transaction: checks r against kind and company, and locks the call. */
RT_MUST_USE enum err db_call_priv_enter(struct db *db,
    struct company_id company, const struct callrec *r, enum callrec_kind kind,
    struct call_anchor *out);
/* Wall time of an offset; 0 for CALLREC_NEVER. */
int64_t db_call_priv_wall(const struct call_anchor *a, int64_t at_us);

#endif
