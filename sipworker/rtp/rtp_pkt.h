/*
 * rtp_pkt.h - RTP packets (RFC 3550 5.1), in and out.
 */
#ifndef RT_RTP_PKT_H
#define RT_RTP_PKT_H

#include "lib/base/err.h"
#include "lib/base/slice.h"

#define RTP_PKT_HEAD 12
#define RTP_PKT_MAX  1500

struct rtp_pkt {
	bool marker;
	uint8_t pt; /* 0 to 127 */
	uint16_t seq;
	uint32_t ts;
	uint32_t ssrc;
	struct slice payload; /* without CSRCs, extension and padding */
};

/* True for what may share an RTP port but is not RTP: RTCP (RFC 5761 4), STUN,
 * DTLS. */
bool rtp_pkt_is_rtcp(struct slice s);
/* ERR_SYNTAX: not version 2, cut short, padding longer than the packet, or
 * RTCP. */
RT_MUST_USE enum err rtp_pkt_parse(struct slice s, struct rtp_pkt *out);
/* Writes the 12 bytes of the fixed header. */
void rtp_pkt_head(const struct rtp_pkt *p, uint8_t out[RTP_PKT_HEAD]);
/* Signed distance a - b of sequence numbers and of timestamps. */
int32_t rtp_pkt_seq_diff(uint16_t a, uint16_t b);
int32_t rtp_pkt_ts_diff(uint32_t a, uint32_t b);

#endif
