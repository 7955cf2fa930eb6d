/*
 * db_account.h - accounts: the owners above companies.
 */
#ifndef RT_DB_ACCOUNT_H
#define RT_DB_ACCOUNT_H

#include "lib/base/arena.h"
#include "lib/db/db.h"

struct account_row {
	struct account_id id;
	char name[DB_NAME_BYTES];
	int64_t created_us;
};

RT_MUST_USE enum err db_account_add(struct db *db,
    const struct account_row *row);
/* All of the installation, by name: for the operator's command. */
RT_MUST_USE enum err db_account_list(struct db *db, struct arena *mem,
    struct account_row **rows, size_t *n);

#endif
