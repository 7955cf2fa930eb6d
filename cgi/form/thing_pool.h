/* thing_pool.h - /settings/pools: numbers leased to web visits. */
#ifndef RT_CGI_FORM_THING_POOL_H
#define RT_CGI_FORM_THING_POOL_H

#include "cgi/form/thing.h"

extern const struct thing thing_pool;

#endif
