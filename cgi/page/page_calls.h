/*
 * page_calls.h - the call log: newest first, fifty to a page, by key.
 *
 * Query: the period (page_range.h); result, source with medium, campaign,
 * keyword, caller, q; and before=<key> or after=<key>, where a key is
 * "<microseconds>-<call id>".
 */
#ifndef RT_CGI_PAGE_PAGE_CALLS_H
#define RT_CGI_PAGE_PAGE_CALLS_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /calls: ROUTE_READ_ONLY. */
RT_MUST_USE enum err page_calls(const struct req *r, struct resp *out);

#endif
