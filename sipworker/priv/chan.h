/*
 * chan.h - one end of a channel between two processes of the worker.
 *
 * SOCK_SEQPACKET keeps the messages of msg.h apart and tells when the other
 * side dies. Sending never blocks: what the socket does not take waits in the
 * channel's own queue, up to a limit, and goes out with chan_flush(). One
 * thread receives; chan_send() may be called by several (it locks).
 */
#ifndef RT_PRIV_CHAN_H
#define RT_PRIV_CHAN_H

#include "sipworker/priv/msg.h"

/* Waiting messages: a stalled peer costs at most this much memory. */
#define CHAN_QUEUE_BYTES ((size_t)32 << 20)

struct chan;

/* Two connected ends. ERR_IO. */
RT_MUST_USE enum err chan_pair(int fds[2]);

/* Takes fd, also when this fails. me, peer: who sits at which end. */
RT_MUST_USE enum err chan_new(struct chan **out, int fd, enum msg_role me,
    enum msg_role peer);
/* NULL is allowed. What waits is dropped. */
void chan_free(struct chan *c);

/* For epoll. */
int chan_fd(const struct chan *c);
/* True when messages wait for the socket: ask for EPOLLOUT. */
bool chan_waiting(struct chan *c);

/* Sends, or queues. fds: msg_fds(kind) descriptors, borrowed; messages with
 * descriptors are sent at once or not at all. ERR_CLOSED: the peer is gone;
 * ERR_BUSY: the queue is full, nothing was sent; ERR_TOOBIG. */
RT_MUST_USE enum err chan_send(struct chan *c, const struct msg *m,
    const int *fds);
/* Sends what waits. ERR_OK also when some still waits; ERR_CLOSED. */
RT_MUST_USE enum err chan_flush(struct chan *c);

struct chan_in {
	struct msg msg;       /* texts borrow from the channel's memory */
	int fds[MSG_FDS_MAX]; /* the caller's; -1 where none */
};

/* The next message. ERR_NOTFOUND: none is there; ERR_CLOSED: the peer is gone;
 * ERR_SYNTAX: it sent what no message is or what it may not say: end it. */
RT_MUST_USE enum err chan_recv(struct chan *c, struct chan_in *in);

#endif
