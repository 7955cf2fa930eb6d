/*
 * job_spoken.h - speaks beforehand what whispers may have to say.
 *
 * Every minute: the whispers of published flows are cut into their parts
 * (lib/core/flow_say); texts, and the values that the company's visits,
 * trackers and numbers have, are asked for; a voice speaks what is new, a batch
 * at a time; workers load it. Until then a call plays the flow's plain
 * whisper. The newest values come first, those of the last JOB_SPOKEN_SINCE_US
 * only.
 */
#ifndef RT_JOBS_JOB_SPOKEN_H
#define RT_JOBS_JOB_SPOKEN_H

#include "jobs/queue.h"

#define JOB_SPOKEN_EVERY_US (60 * RT_SEC_US)
#define JOB_SPOKEN_SINCE_US (30 * RT_DAY_US)
#define JOB_SPOKEN_KEEP_US  (90 * RT_DAY_US)
#define JOB_SPOKEN_BATCH    100

RT_MUST_USE enum err job_spoken(const struct queue_env *env,
    const struct job_row *job);

#endif
