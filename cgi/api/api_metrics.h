/*
 * api_metrics.h - counters of all programs, for Prometheus.
 *
 * nginx lets only this machine ask.
 */
#ifndef RT_CGI_API_API_METRICS_H
#define RT_CGI_API_API_METRICS_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /metrics: text format 0.0.4. While the database is away its figures are
 * left out and ringtrace_database_up is 0. */
RT_MUST_USE enum err api_metrics(const struct req *r, struct resp *out);

#endif
