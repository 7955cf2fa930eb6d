/*
 * flow_history.h - a flow's versions as a plain page, for those without
 * scripts: who wrote and published what, what two of them differ in, and the
 * way back.
 *
 *	GET  /flows/{flow}/history    ?from=&to=: what they differ in; unless
 *	                              said, the live one and the last
 *	POST /flows/{flow}/history    version: makes it live, checked as always
 */
#ifndef RT_CGI_FORM_FLOW_HISTORY_H
#define RT_CGI_FORM_FLOW_HISTORY_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err flow_history(const struct req *r, struct resp *out);
RT_MUST_USE enum err flow_history_post(const struct req *r, struct resp *out);

#endif
