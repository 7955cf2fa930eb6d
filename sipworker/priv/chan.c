#include "sipworker/priv/chan.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/log.h"

#define SOCKET_BYTES (1 << 20)

struct packet {
	struct packet *next;
	size_t n;
	char bytes[];
};

struct chan {
	int fd;
	enum msg_role me;
	enum msg_role peer;
	pthread_mutex_t lock; /* of the queue and of sending */
	struct packet *first;
	struct packet **last;
	size_t waiting_bytes;
	char in[MSG_BYTES_MAX + 1];
};

enum err chan_pair(int fds[2])
{
	const int bytes = SOCKET_BYTES;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, fds) == -1) {
		log_sys("chan: socketpair");
		return ERR_IO;
	}
	for (int i = 0; i < 2; i++) /* smaller ones work, too */
		(void)setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &bytes,
		    sizeof(bytes));
	return ERR_OK;
}

enum err chan_new(struct chan **out, int fd, enum msg_role me,
    enum msg_role peer)
{
	struct chan *c = calloc(1, sizeof(*c));

	if (c == NULL || pthread_mutex_init(&c->lock, NULL) != 0) {
		free(c);
		(void)close(fd); /* the peer sees the end */
		return ERR_NOMEM;
	}
	c->fd = fd;
	c->me = me;
	c->peer = peer;
	c->last = &c->first;
	*out = c;
	return ERR_OK;
}

void chan_free(struct chan *c)
{
	if (c == NULL)
		return;
	while (c->first != NULL) {
		struct packet *p = c->first;

		c->first = p->next;
		free(p);
	}
	(void)close(c->fd); /* the peer sees the end */
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

int chan_fd(const struct chan *c)
{
	return c->fd;
}

bool chan_waiting(struct chan *c)
{
	bool any;

	(void)pthread_mutex_lock(&c->lock);
	any = c->first != NULL;
	(void)pthread_mutex_unlock(&c->lock);
	return any;
}

/* ERR_NOTFOUND: the socket takes nothing now. */
static enum err send_now(struct chan *c, const void *p, size_t n,
    const int *fds, size_t n_fds)
{
	struct iovec iov = { .iov_len = n };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(MSG_FDS_MAX * sizeof(int))];
	} control;
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };

	memcpy(&iov.iov_base, &p, sizeof(p)); /* sendmsg() does not write */
	if (n_fds > 0) {
		struct cmsghdr *cm;

		memset(&control, 0, sizeof(control));
		h.msg_control = &control;
		h.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		cm = CMSG_FIRSTHDR(&h);
		assert(cm != NULL); /* there is room for one */
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(cm), fds, n_fds * sizeof(int));
	}
	for (;;) {
		if (sendmsg(c->fd, &h, MSG_NOSIGNAL) != -1)
			return ERR_OK;
		if (errno == EAGAIN || errno == ENOBUFS)
			return ERR_NOTFOUND;
		if (errno != EINTR)
			return ERR_CLOSED;
	}
}

static enum err queue(struct chan *c, const void *p, size_t n)
{
	struct packet *q;

	if (c->waiting_bytes + n > CHAN_QUEUE_BYTES)
		return ERR_BUSY;
	if ((q = malloc(sizeof(*q) + n)) == NULL)
		return ERR_BUSY;
	q->next = NULL;
	q->n = n;
	memcpy(q->bytes, p, n);
	*c->last = q;
	c->last = &q->next;
	c->waiting_bytes += n;
	return ERR_OK;
}

static enum err flush_locked(struct chan *c)
{
	while (c->first != NULL) {
		struct packet *q = c->first;
		const enum err e = send_now(c, q->bytes, q->n, NULL, 0);

		if (e == ERR_NOTFOUND)
			return ERR_OK;
		if (e != ERR_OK)
			return e;
		c->first = q->next;
		if (c->first == NULL)
			c->last = &c->first;
		c->waiting_bytes -= q->n;
		free(q);
	}
	return ERR_OK;
}

enum err chan_flush(struct chan *c)
{
	enum err e;

	(void)pthread_mutex_lock(&c->lock);
	e = flush_locked(c);
	(void)pthread_mutex_unlock(&c->lock);
	return e;
}

enum err chan_send(struct chan *c, const struct msg *m, const int *fds)
{
	const size_t n_fds = msg_fds(m->kind);
	char mem[MSG_BYTES_MAX];
	struct buf b;
	enum err e;

	assert(msg_allowed(m->kind, c->me, c->peer));
	buf_over(&b, mem, sizeof(mem));
	msg_encode(m, &b);
	if (buf_err(&b) != ERR_OK)
		return ERR_TOOBIG;
	(void)pthread_mutex_lock(&c->lock);
	e = flush_locked(c);
	if (e == ERR_OK && c->first == NULL)
		e = send_now(c, b.p, b.n, fds, n_fds);
	else if (e == ERR_OK)
		e = ERR_NOTFOUND;
	if (e == ERR_NOTFOUND)
		e = n_fds > 0 ? ERR_BUSY : queue(c, b.p, b.n);
	(void)pthread_mutex_unlock(&c->lock);
	return e;
}

/* Takes the descriptors out of a received packet; closes what is too many. */
static size_t collect_fds(struct msghdr *h, int fds[MSG_FDS_MAX])
{
	size_t n = 0;

	for (struct cmsghdr *cm = CMSG_FIRSTHDR(h); cm != NULL;
	     cm = CMSG_NXTHDR(h, cm)) {
		size_t count;

		if (cm->cmsg_level != SOL_SOCKET || cm->cmsg_type != SCM_RIGHTS)
			continue;
		count = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cm) + i * sizeof(int),
			    sizeof(fd));
			if (n < MSG_FDS_MAX)
				fds[n] = fd;
			else
				(void)close(fd); /* never wanted */
			n++;
		}
	}
	return n;
}

static enum err check(const struct chan *c, struct slice bytes, size_t n_fds,
    bool truncated, struct msg *out)
{
	struct msg m;

	if (truncated || msg_decode(bytes, &m) != ERR_OK)
		return ERR_SYNTAX;
	if (!msg_allowed(m.kind, c->peer, c->me) || n_fds != msg_fds(m.kind))
		return ERR_SYNTAX;
	*out = m;
	return ERR_OK;
}

enum err chan_recv(struct chan *c, struct chan_in *in)
{
	struct iovec iov = { c->in, sizeof(c->in) };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(MSG_FDS_MAX * sizeof(int))];
	} control;
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	size_t n_fds;
	ssize_t n;
	enum err e;

	for (size_t i = 0; i < MSG_FDS_MAX; i++)
		in->fds[i] = -1;
	do {
		n = recvmsg(c->fd, &h, MSG_CMSG_CLOEXEC);
	} while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN)
		return ERR_NOTFOUND;
	if (n <= 0)
		return ERR_CLOSED;
	n_fds = collect_fds(&h, in->fds);
	e = check(c, slice_of(c->in, (size_t)n), n_fds,
	    (h.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0, &in->msg);
	if (e == ERR_OK)
		return ERR_OK;
	for (size_t i = 0; i < MSG_FDS_MAX; i++) {
		if (in->fds[i] != -1)
			(void)close(in->fds[i]); /* never wanted */
		in->fds[i] = -1;
	}
	return e;
}
