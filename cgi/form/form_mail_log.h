/*
 * form_mail_log.h - the mails of a company that were handed over, or not.
 */
#ifndef RT_CGI_FORM_FORM_MAIL_LOG_H
#define RT_CGI_FORM_FORM_MAIL_LOG_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /settings/mail-log?before= */
RT_MUST_USE enum err form_mail_log(const struct req *r, struct resp *out);

#endif
