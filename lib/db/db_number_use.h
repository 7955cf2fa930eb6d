/*
 * db_number_use.h - a company's numbers with what each is used for, as their
 * list shows them.
 */
#ifndef RT_DB_NUMBER_USE_H
#define RT_DB_NUMBER_USE_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

struct number_use {
	struct number_id id;
	char e164[DB_E164_BYTES];
	char label[DB_NAME_BYTES];
	char record[9];                  /* off notice silent */
	char flow[DB_NAME_BYTES];        /* names; "" none */
	char destination[DB_NAME_BYTES]; /* "" none */
	char pool[DB_NAME_BYTES];
	char tracker[DB_NAME_BYTES];
	int64_t quarantined_us; /* 0: does not rest */
};

/* In use, by number, from after `after` (""), at most max. text: part of the
 * number's digits or of the label; "" all. */
RT_MUST_USE enum err db_number_use_list(struct db *db,
    struct company_id company, struct slice after, struct slice text,
    uint32_t max, struct arena *mem, struct number_use **rows, size_t *n);

/* Ends the rest of numbers that began it before their company's term. *n is
 * how many. */
RT_MUST_USE enum err db_number_use_lift(struct db *db, int64_t now_us,
    uint64_t *n);

#endif
