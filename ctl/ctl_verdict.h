/*
 * ctl_verdict.h - `ringtrace verdict`: see `ringtrace verdict --help`.
 *
 * Judges closed calls again by the rule of this version (lib/core/verdict) and
 * the company's limits of today. What people decided stays.
 */
#ifndef RT_CTL_VERDICT_H
#define RT_CTL_VERDICT_H

/* The exit status: 0 done, 1 refused, 2 wrong usage. */
int ctl_verdict(int argc, char *const *argv);

#endif
