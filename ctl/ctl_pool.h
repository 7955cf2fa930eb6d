/*
 * ctl_pool.h - pools of numbers by the name an operator types.
 */
#ifndef RT_CTL_POOL_H
#define RT_CTL_POOL_H

#include "ctl/ctl_scope.h"

/* The company's pool of that name; made when there is none. ERR_NOTFOUND, and
 * said: there are two. */
RT_MUST_USE enum err ctl_pool_get(struct ctl_scope *s,
    struct company_id company, const char *name, struct pool_id *out);

#endif
