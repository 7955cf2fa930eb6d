/*
 * site_token.h - the secret with which a site's own server asks for numbers.
 *
 * Only its digest is stored, so it is shown once, when it is made; making a
 * new one ends the one before. The routes ask for a manager.
 */
#ifndef RT_CGI_FORM_SITE_TOKEN_H
#define RT_CGI_FORM_SITE_TOKEN_H

#include "cgi/web/route.h"

/* The section below a site's form. ERR_NOTFOUND: not theirs. */
RT_MUST_USE enum err site_token_more(const struct req *r, struct site_id site,
    struct view *v);

/* POST /settings/sites/{id}/token: a new one, shown once. */
RT_MUST_USE enum err site_token_make(const struct req *r, struct resp *out);
/* POST /settings/sites/{id}/token/off: none any more. */
RT_MUST_USE enum err site_token_off(const struct req *r, struct resp *out);

#endif
