/*
 * trail.h - the audit log, as handlers write it.
 *
 * In the transaction of the change it tells of, so that neither is there
 * without the other. What a row says beyond that is JSON made by the caller.
 */
#ifndef RT_CGI_WEB_TRAIL_H
#define RT_CGI_WEB_TRAIL_H

#include "cgi/web/req.h"

struct trail {
	const char *action;      /* "number.add" */
	const char *object_kind; /* "number"; "" none */
	const uint8_t *object;   /* ID_BYTES; NULL: none */
	struct slice before;     /* JSON; empty: none */
	struct slice after;
};

/* By who asks, from where they ask, about their company. Errors as db.h. */
RT_MUST_USE enum err trail_add(const struct req *r, const struct trail *t);
/* About the account itself. */
RT_MUST_USE enum err trail_add_account(const struct req *r,
    const struct trail *t);
/* About what a user does who is not signed in yet, or not any more. */
RT_MUST_USE enum err trail_add_user(const struct req *r,
    struct account_id account, struct user_id user, const struct trail *t);

/* {"key": "text"} in the arena; "" when there is no memory. */
struct slice trail_text(const struct req *r, const char *key,
    struct slice text);

#endif
