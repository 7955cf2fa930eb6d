/*
 * page_calls_cols.h - which columns the call log shows beside when, caller,
 * source and result: `?cols=number,outcome`.
 */
#ifndef RT_CGI_PAGE_PAGE_CALLS_COLS_H
#define RT_CGI_PAGE_PAGE_CALLS_COLS_H

#include "cgi/page/page_filter.h"

/* Bits of the columns named; text "" gives the usual ones, "none" none.
 * ERR_RANGE: there is no such column. */
RT_MUST_USE enum err page_calls_cols_read(struct slice text,
    unsigned int *bits);
/* Is the column of this name among the bits? False for no such column. */
bool page_calls_cols_on(const char *name, unsigned int bits);
/* col_number … for the table, cols for the menu. */
void page_calls_cols_view(const struct page_filter *p, unsigned int bits,
    struct view *v);

#endif
