/* Tests of cgi/web/fcgi_events from the wire: requests in pieces, records that
 * nobody should send, peers that vanish or stop, more peers than there are
 * places, answers that come later or never, and memory that is short. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "cgi/web/fcgi_events.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/rnd.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

/* FastCGI specification, section 8. */
enum {
	BEGIN = 1,
	ABORT = 2,
	END = 3,
	PARAMS = 4,
	STDIN = 5,
	STDOUT = 6
};

#define PLACES  8
#define LATE_US (300 * 1000)
#define TEXT    4096

static char sock_path[96], lock_path[96];

/* --- the program under test -----------------------------------------------*/

struct server {
	struct fcgi_events_conf conf;
	pthread_t thread;
	enum err result;
	atomic_int conns;      /* begun and not ended */
	atomic_bool no_memory; /* for the next connection */
	atomic_bool on_its_way;
	_Atomic(struct later *) waits; /* the last one that waits */
	atomic_int late;
};

struct own {
	char body[TEXT];
	size_t n;
};

static void *conn_begin(void *ctx)
{
	struct server *s = ctx;
	void *own;

	if (atomic_exchange(&s->no_memory, false))
		return NULL;
	own = calloc(1, sizeof(struct own));
	if (own != NULL)
		atomic_fetch_add(&s->conns, 1);
	return own;
}

static void conn_end(void *ctx, void *own)
{
	struct server *s = ctx;

	atomic_fetch_sub(&s->conns, 1);
	free(own);
}

static bool asks(const struct fcgi_loop_io *io, const char *pair)
{
	for (const char *const *e = fcgi_loop_env(io); *e != NULL; e++)
		if (strcmp(*e, pair) == 0)
			return true;
	return false;
}

/* "MODE=echo": the body. "MODE=leave": nothing of it is read. "MODE=later":
 * when somebody is ready, or late. "MODE=cut": aborted. */
static bool serve(void *ctx, void *own, struct fcgi_loop_io *io,
    struct later *l)
{
	struct server *s = ctx;
	struct own *o = own;

	if (asks(io, "MODE=later")) {
		atomic_store(&s->waits, l);
		return false;
	}
	if (asks(io, "MODE=leave")) {
		(void)fcgi_loop_write(io, "left", 4);
		return true;
	}
	o->n = fcgi_loop_read(io, o->body, sizeof(o->body));
	(void)fcgi_loop_write(io, "<", 1);
	(void)fcgi_loop_write(io, o->body, o->n);
	(void)fcgi_loop_write(io, ">", 1);
	if (asks(io, "MODE=cut"))
		fcgi_loop_abort(io);
	return true;
}

static bool resume(void *ctx, void *own, struct fcgi_loop_io *io, bool late)
{
	struct server *s = ctx;

	(void)own;
	if (late && atomic_load(&s->on_its_way))
		return false;
	if (late)
		atomic_fetch_add(&s->late, 1);
	(void)fcgi_loop_write(io, late ? "late" : "ready", late ? 4 : 5);
	return true;
}

static void *run(void *arg)
{
	struct server *s = arg;

	s->result = fcgi_events_run(&s->conf);
	return NULL;
}

static int dial(void);

static void server_start(struct server *s, unsigned int threads)
{
	memset(s, 0, sizeof(*s));
	s->conf = (struct fcgi_events_conf){ .socket_path = sock_path,
		.lock_path = lock_path,
		.threads = threads,
		.conns_max = PLACES,
		.late_us = LATE_US,
		.conn_begin = conn_begin,
		.serve = serve,
		.resume = resume,
		.conn_end = conn_end,
		.ctx = s };
	assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
	for (;;) {
		const int fd = dial();

		if (fd == -1)
			continue; /* not listening yet */
		(void)close(fd);
		return;
	}
}

static void server_stop(struct server *s)
{
	(void)kill(getpid(), SIGTERM); /* it alone waits for one */
	(void)pthread_join(s->thread, NULL);
	assert_int_equal(s->result, ERR_OK);
	assert_int_equal(s->conns, 0); /* each that began has ended */
}

/* --- a peer ---------------------------------------------------------------*/

