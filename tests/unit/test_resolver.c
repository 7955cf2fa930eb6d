/*
 * Tests of the resolver: a small name server on loopback answers, lies, keeps
 * silent and goes away.
 */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "sipworker/net/dns_ttl.h"
#include "sipworker/net/resolver.h"
#include "sipworker/net/srv_order.h"

/* --- the name server -------------------------------------------------------*/

enum mood {
	ANSWER,
	REFUSE_ALL, /* SERVFAIL */
	SILENT,
	WRONG_ID,
	WRONG_SOURCE
};

struct record {
	const char *name;
	uint16_t type;
	uint32_t ttl_s;
	uint16_t priority; /* SRV */
	uint16_t weight;
	uint16_t port;
	const char *value; /* an address, or a host */
};

static const struct record zone[] = {
	{ "_sip._udp.two.example", ns_t_srv, 60, 20, 1, 5080,
	    "backup.two.example" },
	{ "_sip._udp.two.example", ns_t_srv, 60, 10, 1, 5070,
	    "first.two.example" },
	{ "first.two.example", ns_t_a, 300, 0, 0, 0, "192.0.2.1" },
	{ "backup.two.example", ns_t_a, 300, 0, 0, 0, "192.0.2.2" },
	{ "plain.example", ns_t_a, 60, 0, 0, 0, "192.0.2.3" },
	{ "plain.example", ns_t_a, 60, 0, 0, 0, "192.0.2.4" },
	{ "_sip._udp.none.example", ns_t_srv, 60, 0, 0, 0, "" },
	{ "none.example", ns_t_a, 60, 0, 0, 0, "192.0.2.9" },
	{ "short.example", ns_t_a, 1, 0, 0, 0, "192.0.2.5" },
	{ "_sip._udp.half.example", ns_t_srv, 60, 10, 1, 5060,
	    "gone.half.example" },
	{ "_sip._udp.half.example", ns_t_srv, 60, 20, 1, 5060,
	    "first.two.example" },
};

struct rig {
	struct resolver *r;
	int server;
	int liar;
	enum mood mood;
	unsigned int asked;
	struct pollfd fds[16];
	size_t n_fds;
	int64_t skew_us; /* the test's clock is ahead of the real one */
};

static void put_name(struct buf *b, const char *name)
{
	struct slice rest = slice_from(name);

	while (rest.n > 0) {
		const size_t n = slice_find(rest, '.', 0);

		buf_char(b, (char)n);
		buf_put(b, slice_head(rest, n));
		rest = slice_skip(rest, n + 1);
	}
	buf_char(b, 0);
}

static void put16(struct buf *b, unsigned int v)
{
	buf_char(b, (char)(v >> 8));
	buf_char(b, (char)v);
}

static void put_value(struct buf *b, const struct record *r)
{
	char mem[300];
	struct in_addr ip;
	struct buf v;

	buf_over(&v, mem, sizeof(mem));
	if (r->type == ns_t_srv) {
		put16(&v, r->priority);
		put16(&v, r->weight);
		put16(&v, r->port);
		put_name(&v, r->value);
	} else {
		assert_int_equal(inet_pton(AF_INET, r->value, &ip), 1);
		buf_bytes(&v, (const char *)&ip, sizeof(ip));
	}
	put16(b, (unsigned int)v.n);
	buf_put(b, buf_slice(&v));
}

/* The name of the question, its end, and its type. */
static size_t read_question(const unsigned char *q, size_t n, char name[256],
    unsigned int *type)
{
	size_t at = 12, out = 0;

	while (at < n && q[at] != 0 && at + 1 + q[at] < n && out < 200) {
		memcpy(name + out, q + at + 1, q[at]);
		out += q[at];
		name[out++] = '.';
		at += 1 + (size_t)q[at];
	}
	name[out == 0 ? 0 : out - 1] = '\0';
	*type = (unsigned int)q[at + 1] << 8 | q[at + 2];
	return at + 5;
}

static void write_answer(const unsigned char *q, size_t end, const char *name,
    unsigned int type, enum mood mood, struct buf *b)
{
	unsigned int answers = 0;
	bool exists = false;

	for (size_t i = 0; i < RT_ARRAY_LEN(zone); i++) {
		exists |= strcasecmp(zone[i].name, name) == 0;
		answers +=
		    strcasecmp(zone[i].name, name) == 0 && zone[i].type == type;
	}
	buf_char(b, (char)(mood == WRONG_ID ? q[0] ^ 1 : q[0]));
	buf_char(b, (char)q[1]);
	buf_char(b, (char)0x81);
	buf_char(b, (char)(0x80 | (mood == REFUSE_ALL ? 2 : exists ? 0 : 3)));
	put16(b, 1);
	put16(b, mood == REFUSE_ALL ? 0 : answers);
	put16(b, 0);
	put16(b, 0);
	buf_bytes(b, (const char *)q + 12, end - 12);
	for (size_t i = 0; mood != REFUSE_ALL && i < RT_ARRAY_LEN(zone); i++) {
		if (strcasecmp(zone[i].name, name) != 0 || zone[i].type != type)
			continue;
		put16(b, 0xc00c);
		put16(b, zone[i].type);
		put16(b, ns_c_in);
		put16(b, zone[i].ttl_s >> 16);
		put16(b, zone[i].ttl_s & 0xffff);
		put_value(b, &zone[i]);
	}
}

