/*
 * flow_try.h - the builder's simulator: a document and a case in, what happened
 * out, by the code of the live call (lib/flow/flowtry).
 *
 *	POST /flows/{flow}/try   {document, case}
 *	  -> {result, duration_ms, words, rows: [{at_ms, what, step, way, text,
 *	      to}]}
 *
 * case is as in docs/FLOWS.md. 422 with problems when the document could not
 * run or the case says nothing that can be tried.
 */
#ifndef RT_CGI_FORM_FLOW_TRY_H
#define RT_CGI_FORM_FLOW_TRY_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err flow_try(const struct req *r, struct resp *out);

#endif
