/* thing_trunk.h - /settings/trunks: carriers, of the account. */
#ifndef RT_CGI_FORM_THING_TRUNK_H
#define RT_CGI_FORM_THING_TRUNK_H

#include "cgi/form/thing.h"

extern const struct thing thing_trunk;

#endif
