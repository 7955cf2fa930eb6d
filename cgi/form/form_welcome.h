/*
 * form_welcome.h - from nothing to the first attributed call, step by step;
 * each step looks by itself whether it is done.
 */
#ifndef RT_CGI_FORM_FORM_WELCOME_H
#define RT_CGI_FORM_FORM_WELCOME_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /welcome. While nobody may sign in it says, to everybody, how the first
 * owner is made; afterwards it is for people who are signed in. */
RT_MUST_USE enum err form_welcome(const struct req *r, struct resp *out);

#endif
