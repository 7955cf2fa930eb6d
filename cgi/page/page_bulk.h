/*
 * page_bulk.h - what may be put on the rows of a log that are picked: keys for
 * bulk.html, whose form is page_mark.h's.
 */
#ifndef RT_CGI_PAGE_PAGE_BULK_H
#define RT_CGI_PAGE_PAGE_BULK_H

#include "cgi/page/page_filter.h"

/* can_mark, here, outcomes, bulk_spam and what a row is called: one ("call"),
 * which is its field, too, and many. The tags' names are the filter form's. */
RT_MUST_USE enum err page_bulk_view(const struct page_filter *p,
    const char *one, const char *many, struct view *v);

#endif
