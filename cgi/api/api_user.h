/*
 * api_user.h - inviting people.
 *
 *	POST /api/v1/users/{id}/invitation  -> 201 {link}, by which they set
 *	                                    their password, also by mail where
 *	                                    the installation sends any
 *
 * Only who has no password yet: a key does not take over anybody's sign-in.
 */
#ifndef RT_CGI_API_API_USER_H
#define RT_CGI_API_API_USER_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

RT_MUST_USE enum err api_user_invite(const struct req *r, struct resp *out);

#endif
