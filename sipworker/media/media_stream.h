/*
 * media_stream.h - one stream's life on its thread: sockets, packets, relay.
 */
#ifndef RT_MEDIA_STREAM_H
#define RT_MEDIA_STREAM_H

#include "sipworker/media/media_priv.h"

/* Carries out a command about a stream (everything but FENCE). */
void media_stream_command(struct media_thread *t, const struct media_cmd *c);
/* A packet waits at the stream's RTP or RTCP socket. */
void media_stream_readable(struct media_thread *t, struct media_stream *s,
    bool rtcp);

/* Sends n samples of our own. */
void media_stream_send_own(struct media_thread *t, struct media_stream *s,
    const uint8_t *ulaw, uint32_t n);

/* Four times a second: reports, silences. */
void media_stream_house(struct media_thread *t, struct media_stream *s);
/* Closes the sockets without a word. */
void media_stream_drop(struct media_stream *s);

#endif
