/*
 * cause.h - what a SIP status means: to the flow, and as a Q.850 cause
 * (RFC 3398 8.2.6.1).
 */
#ifndef RT_ENGINE_CAUSE_H
#define RT_ENGINE_CAUSE_H

#include "lib/core/flow_run.h"
#include "sipworker/sip/sip_msg.h"

/* BUSY, NO_ANSWER or FAILED of a destination that answered so. */
enum flow_event_kind cause_event(unsigned int status);
/* Of two destinations that said no: does this one's answer say more? 0 is no
 * answer at all and says least. */
bool cause_is_better(unsigned int status, unsigned int than);
/* 0 when there is none. */
uint8_t cause_q850(unsigned int status);
/* The cause of the message's Reason header (RFC 3326), 0 without. */
uint8_t cause_reason(const struct sip_msg *m);

#endif
