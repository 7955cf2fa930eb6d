/*
 * sim_say.h - what a peer of the simulation sends in a call: answers, and
 * requests in its dialog.
 */
#ifndef RT_SIM_SAY_H
#define RT_SIM_SAY_H

#include "tests/sim/sim_peer.h"

/* What the transaction layer gives back with answers to c's requests: other
 * for each use of its slot, never 0. */
uint64_t sim_say_ref(const struct sim_call *c);

void sim_say_sdp(const struct sim_call *c, enum sdp_dir dir, struct buf *b);
void sim_say_contact(const struct sim_call *c, struct buf *b);

/* Answers the request id, with our description or without. Nothing when it was
 * answered meanwhile. */
void sim_say_answer(struct sim_call *c, struct sip_txn_id id,
    unsigned int status, bool sdp);

/* ack_of: the INVITE that an ACK is for. Nothing outside a dialog. */
void sim_say_request(struct sim_call *c, enum sip_method method, bool sdp,
    enum sdp_dir dir, struct sip_txn_id ack_of);

#endif
