/* Tests of sipworker/media_watch: a media thread that stands still is seen, one
 * that has nothing to do is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "sipworker/media_watch.h"

#define THREADS 2
#define PORT    20010
#define TURN_US (RT_SEC_US / 2)
#define BEGIN   RT_HOUR_US
#define WAIT_MS 20000 /* for a loaded machine */

static uint32_t ip;

/* A frame in its thread's hands waits for this. */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static _Atomic unsigned int caught;

static void catch (void *arg, unsigned int thread, const struct media_frame *f)
{
	(void)arg;
	(void)thread;
	(void)f;
	atomic_fetch_add(&caught, 1);
	(void)pthread_mutex_lock(&gate);
	(void)pthread_mutex_unlock(&gate);
}

static struct media *start(void)
{
	const struct media_cfg cfg = { .ip = ip,
		.threads = THREADS,
		.max_streams = 8,
		.frame = catch };
	struct media *m;

	assert_int_equal(media_new(&m, &cfg), ERR_OK);
	return m;
}

/* It has gone round since. */
static void wait_for_turn(const struct media *m, unsigned int thread,
    uint64_t was)
{
	for (int i = 0; i < WAIT_MS; i++) {
		if (media_turns(m, thread) != was)
			return;
		(void)poll(NULL, 0, 1);
	}
	fail_msg("thread %u made no turn", thread);
}

static void test_idle(void **state)
{
	struct media_watch w = { .looked_us = 0 };
	struct media *m = start();

	(void)state;
	for (int64_t us = BEGIN; us < BEGIN + RT_MIN_US; us += TURN_US) {
		const uint64_t was[] = { media_turns(m, 0), media_turns(m, 1) };

		assert_int_equal(media_watch(&w, m, THREADS, us), HANG_NOT);
		wait_for_turn(m, 0, was[0]); /* it was woken */
		wait_for_turn(m, 1, was[1]);
	}
	assert_true(media_cpu_us(m, 0) >= 0);
	media_free(m);
}

/* The loop comes round much more often than it looks. */
static void test_looks_seldom(void **state)
{
	struct media_watch w = { .looked_us = 0 };
	struct media *m = start();
	int64_t us;

	(void)state;
	(void)media_watch(&w, m, THREADS, BEGIN);
	for (us = BEGIN; us < BEGIN + TURN_US; us += 1000) {
		assert_int_equal(media_watch(&w, m, THREADS, us), HANG_NOT);
		assert_int_equal(w.looked_us, BEGIN);
	}
	(void)media_watch(&w, m, THREADS, us);
	assert_int_equal(w.looked_us, us);
	media_free(m);
}

static int phone(struct addr4 *at)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t len = sizeof(sa);
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	sa.sin_addr.s_addr = htonl(ip);
	assert_int_equal(bind(fd, (const void *)&sa, sizeof(sa)), 0);
	assert_int_equal(getsockname(fd, (void *)&sa, &len), 0);
	*at = (struct addr4){ ip, ntohs(sa.sin_port) };
	return fd;
}

/* Speaks until a frame of it is in the thread's hands. */
static void speak(int fd)
{
	unsigned char packet[172] = { 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x12,
		0x34 };
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(PORT) };

	to.sin_addr.s_addr = htonl(ip);
	for (unsigned int i = 1; i < WAIT_MS && atomic_load(&caught) == 0;
	     i++) {
		packet[2] = (unsigned char)(i >> 8);
		packet[3] = (unsigned char)i;
		packet[6] = (unsigned char)(i * 160 >> 8);
		packet[7] = (unsigned char)(i * 160);
		(void)sendto(fd, packet, sizeof(packet), 0, (const void *)&to,
		    sizeof(to));
		(void)poll(NULL, 0, 1);
	}
	assert_true(atomic_load(&caught) > 0);
}

