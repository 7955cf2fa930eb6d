/*
 * api_spend.h - what advertising cost, brought in by a program.
 */
#ifndef RT_CGI_API_API_SPEND_H
#define RT_CGI_API_API_SPEND_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

#define API_SPEND_ROWS_MAX   1000
#define API_SPEND_BODY_BYTES ((size_t)524288)

/* POST /api/v1/spend {"rows":[{"date":…,"source":…,"amount":"12.50"},…]}: all
 * or none. */
RT_MUST_USE enum err api_spend(const struct req *r, struct resp *out);

#endif
