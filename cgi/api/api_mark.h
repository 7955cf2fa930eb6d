/*
 * api_mark.h - what is put on a call or a form by a program.
 *
 * A JSON Merge Patch (RFC 7396): outcome, value, note, tags; add_tags and
 * remove_tags change the set; of a call also qualified and verdict_class, a
 * person's word over the rule's. null takes away. With If-Match: 412 when it is
 * not as it was. All or nothing.
 */
#ifndef RT_CGI_API_API_MARK_H
#define RT_CGI_API_API_MARK_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* PATCH /api/v1/calls/{id} */
RT_MUST_USE enum err api_mark_call(const struct req *r, struct resp *out);
/* PATCH /api/v1/forms/{id} */
RT_MUST_USE enum err api_mark_form(const struct req *r, struct resp *out);

#endif
