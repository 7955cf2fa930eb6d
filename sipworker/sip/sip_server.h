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
/* A server slot's retransmission, or the timer that ends its state, is due. */
void sip_server_retry(struct sip_txn_layer *t, struct sip_slot *s,
    int64_t now_us);
void sip_server_end(struct sip_txn_layer *t, struct sip_slot *s,
    int64_t now_us);

#endif
