#include "sipworker/engine/engine.h"

#include <stdlib.h>
#include <string.h>

#include "sipworker/engine/call.h"
#include "sipworker/engine/hop.h"
#include "sipworker/engine/invite.h"
#include "sipworker/engine/leg_in.h"
#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/orphan.h"
#include "sipworker/engine/pickup.h"
#include "sipworker/engine/play.h"
#include "sipworker/engine/question.h"
#include "sipworker/engine/rel.h"
#include "sipworker/engine/ring.h"
#include "sipworker/engine/session.h"
#include "sipworker/engine/slots.h"
#include "sipworker/engine/stream.h"
#include "sipworker/engine/trace.h"

#define LARGE_BYTES 1300 /* RFC 3261 18.1.1: more asks for TCP */

/* --- the transaction layer's two callbacks ---------------------------------*/

static void on_send(void *arg, struct addr4 to, struct slice datagram)
{
	struct engine *e = arg;
	const struct slice bytes = out_copy(&e->out, datagram);
	struct engine_send *s = &out_add(&e->out, ENGINE_SEND)->u.send;

	s->to = to;
	s->bytes = bytes;
	e->stats.sent++;
	if (datagram.n > LARGE_BYTES)
		e->stats.sent_large++;
}

static uint32_t trunk_of(const struct engine *e, struct addr4 from)
{
	const struct snap *s = slots_snap_now(e);

	return s == NULL ? SNAP_NO_ROW : snap_find_source(s, from.ip);
}

static bool too_fast(struct engine *e, enum rate_kind kind, struct addr4 from)
{
	if (rate_take(&e->rate, kind, from.ip, e->now.mono_us))
		return false;
	e->stats.rate_source = from.ip;
	return true;
}

/* Sequels of a call are not counted: what runs may go on and end. */
static void on_invite(struct engine *e, const struct sip_txn_event *ev,
    void (*take)(struct engine *e, const struct sip_txn_event *ev))
{
	if (!too_fast(e, RATE_CALL, ev->from)) {
		take(e, ev);
		return;
	}
	e->stats.refused_rate++;
	leg_out_reject(e, ev->id, 503, SLICE("Retry-After: 2\r\n"));
}

/* We know it, but it has lost its To tag on the way. */
static bool needs_dialog(enum sip_method m)
{
	return m == SIP_METHOD_BYE || m == SIP_METHOD_INFO ||
	       m == SIP_METHOD_PRACK || m == SIP_METHOD_UPDATE;
}

/* A request outside of any dialog. */
static void on_outside(struct engine *e, const struct sip_txn_event *ev)
{
	if (ev->method == SIP_METHOD_OPTIONS &&
	    invite_requires_unknown(ev->msg))
		invite_refuse(e, ev, 420);
	else if (ev->method == SIP_METHOD_OPTIONS)
		leg_out_reject(e, ev->id, e->draining ? 503 : 200,
		    SLICE("Allow: " LEG_ALLOW "\r\n"
			  "Accept: application/sdp\r\n"
			  "Supported: timer, 100rel, replaces\r\n"));
	else if (needs_dialog(ev->method))
		leg_out_reject(e, ev->id, 481, SLICE(""));
	else if (ev->method != SIP_METHOD_INVITE)
		leg_out_reject(e, ev->id, 405,
		    SLICE("Allow: " LEG_ALLOW "\r\n"));
	else if (sip_msg_has(ev->msg, SIP_HDR_REPLACES))
		on_invite(e, ev, pickup_invite);
	else if (trunk_of(e, ev->from) == SNAP_NO_ROW)
		/* A destination of ours, but no trunk. */
		leg_out_reject(e, ev->id, 403, SLICE(""));
	else
		on_invite(e, ev, call_open);
}

static void on_request(struct engine *e, const struct sip_txn_event *ev)
{
	struct leg *l;

	if (ev->msg->to.tag.n == 0) {
		on_outside(e, ev);
		return;
	}
	l = leg_of_request(e, ev->msg);
	if (l == NULL)
		leg_out_reject(e, ev->id, 481, SLICE(""));
	else
		leg_in_request(e, l, ev);
}

static void on_ack(struct engine *e, const struct sip_txn_event *ev)
{
	struct leg *l = leg_of_request(e, ev->msg);

	if (l == NULL)
		e->stats.dropped_stray++;
	else
		leg_in_ack(e, l, ev);
}

/* A 2xx whose leg is gone: a fork that answered late. */
static void on_lost_response(struct engine *e, const struct sip_txn_event *ev)
{
	if (ev->msg != NULL && ev->method == SIP_METHOD_INVITE &&
	    ev->msg->status >= 200 && ev->msg->status < 300)
		leg_out_end_fork(e, ev);
}

