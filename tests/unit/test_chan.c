/* Tests of sipworker/priv where something goes wrong: peers that die, that send
 * descriptors nobody wants, memory that lies; and what a child begins with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sipworker/priv/chan.h"
#include "sipworker/priv/proc.h"
#include "sipworker/priv/ring.h"
#include "tests/support/lines.h"

static unsigned int open_fds(void)
{
	unsigned int n = 0;
	DIR *d = opendir("/proc/self/fd");

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n;
}

/* Store to engine, which the tests sit at. */
static void pair(struct chan **store, struct chan **engine)
{
	int ends[2];

	assert_int_equal(chan_pair(ends), ERR_OK);
	assert_int_equal(chan_new(store, ends[0], MSG_STORE, MSG_ENGINE),
	    ERR_OK);
	assert_int_equal(chan_new(engine, ends[1], MSG_ENGINE, MSG_STORE),
	    ERR_OK);
}

static void test_peer_dies(void **state)
{
	static char record[MSG_RECORD_MAX];
	struct msg m = { .kind = MSG_APPEND };
	struct chan *store, *engine;
	struct chan_in in;

	(void)state;
	pair(&store, &engine);
	assert_int_equal(chan_recv(engine, &in), ERR_NOTFOUND);
	m.u.append.record = slice_of(record, sizeof(record));
	while (!chan_waiting(engine)) {
		m.u.append.seq++;
		assert_int_equal(chan_send(engine, &m, NULL), ERR_OK);
	}
	chan_free(store);
	/* What waits is not forgotten, but nobody takes it. */
	assert_int_equal(chan_flush(engine), ERR_CLOSED);
	assert_int_equal(chan_send(engine, &m, NULL), ERR_CLOSED);
	assert_int_equal(chan_recv(engine, &in), ERR_CLOSED);
	chan_free(engine);
	chan_free(NULL);
}

static void test_too_large(void **state)
{
	static char record[MSG_RECORD_MAX + 1];
	struct msg m = { .kind = MSG_APPEND };
	struct chan *store, *engine;
	struct chan_in in;

	(void)state;
	pair(&store, &engine);
	m.u.append.record = slice_of(record, sizeof(record));
	assert_int_equal(chan_send(engine, &m, NULL), ERR_TOOBIG);
	assert_int_equal(chan_recv(store, &in), ERR_NOTFOUND);
	chan_free(store);
	chan_free(engine);
}

/* A packet with n descriptors, whatever it says. */
static void send_raw(int to, const struct msg *m, size_t n)
{
	char mem[MSG_BYTES_MAX], control[CMSG_SPACE(8 * sizeof(int))] = { 0 };
	int fds[8];
	struct iovec iov = { .iov_base = mem };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cm;
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	msg_encode(m, &b);
	iov.iov_len = b.n;
	for (size_t i = 0; i < n; i++) {
		fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		assert_true(fds[i] >= 0);
	}
	if (n > 0) {
		h.msg_control = control;
		h.msg_controllen = CMSG_SPACE(n * sizeof(int));
		cm = CMSG_FIRSTHDR(&h);
		assert_non_null(cm);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(cm), fds, n * sizeof(int));
	}
	assert_true(sendmsg(to, &h, 0) > 0);
	for (size_t i = 0; i < n; i++)
		(void)close(fds[i]);
}

/* Descriptors that do not belong to the message end the channel, and none of
 * them stays open. */
