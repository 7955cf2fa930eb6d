/*
 * rtp_latch.h - whose packets do we accept and where do we send ours.
 *
 * Symmetric RTP with the rules that keep an attacker out
 * (CVE-2017-14099, CVE-2025-53399). Until it is locked the latch listens; it
 * locks on RTP_LATCH_RUN packets in sequence of one source and SSRC, spread in
 * time, preferring the address of the SDP: a packet from exactly there locks at
 * once. Another port of the same host must wait, another host longer, and is
 * refused at all when the trunk has a media list and the host is not in it.
 * When the window ends unlocked the SDP's address stays. After the lock every
 * other source is dropped and counted, until a new offer re-arms the latch.
 */
#ifndef RT_RTP_LATCH_H
#define RT_RTP_LATCH_H

#include "lib/base/addr4.h"
#include "sipworker/rtp/rtp_pkt.h"

#define RTP_LATCH_WINDOW_US (5 * RT_SEC_US)
#define RTP_LATCH_RUN       4
/* Candidates other than the SDP's address and port wait this long from the
 * first packet, so that the right source has its chance to speak first. */
#define RTP_LATCH_HOST_US  (100 * INT64_C(1000))
#define RTP_LATCH_OTHER_US (500 * INT64_C(1000))
#define RTP_LATCH_TRACKED  4

enum rtp_latch_verdict {
	RTP_LATCH_DROP, /* not of this call: no audio of it anywhere */
	RTP_LATCH_HOLD, /* may become the source: not relayed, not recorded yet
			 */
	RTP_LATCH_ACCEPT
};

struct rtp_latch_source {
	struct addr4 from;
	uint32_t ssrc;
	uint16_t seq;
	uint8_t run;
	int64_t first_us;
};

struct rtp_latch {
	struct addr4 sdp; /* ip 0: nothing known */
	struct addr4 to;  /* where our packets go now */
	bool any_host;    /* may another host than the SDP's be learned? */
	bool armed;
	bool locked;
	int64_t until_us;    /* end of the window; 0: not begun */
	struct addr4 source; /* when locked */
	uint8_t n_tracked;
	struct rtp_latch_source tracked[RTP_LATCH_TRACKED];
	uint64_t dropped;
};

/* any_host: the trunk has no media address list (or SDP's address is private,
 * that is behind a NAT). Also used again after each new offer or answer: keeps
 * the lock when the SDP address did not change. */
void rtp_latch_arm(struct rtp_latch *l, struct addr4 sdp, bool any_host);
/* One RTP packet from `from`. When the source is locked by it, l->to is its
 * address. */
enum rtp_latch_verdict rtp_latch_packet(struct rtp_latch *l, struct addr4 from,
    const struct rtp_pkt *p, int64_t now_us);

#endif
