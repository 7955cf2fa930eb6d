/*
 * bridge.h - what the two sides hear: early media, ringback, the bridge, and
 * the recording of it.
 */
#ifndef RT_ENGINE_BRIDGE_H
#define RT_ENGINE_BRIDGE_H

#include "sipworker/engine/slots.h"

/* What a caller hears while attempts are made: ringback, if it can hear us
 * already (by our answer, or by the early media of an attempt before). Else
 * its own exchange makes it. */
void bridge_wait(struct engine *e, struct call *c);
/* The called side's early media goes to the caller (183 before the answer);
 * it ends our own ringback for good. */
void bridge_early(struct engine *e, struct call *c, struct leg *b);
void bridge_early_end(struct engine *e, struct call *c);
/* Chooses the same codec on both legs where the caller's is still open. */
void bridge_match_codecs(struct engine *e, struct call *c, const struct leg *b);
/* Both sides hear each other. */
void bridge_up(struct engine *e, struct call *c, struct leg *b);
/* They do not any more. */
void bridge_down(struct engine *e, struct call *c);
/* Plays a prompt of the flow to the caller. */
void bridge_play(struct engine *e, struct call *c, uint32_t prompt,
    uint32_t ticket);
/* Sample 0 of the recording is at at_us. */
void bridge_record(struct engine *e, struct call *c, int64_t at_us);
void bridge_record_end(struct engine *e, struct call *c);

#endif
