#include "sipworker/engine/ring.h"

#include "sipworker/engine/bridge.h"
#include "sipworker/engine/cause.h"
#include "sipworker/engine/drive.h"
#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/offer.h"
#include "sipworker/engine/session.h"
#include "sipworker/engine/stream.h"
#include "sipworker/engine/trace.h"

#define NO_REPLY_US (4 * RT_SEC_US) /* then the next */

static const struct snap *snap_of(const struct engine *e, const struct call *c)
{
	return e->snaps[c->snap].snap;
}

static void tell_flow(struct engine *e, struct call *c,
    enum flow_event_kind kind)
{
	const struct flow_event ev = { kind, c->dial_ticket };

	drive_event(e, c, &ev);
}

/* --- where to --------------------------------------------------------------*/

/* A destination's own address and trunk; false: not this company's. */
static bool resolve(struct engine *e, const struct call *c, struct leg *l,
    struct slice *to)
{
	const struct snap *s = snap_of(e, c);
	struct snap_destination d;
	uint32_t row;

	if (!slice_starts(*to, SLICE("dst_")))
		return true;
	if (id_parse(ID_KIND_destination, *to, l->destination.v) != ERR_OK)
		return false;
	row = snap_find_destination(s, l->destination);
	if (row == SNAP_NO_ROW)
		return false;
	snap_destination_at(s, row, &d);
	if (!id_eq(d.company.v, c->company.v))
		return false;
	*to = d.address;
	l->trunk = d.trunk;
	return true;
}

/* "sip:user@1.2.3.4:5080": straight there, without a trunk. */
static bool by_uri(struct leg *l, struct slice to)
{
	struct sip_uri u;

	if (sip_uri_parse(to, &u) != ERR_OK || u.scheme != SIP_URI_SIP ||
	    addr4_ip(u.host, &l->hop.ip) != ERR_OK)
		return false;
	l->hop.port = u.port == 0 ? SIP_VIA_PORT : u.port;
	l->trunk = SNAP_NO_ROW;
	return slice_to_cstr(to, l->uri, sizeof(l->uri));
}

/* "+15551230000": through the destination's trunk or the first that may. */
static bool by_number(struct engine *e, const struct call *c, struct leg *l,
    struct slice to)
{
	const struct snap *s = snap_of(e, c);
	struct snap_trunk t;
	struct buf b;

	if (l->trunk == SNAP_NO_ROW)
		l->trunk = snap_find_outgoing(s);
	if (l->trunk == SNAP_NO_ROW)
		return false;
	snap_trunk_at(s, l->trunk, &t);
	if (!t.outgoing || t.next_hop_ip == 0)
		return false;
	l->trunk_id = t.id;
	l->hop.ip = t.next_hop_ip;
	l->hop.port = t.next_hop_port == 0 ? SIP_VIA_PORT : t.next_hop_port;
	buf_over(&b, l->uri, sizeof(l->uri) - 1);
	buf_cstr(&b, "sip:");
	sip_uri_put_user(&b, t.tech_prefix);
	sip_uri_put_user(&b, to);
	buf_char(&b, '@');
	if (t.uri_host.n > 0) {
		buf_put(&b, t.uri_host);
	} else {
		addr4_put_ip(&b, l->hop.ip);
	}
	return buf_err(&b) == ERR_OK;
}

static bool locate(struct engine *e, const struct call *c, struct leg *l,
    struct slice to)
{
	if (!resolve(e, c, l, &to) ||
	    !slice_to_cstr(to, l->target, sizeof(l->target)))
		return false;
	if (slice_starts_case(to, SLICE("sip:")))
		return by_uri(l, to);
	return by_number(e, c, l, to);
}

/* --- who calls -------------------------------------------------------------*/

static void put_from_user(struct engine *e, const struct call *c,
    const struct leg *l, enum flow_show show, struct buf *b)
{
	struct snap_trunk t = { .from_user = SLICE("") };

	if (l->trunk != SNAP_NO_ROW)
		snap_trunk_at(snap_of(e, c), l->trunk, &t);
	if (t.from_user.n > 0)
		sip_uri_put_user(b, t.from_user);
	else if (show == FLOW_SHOW_TRACKING || c->caller[0] == '\0')
		sip_uri_put_user(b, c->number.e164);
	else
		sip_uri_put_user(b, slice_from(c->caller));
}

/* RFC 3323: withheld stays withheld, unless our own number is shown. */
static void put_from(struct engine *e, const struct call *c,
    const struct leg *l, enum flow_show show, struct buf *b)
{
	if (c->anonymous && show == FLOW_SHOW_CALLER) {
		buf_cstr(b,
		    "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=");
		buf_cstr(b, l->tag);
		return;
	}
	if (c->display[0] != '\0' && show == FLOW_SHOW_CALLER) {
		sip_addr_put_quoted(b, slice_from(c->display));
		buf_char(b, ' ');
	}
	buf_cstr(b, "<sip:");
	put_from_user(e, c, l, show, b);
	buf_char(b, '@');
	addr4_put_ip(b, e->cfg.sip.ip);
	buf_cstr(b, ">;tag=");
	buf_cstr(b, l->tag);
}

static bool address(struct engine *e, const struct call *c, struct leg *l,
    enum flow_show show)
{
	char token[SIP_TXN_TOKEN_MAX];
	struct buf from, to, id;

