/*
 * db_call_later.h - what many calls that end in one transaction have in
 * common is written once for all of them.
 *
 * A closed call adds to thirty rows of sums and two of usage; calls of one
 * company and day mostly to the same ones. Who closes many of them gives
 * db_call_closed_with() a struct call_later, which then remembers each call,
 * and calls db_call_later_write() before the transaction ends, and before
 * anything else is done that moves the sums of one of those calls (a mark, a
 * verdict). It belongs to its transaction: rolled back, it is void.
 */
#ifndef RT_DB_CALL_LATER_H
#define RT_DB_CALL_LATER_H

#include "lib/db/db.h"

#define DB_CALL_LATER_MAX 64

struct call_later_one {
	struct company_id company;
	struct call_id call;
	int64_t started_us;
	uint64_t inbound_s;
	uint64_t outbound_s;
};

/* Begins as { .n = 0 }. */
struct call_later {
	size_t n;
	struct call_later_one one[DB_CALL_LATER_MAX];
};

/* Writes what is there first when it is full. */
RT_MUST_USE enum err db_call_later_add(struct db *db, struct call_later *l,
    const struct call_later_one *one);
/* Writes all and forgets it; nothing to write is ERR_OK. After an error the
 * transaction must be rolled back. */
RT_MUST_USE enum err db_call_later_write(struct db *db, struct call_later *l);

#endif
