/*
 * page_pools.h - the company's pools, one line each.
 */
#ifndef RT_CGI_PAGE_PAGE_POOLS_H
#define RT_CGI_PAGE_PAGE_POOLS_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /pools?page=2, q as in cgi/web/pager.h: by name. */
RT_MUST_USE enum err page_pools(const struct req *r, struct resp *out);

#endif
