/*
 * api_status.h - is anybody there?
 */
#ifndef RT_CGI_API_STATUS_H
#define RT_CGI_API_STATUS_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /api/v1/status: {"status":"ok","time":…}, or 503 when the database does
 * not answer. Needs no key and tells nothing about the installation. */
RT_MUST_USE enum err api_status(const struct req *r, struct resp *out);

#endif
