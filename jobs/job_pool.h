/*
 * job_pool.h - how full each pool was, written down by the hour; and a mail
 * before one runs dry, to who wants to know.
 */
#ifndef RT_JOBS_JOB_POOL_H
#define RT_JOBS_JOB_POOL_H

#include "jobs/queue.h"

#define JOB_POOL_EVERY_US (10 * RT_MIN_US)
/* A pool without hours gets those since its begin, but no more than this. */
#define JOB_POOL_BACK_US (28 * RT_DAY_US)
/* Hours of one pool that one run makes: the rest follows in the next. */
#define JOB_POOL_HOURS_MAX 200

RT_MUST_USE enum err job_pool(const struct queue_env *env,
    const struct job_row *job);

#endif
