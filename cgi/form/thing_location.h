/* thing_location.h - /settings/locations: places of the business. */
#ifndef RT_CGI_FORM_THING_LOCATION_H
#define RT_CGI_FORM_THING_LOCATION_H

#include "cgi/form/thing.h"

extern const struct thing thing_location;

#endif
