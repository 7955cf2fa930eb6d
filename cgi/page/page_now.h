/*
 * page_now.h - the live view: calls that are going on, with step, source and
 * how long. The page asks for the rows again every two seconds; no request is
 * held open.
 */
#ifndef RT_CGI_PAGE_PAGE_NOW_H
#define RT_CGI_PAGE_PAGE_NOW_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /live */
RT_MUST_USE enum err page_now(const struct req *r, struct resp *out);
/* GET /live/calls.json: what the page redraws itself from. */
RT_MUST_USE enum err page_now_json(const struct req *r, struct resp *out);

#endif
