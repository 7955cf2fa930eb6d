/* Tests of sipworker/media over real sockets: relay, prompts, keys, frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "sipworker/media/media.h"
#include "sipworker/rtp/g711.h"
#include "sipworker/rtp/rtcp.h"
#include "sipworker/rtp/rtp_pkt.h"

#define PORT_A 20000
#define PORT_B 20002
#define WAIT   5000 /* ms, for a loaded machine */

static uint32_t ip;
static uint8_t prompt[400]; /* 50 ms */
static struct addr4 reports_to;

static struct {
	pthread_mutex_t lock;
	unsigned int frames;
	struct media_frame last;
	uint8_t first_byte;
} taken = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void take(void *arg, unsigned int thread, const struct media_frame *f)
{
	(void)arg;
	(void)thread;
	(void)pthread_mutex_lock(&taken.lock);
	taken.frames++;
	taken.last = *f;
	taken.first_byte = f->ulaw[0];
	(void)pthread_mutex_unlock(&taken.lock);
}

/* Of the test that runs. */
static struct media *running;

static struct media *start(void)
{
	const struct media_cfg cfg = { .ip = ip,
		.threads = 2,
		.max_streams = 8,
		.frame = take };
	struct media *m;

	assert_int_equal(media_new(&m, &cfg), ERR_OK);
	running = m;
	return m;
}

/* Its ports are free for the next test, also after a failure. */
static int stop(void **state)
{
	(void)state;
	media_free(running);
	running = NULL;
	return 0;
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

static struct media_event event(struct media *m, enum media_what what)
{
	struct pollfd p = { .fd = media_fd(m), .events = POLLIN };
	struct media_event ev = { 0 };

	for (int i = 0; i < 50; i++) {
		while (media_next(m, &ev))
			if (ev.what == what)
				return ev;
		(void)poll(&p, 1, WAIT / 50);
	}
	fail_msg("no event %d", (int)what);
	return ev;
}

static void open_stream(struct media *m, uint32_t id, uint16_t port,
    struct addr4 remote, uint8_t pt)
{
	const struct media_cmd open = { .op = MEDIA_OPEN,
		.stream = id,
		.key = 6,
		.port = port };
	const struct media_cmd target = { .op = MEDIA_TARGET,
		.stream = id,
		.key = 6,
		.remote = remote,
		.rtcp = reports_to,
		.pt = pt,
		.dtmf_pt = id == 1 ? 101 : 96,
		.send = true,
		.receive = true };

	assert_int_equal(media_do(m, &open), ERR_OK);
	assert_int_equal(event(m, MEDIA_OPENED).stream, id);
	assert_int_equal(media_do(m, &target), ERR_OK);
}

static void order(struct media *m, enum media_op op, uint32_t stream,
    uint32_t peer)
{
	const struct media_cmd c = { .op = op,
		.stream = stream,
		.key = 6,
		.peer = peer,
		.ulaw = prompt,
		.samples = sizeof(prompt),
		.times = 1,
		.play = 42,
		.channel = 1 };

	assert_int_equal(media_do(m, &c), ERR_OK);
}

/* Everything ordered before has been done. */
static void fence(struct media *m)
{
	order(m, MEDIA_FENCE, 9, 0);
	(void)event(m, MEDIA_FENCED);
	(void)event(m, MEDIA_FENCED);
}

static void say_bytes(int fd, uint16_t port, uint16_t seq, uint8_t pt,
    uint8_t byte, size_t n)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	uint8_t packet[RTP_PKT_HEAD + 160];
	const struct rtp_pkt head = { .pt = pt,
		.seq = seq,
		.ts = (uint32_t)seq * 160,
		.ssrc = 0x1234 };

	sa.sin_addr.s_addr = htonl(ip);
	sa.sin_port = htons(port);
	rtp_pkt_head(&head, packet);
	memset(packet + RTP_PKT_HEAD, byte, 160);
	assert_int_equal(sendto(fd, packet, RTP_PKT_HEAD + n, 0,
			     (const void *)&sa, sizeof(sa)),
	    RTP_PKT_HEAD + n);
}

static void say(int fd, uint16_t port, uint16_t seq, uint8_t pt, uint8_t byte)
{
	say_bytes(fd, port, seq, pt, byte, 160);
}

