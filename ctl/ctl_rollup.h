/*
 * ctl_rollup.h - `ringtrace rollup`: see `ringtrace rollup --help`.
 *
 * Reports read sums that are kept beside the calls. `verify` proves that they
 * equal the calls, `rebuild` makes them anew from the calls.
 */
#ifndef RT_CTL_ROLLUP_H
#define RT_CTL_ROLLUP_H

/* The exit status: 0 done and equal, 1 different or refused, 2 wrong usage. */
int ctl_rollup(int argc, char *const *argv);

#endif
