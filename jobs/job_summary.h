/*
 * job_summary.h - the day, the week or the month before, by mail.
 *
 * Runs by the clock and looks at every rule: from seven of the company's
 * morning (weekly: on Monday, monthly: on the first) one mail is added for the
 * period that ended last, once. Who was not there that morning adds it when it
 * is back, as long as no later period has ended.
 */
#ifndef RT_JOBS_JOB_SUMMARY_H
#define RT_JOBS_JOB_SUMMARY_H

#include "jobs/queue.h"

#define JOB_SUMMARY_EVERY_US (15 * RT_MIN_US)

RT_MUST_USE enum err job_summary(const struct queue_env *env,
    const struct job_row *job);

#endif
