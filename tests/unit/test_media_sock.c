/* Tests of sipworker/media/media_sock: a source has a socket of its own beside
 * the one that hears everybody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sipworker/media/media.h"
#include "sipworker/rtp/rtp_pkt.h"

#define PORT_A 20000
#define PORT_B 20002
#define WAIT   10000 /* ms, for a loaded machine */

static uint32_t ip;

/* port 0: any. */
static int phone(uint16_t port, struct addr4 *at)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t len = sizeof(sa);
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	sa.sin_addr.s_addr = htonl(ip);
	sa.sin_port = htons(port);
	assert_int_equal(bind(fd, (const void *)&sa, sizeof(sa)), 0);
	assert_int_equal(getsockname(fd, (void *)&sa, &len), 0);
	*at = (struct addr4){ ip, ntohs(sa.sin_port) };
	return fd;
}

static struct media_event event(struct media *m, enum media_what what)
{
	struct pollfd p = { .fd = media_fd(m), .events = POLLIN };
	struct media_event ev;

	do
		while (media_next(m, &ev))
			if (ev.what == what)
				return ev;
	while (poll(&p, 1, WAIT) == 1);
	fail_msg("no event %d", (int)what);
	return ev;
}

static void order(struct media *m, const struct media_cmd *c)
{
	const struct media_cmd fence = { .op = MEDIA_FENCE, .stream = 9 };

	assert_int_equal(media_do(m, c), ERR_OK);
	assert_int_equal(media_do(m, &fence), ERR_OK);
	(void)event(m, MEDIA_FENCED);
}

static void aim(struct media *m, uint32_t id, struct addr4 remote)
{
	const struct media_cmd c = { .op = MEDIA_TARGET,
		.stream = id,
		.remote = remote,
		.dtmf_pt = MEDIA_NO_DTMF,
		.send = true,
		.receive = true,
		.relearn = true };

	order(m, &c);
}

static void open_stream(struct media *m, uint32_t id, uint16_t port,
    struct addr4 remote)
{
	const struct media_cmd c = { .op = MEDIA_OPEN,
		.stream = id,
		.port = port };

	order(m, &c);
	aim(m, id, remote);
}

static void say(int fd, uint16_t port, uint16_t seq, uint8_t byte)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	uint8_t packet[RTP_PKT_HEAD + 160];
	const struct rtp_pkt head = { .seq = seq,
		.ts = (uint32_t)seq * 160,
		.ssrc = 0x1234 };

	sa.sin_addr.s_addr = htonl(ip);
	sa.sin_port = htons(port);
	rtp_pkt_head(&head, packet);
	memset(packet + RTP_PKT_HEAD, byte, 160);
	assert_int_equal(sendto(fd, packet, sizeof(packet), 0,
			     (const void *)&sa, sizeof(sa)),
	    sizeof(packet));
}

/* What the next packet holds. */
static int hear(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t packet[256];

	if (poll(&p, 1, WAIT) != 1)
		fail_msg("nothing was heard");
	assert_int_equal(recv(fd, packet, sizeof(packet), 0),
	    RTP_PKT_HEAD + 160);
	return packet[RTP_PKT_HEAD];
}

/* A new offer moves it; strangers, also who was the source before, are still
 * counted. */
static void test_moves(void **state)
{
	const struct media_cfg cfg = { .ip = ip,
		.threads = 1,
		.max_streams = 8 };
	const struct media_cmd bridge = { .op = MEDIA_BRIDGE,
		.stream = 1,
		.peer = 2 };
	const struct media_cmd end = { .op = MEDIA_CLOSE, .stream = 1 };
	struct addr4 at_a, at_b, at_c;
	const int a = phone(0, &at_a), b = phone(0, &at_b);
	int c = phone(0, &at_c), got;
	struct media *m;

	(void)state;
	assert_int_equal(media_new(&m, &cfg), ERR_OK);
	open_stream(m, 1, PORT_A, at_a);
	open_stream(m, 2, PORT_B, at_b);
	order(m, &bridge);
	say(a, PORT_A, 1, 0x11);
	assert_int_equal(hear(b), 0x11);
	say(b, PORT_B, 1, 0x12);
	assert_int_equal(hear(a), 0x12);
	/* Before c has spoken, what is for it goes there, too. */
	aim(m, 1, at_c);
	say(b, PORT_B, 2, 0x13);
	assert_int_equal(hear(c), 0x13);
	say(c, PORT_A, 1, 0x14);
	assert_int_equal(hear(b), 0x14);
	say(a, PORT_A, 2, 0x15);
	say(a, PORT_A, 3, 0x15);
	say(c, PORT_A, 2, 0x16);
	assert_int_equal(hear(b), 0x16);
	/* Nobody is at c's port: the kernel says so to whoever sends there,
	 * and the next packet goes out all the same. */
	(void)close(c);
	say(b, PORT_B, 3, 0x17);
	c = phone(at_c.port, &at_c);
	say(b, PORT_B, 4, 0x18);
	if ((got = hear(c)) == 0x17) /* sent when it was back already */
		got = hear(c);
	assert_int_equal(got, 0x18);
	assert_int_equal(media_do(m, &end), ERR_OK);
	assert_int_equal(event(m, MEDIA_CLOSED).stats.dropped, 2);
	media_free(m);
	(void)close(a);
	(void)close(b);
	(void)close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moves),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	if (addr4_ip(slice_from(getenv("RT_TEST_ADDR")), &ip) != ERR_OK)
		return 1;
	return cmocka_run_group_tests_name("media_sock", tests, NULL, NULL);
}
