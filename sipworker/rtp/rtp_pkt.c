#include "sipworker/rtp/rtp_pkt.h"

#define VERSION 2

static uint16_t be16(struct slice s, size_t at)
{
	return (
	    uint16_t)((unsigned char)s.p[at] << 8 | (unsigned char)s.p[at + 1]);
}

static uint32_t be32(struct slice s, size_t at)
{
	return (uint32_t)be16(s, at) << 16 | be16(s, at + 2);
}

/* RFC 5761 4: RTCP's packet types 192 to 223 are RTP's 64 to 95 with marker. */
bool rtp_pkt_is_rtcp(struct slice s)
{
	const unsigned char type = s.n < 2 ? 0 : (unsigned char)s.p[1];

	return s.n >= 4 && (unsigned char)s.p[0] >> 6 == VERSION &&
	       type >= 192 && type <= 223;
}

enum err rtp_pkt_parse(struct slice s, struct rtp_pkt *out)
{
	size_t head = RTP_PKT_HEAD, pad = 0;

	if (s.n < RTP_PKT_HEAD || (unsigned char)s.p[0] >> 6 != VERSION ||
	    rtp_pkt_is_rtcp(s))
		return ERR_SYNTAX;
	const unsigned char first = (unsigned char)s.p[0];
	const unsigned char second = (unsigned char)s.p[1];

	head += 4 * (size_t)(first & 15); /* CSRCs */
	if (first & 0x10) {               /* extension: 2 + 2 bytes, words */
		if (s.n < head + 4)
			return ERR_SYNTAX;
		head += 4 + 4 * (size_t)be16(s, head + 2);
	}
	if (s.n < head)
		return ERR_SYNTAX;
	if (first & 0x20) {
		pad = s.n == head ? 0 : (unsigned char)s.p[s.n - 1];
		if (pad == 0 || pad > s.n - head)
			return ERR_SYNTAX;
	}
	*out = (struct rtp_pkt){
		.marker = (second & 0x80) != 0,
		.pt = second & 0x7f,
		.seq = be16(s, 2),
		.ts = be32(s, 4),
		.ssrc = be32(s, 8),
		.payload = slice_head(slice_skip(s, head), s.n - head - pad),
	};
	return ERR_OK;
}

void rtp_pkt_head(const struct rtp_pkt *p, uint8_t out[RTP_PKT_HEAD])
{
	out[0] = VERSION << 6;
	out[1] = (uint8_t)((p->marker ? 0x80 : 0) | (p->pt & 0x7f));
	out[2] = (uint8_t)(p->seq >> 8);
	out[3] = (uint8_t)(p->seq & 0xff);
	for (unsigned int i = 0; i < 4; i++) {
		out[4 + i] = (uint8_t)(p->ts >> (24 - 8 * i) & 0xff);
		out[8 + i] = (uint8_t)(p->ssrc >> (24 - 8 * i) & 0xff);
	}
}

int32_t rtp_pkt_seq_diff(uint16_t a, uint16_t b)
{
	const uint16_t d = (uint16_t)(a - b);

	return d < 0x8000 ? (int32_t)d : (int32_t)d - 0x10000;
}

int32_t rtp_pkt_ts_diff(uint32_t a, uint32_t b)
{
	const uint32_t d = a - b;

	/* Without relying on what a conversion out of range does. */
	return d <= INT32_MAX ? (int32_t)d : -(int32_t)(UINT32_MAX - d) - 1;
}
