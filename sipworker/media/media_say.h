/*
 * media_say.h - what a media thread says: events to the signalling thread,
 * RTCP to the peers.
 */
#ifndef RT_MEDIA_SAY_H
#define RT_MEDIA_SAY_H

#include "lib/base/slice.h"
#include "sipworker/media/media_priv.h"

void media_say_event(struct media_thread *t, const struct media_event *ev);
void media_say(struct media_thread *t, enum media_what what, uint32_t stream);
/* Dropped when the queue is half full: a flood of keys must not cost the
 * events that calls depend on. */
void media_say_digit(struct media_thread *t, uint32_t stream, char digit);

/* Sends SR or RR with CNAME, and BYE when bye is set. */
void media_say_report(struct media_thread *t, struct media_stream *s, bool bye);
/* An RTCP packet came; one from another host than the stream's is dropped. */
void media_say_rtcp_in(struct media_thread *t, struct media_stream *s,
    struct addr4 from, struct slice bytes);

#endif
