#include "sipworker/rtp/rtp_stat.h"

#define MAX_DROPOUT  3000 /* RFC 3550 A.1 */
#define MAX_MISORDER 100

void rtp_stat_init(struct rtp_stat *s)
{
	*s = (struct rtp_stat){ .begun = false };
}

static uint64_t expected_ssrc(const struct rtp_stat *s)
{
	if (!s->begun)
		return 0;
	return (uint64_t)s->cycles * 0x10000 + s->max_seq - s->base_seq + 1;
}

static void begin(struct rtp_stat *s, const struct rtp_pkt *p)
{
	s->expected_before += expected_ssrc(s);
	if (s->begun && s->ssrc != p->ssrc)
		s->ssrc_changes++;
	s->begun = true;
	s->ssrc = p->ssrc;
	s->max_seq = p->seq;
	s->base_seq = p->seq;
	s->cycles = 0;
	s->received_ssrc = 0;
	s->transit = INT64_MAX;
	s->jitter_q4 = 0;
}

static void add_jitter(struct rtp_stat *s, const struct rtp_pkt *p,
    uint32_t rate_hz, int64_t now_us)
{
	const int64_t arrival = now_us / 1000 * rate_hz / 1000 +
				now_us % 1000 * rate_hz / RT_SEC_US;
	/* Modulo 2**32, as the timestamps are. */
	const uint32_t transit = (uint32_t)((uint64_t)arrival) - p->ts;
	int32_t d;

	if (s->transit != INT64_MAX) {
		d = rtp_pkt_ts_diff(transit, (uint32_t)s->transit);
		if (d < 0)
			d = -(d + 1);
		/* Beyond a second it is a new time base, not jitter. */
		if ((uint32_t)d < rate_hz)
			s->jitter_q4 = s->jitter_q4 + (uint32_t)d -
				       (s->jitter_q4 + 8) / 16;
		if (s->jitter_q4 > s->jitter_max_q4)
			s->jitter_max_q4 = s->jitter_q4;
	}
	s->transit = transit;
}

void rtp_stat_add(struct rtp_stat *s, const struct rtp_pkt *p, uint32_t rate_hz,
    int64_t now_us)
{
	int32_t step;

	if (s->received == 0)
		s->first_us = now_us;
	else if (now_us - s->last_us > s->gap_max_us)
		s->gap_max_us = now_us - s->last_us;
	s->last_us = now_us;
	if (!s->begun || s->ssrc != p->ssrc)
		begin(s, p);
	step = rtp_pkt_seq_diff(p->seq, s->max_seq);
	if (step > MAX_DROPOUT || step < -MAX_MISORDER) {
		begin(s, p); /* the sender began anew */
	} else if (step > 0) {
		if (p->seq < s->max_seq)
			s->cycles++;
		s->max_seq = p->seq;
	} else if (step < 0) {
		s->out_of_order++;
	}
	s->received++;
	s->received_ssrc++;
	add_jitter(s, p, rate_hz, now_us);
}

uint64_t rtp_stat_expected(const struct rtp_stat *s)
{
	return s->expected_before + expected_ssrc(s);
}

uint64_t rtp_stat_lost(const struct rtp_stat *s)
{
	const uint64_t expected = rtp_stat_expected(s);

	return expected > s->received ? expected - s->received : 0;
}

int64_t rtp_stat_jitter_us(const struct rtp_stat *s, uint32_t rate_hz)
{
	return (int64_t)(s->jitter_q4 / 16) * RT_SEC_US / rate_hz;
}