/* False: nothing came. */
static bool hear(int fd, int ms, struct rtp_pkt *out)
{
	static char packet[2048];
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, ms) != 1)
		return false;
	n = recv(fd, packet, sizeof(packet), 0);
	assert_true(n > 0);
	assert_int_equal(rtp_pkt_parse(slice_of(packet, (size_t)n), out),
	    ERR_OK);
	return true;
}

static void test_relay(void **state)
{
	struct media *m = start();
	struct media_event ev;
	struct addr4 at_a, at_b, at_x;
	const int a = phone(&at_a), b = phone(&at_b), x = phone(&at_x);
	struct rtp_pkt p = { 0 };
	uint32_t ssrc = 0;

	(void)state;
	open_stream(m, 1, PORT_A, at_a, 0);
	open_stream(m, 2, PORT_B, at_b, 8);
	order(m, MEDIA_REC_ON, 2, 0);
	order(m, MEDIA_BRIDGE, 1, 2);
	fence(m);
	for (uint16_t i = 0; i < 5; i++) {
		say(a, PORT_A, i, 0, 0xff);
		assert_true(hear(b, WAIT, &p));
		assert_int_equal(p.pt, 8); /* the called side's codec */
		assert_int_equal((uint8_t)p.payload.p[0], 0xd5);
		assert_true(i == 0 || p.ssrc == ssrc);
		ssrc = p.ssrc;
		assert_int_not_equal(p.ssrc, 0x1234);
	}
	for (uint16_t i = 0; i < 5; i++) {
		say(b, PORT_B, i, 8, 0xd5);
		assert_true(hear(a, WAIT, &p));
		assert_int_equal(p.pt, 0);
		/* A-law has no zero: +8 is the nearest. */
		assert_int_equal((uint8_t)p.payload.p[0], 0xfe);
	}
	/* Without a payload: NAT keep-alives. Nobody is told, nothing breaks.
	 */
	say_bytes(a, PORT_A, 4, 0, 0, 0);
	say_bytes(b, PORT_B, 4, 8, 0, 0);
	say_bytes(b, PORT_B, 4, 101, 0, 0);
	/* Somebody else's packets go nowhere. */
	say(x, PORT_A, 6, 0, 0x00);
	say(a, PORT_A, 5, 0, 0xff);
	assert_true(hear(b, WAIT, &p));
	assert_int_equal((uint8_t)p.payload.p[0], 0xd5);
	order(m, MEDIA_UNBRIDGE, 1, 0);
	fence(m);
	say(a, PORT_A, 6, 0, 0xff);
	order(m, MEDIA_CLOSE, 1, 0);
	ev = event(m, MEDIA_CLOSED);
	assert_true(ev.stats.packets_in >= 6);
	assert_true(ev.stats.dropped >= 1);
	assert_int_equal(ev.stats.packets_out, 5);
	assert_false(hear(b, 20, &p));
	/* Only the recorded side, as µ-law. */
	(void)pthread_mutex_lock(&taken.lock);
	assert_int_equal(taken.frames, 5);
	assert_int_equal(taken.last.channel, 1);
	assert_int_equal(taken.last.key, 6);
	assert_int_equal(taken.first_byte, 0xfe);
	(void)pthread_mutex_unlock(&taken.lock);
	(void)close(a);
	(void)close(b);
	(void)close(x);
}

/* Who names its codec by a dynamic type is sent that, and understood by it. */
static void test_remapped(void **state)
{
	struct media *m = start();
	struct addr4 at_a, at_b;
	const int a = phone(&at_a), b = phone(&at_b);
	const struct media_cmd target = { .op = MEDIA_TARGET,
		.stream = 1,
		.key = 6,
		.remote = at_a,
		.pt = 0,
		.own_pt = 97,
		.dtmf_pt = 101,
		.send = true,
		.receive = true };
	struct rtp_pkt p = { 0 };

	(void)state;
	open_stream(m, 1, PORT_A, at_a, 0);
	open_stream(m, 2, PORT_B, at_b, 8);
	assert_int_equal(media_do(m, &target), ERR_OK);
	order(m, MEDIA_REC_ON, 1, 0);
	order(m, MEDIA_BRIDGE, 1, 2);
	fence(m);
	say(a, PORT_A, 1, 97, 0xff);
	assert_true(hear(b, WAIT, &p));
	assert_int_equal(p.pt, 8);
	assert_int_equal((uint8_t)p.payload.p[0], 0xd5);
	say(b, PORT_B, 1, 8, 0xd5);
	assert_true(hear(a, WAIT, &p));
	assert_int_equal(p.pt, 97);
	assert_int_equal((uint8_t)p.payload.p[0], 0xfe);
	fence(m);
	(void)pthread_mutex_lock(&taken.lock);
	assert_int_equal(taken.first_byte, 0xff);
	(void)pthread_mutex_unlock(&taken.lock);
	(void)close(a);
	(void)close(b);
}

