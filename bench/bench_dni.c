/*
 * bench_dni.c - the load generator of `make bench-dni`: one thread, many kept
 * connections to nginx, each with one request under way.
 *
 *   bench_dni ADDR PORT MODE CONNECTIONS SECONDS RATE VISITS
 *
 * MODE  noop   POST /noop: what nginx and FastCGI allow
 *       new    POST /dni/v1/visit of a visitor never seen
 *       again  page views and heartbeats, in turn, of VISITS visits made before
 *       churn  a new visit, then its consent withdrawn, which frees the number
 * RATE  requests a second, sent when they are due whether or not answers came,
 *       and timed from when they were due; 0: as fast as they are answered.
 *
 * Prints one JSON object. "leased" counts answers that named a leased number,
 * also the last ones, which come after the time is over and are in no other
 * count; "viewed" the same of page views of visits made before; "unanswered"
 * what never came.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/rnd.h"
#include "lib/base/scan.h"

#define CONNS_MAX  1024
#define VISITS_MAX 100000
#define TIMES_MAX  4000000
#define REPLY_MAX  8192
#define DRAIN_US   (10 * RT_SEC_US)
#define ID_MAX     32

enum mode {
	MODE_NOOP,
	MODE_NEW,
	MODE_AGAIN,
	MODE_CHURN
};

static const char *const mode_names[] = { "noop", "new", "again", "churn" };

struct ids {
	char visitor[ID_MAX];
	char visit[ID_MAX];
};

struct conn {
	int fd;
	bool busy;
	bool withdraw; /* MODE_CHURN: the next request frees the number */
	bool views;    /* MODE_AGAIN: it asks for a page of its visit */
	int64_t due_us;
	size_t n;
	char reply[REPLY_MAX + 1];
	struct ids ids;
};

struct gen {
	enum mode mode;
	bool making; /* MODE_AGAIN: the visits are being made */
	bool over;   /* nothing is sent any more */
	const char *host;
	const char *port;
	int ep;
	struct conn *conns;
	size_t n_conns;
	struct ids *visits;
	size_t n_visits;
	size_t next;
	struct rnd_dice dice;
	uint32_t *times_us;
	size_t n_times;
	uint64_t bad;
	uint64_t leased;
	uint64_t viewed;
	struct sockaddr_in to;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void open_conn(struct gen *g, struct conn *c)
{
	struct epoll_event ev = { .events = EPOLLIN, .data = { .ptr = c } };
	const int one = 1;

	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (c->fd == -1 ||
	    connect(c->fd, (struct sockaddr *)&g->to, sizeof(g->to)) != 0)
		die("connect");
	if (setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) !=
		0 ||
	    fcntl(c->fd, F_SETFL, O_NONBLOCK) == -1 ||
	    epoll_ctl(g->ep, EPOLL_CTL_ADD, c->fd, &ev) != 0)
		die("socket");
}

/* --- requests -------------------------------------------------------------*/

static int body(struct gen *g, struct conn *c, char *out, size_t cap,
    const char **path)
{
	const struct ids *v;

	*path = g->mode == MODE_NOOP ? "/noop" : "/dni/v1/visit";
	if (c->withdraw) {
		*path = "/dni/v1/event";
		return snprintf(out, cap,
		    "{\"site\":\"demo\",\"kind\":\"consent_withdrawn\","
		    "\"visitor\":\"%s\",\"visit\":\"%s\"}",
		    c->ids.visitor, c->ids.visit);
	}
	if (g->mode == MODE_AGAIN && !g->making) {
		v = &g->visits[rnd_below(&g->dice, g->n_visits)];
		c->views = g->next++ % 2 != 0;
		if (!c->views) {
			*path = "/dni/v1/beat";
			return snprintf(out, cap,
			    "{\"site\":\"demo\",\"engaged_s\":55,"
			    "\"visitor\":\"%s\",\"visit\":\"%s\"}",
			    v->visitor, v->visit);
		}
		return snprintf(out, cap,
		    "{\"site\":\"demo\",\"url\":\"http://%s:%s/prices\","
		    "\"ref\":\"http://%s:%s/\",\"title\":\"Prices\","
		    "\"zone\":\"America/Los_Angeles\","
		    "\"visitor\":\"%s\",\"visit\":\"%s\"}",
		    g->host, g->port, g->host, g->port, v->visitor, v->visit);
	}
	return snprintf(out, cap,
	    "{\"site\":\"demo\",\"url\":\"http://%s:%s/?utm_source="
	    "google&utm_medium=cpc&utm_campaign=spring&utm_term=emergency+"
	    "plumber&campaignid=77&adgroupid=88&creative=99&gclid=%016llx\","
	    "\"ref\":\"https://www.google.com/\",\"title\":\"Emergency "
	    "plumber\",\"zone\":\"America/Los_Angeles\"}",
	    g->host, g->port, (unsigned long long)rnd_u64(&g->dice));
}

