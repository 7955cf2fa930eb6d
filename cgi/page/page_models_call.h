/*
 * page_models_call.h - the touches of one call, with each one's share under
 * every model: the keys of call_models.html.
 */
#ifndef RT_CGI_PAGE_PAGE_MODELS_CALL_H
#define RT_CGI_PAGE_PAGE_MODELS_CALL_H

#include "cgi/tmpl/view.h"
#include "cgi/web/req.h"
#include "lib/phone/tz.h"

/* ERR_NOMEM, and errors of db.h. A call that is credited to no visit has no
 * touches. */
RT_MUST_USE enum err page_models_call(const struct req *r, struct call_id call,
    struct tz *z, struct view *v);

#endif
