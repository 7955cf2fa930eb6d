#include "sipworker/media/media_stream.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/base/rnd.h"
#include "sipworker/media/media_hear.h"
#include "sipworker/media/media_index.h"
#include "sipworker/media/media_pace.h"
#include "sipworker/media/media_say.h"
#include "sipworker/rtp/g711.h"
#include "sipworker/rtp/rtcp.h"

#define RATE_HZ 8000
#define PT_PCMU 0
#define PT_PCMA 8
#define PT_CN   13

/* A frame in the ring is 60 ms at most. */
#define FRAME_MAX 480

/* --- opening and closing ---------------------------------------------------*/

static void open_stream(struct media_thread *t, const struct media_cmd *c)
{
	struct media_stream *s = media_index_add(t, c->stream);
	uint32_t random[3];

	if (s == NULL) {
		media_say(t, MEDIA_OPEN_FAILED, c->stream);
		return;
	}
	s->key = c->key;
	s->port = c->port;
	s->dtmf_pt = MEDIA_NO_DTMF;
	if (media_sock_open(t, s) != ERR_OK) {
		log_sys("media: bind port=%u", c->port);
		media_sock_close(s);
		media_index_remove(t, s);
		media_say(t, MEDIA_OPEN_FAILED, c->stream);
		return;
	}
	rnd_bytes(random, sizeof(random));
	rtp_out_init(&s->out, random[0], (uint16_t)random[1], random[2]);
	rtp_stat_init(&s->stat);
	dtmf_in_init(&s->dtmf);
	media_say(t, MEDIA_OPENED, c->stream);
}

static void lose_source(struct media_thread *t, struct media_stream *s)
{
	s->from->to = NULL;
	s->from = NULL;
	rtp_out_break(&s->out);
	media_pace_return(t, s);
}

static void part(struct media_thread *t, struct media_stream *s)
{
	if (s->to != NULL)
		lose_source(t, s->to);
	if (s->from != NULL)
		lose_source(t, s);
}

static void close_stream(struct media_thread *t, struct media_stream *s)
{
	struct media_event ev = { .what = MEDIA_CLOSED,
		.stream = s->id,
		.at_us = t->now_us };

	media_say_report(t, s, true);
	ev.stats = (struct media_stats){ .packets_in = s->stat.received,
		.packets_out = s->out.packets,
		.lost = rtp_stat_lost(&s->stat),
		.dropped = s->dropped + s->latch.dropped,
		.jitter_us = (uint32_t)rtp_stat_jitter_us(&s->stat, RATE_HZ),
		.rtt_us = s->rtt_us };
	part(t, s);
	media_pace_leave(t, s);
	media_sock_close(s);
	media_index_remove(t, s);
	media_say_event(t, &ev);
}

/* --- commands --------------------------------------------------------------*/

static void target(struct media_thread *t, struct media_stream *s,
    const struct media_cmd *c)
{
	if (c->relearn)
		s->latch = (struct rtp_latch){ .dropped = s->latch.dropped };
	rtp_latch_arm(&s->latch, c->remote, c->any_host);
	s->rtcp_to = c->rtcp;
	s->pt = c->pt;
	s->own_pt = c->own_pt;
	s->dtmf_pt = c->dtmf_pt;
	s->send = c->send;
	if (!s->targeted || (c->receive && !s->receive)) {
		s->heard_us = t->now_us;
		s->silent = false;
	}
	s->receive = c->receive;
	if (!s->targeted)
		s->rtcp_due_us = t->now_us + MEDIA_RTCP_US;
	if (c->relearn)
		s->flowing = false;
	s->targeted = true;
}

static void join(struct media_thread *t, struct media_stream *from,
    struct media_stream *to)
{
	media_pace_leave(t, to);
	from->to = to;
	to->from = from;
	rtp_out_break(&to->out);
}

static void bridge(struct media_thread *t, struct media_stream *s,
    const struct media_cmd *c)
{
	struct media_stream *peer = media_index_find(t, c->peer);

	if (peer == NULL || peer == s)
		return;
	part(t, s);
	part(t, peer);
	join(t, peer, s);
	if (!c->early)
		join(t, s, peer);
}

