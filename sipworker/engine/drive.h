/*
 * drive.h - runs a call's flow: events in, the interpreter's actions out.
 */
#ifndef RT_ENGINE_DRIVE_H
#define RT_ENGINE_DRIVE_H

#include "sipworker/engine/slots.h"

/* Everything that the first step needs is there. */
void drive_start(struct engine *e, struct call *c);
/* Gives the flow an event; may be called while it runs: it is kept then. */
void drive_event(struct engine *e, struct call *c, const struct flow_event *ev);
/* PLAYED, DIGIT, FLOWING, SILENT of a leg's stream. */
void drive_media(struct engine *e, struct leg *l,
    const struct engine_media_event *ev);
/* The other side of this leg has ended it. */
void drive_left(struct engine *e, struct leg *l);

#endif
