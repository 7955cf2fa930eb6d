/*
 * job_notify.h - tells who wants to know of a missed call or a voice message.
 *
 * Payload: the call's public id. One mail for each rule, once: run twice it
 * adds nothing.
 */
#ifndef RT_JOBS_JOB_NOTIFY_H
#define RT_JOBS_JOB_NOTIFY_H

#include "jobs/queue.h"

RT_MUST_USE enum err job_notify(const struct queue_env *env,
    const struct job_row *job);

#endif
