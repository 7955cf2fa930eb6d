/* Tests of lib/out/out_http: names that are slow to be found, or that lead to
 * another place when they are asked for again. Names are looked up by the
 * getaddrinfo() below, and nothing is sent outside by its connect(). */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "lib/base/clk.h"
#include "lib/out/out_http.h"
#include "tests/support/cm.h"
#include "tests/support/http_peer.h"

/* Nobody may wait for a name for so long. */
#define HANGS_S    20
#define PATIENT_US (HANGS_S / 2 * RT_SEC_US)
#define PUBLIC_IP  "8.8.8.8"
#define PORT       8997

typedef int lookup(const char *, const char *, const struct addrinfo *,
    struct addrinfo **);
typedef int connects(int, const struct sockaddr *, socklen_t);

static struct {
	pthread_mutex_t lock;
	pthread_cond_t turn;
	bool let_go;
	unsigned int waiting;
	unsigned int turns;   /* "turns.test" was asked for */
	unsigned int outside; /* connections that were to be made to PUBLIC_IP
			       */
} names = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.turn = PTHREAD_COND_INITIALIZER };

static void hang(void)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += HANGS_S;
	(void)pthread_mutex_lock(&names.lock);
	names.waiting++;
	while (!names.let_go &&
	       pthread_cond_timedwait(&names.turn, &names.lock, &until) == 0)
		;
	names.waiting--;
	(void)pthread_cond_broadcast(&names.turn);
	(void)pthread_mutex_unlock(&names.lock);
}

/* The C library's own function of that name. */
static void *theirs(const char *name)
{
	void *libc = dlopen("libc.so.6", RTLD_LAZY);

	return dlsym(libc, name);
}

static int find(const char *ip, const char *service,
    const struct addrinfo *hints, struct addrinfo **res)
{
	void *found = theirs("getaddrinfo");
	lookup *real;

	memcpy(&real, &found, sizeof(real));
	return real(ip, service, hints, res);
}

static unsigned int count(unsigned int *what)
{
	unsigned int n;

	(void)pthread_mutex_lock(&names.lock);
	n = ++*what;
	(void)pthread_mutex_unlock(&names.lock);
	return n;
}

/* In the place of the C library's, also for libcurl. */
__attribute__((visibility("default"))) int getaddrinfo(const char *node,
    const char *service, const struct addrinfo *hints, struct addrinfo **res)
{
	const char *inside = getenv("RT_TEST_ADDR");
	int rc;

	if (strcmp(node, "hangs.test") == 0) {
		hang();
		return EAI_AGAIN;
	}
	if (strcmp(node, "inside.test") == 0)
		return find(inside, service, hints, res);
	if (strcmp(node, "turns.test") == 0)
		return find(count(&names.turns) == 1 ? PUBLIC_IP : inside,
		    service, hints, res);
	if (strcmp(node, "both.test") != 0)
		return find(node, service, hints, res);
	rc = find(PUBLIC_IP, service, hints, res);
	return rc != 0 ? rc : find(inside, service, hints, &(*res)->ai_next);
}

__attribute__((visibility("default"))) int connect(int fd,
    const struct sockaddr *to, socklen_t n)
{
	void *found = theirs("connect");
	struct sockaddr_in in = { .sin_family = AF_UNSPEC };
	struct in_addr outside;
	connects *real;

	if (n == sizeof(in))
		memcpy(&in, to, sizeof(in));
	if (in.sin_family == AF_INET &&
	    inet_pton(AF_INET, PUBLIC_IP, &outside) == 1 &&
	    in.sin_addr.s_addr == outside.s_addr) {
		(void)count(&names.outside);
		errno = ECONNREFUSED;
		return -1;
	}
	memcpy(&real, &found, sizeof(real));
	return real(fd, to, n);
}

static void add(struct out_http *p, const char *url, bool private_ok,
    int64_t timeout_us)
{
	assert_int_equal(out_http_add(p, &(struct out_http_request){ .url = url,
					     .method = "POST",
					     .body = SLICE("{}"),
					     .private_ok = private_ok,
					     .timeout_us = timeout_us,
					     .answer_max = 100 }),
	    ERR_OK);
}