static int dial(void)
{
	const struct timeval patience = { .tv_sec = 20 };
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(fd != -1);
	memcpy(to.sun_path, sock_path, strlen(sock_path) + 1);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

struct text {
	uint8_t at[512];
	size_t n;
};

static void put(struct text *t, const void *p, size_t n)
{
	assert_true(n <= sizeof(t->at) - t->n);
	memcpy(t->at + t->n, p, n);
	t->n += n;
}

static void record(struct text *t, uint8_t type, uint16_t id, const void *p,
    uint16_t n)
{
	const uint8_t head[8] = { 1, type, (uint8_t)(id >> 8), (uint8_t)id,
		(uint8_t)(n >> 8), (uint8_t)n, 0, 0 };

	put(t, head, sizeof(head));
	put(t, p, n);
}

/* One request, of id 1, on a connection that is kept. */
static struct text request(const char *mode, const char *body)
{
	static const uint8_t responder[8] = { 0, 1, 1 };
	struct text t = { .n = 0 };
	char pair[64] = { 4, (char)strlen(mode) };
	const size_t n = strlen(mode);

	memcpy(pair + 2, "MODE", 4);
	memcpy(pair + 6, mode, n);
	record(&t, BEGIN, 1, responder, 8);
	record(&t, PARAMS, 1, pair, (uint16_t)(6 + n));
	record(&t, PARAMS, 1, "", 0);
	if (body[0] != '\0')
		record(&t, STDIN, 1, body, (uint16_t)strlen(body));
	record(&t, STDIN, 1, "", 0);
	return t;
}

static void send_all(int fd, const void *p, size_t n)
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

/* What is answered, up to the end of the request. False: the connection ended
 * before it. */
static bool answer(int fd, char out[TEXT])
{
	size_t n = 0;

	for (;;) {
		uint8_t head[8];
		size_t len;

		out[n] = '\0';
		if (!receive(fd, head, sizeof(head)))
			return false;
		len = (size_t)head[4] << 8 | head[5];
		assert_true(n + len + head[6] < TEXT);
		if (!receive(fd, out + n, len + head[6]))
			return false;
		out[n + len] = '\0';
		if (head[1] == END) {
			out[n] = '\0';
			return true;
		}
		if (head[1] == STDOUT)
			n += len;
	}
}

static void expect(int fd, const char *want)
{
	char got[TEXT];

	assert_true(answer(fd, got));
	assert_string_equal(got, want);
}

static void ask(int fd, const char *mode, const char *body, const char *want)
{
	const struct text t = request(mode, body);

	send_all(fd, t.at, t.n);
	expect(fd, want);
}

/* A stranger's request is answered: the server is well. */
static void is_well(void)
{
	const int fd = dial();

	assert_true(fd != -1);
	ask(fd, "echo", "well", "<well>");
	(void)close(fd);
}

/* --- tests ----------------------------------------------------------------*/

/* In two pieces at every byte, and each byte for itself; then two at once. */
static void test_pieces(void **state)
{
	const struct text t = request("echo", "some body");
	struct text two = t;
	struct server s;
	int fd;

	(void)state;
	server_start(&s, 1);
	fd = dial();
	for (size_t cut = 1; cut < t.n; cut++) {
		send_all(fd, t.at, cut);
		send_all(fd, t.at + cut, t.n - cut);
		expect(fd, "<some body>");
	}
	for (size_t i = 0; i < t.n; i++)
		send_all(fd, t.at + i, 1);
	expect(fd, "<some body>");
	ask(fd, "leave", "what nobody reads", "left");
	ask(fd, "echo", "", "<>");
	/* nginx never sends the next request before the answer to this one;
	 * libfcgi forgets it then, and this one is answered. */
	put(&two, t.at, t.n);
	send_all(fd, two.at, two.n);
	expect(fd, "<some body>");
	(void)close(fd);
	server_stop(&s);
}

/* Gone at every byte of a request, and with the answer on its way. */
static void test_vanish(void **state)
{
	const struct text t = request("echo", "x");
	const struct text later = request("later", "x");
	struct server s;

	(void)state;
	server_start(&s, 2);
	for (size_t cut = 0; cut <= t.n; cut++) {
		const int fd = dial();

		send_all(fd, t.at, cut);
		(void)close(fd);
		if (cut % 16 == 0)
			is_well();
	}
	for (int i = 0; i < 3 * PLACES; i++) {
		const int fd = dial();
		struct later *l;

		send_all(fd, later.at, later.n);
		while ((l = atomic_exchange(&s.waits, NULL)) == NULL)
			;
		(void)close(fd); /* and nginx hears nothing of it any more */
		later_ready(l);
		is_well();
	}
	server_stop(&s);
}

static void hostile(const char *why, const void *p, size_t n)
{
	char got[TEXT];
	const int fd = dial();

	assert_true(fd != -1);
	(void)send(fd, p, n, MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	while (answer(fd, got))
		; /* whatever it says, it ends */
	(void)close(fd);
	(void)why; /* a debugger shows it */
	is_well();
}

/* libfcgi 2.4 loses 48 bytes with each management record of a type that it
 * does not know, and only who may write to our socket sends one. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfcgi.so";
}

/* But for lengths that libfcgi believes (fcgi_events.h): noise has the bytes
 * of its records' content below 0x80. */
static void test_hostile(void **state)
{
	static const uint8_t responder[8] = { 0, 1, 1 };
	static const uint8_t filter[8] = { 0, 9, 1 };
	struct rnd_dice dice;
	struct text t;
	struct server s;

	(void)state;
	rnd_seed(&dice, 7);
	server_start(&s, 2);
	t = request("echo", "x");
	t.at[0] = 9;
	hostile("another version", t.at, t.n);
	t = (struct text){ .n = 0 };
	record(&t, BEGIN, 1, filter, 8);
	hostile("a role there is not", t.at, t.n);
	t = (struct text){ .n = 0 };
	record(&t, BEGIN, 1, responder, 3);
	hostile("a short begin", t.at, t.n);
	t = (struct text){ .n = 0 };
	record(&t, STDIN, 1, "x", 1);
	hostile("a body of nothing", t.at, t.n);
	t = (struct text){ .n = 0 };
	record(&t, 77, 0, "x", 1);
	record(&t, 77, 1, "x", 1);
	hostile("types there are not", t.at, t.n);
	t = (struct text){ .n = 0 };
	record(&t, BEGIN, 1, responder, 8);
	record(&t, PARAMS, 1, "\x04\x7fMODE", 6);
	record(&t, PARAMS, 1, "", 0);
	record(&t, STDIN, 1, "", 0);
	hostile("a value that is cut", t.at, t.n);
	t = (struct text){ .n = 0 };
	record(&t, BEGIN, 1, responder, 8);
	record(&t, BEGIN, 2, responder, 8);
	record(&t, ABORT, 1, "", 0);
	hostile("two at once, and one given up", t.at, t.n);
	for (int i = 0; i < 200; i++) {
		t = request("echo", "a body with some bytes in it");
		for (int k = 0; k < 3; k++)
			t.at[rnd_below(&dice, t.n)] =
			    (uint8_t)rnd_below(&dice, 128);
		hostile("some bytes changed", t.at, t.n);
	}
	for (int i = 0; i < 50; i++) {
		for (size_t k = 0; k < 64; k++)
			t.at[k] = (uint8_t)rnd_below(&dice, 128);
		hostile("noise", t.at, 64);
	}
	server_stop(&s);
}

/* More peers than places: the others wait, and come when one goes. */
static void test_many(void **state)
{
	const struct text t = request("echo", "x");
	int fd[PLACES + 3];
	struct server s;
	char byte;

	(void)state;
	server_start(&s, 1);
	for (size_t i = 0; i < RT_ARRAY_LEN(fd); i++) {
		fd[i] = dial();
		assert_true(fd[i] != -1);
		send_all(fd[i], t.at, t.n);
		if (i < PLACES)
			expect(fd[i], "<x>");
	}
	assert_int_equal(s.conns, PLACES);
	ask(fd[0], "echo", "again", "<again>"); /* who has a place keeps it */
	assert_int_equal(recv(fd[PLACES], &byte, 1, MSG_DONTWAIT), -1);
	for (size_t i = PLACES; i < RT_ARRAY_LEN(fd); i++) {
		(void)close(fd[i - PLACES]);
		expect(fd[i], "<x>");
	}
	assert_int_equal(s.conns, PLACES);
	for (size_t i = RT_ARRAY_LEN(fd) - PLACES; i < RT_ARRAY_LEN(fd); i++)
		(void)close(fd[i]);
	server_stop(&s);
}

static struct later *that_waits(struct server *s)
{
	struct later *l;

	while ((l = atomic_exchange(&s->waits, NULL)) == NULL)
		;
	return l;
}

static void test_later(void **state)
{
	const struct text t = request("later", "x");
	struct later *first, *second;
	struct server s;
	int a, b;

	(void)state;
	server_start(&s, 1);
	a = dial();
	b = dial();
	send_all(a, t.at, t.n);
	first = that_waits(&s);
	send_all(b, t.at, t.n);
	second = that_waits(&s);
	is_well(); /* who waits keeps nobody else from being served */
	first->next = second;
	second->next = NULL;
	later_ready(first);
	expect(a, "ready");
	expect(b, "ready");
	ask(a, "echo", "x", "<x>"); /* and the connections go on */
	/* Never ready: late, and no sooner. */
	send_all(a, t.at, t.n);
	(void)that_waits(&s);
	expect(a, "late");
	assert_int_equal(s.late, 1);
	/* Late, but on its way. */
	atomic_store(&s.on_its_way, true);
	send_all(a, t.at, t.n);
	first = that_waits(&s);
	for (const int64_t until = clk_mono_us() + 2 * (int64_t)LATE_US;
	     clk_mono_us() < until;)
		is_well();
	first->next = NULL;
	later_ready(first);
	expect(a, "ready");
	(void)close(a);
	(void)close(b);
	server_stop(&s);
}

/* An answer that is cut off does not look complete. */
static void test_cut(void **state)
{
	const struct text t = request("cut", "x");
	char got[TEXT];
	struct server s;
	int fd;

	(void)state;
	server_start(&s, 1);
	fd = dial();
	send_all(fd, t.at, t.n);
	assert_false(answer(fd, got));
	assert_string_equal(got, "<x>");
	(void)close(fd);
	is_well();
	server_stop(&s);
}

/* What waits when the end comes is answered. */
static void test_stop(void **state)
{
	const struct text t = request("later", "x");
	struct server s;
	int fd;

	(void)state;
	server_start(&s, 2);
	fd = dial();
	send_all(fd, t.at, t.n);
	(void)that_waits(&s);
	server_stop(&s);
	expect(fd, "late");
	(void)close(fd);
}

/* A peer that stops in the middle is given up, and meanwhile costs others
 * of its thread five seconds at most. */
static void test_stall(void **state)
{
	const struct text t = request("echo", "x");
	char got[TEXT];
	struct server s;
	int fd;

	(void)state;
	server_start(&s, 1);
	fd = dial();
	send_all(fd, t.at, t.n / 2);
	is_well();
	assert_false(answer(fd, got));
	(void)close(fd);
	server_stop(&s);
}

/* Takes connections until each there is memory for is in use. */
static size_t use_all(struct server *s, int fd[PLACES])
{
	size_t n = 0;

	do {
		assert_true(n < PLACES - 1);
		fd[n] = dial();
		ask(fd[n++], "echo", "x", "<x>");
	} while (atomic_load(&s->conns) > (int)n);
	return n;
}

/* The n-th allocation for a connection fails; 2: what the program keeps of it.
 */
static void refuse(struct server *s, unsigned int n)
{
	int fd[PLACES], other;
	const size_t used = use_all(s, fd);
	char byte;

	if (n < 2)
		fail_alloc_after(n);
	else
		atomic_store(&s->no_memory, true);
	other = dial();
	assert_true(other != -1);
	assert_int_equal(recv(other, &byte, 1, 0), 0);
	assert_true(n == 2 ? !atomic_load(&s->no_memory) : fail_alloc_end());
	(void)close(other);
	for (size_t i = 0; i < used; i++) {
		ask(fd[i], "echo", "y", "<y>"); /* it alone was closed */
		(void)close(fd[i]);
	}
	is_well();
}

static void test_no_memory(void **state)
{
	struct fcgi_events_conf conf = { .socket_path = sock_path,
		.lock_path = lock_path,
		.threads = 1,
		.conns_max = 1 };
	struct server s;

	(void)state;
	fail_alloc_after(0);
	assert_int_equal(fcgi_events_run(&conf), ERR_NOMEM);
	assert_true(fail_alloc_end());
	for (unsigned int n = 0; n < 3; n++) {
		server_start(&s, 1);
		refuse(&s, n);
		server_stop(&s);
	}
}

static void test_range(void **state)
{
	struct fcgi_events_conf conf = { .socket_path = sock_path,
		.lock_path = lock_path,
		.conns_max = 1 };
	struct server s;

	(void)state;
	assert_int_equal(fcgi_events_run(&conf), ERR_RANGE);
	conf.threads = LATER_BOXES_MAX + 1;
	assert_int_equal(fcgi_events_run(&conf), ERR_RANGE);
	conf.threads = 1;
	conf.conns_max = 0;
	assert_int_equal(fcgi_events_run(&conf), ERR_RANGE);
	server_start(&s, 1);
	conf.conns_max = 1;
	assert_int_equal(fcgi_events_run(&conf), ERR_CONFLICT);
	is_well();
	server_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_vanish),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_later),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_stall),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_range),
	};
	sigset_t stop;

	log_open("test", -1, LOG_ERROR);
	(void)sigemptyset(&stop);
	(void)sigaddset(&stop, SIGTERM);
	(void)pthread_sigmask(SIG_BLOCK, &stop, NULL);
	(void)snprintf(sock_path, sizeof(sock_path), "%s/events.sock",
	    getenv("RT_TEST_DIR"));
	(void)snprintf(lock_path, sizeof(lock_path), "%s/events.lock",
	    getenv("RT_TEST_DIR"));
	return cmocka_run_group_tests_name("fcgi_events", tests, NULL, NULL);
}