static void serve(struct rig *g)
{
	unsigned char q[1500];
	char mem[1500], name[256];
	struct sockaddr_in from;
	socklen_t from_n = sizeof(from);
	unsigned int type;
	struct buf b;
	ssize_t n;
	size_t end;

	n = recvfrom(g->server, q, sizeof(q), 0, (void *)&from, &from_n);
	if (n < 17)
		return;
	g->asked++;
	if (g->mood == SILENT)
		return;
	end = read_question(q, (size_t)n, name, &type);
	buf_over(&b, mem, sizeof(mem));
	write_answer(q, end, name, type, g->mood, &b);
	assert_int_equal(buf_err(&b), ERR_OK);
	assert_true(sendto(g->mood == WRONG_SOURCE ? g->liar : g->server, mem,
			b.n, 0, (const void *)&from, from_n) > 0);
}

/* --- the rig ---------------------------------------------------------------*/

static void watch(void *arg, int fd, bool read, bool write)
{
	struct rig *g = arg;
	size_t i = 1;

	while (i < g->n_fds && g->fds[i].fd != fd)
		i++;
	assert_true(i < RT_ARRAY_LEN(g->fds));
	if (i == g->n_fds)
		g->n_fds++;
	g->fds[i].fd = fd;
	g->fds[i].events = (short)((read ? POLLIN : 0) | (write ? POLLOUT : 0));
	if (!read && !write)
		g->fds[i] = g->fds[--g->n_fds];
}

static int bind_one(struct sockaddr_in *at)
{
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t n = sizeof(*at);

	*at = (struct sockaddr_in){ .sin_family = AF_INET };
	at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (const void *)at, n), 0);
	assert_int_equal(getsockname(fd, (void *)at, &n), 0);
	return fd;
}

static void set_up(struct rig *g)
{
	struct resolver_cfg cfg = { .seed = 5, .watch = watch, .arg = g };
	struct sockaddr_in at;
	char servers[64];

	memset(g, 0, sizeof(*g));
	g->liar = bind_one(&at);
	g->server = bind_one(&at);
	g->fds[0] = (struct pollfd){ .fd = g->server, .events = POLLIN };
	g->n_fds = 1;
	(void)snprintf(servers, sizeof(servers), "127.0.0.1:%u",
	    ntohs(at.sin_port));
	cfg.servers = servers;
	assert_int_equal(resolver_new(&cfg, &g->r), ERR_OK);
}

static void tear_down(struct rig *g)
{
	resolver_free(g->r);
	assert_int_equal(g->n_fds, 1); /* no socket is left */
	(void)close(g->server);
	(void)close(g->liar);
}

static int64_t now(const struct rig *g)
{
	return clk_mono_us() + g->skew_us;
}

static void turn(struct rig *g)
{
	struct pollfd ready[16];
	const size_t n = g->n_fds;
	const int64_t due = resolver_deadline(g->r, now(g));
	int64_t wait_ms = due == INT64_MAX ? 5000 : (due - now(g)) / 1000 + 1;

	if (wait_ms < 0)
		wait_ms = 0;
	memcpy(ready, g->fds, sizeof(ready));
	assert_true(poll(ready, n, (int)wait_ms) >= 0);
	if ((ready[0].revents & POLLIN) != 0)
		serve(g);
	for (size_t i = 1; i < n; i++)
		if (ready[i].revents != 0)
			resolver_ready(g->r, ready[i].fd,
			    (ready[i].revents & (POLLIN | POLLERR)) != 0,
			    (ready[i].revents & POLLOUT) != 0, now(g));
	resolver_tick(g->r, now(g));
}

/* Asks and waits, in the end by the clock of the resolver itself. */
static void ask(struct rig *g, const char *name, uint16_t port,
    struct resolver_answer *out)
{
	static uint64_t tickets;

	resolver_ask(g->r, ++tickets, slice_from(name), port, now(g));
	while (!resolver_next(g->r, out))
		turn(g);
	assert_int_equal(out->ticket, tickets);
}

