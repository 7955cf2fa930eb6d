/*
 * play.h - what we play to a leg: prompts of the flow, and to a caller who
 * waits ringback or music.
 *
 * Each leg hears one thing at a time; what comes next replaces it. A prompt's
 * end is told to the flow with its ticket, unless it was replaced or stopped.
 */
#ifndef RT_ENGINE_PLAY_H
#define RT_ENGINE_PLAY_H

#include "sipworker/engine/slots.h"

/* times 0: until stopped, and its end is not waited for. One whose end is
 * waited for begins when the caller is not on hold. */
void play_start(struct engine *e, struct leg *l, uint32_t prompt,
    uint32_t ticket, uint32_t times);
/* A caller is on hold, or is no more: a prompt that was cut so is said again
 * from its beginning, or the flow, and a recording above all, would go on as if
 * it had been heard. */
void play_hold(struct engine *e, struct leg *l);
/* Harmless when nothing plays. */
void play_stop(struct engine *e, struct leg *l);
/* What a caller hears while attempts are made, again and again, if it can hear
 * us already: by our answer, or by the early media of an attempt before. Else
 * its own exchange makes the ringback. */
void play_wait(struct engine *e, struct call *c, uint32_t prompt);
/* The media side says that a prompt has ended. */
void play_ended(struct engine *e, struct leg *l,
    const struct engine_media_event *ev);
/* It never said so. */
void play_timeout(struct engine *e, struct leg *l);

#endif
