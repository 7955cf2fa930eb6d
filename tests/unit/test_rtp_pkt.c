/* Tests of sipworker/rtp/rtp_pkt, rtp_stat and rtcp. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/rtp/rtcp.h"

#define PLAIN "\x80\x00\x00\x01\x00\x00\x00\xa0\x11\x22\x33\x44"

static const struct {
	const char *why;
	const char *in;
	size_t n;
	enum err want;
	size_t payload;
} cases[] = {
	{ "no payload", PLAIN, 12, ERR_OK, 0 },
	{ "payload", PLAIN "abcd", 16, ERR_OK, 4 },
	{ "one byte short", PLAIN, 11, ERR_SYNTAX, 0 },
	{ "empty", "", 0, ERR_SYNTAX, 0 },
	{ "version 1", "\x40" PLAIN, 13, ERR_SYNTAX, 0 },
	{ "a CSRC",
	    "\x81\x00\x00\x01\x00\x00\x00\xa0\x11\x22\x33\x44"
	    "CSRCabcd",
	    20, ERR_OK, 4 },
	{ "CSRCs that are not there",
	    "\x8f\x00\x00\x01\x00\x00\x00\xa0\x11\x22\x33\x44"
	    "CSRC",
	    16, ERR_SYNTAX, 0 },
	{ "extension",
	    "\x90\x00\x00\x01\x00\x00\x00\xa0\x11\x22\x33\x44"
	    "\xbe\xde\x00\x01"
	    "extsab",
	    22, ERR_OK, 2 },
	{ "extension longer than the packet",
	    "\x90\x00\x00\x01\x00\x00\x00\xa0\x11\x22\x33\x44"
	    "\xbe\xde\xff\xff"
	    "exts",
	    20, ERR_SYNTAX, 0 },
	{ "extension head cut",
	    "\x90\x00\x00\x01\x00\x00\x00\xa0\x11\x22\x33\x44"
	    "\xbe\xde",
	    14, ERR_SYNTAX, 0 },
	{ "padding",
	    "\xa0\x00\x00\x01\x00\x00\x00\xa0\x11\x22\x33\x44"
	    "abcd\x00\x00\x03",
	    19, ERR_OK, 4 },
	{ "padding of 0",
	    "\xa0\x00\x00\x01\x00\x00\x00\xa0\x11\x22\x33\x44"
	    "abcd\x00",
	    17, ERR_SYNTAX, 0 },
	{ "padding longer than the payload",
	    "\xa0\x00\x00\x01\x00\x00\x00\xa0\x11\x22\x33\x44"
	    "ab\x04",
	    15, ERR_SYNTAX, 0 },
	{ "padding and nothing",
	    "\xa0\x00\x00\x01\x00\x00\x00\xa0\x11\x22\x33\x44", 12, ERR_SYNTAX,
	    0 },
	{ "RTCP", "\x80\xc8\x00\x01\x00\x00\x00\xa0\x11\x22\x33\x44", 12,
	    ERR_SYNTAX, 0 },
	{ "STUN", "\x00\x01\x00\x00\x21\x12\xa4\x42\x00\x00\x00\x00", 12,
	    ERR_SYNTAX, 0 },
	{ "DTLS", "\x16\xfe\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00", 12,
	    ERR_SYNTAX, 0 },
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		char *exact = malloc(cases[i].n == 0 ? 1 : cases[i].n);
		struct rtp_pkt p = { .seq = 0 };
		enum err e;

		assert_non_null(exact);
		memcpy(exact, cases[i].in, cases[i].n);
		e = rtp_pkt_parse(slice_of(exact, cases[i].n), &p);
		if (e != cases[i].want || p.payload.n != cases[i].payload)
			fail_msg("%s: %s payload=%zu", cases[i].why,
			    err_name(e), p.payload.n);
		free(exact);
	}
}

static void test_round_trip(void **state)
{
	const struct rtp_pkt in = { .marker = true,
		.pt = 101,
		.seq = 0xfffe,
		.ts = 0xdeadbeef,
		.ssrc = 0x01020304 };
	uint8_t head[RTP_PKT_HEAD];
	struct rtp_pkt out;

	(void)state;
	rtp_pkt_head(&in, head);
	assert_int_equal(rtp_pkt_parse(slice_of(head, sizeof(head)), &out), 0);
	assert_true(out.marker);
	assert_int_equal(out.pt, in.pt);
	assert_int_equal(out.seq, in.seq);
	assert_int_equal(out.ts, in.ts);
	assert_int_equal(out.ssrc, in.ssrc);
	assert_int_equal(rtp_pkt_seq_diff(1, 0xffff), 2);
	assert_int_equal(rtp_pkt_seq_diff(0xffff, 1), -2);
	assert_int_equal(rtp_pkt_seq_diff(0x8000, 0), -32768);
	assert_int_equal(rtp_pkt_ts_diff(5, UINT32_MAX), 6);
	assert_int_equal(rtp_pkt_ts_diff(UINT32_MAX, 5), -6);
	assert_int_equal(rtp_pkt_ts_diff(0x80000000, 0), INT32_MIN);
}

static void add(struct rtp_stat *s, uint16_t seq, uint32_t ssrc, int64_t at_us)
{
	const struct rtp_pkt p = { .seq = seq,
		.ts = (uint32_t)seq * 160,
		.ssrc = ssrc };

	rtp_stat_add(s, &p, 8000, at_us);
}

static void test_stat(void **state)
{
	struct rtp_stat s;

	(void)state;
	rtp_stat_init(&s);
	assert_int_equal(rtp_stat_expected(&s), 0);
	/* 100 packets over the wrap, five of them lost, one late, one twice */
	for (int i = 0; i < 100; i++)
		if (i < 50 || i >= 55)
			add(&s, (uint16_t)(65500 + i), 1, i * 20000);
	add(&s, (uint16_t)(65500 + 52), 1, 100 * 20000);
	add(&s, (uint16_t)(65500 + 99), 1, 100 * 20000);
	assert_int_equal(rtp_stat_expected(&s), 100);
	assert_int_equal(s.received, 97);
	assert_int_equal(rtp_stat_lost(&s), 3);
	assert_int_equal(s.out_of_order, 1);
	assert_int_equal(s.gap_max_us, 120000);
	/* A new SSRC begins its own count; the old one's stays. */
	for (int i = 0; i < 10; i++)
		add(&s, (uint16_t)(7 + i), 2, 3000000 + i * 20000);
	assert_int_equal(rtp_stat_expected(&s), 110);
	assert_int_equal(s.ssrc_changes, 1);
}

