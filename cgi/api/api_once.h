/*
 * api_once.h - Idempotency-Key: a request that is sent again is answered the
 * same and done once (db_once.h).
 *
 * In the transaction of the work:
 *
 *	e = api_once_begin(r, &once);
 *	if (e == ERR_OK && once.before.n == 0) ... work, write the answer ...
 *	if (e == ERR_OK && once.before.n == 0) e = api_once_end(r, &once, text);
 */
#ifndef RT_CGI_API_API_ONCE_H
#define RT_CGI_API_API_ONCE_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"
#include "lib/db/db_once.h"

struct api_once {
	struct slice name;   /* "": the client gave none */
	struct slice before; /* what was answered; "": do it now */
	bool taken;          /* the name was used for another request */
	bool bad;            /* the name is none */
};

/* ERR_SYNTAX with bad set: no printable name of up to DB_ONCE_NAME_MAX bytes;
 * ERR_CONFLICT with taken set; ERR_BUSY: the other one is at work. */
RT_MUST_USE enum err api_once_begin(const struct req *r, struct api_once *o);
/* Keeps the answer; nothing without a name. */
RT_MUST_USE enum err api_once_end(const struct req *r, const struct api_once *o,
    struct slice answer);

/* True when the name is taken or bad: that is answered, *e says how it went. */
bool api_once_refused(const struct api_once *o, struct resp *out, enum err *e);

#endif
