/*
 * job_keep.h - does what companies decided about keeping things: once an hour
 * it erases recordings, removes visits and forgets callers whose term is over.
 *
 * A file goes before its row says so: after a crash between the two the next
 * run finds no file, which is as good. Each erased recording is in the audit
 * log. A file that cannot be removed is an error of the job, which comes again;
 * it keeps neither other files nor visits nor callers beyond their term. Where
 * JOB_KEEP_STAY_MAX of them stay, the disk is what is wrong: later files wait.
 * Once after an update it looks for what older versions left of callers who
 * were forgotten (db_forget_again.h).
 */
#ifndef RT_JOBS_JOB_KEEP_H
#define RT_JOBS_JOB_KEEP_H

#include "jobs/queue.h"

#define JOB_KEEP_EVERY_US RT_HOUR_US
#define JOB_KEEP_BATCH    200 /* of each, between looks at the time */
#define JOB_KEEP_STAY_MAX ((size_t)10000)

RT_MUST_USE enum err job_keep(const struct queue_env *env,
    const struct job_row *job);

#endif
