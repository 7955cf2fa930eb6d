/*
 * dni_plan.h - what the configuration says for a request: whose site it is,
 * whether it may ask, and which number there is without a lease.
 */
#ifndef RT_CGI_DNI_DNI_PLAN_H
#define RT_CGI_DNI_DNI_PLAN_H

#include "cgi/dni/dni_serve_priv.h"

/* Fills plan, source and the answer's targets. ERR_UNAVAILABLE, ERR_NOTFOUND,
 * ERR_DENIED, ERR_NOMEM. No lock is held. */
RT_MUST_USE enum err dni_plan_make(struct dni_serve *v);

#endif
