/* Tests of cgi/web/fcgi_events from the wire: requests in pieces, records that
 * nobody should send, peers that vanish or stop, more peers than there are
 * places, answers that come later or never, and memory that is short. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cgi/web/fcgi_events.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/rnd.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"
#include "tests/support/fcgi_peer.h"

#define PLACES  8
#define LATE_US (300 * 1000)

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
	char body[FCGI_PEER_TEXT];
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

static int dial(void)
{
	return fcgi_peer_dial(sock_path);
}

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

/* A stranger's request is answered: the server is well. */
static void is_well(void)
{
	const int fd = dial();

	assert_true(fd != -1);
	fcgi_peer_ask(fd, "echo", "well", "<well>");
	(void)close(fd);
}

/* --- tests ----------------------------------------------------------------*/

/* In two pieces at every byte, and each byte for itself; then two at once. */
static void test_pieces(void **state)
{
	const struct fcgi_peer_text t = fcgi_peer_request("echo", "some body");
	struct fcgi_peer_text two = t;
	struct server s;
	int fd;

	(void)state;
	server_start(&s, 1);
	fd = dial();
	for (size_t cut = 1; cut < t.n; cut++) {
		fcgi_peer_send(fd, t.at, cut);
		fcgi_peer_send(fd, t.at + cut, t.n - cut);
		fcgi_peer_expect(fd, "<some body>");
	}
	for (size_t i = 0; i < t.n; i++)
		fcgi_peer_send(fd, t.at + i, 1);
	fcgi_peer_expect(fd, "<some body>");
	fcgi_peer_ask(fd, "leave", "what nobody reads", "left");
	fcgi_peer_ask(fd, "echo", "", "<>");
	/* nginx never sends the next request before the answer to this one;
	 * libfcgi forgets it then, and this one is answered. */
	fcgi_peer_put(&two, t.at, t.n);
	fcgi_peer_send(fd, two.at, two.n);
	fcgi_peer_expect(fd, "<some body>");
	(void)close(fd);
	server_stop(&s);
}

