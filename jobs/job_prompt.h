/*
 * job_prompt.h - makes a prompt's version ready: the uploaded file, or the
 * text as speech, becomes mu-law that calls can play.
 *
 * What cannot be made is written down with a reason for people; the job itself
 * is then done. Speech is kept by voice and text, so that the same words cost
 * nothing the second time.
 */
#ifndef RT_JOBS_JOB_PROMPT_H
#define RT_JOBS_JOB_PROMPT_H

#include "jobs/queue.h"

#define JOB_PROMPT_KEEP_US (90 * RT_DAY_US) /* of unused speech */

RT_MUST_USE enum err job_prompt(const struct queue_env *env,
    const struct job_row *job);

#endif
