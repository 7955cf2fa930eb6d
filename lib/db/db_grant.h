/*
 * db_grant.h - one database user per program, with only its own grants.
 *
 * The users are rt_<who> at localhost: ctl (everything but grants), admin, api,
 * dashboard, dni, jobd, store. What each may do with which table is the table
 * in db_grant.c: a verb that is new to a program needs its row there.
 */
#ifndef RT_DB_GRANT_H
#define RT_DB_GRANT_H

#include "lib/db/db.h"

/* The programs, ended by NULL. */
const char *const *db_grant_who(void);

/* Creates the user if need be, sets the password and makes its rights exactly
 * those of the table; programs that are at work lose none of these meanwhile,
 * unless the user had one too many. db: connected as the server's
 * administrator, with the database selected and migrated. ERR_NOTFOUND: no such
 * program. */
RT_MUST_USE enum err db_grant_apply(struct db *db, struct slice db_name,
    const char *who, struct slice password);

#endif
