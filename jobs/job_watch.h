/*
 * job_watch.h - tells who wants to know when a site's tag was not seen for a
 * day, and when every call over a trunk fails.
 */
#ifndef RT_JOBS_JOB_WATCH_H
#define RT_JOBS_JOB_WATCH_H

#include "jobs/queue.h"

#define JOB_WATCH_EVERY_US  (5 * RT_MIN_US)
#define JOB_WATCH_SILENT_US RT_DAY_US
/* A trunk is down when all of at least so many attempts in this time failed
 * without even ringing; said again after JOB_WATCH_AGAIN_US. */
#define JOB_WATCH_TRUNK_US    (10 * RT_MIN_US)
#define JOB_WATCH_TRUNK_LEAST 3
#define JOB_WATCH_AGAIN_US    (6 * RT_HOUR_US)

RT_MUST_USE enum err job_watch(const struct queue_env *env,
    const struct job_row *job);

#endif
