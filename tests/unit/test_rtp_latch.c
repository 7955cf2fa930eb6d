/* Tests of sipworker/rtp/rtp_latch: an attacker who sprays before, during and
 * after the first packets gets nothing and puts nothing in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sipworker/rtp/rtp_latch.h"

static const struct addr4 sdp = { 0xc0000201, 4000 };
static const struct addr4 other_port = { 0xc0000201, 5000 };
static const struct addr4 nat = { 0xcb007107, 6000 };
static const struct addr4 attacker = { 0x06060606, 666 };

static enum rtp_latch_verdict feed(struct rtp_latch *l, struct addr4 from,
    uint32_t ssrc, int seq, int64_t now_us)
{
	const struct rtp_pkt p = { .seq = (uint16_t)seq, .ssrc = ssrc };

	return rtp_latch_packet(l, from, &p, now_us);
}

/* Feeds n packets, 20 ms apart; returns the time after the last. */
static int64_t run(struct rtp_latch *l, struct addr4 from, int n,
    int64_t now_us)
{
	for (int i = 0; i < n; i++, now_us += 20000)
		(void)feed(l, from, from.ip, i, now_us);
	return now_us;
}

static void test_from_sdp(void **state)
{
	struct rtp_latch l = { .armed = false };

	(void)state;
	assert_int_equal(feed(&l, sdp, 1, 1, 0), RTP_LATCH_DROP);
	rtp_latch_arm(&l, sdp, false);
	assert_true(addr4_eq(l.to, sdp));
	/* Exactly where the SDP says: at once, so no head is lost. */
	assert_int_equal(feed(&l, sdp, 1, 1, 0), RTP_LATCH_ACCEPT);
	assert_true(l.locked);
	assert_int_equal(feed(&l, attacker, 2, 1, 1), RTP_LATCH_DROP);
	assert_int_equal(feed(&l, other_port, 2, 1, 1), RTP_LATCH_DROP);
	assert_int_equal(l.dropped, 2);
	assert_true(addr4_eq(l.to, sdp));
}

static void test_other_port(void **state)
{
	struct rtp_latch l = { .armed = false };

	(void)state;
	rtp_latch_arm(&l, sdp, false);
	assert_int_equal(feed(&l, other_port, 1, 1, 0), RTP_LATCH_HOLD);
	assert_false(l.locked);
	(void)run(&l, other_port, 8, 0);
	assert_true(l.locked);
	assert_true(addr4_eq(l.to, other_port));
}

static void test_nat(void **state)
{
	struct rtp_latch l = { .armed = false };

	(void)state;
	/* With a media list that host is never learned. */
	rtp_latch_arm(&l, sdp, false);
	(void)run(&l, nat, 200, 0);
	assert_false(l.locked);
	assert_true(addr4_eq(l.to, sdp));
	/* Without one it is, after its wait. */
	rtp_latch_arm(&l, nat, true);
	rtp_latch_arm(&l, sdp, true);
	(void)run(&l, nat, 10, 0);
	assert_false(l.locked);
	(void)run(&l, nat, 50, 200000);
	assert_true(l.locked);
	assert_true(addr4_eq(l.to, nat));
}

/* The attacker is first and sprays fast; the right source speaks 300 ms later
 * and wins. */
static void test_attacker_first(void **state)
{
	struct rtp_latch l = { .armed = false };
	int64_t now_us = 0;

	(void)state;
	rtp_latch_arm(&l, sdp, true);
	for (int i = 0; i < 300; i++, now_us += 1000)
		assert_true(
		    feed(&l, attacker, 9, i, now_us) != RTP_LATCH_ACCEPT);
	assert_false(l.locked);
	assert_true(addr4_eq(l.to, sdp));
	assert_int_equal(feed(&l, sdp, 1, 1, now_us), RTP_LATCH_ACCEPT);
	for (int i = 300; i < 600; i++)
		assert_int_equal(feed(&l, attacker, 9, i, now_us),
		    RTP_LATCH_DROP);
}

/* A burst in one instant is no stream; neither are random numbers or SSRCs. */
static void test_no_stream(void **state)
{
	struct rtp_latch l = { .armed = false };

	(void)state;
	rtp_latch_arm(&l, sdp, true);
	(void)feed(&l, nat, 1, 0, 0);
	for (int i = 1; i < 50; i++)
		assert_int_equal(feed(&l, nat, 1, i, 1), RTP_LATCH_HOLD);
	for (int i = 0; i < 200; i++)
		assert_int_equal(feed(&l, nat, 1, i * 4001, 600000 + i * 20000),
		    RTP_LATCH_HOLD);
	rtp_latch_arm(&l, nat, true);
	rtp_latch_arm(&l, sdp, true);
	for (int i = 0; i < 200; i++)
		assert_int_equal(feed(&l, nat, (uint32_t)i, i, i * 20000),
		    RTP_LATCH_HOLD);
}

/* Many sources at once: those that came first are watched, no more. */
static void test_spray(void **state)
{
	struct rtp_latch l = { .armed = false };

	(void)state;
	rtp_latch_arm(&l, sdp, true);
	for (uint32_t i = 0; i < 100; i++) {
		const struct addr4 from = { attacker.ip + i, 1 };
		const enum rtp_latch_verdict v = feed(&l, from, i, 1, 0);

		assert_int_equal(v,
		    i < RTP_LATCH_TRACKED ? RTP_LATCH_HOLD : RTP_LATCH_DROP);
	}
	assert_int_equal(feed(&l, sdp, 7, 1, 0), RTP_LATCH_ACCEPT);
}

/* After the window nobody else is learned; the SDP's address still may. */
static void test_window(void **state)
{
	struct rtp_latch l = { .armed = false };

	(void)state;
	rtp_latch_arm(&l, sdp, true);
	(void)feed(&l, nat, 1, 1, 0);
	(void)run(&l, attacker, 300, RTP_LATCH_WINDOW_US);
	assert_false(l.locked);
	assert_int_equal(feed(&l, sdp, 7, 1, 60 * RT_SEC_US), RTP_LATCH_ACCEPT);
}

/* A new offer with another address lets go; the same one does not. */
static void test_offer(void **state)
{
	struct rtp_latch l = { .armed = false };

	(void)state;
	rtp_latch_arm(&l, sdp, true);
	(void)feed(&l, sdp, 1, 1, 0);
	(void)feed(&l, attacker, 1, 1, 0);
	rtp_latch_arm(&l, sdp, true);
	assert_true(l.locked);
	rtp_latch_arm(&l, other_port, true);
	assert_false(l.locked);
	assert_true(addr4_eq(l.to, other_port));
	assert_int_equal(l.dropped, 1);
	assert_int_equal(feed(&l, sdp, 1, 2, 1), RTP_LATCH_HOLD);
	assert_int_equal(feed(&l, other_port, 1, 3, 2), RTP_LATCH_ACCEPT);
	assert_int_equal(feed(&l, sdp, 1, 4, 3), RTP_LATCH_DROP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_from_sdp),
		cmocka_unit_test(test_other_port),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_attacker_first),
		cmocka_unit_test(test_no_stream),
		cmocka_unit_test(test_spray),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_offer),
	};

	return cmocka_run_group_tests_name("rtp_latch", tests, NULL, NULL);
}
