/*
 * ctl_mariadb.h - the private MariaDB of `ringtrace run`.
 *
 * Own data folder, own socket, no network, no system service, nothing of
 * /etc/mysql. Its administrator is the operating system's user who started it,
 * known by the socket (no password exists); programs sign in as rt_<name> with
 * passwords of their own.
 */
#ifndef RT_CTL_MARIADB_H
#define RT_CTL_MARIADB_H

#include "ctl/ctl_layout.h"
#include "ctl/ctl_sup.h"

struct ctl_mariadb {
	char cnf_arg[SETTINGS_PATH_MAX + 32];
	char data_arg[SETTINGS_PATH_MAX + 32];
	char tmp_arg[SETTINGS_PATH_MAX + 32];
	char admin_arg[96];
	char admin[64]; /* the account's name: this process's user */
};

/* Writes the server's configuration and, the first time, creates its data
 * folder. ERR_UNAVAILABLE: MariaDB is not installed. All failures are said. */
RT_MUST_USE enum err ctl_mariadb_prepare(struct ctl_mariadb *m,
    const struct ctl_layout *l, struct ctl_sup *sup);
/* What to start; borrows m and l. */
struct ctl_part ctl_mariadb_part(const struct ctl_mariadb *m,
    const struct ctl_layout *l);

#endif
