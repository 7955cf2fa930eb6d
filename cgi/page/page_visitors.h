/*
 * page_visitors.h - visits of the company's sites: where they came from, what
 * they saw, which number they were shown and what came of them.
 *
 * The filters are those of page_filter.h that a visit can have, and
 * `?came=shown|touched|called|wrote`.
 */
#ifndef RT_CGI_PAGE_PAGE_VISITORS_H
#define RT_CGI_PAGE_PAGE_VISITORS_H

#include "cgi/page/page_filter.h"
#include "cgi/web/resp.h"
#include "lib/db/db_visit_log.h"

/* What an address asks for; p borrows range. ERR_RANGE also for filters that
 * only calls have, ERR_SYNTAX for a word that `came` does not know. */
RT_MUST_USE enum err page_visitors_read(const struct req *r, struct tz *z,
    struct page_range *range, struct page_filter *p,
    struct visit_log_filter *out);

/* GET /visitors; ?before=…: the page below. */
RT_MUST_USE enum err page_visitors(const struct req *r, struct resp *out);
/* GET /visitors/{id}: one visit, told as a line. */
RT_MUST_USE enum err page_visitors_one(const struct req *r, struct resp *out);

#endif
