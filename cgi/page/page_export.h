/*
 * page_export.h - GET /calls.csv, GET /calls.jsonl: all calls of the log's
 * filters, streamed, newest first. Who took what is in the audit log.
 */
#ifndef RT_CGI_PAGE_PAGE_EXPORT_H
#define RT_CGI_PAGE_PAGE_EXPORT_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err page_export_csv(const struct req *r, struct resp *out);
RT_MUST_USE enum err page_export_jsonl(const struct req *r, struct resp *out);

#endif
