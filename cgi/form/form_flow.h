/*
 * form_flow.h - call flows: the list, a new one, and the builder's page.
 *
 *	GET  /flows
 *	POST /flows                  name and template: a new flow
 *	GET  /flows/{flow}           the builder (?template= for a new one)
 *	POST /flows/{flow}/name
 *	POST /flows/{flow}/retire
 *
 * What the builder asks while somebody works is flow_edit.h's.
 */
#ifndef RT_CGI_FORM_FORM_FLOW_H
#define RT_CGI_FORM_FORM_FLOW_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err form_flow_list(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_flow_add(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_flow(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_flow_name(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_flow_retire(const struct req *r, struct resp *out);

#endif
