/*
 * media_sock.h - a stream's UDP sockets.
 *
 * The port of the SDP has two. One is open to everybody: who may become the
 * source of the stream is heard there, and strangers are, who must be counted.
 * Once the latch has locked, the source gets the other one, which is connected
 * to it: the kernel finds it without asking the routing table for each packet.
 * Strangers' packets go on arriving at the first. Whatever socket a packet came
 * by, the latch judges its address.
 */
#ifndef RT_MEDIA_SOCK_H
#define RT_MEDIA_SOCK_H

#include <sys/types.h>

#include "sipworker/media/media_priv.h"

/* In the epoll tag, below the slot. */
enum media_sock {
	MEDIA_SOCK_OPEN,
	MEDIA_SOCK_RTCP,
	MEDIA_SOCK_OWN
};

#define MEDIA_SOCK_BITS 2

/* Binds port and port + 1 for a stream that was just added. ERR_IO: somebody
 * has one of them; what was opened is for media_sock_close(). */
RT_MUST_USE enum err media_sock_open(struct media_thread *t,
    struct media_stream *s);
/* UDP: nothing is in flight. */
void media_sock_close(struct media_stream *s);

/* The latch is locked on s->latch.to. Does nothing when it has its socket;
 * where there is none to be had the open one goes on serving it. */
void media_sock_settle(struct media_thread *t, struct media_stream *s);

/* Reads one packet into t->packet. Below 0: nothing there, or an ICMP error
 * came back. */
ssize_t media_sock_read(struct media_thread *t, const struct media_stream *s,
    enum media_sock which, struct addr4 *from);
/* To s->latch.to. A full socket buffer or an unreachable port loses a packet,
 * as the network does. */
void media_sock_send(const struct media_stream *s, const uint8_t *p, size_t n);

#endif
