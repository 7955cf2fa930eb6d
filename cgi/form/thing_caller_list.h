/* thing_caller_list.h - /settings/lists: callers by name: blocked, VIP. */
#ifndef RT_CGI_FORM_THING_CALLER_LIST_H
#define RT_CGI_FORM_THING_CALLER_LIST_H

#include "cgi/form/thing.h"

extern const struct thing thing_caller_list;

#endif
