/*
 * rtp_out.h - our own outgoing stream: one SSRC, one run of sequence numbers
 * and timestamps over prompt, bridge, whisper and bridge again.
 *
 * A relayed packet keeps the spacing of the stream it comes from; when its
 * source changes (another SSRC, a jump, a prompt between) the timestamp goes on
 * from where we were plus the time that passed, never back. Nor does it stand
 * still or go back because a source's own clock does: audio of a later packet
 * is later. A packet that is older than the run it would be put into is not
 * sent at all: its number has gone to something else.
 */
#ifndef RT_RTP_OUT_H
#define RT_RTP_OUT_H

#include "sipworker/rtp/rtp_pkt.h"

#define RTP_OUT_RUN_MAX 100

enum rtp_out_kind {
	RTP_OUT_AUDIO,
	RTP_OUT_EVENT
};

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
	uint16_t run; /* numbers given to this source, up to RTP_OUT_RUN_MAX */
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
 * event (RFC 4733) keep one timestamp, as they came with one, even when audio
 * went on beside them. Reordered and lost packets keep their distance in
 * sequence too, so the receiver sees what happened. False: too old to be sent,
 * *out is not written. */
RT_MUST_USE bool rtp_out_relay(struct rtp_out *o, const struct rtp_pkt *in,
    enum rtp_out_kind kind, uint8_t pt, int64_t now_us, struct rtp_pkt *out);
/* The packet is not passed on, and its number is no loss. */
void rtp_out_skip(struct rtp_out *o, const struct rtp_pkt *in);

#endif