static struct out_http_answer answer(struct out_http *p)
{
	const int64_t until = clk_mono_us() + 2 * PATIENT_US;
	struct out_http_answer a;

	while (!out_http_next(p, &a)) {
		assert_true(clk_mono_us() < until);
		out_http_work(p, 100);
	}
	return a;
}

static void thanks(void *ctx, struct slice request, struct buf *out)
{
	(void)request;
	++*(unsigned int *)ctx;
	buf_cstr(out, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

/* Who has a name server that never answers holds up nobody but himself. */
static void test_hangs(void **state)
{
	const int64_t start_us = clk_mono_us();
	struct out_http *p = NULL;
	struct http_peer *peer;
	unsigned int asked = 0;
	char url[64];

	(void)state;
	peer = http_peer_start(PORT, thanks, &asked);
	http_peer_url(peer, "/", url, sizeof(url));
	assert_int_equal(out_http_open(&p, 2), ERR_OK);
	add(p, "http://hangs.test/", false, RT_SEC_US / 2);
	assert_int_equal(answer(p).e, ERR_TIMEOUT);
	add(p, url, true, PATIENT_US);
	assert_int_equal(answer(p).e, ERR_OK);
	assert_int_equal(asked, 1);
	/* Nor does who closes the pool meanwhile. */
	add(p, "http://hangs.test/", false, PATIENT_US);
	out_http_work(p, 0);
	out_http_close(p);
	if (clk_mono_us() - start_us > PATIENT_US)
		fail_msg("a name was waited for");
	http_peer_stop(peer);
	(void)pthread_mutex_lock(&names.lock);
	names.let_go = true;
	(void)pthread_cond_broadcast(&names.turn);
	while (names.waiting > 0)
		(void)pthread_cond_wait(&names.turn, &names.lock);
	(void)pthread_mutex_unlock(&names.lock);
}

/* Asks as one who may call public addresses only, or any. */
static struct out_http_answer ask(struct out_http *p, const char *url,
    bool private_ok)
{
	add(p, url, private_ok, PATIENT_US);
	return answer(p);
}

/* A name that led outside when it was typed in leads inside when it is
 * called. */
static void test_turns(void **state)
{
	unsigned int asked = 0;
	struct out_http *p = NULL;
	struct http_peer *peer;

	(void)state;
	peer = http_peer_start(PORT, thanks, &asked);
	assert_int_equal(out_http_open(&p, 2), ERR_OK);
	assert_int_equal(ask(p, "http://turns.test:8997/", false).e,
	    ERR_UNAVAILABLE);
	assert_int_equal(names.outside, 1);
	out_http_close(p);
	/* A pool keeps for a minute what it found. */
	assert_int_equal(out_http_open(&p, 2), ERR_OK);
	assert_int_equal(ask(p, "http://turns.test:8997/", false).e,
	    ERR_DENIED);
	assert_int_equal(names.turns, 2);
	assert_int_equal(ask(p, "http://both.test:8997/", false).e, ERR_DENIED);
	assert_int_equal(names.outside, 2);
	assert_int_equal(asked, 0);
	out_http_close(p);
	http_peer_stop(peer);
}

/* A connection that one may have is not there for another. */
static void test_not_shared(void **state)
{
	unsigned int asked = 0;
	struct out_http *p = NULL;
	struct http_peer *peer;

	(void)state;
	peer = http_peer_start(PORT, thanks, &asked);
	assert_int_equal(out_http_open(&p, 2), ERR_OK);
	assert_int_equal(ask(p, "http://inside.test:8997/", true).e, ERR_OK);
	assert_int_equal(ask(p, "http://inside.test:8997/", false).e,
	    ERR_DENIED);
	assert_int_equal(asked, 1);
	out_http_close(p);
	http_peer_stop(peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hangs),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_not_shared),
	};
	int rc;

	if (out_http_start() != ERR_OK)
		return 2;
	rc = cmocka_run_group_tests_name("out_names", tests, NULL, NULL);
	out_http_stop();
	return rc;
}
