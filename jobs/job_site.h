/*
 * job_site.h - looks at the pages that sites' forms name: once a day, and when
 * a person asks (payload: the site's id).
 *
 * One page after the other, with a click id in its address as after a click on
 * an ad, over at most JOB_SITE_HOPS redirects, JOB_SITE_BYTES of HTML and
 * JOB_SITE_TIMEOUT_US each. Every address, a redirect's too, must be http or
 * https and public (out_http.h) unless the settings say check_private.
 */
#ifndef RT_JOBS_JOB_SITE_H
#define RT_JOBS_JOB_SITE_H

#include "jobs/queue.h"

#define JOB_SITE_EVERY_US   (5 * RT_MIN_US) /* looks for pages that are due */
#define JOB_SITE_AGAIN_US   RT_DAY_US
#define JOB_SITE_RUN_US     (10 * RT_MIN_US) /* then the rest waits */
#define JOB_SITE_TIMEOUT_US (10 * RT_SEC_US)
#define JOB_SITE_HOPS       3
#define JOB_SITE_BYTES      ((size_t)1 << 20)

RT_MUST_USE enum err job_site(const struct queue_env *env,
    const struct job_row *job);

#endif
