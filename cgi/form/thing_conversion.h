/* thing_conversion.h - /settings/conversions: what advertising platforms are
 * told. */
#ifndef RT_CGI_FORM_THING_CONVERSION_H
#define RT_CGI_FORM_THING_CONVERSION_H

#include "cgi/form/thing.h"

extern const struct thing thing_conversion;

#endif
