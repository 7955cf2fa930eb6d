/*
 * job_recording.h - recordings that nobody said anything of.
 *
 * A call's record says "pending" when the recorder had not answered in time,
 * or died with the engine. Most often it tells the store soon after. What still
 * waits after JOB_RECORDING_SETTLE_US is looked for here, once a minute: a
 * finished file makes it ready, with the length and check sum of the file; no
 * file at all makes it failed. A ".part" is the recorder's to finish, which it
 * does when it starts and once a minute (sipworker/rec_proc.h); it is given up
 * after JOB_RECORDING_PART_US. So nothing is pending for longer than that, and
 * what comes yet after it failed becomes ready all the same.
 */
#ifndef RT_JOBS_JOB_RECORDING_H
#define RT_JOBS_JOB_RECORDING_H

#include "jobs/queue.h"

#define JOB_RECORDING_EVERY_US  RT_MIN_US
#define JOB_RECORDING_SETTLE_US RT_MIN_US
#define JOB_RECORDING_PART_US   (30 * RT_MIN_US)
/* Read at a time; those that have to wait on keep none of the others waiting.
 */
#define JOB_RECORDING_BATCH 200
/* Reading files back takes long: what is left over comes the next time. */
#define JOB_RECORDING_TURN_US (5 * RT_MIN_US)

RT_MUST_USE enum err job_recording(const struct queue_env *env,
    const struct job_row *job);

#endif
