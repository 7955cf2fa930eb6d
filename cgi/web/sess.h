/*
 * sess.h - who is signed in: the login cookie and its row.
 *
 * The cookie holds 256 random bits, the database only their hash. A sign-in
 * always makes a new token and ends the one the browser came with, so a token
 * that was planted before is worth nothing (fixation). A login ends after
 * SESS_IDLE_US without a request, and SESS_MAX_US after the sign-in.
 *
 * The company shown is a second cookie, without secrets: it is honoured only
 * when the user's memberships allow that company.
 */
#ifndef RT_CGI_WEB_SESS_H
#define RT_CGI_WEB_SESS_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

#define SESS_IDLE_US  (12 * RT_HOUR_US)
#define SESS_MAX_US   (14 * RT_DAY_US)
#define SESS_TOUCH_US (60 * RT_SEC_US) /* how often "seen" is written */

/* Fills signed_in, user, company, role, names and session of r from its
 * cookies. ERR_AUTH: nobody is signed in, or not any more. */
RT_MUST_USE enum err sess_load(struct req *r);

/* Signs the user in: a new row, a new cookie; the old login ends. */
RT_MUST_USE enum err sess_begin(const struct req *r, struct resp *out,
    struct user_id user);
/* The same; *as is then the request as the new login asks it, with a token for
 * its forms, for an answer that is made for that login already. */
RT_MUST_USE enum err sess_begin_as(const struct req *r, struct resp *out,
    struct user_id user, struct req *as);
/* Between password and second factor: a cookie of its own that signs nobody
 * in, good for SESS_PAUSE_US and once. */
#define SESS_PAUSE_US (5 * RT_MIN_US)
RT_MUST_USE enum err sess_pause(const struct req *r, struct resp *out,
    struct user_id user);
/* Whose password was right just now? ERR_AUTH: nobody's. */
RT_MUST_USE enum err sess_paused(const struct req *r, struct user_id *user);
/* Uses the pause up; then sess_begin(). ERR_AUTH: it was used before. */
RT_MUST_USE enum err sess_pause_end(const struct req *r, struct resp *out);
/* Signs out: the row and the login cookie go; the company's may stay. */
RT_MUST_USE enum err sess_end(const struct req *r, struct resp *out);
/* Remembers which company is shown, where nobody chose one: it stays when
 * others come before it in the list. */
void sess_stay(const struct req *r, struct resp *out);
/* Remembers which company to show from the next request on. */
void sess_company(const struct req *r, struct resp *out,
    struct company_id company);

/* A cookie's name: under TLS with the prefix __Host-, which keeps other hosts
 * of the domain from setting it (RFC 6265bis 4.1.3.2). */
const char *sess_cookie(const struct req *r);

#endif
