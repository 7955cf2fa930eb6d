/*
 * page_cols.h - which columns a log shows beside those it always has:
 * `?cols=number,outcome`. Calls and forms have one set each.
 */
#ifndef RT_CGI_PAGE_PAGE_COLS_H
#define RT_CGI_PAGE_PAGE_COLS_H

#include "cgi/page/page_filter.h"

#define PAGE_COLS_MAX 16

struct page_col {
	const char *name;  /* in the address */
	const char *label; /* in the menu */
	const char *flag;  /* of the template: col_number */
};

struct page_cols {
	size_t n; /* up to PAGE_COLS_MAX */
	unsigned int usual;
	struct page_col col[PAGE_COLS_MAX];
};

extern const struct page_cols page_cols_calls;
extern const struct page_cols page_cols_forms;

/* Bits of the columns that ?cols= names; without it the usual ones, "none"
 * none. ERR_RANGE: there is no such column. */
RT_MUST_USE enum err page_cols_read(const struct page_filter *p,
    const struct page_cols *set, unsigned int *bits);
/* Is the column of this name among the bits? False for no such column. */
bool page_cols_on(const struct page_cols *set, const char *name,
    unsigned int bits);
/* col_number … for the table, cols for the menu. */
void page_cols_view(const struct page_cols *set, const struct page_filter *p,
    unsigned int bits, struct view *v);

#endif
