/*
 * page_overview.h - the first page: how are we doing, and where do calls come
 * from; for a company without calls, what to do next.
 */
#ifndef RT_CGI_PAGE_PAGE_OVERVIEW_H
#define RT_CGI_PAGE_PAGE_OVERVIEW_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /?range=30d: ROUTE_READ_ONLY. */
RT_MUST_USE enum err page_overview(const struct req *r, struct resp *out);

#endif
