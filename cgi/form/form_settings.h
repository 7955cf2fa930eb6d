/*
 * form_settings.h - the entrance to what can be set up.
 */
#ifndef RT_CGI_FORM_FORM_SETTINGS_H
#define RT_CGI_FORM_FORM_SETTINGS_H

#include "cgi/web/req.h"
#include "cgi/web/resp.h"

/* GET /settings: one line for each kind of thing that the user may set up. */
RT_MUST_USE enum err form_settings(const struct req *r, struct resp *out);

#endif
