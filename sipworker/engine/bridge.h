/*
 * bridge.h - who hears whom: early media and the bridge.
 */
#ifndef RT_ENGINE_BRIDGE_H
#define RT_ENGINE_BRIDGE_H

#include "sipworker/engine/slots.h"

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
#endif
