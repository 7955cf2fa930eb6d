/*
 * redirect.h - an attempt that is sent elsewhere: 3xx with a Contact (RFC 3261
 * 8.1.3.4).
 *
 * Followed only to the host that was asked, because a Contact is a stranger's
 * wish and calls cost money. By a trunk also to the next hops of other trunks,
 * but only with the number that was asked: nobody out there says which numbers
 * we pay for. At most REDIRECT_MAX times, never to the same URI twice in a row.
 */
#ifndef RT_ENGINE_REDIRECT_H
#define RT_ENGINE_REDIRECT_H

#include "sipworker/engine/slots.h"

#define REDIRECT_MAX 3

/* True: the leg's URI and next hop are new ones, to be invited again. */
bool redirect_take(struct engine *e, struct leg *l, const struct sip_msg *m);

#endif
