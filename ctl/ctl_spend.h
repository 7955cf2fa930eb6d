/*
 * ctl_spend.h - `ringtrace spend`: see `ringtrace spend --help`.
 *
 * Reads files of advertising spend (lib/core/spend_in.h), all rows or none.
 */
#ifndef RT_CTL_SPEND_H
#define RT_CTL_SPEND_H

/* The exit status: 0 done, 1 refused, 2 wrong usage. */
int ctl_spend(int argc, char *const *argv);

#endif
