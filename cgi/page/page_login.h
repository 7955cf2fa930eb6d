/*
 * page_login.h - signing in and out.
 *
 * An unknown address, a wrong password and a disabled user get the same answer
 * after the same work. Failures are counted by e-mail address and by network
 * address; too many mean waiting, also with the right password, but not in a
 * browser where that person signed in before (known.h).
 */
#ifndef RT_CGI_PAGE_LOGIN_H
#define RT_CGI_PAGE_LOGIN_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

#define PAGE_LOGIN_WINDOW_US   (15 * RT_MIN_US)
#define PAGE_LOGIN_MAX_USER    5  /* failures for one e-mail in the window */
#define PAGE_LOGIN_MAX_ADDRESS 30 /* and for one network address */

/* GET /login?next=/path */
RT_MUST_USE enum err page_login(const struct req *r, struct resp *out);
/* POST /login: email, password, next. 303, or the form again with 401 (wrong)
 * or 429 (too many tries). */
RT_MUST_USE enum err page_login_post(const struct req *r, struct resp *out);
/* The same from a tab that was open before another one signed in or out: 303 to
 * next for who is signed in, else the form again with 403; nothing is tried. */
RT_MUST_USE enum err page_login_stale(const struct req *r, struct resp *out);
/* POST /logout; whichever sign-in the page was of, the browser's ends. */
RT_MUST_USE enum err page_login_out(const struct req *r, struct resp *out);

#endif
