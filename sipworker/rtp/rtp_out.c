#include "sipworker/rtp/rtp_out.h"

#define RATE_HZ 8000
/* A source whose sequence jumps further than this began anew. */
#define SEQ_JUMP RTP_OUT_RUN_MAX
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

static void sent(struct rtp_out *o, const struct rtp_pkt *in,
    enum rtp_out_kind kind)
{
	o->octets += in->payload.n;
	if (kind == RTP_OUT_AUDIO)
		o->ts_samples =
		    in->payload.n <= 480 ? (uint32_t)in->payload.n : 160;
}

/* A later packet of earlier audio: the source's clock was set. */
static bool steps_back(const struct rtp_out *o, const struct rtp_pkt *in,
    enum rtp_out_kind kind, int32_t seq)
{
	return kind == RTP_OUT_AUDIO && seq > 0 &&
	       rtp_pkt_ts_diff(in->ts, o->src_ts) < 0;
}

/* The first packet of a source, or of one whose clock began anew. */
static void begin_run(struct rtp_out *o, const struct rtp_pkt *in, uint8_t pt,
    int64_t now_us, struct rtp_pkt *out)
{
	count(o, out, pt, next_ts(o, now_us), true, now_us);
	o->relaying = true;
	o->marker_next = false;
	o->run = 0;
	o->src_ssrc = in->ssrc;
	o->src_seq = in->seq;
	o->src_ts = in->ts;
}

/* How far the packet stands from the last one in time. */
static int32_t step_of(const struct rtp_out *o, const struct rtp_pkt *in,
    enum rtp_out_kind kind, int32_t seq, int64_t now_us)
{
	const int32_t ts = rtp_pkt_ts_diff(in->ts, o->src_ts);

	if (kind == RTP_OUT_EVENT)
		return ts;
	if (seq > 0 && ts <= 0)
		return rtp_pkt_ts_diff(next_ts(o, now_us), o->ts);
	return seq <= 0 && ts > 0 ? 0 : ts;
}

static void move_on(struct rtp_out *o, const struct rtp_pkt *in, int32_t seq,
    const struct rtp_pkt *out, int64_t now_us)
{
	o->seq = (uint16_t)(out->seq + 1);
	o->run = o->run + seq < RTP_OUT_RUN_MAX ? (uint16_t)(o->run + seq)
						: RTP_OUT_RUN_MAX;
	o->src_seq = in->seq;
	/* An event that began before the audio beside it does not take the
	 * clock back. */
	if (rtp_pkt_ts_diff(out->ts, o->ts) < 0)
		return;
	o->ts = out->ts;
	o->src_ts = in->ts;
	o->sent_us = now_us;
}

bool rtp_out_relay(struct rtp_out *o, const struct rtp_pkt *in,
    enum rtp_out_kind kind, uint8_t pt, int64_t now_us, struct rtp_pkt *out)
{
	const int32_t seq = rtp_pkt_seq_diff(in->seq, o->src_seq);

	if (!goes_on(o, in)) {
		begin_run(o, in, pt, now_us, out);
	} else if (seq + o->run < 0) {
		return false;
	} else {
		*out = (struct rtp_pkt){
			.marker = in->marker || o->marker_next ||
				  steps_back(o, in, kind, seq),
			.pt = pt,
			.seq = (uint16_t)(o->seq - 1 + seq),
			.ts =
			    o->ts + (uint32_t)step_of(o, in, kind, seq, now_us),
			.ssrc = o->ssrc,
		};
		o->packets++;
		o->marker_next = false;
		if (seq > 0) /* a late one does not move us back */
			move_on(o, in, seq, out, now_us);
	}
	out->payload = in->payload;
	sent(o, in, kind);
	return true;
}

void rtp_out_skip(struct rtp_out *o, const struct rtp_pkt *in)
{
	if (goes_on(o, in) && rtp_pkt_seq_diff(in->seq, o->src_seq) > 0)
		o->src_seq = in->seq;
}
