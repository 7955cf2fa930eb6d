/*
 * form_account.h - what everybody may do about their own sign-in: password,
 * second factor, where they are signed in.
 *
 *	GET  /account
 *	POST /account/password         current, password, again
 *	POST /account/sessions         session: ends one; "others": all but this
 *	POST /account/second/begin     a secret for an app
 *	POST /account/second/confirm   code: from now on it is asked for
 *	POST /account/second/off       password
 */
#ifndef RT_CGI_FORM_FORM_ACCOUNT_H
#define RT_CGI_FORM_FORM_ACCOUNT_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err form_account(const struct req *r, struct resp *out);
RT_MUST_USE enum err form_account_password(const struct req *r,
    struct resp *out);
RT_MUST_USE enum err form_account_session(const struct req *r,
    struct resp *out);
RT_MUST_USE enum err form_account_second_begin(const struct req *r,
    struct resp *out);
RT_MUST_USE enum err form_account_second_confirm(const struct req *r,
    struct resp *out);
RT_MUST_USE enum err form_account_second_off(const struct req *r,
    struct resp *out);

#endif