static void send_request(struct gen *g, struct conn *c, int64_t due_us)
{
	char text[1024], req[2048];
	const char *path;
	const int n = body(g, c, text, sizeof(text), &path);
	const uint64_t a = rnd_u64(&g->dice);
	int len;

	len = snprintf(req, sizeof(req),
	    "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: text/plain\r\n"
	    "Origin: http://%s:%s\r\n"
	    "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
	    "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
	    "Safari/537.36\r\nX-Forwarded-For: 10.%u.%u.%u\r\n"
	    "Content-Length: %d\r\n\r\n%s",
	    path, g->host, g->port, (unsigned int)(a & 255),
	    (unsigned int)(a >> 8 & 255), (unsigned int)(a >> 16 & 255), n,
	    text);
	c->busy = true;
	c->due_us = due_us;
	c->n = 0;
	if (write(c->fd, req, (size_t)len) != len)
		die("write"); /* a request fits any socket's buffer */
}

/* --- answers --------------------------------------------------------------*/

static bool is_whole(const struct conn *c)
{
	const struct slice s = slice_of(c->reply, c->n);
	const size_t head = slice_find_slice(s, SLICE("\r\n\r\n"));
	struct slice rest;
	uint64_t n;
	size_t at;

	if (head == s.n)
		return false;
	rest = slice_skip(s, head + 4);
	at = slice_find_slice(s, SLICE("Content-Length: "));
	if (at < head) {
		struct slice v = slice_skip(s, at + 16);

		return scan_u64(&v, &n) == ERR_OK && rest.n >= n;
	}
	if (slice_find_slice(slice_head(s, head), SLICE("chunked")) < head)
		return slice_ends(rest, SLICE("0\r\n\r\n"));
	return true; /* 204 */
}

static void take_text(struct slice s, struct slice key, char *out, size_t cap)
{
	struct slice v = slice_skip(s, slice_find_slice(s, key) + key.n);

	out[0] = '\0';
	v = slice_head(v, slice_find(v, '"', 0));
	if (!slice_to_cstr(v, out, cap))
		out[0] = '\0';
}

static void take_answer(struct gen *g, struct conn *c)
{
	const struct slice s = slice_of(c->reply, c->n);
	const int64_t took = clk_mono_us() - c->due_us;
	const bool ok = slice_starts(s, SLICE("HTTP/1.1 20"));
	const bool leased =
	    slice_find_slice(s, SLICE("\"tier\":\"lease\"")) < s.n;

	c->busy = false;
	g->leased += leased;
	g->viewed += ok && c->views;
	g->bad += !ok;
	if (!g->over && g->n_times < TIMES_MAX)
		g->times_us[g->n_times++] = (uint32_t)took;
	if (g->mode == MODE_CHURN && c->withdraw) {
		c->withdraw = false;
	} else if (leased && (g->mode == MODE_CHURN || g->making)) {
		take_text(s, SLICE("\"visitor\":\""), c->ids.visitor,
		    sizeof(c->ids.visitor));
		take_text(s, SLICE("\"visit\":\""), c->ids.visit,
		    sizeof(c->ids.visit));
		c->withdraw = g->mode == MODE_CHURN;
		if (g->making && g->n_visits < VISITS_MAX)
			g->visits[g->n_visits++] = c->ids;
	}
}

static void take_bytes(struct gen *g, struct conn *c)
{
	const ssize_t n =
	    read(c->fd, c->reply + c->n, (size_t)REPLY_MAX - c->n);

	if (n <= 0) {
		/* nginx closes a connection after its 1,000th request. */
		if (n < 0 && errno == EAGAIN)
			return;
		if (c->busy && c->n == 0 && n < 0)
			g->bad++;
		c->busy = false;
		(void)close(c->fd);
		open_conn(g, c);
		return;
	}
	c->n += (size_t)n;
	if (is_whole(c))
		take_answer(g, c);
	else if (c->n == REPLY_MAX)
		die("an answer too long");
}

