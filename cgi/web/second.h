/*
 * second.h - the second factor, for the program that may read the key that
 * secrets are sealed with (admin.fcgi).
 */
#ifndef RT_CGI_WEB_SECOND_H
#define RT_CGI_WEB_SECOND_H

#include "cgi/web/req.h"
#include "lib/hash/totp.h"

#define SECOND_CODES     10 /* for when the app is lost */
#define SECOND_CODE_TEXT 12 /* "abcd-efgh-jk" without its dashes: 10 */

/* Makes a secret for the user, not asked for yet. */
RT_MUST_USE enum err second_begin(const struct req *r, struct user_id user);
/* The secret as people type it. ERR_NOTFOUND: there is none that waits to be
 * confirmed. */
RT_MUST_USE enum err second_waiting(const struct req *r, struct user_id user,
    char out[TOTP_BASE32_MAX]);
/* The first code: from now on one is asked for. codes: as shown, once.
 * ERR_AUTH: wrong. In a transaction. */
RT_MUST_USE enum err second_confirm(const struct req *r, struct user_id user,
    struct slice typed, char codes[SECOND_CODES][SECOND_CODE_TEXT + 1]);
/* A code of the app or one of the others. ERR_AUTH: wrong or used before. */
RT_MUST_USE enum err second_check(const struct req *r, struct user_id user,
    struct slice typed);

#endif
