/*
 * page_usage.h - GET /usage, /usage.csv, /usage.json: what a company used, by
 * month: numbers, calls, minutes, storage. For re-billing.
 *
 * Twelve months to `until=2026-11` (this month), `metric` of which is drawn and
 * stands beside the same months a year before: each whole, but of the month
 * that goes on as many days. Days and months are those of UTC, as usage is
 * counted.
 */
#ifndef RT_CGI_PAGE_PAGE_USAGE_H
#define RT_CGI_PAGE_PAGE_USAGE_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err page_usage(const struct req *r, struct resp *out);
RT_MUST_USE enum err page_usage_csv(const struct req *r, struct resp *out);
RT_MUST_USE enum err page_usage_json(const struct req *r, struct resp *out);

#endif
