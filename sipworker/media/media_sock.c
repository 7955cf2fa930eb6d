#include "sipworker/media/media_sock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in to_sockaddr(struct addr4 a)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };

	sa.sin_addr.s_addr = htonl(a.ip);
	sa.sin_port = htons(a.port);
	return sa;
}

static void close_fd(int *fd)
{
	if (*fd != -1)
		(void)close(*fd); /* UDP: nothing is in flight */
	*fd = -1;
}

/* shared: beside the socket that has the port already. */
static int bind_port(const struct media_thread *t, uint16_t port, bool shared)
{
	const struct sockaddr_in sa =
	    to_sockaddr((struct addr4){ t->media->cfg.ip, port });
	const int tos = IPTOS_DSCP_EF, on = 1;
	int fd;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	(void)setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	if ((shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on,
			   sizeof(on)) == -1) ||
	    bind(fd, (const void *)&sa, sizeof(sa)) == -1)
		close_fd(&fd);
	return fd;
}

static enum err watch(const struct media_thread *t,
    const struct media_stream *s, int fd, enum media_sock which)
{
	const uint32_t slot = (uint32_t)(s - t->streams);
	struct epoll_event ev = { .events = EPOLLIN };

	ev.data.u64 = (uint64_t)s->generation << 32 | slot << MEDIA_SOCK_BITS |
		      (uint32_t)which;
	return fd == -1 || epoll_ctl(t->epoll_fd, EPOLL_CTL_ADD, fd, &ev) == -1
		   ? ERR_IO
		   : ERR_OK;
}

enum err media_sock_open(struct media_thread *t, struct media_stream *s)
{
	s->fd = bind_port(t, s->port, false);
	s->rtcp_fd = bind_port(t, (uint16_t)(s->port + 1), false);
	if (watch(t, s, s->fd, MEDIA_SOCK_OPEN) != ERR_OK)
		return ERR_IO;
	return watch(t, s, s->rtcp_fd, MEDIA_SOCK_RTCP);
}

void media_sock_close(struct media_stream *s)
{
	close_fd(&s->fd);
	close_fd(&s->rtcp_fd);
	close_fd(&s->own_fd);
}

void media_sock_settle(struct media_thread *t, struct media_stream *s)
{
	const struct sockaddr_in sa = to_sockaddr(s->latch.to);
	const int on = 1;

	if (addr4_eq(s->own_to, s->latch.to))
		return;
	close_fd(&s->own_fd);
	s->own_to = s->latch.to; /* not tried again, should it fail */
	/* Only now: whoever else had bound the port would have been told. */
	if (setsockopt(s->fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) == -1)
		return;
	s->own_fd = bind_port(t, s->port, true);
	if (s->own_fd == -1)
		return;
	if (connect(s->own_fd, (const void *)&sa, sizeof(sa)) == -1 ||
	    watch(t, s, s->own_fd, MEDIA_SOCK_OWN) != ERR_OK)
		close_fd(&s->own_fd);
}

ssize_t media_sock_read(struct media_thread *t, const struct media_stream *s,
    enum media_sock which, struct addr4 *from)
{
	const int fd[] = { [MEDIA_SOCK_OPEN] = s->fd,
		[MEDIA_SOCK_RTCP] = s->rtcp_fd,
		[MEDIA_SOCK_OWN] = s->own_fd };
	struct sockaddr_in sa = { .sin_family = AF_UNSPEC };
	socklen_t len = sizeof(sa);
	const ssize_t n = recvfrom(fd[which], t->packet, sizeof(t->packet), 0,
	    (void *)&sa, &len);

	if (n < 0 || len != sizeof(sa) || sa.sin_family != AF_INET)
		return -1;
	*from = (struct addr4){ ntohl(sa.sin_addr.s_addr), ntohs(sa.sin_port) };
	return n;
}

void media_sock_send(const struct media_stream *s, const uint8_t *p, size_t n)
{
	const struct sockaddr_in sa = to_sockaddr(s->latch.to);

	if (s->own_fd == -1 || !addr4_eq(s->own_to, s->latch.to)) {
		(void)sendto(s->fd, p, n, 0, (const void *)&sa, sizeof(sa));
		return;
	}
	/* The answer to an earlier packet, told in place of sending this one:
	 * the peer's port was not open yet. */
	if (send(s->own_fd, p, n, 0) == -1 && errno == ECONNREFUSED)
		(void)send(s->own_fd, p, n, 0);
}
