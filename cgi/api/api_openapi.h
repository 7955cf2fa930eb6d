/*
 * api_openapi.h - the contract of the endpoints.
 */
#ifndef RT_CGI_API_API_OPENAPI_H
#define RT_CGI_API_API_OPENAPI_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /api/v1/openapi.json: <share_dir>/static/openapi.json. */
RT_MUST_USE enum err api_openapi(const struct req *r, struct resp *out);

#endif
