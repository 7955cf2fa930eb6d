/* thing_site.h - /settings/sites: web sites that carry the tag. */
#ifndef RT_CGI_FORM_THING_SITE_H
#define RT_CGI_FORM_THING_SITE_H

#include "cgi/form/thing.h"

extern const struct thing thing_site;

#endif
