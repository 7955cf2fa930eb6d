/*
 * ctl_db.h - the database from the operator's side: set it up, open it.
 */
#ifndef RT_CTL_DB_H
#define RT_CTL_DB_H

#include "lib/base/settings.h"
#include "lib/db/db.h"

/* As the server's administrator `admin` (known by the socket, or by password,
 * which may be ""): creates the database, applies the migrations of
 * <share_dir>/sql, and gives each program its account. Says what it did. */
RT_MUST_USE enum err ctl_db_prepare(const struct settings *s, const char *admin,
    const char *password);

/* As rt_ctl, the account of this command. Says what is wrong. */
RT_MUST_USE enum err ctl_db_open(const struct settings *s, struct db **out);

/* `ringtrace migrate`: the exit status. */
int ctl_db_migrate(int argc, char *const *argv);

#endif
