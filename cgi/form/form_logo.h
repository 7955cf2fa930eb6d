/*
 * form_logo.h - the company's sign: uploaded, shown, taken away.
 */
#ifndef RT_CGI_FORM_FORM_LOGO_H
#define RT_CGI_FORM_FORM_LOGO_H

#include "cgi/web/route.h"

#define FORM_LOGO_BODY_MAX ((size_t)384 * 1024)
#define FORM_LOGO_SIDE_MAX 1200 /* pixels */

/* GET /settings/logo */
RT_MUST_USE enum err form_logo(const struct req *r, struct resp *out);
/* POST /settings/logo: file=, or drop=1. */
RT_MUST_USE enum err form_logo_post(const struct req *r, struct resp *out);
/* GET /settings/logo/image: whoever may see the company. */
RT_MUST_USE enum err form_logo_image(const struct req *r, struct resp *out);

#endif