static void test_descriptors(void **state)
{
	static const struct {
		const char *why;
		enum msg_kind kind;
		size_t fds;
		enum err want;
	} cases[] = {
		{ "as many as it needs", MSG_SNAPSHOT, 2, ERR_OK },
		{ "none", MSG_SNAPSHOT, 0, ERR_SYNTAX },
		{ "one of two", MSG_SNAPSHOT, 1, ERR_SYNTAX },
		{ "one too many", MSG_SNAPSHOT, 3, ERR_SYNTAX },
		{ "far too many", MSG_SNAPSHOT, 8, ERR_SYNTAX },
		{ "with a message that has none", MSG_DURABLE, 1, ERR_SYNTAX },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const struct msg m = { .kind = cases[i].kind };
		const unsigned int before = open_fds();
		struct chan *engine;
		struct chan_in in;
		int ends[2];
		enum err e;

		assert_int_equal(chan_pair(ends), ERR_OK);
		assert_int_equal(chan_new(&engine, ends[1], MSG_ENGINE,
				     MSG_STORE),
		    ERR_OK);
		send_raw(ends[0], &m, cases[i].fds);
		e = chan_recv(engine, &in);
		if (e != cases[i].want)
			fail_msg("%s: %s", cases[i].why, err_name(e));
		for (size_t k = 0; k < MSG_FDS_MAX; k++) {
			assert_int_equal(in.fds[k] == -1, e != ERR_OK);
			if (in.fds[k] != -1)
				(void)close(in.fds[k]);
		}
		chan_free(engine);
		(void)close(ends[0]);
		if (open_fds() != before)
			fail_msg("%s: a descriptor stays open", cases[i].why);
	}
}

/* Descriptors do not wait: behind a queue they are not sent at all, and the
 * order stays. */
static void test_descriptors_busy(void **state)
{
	struct msg reply = { .kind = MSG_REPLY };
	const struct msg snap = { .kind = MSG_SNAPSHOT };
	struct chan *store, *engine;
	const int fds[2] = { STDERR_FILENO, STDERR_FILENO };
	struct chan_in in;
	uint64_t n = 0;

	(void)state;
	pair(&store, &engine);
	while (!chan_waiting(store)) {
		reply.u.reply.ticket = n++;
		assert_int_equal(chan_send(store, &reply, NULL), ERR_OK);
	}
	assert_int_equal(chan_send(store, &snap, fds), ERR_BUSY);
	for (uint64_t i = 0; i < n; i++) {
		while (chan_recv(engine, &in) == ERR_NOTFOUND)
			assert_int_equal(chan_flush(store), ERR_OK);
		assert_int_equal(in.msg.kind, MSG_REPLY);
		assert_int_equal(in.msg.u.reply.ticket, i);
	}
	assert_int_equal(chan_send(store, &snap, fds), ERR_OK);
	assert_int_equal(chan_recv(engine, &in), ERR_OK);
	assert_int_equal(in.msg.kind, MSG_SNAPSHOT);
	for (size_t k = 0; k < MSG_FDS_MAX; k++)
		(void)close(in.fds[k]);
	chan_free(store);
	chan_free(engine);
}

/* --- ring ------------------------------------------------------------------*/

/* The shared words of a ring: head, then tail in the next line of the cache. */
#define HEAD_AT 0
#define TAIL_AT 64

static void put_u64(uint8_t *mem, size_t at, uint64_t v)
{
	memcpy(mem + at, &v, sizeof(v));
}

/* The other process writes what it likes into head and tail. */
static void test_ring_lies(void **state)
{
	static const uint64_t lies[] = { 1, 7, 40, 1000000, UINT64_MAX,
		UINT64_MAX / 2 };
	uint8_t *mem = lines_new(ring_bytes(1, 1));
	const struct ring_frame frame = { .key = 1, .n = 160 };
	const uint8_t ulaw[RING_PAYLOAD_MAX] = { 0 };

	(void)state;
	assert_non_null(mem);
	for (size_t i = 0; i < RT_ARRAY_LEN(lies); i++)
		for (int which = 0; which < 2; which++) {
			struct ring in, out;
			struct ring_frame f;
			const uint8_t *p;
			bool bad = false;
			size_t n = 0;

			memset(mem, 0, ring_bytes(1, 1));
			ring_attach(&in, mem, 0, 1);
			ring_attach(&out, mem, 0, 1);
			for (int k = 0; k < 20; k++)
				assert_true(ring_put(&in, &frame, ulaw));
			put_u64(mem, which == 0 ? HEAD_AT : TAIL_AT, lies[i]);
			if (which == 1)
				ring_rewind(&out);
			while (ring_get(&out, &f, &p, &bad) && n < 1000)
				n++;
			assert_true(n <= 20);
			ring_release(&out, INT64_MAX);
			(void)ring_put(&in, &frame, ulaw);
		}
	free(mem);
}

