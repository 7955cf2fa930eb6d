/*
 * api_calls.h - calls: the log, one, and what hangs on it.
 */
#ifndef RT_CGI_API_API_CALLS_H
#define RT_CGI_API_API_CALLS_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /api/v1/calls: filters of api_filter.h; sort= started_at, duration_ms,
 * ring_ms, talk_ms, value or risk, with - before it downwards. */
RT_MUST_USE enum err api_calls(const struct req *r, struct resp *out);
/* GET /api/v1/calls/{id} */
RT_MUST_USE enum err api_calls_one(const struct req *r, struct resp *out);
/* GET /api/v1/calls/{id}/recording: what there is. */
RT_MUST_USE enum err api_calls_recording(const struct req *r, struct resp *out);
/* GET /api/v1/calls/{id}/recording/audio: the file; audited. */
RT_MUST_USE enum err api_calls_audio(const struct req *r, struct resp *out);
/* GET /api/v1/calls/{id}/page_views: the visit it is credited to. */
RT_MUST_USE enum err api_calls_views(const struct req *r, struct resp *out);
/* GET /api/v1/export/calls.jsonl: all of the filter, a row a line. */
RT_MUST_USE enum err api_calls_export(const struct req *r, struct resp *out);

#endif
