/*
 * rel.h - provisional answers that the caller insists on confirming: 100rel
 * and PRACK (RFC 3262), on the caller's leg.
 *
 * Only where the INVITE requires it. One reliable answer is open at a time: it
 * is sent again until its PRACK comes, what follows it waits, and after 64 * T1
 * the call ends. A 200 waits for it only if it brought our description (RFC
 * 3262 5).
 */
#ifndef RT_ENGINE_REL_H
#define RT_ENGINE_REL_H

#include "sipworker/engine/slots.h"

/* 180, or 183 with our answer. */
void rel_progress(struct engine *e, struct leg *l, uint16_t status);
/* True: the 200 must wait; leg_out_answer() is called again in its time. */
bool rel_holds_answer(struct leg *l);
/* A PRACK of the leg's dialog: answers it. */
void rel_prack(struct engine *e, struct leg *l, const struct sip_txn_event *ev);
void rel_timeout(struct engine *e, struct leg *l);

#endif
