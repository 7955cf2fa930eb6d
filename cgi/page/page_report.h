/*
 * page_report.h - GET /reports: any metric by any dimension, split by a
 * second, with the period before. page_report_out.h gives the same rows as
 * CSV and JSON.
 *
 * `/reports?metric=calls&by=source&split=campaign&range=30d&…filters`: the
 * address is the report. A table of dimensions and one of metrics make them.
 */
#ifndef RT_CGI_PAGE_PAGE_REPORT_H
#define RT_CGI_PAGE_PAGE_REPORT_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err page_report(const struct req *r, struct resp *out);

#endif
