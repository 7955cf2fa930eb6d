/*
 * page_call.h - everything about one call on one page: the story, the
 * recording, why this source, the caller's other calls, sound quality, the raw
 * record.
 */
#ifndef RT_CGI_PAGE_PAGE_CALL_H
#define RT_CGI_PAGE_PAGE_CALL_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /calls/{id}: ROUTE_READ_ONLY. ERR_NOTFOUND: not a call of this company.
 */
RT_MUST_USE enum err page_call(const struct req *r, struct resp *out);

#endif
