/*
 * db_account.h - accounts: the owners above companies.
 */
#ifndef RT_DB_ACCOUNT_H
#define RT_DB_ACCOUNT_H

#include "lib/db/db.h"

struct account_row {
	struct account_id id;
	char name[DB_NAME_BYTES];
	int64_t created_us;
};

RT_MUST_USE enum err db_account_add(struct db *db,
    const struct account_row *row);
RT_MUST_USE enum err db_account_get(struct db *db, struct account_id id,
    struct account_row *out);

#endif
