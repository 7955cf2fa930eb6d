/*
 * leg_in.h - reads what arrives for a leg: responses, and requests in its
 * dialog.
 */
#ifndef RT_ENGINE_LEG_IN_H
#define RT_ENGINE_LEG_IN_H

#include "sipworker/engine/slots.h"

/* RESPONSE and TIMEOUT of a transaction of ours. */
void leg_in_response(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev);
/* A request with a To tag that belongs to the leg's dialog. */
void leg_in_request(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev);
/* The ACK of a 2xx of ours. */
void leg_in_ack(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev);
/* CANCEL of the caller's INVITE. */
void leg_in_cancel(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev);
/* A 2xx of ours was never ACKed. */
void leg_in_no_ack(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev);
/* Is the body a session description, or none? 0, or 415. */
unsigned int leg_in_check_body(const struct sip_msg *m);
/* What a 415 has to say of what we take (RFC 3261 8.2.3, 21.4.13). */
void leg_in_put_accept(const struct sip_msg *m, struct buf *headers);
/* The caller's Expires has passed. */
void leg_in_expired(struct engine *e, struct leg *l);

#endif
