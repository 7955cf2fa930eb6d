/*
 * api_rerun.h - a period's calls credited again by other rules
 * (db_attrib_run.h), and how true stated probabilities came out.
 */
#ifndef RT_CGI_API_API_RERUN_H
#define RT_CGI_API_API_RERUN_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /api/v1/reruns: the newest first, 50 at most. */
RT_MUST_USE enum err api_rerun_list(const struct req *r, struct resp *out);
/* POST /api/v1/reruns: {from, to, law, credit_min_bp, apply}; 202. 409: one is
 * under way. */
RT_MUST_USE enum err api_rerun_add(const struct req *r, struct resp *out);
/* GET /api/v1/reruns/{id}: how far it is, and its report. */
RT_MUST_USE enum err api_rerun_one(const struct req *r, struct resp *out);
/* GET /api/v1/reruns/{id}/calls: calls that it changes, the first 1,000 that
 * are credited otherwise and of those of which only the probability differs. */
RT_MUST_USE enum err api_rerun_calls(const struct req *r, struct resp *out);
/* POST /api/v1/reruns/{id}/stop. 409: it has ended. */
RT_MUST_USE enum err api_rerun_stop(const struct req *r, struct resp *out);

#endif
