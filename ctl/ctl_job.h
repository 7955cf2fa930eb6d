/*
 * ctl_job.h - `ringtrace job`: see `ringtrace job --help`.
 *
 * Work that failed for good waits here until a person has looked at it.
 */
#ifndef RT_CTL_JOB_H
#define RT_CTL_JOB_H

/* The exit status: 0 done, 1 refused, 2 wrong usage. */
int ctl_job(int argc, char *const *argv);

#endif
