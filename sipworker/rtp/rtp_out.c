#include "sipworker/rtp/rtp_out.h"

#define RATE_HZ 8000
/* A source whose sequence jumps further than this began anew. */
#define SEQ_JUMP 100
/* And one whose timestamp leaves the clock by more than this (10 s). */
#define TS_JUMP (10 * RATE_HZ)

void rtp_out_init(struct rtp_out *o, uint32_t ssrc, uint16_t seq, uint32_t ts)
{
	*o = (struct rtp_out){
		.ssrc = ssrc,
		.seq = seq,
		.ts = ts,
		.marker_next = true,
	};
}

void rtp_out_break(struct rtp_out *o)
{
	o->relaying = false;
	o->marker_next = true;
}

/* The timestamp of a packet that follows without a source's own clock: after
 * the last one's samples, or later when time has passed. */
static uint32_t next_ts(const struct rtp_out *o, int64_t now_us)
{
	const int64_t passed_us = now_us - o->sent_us;
	uint32_t step = o->ts_samples;

	if (!o->begun)
		return o->ts;
	if (passed_us > 0 && passed_us < RT_DAY_US) {
		const uint32_t passed =
		    (uint32_t)(passed_us * RATE_HZ / RT_SEC_US);

		/* Less than a packet late is jitter of our own timer. */
		if (passed > step + step / 2)
			step = passed;
	}
	return o->ts + step;
}

static void count(struct rtp_out *o, struct rtp_pkt *out, uint8_t pt,
    uint32_t ts, bool marker, int64_t now_us)
{
	*out = (struct rtp_pkt){
		.marker = marker,
		.pt = pt,
		.seq = o->seq,
		.ts = ts,
		.ssrc = o->ssrc,
	};
	o->seq = (uint16_t)(o->seq + 1);
	o->begun = true;
	o->ts = ts;
	o->sent_us = now_us;
	o->packets++;
}

void rtp_out_own(struct rtp_out *o, uint8_t pt, uint32_t n_samples,
    int64_t now_us, struct rtp_pkt *out)
{
	const bool marker = o->marker_next || o->relaying;
	uint32_t ts = o->ts + o->ts_samples;

	/* Our own stream runs on samples; time counts only after a pause. */
	if (marker)
		ts = next_ts(o, now_us);
	if (!o->begun)
		ts = o->ts;
	count(o, out, pt, ts, marker, now_us);
	o->relaying = false;
	o->marker_next = false;
	o->ts_samples = n_samples;
	o->octets += n_samples;
}

/* Does this packet go on with the stream that is being relayed? */
static bool goes_on(const struct rtp_out *o, const struct rtp_pkt *in)
{
	const int32_t seq = rtp_pkt_seq_diff(in->seq, o->src_seq);
	const int32_t ts = rtp_pkt_ts_diff(in->ts, o->src_ts);

	return o->relaying && in->ssrc == o->src_ssrc && seq > -SEQ_JUMP &&
	       seq < SEQ_JUMP && ts > -TS_JUMP && ts < TS_JUMP;
}

void rtp_out_relay(struct rtp_out *o, const struct rtp_pkt *in, uint8_t pt,
    int64_t now_us, struct rtp_pkt *out)
{
	if (!goes_on(o, in)) {
		count(o, out, pt, next_ts(o, now_us), true, now_us);
		o->relaying = true;
		o->marker_next = false;
		o->src_ssrc = in->ssrc;
		o->src_seq = in->seq;
		o->src_ts = in->ts;
	} else {
		const int32_t seq = rtp_pkt_seq_diff(in->seq, o->src_seq);

		*out = (struct rtp_pkt){
			.marker = in->marker || o->marker_next,
			.pt = pt,
			.seq = (uint16_t)(o->seq - 1 + seq),
			.ts = o->ts + (in->ts - o->src_ts),
			.ssrc = o->ssrc,
		};
		o->packets++;
		o->marker_next = false;
		if (seq > 0) { /* a late one does not move us back */
			o->seq = (uint16_t)(out->seq + 1);
			o->ts = out->ts;
			o->sent_us = now_us;
			o->src_seq = in->seq;
			o->src_ts = in->ts;
		}
	}
	out->payload = in->payload;
	o->ts_samples = in->payload.n <= 480 ? (uint32_t)in->payload.n : 160;
	o->octets += in->payload.n;
}
