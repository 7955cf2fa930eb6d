/*
 * csrf.h - proof that a form came from a page of ours.
 *
 * The token is derived from the login's token, so it is another one for each
 * login, needs no storage, and may be used by many tabs. Before a sign-in a
 * random cookie of its own stands in for the login. Beside the token, what the
 * browser itself says about the origin must agree. Behind the token stands the
 * company that the page was of, which proves nothing and is no secret: which
 * company one looks at is the browser's, not the page's, and another tab may
 * have changed it.
 *
 * Of two tabs, the one that was open before the other signed in or out has a
 * token that is worth nothing any more. Where the browser itself says that a
 * page of ours sent the form, the sign-in's own rows answer it in words, or do
 * what can only be meant (struct route's `stale`).
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

/* Whether the form stood on a page of another company than the one looked at
 * now. One that says nothing of it, as programs send it, did not. */
bool csrf_other_company(const struct req *r);

/* Whether the browser itself says that a page of ours sent the request: where
 * it says nothing, nobody does. */
bool csrf_own_page(const struct req *r);
/* Of a refused one: whether it may be a form of a page of ours from before
 * another tab signed in or out. Such a form has a token. */
bool csrf_stale(const struct req *r);

#endif
