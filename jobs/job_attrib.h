/*
 * job_attrib.h - every company's delay law made anew, once a day.
 */
#ifndef RT_JOBS_JOB_ATTRIB_H
#define RT_JOBS_JOB_ATTRIB_H

#include "jobs/queue.h"

#define JOB_ATTRIB_EVERY_US RT_DAY_US

/* A company whose law was fitted within half a period is passed over, so a run
 * that was cut short is taken up where it stopped. */
RT_MUST_USE enum err job_attrib(const struct queue_env *env,
    const struct job_row *job);

#endif
