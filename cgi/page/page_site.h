/*
 * page_site.h - how the tag gets on with the company's sites.
 */
#ifndef RT_CGI_PAGE_PAGE_SITE_H
#define RT_CGI_PAGE_PAGE_SITE_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /sites: one line each. */
RT_MUST_USE enum err page_site_list(const struct req *r, struct resp *out);
/* GET /sites/{id}: what was found and swapped in seven days, and what is wrong.
 */
RT_MUST_USE enum err page_site(const struct req *r, struct resp *out);

#endif