static void expect(const struct resolver_answer *a, const char *want)
{
	char mem[200], text[ADDR4_TEXT_MAX];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	for (size_t i = 0; i < a->n; i++) {
		addr4_text(a->at[i], text);
		buf_cstr(&b, i == 0 ? "" : " ");
		buf_cstr(&b, text);
	}
	if (!slice_eq_cstr(buf_slice(&b), want))
		fail_msg("\"%.*s\", not \"%s\"", SLICE_FMT(buf_slice(&b)),
		    want);
}

/* --- tests -----------------------------------------------------------------*/

static const struct {
	const char *why;
	const char *name;
	uint16_t port;
	const char *want;
} cases[] = {
	{ "SRV in the order of its priority", "two.example", 0,
	    "192.0.2.1:5070 192.0.2.2:5080" },
	{ "capitals are the same", "TWO.Example", 0,
	    "192.0.2.1:5070 192.0.2.2:5080" },
	{ "a port asks for no SRV", "first.two.example", 5099,
	    "192.0.2.1:5099" },
	{ "a name with SRV and a port has no address", "two.example", 5060,
	    "" },
	{ "the service is not there", "none.example", 0, "" },
	{ "one server is gone, the other is told", "half.example", 0,
	    "192.0.2.1:5060" },
	{ "unknown", "nobody.example", 0, "" },
	{ "not a name", "..", 0, "" },
	{ "nothing", "", 0, "" },
};

static void test_answers(void **state)
{
	static struct rig g; /* large for a stack */
	struct resolver_answer a;

	(void)state;
	set_up(&g);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		print_message("# %s\n", cases[i].why);
		ask(&g, cases[i].name, cases[i].port, &a);
		expect(&a, cases[i].want);
	}
	/* Addresses of one name: both, in turns. */
	ask(&g, "plain.example", 0, &a);
	assert_int_equal(a.n, 2);
	assert_int_equal(a.at[0].port, 5060);
	assert_int_equal(a.at[0].ip ^ a.at[1].ip, 3 ^ 4);
	tear_down(&g);
}

/* Kept as long as it says; what does not exist is remembered, too. */
static void test_cache(void **state)
{
	static struct rig g; /* large for a stack */
	struct resolver_answer a;
	unsigned int asked;

	(void)state;
	set_up(&g);
	ask(&g, "plain.example", 5060, &a);
	ask(&g, "nobody.example", 5060, &a);
	asked = g.asked;
	for (int i = 0; i < 20; i++) {
		ask(&g, "plain.example", 5060, &a);
		assert_int_equal(a.n, 2);
		ask(&g, "nobody.example", 5060, &a);
		assert_int_equal(a.n, 0);
	}
	assert_int_equal(g.asked, asked);
	g.skew_us += 61 * RT_SEC_US;
	ask(&g, "plain.example", 5060, &a);
	assert_int_equal(g.asked, asked + 1);
	ask(&g, "nobody.example", 5060, &a);
	assert_int_equal(g.asked, asked + 2);
	/* A TTL of a second is taken for five: nobody is asked at each call. */
	ask(&g, "short.example", 5060, &a);
	asked = g.asked;
	g.skew_us += 2 * RT_SEC_US;
	ask(&g, "short.example", 5060, &a);
	assert_int_equal(g.asked, asked);
	/* Shortly before its end it is told and fetched anew. */
	g.skew_us += RT_SEC_US;
	ask(&g, "short.example", 5060, &a);
	assert_int_equal(a.n, 1);
	for (int i = 0; i < 100 && g.asked == asked; i++)
		turn(&g);
	assert_int_equal(g.asked, asked + 1);
	tear_down(&g);
}

/* A name server that is away: what was true stays, for an hour. */
static void test_away(void **state)
{
	static struct rig g; /* large for a stack */
	struct resolver_stats s;
	struct resolver_answer a;
	int64_t began;

	(void)state;
	set_up(&g);
	ask(&g, "two.example", 0, &a);
	g.mood = SILENT;
	g.skew_us += 61 * RT_SEC_US;
	began = clk_mono_us();
	ask(&g, "two.example", 0, &a);
	expect(&a, "192.0.2.1:5070 192.0.2.2:5080");
	assert_true(clk_mono_us() - began < 2 * RT_SEC_US); /* with patience */
	ask(&g, "plain.example", 0, &a); /* never known: no answer */
	assert_int_equal(a.n, 0);
	g.mood = REFUSE_ALL;
	g.skew_us += 10 * RT_SEC_US;
	ask(&g, "two.example", 0, &a);
	expect(&a, "192.0.2.1:5070 192.0.2.2:5080");
	resolver_get_stats(g.r, &s);
	assert_true(s.failed >= 2);
	assert_true(s.stale >= 2);
	g.skew_us += RESOLVER_KEEP_US;
	ask(&g, "two.example", 0, &a);
	assert_int_equal(a.n, 0);
	g.mood = ANSWER;
	g.skew_us += 10 * RT_SEC_US;
	ask(&g, "two.example", 0, &a);
	assert_int_equal(a.n, 2);
	tear_down(&g);
}

