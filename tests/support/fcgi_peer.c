#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/cm.h"
#include "tests/support/fcgi_peer.h"

int fcgi_peer_dial(const char *path)
{
	const struct timeval patience = { .tv_sec = 20 };
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(fd != -1);
	assert_true(strlen(path) < sizeof(to.sun_path));
	memcpy(to.sun_path, path, strlen(path) + 1);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

void fcgi_peer_put(struct fcgi_peer_text *t, const void *p, size_t n)
{
	assert_true(n <= sizeof(t->at) - t->n);
	memcpy(t->at + t->n, p, n);
	t->n += n;
}

void fcgi_peer_record(struct fcgi_peer_text *t, uint8_t type, uint16_t id,
    const void *p, uint16_t n)
{
	const uint8_t head[8] = { 1, type, (uint8_t)(id >> 8), (uint8_t)id,
		(uint8_t)(n >> 8), (uint8_t)n, 0, 0 };

	fcgi_peer_put(t, head, sizeof(head));
	fcgi_peer_put(t, p, n);
}

struct fcgi_peer_text fcgi_peer_request(const char *mode, const char *body)
{
	static const uint8_t responder[8] = { 0, 1, 1 };
	struct fcgi_peer_text t = { .n = 0 };
	char pair[64] = { 4, (char)strlen(mode) };
	const size_t n = strlen(mode);

	memcpy(pair + 2, "MODE", 4);
	memcpy(pair + 6, mode, n);
	fcgi_peer_record(&t, FCGI_PEER_BEGIN, 1, responder, 8);
	fcgi_peer_record(&t, FCGI_PEER_PARAMS, 1, pair, (uint16_t)(6 + n));
	fcgi_peer_record(&t, FCGI_PEER_PARAMS, 1, "", 0);
	if (body[0] != '\0')
		fcgi_peer_record(&t, FCGI_PEER_STDIN, 1, body,
		    (uint16_t)strlen(body));
	fcgi_peer_record(&t, FCGI_PEER_STDIN, 1, "", 0);
	return t;
}

void fcgi_peer_send(int fd, const void *p, size_t n)
{
	assert_int_equal(send(fd, p, n, MSG_NOSIGNAL), n);
}

/* False: the end came first. */
static bool receive(int fd, void *p, size_t n)
{
	for (size_t got = 0; got < n;) {
		const ssize_t k = recv(fd, (char *)p + got, n - got, 0);

		if (k <= 0)
			return false;
		got += (size_t)k;
	}
	return true;
}

bool fcgi_peer_answer(int fd, char out[FCGI_PEER_TEXT])
{
	size_t n = 0;

	for (;;) {
		uint8_t head[8];
		size_t len;

		out[n] = '\0';
		if (!receive(fd, head, sizeof(head)))
			return false;
		len = (size_t)head[4] << 8 | head[5];
		assert_true(n + len + head[6] < FCGI_PEER_TEXT);
		if (!receive(fd, out + n, len + head[6]))
			return false;
		out[n + len] = '\0';
		if (head[1] == FCGI_PEER_END) {
			out[n] = '\0';
			return true;
		}
		if (head[1] == FCGI_PEER_STDOUT)
			n += len;
	}
}

void fcgi_peer_expect(int fd, const char *want)
{
	char got[FCGI_PEER_TEXT];

	assert_true(fcgi_peer_answer(fd, got));
	assert_string_equal(got, want);
}

void fcgi_peer_ask(int fd, const char *mode, const char *body, const char *want)
{
	const struct fcgi_peer_text t = fcgi_peer_request(mode, body);

	fcgi_peer_send(fd, t.at, t.n);
	fcgi_peer_expect(fd, want);
}
