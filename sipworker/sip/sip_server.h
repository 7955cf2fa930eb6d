/*
 * sip_server.h - the server side of the transaction layer: requests that came,
 * our answers, and their timers. Inside of sip_txn.
 */
#ifndef RT_SIP_SERVER_H
#define RT_SIP_SERVER_H

#include "sipworker/sip/sip_core.h"

/* The request in t->msg. */
void sip_server_input(struct sip_txn_layer *t, struct addr4 from,
    int64_t now_us);
/* See sip_txn_respond() and sip_txn_acked(). */
RT_MUST_USE enum err sip_server_respond(struct sip_txn_layer *t,
    struct sip_txn_id id, const struct sip_txn_answer *a, int64_t now_us);
RT_MUST_USE enum err sip_server_acked(struct sip_txn_layer *t,
    struct sip_txn_id id);
/* See sip_txn_keep() and sip_txn_adopt_received(). */
RT_MUST_USE enum err sip_server_keep(const struct sip_txn_layer *t,
    const struct sip_slot *s, struct slice to_tag, struct buf *out);
RT_MUST_USE enum err sip_server_adopt(struct sip_txn_layer *t,
    struct slice kept, struct addr4 peer, struct sip_txn_id *out);
/* A server slot's retransmission, or the timer that ends its state, is due. */
void sip_server_retry(struct sip_txn_layer *t, struct sip_slot *s,
    int64_t now_us);
void sip_server_end(struct sip_txn_layer *t, struct sip_slot *s,
    int64_t now_us);

#endif
