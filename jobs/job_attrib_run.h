/*
 * job_attrib_run.h - a period's calls credited again (db_attrib_run.h), a piece
 * of JOB_ATTRIB_RUN_PIECE_US at a time: each adds the next and is done, so a
 * long run needs no long job, and one that is cut off goes on where it was.
 */
#ifndef RT_JOBS_JOB_ATTRIB_RUN_H
#define RT_JOBS_JOB_ATTRIB_RUN_H

#include "jobs/queue.h"

#define JOB_ATTRIB_RUN_PIECE_US   (2 * RT_MIN_US)
#define JOB_ATTRIB_RUN_VISIBLE_US (10 * RT_MIN_US)
#define JOB_ATTRIB_RUN_ATTEMPTS   5

RT_MUST_USE enum err job_attrib_run(const struct queue_env *env,
    const struct job_row *job);
/* Ends the run as failed: its page would say "under way" for ever, and the
 * company could begin no other. */
RT_MUST_USE enum err job_attrib_run_given_up(const struct queue_env *env,
    const struct job_row *job);

#endif
