/*
 * leg_out.h - writes and sends what a leg has to say in SIP.
 *
 * A message that cannot be sent (the transaction table is full) is tried again
 * where it must not be lost (BYE), and else ends the leg like a refusal.
 */
#ifndef RT_ENGINE_LEG_OUT_H
#define RT_ENGINE_LEG_OUT_H

#include "sipworker/engine/slots.h"

/* Called side: the INVITE by l->uri, from, to, call_id, hop; again with
 * credentials when l->auth is ready. */
void leg_out_invite(struct engine *e, struct leg *l);
/* Caller's side: 180, or 183 with our answer. rseq 0: nobody confirms it. */
void leg_out_provisional(struct engine *e, struct leg *l, uint16_t status,
    uint32_t rseq);
/* The same as it goes on, with what follows from it. */
void leg_out_progress(struct engine *e, struct leg *l, bool early_media);
/* 200 with our description, to who invited us; the states are the caller's of
 * this. False: it could not be sent. */
bool leg_out_accept(struct engine *e, struct leg *l);
/* Caller's side: 200 with our answer, or our offer when theirs comes late. */
void leg_out_answer(struct engine *e, struct leg *l);
/* Caller's side: l->sip_code as the final answer. */
void leg_out_refuse(struct engine *e, struct leg *l);
/* ACK of the 2xx to the leg's INVITE, or to a re-INVITE of ours. */
void leg_out_ack(struct engine *e, struct leg *l);
void leg_out_ack_of(struct engine *e, struct leg *l, struct sip_txn_id id);
void leg_out_bye(struct engine *e, struct leg *l);
/* Confirms a reliable 18x of the INVITE with this CSeq. */
void leg_out_prack(struct engine *e, struct leg *l, uint32_t rseq,
    uint32_t cseq);
/* The same once more, with other credentials. */
void leg_out_prack_again(struct engine *e, struct leg *l);
/* How the transfer that it asked for goes (RFC 3515 2.4.4). last: nothing
 * more will be said. */
void leg_out_notify(struct engine *e, struct leg *l, unsigned int status,
    bool last);
void leg_out_notify_again(struct engine *e, struct leg *l);
void leg_out_cancel(struct engine *e, struct leg *l);
/* A request in the dialog: UPDATE or re-INVITE that refreshes the session. */
void leg_out_refresh(struct engine *e, struct leg *l);
/* Answers a request of the leg's dialog; sdp may be empty. headers: finished
 * lines beyond the usual ones. False: it could not be sent. */
bool leg_out_respond(struct engine *e, struct leg *l, struct sip_txn_id id,
    unsigned int status, struct slice headers, struct slice sdp);
/* Answers a request that has no leg. */
void leg_out_reject(struct engine *e, struct sip_txn_id id, unsigned int status,
    struct slice headers);
/* ACK and BYE for a 2xx of another fork (RFC 3261 13.2.2.4). */
void leg_out_end_fork(struct engine *e, const struct sip_txn_event *ev);

#endif
