/*
 * cause.h - what a SIP status means: to the flow, and as a Q.850 cause
 * (RFC 3398 8.2.6.1).
 */
#ifndef RT_ENGINE_CAUSE_H
#define RT_ENGINE_CAUSE_H

#include "lib/core/flow.h"
#include "sipworker/sip/sip_msg.h"

/* BUSY, NO_ANSWER or FAILED of a destination that answered so. */
enum flow_event_kind cause_event(unsigned int status);
/* 0 when there is none. */
uint8_t cause_q850(unsigned int status);
/* The cause of the message's Reason header (RFC 3326), 0 without. */
uint8_t cause_reason(const struct sip_msg *m);

#endif
