/*
 * page_live.h - the small numbers that pages ask for every few seconds, and
 * the change of company: what the frame of a page needs besides its HTML.
 */
#ifndef RT_CGI_PAGE_PAGE_LIVE_H
#define RT_CGI_PAGE_PAGE_LIVE_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /live.json?since=<microseconds>: {"live":3,"new":1}; "new" counts the
 * calls that began after since, to 100. ROUTE_READ_ONLY, ROUTE_API. */
RT_MUST_USE enum err page_live(const struct req *r, struct resp *out);

/* POST /company, field company=com_…: shows that company from now on and goes
 * to next (a page of ours), or to the overview. ERR_NOTFOUND: not one of the
 * user's. ROUTE_READ_ONLY. */
RT_MUST_USE enum err page_live_company(const struct req *r, struct resp *out);

#endif
