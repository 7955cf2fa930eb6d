/*
 * job_site.h - looks at the pages that sites' forms name: once a day, and when
 * a person asks (payload: the site's id).
 *
 * One page after the other, as lib/site/site_look.h says, JOB_SITE_ONE_US for a
 * site: what is left then is looked at in the next run, so that one slow site
 * keeps no other waiting. Every address, a redirect's too, must be http or
 * https and public (out_http.h) unless the settings say check_private.
 */
#ifndef RT_JOBS_JOB_SITE_H
#define RT_JOBS_JOB_SITE_H

#include "jobs/queue.h"

#define JOB_SITE_EVERY_US  (5 * RT_MIN_US) /* looks for pages that are due */
#define JOB_SITE_AGAIN_US  RT_DAY_US
#define JOB_SITE_RUN_US    (10 * RT_MIN_US) /* then the rest waits */
#define JOB_SITE_ONE_US    RT_MIN_US
#define JOB_SITE_LATELY_US (3 * RT_DAY_US) /* the tag was at work */

RT_MUST_USE enum err job_site(const struct queue_env *env,
    const struct job_row *job);

#endif
