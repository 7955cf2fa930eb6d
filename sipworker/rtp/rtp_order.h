/*
 * rtp_order.h - puts packets back in order for recording and prompts.
 *
 * A window of RTP_ORDER_SLOTS packets by sequence number; duplicates and
 * packets older than what was given out are dropped and counted. Relayed audio
 * does not pass here: it is forwarded at once.
 */
#ifndef RT_RTP_ORDER_H
#define RT_RTP_ORDER_H

#include "sipworker/rtp/rtp_pkt.h"

#define RTP_ORDER_SLOTS   8
#define RTP_ORDER_PAYLOAD 480 /* 60 ms of G.711 */

struct rtp_order_item {
	bool used;
	bool marker;
	uint8_t pt;
	uint16_t seq;
	uint16_t n;
	uint32_t ts;
	uint32_t ssrc;
	int64_t arrived_us;
	uint8_t payload[RTP_ORDER_PAYLOAD];
};

struct rtp_order {
	bool begun;
	uint16_t next; /* sequence number due */
	uint32_t ssrc;
	uint8_t n;
	uint64_t late; /* dropped: already given out or passed over */
	uint64_t duplicates;
	uint64_t lost; /* passed over */
	int64_t wait_us;
	struct rtp_order_item slot[RTP_ORDER_SLOTS]; /* by seq modulo */
};

/* wait_us: how long a gap may hold back what came after it, 60,000 to 100,000.
 * A gap is also given up when the window is full. */
void rtp_order_init(struct rtp_order *o, int64_t wait_us);
/* Takes a packet in. A new SSRC or a jump beyond the window starts anew after
 * what is waiting was given out: the call returns false and must be repeated
 * once rtp_order_get() returned false with flush. Payloads beyond
 * RTP_ORDER_PAYLOAD are dropped and counted as lost. */
RT_MUST_USE bool rtp_order_put(struct rtp_order *o, const struct rtp_pkt *p,
    int64_t now_us);
/* Gives the next packet in order, if it is there or its gap has been waited
 * for; flush gives what is there. *out's payload points into o and is valid
 * until the next put. */
bool rtp_order_get(struct rtp_order *o, int64_t now_us, bool flush,
    struct rtp_pkt *out);
/* When rtp_order_get() may next give something without a new packet; INT64_MAX
 * when nothing waits. */
int64_t rtp_order_next_us(const struct rtp_order *o);

#endif
