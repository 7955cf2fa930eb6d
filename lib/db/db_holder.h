/*
 * db_holder.h - what still uses a thing, so that whoever may not retire it is
 * told by name.
 *
 * Each verb gives what its thing's own refusal counts (db_number_release(),
 * db_pool_archive(), db_destination_used(), db_flow_archive(),
 * db_company_archive()), at most DB_HOLDER_MAX, by kind and name.
 */
#ifndef RT_DB_HOLDER_H
#define RT_DB_HOLDER_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

#define DB_HOLDER_MAX 20

enum db_holder_kind {
	DB_HOLDER_NUMBER,
	DB_HOLDER_POOL,     /* that leases the number */
	DB_HOLDER_OVERFLOW, /* a pool whose overflow the number is */
	DB_HOLDER_TRACKER,
	DB_HOLDER_SITE,
	DB_HOLDER_FLOW
};

struct db_holder {
	uint32_t kind; /* enum db_holder_kind */
	uint8_t id[ID_BYTES];
	char name[DB_NAME_BYTES]; /* a number's: as it is dialled, E.164 */
};

RT_MUST_USE enum err db_holder_of_number(struct db *db,
    struct company_id company, struct number_id id, struct arena *mem,
    struct db_holder **rows, size_t *n);
RT_MUST_USE enum err db_holder_of_pool(struct db *db, struct company_id company,
    struct pool_id id, struct arena *mem, struct db_holder **rows, size_t *n);
RT_MUST_USE enum err db_holder_of_destination(struct db *db,
    struct company_id company, struct destination_id id, struct arena *mem,
    struct db_holder **rows, size_t *n);
RT_MUST_USE enum err db_holder_of_flow(struct db *db, struct company_id company,
    struct flow_id id, struct arena *mem, struct db_holder **rows, size_t *n);
/* The numbers that the company has in use. */
RT_MUST_USE enum err db_holder_of_company(struct db *db,
    struct company_id company, struct arena *mem, struct db_holder **rows,
    size_t *n);

#endif
