/*
 * job_convert.h - settles which calls are conversions: what is new, worth
 * something else, or none any more is written down for the platforms.
 *
 * Runs by the clock and compares each rule with the calls that changed since it
 * did so before, so that a changed outcome, tag, value or attribution is
 * noticed however it came about; with all calls of the last ninety days once
 * the rule changed, and once a day. Run twice it writes nothing more, and what
 * it did of a rule when it was killed is kept.
 */
#ifndef RT_JOBS_JOB_CONVERT_H
#define RT_JOBS_JOB_CONVERT_H

#include "jobs/queue.h"

#define JOB_CONVERT_EVERY_US (5 * RT_MIN_US)

RT_MUST_USE enum err job_convert(const struct queue_env *env,
    const struct job_row *job);

#endif
