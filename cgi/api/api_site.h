/*
 * api_site.h - how a site gets on: for programs what its page shows.
 */
#ifndef RT_CGI_API_API_SITE_H
#define RT_CGI_API_API_SITE_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /api/v1/sites/{id}/health */
RT_MUST_USE enum err api_site_health(const struct req *r, struct resp *out);

#endif
