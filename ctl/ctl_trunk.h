/*
 * ctl_trunk.h - `ringtrace trunk`: see `ringtrace trunk --help`.
 */
#ifndef RT_CTL_TRUNK_H
#define RT_CTL_TRUNK_H

/* The exit status: 0 done, 1 refused, 2 wrong usage; said on stderr. */
int ctl_trunk(int argc, char *const *argv);

#endif
