/*
 * api_report.h - closed calls counted: by a dimension, or over time.
 */
#ifndef RT_CGI_API_API_REPORT_H
#define RT_CGI_API_API_REPORT_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /api/v1/reports/summary?group_by=source&… */
RT_MUST_USE enum err api_report_summary(const struct req *r, struct resp *out);
/* GET /api/v1/reports/timeseries?interval=hour|day|week|month&… */
RT_MUST_USE enum err api_report_timeseries(const struct req *r,
    struct resp *out);

#endif
