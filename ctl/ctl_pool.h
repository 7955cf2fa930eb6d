/*
 * ctl_pool.h - pools of numbers by the name an operator types.
 */
#ifndef RT_CTL_POOL_H
#define RT_CTL_POOL_H

#include "ctl/ctl_scope.h"

/* The company's pool of that name. ERR_NOTFOUND, and said: there is none, or
 * there are two. */
RT_MUST_USE enum err ctl_pool_get(struct ctl_scope *s,
    struct company_id company, const char *name, struct pool_id *out);
/* The same; made, which is said, when there is none. */
RT_MUST_USE enum err ctl_pool_make(struct ctl_scope *s,
    struct company_id company, const char *name, struct pool_id *out);

#endif
