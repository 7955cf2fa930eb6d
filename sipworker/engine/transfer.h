/*
 * transfer.h - a called party hands its caller on: REFER (RFC 3515), blind, or
 * after it has asked the third party in a call of its own, which the new one
 * then takes the place of (Replaces, RFC 5589 7; a dialog of ours is refused).
 *
 * Only who talks to the caller may, and only to a destination of the same
 * company, named by its number or address; a destination with limits of its
 * own (calls at once, caps, regions) is refused, because a transfer would not
 * be counted, and one outside its hours is, too. A request from the caller's
 * side is declined: nobody from outside says whom we call (toll fraud).
 *
 * The caller hears ringing while the third party rings; the one who transfers
 * is told how it goes (NOTIFY) and may hang up at any time. If nobody answers,
 * caller and first party are put together again, if that one is still there.
 * For the flow the third party takes the first one's place; the recording goes
 * on.
 */
#ifndef RT_ENGINE_TRANSFER_H
#define RT_ENGINE_TRANSFER_H

#include "sipworker/engine/slots.h"

#define TRANSFER_RING_S 30
#define TRANSFERS_MAX   5 /* of one call */
/* TRANSFER records: 0 asked for, this, or the status why not. */
#define TRANSFER_DONE 200

/* REFER in a leg's dialog: answers it. */
void transfer_refer(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev);
/* What becomes of the third party; it has l->transfer set. */
void transfer_ringing(struct engine *e, struct leg *l);
void transfer_answered(struct engine *e, struct leg *l);
void transfer_failed(struct engine *e, struct leg *l, enum callrec_by by,
    uint16_t code, const char *reason);
/* The first party hangs up. True: it was transferring, the flow need not
 * know. */
bool transfer_left(struct engine *e, struct leg *l);

#endif
