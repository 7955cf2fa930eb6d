/*
 * api_form.h - a form, or any lead, that a program sends in.
 *
 *	POST /api/v1/forms  {form_name, page_url, happened_at, contact_name,
 *	    contact_email, contact_number, fields: {name: text}, visit_id}
 *
 * Credited to visit_id, which the tag's own forms name, or without one to
 * source, medium and campaign of the body. Nothing is a must but that it says
 * something: a contact or a field.
 */
#ifndef RT_CGI_API_API_FORM_H
#define RT_CGI_API_API_FORM_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err api_form_add(const struct req *r, struct resp *out);

#endif