/* Gone at every byte of a request, and with the answer on its way. */
static void test_vanish(void **state)
{
	const struct fcgi_peer_text t = fcgi_peer_request("echo", "x");
	const struct fcgi_peer_text later = fcgi_peer_request("later", "x");
	struct server s;

	(void)state;
	server_start(&s, 2);
	for (size_t cut = 0; cut <= t.n; cut++) {
		const int fd = dial();

		fcgi_peer_send(fd, t.at, cut);
		(void)close(fd);
		if (cut % 16 == 0)
			is_well();
	}
	for (int i = 0; i < 3 * PLACES; i++) {
		const int fd = dial();
		struct later *l;

		fcgi_peer_send(fd, later.at, later.n);
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
	char got[FCGI_PEER_TEXT];
	const int fd = dial();

	assert_true(fd != -1);
	(void)send(fd, p, n, MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	while (fcgi_peer_answer(fd, got))
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
	struct fcgi_peer_text t;
	struct server s;

	(void)state;
	rnd_seed(&dice, 7);
	server_start(&s, 2);
	t = fcgi_peer_request("echo", "x");
	t.at[0] = 9;
	hostile("another version", t.at, t.n);
	t = (struct fcgi_peer_text){ .n = 0 };
	fcgi_peer_record(&t, FCGI_PEER_BEGIN, 1, filter, 8);
	hostile("a role there is not", t.at, t.n);
	t = (struct fcgi_peer_text){ .n = 0 };
	fcgi_peer_record(&t, FCGI_PEER_BEGIN, 1, responder, 3);
	hostile("a short begin", t.at, t.n);
	t = (struct fcgi_peer_text){ .n = 0 };
	fcgi_peer_record(&t, FCGI_PEER_STDIN, 1, "x", 1);
	hostile("a body of nothing", t.at, t.n);
	t = (struct fcgi_peer_text){ .n = 0 };
	fcgi_peer_record(&t, 77, 0, "x", 1);
	fcgi_peer_record(&t, 77, 1, "x", 1);
	hostile("types there are not", t.at, t.n);
	t = (struct fcgi_peer_text){ .n = 0 };
	fcgi_peer_record(&t, FCGI_PEER_BEGIN, 1, responder, 8);
	fcgi_peer_record(&t, FCGI_PEER_PARAMS, 1, "\x04\x7fMODE", 6);
	fcgi_peer_record(&t, FCGI_PEER_PARAMS, 1, "", 0);
	fcgi_peer_record(&t, FCGI_PEER_STDIN, 1, "", 0);
	hostile("a value that is cut", t.at, t.n);
	t = (struct fcgi_peer_text){ .n = 0 };
	fcgi_peer_record(&t, FCGI_PEER_BEGIN, 1, responder, 8);
	fcgi_peer_record(&t, FCGI_PEER_BEGIN, 2, responder, 8);
	fcgi_peer_record(&t, FCGI_PEER_ABORT, 1, "", 0);
	hostile("two at once, and one given up", t.at, t.n);
	for (int i = 0; i < 200; i++) {
		t = fcgi_peer_request("echo", "a body with some bytes in it");
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
	const struct fcgi_peer_text t = fcgi_peer_request("echo", "x");
	int fd[PLACES + 3];
	struct server s;
	char byte;

	(void)state;
	server_start(&s, 1);
	for (size_t i = 0; i < RT_ARRAY_LEN(fd); i++) {
		fd[i] = dial();
		assert_true(fd[i] != -1);
		fcgi_peer_send(fd[i], t.at, t.n);
		if (i < PLACES)
			fcgi_peer_expect(fd[i], "<x>");
	}
	assert_int_equal(s.conns, PLACES);
	fcgi_peer_ask(fd[0], "echo", "again",
	    "<again>"); /* who has a place keeps it */
	assert_int_equal(recv(fd[PLACES], &byte, 1, MSG_DONTWAIT), -1);
	for (size_t i = PLACES; i < RT_ARRAY_LEN(fd); i++) {
		(void)close(fd[i - PLACES]);
		fcgi_peer_expect(fd[i], "<x>");
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
	const struct fcgi_peer_text t = fcgi_peer_request("later", "x");
	struct later *first, *second;
	struct server s;
	int a, b;

	(void)state;
	server_start(&s, 1);
	a = dial();
	b = dial();
	fcgi_peer_send(a, t.at, t.n);
	first = that_waits(&s);
	fcgi_peer_send(b, t.at, t.n);
	second = that_waits(&s);
	is_well(); /* who waits keeps nobody else from being served */
	first->next = second;
	second->next = NULL;
	later_ready(first);
	fcgi_peer_expect(a, "ready");
	fcgi_peer_expect(b, "ready");
	fcgi_peer_ask(a, "echo", "x", "<x>"); /* and the connections go on */
	/* Never ready: late, and no sooner. */
	fcgi_peer_send(a, t.at, t.n);
	(void)that_waits(&s);
	fcgi_peer_expect(a, "late");
	assert_int_equal(s.late, 1);
	/* Late, but on its way. */
	atomic_store(&s.on_its_way, true);
	fcgi_peer_send(a, t.at, t.n);
	first = that_waits(&s);
	for (const int64_t until = clk_mono_us() + 2 * (int64_t)LATE_US;
	     clk_mono_us() < until;)
		is_well();
	first->next = NULL;
	later_ready(first);
	fcgi_peer_expect(a, "ready");
	(void)close(a);
	(void)close(b);
	server_stop(&s);
}

/* An answer that is cut off does not look complete. */
static void test_cut(void **state)
{
	const struct fcgi_peer_text t = fcgi_peer_request("cut", "x");
	char got[FCGI_PEER_TEXT];
	struct server s;
	int fd;

	(void)state;
	server_start(&s, 1);
	fd = dial();
	fcgi_peer_send(fd, t.at, t.n);
	assert_false(fcgi_peer_answer(fd, got));
	assert_string_equal(got, "<x>");
	(void)close(fd);
	is_well();
	server_stop(&s);
}

/* What waits when the end comes is answered. */
static void test_stop(void **state)
{
	const struct fcgi_peer_text t = fcgi_peer_request("later", "x");
	struct server s;
	int fd;

	(void)state;
	server_start(&s, 2);
	fd = dial();
	fcgi_peer_send(fd, t.at, t.n);
	(void)that_waits(&s);
	server_stop(&s);
	fcgi_peer_expect(fd, "late");
	(void)close(fd);
}

/* A peer that stops in the middle is given up, and meanwhile costs others
 * of its thread five seconds at most. */
static void test_stall(void **state)
{
	const struct fcgi_peer_text t = fcgi_peer_request("echo", "x");
	char got[FCGI_PEER_TEXT];
	struct server s;
	int fd;

	(void)state;
	server_start(&s, 1);
	fd = dial();
	fcgi_peer_send(fd, t.at, t.n / 2);
	is_well();
	assert_false(fcgi_peer_answer(fd, got));
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
		fcgi_peer_ask(fd[n++], "echo", "x", "<x>");
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
		fcgi_peer_ask(fd[i], "echo", "y",
		    "<y>"); /* it alone was closed */
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
