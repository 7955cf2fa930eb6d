/*
 * api_user.h - inviting people, and switching their sign-in.
 *
 *	POST /api/v1/users/{id}/invitation  -> 201 {link}, by which they set
 *	                                    their password, also by mail where
 *	                                    the installation sends any
 *
 * Only who has no password yet: a key does not take over anybody's sign-in.
 *
 *	POST /api/v1/users/{id}/enable
 *	POST /api/v1/users/{id}/disable     -> 200, the user; every sign-in ends
 *
 * By the rules of the form (thing_user.h).
 */
#ifndef RT_CGI_API_API_USER_H
#define RT_CGI_API_API_USER_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err api_user_invite(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_user_enable(const struct req *r, struct resp *out);
RT_MUST_USE enum err api_user_disable(const struct req *r, struct resp *out);

#endif
