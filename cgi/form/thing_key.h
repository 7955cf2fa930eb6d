/*
 * thing_key.h - /settings/keys: keys of programs for the JSON endpoints.
 *
 * The key itself is shown by the answer that makes it, and never again.
 */
#ifndef RT_CGI_FORM_THING_KEY_H
#define RT_CGI_FORM_THING_KEY_H

#include "cgi/form/thing.h"

extern const struct thing thing_key;

#endif