/* The key that accepts a call is still down when the bridge is made: the caller
 * does not get the rest of it, but every later press. */
static void test_press_before_bridge(void **state)
{
	struct media *m = start();
	struct addr4 at_a, at_b;
	const int a = phone(&at_a), b = phone(&at_b);
	struct rtp_pkt p = { 0 };

	(void)state;
	open_stream(m, 1, PORT_A, at_a, 0);
	open_stream(m, 2, PORT_B, at_b, 0);
	fence(m);
	say_bytes(b, PORT_B, 1, 96, 1, 4);
	assert_int_equal(event(m, MEDIA_DIGIT).digit, '1');
	order(m, MEDIA_BRIDGE, 1, 2);
	fence(m);
	say_bytes(b, PORT_B, 1, 96, 1, 4);
	say(b, PORT_B, 2, 0, 0x42);
	assert_true(hear(a, WAIT, &p));
	assert_int_equal(p.pt, 0);
	say_bytes(b, PORT_B, 9, 96, 2, 4);
	assert_true(hear(a, WAIT, &p));
	assert_int_equal(p.pt, 101);
	assert_int_equal((uint8_t)p.payload.p[0], 2);
	(void)close(a);
	(void)close(b);
}

static void expect_next(struct rtp_pkt *before, const struct rtp_pkt *p)
{
	assert_int_equal(p->ssrc, before->ssrc);
	assert_int_equal(rtp_pkt_seq_diff(p->seq, before->seq), 1);
	assert_int_equal(rtp_pkt_ts_diff(p->ts, before->ts), 160);
	assert_false(p->marker);
	*before = *p;
}

/* 50 ms of prompt are three packets; then it says so; the stream goes on with
 * the same SSRC and the next number when the bridge follows. */
static void test_prompt(void **state)
{
	struct media *m = start();
	struct addr4 at_a, at_b;
	const int a = phone(&at_a), b = phone(&at_b);
	struct rtp_pkt p = { 0 }, before = { 0 };

	(void)state;
	memset(prompt, 0x55, sizeof(prompt));
	open_stream(m, 1, PORT_A, at_a, 0);
	open_stream(m, 2, PORT_B, at_b, 0);
	order(m, MEDIA_PLAY, 1, 0);
	for (int i = 0; i < 3; i++) {
		assert_true(hear(a, WAIT, &p));
		assert_int_equal((uint8_t)p.payload.p[0], 0x55);
		assert_true(i > 0 || p.marker);
		if (i > 0) {
			assert_int_equal(rtp_pkt_seq_diff(p.seq, before.seq),
			    1);
			assert_int_equal(p.ssrc, before.ssrc);
		}
		before = p;
	}
	assert_int_equal((uint8_t)p.payload.p[159], 0xff); /* padded */
	assert_int_equal(event(m, MEDIA_PLAYED).play, 42);
	/* Silence follows, then the next prompt: one unbroken stream. */
	for (int i = 0; i < 12; i++) {
		assert_true(hear(a, WAIT, &p));
		expect_next(&before, &p);
		if (i == 2)
			order(m, MEDIA_PLAY, 1, 0);
	}
	assert_int_equal(event(m, MEDIA_PLAYED).play, 42);
	order(m, MEDIA_BRIDGE, 1, 2);
	fence(m);
	say(b, PORT_B, 500, 0, 0x11);
	do {
		before = p;
		assert_true(hear(a, WAIT, &p));
		assert_int_equal(p.ssrc, before.ssrc);
		assert_int_equal(rtp_pkt_seq_diff(p.seq, before.seq), 1);
		assert_true(rtp_pkt_ts_diff(p.ts, before.ts) > 0);
	} while ((uint8_t)p.payload.p[0] != 0x11);
	assert_true(p.marker); /* another source */
	/* When it goes, silence comes back. */
	order(m, MEDIA_UNBRIDGE, 1, 0);
	before = p;
	assert_true(hear(a, WAIT, &p));
	assert_int_equal(rtp_pkt_seq_diff(p.seq, before.seq), 1);
	assert_int_equal((uint8_t)p.payload.p[0], 0xff);
	(void)close(a);
	(void)close(b);
}

