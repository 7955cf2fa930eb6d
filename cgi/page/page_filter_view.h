/*
 * page_filter_view.h - the filters of an address on the page: as chips that
 * take them away, and as the form that sets them.
 */
#ifndef RT_CGI_PAGE_PAGE_FILTER_VIEW_H
#define RT_CGI_PAGE_PAGE_FILTER_VIEW_H

#include "cgi/page/page_filter.h"

/* filters: filter_name, filter_href of each chip. */
RT_MUST_USE enum err page_filter_view_chips(const struct page_filter *p,
    struct view *v);
/* The form of filters (filters.html): choices and the values chosen. */
RT_MUST_USE enum err page_filter_view_form(const struct page_filter *p,
    struct view *v);

#endif
