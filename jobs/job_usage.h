/*
 * job_usage.h - the numbers that each company had, by day, for re-billing.
 * Calls, minutes and bytes are counted where they come to be; numbers are just
 * there, so somebody has to look.
 */
#ifndef RT_JOBS_JOB_USAGE_H
#define RT_JOBS_JOB_USAGE_H

#include "jobs/queue.h"

#define JOB_USAGE_EVERY_US RT_HOUR_US

RT_MUST_USE enum err job_usage(const struct queue_env *env,
    const struct job_row *job);

#endif
