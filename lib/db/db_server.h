/*
 * db_server.h - the server that holds our database: for set-up and checks.
 */
#ifndef RT_DB_DB_SERVER_H
#define RT_DB_DB_SERVER_H

#include "lib/db/db.h"

/* Creates the database when it is not there. db: connected as the server's
 * administrator, no database selected. */
RT_MUST_USE enum err db_server_create(struct db *db, struct slice name);

#define DB_SERVER_VERSION_BYTES 101

/* "10.11.19-MariaDB-0+deb12u1" */
RT_MUST_USE enum err db_server_version(struct db *db,
    char out[DB_SERVER_VERSION_BYTES]);
/* Migrations that were applied to their end. */
RT_MUST_USE enum err db_server_migrations(struct db *db, uint64_t *n);

#endif
