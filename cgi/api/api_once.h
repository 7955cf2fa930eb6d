/*
 * api_once.h - Idempotency-Key: a POST that is sent again is done once and
 * answered the same (db_once.h).
 *
 * Whatever the handler does is a part of one transaction with the name and the
 * answer: both are kept or neither. What was refused (4xx) or failed leaves the
 * name free. The same name with another address or body is 422; while the first
 * is at work, 409. A name is kept for a day at least.
 */
#ifndef RT_CGI_API_API_ONCE_H
#define RT_CGI_API_API_ONCE_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* serves() with r and out, or the answer that was given before; that one has
 * the header Idempotent-Replayed. Without the request's header: serves(). */
RT_MUST_USE enum err api_once(const struct req *r, struct resp *out,
    enum err (*serves)(const struct req *r, struct resp *out));

/* For answers with a secret: this body is kept instead, and given to who asks
 * again. It lives as long as the request. */
void api_once_keep(const struct req *r, struct slice body);

#endif
