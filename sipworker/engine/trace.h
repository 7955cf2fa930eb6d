/*
 * trace.h - a call's records: what goes to the journal, in order.
 *
 * One sequence per call, from 0; lib/core/callrec says what is in a record.
 */
#ifndef RT_ENGINE_TRACE_H
#define RT_ENGINE_TRACE_H

#include "sipworker/engine/slots.h"

/* What only the INVITE knows. */
struct trace_caller {
	struct addr4 from;
	struct slice caller_raw;
	struct slice asserted;
	struct slice privacy;
	struct slice attestation;
	struct slice sip_call_id;
	struct slice user_agent;
};

#define TRACE_PEER_EVENTS_MAX 1000

/* Microseconds since the call was opened. */
int64_t trace_at(const struct engine *e, const struct call *c);

/* The first record; its number in the journal goes to c->open_seq. */
void trace_opened(struct engine *e, struct call *c,
    const struct trace_caller *who);
/* Keys, holds and transfers, which a peer may send without end, are written
 * down TRACE_PEER_EVENTS_MAX times in a call; the call itself goes on. */
void trace_event(struct engine *e, struct call *c, enum callrec_event_what what,
    uint8_t leg, int64_t value, struct slice text);
/* An attempt begins: enough that the store can write its leg, should we not
 * live to do it. */
void trace_dial(struct engine *e, struct call *c, const struct leg *l);
/* A step of the flow was entered or left. */
void trace_step(struct engine *e, struct call *c, const struct flow_do *d);
/* The leg's record; only once. */
void trace_leg(struct engine *e, struct call *c, struct leg *l);
/* The last record. */
void trace_closed(struct engine *e, struct call *c);

#endif
