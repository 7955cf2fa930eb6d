/*
 * page_visitors_out.h - visits as a file, streamed block by block.
 */
#ifndef RT_CGI_PAGE_PAGE_VISITORS_OUT_H
#define RT_CGI_PAGE_PAGE_VISITORS_OUT_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /visitors.csv: what page_visitors.h's filters let through, newest
 * first. */
RT_MUST_USE enum err page_visitors_out_csv(const struct req *r,
    struct resp *out);

#endif
