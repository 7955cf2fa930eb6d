/*
 * page_filter_priv.h - the table of parameters, for page_filter_view.c.
 */
#ifndef RT_CGI_PAGE_PAGE_FILTER_PRIV_H
#define RT_CGI_PAGE_PAGE_FILTER_PRIV_H

#include "cgi/page/page_filter.h"
#include "lib/db/db_report_group.h"

size_t page_filter_count(void);
const char *page_filter_name(size_t i);
const char *page_filter_label(size_t i);
/* True when the value is an id: of *kind, or of a tag. */
bool page_filter_names_of(size_t i, enum filter_id *kind, bool *tag);

#endif
