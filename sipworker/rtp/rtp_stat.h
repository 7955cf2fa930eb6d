/*
 * rtp_stat.h - loss and jitter of a received stream (RFC 3550 A.1, A.3, A.8).
 */
#ifndef RT_RTP_STAT_H
#define RT_RTP_STAT_H

#include "sipworker/rtp/rtp_pkt.h"

struct rtp_stat {
	bool begun;
	uint32_t ssrc;
	uint16_t max_seq;
	uint32_t cycles;
	uint32_t base_seq;
	uint64_t received;        /* all SSRCs */
	uint64_t expected_before; /* of SSRCs that ended */
	uint64_t received_ssrc;
	uint64_t ssrc_changes;
	uint64_t out_of_order;
	uint64_t expected_prior; /* at the last report */
	uint64_t received_prior;
	int64_t transit;    /* of the last packet, in samples */
	uint64_t jitter_q4; /* RFC 3550 A.8, samples << 4 */
	uint64_t jitter_max_q4;
	int64_t first_us;
	int64_t last_us;
	int64_t gap_max_us; /* longest pause between two packets */
};

void rtp_stat_init(struct rtp_stat *s);
/* rate_hz is the payload's clock, 8000 for telephony. */
void rtp_stat_add(struct rtp_stat *s, const struct rtp_pkt *p, uint32_t rate_hz,
    int64_t now_us);
uint64_t rtp_stat_expected(const struct rtp_stat *s);
/* Never negative: duplicates do not make up for losses. */
uint64_t rtp_stat_lost(const struct rtp_stat *s);
int64_t rtp_stat_jitter_us(const struct rtp_stat *s, uint32_t rate_hz);

#endif
