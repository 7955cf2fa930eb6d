/*
 * page_pool.h - one pool: how full it is and was, what visits were given, and
 * what another size would do.
 */
#ifndef RT_CGI_PAGE_PAGE_POOL_H
#define RT_CGI_PAGE_PAGE_POOL_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /pools/{id}?numbers=24&rest=0&price=1.15 */
RT_MUST_USE enum err page_pool(const struct req *r, struct resp *out);

#endif
