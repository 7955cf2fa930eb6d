/*
 * api_flow_cases.h - the cases that are kept beside a flow.
 *
 *	GET    /api/v1/flows/{id}/cases                  -> {cases, block}
 *	PUT    /api/v1/flows/{id}/cases  {cases, block?} -> the same
 *	DELETE /api/v1/flows/{id}/cases                  204
 *	POST   /api/v1/flows/{id}/cases/run  {version?}
 *	  -> {passed, failed, results: [{name, ok, result, duration_ms, words,
 *	      fails}]}
 *
 * They are tried on every publishing and warn, or forbid it (block). run tries
 * them by hand with a version: that asked for, or the last.
 */
#ifndef RT_CGI_API_API_FLOW_CASES_H
#define RT_CGI_API_API_FLOW_CASES_H

#include "cgi/form/flow_cases.h"

#define API_FLOW_CASES_BODY_MAX FLOW_CASES_BODY_MAX

RT_MUST_USE enum err api_flow_cases(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_flow_cases_put(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_flow_cases_drop(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_flow_cases_run(const struct req *r, struct resp *out);

#endif
