/*
 * job_pack.h - packs days with many calls once they are over, so that reports
 * and filters of a year read columns and not rows (lib/db/db_pack.h). A day
 * whose calls change is packed again, within the hour.
 */
#ifndef RT_JOBS_JOB_PACK_H
#define RT_JOBS_JOB_PACK_H

#include "jobs/queue.h"

#define JOB_PACK_EVERY_US RT_HOUR_US
#define JOB_PACK_DAYS     ((size_t)10000) /* in one run; later ones wait */

RT_MUST_USE enum err job_pack(const struct queue_env *env,
    const struct job_row *job);

#endif
