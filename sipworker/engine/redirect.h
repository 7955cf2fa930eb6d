/*
 * redirect.h - an attempt that is sent elsewhere: 3xx with a Contact (RFC 3261
 * 8.1.3.4).
 *
 * Followed only to the host that was asked, because a Contact is a stranger's
 * wish and calls cost money. By a trunk also to the next hops of other trunks,
 * but only with the number that was asked: nobody out there says which numbers
 * we pay for. At most REDIRECT_MAX times, never to the same URI twice in a row.
 *
 * Of several Contacts the best by its q is called first, and the next one when
 * that one fails or does not reply (8.1.3.4). The others wait in a small table;
 * when that is full, the oldest attempt's are given up.
 */
#ifndef RT_ENGINE_REDIRECT_H
#define RT_ENGINE_REDIRECT_H

#include "sipworker/engine/slots.h"

#define REDIRECT_MAX 3

/* True: m sends the leg elsewhere, and it was invited there. */
bool redirect_take(struct engine *e, struct leg *l, const struct sip_msg *m);
/* True: the next Contact of the redirection that the leg follows was invited,
 * because the one before it failed with this status. A 6xx speaks for all of
 * them. */
bool redirect_next(struct engine *e, struct leg *l, uint16_t status);

#endif
