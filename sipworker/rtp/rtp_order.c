#include "sipworker/rtp/rtp_order.h"

#include <string.h>

void rtp_order_init(struct rtp_order *o, int64_t wait_us)
{
	memset(o, 0, sizeof(*o));
	o->wait_us = wait_us;
}

static struct rtp_order_item *slot_of(struct rtp_order *o, uint16_t seq)
{
	return &o->slot[seq % RTP_ORDER_SLOTS];
}

static void store(struct rtp_order *o, const struct rtp_pkt *p, int64_t now_us)
{
	struct rtp_order_item *it = slot_of(o, p->seq);

	*it = (struct rtp_order_item){
		.used = true,
		.marker = p->marker,
		.pt = p->pt,
		.seq = p->seq,
		.n = (uint16_t)p->payload.n,
		.ts = p->ts,
		.ssrc = p->ssrc,
		.arrived_us = now_us,
	};
	if (p->payload.n != 0)
		memcpy(it->payload, p->payload.p, p->payload.n);
	o->n++;
}

/* How far behind the due packet a late one may be; further is a new start. */
#define BACK_MAX 100

bool rtp_order_put(struct rtp_order *o, const struct rtp_pkt *p, int64_t now_us)
{
	int32_t ahead;

	if (p->payload.n > RTP_ORDER_PAYLOAD)
		return true; /* its number stays missing: counted as lost */
	ahead = rtp_pkt_seq_diff(p->seq, o->next);
	if (!o->begun || p->ssrc != o->ssrc || ahead < -BACK_MAX ||
	    ahead >= RTP_ORDER_SLOTS) {
		if (o->n != 0)
			return false;
		if (o->begun && p->ssrc == o->ssrc && ahead > 0 &&
		    ahead < BACK_MAX)
			o->lost += (uint64_t)ahead;
		o->begun = true;
		o->ssrc = p->ssrc;
		o->next = p->seq;
		store(o, p, now_us);
		return true;
	}
	if (ahead < 0) {
		o->late++;
		return true;
	}
	if (slot_of(o, p->seq)->used) {
		o->duplicates++;
		return true;
	}
	store(o, p, now_us);
	return true;
}

/* When the packet that has waited longest may pass the gap before it. */
static int64_t patience_us(const struct rtp_order *o)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < RTP_ORDER_SLOTS; i++)
		if (o->slot[i].used && o->slot[i].arrived_us < first)
			first = o->slot[i].arrived_us;
	return first == INT64_MAX ? INT64_MAX : first + o->wait_us;
}

bool rtp_order_get(struct rtp_order *o, int64_t now_us, bool flush,
    struct rtp_pkt *out)
{
	struct rtp_order_item *it;

	if (o->n == 0)
		return false;
	if (!slot_of(o, o->next)->used && !flush &&
	    o->n < RTP_ORDER_SLOTS - 1 && now_us < patience_us(o))
		return false;
	while (!slot_of(o, o->next)->used) {
		o->next = (uint16_t)(o->next + 1);
		o->lost++;
	}
	it = slot_of(o, o->next);
	it->used = false;
	o->n--;
	o->next = (uint16_t)(o->next + 1);
	*out = (struct rtp_pkt){
		.marker = it->marker,
		.pt = it->pt,
		.seq = it->seq,
		.ts = it->ts,
		.ssrc = it->ssrc,
		.payload = slice_of(it->payload, it->n),
	};
	return true;
}

int64_t rtp_order_next_us(const struct rtp_order *o)
{
	return o->n == 0 ? INT64_MAX : patience_us(o);
}
