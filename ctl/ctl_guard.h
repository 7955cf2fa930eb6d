/*
 * ctl_guard.h - the last step before a supervised program runs.
 *
 * `ringtrace guard USER GROUP[,GROUP] PID -- PATH ARG...` becomes that user and
 * group, with a second group beside it ("-": stays as it is; "#123": that
 * number, whether it has a name or not), asks the kernel to end it with the
 * supervisor, whose process id is PID, and executes PATH. It exists because
 * posix_spawn can do neither, and because the kernel forgets the parent-death
 * signal when a program changes its own user: so the change comes first
 * (prctl(2), PR_SET_PDEATHSIG).
 */
#ifndef RT_CTL_GUARD_H
#define RT_CTL_GUARD_H

#include "lib/base/rt.h"

/* Returns only when something failed: the exit status. */
int ctl_guard(int argc, char *const *argv);

#endif
