/*
 * media_pace.h - what we ourselves say to a party, a frame every 20 ms:
 * prompts, ringback, music, and silence between them.
 *
 * A wheel of MEDIA_PACE_SLOTS places, one a tick of 5 ms: a stream has its
 * place from its first prompt on and keeps it, so that all it hears from us is
 * one unbroken stream, and thousands of streams are spread over the 20 ms
 * instead of going out in one burst. A stream that a peer's packets go to is
 * taken off; when the peer goes, it comes back and hears silence until the
 * next prompt: what hears nothing for long is taken for dead by carriers.
 *
 * Ticks that were missed are made up for, up to MEDIA_PACE_CATCH_UP of them.
 */
#ifndef RT_MEDIA_PACE_H
#define RT_MEDIA_PACE_H

#include "sipworker/media/media_priv.h"

#define MEDIA_PACE_TICK_US  5000
#define MEDIA_PACE_CATCH_UP 20

/* The pacer's timer has fired n times. */
void media_pace(struct media_thread *t, uint64_t n);

/* Replaces what plays to s. */
void media_pace_play(struct media_thread *t, struct media_stream *s,
    const struct media_cmd *c);
/* Nothing plays any more; harmless when nothing did. */
void media_pace_stop(struct media_thread *t, struct media_stream *s);
/* Somebody else's packets go to s from now on. */
void media_pace_leave(struct media_thread *t, struct media_stream *s);
/* They do not any more. */
void media_pace_return(struct media_thread *t, struct media_stream *s);

#endif
