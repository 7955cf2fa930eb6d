/*
 * ring.h - the attempts to reach somebody: each from the flow's dial to its
 * answer, refusal, time-out or cancelling; up to CALL_TRIES_MAX at once.
 *
 * An attempt is a leg with the flow's ticket. What becomes of it reaches the
 * flow as one event with that ticket: ANSWERED, BUSY, NO_ANSWER or FAILED.
 * Which answer wins is the flow's decision: it bridges one and cancels the
 * others. An attempt that was cancelled says nothing more: a 2xx that crosses
 * its CANCEL is ACKed and ended below (leg_fsm).
 */
#ifndef RT_ENGINE_RING_H
#define RT_ENGINE_RING_H

#include "sipworker/engine/slots.h"

/* Begins an attempt. */
void ring_start(struct engine *e, struct call *c, const struct flow_do *d);
/* The attempt with this ticket, answered or not; NULL: it is over. */
struct leg *ring_find(const struct call *c, uint32_t ticket);
/* Takes the attempt off the call: CANCEL, or BYE once it has answered.
 * elsewhere: because another one was faster. */
void ring_cancel(struct engine *e, struct call *c, uint32_t ticket,
    bool elsewhere);
/* The call ends: all attempts do. */
void ring_end_all(struct engine *e, struct call *c, enum callrec_by by,
    uint8_t q850, const char *reason);
/* The leg is no attempt of the call any more; it may linger. */
void ring_forget(struct call *c, const struct leg *l);

/* An attempt beyond the flow's (transfer.h): a leg in the table, nothing more.
 * NULL: there is no room. */
struct leg *ring_add(struct engine *e, struct call *c);
/* Off the table, with its end; the flow is not told. */
void ring_take_off(struct engine *e, struct leg *l, enum callrec_by by,
    uint16_t code, uint8_t q850, const char *reason);
/* The leg's stream has its port. */
void ring_stream_open(struct engine *e, struct leg *l);
/* It has an address, too: the INVITE goes out. */
void ring_call(struct engine *e, struct leg *l);
/* 18x came, with a description when l->has_remote. */
void ring_ringing(struct engine *e, struct leg *l);
/* 2xx came and was ACKed. */
void ring_answered(struct engine *e, struct leg *l);
/* The final refusal is in l->sip_code. */
void ring_refused(struct engine *e, struct leg *l);
/* It failed on our side: as if this code had come. */
void ring_failed(struct engine *e, struct leg *l, uint16_t code,
    const char *reason);
/* Nobody answered in the flow's ring time. */
void ring_timeout(struct engine *e, struct leg *l);

#endif
