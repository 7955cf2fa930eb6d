/*
 * job_sweep.h - housekeeping once a minute: expired logins and old counts of
 * failed sign-ins, done jobs after a week; after two months what was given up
 * and the logs of webhooks and mails; after three what sites' tags said of
 * their pages.
 */
#ifndef RT_JOBS_JOB_SWEEP_H
#define RT_JOBS_JOB_SWEEP_H

#include "jobs/queue.h"

#define JOB_SWEEP_EVERY_US    RT_MIN_US
#define JOB_SWEEP_ATTEMPTS_US RT_DAY_US        /* failed sign-ins are kept */
#define JOB_SWEEP_DONE_US     (7 * RT_DAY_US)  /* done jobs are kept */
#define JOB_SWEEP_LOGS_US     (60 * RT_DAY_US) /* and dead jobs */
#define JOB_SWEEP_SITES_US    (90 * RT_DAY_US) /* a page shows seven days */
#define JOB_SWEEP_BATCH       1000             /* jobs removed at once */

RT_MUST_USE enum err job_sweep(const struct queue_env *env,
    const struct job_row *job);

#endif
