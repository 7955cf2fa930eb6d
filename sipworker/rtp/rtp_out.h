/*
 * rtp_out.h - our own outgoing stream: one SSRC, one run of sequence numbers
 * and timestamps over prompt, bridge, whisper and bridge again.
 *
 * A relayed packet keeps the spacing of the stream it comes from; when its
 * source changes (another SSRC, a jump, a prompt between) the timestamp goes on
 * from where we were plus the time that passed, never back.
 */
#ifndef RT_RTP_OUT_H
#define RT_RTP_OUT_H

#include "sipworker/rtp/rtp_pkt.h"

struct rtp_out {
	uint32_t ssrc;
	uint16_t seq; /* of the next packet */
	bool begun;
	bool relaying;
	bool marker_next;
	uint32_t ts;         /* of the last packet sent */
	uint32_t ts_samples; /* its length, as far as known */
	int64_t sent_us;     /* when */
	uint32_t src_ssrc;   /* of the relayed stream */
	uint32_t src_ts;
	uint16_t src_seq;
	uint64_t packets; /* for RTCP SR */
	uint64_t octets;
};

/* ssrc, first sequence number and timestamp from random bytes. */
void rtp_out_init(struct rtp_out *o, uint32_t ssrc, uint16_t seq, uint32_t ts);
/* The next packet starts a talkspurt: prompt begins, source changes. */
void rtp_out_break(struct rtp_out *o);
/* Header of a packet that we make ourselves: n samples of type pt. */
void rtp_out_own(struct rtp_out *o, uint8_t pt, uint32_t n_samples,
    int64_t now_us, struct rtp_pkt *out);
/* Header of a relayed packet: seq, ts, ssrc, marker rewritten; payload and
 * everything else are the caller's. pt is the leg's own type. Packets of one
 * event (RFC 4733) keep one timestamp, as they came with one. Reordered and
 * lost packets keep their distance in sequence too, so the receiver sees what
 * happened. */
void rtp_out_relay(struct rtp_out *o, const struct rtp_pkt *in, uint8_t pt,
    int64_t now_us, struct rtp_pkt *out);

#endif
