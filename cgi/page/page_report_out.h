/*
 * page_report_out.h - a report's rows as CSV and JSON: those of the page, with
 * the period before, to the last one.
 */
#ifndef RT_CGI_PAGE_PAGE_REPORT_OUT_H
#define RT_CGI_PAGE_PAGE_REPORT_OUT_H

#include "cgi/page/page_report_data.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err page_report_out_csv(const struct req *r, struct resp *out);
RT_MUST_USE enum err page_report_out_json(const struct req *r,
    struct resp *out);

#endif
