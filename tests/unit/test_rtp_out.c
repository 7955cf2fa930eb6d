/* Tests of sipworker/rtp/rtp_out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sipworker/rtp/rtp_out.h"

#define FRAME_US 20000

static char payload[160];

static struct rtp_pkt packet(uint16_t seq, uint32_t ts, uint32_t ssrc)
{
	return (struct rtp_pkt){ .seq = seq,
		.ts = ts,
		.ssrc = ssrc,
		.payload = slice_of(payload, sizeof(payload)) };
}

/* Prompt, bridge, another source, prompt: one SSRC, sequence without a step,
 * time only forward, the marker where a new source begins. */
static void test_one_stream(void **state)
{
	struct rtp_pkt in, out, last = { 0 };
	struct rtp_out o;
	int64_t now_us = 0;
	int n = 0;

	(void)state;
	rtp_out_init(&o, 9, 65530, UINT32_MAX - 500);
	for (int part = 0; part < 4; part++) {
		for (int i = 0; i < 10; i++, n++, now_us += FRAME_US) {
			if (part % 3 == 0) {
				rtp_out_own(&o, 0, 160, now_us, &out);
			} else {
				in = packet((uint16_t)(100 * part + i),
				    (uint32_t)(5000 * part + i * 160),
				    (uint32_t)part);
				assert_true(rtp_out_relay(&o, &in,
				    RTP_OUT_AUDIO, 0, now_us, &out));
			}
			assert_int_equal(out.ssrc, 9);
			assert_int_equal(out.marker, i == 0);
			if (n > 0) {
				assert_int_equal(rtp_pkt_seq_diff(out.seq,
						     last.seq),
				    1);
				assert_int_equal(rtp_pkt_ts_diff(out.ts,
						     last.ts),
				    160);
			}
			last = out;
		}
	}
	assert_int_equal(o.packets, 40);
}

/* Silence between two sources passes as time, not as samples lost. */
static void test_pause(void **state)
{
	struct rtp_pkt in = packet(1, 1000, 1), out;
	struct rtp_out o;

	(void)state;
	rtp_out_init(&o, 9, 1, 0);
	rtp_out_own(&o, 0, 160, 0, &out);
	rtp_out_break(&o);
	assert_true(
	    rtp_out_relay(&o, &in, RTP_OUT_AUDIO, 0, 2 * RT_SEC_US, &out));
	assert_int_equal(out.ts, 16000);
	assert_int_equal(out.seq, 2);
	assert_true(out.marker);
}

/* A lost packet leaves its number free, a late one fills it, neither moves the
 * rest. */
static void test_order_is_kept(void **state)
{
	static const int order[] = { 0, 1, 3, 2, 4, 6 };
	struct rtp_out o;

	(void)state;
	rtp_out_init(&o, 9, 50, 0);
	for (size_t i = 0; i < RT_ARRAY_LEN(order); i++) {
		const struct rtp_pkt in = packet((uint16_t)(900 + order[i]),
		    (uint32_t)order[i] * 160, 7);
		struct rtp_pkt out;

		assert_true(rtp_out_relay(&o, &in, RTP_OUT_AUDIO, 8,
		    (int64_t)i * FRAME_US, &out));
		assert_int_equal(out.seq, 50 + order[i]);
		assert_int_equal(out.ts, order[i] * 160);
		assert_int_equal(out.pt, 8);
	}
}

/* RFC 4733: all packets of a press share a timestamp, also on the way out. */
static void test_event_ts(void **state)
{
	struct rtp_pkt out;
	struct rtp_out o;

	(void)state;
	rtp_out_init(&o, 9, 0, 0);
	for (uint16_t i = 0; i < 5; i++) {
		struct rtp_pkt in = packet(i, 4000, 7);

		in.payload.n = 4;
		assert_true(rtp_out_relay(&o, &in, RTP_OUT_EVENT, 101,
		    i * FRAME_US, &out));
		assert_int_equal(out.ts, 0);
		assert_int_equal(out.seq, i);
	}
}

