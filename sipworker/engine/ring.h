/*
 * ring.h - one attempt to reach a destination: from the flow's dial to its
 * answer, refusal or time-out.
 */
#ifndef RT_ENGINE_RING_H
#define RT_ENGINE_RING_H

#include "sipworker/engine/slots.h"

/* Begins an attempt; what becomes of it reaches the flow as an event. */
void ring_start(struct engine *e, struct call *c, const struct flow_do *d);
/* The leg's stream has its port: the INVITE can go out. */
void ring_stream_open(struct engine *e, struct leg *l);
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
void ring_timeout(struct engine *e, struct call *c);
/* Counts what the attempt rang, once it stops ringing. */
void ring_stopped(struct engine *e, struct call *c, struct leg *l);

#endif
