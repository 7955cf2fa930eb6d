/*
 * job_convert.h - settles which calls are conversions: what is new, worth
 * something else, or none any more is written down for the platforms.
 *
 * Runs by the clock and compares each rule with the calls of the last ninety
 * days, so that a changed outcome, tag, value, attribution or rule is noticed
 * however it came about. Run twice it writes nothing more.
 */
#ifndef RT_JOBS_JOB_CONVERT_H
#define RT_JOBS_JOB_CONVERT_H

#include "jobs/queue.h"

#define JOB_CONVERT_EVERY_US (5 * RT_MIN_US)

RT_MUST_USE enum err job_convert(const struct queue_env *env,
    const struct job_row *job);

#endif
