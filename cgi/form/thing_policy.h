/* thing_policy.h - /settings/policy: recording and how long things are kept. */
#ifndef RT_CGI_FORM_THING_POLICY_H
#define RT_CGI_FORM_THING_POLICY_H

#include "cgi/form/thing.h"

extern const struct thing thing_policy;

#endif
