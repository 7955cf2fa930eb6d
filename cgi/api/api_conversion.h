/*
 * api_conversion.h - the files of a conversion rule, for programs with a key.
 *
 *	GET /api/v1/conversions/{id}/conversions.csv
 *	GET /api/v1/conversions/{id}/adjustments.csv
 *
 * What the rule's secret addresses serve (feed_conversion.h).
 */
#ifndef RT_CGI_API_API_CONVERSION_H
#define RT_CGI_API_API_CONVERSION_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err api_conversion_file(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_conversion_changes(const struct req *r,
    struct resp *out);

#endif
