/*
 * ctl_run.h - `ringtrace run`: the whole product in the foreground.
 *
 * Brings up, in this order, a private MariaDB, migrations and accounts, the
 * demonstration company, dashboard.fcgi, dni.fcgi, jobd, sipworker and nginx;
 * prints "ready <url>"; starts again what dies; and at SIGINT or SIGTERM stops
 * all of it in reverse order.
 */
#ifndef RT_CTL_RUN_H
#define RT_CTL_RUN_H

#include "lib/base/rt.h"

/* The subcommand: the exit status. */
int ctl_run(int argc, char *const *argv);

#endif
