/*
 * form_second.h - the second step of a sign-in: the code of an app, or one of
 * those for when it is lost.
 */
#ifndef RT_CGI_FORM_FORM_SECOND_H
#define RT_CGI_FORM_FORM_SECOND_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

#define FORM_SECOND_TRIES     5 /* wrong codes in the window */
#define FORM_SECOND_WINDOW_US (15 * RT_MIN_US)

/* GET /account/second?next=/path: after the password was right, else 303 to
 * the sign-in. */
RT_MUST_USE enum err form_second(const struct req *r, struct resp *out);
/* POST: code, next. 303, or the form again with 401 or 429. */
RT_MUST_USE enum err form_second_post(const struct req *r, struct resp *out);
/* The same from a tab that was open before another one signed in or out: 303 to
 * next for who is signed in, else the form again with 403; nothing is tried. */
RT_MUST_USE enum err form_second_stale(const struct req *r, struct resp *out);

#endif
