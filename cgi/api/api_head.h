/*
 * api_head.h - request headers that must not be without effect.
 *
 * Who sends If-Match or Idempotency-Key counts on it. One whose value was lost
 * on its way (a variable that is not set) would let a change through that it
 * was to stop, and so would an If-Match where there are no versions: both are
 * refused, as api_query.h does it for parameters.
 */
#ifndef RT_CGI_API_API_HEAD_H
#define RT_CGI_API_API_HEAD_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* False, with a 400 made: one of them is empty, or a POST has an If-Match. */
bool api_head_known(const struct req *r, struct resp *out, enum err *e);
/* False, with a 400 made: an If-Match, on what has no versions. */
bool api_head_unversioned(const struct req *r, struct resp *out, enum err *e);

#endif
