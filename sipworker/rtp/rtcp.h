/*
 * rtcp.h - sender and receiver reports, CNAME and BYE (RFC 3550 6), the least
 * that keeps peers content; in both directions.
 */
#ifndef RT_RTP_RTCP_H
#define RT_RTP_RTCP_H

#include "lib/base/buf.h"
#include "sipworker/rtp/rtp_out.h"
#include "sipworker/rtp/rtp_stat.h"

#define RTCP_MAX 1500

struct rtcp_report {           /* a report block about a stream we sent */
	uint32_t ssrc;         /* whom it is about */
	uint8_t fraction_lost; /* of 256 */
	int32_t lost;
	uint32_t highest_seq;
	uint32_t jitter;
	uint32_t last_sr; /* LSR and DLSR, for the round trip */
	uint32_t delay_since_sr;
};

struct rtcp_in {
	uint32_t ssrc; /* sender of the first packet */
	bool has_sr;
	uint64_t sr_ntp;
	uint32_t sr_rtp;
	bool has_report;
	struct rtcp_report report; /* the first block */
	bool bye;
};

/* Reads a compound packet; unknown packet types are skipped. ERR_SYNTAX for
 * anything cut short: 4-byte packets and lying lengths have killed servers
 * (AST-2017-008). */
RT_MUST_USE enum err rtcp_parse(struct slice s, struct rtcp_in *out);

/* NTP time of a wall clock. */
uint64_t rtcp_ntp(int64_t wall_us);
/* The middle 32 bits, as LSR has them. */
uint32_t rtcp_ntp_middle(uint64_t ntp);
/* Round trip in microseconds from a report that names our SR; -1 unknown. */
int64_t rtcp_round_trip_us(const struct rtcp_report *r, int64_t wall_us);

/* Appends SR (when out has sent) or RR, with a block about `in` when it has
 * received, SDES CNAME, and BYE when `bye`. last_sr_* are of the peer's last
 * SR; 0 for none. Advances in's interval counters. */
struct rtcp_write {
	int64_t wall_us;
	uint32_t rtp_ts;    /* of now, in out's timestamps */
	uint32_t last_sr;   /* rtcp_ntp_middle of the peer's last SR */
	int64_t last_sr_us; /* wall time when it came */
	struct slice cname;
	bool bye;
};
void rtcp_write(struct buf *b, const struct rtp_out *out, struct rtp_stat *in,
    const struct rtcp_write *w);

#endif
