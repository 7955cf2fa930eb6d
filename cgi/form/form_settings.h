/*
 * form_settings.h - the entrance to what an administrator can change.
 */
#ifndef RT_CGI_FORM_SETTINGS_H
#define RT_CGI_FORM_SETTINGS_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /settings: one line for each kind of thing, with how many there are. */
RT_MUST_USE enum err form_settings(const struct req *r, struct resp *out);

#endif