/* A frame of two tones, or of silence, said by a. */
static void say_tones(int fd, uint16_t seq, double hz1, double hz2)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	uint8_t packet[RTP_PKT_HEAD + 160];
	const struct rtp_pkt head = { .seq = seq,
		.ts = (uint32_t)seq * 160,
		.ssrc = 0x1234 };

	sa.sin_addr.s_addr = htonl(ip);
	sa.sin_port = htons(PORT_A);
	rtp_pkt_head(&head, packet);
	for (int i = 0; i < 160; i++) {
		const double at = 2 * 3.14159265358979 * (seq * 160 + i) / 8000;

		packet[RTP_PKT_HEAD + i] = g711_to_ulaw(
		    (int16_t)(hz1 > 0 ? 6000 * (sin(at * hz1) + sin(at * hz2))
				      : 0));
	}
	assert_int_equal(sendto(fd, packet, sizeof(packet), 0,
			     (const void *)&sa, sizeof(sa)),
	    sizeof(packet));
}

static void listen_for(struct media *m, enum media_op op)
{
	const struct media_cmd c = { .op = op,
		.stream = 1,
		.key = 6,
		.listen = true,
		.quiet_us = RT_SEC_US / 2 };

	assert_int_equal(media_do(m, &c), ERR_OK);
	fence(m);
}

/* Packets wait in the socket however long the thread has no time for them. */
static void wait_for_frames(unsigned int n)
{
	unsigned int got = 0;

	for (int i = 0; got < n && i < WAIT / 5; i++) {
		(void)poll(NULL, 0, 5);
		(void)pthread_mutex_lock(&taken.lock);
		got = taken.frames;
		(void)pthread_mutex_unlock(&taken.lock);
	}
	assert_true(got >= n);
}

static void test_hearing(void **state)
{
	struct media *m = start();
	struct media_event ev;
	struct addr4 at_a;
	const int a = phone(&at_a);
	uint16_t seq = 0;

	(void)state;
	taken.frames = 0; /* no thread of an earlier test is left */
	open_stream(m, 1, PORT_A, at_a, 0);
	/* Nobody listens yet. */
	order(m, MEDIA_REC_ON, 1, 0);
	fence(m);
	while (seq < 5)
		say_tones(a, seq++, 852, 1336);
	wait_for_frames(5);
	listen_for(m, MEDIA_LISTEN);
	while (seq < 10)
		say_tones(a, seq++, 0, 0);
	while (seq < 15)
		say_tones(a, seq++, 770, 1477);
	while (seq < 20)
		say_tones(a, seq++, 0, 0);
	assert_int_equal(event(m, MEDIA_DIGIT).digit, '6');
	listen_for(m, MEDIA_WATCH);
	while (seq < 30)
		say_tones(a, seq++, 300, 500);
	ev = event(m, MEDIA_VOICE);
	assert_int_equal(ev.stream, 1);
	/* No packet comes any more: that is silence too. */
	assert_true(event(m, MEDIA_QUIET).at_us >= ev.at_us);
	(void)close(a);
}

static void test_port_taken(void **state)
{
	struct media *m = start();
	const struct media_cmd open = { .op = MEDIA_OPEN,
		.stream = 3,
		.key = 1,
		.port = PORT_A };
	struct media_cmd again = open;

	(void)state;
	assert_int_equal(media_do(m, &open), ERR_OK);
	(void)event(m, MEDIA_OPENED);
	again.stream = 4;
	assert_int_equal(media_do(m, &again), ERR_OK);
	assert_int_equal(event(m, MEDIA_OPEN_FAILED).stream, 4);
}

#define MANY 66 /* streams of one thread: it works in strokes */

static uint16_t port_of(uint32_t stream)
{
	return (uint16_t)(PORT_A + 2 * stream);
}

/* A packet of each stream that is left reaches the other side of its pair. */
static void all_relay(int a, int b, uint32_t step, uint16_t seq)
{
	struct rtp_pkt p;

	for (uint32_t id = 1; id <= MANY; id += 2) {
		if (step != 0 && id % step == 0)
			continue;
		say(a, port_of(id), seq, 0, (uint8_t)id);
		assert_true(hear(b, WAIT, &p));
		assert_int_equal((uint8_t)p.payload.p[0], id);
		say(b, port_of(id + 1), seq, 0, (uint8_t)(id + 1));
		assert_true(hear(a, WAIT, &p));
		assert_int_equal((uint8_t)p.payload.p[0], id + 1);
	}
}

