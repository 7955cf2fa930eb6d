#include "ctl/ua_slot.h"

#include <string.h>
#include <sys/epoll.h>

#include "lib/base/hex.h"
#include "lib/base/log.h"

#define PORT_TRIES 64

struct ua_call *ua_slot_at(struct ua *u, uint64_t slot)
{
	if (slot >= u->conf.max_calls || u->calls[slot].state == UA_CALL_FREE)
		return NULL;
	return &u->calls[slot];
}

uint64_t ua_slot_user(const struct ua_call *c)
{
	return (uint64_t)c->r.call << 32 | (c->index + UINT64_C(1));
}

struct ua_call *ua_slot_of(struct ua *u, uint64_t user)
{
	struct ua_call *c =
	    user == 0 ? NULL : ua_slot_at(u, (user & UINT32_MAX) - 1);

	return c != NULL && ua_slot_user(c) == user ? c : NULL;
}

void ua_slot_tag(struct ua *u, struct ua_call *c)
{
	char token[SIP_TXN_TOKEN_MAX];

	sip_txn_token(u->txn, token);
	hex_encode(&c->index, 4, c->tag);
	memcpy(c->tag + 8, token, sizeof(token));
}

void ua_slot_text(struct slice s, char *out, size_t cap)
{
	if (!slice_to_cstr(slice_head(s, cap - 1), out, cap))
		out[0] = '\0';
}

static uint64_t hash(struct slice who)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < who.n; i++)
		h = (h ^ (unsigned char)who.p[i]) * UINT64_C(1099511628211);
	return h == 0 ? 1 : h;
}

void ua_slot_dialled(struct ua *u, struct slice who, int64_t now_us)
{
	const uint64_t h = hash(who);

	u->dialled[h % UA_DIALLED] = (struct ua_dialled){ h, now_us };
}

int64_t ua_slot_through_us(const struct ua *u, struct slice who, int64_t now_us)
{
	const uint64_t h = hash(who);
	const struct ua_dialled *d = &u->dialled[h % UA_DIALLED];

	return d->who == h ? now_us - d->at_us : -1;
}

void ua_slot_report(struct ua *u, struct ua_call *c, enum ua_what what)
{
	struct ua_report *r = &c->r;

	r->what = what;
	r->peer = slice_from(c->peer);
	r->dialled = slice_from(c->dialled);
	r->call_id = slice_from(c->call_id);
	r->tx = c->rtp.tx;
	r->rx = c->rtp.in.received;
	r->lost = rtp_stat_lost(&c->rtp.in);
	r->jitter_us = rtp_stat_jitter_us(&c->rtp.in, 8000);
	r->ear_us = c->rtp.tx > 0 && r->rx > 0
			? c->rtp.in.first_us - c->rtp.first_tx_us
			: 0;
	if (c->answered_us != 0 && r->rx > 0)
		r->to_audio_us = c->rtp.in.first_us > c->answered_us
				     ? c->rtp.in.first_us - c->answered_us
				     : 0;
	r->ssrc_changes = c->rtp.in.ssrc_changes;
	r->gap_max_us = c->rtp.in.gap_max_us;
	r->pressed = c->rtp.pressed;
	u->conf.report(u->conf.arg, r);
}

void ua_slot_finish(struct ua *u, struct ua_call *c, int64_t now_us)
{
	if (c->answered_us != 0)
		c->r.talk_us = now_us - c->answered_us;
	ua_rtp_receive(&c->rtp, now_us);
	ua_slot_report(u, c, UA_ENDED);
	ua_rtp_close(&c->rtp);
	c->state = UA_CALL_FREE;
	u->used--;
}

bool ua_slot_has_events(const struct ua *u)
{
	return u->conf.keys.how != UA_PRESS_TONES &&
	       u->conf.keys.how != UA_PRESS_INFO;
}

enum err ua_slot_open(struct ua *u, struct ua_call *c,
    const struct ua_sound *sound)
{
	enum err e = ERR_BUSY;
	struct epoll_event ev;

	for (int i = 0; i < PORT_TRIES; i++) {
		const uint16_t port = u->next_port;

		u->next_port = port + 3 > u->conf.rtp_port_max
				   ? u->conf.rtp_port_min
				   : (uint16_t)(port + 2);
		e = ua_rtp_open(&c->rtp, u->conf.listen.ip, port, sound);
		if (e != ERR_CONFLICT)
			break;
	}
	if (e != ERR_OK)
		return e == ERR_CONFLICT ? ERR_BUSY : e;
	c->rtp.latency = u->conf.latency;
	c->rtp.jitter = u->conf.jitter;
	ev = (struct epoll_event){ .events = EPOLLIN, .data.u64 = c->index };
	if (epoll_ctl(u->epoll_fd, EPOLL_CTL_ADD, c->rtp.fd, &ev) != 0) {
		log_sys("call: epoll");
		ua_rtp_close(&c->rtp);
		return ERR_IO;
	}
	sdp_local_init(&c->local,
	    (struct addr4){ .ip = u->conf.listen.ip, .port = c->rtp.port },
	    u->serial + UINT64_C(1));
	c->rtp.how = u->conf.keys.how;
	if (!ua_slot_has_events(u))
		c->local.dtmf_pt = SDP_NO_PT;
	return ERR_OK;
}

struct ua_call *ua_slot_take(struct ua *u, int64_t now_us)
{
	for (uint32_t i = 0; i < u->conf.max_calls; i++) {
		struct ua_call *c = &u->calls[i];

		if (c->state != UA_CALL_FREE)
			continue;
		memset(c, 0, sizeof(*c));
		c->index = i;
		c->begun_us = now_us;
		c->due_us = INT64_MAX;
		c->phase = i % UA_CALL_PHASES;
		c->rtp.fd = -1;
		c->rtp.save_fd = -1;
		c->r.call = ++u->serial;
		c->r.to_18x_us = -1;
		c->r.to_200_us = -1;
		c->r.through_us = -1;
		c->r.to_audio_us = -1;
		return c;
	}
	return NULL;
}
