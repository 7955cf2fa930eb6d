/*
 * prack.h - provisional answers that a called party wants confirmed: PRACK
 * from us (RFC 3262), on called legs.
 *
 * We do not offer it by ourselves: every ringing would take two messages more.
 * Who sends a reliable 18x all the same gets its PRACK, and who insists (421)
 * is called again with 100rel offered. Each fork counts its answers by itself.
 */
#ifndef RT_ENGINE_PRACK_H
#define RT_ENGINE_PRACK_H

#include "sipworker/engine/slots.h"

/* A 18x has come and l->dlg is its dialog. False: it is a repetition, or one
 * before it is missing, and must not be looked at (RFC 3262 4). */
bool prack_take(struct engine *e, struct leg *l, const struct sip_msg *m);
/* 421 that asks for 100rel, for the first time: call again. */
bool prack_wanted(struct leg *l, const struct sip_msg *m);

#endif
