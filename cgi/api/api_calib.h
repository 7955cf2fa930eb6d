/*
 * api_calib.h - of the calls that were called 80 % sure, what share was right?
 */
#ifndef RT_CGI_API_API_CALIB_H
#define RT_CGI_API_API_CALIB_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"
#include "lib/core/calib.h"
#include "lib/text/json_out.h"

/* GET /api/v1/reports/calibration */
RT_MUST_USE enum err api_calib(const struct req *r, struct resp *out);

/* The members of the i-th range, which has calls, into an open object. */
void api_calib_range(const struct calib_bin *b, unsigned int i,
    struct json_out *j);

#endif
