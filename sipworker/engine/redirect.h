/*
 * redirect.h - an attempt that is sent elsewhere: 3xx with a Contact (RFC 3261
 * 8.1.3.4).
 *
 * Followed only to where calls may go anyhow, the host that was asked and the
 * next hops of outgoing trunks, because a Contact is a stranger's wish and
 * calls cost money; at most REDIRECT_MAX times, never to the same URI twice in
 * a row.
 */
#ifndef RT_ENGINE_REDIRECT_H
#define RT_ENGINE_REDIRECT_H

#include "sipworker/engine/slots.h"

#define REDIRECT_MAX 3

/* True: the leg's URI and next hop are new ones, to be invited again. */
bool redirect_take(struct engine *e, struct leg *l, const struct sip_msg *m);

#endif
