#include "sipworker/net/dns_sock.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static struct sockaddr_in *find(struct dns_sock *s, int fd)
{
	for (size_t i = 0; i < DNS_SOCK_MAX; i++)
		if (s->open[i].fd == fd)
			return &s->open[i].to;
	return NULL;
}

/* A refusal is an answer, too: c-ares asks the next server. */
static ares_socket_t open_one(int family, int type, int protocol, void *arg)
{
	struct dns_sock *s = arg;

	if (family != AF_INET || type != SOCK_DGRAM) {
		errno = EAFNOSUPPORT;
		return ARES_SOCKET_BAD;
	}
	for (size_t i = 0; i < DNS_SOCK_MAX; i++) {
		if (s->open[i].fd != -1)
			continue;
		s->open[i].fd = socket(AF_INET,
		    SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
		memset(&s->open[i].to, 0, sizeof(s->open[i].to));
		return s->open[i].fd;
	}
	errno = EMFILE;
	return ARES_SOCKET_BAD;
}

static int close_one(ares_socket_t fd, void *arg)
{
	struct dns_sock *s = arg;

	for (size_t i = 0; i < DNS_SOCK_MAX; i++)
		if (s->open[i].fd == fd)
			s->open[i].fd = -1;
	return close(fd);
}

static int remember(ares_socket_t fd, const struct sockaddr *to,
    ares_socklen_t n, void *arg)
{
	struct sockaddr_in *at = find(arg, fd);

	if (at == NULL || n != sizeof(*at)) {
		errno = EINVAL;
		return -1;
	}
	memcpy(at, to, sizeof(*at));
	return 0;
}

static ares_ssize_t receive(ares_socket_t fd, void *bytes, size_t n, int flags,
    struct sockaddr *from, ares_socklen_t *from_n, void *arg)
{
	const struct sockaddr_in *asked = find(arg, fd);
	struct sockaddr_in at = { .sin_family = AF_UNSPEC };

	for (;;) {
		socklen_t at_n = sizeof(at);
		const ssize_t got =
		    recvfrom(fd, bytes, n, flags, (void *)&at, &at_n);

		if (got == -1)
			return got;
		if (asked == NULL || at_n != sizeof(at) ||
		    at.sin_addr.s_addr != asked->sin_addr.s_addr ||
		    at.sin_port != asked->sin_port)
			continue; /* somebody else speaks */
		if (from != NULL && *from_n >= (ares_socklen_t)sizeof(at)) {
			memcpy(from, &at, sizeof(at));
			*from_n = sizeof(at);
		}
		return got;
	}
}

static ares_ssize_t transmit(ares_socket_t fd, const struct iovec *part, int n,
    void *arg)
{
	struct sockaddr_in *to = find(arg, fd);
	struct iovec copy[4];
	struct msghdr m = { .msg_name = to,
		.msg_namelen = sizeof(*to),
		.msg_iov = copy };

	if (to == NULL || n < 1 || n > 4) {
		errno = EINVAL;
		return -1;
	}
	memcpy(copy, part, (size_t)n * sizeof(copy[0]));
	m.msg_iovlen = (size_t)n;
	return sendmsg(fd, &m, MSG_NOSIGNAL);
}

void dns_sock_use(struct dns_sock *s, ares_channel channel)
{
	static const struct ares_socket_functions functions = { open_one,
		close_one, remember, receive, transmit };

	for (size_t i = 0; i < DNS_SOCK_MAX; i++)
		s->open[i].fd = -1;
	ares_set_socket_functions(channel, &functions, s);
}
