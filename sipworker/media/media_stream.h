/*
 * media_stream.h - one stream's life on its thread: sockets, packets, relay.
 */
#ifndef RT_MEDIA_STREAM_H
#define RT_MEDIA_STREAM_H

#include "sipworker/media/media_sock.h"

/* Carries out a command about a stream (everything but FENCE). */
void media_stream_command(struct media_thread *t, const struct media_cmd *c);
/* A packet waits at one of the stream's sockets. */
void media_stream_readable(struct media_thread *t, struct media_stream *s,
    enum media_sock which);

/* Sends n samples of our own. */
void media_stream_send_own(struct media_thread *t, struct media_stream *s,
    const uint8_t *ulaw, uint32_t n);

/* Four times a second: reports, silences. */
void media_stream_house(struct media_thread *t, struct media_stream *s);

#endif