void media_stream_command(struct media_thread *t, const struct media_cmd *c)
{
	struct media_stream *s;

	if (c->op == MEDIA_OPEN) {
		open_stream(t, c);
		return;
	}
	if ((s = media_index_find(t, c->stream)) == NULL)
		return; /* its opening failed; that was said */
	switch (c->op) {
	case MEDIA_TARGET:
		target(t, s, c);
		break;
	case MEDIA_BRIDGE:
		bridge(t, s, c);
		break;
	case MEDIA_UNBRIDGE:
		part(t, s);
		break;
	case MEDIA_PLAY:
		media_pace_play(t, s, c);
		break;
	case MEDIA_STOP:
		media_pace_stop(t, s);
		break;
	case MEDIA_LISTEN:
		media_hear_keys(s, c->listen);
		break;
	case MEDIA_WATCH:
		media_hear_voice(t, s, c->quiet_us);
		break;
	case MEDIA_REC_ON:
		s->recording = true;
		s->key = c->key;
		s->channel = c->channel;
		break;
	case MEDIA_REC_OFF:
		s->recording = false;
		break;
	case MEDIA_CLOSE:
		close_stream(t, s);
		break;
	case MEDIA_OPEN:
	case MEDIA_FENCE:
	case MEDIA_OP_COUNT:
		break;
	}
}

/* --- packets ---------------------------------------------------------------*/

/* What the far end calls its codec, and what we do. */
static uint8_t theirs(const struct media_stream *s)
{
	return s->own_pt != 0 ? s->own_pt : s->pt;
}

static uint8_t ours(const struct media_stream *s, uint8_t pt)
{
	return s->own_pt != 0 && pt == s->own_pt ? s->pt : pt;
}

/* Relays the packet in t->packet; its payload has room for a header before it,
 * because it came with one. */
static void relay(struct media_thread *t, struct media_stream *s,
    const struct rtp_pkt *p, uint8_t pt, uint8_t *payload)
{
	struct media_stream *to = s->to;
	struct rtp_pkt out;
	const bool event = pt == s->dtmf_pt;
	uint8_t own = pt;

	if (to == NULL || !to->targeted || !to->send || to->latch.to.ip == 0 ||
	    to->play.ulaw != NULL)
		return;
	if (event) {
		if (to->dtmf_pt == MEDIA_NO_DTMF) {
			rtp_out_skip(&to->out, p);
			return;
		}
		own = to->dtmf_pt;
	} else if (pt == PT_PCMU || pt == PT_PCMA) {
		own = theirs(to);
		if (pt == PT_PCMU && to->pt == PT_PCMA)
			g711_ulaw_to_alaw(payload, payload, p->payload.n);
		if (pt == PT_PCMA && to->pt == PT_PCMU)
			g711_alaw_to_ulaw(payload, payload, p->payload.n);
	}
	if (!rtp_out_relay(&to->out, p, event ? RTP_OUT_EVENT : RTP_OUT_AUDIO,
		own, t->now_us, &out))
		return;
	rtp_pkt_head(&out, payload - RTP_PKT_HEAD);
	media_sock_send(to, payload - RTP_PKT_HEAD,
	    RTP_PKT_HEAD + p->payload.n);
}

static void record(struct media_thread *t, const struct media_stream *s,
    const struct rtp_pkt *p, uint8_t pt)
{
	const uint8_t *from = (const void *)p->payload.p;
	uint8_t ulaw[FRAME_MAX];

	for (size_t at = 0; at < p->payload.n; at += FRAME_MAX) {
		const size_t left = p->payload.n - at;
		const uint16_t n =
		    (uint16_t)(left < FRAME_MAX ? left : FRAME_MAX);
		const struct media_frame f = { s->key, s->channel, p->ssrc,
			p->ts + (uint32_t)at, p->seq, n, t->now_us, ulaw };

		if (pt == PT_PCMA)
			g711_alaw_to_ulaw(from + at, ulaw, n);
		else
			memcpy(ulaw, from + at, n);
		t->media->cfg.frame(t->media->cfg.frame_arg, t->number, &f);
	}
}