	buf_over(&from, l->from, sizeof(l->from) - 1);
	put_from(e, c, l, show, &from);
	buf_over(&to, l->to, sizeof(l->to) - 1);
	buf_char(&to, '<');
	buf_cstr(&to, l->uri);
	buf_char(&to, '>');
	sip_txn_token(e->txn, token);
	buf_over(&id, l->call_id, sizeof(l->call_id) - 1);
	buf_cstr(&id, token);
	buf_char(&id, '@');
	addr4_put_ip(&id, e->cfg.sip.ip);
	return buf_err(&from) == ERR_OK && buf_err(&to) == ERR_OK &&
	       buf_err(&id) == ERR_OK;
}

/* --- the attempt -----------------------------------------------------------*/

void ring_start(struct engine *e, struct call *c, const struct flow_do *d)
{
	struct leg *l;

	c->dial_ticket = d->ticket;
	c->talk_s = d->talk_s;
	c->early = false;
	c->ring_s = d->ring_s;
	l = leg_new(e, c, LEG_CALLED);
	if (l == NULL) {
		c->last_code = 503;
		tell_flow(e, c, FLOW_EV_FAILED);
		return;
	}
	c->b = l;
	c->leg_ref[l->number] = l->ref;
	if (!locate(e, c, l, d->to) || !address(e, c, l, d->show)) {
		ring_failed(e, l, 404, "no way to this destination");
		return;
	}
	slots_peer_add(e, l->hop.ip);
	l->counted_peer = l->hop;
	trace_event(e, c, CALLREC_EV_DIAL, l->number, 0, slice_from(l->target));
	if (c->flow_state.answered)
		bridge_ringback(e, c);
}

void ring_stream_open(struct engine *e, struct leg *l)
{
	struct call *c = l->call;
	struct snap_trunk t = { .no_reply_ms = 0 };

	if (l->over)
		return;
	offer_local(e, l, offer_allowed(e, l), c->a->remote.codec);
	timer_arm(&e->timers, &c->timer[CALL_T_RING],
	    e->now.mono_us + c->ring_s * RT_SEC_US);
	if (l->trunk != SNAP_NO_ROW)
		snap_trunk_at(snap_of(e, c), l->trunk, &t);
	timer_arm(&e->timers, &l->no_reply,
	    e->now.mono_us + (t.no_reply_ms != 0 ? t.no_reply_ms * INT64_C(1000)
						 : NO_REPLY_US));
	leg_out_invite(e, l);
}

void ring_ringing(struct engine *e, struct leg *l)
{
	struct call *c = l->call;

	c->result_facts |= CALLRESULT_DEST_RANG;
	if (l->ringing_us == CALLREC_NEVER) {
		l->ringing_us = trace_at(e, c);
		trace_event(e, c, CALLREC_EV_RINGING, l->number, 0, SLICE(""));
	}
	if (l->has_remote)
		bridge_early(e, c, l);
	else
		leg_out_progress(e, c->a, c->early);
}

void ring_stopped(struct engine *e, struct call *c, struct leg *l)
{
	if (l->ringing_us != CALLREC_NEVER && !l->ring_counted)
		c->ring_us += trace_at(e, c) - l->ringing_us;
	l->ring_counted = true;
	timer_stop(&e->timers, &c->timer[CALL_T_RING]);
	timer_stop(&e->timers, &l->no_reply);
}

void ring_answered(struct engine *e, struct leg *l)
{
	struct call *c = l->call;

	ring_stopped(e, c, l);
	l->answered_us = trace_at(e, c);
	l->sip_code = 200;
	if (!l->has_remote) {
		ring_failed(e, l, 488, "the answer had no usable audio");
		return;
	}
	trace_event(e, c, CALLREC_EV_ANSWERED, l->number, 0, SLICE(""));
	session_start(e, l);
	bridge_match_codecs(e, c, l);
	tell_flow(e, c, FLOW_EV_ANSWERED);
}

/* Takes the attempt off the call and lets the flow go on. */
static void attempt_over(struct engine *e, struct leg *l, enum callrec_by by,
    uint16_t code, const char *reason)
{
	struct call *c = l->call;
	const enum flow_event_kind kind = cause_event(code);

	ring_stopped(e, c, l);
	bridge_early_end(e, c);
	if (kind == FLOW_EV_BUSY)
		c->result_facts |= CALLRESULT_DEST_BUSY;
	c->last_code = code;
	c->last_q850 = l->q850 != 0 ? l->q850 : cause_q850(code);
	c->b = NULL;
	leg_drop(e, l, by, code, c->last_q850, reason);
	tell_flow(e, c, kind);
}

void ring_refused(struct engine *e, struct leg *l)
{
	attempt_over(e, l, CALLREC_BY_CALLED, l->sip_code,
	    sip_write_reason(l->sip_code));
}

void ring_failed(struct engine *e, struct leg *l, uint16_t code,
    const char *reason)
{
	attempt_over(e, l, CALLREC_BY_SYSTEM, code, reason);
}

void ring_timeout(struct engine *e, struct call *c)
{
	if (c->b == NULL || c->bridged)
		return;
	attempt_over(e, c->b, CALLREC_BY_FLOW, 480, "nobody answered in time");
}