/* A.8: every second packet 10 ms late settles at 10 ms. */
static void test_jitter(void **state)
{
	struct rtp_stat s;
	int64_t us;

	(void)state;
	rtp_stat_init(&s);
	for (int i = 0; i < 500; i++)
		add(&s, (uint16_t)i, 1, i * 20000 + (i % 2) * 10000);
	us = rtp_stat_jitter_us(&s, 8000);
	assert_true(us > 9000 && us < 11000);
	rtp_stat_init(&s);
	for (int i = 0; i < 500; i++)
		add(&s, (uint16_t)i, 1, i * 20000);
	assert_int_equal(rtp_stat_jitter_us(&s, 8000), 0);
}

/* A sender that restarts or jumps is no loss of thousands. */
static void test_restart(void **state)
{
	struct rtp_stat s;

	(void)state;
	rtp_stat_init(&s);
	for (int i = 0; i < 10; i++)
		add(&s, (uint16_t)(1000 + i), 1, i * 20000);
	for (int i = 0; i < 10; i++)
		add(&s, (uint16_t)(40000 + i), 1, 200000 + i * 20000);
	assert_int_equal(rtp_stat_lost(&s), 0);
	assert_int_equal(rtp_stat_expected(&s), 20);
}

static void test_rtcp(void **state)
{
	struct rtp_out out;
	struct rtp_stat in;
	struct rtcp_in got;
	struct rtp_pkt p;
	char mem[256];
	struct buf b;
	const int64_t wall_us = INT64_C(1790000000000000);
	struct rtcp_write w = { .wall_us = wall_us,
		.rtp_ts = 1234,
		.cname = SLICE("ringtrace"),
		.bye = true };

	(void)state;
	rtp_out_init(&out, 0xaabbccdd, 1, 1);
	rtp_stat_init(&in);
	buf_over(&b, mem, sizeof(mem));
	/* Nothing sent, nothing received: an empty RR. */
	rtcp_write(&b, &out, &in, &w);
	assert_int_equal(buf_err(&b), ERR_OK);
	assert_int_equal(b.n % 4, 0);
	assert_int_equal(rtcp_parse(buf_slice(&b), &got), ERR_OK);
	assert_false(got.has_sr);
	assert_false(got.has_report);
	assert_true(got.bye);

	rtp_out_own(&out, 0, 160, 0, &p);
	for (int i = 0; i < 100; i++)
		if (i % 4 != 0 || i == 0)
			add(&in, (uint16_t)i, 0x55, i * 20000);
	w.bye = false;
	w.last_sr = rtcp_ntp_middle(rtcp_ntp(wall_us - 3 * RT_SEC_US));
	w.last_sr_us = wall_us - 2 * RT_SEC_US;
	buf_reset(&b);
	rtcp_write(&b, &out, &in, &w);
	assert_int_equal(rtcp_parse(buf_slice(&b), &got), ERR_OK);
	assert_true(got.has_sr);
	assert_int_equal(got.ssrc, 0xaabbccdd);
	assert_int_equal(got.sr_rtp, 1234);
	assert_int_equal(got.sr_ntp, rtcp_ntp(wall_us));
	assert_true(got.has_report);
	assert_int_equal(got.report.ssrc, 0x55);
	assert_int_equal(got.report.lost, 24);
	assert_int_equal(got.report.fraction_lost, 24 * 256 / 100);
	assert_int_equal(got.report.highest_seq, 99);
	assert_false(got.bye);
	/* Sent 3 s ago, kept for 2 s: one second on the way. */
	assert_in_range(rtcp_round_trip_us(&got.report, wall_us), 999900,
	    1000100);
	/* The interval starts anew. */
	add(&in, 100, 0x55, 100 * 20000);
	buf_reset(&b);
	rtcp_write(&b, &out, &in, &w);
	assert_int_equal(rtcp_parse(buf_slice(&b), &got), ERR_OK);
	assert_int_equal(got.report.fraction_lost, 0);
}