/* --- the run --------------------------------------------------------------*/

static void poll_once(struct gen *g, int wait_ms)
{
	struct epoll_event evs[256];
	const int n = epoll_wait(g->ep, evs, 256, wait_ms);

	for (int i = 0; i < n; i++)
		take_bytes(g, evs[i].data.ptr);
}

static size_t under_way(const struct gen *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_conns; i++)
		n += g->conns[i].busy;
	return n;
}

static void run(struct gen *g, int64_t for_us, uint64_t rate, size_t want)
{
	const int64_t start = clk_mono_us(), end = start + for_us;
	uint64_t sent = 0;
	int64_t now;

	while (
	    (now = clk_mono_us()) < end && (want == 0 || g->n_visits < want)) {
		for (size_t i = 0; i < g->n_conns; i++) {
			int64_t due = now;

			if (g->conns[i].busy)
				continue;
			if (rate > 0)
				due = start + (int64_t)(sent * 1000000 / rate);
			if (due > now)
				break;
			send_request(g, &g->conns[i], due);
			sent++;
		}
		/* Waking late counts as latency, spinning as load. */
		poll_once(g, rate > 0 ? 1 : 10);
	}
	/* What is under way is waited for, so that all that was stored is
	 * counted as leased. */
	g->over = true;
	while (under_way(g) > 0 && clk_mono_us() < end + DRAIN_US)
		poll_once(g, 10);
	g->over = false;
}

static int by_time(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static uint64_t number(const char *text)
{
	uint64_t n;

	if (scan_whole_u64(slice_from(text), UINT32_MAX, &n) != ERR_OK) {
		(void)fprintf(stderr, "bench_dni: no number: %s\n", text);
		exit(2);
	}
	return n;
}

static void setup(struct gen *g, char **argv)
{
	uint64_t seed;

	rnd_bytes(&seed, sizeof(seed));
	rnd_seed(&g->dice, seed);
	g->host = argv[1];
	g->port = argv[2];
	g->to.sin_family = AF_INET;
	g->to.sin_port = htons((uint16_t)number(argv[2]));
	if (inet_pton(AF_INET, argv[1], &g->to.sin_addr) != 1)
		die("address");
	while (strcmp(mode_names[g->mode], argv[3]) != 0)
		if (++g->mode > MODE_CHURN)
			die("mode");
	g->n_conns = number(argv[4]);
	g->ep = epoll_create1(0);
	g->conns = calloc(CONNS_MAX, sizeof(*g->conns));
	g->visits = calloc(VISITS_MAX, sizeof(*g->visits));
	g->times_us = calloc(TIMES_MAX, sizeof(*g->times_us));
	if (g->ep == -1 || g->conns == NULL || g->visits == NULL ||
	    g->times_us == NULL || g->n_conns > CONNS_MAX)
		die("setup");
	for (size_t i = 0; i < g->n_conns; i++)
		open_conn(g, &g->conns[i]);
}

int main(int argc, char **argv)
{
	static struct gen g;
	uint64_t seconds, rate;

	if (argc != 8)
		return 2;
	setup(&g, argv);
	seconds = number(argv[5]);
	rate = number(argv[6]);
	if (g.mode == MODE_AGAIN) {
		g.making = true;
		run(&g, 60 * RT_SEC_US, 0, number(argv[7]));
		g.making = false;
		if (g.n_visits == 0)
			die("no visit could be made");
		g.n_times = 0;
		g.bad = g.leased = 0;
	}
	run(&g, (int64_t)seconds * RT_SEC_US, rate, 0);
	if (g.n_times == 0)
		die("no answer");
	qsort(g.times_us, g.n_times, sizeof(g.times_us[0]), by_time);
	printf(
	    "{\"answers\":%zu,\"rate\":%zu,\"leased\":%llu,"
	    "\"viewed\":%llu,\"bad\":%llu,\"unanswered\":%zu,"
	    "\"p50_us\":%u,\"p99_us\":%u,\"max_us\":%u}\n",
	    g.n_times, g.n_times / seconds, (unsigned long long)g.leased,
	    (unsigned long long)g.viewed, (unsigned long long)g.bad,
	    under_way(&g), g.times_us[g.n_times / 2],
	    g.times_us[g.n_times * 99 / 100], g.times_us[g.n_times - 1]);
	return 0;
}
