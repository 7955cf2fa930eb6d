/* thing_tag.h - /settings/tags: words people put on calls. */
#ifndef RT_CGI_FORM_THING_TAG_H
#define RT_CGI_FORM_THING_TAG_H

#include "cgi/form/thing.h"

extern const struct thing thing_tag;

#endif
