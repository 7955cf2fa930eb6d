/*
 * ctl_user.h - `ringtrace user`: see `ringtrace user --help`.
 */
#ifndef RT_CTL_USER_H
#define RT_CTL_USER_H

/* The exit status: 0 done, 1 refused, 2 wrong usage; said on stderr. */
int ctl_user(int argc, char *const *argv);

#endif
