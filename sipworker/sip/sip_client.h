/*
 * sip_client.h - the client side of the transaction layer: requests that we
 * sent, the responses to them, and their timers. Inside of sip_txn.
 */
#ifndef RT_SIP_CLIENT_H
#define RT_SIP_CLIENT_H

#include "sipworker/sip/sip_core.h"

/* The response in t->msg. */
void sip_client_input(struct sip_txn_layer *t, struct addr4 from,
    int64_t now_us);
/* See sip_txn_request(), sip_txn_cancel() and sip_txn_ack(). */
RT_MUST_USE enum err sip_client_request(struct sip_txn_layer *t,
    const struct sip_write_request *r, struct addr4 to, uint64_t user,
    int64_t now_us, struct sip_txn_id *out);
RT_MUST_USE enum err sip_client_cancel(struct sip_txn_layer *t,
    struct sip_txn_id id, struct slice headers, int64_t now_us);
/* See sip_txn_keep() and sip_txn_adopt_sent(). */
RT_MUST_USE enum err sip_client_keep(const struct sip_txn_layer *t,
    const struct sip_slot *s, struct buf *out);
RT_MUST_USE enum err sip_client_adopt(struct sip_txn_layer *t,
    struct slice invite, struct addr4 to, uint64_t user, int64_t now_us,
    struct sip_txn_id *out);
bool sip_client_heard(const struct sip_txn_layer *t, struct sip_txn_id id);
RT_MUST_USE enum err sip_client_ack(struct sip_txn_layer *t,
    struct sip_txn_id id, const struct sip_write_request *r, struct addr4 to);
/* A client slot's retransmission, or the timer that ends its state, is due. */
void sip_client_retry(struct sip_txn_layer *t, struct sip_slot *s,
    int64_t now_us);
void sip_client_end(struct sip_txn_layer *t, struct sip_slot *s,
    int64_t now_us);

#endif