static void accept_packet(struct media_thread *t, struct media_stream *s,
    const struct rtp_pkt *p)
{
	uint8_t *payload;
	char key;

	rtp_stat_add(&s->stat, p, RATE_HZ, t->now_us);
	s->heard_us = t->now_us;
	if (!s->flowing) {
		s->flowing = true;
		s->silent = false;
		media_say(t, MEDIA_FLOWING, s->id);
	}
	if (!s->receive) {
		s->dropped++;
		return;
	}
	if (p->payload.n == 0)
		return; /* only keeps a NAT open (RFC 6263 4.1) */
	payload = t->packet + (p->payload.p - (const char *)t->packet);
	if (p->pt == s->dtmf_pt && s->dtmf_pt != MEDIA_NO_DTMF) {
		key = dtmf_in_packet(&s->dtmf, p, t->now_us);
		if (key != '\0') {
			media_say_digit(t, s->id, key);
			s->own_press = s->to == NULL;
		}
		if (s->own_press && p->ts == s->dtmf.ts)
			return;
	} else if (p->pt == PT_PCMU || p->pt == PT_PCMA) {
		if (s->recording && t->media->cfg.frame != NULL)
			record(t, s, p, p->pt);
		if (s->listening || s->watching)
			media_hear(t, s, p);
	} else if (p->pt != PT_CN) {
		s->dropped++; /* never negotiated */
		return;
	}
	relay(t, s, p, p->pt, payload);
}

static void read_rtp(struct media_thread *t, struct media_stream *s,
    struct addr4 from, size_t n)
{
	const struct slice bytes = slice_of(t->packet, n);
	struct rtp_pkt p;

	if (rtp_pkt_is_rtcp(bytes)) {
		media_say_rtcp_in(t, s, from, bytes);
		return;
	}
	if (!s->targeted || rtp_pkt_parse(bytes, &p) != ERR_OK) {
		s->dropped++;
		return;
	}
	switch (rtp_latch_packet(&s->latch, from, &p, t->now_us)) {
	case RTP_LATCH_ACCEPT:
		media_sock_settle(t, s);
		p.pt = ours(s, p.pt);
		accept_packet(t, s, &p);
		break;
	case RTP_LATCH_HOLD:
	case RTP_LATCH_DROP: /* counted by the latch */
		break;
	}
}

void media_stream_readable(struct media_thread *t, struct media_stream *s,
    enum media_sock which)
{
	struct addr4 from;
	const ssize_t n = media_sock_read(t, s, which, &from);

	if (n < 0)
		return;
	if (which == MEDIA_SOCK_RTCP)
		media_say_rtcp_in(t, s, from, slice_of(t->packet, (size_t)n));
	else
		read_rtp(t, s, from, (size_t)n);
}

/* --- what we say ourselves -----------------------------------------------*/

void media_stream_send_own(struct media_thread *t, struct media_stream *s,
    const uint8_t *ulaw, uint32_t n)
{
	uint8_t packet[RTP_PKT_HEAD + FRAME_MAX];
	struct rtp_pkt head;

	if (!s->targeted || !s->send || s->latch.to.ip == 0 || n > FRAME_MAX)
		return;
	rtp_out_own(&s->out, theirs(s), n, t->now_us, &head);
	rtp_pkt_head(&head, packet);
	if (s->pt == PT_PCMA)
		g711_ulaw_to_alaw(ulaw, packet + RTP_PKT_HEAD, n);
	else
		memcpy(packet + RTP_PKT_HEAD, ulaw, n);
	media_sock_send(s, packet, RTP_PKT_HEAD + n);
}

/* --- now and then ----------------------------------------------------------*/

void media_stream_house(struct media_thread *t, struct media_stream *s)
{
	dtmf_in_tick(&s->dtmf, t->now_us);
	if (s->watching)
		media_hear_nothing(t, s);
	if (!s->targeted)
		return;
	if (s->receive && !s->silent &&
	    t->now_us - s->heard_us >= MEDIA_SILENT_US) {
		s->silent = true;
		s->flowing = false;
		media_say(t, MEDIA_SILENT, s->id);
	}
	if (t->now_us >= s->rtcp_due_us) {
		s->rtcp_due_us = t->now_us + MEDIA_RTCP_US;
		media_say_report(t, s, false);
	}
}
