/*
 * audit_page.h - the audit log: who did what, with what was before and after.
 */
#ifndef RT_CGI_AUDIT_PAGE_ROWS_H
#define RT_CGI_AUDIT_PAGE_ROWS_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

#define AUDIT_PAGE_ROWS 50

/* GET /settings/audit?action=number&user=usr_…&object=num_…&before=aud_…:
 * newest first. action: a word before or up to the dot. */
RT_MUST_USE enum err audit_page(const struct req *r, struct resp *out);
/* GET /settings/audit/account: what concerns the account itself: sign-ins,
 * carriers, companies. */
RT_MUST_USE enum err audit_page_account(const struct req *r, struct resp *out);

#endif
