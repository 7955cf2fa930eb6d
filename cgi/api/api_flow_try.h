/*
 * api_flow_try.h - what a flow would do with a call, by the code of the live
 * call (flow_try.h).
 *
 *	POST /api/v1/flows/simulate       {document, case}
 *	POST /api/v1/flows/{id}/simulate  {case, version? | document?}
 *	  -> {result, duration_ms, words, rows, fails}
 *
 * case is one of docs/FLOWS.md; what it expects and did not come is in fails.
 * Without version and document: the published version, else the last.
 */
#ifndef RT_CGI_API_API_FLOW_TRY_H
#define RT_CGI_API_API_FLOW_TRY_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err api_flow_try_new(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_flow_try(const struct req *r, struct resp *out);

#endif
