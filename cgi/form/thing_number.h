/* thing_number.h - /settings/numbers: tracking numbers. */
#ifndef RT_CGI_FORM_THING_NUMBER_H
#define RT_CGI_FORM_THING_NUMBER_H

#include "cgi/form/thing.h"

extern const struct thing thing_number;

#endif
