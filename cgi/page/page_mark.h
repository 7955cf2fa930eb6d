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

/* One act for many calls, whoever picks them (page_mark_all.h): an outcome, a
 * tag, or that it is spam. */
struct page_mark_many;

/* Reads the form's act; a tag that is new is made. The caller ends *out with
 * page_mark_many_free(). ERR_SYNTAX, ERR_RANGE: no such act. */
RT_MUST_USE enum err page_mark_many_new(const struct req *r,
    struct page_mark_many **out);
/* One transaction with its line in the audit log; *changed: it was not so
 * before. A call that is gone meanwhile is none. */
RT_MUST_USE enum err page_mark_many_call(struct page_mark_many *m,
    struct call_id id, bool *changed);
void page_mark_many_free(struct page_mark_many *m);

#endif