/* Who does not know the question's number, or is not who was asked, is not
 * believed. */
static void test_forged(void **state)
{
	static const enum mood moods[] = { WRONG_ID, WRONG_SOURCE };
	static struct rig g; /* large for a stack */
	struct resolver_answer a;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(moods); i++) {
		set_up(&g);
		g.mood = moods[i];
		ask(&g, "plain.example", 0, &a);
		assert_int_equal(a.n, 0);
		tear_down(&g);
	}
}

/* Many at once, more names than are kept: each gets its own. */
static void test_many(void **state)
{
	static struct rig g; /* large for a stack */
	struct resolver_answer a;
	unsigned int told = 0;

	(void)state;
	set_up(&g);
	for (uint64_t i = 1; i <= 300; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "n%u.example",
		    (unsigned int)i);
		resolver_ask(g.r, i,
		    i % 3 == 0 ? SLICE("plain.example") : slice_from(name),
		    5060, now(&g));
	}
	while (told < 300) {
		while (resolver_next(g.r, &a)) {
			told++;
			if (a.n > 0)
				assert_int_equal(a.ticket % 3, 0);
		}
		if (told < 300)
			turn(&g);
	}
	ask(&g, "plain.example", 5060, &a);
	assert_int_equal(a.n, 2);
	tear_down(&g);
}

static void test_bad_servers(void **state)
{
	struct resolver_cfg cfg = { .servers = "no address", .watch = watch };
	struct resolver *r = NULL;

	(void)state;
	assert_int_equal(resolver_new(&cfg, &r), ERR_SYNTAX);
	assert_null(r);
	resolver_free(NULL);
}

/* Lower priority always first; among equals by weight. */
static void test_order(void **state)
{
	static const struct srv_rank rank[] = { { 10, 30 }, { 5, 0 },
		{ 10, 10 }, { 20, 0 } };
	unsigned int heavy = 0;
	struct rnd_dice dice;
	uint8_t order[SRV_ORDER_MAX];

	(void)state;
	rnd_seed(&dice, 9);
	for (int i = 0; i < 4000; i++) {
		srv_order(rank, RT_ARRAY_LEN(rank), &dice, order);
		assert_int_equal(order[0], 1);
		assert_int_equal(order[3], 3);
		assert_int_equal(order[1] ^ order[2], 0 ^ 2);
		heavy += order[1] == 0;
	}
	assert_true(heavy > 2700 && heavy < 3300); /* 31 of 42 */
	srv_order(rank, 0, &dice, order);
}

static const struct {
	const char *why;
	const char *bytes;
	size_t n;
	enum err want;
	uint32_t ttl_s;
} ttls[] = {
	{ "one record",
	    "\0\1\x81\x80\0\1\0\1\0\0\0\0\1a\0\0\1\0\1"
	    "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\1\2\3\4",
	    35, ERR_OK, 60 },
	{ "the lowest of two",
	    "\0\1\x81\x80\0\0\0\2\0\0\0\0"
	    "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\1x\0\0\1\0\1\0\0\0\5\0\0",
	    36, ERR_OK, 5 },
	{ "a negative one",
	    "\0\1\x81\x80\0\0\0\1\0\0\0\0"
	    "\0\0\1\0\1\xff\0\0\0\0\0",
	    23, ERR_OK, 0 },
	{ "no answer", "\0\1\x81\x80\0\0\0\0\0\0\0\0", 12, ERR_NOTFOUND, 0 },
	{ "cut", "\0\1\x81\x80\0\0\0\1\0\0\0\0\0\0\1\0\1\0\0", 19, ERR_SYNTAX,
	    0 },
	{ "a label that is none", "\0\1\x81\x80\0\0\0\1\0\0\0\0\x80\0\0\0", 16,
	    ERR_SYNTAX, 0 },
	{ "nothing", "", 0, ERR_SYNTAX, 0 },
};

static void test_ttl(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(ttls); i++) {
		uint32_t s = 0;
		const enum err e =
		    dns_ttl(slice_of(ttls[i].bytes, ttls[i].n), &s);

		if (e != ttls[i].want || s != ttls[i].ttl_s)
			fail_msg("%s: %s, %u", ttls[i].why, err_name(e), s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ttl),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_bad_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