static void on_event(void *arg, const struct sip_txn_event *ev)
{
	struct engine *e = arg;
	struct leg *l = leg_by_ref(e, ev->user);

	if (registrar_event(e, ev))
		return;
	switch (ev->what) {
	case SIP_TXN_REQUEST:
		on_request(e, ev);
		break;
	case SIP_TXN_ACK:
		on_ack(e, ev);
		break;
	case SIP_TXN_CANCEL:
		if (l != NULL)
			leg_in_cancel(e, l, ev);
		break;
	case SIP_TXN_NO_ACK:
		if (l != NULL)
			leg_in_no_ack(e, l, ev);
		break;
	case SIP_TXN_RESPONSE:
	case SIP_TXN_TIMEOUT:
		if (l != NULL)
			leg_in_response(e, l, ev);
		else
			on_lost_response(e, ev);
		break;
	case SIP_TXN_ENDED:
		break;
	}
}

/* --- life ------------------------------------------------------------------*/

static enum err make_layer(struct engine *e)
{
	const struct sip_txn_ops ops = { .send = on_send,
		.event = on_event,
		.arg = e };
	/* A call has some six transactions and an attempt of a group two, and
	 * each lingers for 32 s. */
	const struct sip_txn_conf conf = {
		.sent_by = e->cfg.sip,
		.slots = 1024 + e->cfg.max_calls * 12,
		.chunks = 4096 + e->cfg.max_calls * 48,
		.secret = slice_of(e->cfg.secret, sizeof(e->cfg.secret)),
		.server = slice_from(e->agent),
	};

	return sip_txn_new(&conf, &ops, &e->txn);
}

static void start_rate(struct engine *e)
{
	const uint32_t per_s[RATE_KINDS] = {
		[RATE_MESSAGE] = e->cfg.source_messages_per_s,
		[RATE_CALL] = e->cfg.source_calls_per_s,
	};
	uint64_t key;

	memcpy(&key, e->cfg.secret, sizeof(key));
	rate_init(&e->rate, per_s, key);
}

enum err engine_new(const struct engine_cfg *cfg, struct engine **out)
{
	struct engine *e;
	enum err err;

	if (cfg->max_calls == 0 || cfg->max_calls > 50000)
		return ERR_RANGE;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return ERR_NOMEM;
	e->cfg = *cfg;
	if (!slice_to_cstr(slice_from(cfg->agent), e->agent, sizeof(e->agent)))
		e->agent[0] = '\0';
	e->cfg.agent = e->agent;
	start_rate(e);
	err = slots_init(e);
	if (err == ERR_OK)
		err = make_layer(e);
	if (err != ERR_OK) {
		engine_free(e);
		return err;
	}
	*out = e;
	return ERR_OK;
}

void engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	sip_txn_free(e->txn);
	slots_fini(e);
	free(e);
}

/* --- inputs ----------------------------------------------------------------*/

static void begin(struct engine *e, struct engine_now now)
{
	e->now = now;
	out_begin(&e->out);
}

/* RFC 5626 keep-alives, and STUN (RFC 5389 6: the first two bits are 0 and a
 * cookie follows), which some phones send to the SIP port. */
static bool is_keepalive(struct slice s)
{
	return slice_trim(s).n == 0 || ((unsigned char)s.p[0] < 4 && s.n >= 20);
}

void engine_datagram(struct engine *e, struct engine_now now, struct addr4 from,
    struct slice bytes)
{
	begin(e, now);
	e->stats.datagrams++;
	if (trunk_of(e, from) == SNAP_NO_ROW && !slots_peer_known(e, from.ip)) {
		e->stats.dropped_unknown_source++;
		return;
	}
	if (too_fast(e, RATE_MESSAGE, from)) {
		e->stats.dropped_rate++;
		return;
	}
	if (is_keepalive(bytes)) {
		e->stats.dropped_keepalive++;
		return;
	}
	sip_txn_input(e->txn, from, bytes, now.mono_us);
}

static void on_ring(struct engine *e, struct leg *l)
{
	if (l->side == LEG_CALLER)
		leg_in_expired(e, l);
	else
		ring_timeout(e, l);
}

static void on_timer(struct engine *e, struct timer *t)
{
	switch (t->kind) {
	case SLOTS_T_LEG_RETRY:
		leg_on_retry(e, t->owner);
		break;
	case SLOTS_T_LEG_NO_REPLY:
		leg_on_no_reply(e, t->owner);
		break;
	case SLOTS_T_LEG_SESSION:
		session_on_timer(e, t->owner);
		break;
	case SLOTS_T_LEG_RING:
		on_ring(e, t->owner);
		break;
	case SLOTS_T_LEG_PLAY:
		play_timeout(e, t->owner);
		break;
	case SLOTS_T_LEG_REL:
		rel_timeout(e, t->owner);
		break;
	case SLOTS_T_REGISTER:
		registrar_on_timer(e, t->owner);
		break;
	default:
		call_on_timer(e, t->owner, (enum call_timer)t->kind);
		break;
	}
}

