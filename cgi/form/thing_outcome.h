/* thing_outcome.h - /settings/outcomes: what a call can come to. */
#ifndef RT_CGI_FORM_THING_OUTCOME_H
#define RT_CGI_FORM_THING_OUTCOME_H

#include "cgi/form/thing.h"

extern const struct thing thing_outcome;

#endif
