/*
 * challenge.h - what a leg answers to who wants to know its trunk's user name
 * and password (RFC 3261 22).
 *
 * Only to whom we call: a caller that challenges our BYE wants the credentials
 * for himself. sip_auth.h knows which challenge may be answered how often.
 */
#ifndef RT_ENGINE_CHALLENGE_H
#define RT_ENGINE_CHALLENGE_H

#include "sipworker/engine/slots.h"

/* INVITEs of one leg that are sent again with other credentials: a proxy that
 * rings in between would otherwise ask for ever. */
#define CHALLENGE_INVITES_MAX 6

/* Takes the challenge of a 401 or 407. True: send the request again, with
 * challenge_put(). m may be NULL. */
bool challenge_take(struct engine *e, struct leg *l, const struct sip_msg *m);
/* The same for an INVITE. False for a 401 or 407: the leg's reason says why its
 * trunk is of no use, and it is counted (engine_watch). */
bool challenge_take_invite(struct engine *e, struct leg *l,
    const struct sip_msg *m);
/* The header lines with the credentials for this request, if any are known.
 * Without room for all of them *b fails and has none, not half of one: an
 * INVITE is given up then, other requests go without. */
void challenge_put(struct engine *e, struct leg *l, struct slice method,
    struct slice uri, struct buf *b);

#endif
