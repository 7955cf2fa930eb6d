/*
 * page_unsubscribe.h - leaving a mail off, by the link in it.
 */
#ifndef RT_CGI_PAGE_UNSUBSCRIBE_H
#define RT_CGI_PAGE_UNSUBSCRIBE_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /unsubscribe/{token}: asks, as programs that look at links also GET. */
RT_MUST_USE enum err page_unsubscribe(const struct req *r, struct resp *out);
/* POST: ends the rule; the same answer for a link that is over or wrong. */
RT_MUST_USE enum err page_unsubscribe_post(const struct req *r,
    struct resp *out);

#endif
