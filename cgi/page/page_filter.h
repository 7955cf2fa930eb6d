/*
 * page_filter.h - the filters of an address, for the log, reports and exports.
 *
 * `?source=google&medium=cpc&tag=tag_…&talk_min=60&first=yes`: one table of
 * parameters, each with its kind and what it is called. A parameter that is
 * empty asks for nothing, as forms send their empty fields; "~" asks for calls
 * without a value. What cannot be understood is ERR_SYNTAX or ERR_RANGE.
 */
#ifndef RT_CGI_PAGE_PAGE_FILTER_H
#define RT_CGI_PAGE_PAGE_FILTER_H

#include "cgi/page/page_range.h"
#include "lib/db/db_report_calls.h"

#define PAGE_FILTER_PARAMS 44
/* An address with every filter at its longest is cut off: the link then leads
 * to the page without filters. */
#define PAGE_FILTER_HREF_MAX 7168

struct page_filter {
	const struct req *r;
	const char *path; /* of the page: "/calls" */
	const struct page_range *range;
	struct slice value[PAGE_FILTER_PARAMS]; /* n 0: not asked for */
	struct db_filter f;
	struct slice caller;
	struct slice search;
};

/* Borrows range and path. */
RT_MUST_USE enum err page_filter_read(const struct req *r,
    const struct page_range *range, const char *path, struct page_filter *out);

/* True when something is asked for. */
bool page_filter_any(const struct page_filter *p);
/* ERR_RANGE, with the filter named, when can() refuses one; ... */
RT_MUST_USE enum err page_filter_can(const struct page_filter *p,
    enum err (*can)(const struct db_filter *f));
/* ... when there is one of that name. */
RT_MUST_USE enum err page_filter_refuse(const struct page_filter *p,
    const char *name);
/* True when it asks for what the narrow rows do not hold: caller, text. */
bool page_filter_personal(const struct page_filter *p);

/* What stands in the address; "" when it does not. Also for parameters that
 * filter nothing: cols, by, split, metric, own, sort, dir; and came. */
struct slice page_filter_value(const struct page_filter *p, const char *name);

/* "&name=value…" of all, but for the parameter `without` (NULL: none). */
void page_filter_query(const struct page_filter *p, const char *without,
    struct buf *b);
/* "/calls?range=30d&name=value…", into the view; the filters but `without`,
 * then more ("&page=2", or ""). */
void page_filter_href(const struct page_filter *p, const char *without,
    struct slice more, struct view *item, const char *key);

/* Puts value in the place of what was asked for; "": nothing. For addresses
 * alone: what is filtered stays. */
void page_filter_put(struct page_filter *p, const char *name,
    struct slice value);

/* The same in another order: "&sort=calls&dir=asc". */
void page_filter_href_order(const struct page_filter *p, struct slice order,
    struct view *item, const char *key);

/* The same at the log, without what only reports understand and without the
 * filters by one or two dimensions, which `more` sets anew. */
void page_filter_href_calls(const struct page_filter *p, const char *by,
    const char *split, struct slice more, struct view *item, const char *key);

/* One "&name=value". */
void page_filter_param(struct buf *b, const char *name, struct slice value);

/* The list range_keep: keep_name, keep_value. */
void page_filter_keep(const struct page_filter *p, struct view *v);
/* The list report_keep: the same without what filters nothing. */
void page_filter_keep_filters(const struct page_filter *p, struct view *v);
#endif
