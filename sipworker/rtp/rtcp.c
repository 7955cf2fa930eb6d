#include "sipworker/rtp/rtcp.h"

#include "lib/base/take.h"

#define VERSION   2
#define TYPE_SR   200
#define TYPE_RR   201
#define TYPE_SDES 202
#define TYPE_BYE  203
#define CNAME     1
#define HEAD      4
#define BLOCK     24
/* Seconds between 1900 and 1970. */
#define NTP_EPOCH UINT64_C(2208988800)

static void take_block(struct take *t, struct rtcp_in *out)
{
	struct rtcp_report r;
	uint32_t lost;

	r.ssrc = take_be32(t);
	r.fraction_lost = take_u8(t);
	lost = (uint32_t)take_u8(t) << 16;
	lost |= take_be16(t);
	/* 24 bits with a sign. */
	r.lost = lost < 0x800000 ? (int32_t)lost : (int32_t)lost - 0x1000000;
	r.highest_seq = take_be32(t);
	r.jitter = take_be32(t);
	r.last_sr = take_be32(t);
	r.delay_since_sr = take_be32(t);
	if (!out->has_report) {
		out->has_report = true;
		out->report = r;
	}
}

/* One packet of the compound, without its 4 bytes of head. */
static enum err parse_one(uint8_t type, uint8_t count, struct slice body,
    struct rtcp_in *out)
{
	struct take t;

	take_init(&t, body);
	if (type == TYPE_BYE)
		out->bye = true;
	if (type != TYPE_SR && type != TYPE_RR)
		return ERR_OK;
	const uint32_t ssrc = take_be32(&t);

	if (type == TYPE_SR) {
		out->sr_ntp = take_be64(&t);
		out->sr_rtp = take_be32(&t);
		(void)take_be64(&t); /* its packet and octet counts */
		out->has_sr = true;
	}
	if (out->ssrc == 0)
		out->ssrc = ssrc;
	for (uint8_t i = 0; i < count; i++)
		take_block(&t, out);
	return t.failed ? ERR_SYNTAX : ERR_OK;
}

enum err rtcp_parse(struct slice s, struct rtcp_in *out)
{
	struct rtcp_in in = { .ssrc = 0 };

	if (!rtp_pkt_is_rtcp(s))
		return ERR_SYNTAX;
	while (s.n != 0) {
		struct take t;
		uint8_t first, type;
		size_t n;
		enum err e;

		take_init(&t, s);
		first = take_u8(&t);
		type = take_u8(&t);
		n = (size_t)take_be16(&t) * 4;
		if (t.failed || first >> 6 != VERSION || n > t.rest.n)
			return ERR_SYNTAX;
		e = parse_one(type, first & 31, slice_head(t.rest, n), &in);
		if (e != ERR_OK)
			return e;
		s = slice_skip(s, HEAD + n);
	}
	*out = in;
	return ERR_OK;
}

uint64_t rtcp_ntp(int64_t wall_us)
{
	const uint64_t us = (uint64_t)wall_us;
	const uint64_t s = us / 1000000, rest = us % 1000000;

	return (s + NTP_EPOCH) << 32 | (rest << 32) / 1000000;
}

uint32_t rtcp_ntp_middle(uint64_t ntp)
{
	return (uint32_t)(ntp >> 16 & UINT32_MAX);
}

int64_t rtcp_round_trip_us(const struct rtcp_report *r, int64_t wall_us)
{
	const uint32_t now = rtcp_ntp_middle(rtcp_ntp(wall_us));
	const uint32_t trip = now - r->last_sr - r->delay_since_sr;

	/* In 1/65536 s. More than 10 s is nonsense or another's clock. */
	if (r->last_sr == 0 || trip > 10 * 65536)
		return -1;
	return (int64_t)trip * 1000000 / 65536;
}

static uint32_t delay_units(const struct rtcp_write *w)
{
	const int64_t us = w->wall_us - w->last_sr_us;

	if (w->last_sr == 0 || us < 0 || us > RT_HOUR_US)
		return 0;
	return (uint32_t)(us * 65536 / 1000000);
}

/* RFC 3550 A.3; advances the interval. */
static void put_block(struct buf *b, struct rtp_stat *in,
    const struct rtcp_write *w)
{
	const uint64_t expected = rtp_stat_expected(in);
	const uint64_t span = expected - in->expected_prior;
	const uint64_t got = in->received - in->received_prior;
	uint64_t lost = rtp_stat_lost(in);
	uint64_t fraction = 0;

	if (span != 0 && span > got)
		fraction = ((span - got) << 8) / span;
	if (lost > 0x7fffff)
		lost = 0x7fffff;
	buf_be32(b, in->ssrc);
	buf_be32(b, (uint32_t)((fraction > 255 ? 255 : fraction) << 24 | lost));
	buf_be32(b, (in->cycles & 0xffff) << 16 | in->max_seq);
	buf_be32(b, (uint32_t)(in->jitter_q4 >> 4));
	buf_be32(b, w->last_sr);
	buf_be32(b, delay_units(w));
	in->expected_prior = expected;
	in->received_prior = in->received;
}

static void put_head(struct buf *b, unsigned int count, uint8_t type,
    size_t bytes)
{
	buf_char(b, (char)(VERSION << 6 | count));
	buf_char(b, (char)type);
	buf_be16(b, (uint16_t)(bytes / 4));
}

static void put_sdes(struct buf *b, uint32_t ssrc, struct slice cname)
{
	const struct slice name = slice_head(cname, 255);
	const size_t used = 4 + 2 + name.n; /* ssrc, item head, text */
	const size_t pad = 4 - used % 4;    /* at least one NUL ends it */

	put_head(b, 1, TYPE_SDES, used + pad);
	buf_be32(b, ssrc);
	buf_char(b, CNAME);
	buf_char(b, (char)name.n);
	buf_put(b, name);
	for (size_t i = 0; i < pad; i++)
		buf_char(b, '\0');
}

void rtcp_write(struct buf *b, const struct rtp_out *out, struct rtp_stat *in,
    const struct rtcp_write *w)
{
	const bool sent = out->packets != 0;
	const unsigned int count = in->begun ? 1 : 0;
	const size_t own = sent ? 24 : 4;

	put_head(b, count, sent ? TYPE_SR : TYPE_RR, own + count * BLOCK);
	buf_be32(b, out->ssrc);
	if (sent) {
		buf_be64(b, rtcp_ntp(w->wall_us));
		buf_be32(b, w->rtp_ts);
		buf_be32(b, (uint32_t)(out->packets & UINT32_MAX));
		buf_be32(b, (uint32_t)(out->octets & UINT32_MAX));
	}
	if (count != 0)
		put_block(b, in, w);
	put_sdes(b, out->ssrc, w->cname);
	if (w->bye) {
		put_head(b, 1, TYPE_BYE, 4);
		buf_be32(b, out->ssrc);
	}
}
