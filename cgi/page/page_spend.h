/*
 * page_spend.h - what advertising cost: a file by day or its text, and
 * what trackers cost each month (page_spend_month.h).
 */
#ifndef RT_CGI_PAGE_PAGE_SPEND_H
#define RT_CGI_PAGE_PAGE_SPEND_H

#include "cgi/page/page_spend_month.h"

#define PAGE_SPEND_BODY_MAX ((size_t)1200 << 10) /* nginx knows it, too */

/* GET /spend */
RT_MUST_USE enum err page_spend(const struct req *r, struct resp *out);
/* POST /spend: a file in the field "file", or its text in "text". All rows or
 * none; what is wrong is said with its row. */
RT_MUST_USE enum err page_spend_import(const struct req *r, struct resp *out);
/* The page, with the form of a month as it came; 400 when it is wrong. */
RT_MUST_USE enum err page_spend_again(const struct req *r,
    const struct page_spend_month_wrong *month, struct resp *out);

#endif