static void test_many(void **state)
{
	struct media *m = start();
	struct addr4 at_a, at_b;
	const int a = phone(&at_a), b = phone(&at_b);
	struct rtp_pkt p = { 0 };

	(void)state;
	for (uint32_t id = 1; id <= MANY; id++)
		open_stream(m, id, port_of(id), id % 2 == 1 ? at_a : at_b, 0);
	for (uint32_t id = 1; id <= MANY; id += 2)
		order(m, MEDIA_BRIDGE, id, id + 1);
	fence(m);
	all_relay(a, b, 0, 1);
	/* Some go, from the middle; the others stay what they were, also when
	 * there are few again. */
	for (uint32_t id = 3; id <= MANY; id += 6) {
		order(m, MEDIA_CLOSE, id, 0);
		assert_int_equal(event(m, MEDIA_CLOSED).stream, id);
		order(m, MEDIA_CLOSE, id + 1, 0);
		assert_int_equal(event(m, MEDIA_CLOSED).stream, id + 1);
	}
	all_relay(a, b, 3, 2);
	open_stream(m, 3, port_of(3), at_a, 0);
	open_stream(m, 4, port_of(4), at_b, 0);
	order(m, MEDIA_BRIDGE, 3, 4);
	fence(m);
	say(a, port_of(3), 3, 0, 0x42);
	assert_true(hear(b, WAIT, &p));
	assert_int_equal((uint8_t)p.payload.p[0], 0x42);
	(void)close(a);
	(void)close(b);
}

/* Their report is named in ours, which goes where they said; rubbish is counted
 * and changes nothing. All on one port (RFC 5761), so in order. */
static void test_rtcp(void **state)
{
	static const uint8_t sr[28] = { 0x80, 200, 0, 6, 0, 0, 0x12, 0x34, 1, 2,
		3, 4, 5, 6, 7, 8 };
	struct media *m = start();
	struct addr4 at, at_rtcp;
	const int a = phone(&at), r = phone(&at_rtcp);
	struct sockaddr_in sa = { .sin_family = AF_INET };
	struct rtcp_in in;
	char packet[RTCP_MAX];
	ssize_t n;

	(void)state;
	reports_to = at_rtcp;
	open_stream(m, 1, PORT_A, at, 0);
	say(a, PORT_A, 1, 0, 0xff);
	sa.sin_addr.s_addr = htonl(ip);
	sa.sin_port = htons(PORT_A);
	for (size_t k = 0; k <= sizeof(sr); k += 4) /* the last is whole */
		(void)sendto(a, sr, k, 0, (void *)&sa, sizeof(sa));
	say(a, PORT_A, 2, 77, 0xff); /* a codec nobody agreed on */
	say_bytes(a, PORT_A, 3, 101, 5, 4);
	assert_int_equal(event(m, MEDIA_DIGIT).digit, '5');
	order(m, MEDIA_CLOSE, 1, 0);
	assert_in_range(event(m, MEDIA_CLOSED).stats.dropped, 7, 9);
	n = recv(r, packet, sizeof(packet), 0);
	assert_int_equal(rtcp_parse(slice_of(packet, (size_t)n), &in), ERR_OK);
	assert_true(in.bye && in.has_report);
	assert_int_equal(in.report.ssrc, 0x1234);
	assert_int_equal(in.report.last_sr, 0x03040506);
	(void)close(a);
	(void)close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_relay, stop),
		cmocka_unit_test_teardown(test_remapped, stop),
		cmocka_unit_test_teardown(test_press_before_bridge, stop),
		cmocka_unit_test_teardown(test_prompt, stop),
		cmocka_unit_test_teardown(test_hearing, stop),
		cmocka_unit_test_teardown(test_port_taken, stop),
		cmocka_unit_test_teardown(test_many, stop),
		cmocka_unit_test_teardown(test_rtcp, stop),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	if (addr4_ip(slice_from(getenv("RT_TEST_ADDR")), &ip) != ERR_OK)
		return 1;
	return cmocka_run_group_tests_name("media", tests, NULL, NULL);
}
