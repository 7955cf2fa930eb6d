/*
 * csrf.h - proof that a form came from a page of ours.
 *
 * The token is derived from the login's token, so it is another one for each
 * login, needs no storage, and may be used by many tabs. Before a sign-in a
 * random cookie of its own stands in for the login. Beside the token, what the
 * browser itself says about the origin must agree.
 */
#ifndef RT_CGI_WEB_CSRF_H
#define RT_CGI_WEB_CSRF_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* Sets r->csrf for the forms of this answer; without a login it makes sure
 * that the browser has the cookie to go with it. */
RT_MUST_USE enum err csrf_offer(struct req *r, struct resp *out);

/* ERR_DENIED: the form's `csrf` field (or X-CSRF-Token) is missing or another
 * one's, or the request comes from another origin. */
RT_MUST_USE enum err csrf_check(const struct req *r);

/* Whether the browser itself says that a page of ours sent the request: where
 * it says nothing, nobody does. */
bool csrf_own_page(const struct req *r);

#endif
