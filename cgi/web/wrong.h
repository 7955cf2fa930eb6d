/*
 * wrong.h - the page that says which parameter of an address is not what it
 * may be (req_wrong()), and lets it be mended: the others are kept.
 */
#ifndef RT_CGI_WEB_WRONG_H
#define RT_CGI_WEB_WRONG_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* Whether an answer with e can be this page: of a signed-in person's GET, and
 * somebody said what is wrong. */
bool wrong_may(const struct req *r, const struct resp *out, enum err e);
/* 400. */
RT_MUST_USE enum err wrong_page(const struct req *r, struct resp *out);

#endif
