/*
 * api_trace.h - how a call went, and what its visitor did: for programs what
 * the call's page shows.
 */
#ifndef RT_CGI_API_API_TRACE_H
#define RT_CGI_API_API_TRACE_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /api/v1/calls/{id}/trace: legs and the steps of the flow, in order. */
RT_MUST_USE enum err api_trace(const struct req *r, struct resp *out);
/* GET /api/v1/calls/{id}/journey: the visit that the call is credited to, with
 * its pages and clicks; visit null when there is none. */
RT_MUST_USE enum err api_trace_journey(const struct req *r, struct resp *out);

#endif
