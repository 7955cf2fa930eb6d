/*
 * pickup.h - somebody takes a called party's place: INVITE with Replaces (RFC
 * 3891), as telephone systems send it when a call is transferred by asking
 * first, or picked up at another desk.
 *
 * Only a talk that is up can be taken over, only on the called side, and only
 * from the host that the replaced leg talks to: whoever knows the dialog's tags
 * and sits there is that telephone system. It is answered at once, with our
 * offer when it makes none, as some systems do; then the caller is bridged to
 * the new party and the old one gets a BYE. For the flow it is the same
 * destination, and the recording goes on.
 */
#ifndef RT_ENGINE_PICKUP_H
#define RT_ENGINE_PICKUP_H

#include "sipworker/engine/slots.h"

/* An INVITE outside of any dialog that has a Replaces: answers it. */
void pickup_invite(struct engine *e, const struct sip_txn_event *ev);
/* The new leg's port is open: the call changes hands. */
void pickup_stream_open(struct engine *e, struct leg *l);

#endif