static void test_rtcp_broken(void **state)
{
	static const struct {
		const char *why;
		const char *in;
		size_t n;
		enum err want;
	} bad[] = {
		{ "4 bytes (AST-2017-008)", "\x80\xc8\x00\x00", 4, ERR_SYNTAX },
		{ "length lies", "\x80\xc9\x00\x07\x01\x02\x03\x04", 8,
		    ERR_SYNTAX },
		{ "count lies", "\x9f\xc9\x00\x01\x01\x02\x03\x04", 8,
		    ERR_SYNTAX },
		{ "RTP", "\x80\x00\x00\x01\x01\x02\x03\x04", 8, ERR_SYNTAX },
		{ "empty RR", "\x80\xc9\x00\x01\x01\x02\x03\x04", 8, ERR_OK },
		{ "unknown type is skipped",
		    "\x80\xcf\x00\x01\x01\x02\x03\x04"
		    "\x80\xc9\x00\x01\x01\x02\x03\x04",
		    16, ERR_OK },
		{ "second packet cut",
		    "\x80\xc9\x00\x01\x01\x02\x03\x04\x80\xc9", 10,
		    ERR_SYNTAX },
		{ "second of version 1",
		    "\x80\xc9\x00\x01\x01\x02\x03\x04\x40\xc9\x00\x00", 12,
		    ERR_SYNTAX },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(bad); i++) {
		char *exact = malloc(bad[i].n);
		struct rtcp_in got;
		enum err e;

		assert_non_null(exact);
		memcpy(exact, bad[i].in, bad[i].n);
		e = rtcp_parse(slice_of(exact, bad[i].n), &got);
		if (e != bad[i].want)
			fail_msg("%s: %s", bad[i].why, err_name(e));
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_stat),
		cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_rtcp),
		cmocka_unit_test(test_rtcp_broken),
	};

	return cmocka_run_group_tests_name("rtp_pkt", tests, NULL, NULL);
}
