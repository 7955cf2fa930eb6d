#include "sipworker/rtp/rtp_latch.h"

#define SEQ_STEP_MAX 20 /* packets lost in a row that a run may bridge */

void rtp_latch_arm(struct rtp_latch *l, struct addr4 sdp, bool any_host)
{
	const bool same = l->armed && addr4_eq(l->sdp, sdp);
	const uint64_t dropped = l->armed ? l->dropped : 0;

	if (same) {
		l->any_host = any_host;
		return;
	}
	*l = (struct rtp_latch){
		.sdp = sdp,
		.to = sdp,
		.any_host = any_host,
		.armed = true,
		.dropped = dropped,
	};
}

static enum rtp_latch_verdict drop(struct rtp_latch *l)
{
	l->dropped++;
	return RTP_LATCH_DROP;
}

static enum rtp_latch_verdict lock(struct rtp_latch *l, struct addr4 from)
{
	l->locked = true;
	l->source = from;
	l->to = from;
	return RTP_LATCH_ACCEPT;
}

/* How long from the first packet a candidate must wait; -1: never. */
static int64_t wait_us(const struct rtp_latch *l, struct addr4 from)
{
	if (from.ip == l->sdp.ip)
		return RTP_LATCH_HOST_US;
	return l->any_host ? RTP_LATCH_OTHER_US : -1;
}

/* Extends the candidate's run, or begins one. NULL: no room to track it; more
 * candidates than that are a spray, and those that came first stay. */
static struct rtp_latch_source *track(struct rtp_latch *l, struct addr4 from,
    const struct rtp_pkt *p, int64_t now_us)
{
	struct rtp_latch_source *s = NULL;

	for (uint8_t i = 0; i < l->n_tracked; i++)
		if (addr4_eq(l->tracked[i].from, from))
			s = &l->tracked[i];
	if (s != NULL) {
		const int32_t step = rtp_pkt_seq_diff(p->seq, s->seq);

		if (s->ssrc == p->ssrc && step > 0 && step <= SEQ_STEP_MAX) {
			s->seq = p->seq;
			if (s->run < UINT8_MAX)
				s->run++;
			return s;
		}
	} else if (l->n_tracked < RTP_LATCH_TRACKED) {
		s = &l->tracked[l->n_tracked++];
	} else {
		return NULL;
	}
	*s = (struct rtp_latch_source){ from, p->ssrc, p->seq, 1, now_us };
	return s;
}

/* Packets of a run stand apart in time as audio does; a burst does not count
 * (Asterisk asks for 9 ms on average). */
static bool is_spread(const struct rtp_latch_source *s, int64_t now_us)
{
	return now_us - s->first_us >= (s->run - 1) * INT64_C(9000);
}

enum rtp_latch_verdict rtp_latch_packet(struct rtp_latch *l, struct addr4 from,
    const struct rtp_pkt *p, int64_t now_us)
{
	struct rtp_latch_source *s;
	int64_t wait;

	if (!l->armed)
		return drop(l);
	if (l->locked)
		return addr4_eq(from, l->source) ? RTP_LATCH_ACCEPT : drop(l);
	if (addr4_eq(from, l->sdp))
		return lock(l, from);
	wait = wait_us(l, from);
	if (wait < 0)
		return drop(l);
	if (l->until_us == 0)
		l->until_us = now_us + RTP_LATCH_WINDOW_US;
	/* The window is over: only the SDP's address may still speak up. */
	if (now_us >= l->until_us)
		return drop(l);
	s = track(l, from, p, now_us);
	if (s == NULL)
		return drop(l);
	if (s->run < RTP_LATCH_RUN || !is_spread(s, now_us) ||
	    now_us < l->until_us - RTP_LATCH_WINDOW_US + wait)
		return RTP_LATCH_HOLD;
	return lock(l, from);
}
