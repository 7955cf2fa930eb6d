/* thing_destination.h - /settings/destinations: phones and SIP addresses calls
 * go to. */
#ifndef RT_CGI_FORM_THING_DESTINATION_H
#define RT_CGI_FORM_THING_DESTINATION_H

#include "cgi/form/thing.h"

extern const struct thing thing_destination;

#endif
