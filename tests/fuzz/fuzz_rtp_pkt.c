/*
 * Fuzzes sipworker/rtp: a stream of packets, each with two bytes of length in
 * front, through parser, RTCP, statistics, latch and outgoing stream.
 * Invariants: payload inside the packet; each packet counted once; our own
 * stream is one source; a latch is never back where the offer said.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/take.h"
#include "sipworker/rtp/rtcp.h"
#include "sipworker/rtp/rtp_latch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct addr4 sdp = { 0x7f000001, 4000 };
	struct rtp_latch latch = { .armed = false };
	struct rtp_stat stat;
	struct rtp_out out;
	uint64_t fed = 0;
	int64_t now_us = 0;
	struct take t;

	rtp_stat_init(&stat);
	rtp_out_init(&out, 1, 2, 3);
	rtp_latch_arm(&latch, sdp, true);
	take_init(&t, slice_of(data, size));
	while (t.rest.n > 2 && !t.failed) {
		const size_t n = take_be16(&t) % 600;
		const struct slice bytes =
		    take_bytes(&t, n < t.rest.n ? n : t.rest.n);
		struct rtp_pkt p, o;
		struct rtcp_in in;

		now_us += 5000;
		if (rtcp_parse(bytes, &in) == ERR_OK)
			assert(rtp_pkt_is_rtcp(bytes));
		if (rtp_pkt_parse(bytes, &p) != ERR_OK)
			continue;
		assert(!rtp_pkt_is_rtcp(bytes));
		assert(p.payload.n == 0 ||
		       (p.payload.p >= bytes.p &&
			   p.payload.p + p.payload.n <= bytes.p + bytes.n));
		fed++;
		rtp_stat_add(&stat, &p, 8000, now_us);
		assert(stat.received == fed);
		const enum rtp_out_kind kind =
		    p.pt < 96 ? RTP_OUT_AUDIO : RTP_OUT_EVENT;
		const struct rtp_out before = out;

		if (rtp_out_relay(&out, &p, kind, 0, now_us, &o)) {
			assert(o.ssrc == 1);
			assert(!before.begun || kind == RTP_OUT_EVENT ||
			       rtp_pkt_seq_diff(o.seq, before.seq) < 0 ||
			       rtp_pkt_ts_diff(o.ts, before.ts) >= 0);
		}
		(void)rtp_latch_packet(&latch,
		    (struct addr4){ p.ssrc | 0x80000000, p.seq }, &p, now_us);
		assert(!latch.locked || !addr4_eq(latch.to, sdp));
	}
	return 0;
}
