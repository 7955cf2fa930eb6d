/*
 * flow_edit.h - what the flow builder asks the server, as JSON.
 *
 *	POST /flows/{flow}/check     {document}          -> {problems, named}
 *	POST /flows/{flow}/save      {document, base}    -> {state, problems}
 *	POST /flows/{flow}/publish   {version}           -> {state, problems}
 *	GET  /flows/{flow}/versions                      -> {versions}
 *	GET  /flows/{flow}/versions/{version}            -> {document}
 *
 * A problem is {step, what, error}; named are the lists of what the document
 * names (flow_world.h). Saving writes a new version and never
 * changes one; a document with an error is refused with 422 and its problems,
 * one whose base is not the last version with 409. Publishing checks again, as
 * prompts and destinations come and go.
 */
#ifndef RT_CGI_FORM_FLOW_EDIT_H
#define RT_CGI_FORM_FLOW_EDIT_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"
#include "lib/db/db_flow.h"
#include "lib/json/flow_json.h"
#include "lib/text/json_out.h"

/* A document, and the words around it. */
#define FLOW_EDIT_BODY_MAX (FLOW_JSON_BYTES_MAX + 65536)

RT_MUST_USE enum err flow_edit_check(const struct req *r, struct resp *out);
RT_MUST_USE enum err flow_edit_save(const struct req *r, struct resp *out);
RT_MUST_USE enum err flow_edit_publish(const struct req *r, struct resp *out);
RT_MUST_USE enum err flow_edit_versions(const struct req *r, struct resp *out);
RT_MUST_USE enum err flow_edit_version(const struct req *r, struct resp *out);

/* {"version":…,"published":…} as the next value. */
void flow_edit_state(const struct flow_row *f, struct json_out *j);
/* The array of problems as the next value. */
void flow_edit_problems(const struct flow_json_errors *errors,
    struct json_out *j);

/* 422 with the problems. */
RT_MUST_USE enum err flow_edit_refuse(struct resp *out, const char *detail,
    const struct flow_json_errors *errors);

/* A document as text in the request's arena. */
struct json_node;
RT_MUST_USE enum err flow_edit_text(const struct req *r,
    const struct json_node *n, struct slice *out);

/* The body's JSON, and its member `document` as text in the request's arena.
 * ERR_SYNTAX: none. The caller frees *in. */
struct json_in;
RT_MUST_USE enum err flow_edit_body(const struct req *r, struct json_in **in,
    struct slice *document);

#endif
