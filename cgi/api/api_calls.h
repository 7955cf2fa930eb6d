/*
 * api_calls.h - calls: the log, one, what hangs on it, and marking it.
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
/* api_calls_patch.c: PATCH /api/v1/calls/{id}, merge semantics (RFC 7396):
 * outcome, value, note, tags; add_tags and remove_tags change the set. null
 * takes away. With If-Match: 412 when it is not as it was. All or nothing. */
RT_MUST_USE enum err api_calls_patch(const struct req *r, struct resp *out);
/* GET /api/v1/calls/{id}/recording: what there is. */
RT_MUST_USE enum err api_calls_recording(const struct req *r, struct resp *out);
/* GET /api/v1/calls/{id}/recording/audio: the file; audited. */
RT_MUST_USE enum err api_calls_audio(const struct req *r, struct resp *out);
/* GET /api/v1/calls/{id}/page_views: the visit it is credited to. */
RT_MUST_USE enum err api_calls_views(const struct req *r, struct resp *out);
/* GET /api/v1/export/calls.jsonl: all of the filter, a row a line. */
RT_MUST_USE enum err api_calls_export(const struct req *r, struct resp *out);

#endif
