/*
 * page_audit.h - who did what on the pages, into the audit log.
 */
#ifndef RT_CGI_PAGE_PAGE_AUDIT_H
#define RT_CGI_PAGE_PAGE_AUDIT_H

#include "cgi/web/req.h"

/* before, after: JSON, "" none. object NULL: none. */
RT_MUST_USE enum err page_audit(const struct req *r, const char *action,
    const char *kind, const uint8_t *object, struct slice before,
    struct slice after);

/* {"key": "text"} in the arena; "" when there is no memory. */
struct slice page_audit_text(const struct req *r, const char *key,
    struct slice text);

#endif