/* One of two waits for what does not come; the other goes on. */
static void test_stands_still(void **state)
{
	static const enum media_op ops[] = { MEDIA_OPEN, MEDIA_TARGET,
		MEDIA_REC_ON };
	struct media_watch w = { .looked_us = 0 };
	enum hang_state s = HANG_NOT;
	struct media *m = start();
	int64_t us = BEGIN;
	struct addr4 at;
	const int fd = phone(&at);

	(void)state;
	(void)pthread_mutex_lock(&gate);
	for (size_t i = 0; i < RT_ARRAY_LEN(ops); i++) {
		const struct media_cmd c = { .op = ops[i],
			.stream = 1,
			.key = 1,
			.port = PORT,
			.remote = at,
			.rtcp = { ip, 9 },
			.dtmf_pt = MEDIA_NO_DTMF,
			.receive = true };

		assert_int_equal(media_do(m, &c), ERR_OK);
	}
	speak(fd);
	while (s == HANG_NOT && us < BEGIN + RT_MIN_US) {
		const uint64_t was = media_turns(m, 0);

		s = media_watch(&w, m, THREADS, us);
		wait_for_turn(m, 0, was);
		us += TURN_US;
		/* Our minute is shorter than its time to wake up. */
		for (int i = 0; i < WAIT_MS && media_turns(m, 0) == was; i++)
			(void)poll(NULL, 0, 1);
	}
	(void)pthread_mutex_unlock(&gate);
	assert_true(s == HANG_WAITS || s == HANG_SLOW);
	assert_true(us - BEGIN > HANG_US);
	assert_true(w.thread[1].silent_us >= HANG_US);
	media_free(m);
	(void)close(fd);
}

#define MANY  66 /* of one thread: it works in strokes */
#define TURNS 12 /* of four looks after the house, a quarter second apart */

/* One with so many streams that it works in strokes. */
static struct media *start_many(void)
{
	const struct media_cfg cfg = { .ip = ip,
		.threads = 1,
		.max_streams = MANY };
	struct media *m;

	assert_int_equal(media_new(&m, &cfg), ERR_OK);
	return m;
}

static void wait_for(struct media *m, enum media_what what, uint32_t n)
{
	struct media_event ev;

	while (n > 0) {
		struct pollfd p = { .fd = media_fd(m), .events = POLLIN };

		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		while (media_next(m, &ev)) {
			assert_int_equal(ev.what, what);
			n--;
		}
	}
}

static void open_many(struct media *m)
{
	struct media_cmd c = { .op = MEDIA_OPEN, .dtmf_pt = MEDIA_NO_DTMF };

	for (c.stream = 1; c.stream <= MANY; c.stream++) {
		c.port = (uint16_t)(PORT + 2 * c.stream);
		assert_int_equal(media_do(m, &c), ERR_OK);
	}
	wait_for(m, MEDIA_OPENED, MANY);
}

/* With many streams that nobody speaks on a thread does not go on looking. */
static void test_rests(void **state)
{
	struct media *m = start_many();
	uint64_t was, turns = 0;
	int64_t from_us;

	(void)state;
	open_many(m);
	from_us = clk_mono_us();
	was = media_turns(m, 0);
	while (turns < TURNS) {
		wait_for_turn(m, 0, was + turns);
		turns = media_turns(m, 0) - was;
	}
	/* It would take as many milliseconds. */
	assert_true(clk_mono_us() - from_us > RT_SEC_US / 4);
	media_free(m);
}

#define ASKED 5000
#define QUICK 20

/* One that sleeps to its next stroke does what it is told before that: no turn
 * is made between the word and the answer. On a loaded machine many of them
 * take longer, and all would if it slept on. */
static void test_obeys_between_strokes(void **state)
{
	const struct media_cmd fence = { .op = MEDIA_FENCE, .stream = 1 };
	struct media *m = start_many();
	unsigned int quick = 0;

	(void)state;
	open_many(m);
	for (unsigned int i = 0; i < ASKED && quick < QUICK; i++) {
		const uint64_t was = media_turns(m, 0);

		assert_int_equal(media_do(m, &fence), ERR_OK);
		wait_for(m, MEDIA_FENCED, 1);
		quick += media_turns(m, 0) == was ? 1 : 0;
	}
	assert_int_equal(quick, QUICK);
	media_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_rests),
		cmocka_unit_test(test_obeys_between_strokes),
		cmocka_unit_test(test_looks_seldom),
		cmocka_unit_test(test_stands_still),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	if (addr4_ip(slice_from(getenv("RT_TEST_ADDR")), &ip) != ERR_OK)
		return 1;
	return cmocka_run_group_tests_name("media_watch", tests, NULL, NULL);
}
