/*
 * media_hear.h - what we look for in a party's audio: keys, and whether it
 * speaks. Only while asked for; nothing of it is kept.
 */
#ifndef RT_MEDIA_HEAR_H
#define RT_MEDIA_HEAR_H

#include "sipworker/media/media_priv.h"

/* Keys in the audio are told as DIGIT, as those of events are. */
void media_hear_keys(struct media_stream *s, bool on);
/* VOICE when somebody begins to speak, QUIET when nobody did for quiet_us
 * (0: not any more). */
void media_hear_voice(struct media_thread *t, struct media_stream *s,
    int64_t quiet_us);

/* A packet of G.711. */
void media_hear(struct media_thread *t, struct media_stream *s,
    const struct rtp_pkt *p);
/* Now and then, packets or not. */
void media_hear_nothing(struct media_thread *t, struct media_stream *s);

#endif
