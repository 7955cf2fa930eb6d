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
#include "lib/flow/flowtry.h"

RT_MUST_USE enum err flow_try(const struct req *r, struct resp *out);

/* Its parts. A case from its JSON; ERR_SYNTAX: *errors says why. */
struct json_node;
RT_MUST_USE enum err flow_try_case(const struct req *r,
    const struct json_node *node, struct flow_case **c,
    struct flow_json_errors *errors);
/* Tries it; the report lives as long as the request. id nil: a flow that is
 * not saved. ERR_SYNTAX: the document could not run; ERR_NOTFOUND: no such
 * zone. */
RT_MUST_USE enum err flow_try_run(const struct req *r, struct flow_id id,
    struct slice document, const struct flow_case *c,
    struct flow_json_errors *errors, struct flowtry_report *report);
/* Writes the members above into the open object. */
void flow_try_write(const struct flowtry_report *report, struct json_out *j);

#endif
