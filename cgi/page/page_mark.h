/*
 * page_mark.h - POST /marks: outcome, value, note, tags and verdict, on
 * one call or form, or on those picked in the log.
 *
 * Fields: call or form (up to PAGE_MARK_MAX times), act, what the act needs,
 * and next, where to go on; and the stamp of what was shown
 * (cgi/web/stale.h), where a form shows it. One that is not the company's, or
 * that cannot have the mark, ends it before anything is marked. Then each is
 * one transaction with its line in the audit log, before and after. A form has
 * no verdict.
 */
#ifndef RT_CGI_PAGE_PAGE_MARK_H
#define RT_CGI_PAGE_PAGE_MARK_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

#define PAGE_MARK_MAX 100

RT_MUST_USE enum err page_mark(const struct req *r, struct resp *out);

#endif