void engine_tick(struct engine *e, struct engine_now now)
{
	struct timer *t;

	begin(e, now);
	sip_txn_tick(e->txn, now.mono_us);
	/* What does not fit is due at once in the next tick. */
	while (!out_is_full(&e->out) &&
	       (t = timer_due(&e->timers, now.mono_us)) != NULL)
		on_timer(e, t);
}

int64_t engine_deadline(const struct engine *e)
{
	const int64_t ours = timer_next_us(&e->timers);
	const int64_t theirs = sip_txn_next_us(e->txn);

	return ours < theirs ? ours : theirs;
}

void engine_journal_done(struct engine *e, struct engine_now now, uint64_t seq)
{
	begin(e, now);
	call_journalled(e, seq);
}

void engine_lookup_done(struct engine *e, struct engine_now now,
    uint64_t ticket, const struct flow_facts *facts)
{
	const uint64_t i = ticket & ((UINT64_C(1) << 20) - 1);
	struct call *c;

	begin(e, now);
	if (i >= e->n_calls)
		return;
	c = &e->calls[i];
	if (!c->used || c->ticket != ticket || c->looked_up ||
	    c->phase == CALL_CLOSING)
		return;
	c->looked_up = true;
	timer_stop(&e->timers, &c->timer[CALL_T_LOOKUP]);
	if (facts != NULL) {
		c->facts = *facts;
		c->facts.source[sizeof(facts->source) - 1] = '\0';
		trace_event(e, c, CALLREC_EV_SOURCE, 0, 0,
		    slice_from(c->facts.source));
	}
	call_ready(e, c);
}

void engine_ask_done(struct engine *e, struct engine_now now, uint64_t ticket,
    const struct ask_reply *reply)
{
	const uint64_t i = ticket & ((UINT64_C(1) << 20) - 1);

	begin(e, now);
	if (ticket != 0 && i < e->n_calls && e->calls[i].used)
		question_answered(e, &e->calls[i], ticket, reply);
}

void engine_resolved(struct engine *e, struct engine_now now, uint64_t ticket,
    const struct addr4 *at, size_t n)
{
	begin(e, now);
	if (!registrar_found(e, ticket, at, n))
		hop_found(e, ticket, at, n);
}

void engine_media_event(struct engine *e, struct engine_now now,
    const struct engine_media_event *ev)
{
	begin(e, now);
	stream_event(e, ev);
}

void engine_rec_event(struct engine *e, struct engine_now now,
    const struct engine_rec_event *ev)
{
	struct call *c;

	begin(e, now);
	if (ev->call_key >= e->n_calls)
		return;
	c = &e->calls[ev->call_key];
	if (!c->used || !id_eq(c->id.v, ev->call.v) ||
	    c->rec_state != CALLREC_REC_PENDING)
		return;
	c->rec_state = ev->what != ENGINE_REC_DONE ? CALLREC_REC_FAILED
		       : ev->samples == 0          ? CALLREC_REC_NONE
						   : CALLREC_REC_DONE;
	c->rec_bytes = ev->bytes;
	c->rec_samples = ev->samples;
	memcpy(c->rec_sha256, ev->sha256, sizeof(c->rec_sha256));
	c->rec_waiting = false;
	call_settle(e, c);
}

void engine_snapshot(struct engine *e, struct engine_now now,
    const struct snap *snap, uint64_t key)
{
	begin(e, now);
	slots_snap_set(e, snap, key);
	registrar_sync(e);
}

enum err engine_orphan(struct engine *e, struct engine_now now,
    const struct engine_dialog *d)
{
	begin(e, now);
	return orphan_end(e, d);
}

void engine_drain(struct engine *e, struct engine_now now)
{
	begin(e, now);
	e->draining = true;
	registrar_leave(e);
}

void engine_stop(struct engine *e, struct engine_now now)
{
	begin(e, now);
	e->draining = true;
	registrar_leave(e);
	for (uint32_t i = 0; i < e->n_calls; i++)
		if (e->calls[i].used)
			call_end(e, &e->calls[i], CALLREC_BY_SYSTEM, 503, 41,
			    "the telephone server stops");
}

bool engine_pop(struct engine *e, struct engine_action *out)
{
	return out_pop(&e->out, out);
}

void engine_count(const struct engine *e, struct engine_stats *out)
{
	struct sip_txn_stats t;

	sip_txn_stats(e->txn, &t);
	*out = e->stats;
	out->transactions = t.live;
	out->timers = e->timers.n;
	out->dropped_malformed = t.malformed;
	out->malformed_source = t.malformed_source;
	out->refused_bad = t.bad;
	out->bad_source = t.bad_source;
	out->dropped_stray += t.stray;
	out->refused_overload += t.refused;
	out->queue_lost = e->out.lost;
}

void engine_get_stats(const struct engine *e, struct engine_stats *out)
{
	engine_count(e, out);
	out->ports = port_busy(&e->ports, e->now.mono_us);
}