/* A frame that is too long for the ring is not put; the gap at its end is. */
static void test_ring_ends(void **state)
{
	uint8_t *mem = lines_new(ring_bytes(1, 1));
	struct ring_frame frame = { .key = 1, .n = RING_PAYLOAD_MAX + 1 };
	const uint8_t ulaw[RING_PAYLOAD_MAX + 1] = { 0 };
	struct ring in, out;
	const uint8_t *p;
	bool bad = false;

	(void)state;
	assert_non_null(mem);
	ring_attach(&in, mem, 0, 1);
	ring_attach(&out, mem, 0, 1);
	assert_false(ring_put(&in, &frame, ulaw));
	assert_int_equal(ring_lost(&in), 1);
	/* Frames of all lengths, many times round: the end never fits alike. */
	for (uint32_t i = 0; i < 20000; i++) {
		struct ring_frame f;

		frame = (struct ring_frame){ .key = i,
			.n = (uint16_t)(i * 7 % (RING_PAYLOAD_MAX + 1)),
			.arrived_us = i };
		assert_true(ring_put(&in, &frame, ulaw));
		assert_true(ring_get(&out, &f, &p, &bad));
		assert_int_equal(f.key, i);
		assert_int_equal(f.n, frame.n);
		assert_false(bad);
		ring_release(&out, (int64_t)i + RING_KEEP_US);
	}
	free(mem);
}

/* --- a child ---------------------------------------------------------------*/

static bool ignores(int signal)
{
	struct sigaction sa;

	return sigaction(signal, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN;
}

/* In the child: nothing of the parent's but the channel and the three. */
static int child(void *arg, int fd)
{
	const struct msg ready = { .kind = MSG_READY };
	const int *open = arg;
	struct chan *c;
	sigset_t now;
	int wrong = 0;

	for (int i = fd + 1; i < 100; i++)
		wrong += fcntl(i, F_GETFD) != -1;
	wrong += fcntl(*open, F_GETFD) != -1;
	wrong += !ignores(SIGINT) + !ignores(SIGTERM) + !ignores(SIGPIPE);
	(void)sigprocmask(SIG_BLOCK, NULL, &now);
	wrong += sigismember(&now, SIGCHLD);
	if (chan_new(&c, fd, MSG_RECORDER, MSG_PARENT) != ERR_OK)
		return 1;
	wrong += chan_send(c, &ready, NULL) != ERR_OK;
	chan_free(c);
	return wrong == 0 ? 42 : 1;
}

static void test_child(void **state)
{
	const unsigned int before = open_fds();
	int secret = fcntl(STDERR_FILENO, F_DUPFD, 50), fd, status;
	struct chan_in in;
	struct chan *c;
	sigset_t set;
	pid_t pid;

	(void)state;
	assert_true(secret >= 50);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	assert_int_equal(proc_start(child, &secret, &pid, &fd), ERR_OK);
	assert_int_equal(chan_new(&c, fd, MSG_PARENT, MSG_RECORDER), ERR_OK);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
	assert_int_equal(chan_recv(c, &in), ERR_OK);
	assert_int_equal(in.msg.kind, MSG_READY);
	assert_int_equal(chan_recv(c, &in), ERR_CLOSED); /* its death is seen */
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	chan_free(c);
	(void)close(secret);
	assert_int_equal(open_fds(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_peer_dies),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_descriptors_busy),
		cmocka_unit_test(test_ring_lies),
		cmocka_unit_test(test_ring_ends),
		cmocka_unit_test(test_child),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	return cmocka_run_group_tests_name("chan", tests, NULL, NULL);
}
