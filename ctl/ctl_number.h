/*
 * ctl_number.h - `ringtrace number`: see `ringtrace number --help`.
 */
#ifndef RT_CTL_NUMBER_H
#define RT_CTL_NUMBER_H

/* The exit status: 0 done, 1 refused, 2 wrong usage; said on stderr. */
int ctl_number(int argc, char *const *argv);

#endif
