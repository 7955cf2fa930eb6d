/*
 * drive.h - runs a call's flow: events in, the interpreter's actions out.
 *
 * lib/core/flow_run decides everything; act.c carries its actions out. An
 * action that fails at once leaves its event for after the actions at hand.
 */
#ifndef RT_ENGINE_DRIVE_H
#define RT_ENGINE_DRIVE_H

#include "sipworker/engine/slots.h"

/* Everything that the first step needs is there. */
void drive_start(struct engine *e, struct call *c);
/* Gives the flow an event; may be called while it runs: it is kept then. */
void drive_event(struct engine *e, struct call *c, const struct flow_event *ev);
/* The time that the flow asked for is over. */
void drive_timeout(struct engine *e, struct call *c);
/* What the leg's stream tells beside its own life. */
void drive_media(struct engine *e, struct leg *l,
    const struct engine_media_event *ev);
/* A key that was pressed on the leg. */
void drive_key(struct engine *e, struct leg *l, char key);
/* The other side of this leg has ended it. */
void drive_left(struct engine *e, struct leg *l);
/* What the interpreter reads, as it is now. */
void drive_env(struct engine *e, struct call *c, struct flow_env *out);

#endif
