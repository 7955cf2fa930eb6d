#include "tests/support/http_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LENGTH "\r\nContent-Length: "

struct http_peer {
	int fd;
	int wake[2]; /* written to, to end the thread */
	uint16_t port;
	http_peer_answer *answer;
	void *ctx;
	pthread_t thread;
	char request[HTTP_PEER_REQUEST_MAX + 1];
};

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "http_peer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static const char *address(void)
{
	const char *a = getenv("RT_TEST_ADDR");

	if (a == NULL)
		die("RT_TEST_ADDR");
	return a;
}

/* Whether the n bytes are a whole request. */
static bool whole(const char *text, size_t n)
{
	const char *body = strstr(text, "\r\n\r\n");
	const char *said = strstr(text, LENGTH);
	size_t want = 0;

	if (body == NULL)
		return false;
	if (said != NULL && said < body)
		want = strtoul(said + strlen(LENGTH), NULL, 10);
	return n - (size_t)(body + 4 - text) >= want;
}

/* Waits for fd, or the end: false. */
static bool ready(struct http_peer *p, int fd)
{
	struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
		{ .fd = p->wake[0], .events = POLLIN } };

	while (poll(fds, 2, -1) == -1)
		if (errno != EINTR)
			die("poll");
	return fds[1].revents == 0;
}

static size_t read_request(struct http_peer *p, int fd)
{
	size_t n = 0;
	ssize_t got;

	p->request[0] = '\0';
	while (!whole(p->request, n) && n < HTTP_PEER_REQUEST_MAX) {
		if (!ready(p, fd))
			return 0;
		got = recv(fd, p->request + n, HTTP_PEER_REQUEST_MAX - n, 0);
		if (got <= 0)
			return 0;
		n += (size_t)got;
		p->request[n] = '\0';
	}
	return n;
}

static void serve(struct http_peer *p, int fd)
{
	const size_t n = read_request(p, fd);
	struct buf out;
	size_t sent = 0;

	if (n == 0)
		return;
	buf_init(&out, HTTP_PEER_ANSWER_MAX);
	p->answer(p->ctx, slice_of(p->request, n), &out);
	while (sent < out.n) {
		const ssize_t k =
		    send(fd, out.p + sent, out.n - sent, MSG_NOSIGNAL);

		if (k <= 0)
			break; /* it has heard enough */
		sent += (size_t)k;
	}
	buf_fini(&out);
}

static void *work(void *arg)
{
	struct http_peer *p = arg;

	while (ready(p, p->fd)) {
		const int fd = accept(p->fd, NULL, NULL);

		if (fd == -1)
			continue; /* it went away again */
		serve(p, fd);
		(void)close(fd);
	}
	return NULL;
}

struct http_peer *http_peer_start(uint16_t port, http_peer_answer *answer,
    void *ctx)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	struct http_peer *p = calloc(1, sizeof(*p));
	const int one = 1;

	if (p == NULL)
		die("memory");
	p->port = port;
	p->answer = answer;
	p->ctx = ctx;
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p->fd == -1 || pipe(p->wake) != 0 ||
	    inet_pton(AF_INET, address(), &a.sin_addr) != 1 ||
	    setsockopt(p->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) !=
		0 ||
	    bind(p->fd, (const struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(p->fd, 64) != 0)
		die("listen");
	if (pthread_create(&p->thread, NULL, work, p) != 0)
		die("thread");
	return p;
}

void http_peer_stop(struct http_peer *p)
{
	/* Not closed alone: a program started meanwhile may hold it, too. */
	if (write(p->wake[1], "", 1) != 1)
		die("write");
	(void)pthread_join(p->thread, NULL);
	(void)close(p->wake[1]);
	(void)close(p->wake[0]);
	(void)close(p->fd);
	free(p);
}

void http_peer_url(const struct http_peer *p, const char *path, char *out,
    size_t max)
{
	(void)snprintf(out, max, "http://%s:%u%s", address(), p->port, path);
}

struct slice http_peer_path(struct slice request)
{
	const char *from = memchr(request.p, ' ', request.n);
	const char *to;

	if (from == NULL)
		die("no path");
	from++;
	to = memchr(from, ' ', request.n - (size_t)(from - request.p));
	if (to == NULL)
		die("no path");
	return slice_of(from, (size_t)(to - from));
}