/* What sources do to their clocks, and what leaves us all the same. */
static const struct {
	const char *why;
	enum rtp_out_kind kind[5];
	int seq[5];
	int32_t in_ts[5];
	bool sent[5];
	int out_seq[5];
	int32_t out_ts[5];
	bool marker[5];
} clocks[] = {
	{ "back by half a second", { 0 }, { 0, 1, 2, 3, 4 },
	    { 0, 160, -3840, -3680, -3520 }, { 1, 1, 1, 1, 1 },
	    { 0, 1, 2, 3, 4 }, { 0, 160, 320, 480, 640 }, { 1, 0, 1, 0, 0 } },
	{ "stands still", { 0 }, { 0, 1, 2, 3, 4 }, { 0, 0, 0, 0, 0 },
	    { 1, 1, 1, 1, 1 }, { 0, 1, 2, 3, 4 }, { 0, 160, 320, 480, 640 },
	    { 1, 0, 0, 0, 0 } },
	{ "a late one from the future", { 0 }, { 0, 2, 1, 3, 4 },
	    { 0, 320, 900, 480, 640 }, { 1, 1, 1, 1, 1 }, { 0, 2, 1, 3, 4 },
	    { 0, 320, 320, 480, 640 }, { 1, 0, 0, 0, 0 } },
	{ "late, from before the first", { 0 }, { 0, 1, -1, 2, -2 },
	    { 0, 160, -160, 320, -320 }, { 1, 1, 0, 1, 0 }, { 0, 1, 0, 2, 0 },
	    { 0, 160, 0, 320, 0 }, { 1, 0, 0, 0, 0 } },
	{ "an event beside the audio keeps its own time",
	    { RTP_OUT_AUDIO, RTP_OUT_EVENT, RTP_OUT_AUDIO, RTP_OUT_EVENT,
		RTP_OUT_AUDIO },
	    { 0, 1, 2, 3, 4 }, { 0, 160, 320, 160, 480 }, { 1, 1, 1, 1, 1 },
	    { 0, 1, 2, 3, 4 }, { 0, 160, 320, 160, 480 }, { 1, 0, 0, 0, 0 } },
};

static void test_clocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(clocks); i++) {
		struct rtp_out o;

		rtp_out_init(&o, 9, 700, 80000);
		for (int k = 0; k < 5; k++) {
			const struct rtp_pkt in =
			    packet((uint16_t)(9000 + clocks[i].seq[k]),
				(uint32_t)(50000 + clocks[i].in_ts[k]), 7);
			struct rtp_pkt out;

			if (rtp_out_relay(&o, &in, clocks[i].kind[k], 0,
				k * FRAME_US, &out) != clocks[i].sent[k])
				fail_msg("%s: %d", clocks[i].why, k);
			if (clocks[i].sent[k] &&
			    (out.seq != 700 + clocks[i].out_seq[k] ||
				(int32_t)(out.ts - 80000) !=
				    clocks[i].out_ts[k] ||
				out.marker != clocks[i].marker[k]))
				fail_msg("%s: %d: seq %d ts %d marker %d",
				    clocks[i].why, k, out.seq - 700,
				    (int)(out.ts - 80000), out.marker);
		}
	}
}

/* A prompt took the numbers: what was late before it is not sent into them. */
static void test_late_behind_prompt(void **state)
{
	struct rtp_pkt in = packet(500, 0, 7), out;
	struct rtp_out o;

	(void)state;
	rtp_out_init(&o, 9, 1, 0);
	assert_true(rtp_out_relay(&o, &in, RTP_OUT_AUDIO, 0, 0, &out));
	rtp_out_own(&o, 0, 160, FRAME_US, &out);
	in = packet(503, 480, 7);
	assert_true(
	    rtp_out_relay(&o, &in, RTP_OUT_AUDIO, 0, 3 * FRAME_US, &out));
	assert_int_equal(out.seq, 3);
	in = packet(502, 320, 7);
	assert_false(
	    rtp_out_relay(&o, &in, RTP_OUT_AUDIO, 0, 3 * FRAME_US, &out));
}

/* What is not passed on leaves no hole that would count as loss. */
static void test_skip(void **state)
{
	struct rtp_pkt in = packet(500, 0, 7), out;
	struct rtp_out o;

	(void)state;
	rtp_out_init(&o, 9, 1, 0);
	rtp_out_skip(&o, &in);
	assert_true(rtp_out_relay(&o, &in, RTP_OUT_AUDIO, 0, 0, &out));
	in = packet(501, 160, 7);
	rtp_out_skip(&o, &in);
	in = packet(502, 320, 7);
	assert_true(
	    rtp_out_relay(&o, &in, RTP_OUT_AUDIO, 0, 2 * FRAME_US, &out));
	assert_int_equal(out.seq, 2);
	assert_int_equal(out.ts, 320);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_stream),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_order_is_kept),
		cmocka_unit_test(test_event_ts),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_late_behind_prompt),
		cmocka_unit_test(test_skip),
	};

	return cmocka_run_group_tests_name("rtp_out", tests, NULL, NULL);
}
