/*
 * db_config.h - the counter that moves with every change of configuration.
 *
 * Whoever keeps a copy of the configuration (the store's snapshot, the lease
 * server) reads the counter and reads anew when it has moved. The verbs that
 * change such tables bump it in their own transaction; callers need not.
 */
#ifndef RT_DB_CONFIG_H
#define RT_DB_CONFIG_H

#include "lib/db/db.h"

RT_MUST_USE enum err db_config_version(struct db *db, uint64_t *version);
/* In the transaction of the change. */
RT_MUST_USE enum err db_config_bump(struct db *db);

/* In a transaction: waits until no other change of the configuration is under
 * way, and keeps others waiting until the end of this one. What is read after
 * it is what the change will find. */
RT_MUST_USE enum err db_config_lock(struct db *db);

/* Runs a change of exactly one row and the bump in one transaction, unless one
 * is open. st was begun and filled; it is ended here. ERR_NOTFOUND: no row. */
struct stmt;
RT_MUST_USE enum err db_config_exec(struct db *db, struct stmt *st);

#endif
