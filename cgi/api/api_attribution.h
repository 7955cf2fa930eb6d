/*
 * api_attribution.h - why a call is credited as it is: for programs what the
 * call's page shows under "Why this source" and "Touches".
 */
#ifndef RT_CGI_API_API_ATTRIBUTION_H
#define RT_CGI_API_API_ATTRIBUTION_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /api/v1/calls/{id}/attribution: who else it may have been and what speaks
 * for each, how true such probabilities came out, and what every model gives to
 * the person's visits. */
RT_MUST_USE enum err api_attribution(const struct req *r, struct resp *out);

#endif
