/*
 * page_pool_size.h - "what if this pool had N numbers?": the sizing section of
 * a pool's page, a form that works without scripts.
 */
#ifndef RT_CGI_PAGE_PAGE_POOL_SIZE_H
#define RT_CGI_PAGE_PAGE_POOL_SIZE_H

#include "cgi/page/page_pool_facts.h"
#include "cgi/tmpl/view.h"

/* Reads the query's numbers, rest (seconds) and price (a month, in units of the
 * currency). The keys of pool.html that begin with size_. ERR_SYNTAX,
 * ERR_RANGE: no such numbers. */
RT_MUST_USE enum err page_pool_size(const struct req *r,
    struct page_pool_facts *f, const char *currency, struct view *v);

#endif
