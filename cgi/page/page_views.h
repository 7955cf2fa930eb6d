/*
 * page_views.h - saved views: a page's filters under a name, for everybody of
 * the company.
 */
#ifndef RT_CGI_PAGE_PAGE_VIEWS_H
#define RT_CGI_PAGE_PAGE_VIEWS_H

#include "cgi/page/page_filter.h"
#include "cgi/web/resp.h"

/* The menu: views, and what would be saved. page: "calls", "forms" or
 * "reports". */
RT_MUST_USE enum err page_views_view(const struct page_filter *p,
    const char *page, struct view *v);

/* POST /views: page, name, query. */
RT_MUST_USE enum err page_views_add(const struct req *r, struct resp *out);
/* POST /views/{id}/delete: page. */
RT_MUST_USE enum err page_views_drop(const struct req *r, struct resp *out);

#endif
