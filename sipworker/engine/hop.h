/*
 * hop.h - where the INVITE of an attempt goes: the addresses behind its next
 * hop, one after the other (RFC 3263).
 *
 * An address is itself. A name is looked up by the shell (ENGINE_RESOLVE): the
 * attempt begins when the answer is in. Who does not reply, or says 503 before
 * it rings, is passed over for the next address, and is the last choice of
 * everybody for a minute; so is a trunk none of whose addresses is of use, for
 * those who named none. A name never delays another call: nothing here
 * waits but the leg itself.
 */
#ifndef RT_ENGINE_HOP_H
#define RT_ENGINE_HOP_H

#include "sipworker/engine/slots.h"

/* A name's answer has to be in within this; the resolver gives up before. */
#define HOP_NAME_US (6 * RT_SEC_US)
#define HOP_BAD_US  RT_MIN_US

/* route_leg() has set l->hop, or l->hop_name: finds the address. */
void hop_begin(struct engine *e, struct leg *l);
/* The shell's answer; n 0: there is none. */
void hop_found(struct engine *e, uint64_t ticket, const struct addr4 *at,
    size_t n);
/* The present one is of no use: the INVITE goes to the next. False: there is
 * none. */
bool hop_next(struct engine *e, struct leg *l, uint16_t code);
/* Did the last attempt by this trunk find nobody at any of its addresses, less
 * than HOP_BAD_US ago? */
bool hop_trunk_is_bad(const struct engine *e, struct trunk_id trunk);
/* It answers. */
void hop_good(struct engine *e, const struct leg *l);
/* Nobody's leg any more: its addresses are no peers now. */
void hop_leave(struct engine *e, struct leg *l);
/* Another address that the leg may talk to: a redirection. */
void hop_move(struct engine *e, struct leg *l, struct addr4 to);
/* Where the called side's dialog leads to: its Contact, when a proxy that does
 * not stay on the way took the INVITE. Its BYE comes from there. */
void hop_meet(struct engine *e, struct leg *l, struct addr4 at);

#endif
