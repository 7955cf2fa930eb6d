#include "sipworker/engine/leg_out.h"

#include <string.h>

#include "sipworker/engine/challenge.h"
#include "sipworker/engine/hop.h"
#include "sipworker/engine/offer.h"
#include "sipworker/engine/rel.h"
#include "sipworker/engine/ring.h"
#include "sipworker/engine/session.h"
#include "sipworker/engine/stream.h"
#include "sipworker/engine/trace.h"

#define BYE_RETRY_US (500 * INT64_C(1000))

/* Our Contact line for the leg. */
static void contact(struct engine *e, const struct leg *l, struct buf *b)
{
	struct slice user = SLICE("");

	if (l != NULL && l->side == LEG_CALLER && l->call != NULL)
		user = l->call->number.e164;
	sip_write_contact(b, user, e->cfg.sip);
}

static void put_usual(struct engine *e, const struct leg *l, struct buf *b)
{
	contact(e, l, b);
	sip_write_hdr(b, SIP_HDR_ALLOW,
	    l->side == LEG_CALLER ? SLICE(LEG_ALLOW) : SLICE(LEG_ALLOW_CALLED));
	sip_write_hdr(b, SIP_HDR_SUPPORTED,
	    l->side == LEG_CALLER ? SLICE("timer, 100rel")
	    : l->offers_rel       ? SLICE("timer, 100rel, replaces")
				  : SLICE("timer, replaces"));
}

/* Requests only: the transaction layer adds Server to every response. */
static void put_agent(struct engine *e, struct buf *b)
{
	if (e->agent[0] != '\0')
		sip_write_hdr(b, SIP_HDR_USER_AGENT, slice_from(e->agent));
}

bool leg_out_respond(struct engine *e, struct leg *l, struct sip_txn_id id,
    unsigned int status, struct slice headers, struct slice sdp)
{
	char mem[LEG_HEADERS_MAX];
	struct sip_txn_answer a = { .status = status,
		.to_tag = slice_from(l->tag) };
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	if (status < 300)
		put_usual(e, l, &b);
	buf_put(&b, headers);
	a.headers = buf_slice(&b);
	a.body = sdp;
	if (sdp.n > 0)
		a.content_type = SLICE(SDP_CONTENT_TYPE);
	return buf_err(&b) == ERR_OK &&
	       sip_txn_respond(e->txn, id, &a, e->now.mono_us) == ERR_OK;
}

void leg_out_reject(struct engine *e, struct sip_txn_id id, unsigned int status,
    struct slice headers)
{
	const struct sip_txn_answer a = { .status = status,
		.headers = headers };

	/* A transaction that is gone or answered needs no answer. */
	slots_count_unsent(e, sip_txn_respond(e->txn, id, &a, e->now.mono_us));
}

/* --- caller's side ---------------------------------------------------------*/

/* Our answer to the caller's INVITE, or our offer when they made none. */
static bool put_description(struct engine *e, struct leg *l, struct buf *b)
{
	if (l->early_changed)
		return true;
	stream_told(e, l);
	if (l->offered_late) {
		offer_put(l, b);
		return buf_err(b) == ERR_OK;
	}
	if (offer_answer(l, slice_of(l->call->offer, l->call->offer_n), b) !=
	    ERR_OK)
		return false;
	return true;
}

void leg_out_provisional(struct engine *e, struct leg *l, uint16_t status,
    uint32_t rseq)
{
	char mem[OFFER_SDP_MAX], hmem[64];
	struct buf b, h;

	buf_over(&b, mem, sizeof(mem));
	buf_over(&h, hmem, sizeof(hmem));
	if (rseq != 0) {
		sip_write_hdr(&h, SIP_HDR_REQUIRE, SLICE("100rel"));
		sip_write_hdr_u64(&h, SIP_HDR_RSEQ, rseq);
	}
	if (status == 183 && !put_description(e, l, &b))
		buf_reset(&b);
	(void)leg_out_respond(e, l, l->invite, status, buf_slice(&h),
	    buf_slice(&b));
}

void leg_out_progress(struct engine *e, struct leg *l, bool early_media)
{
	if (l->state != LEG_CALLING && l->state != LEG_RINGING)
		return;
	if (early_media && !l->offered_late) {
		rel_progress(e, l, 183);
		if (l->early_us == CALLREC_NEVER)
			l->early_us = trace_at(e, l->call);
	} else {
		rel_progress(e, l, 180);
		if (l->ringing_us == CALLREC_NEVER)
			l->ringing_us = trace_at(e, l->call);
	}
	leg_event(e, l, LEG_EV_PROGRESS);
}

bool leg_out_accept(struct engine *e, struct leg *l)
{
	char mem[OFFER_SDP_MAX], hmem[128];
	struct buf b, h;

	buf_over(&b, mem, sizeof(mem));
	buf_over(&h, hmem, sizeof(hmem));
	session_put_answer(l, &h);
	if (!put_description(e, l, &b) || !leg_out_respond(e, l, l->invite, 200,
					      buf_slice(&h), buf_slice(&b)))
		return false;
	l->answer_fixed = true;
	sip_dlg_confirm(&l->dlg);
	l->answered_us = trace_at(e, l->call);
	l->sip_code = 200;
	return true;
}

void leg_out_answer(struct engine *e, struct leg *l)
{
	if (l->state != LEG_CALLING && l->state != LEG_RINGING)
		return;
	if (rel_holds_answer(l))
		return;
	if (!leg_out_accept(e, l)) {
		call_end(e, l->call, CALLREC_BY_SYSTEM, 500, 41,
		    "the answer could not be sent");
		return;
	}
	trace_event(e, l->call, CALLREC_EV_ANSWERED, 0, 0, SLICE(""));
	leg_event(e, l, LEG_EV_ANSWER);
	session_start(e, l);
}

/* RFC 3326: why, for the other side's records. */
static void put_reason(struct buf *b, const struct leg *l)
{
	char mem[64];
	struct buf v;

	if (l->q850 == 0)
		return;
	buf_over(&v, mem, sizeof(mem));
	/* So that the phone shows no missed call. */
	if (l->elsewhere)
		buf_cstr(&v, "SIP;cause=200;text=\"Call completed elsewhere\"");
	else {
		buf_cstr(&v, "Q.850;cause=");
		buf_u64(&v, l->q850);
	}
	sip_write_hdr(b, SIP_HDR_REASON, buf_slice(&v));
}

void leg_out_refuse(struct engine *e, struct leg *l)
{
	/* Who was about to take over a call that ends has no code of it. */
	const unsigned int status = l->sip_code < 300 ? 480 : l->sip_code;
	char mem[160];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	put_reason(&b, l);
	if (status == 503)
		sip_write_hdr_u64(&b, SIP_HDR_RETRY_AFTER, 5);
	(void)leg_out_respond(e, l, l->invite, status, buf_slice(&b),
	    SLICE(""));
}

/* --- called side -----------------------------------------------------------*/

static void put_diversion(struct engine *e, const struct leg *l, struct buf *b)
{
	char mem[128];
	struct buf v;

	/* RFC 5806: which number was dialled before it came here. */
	if (l->call == NULL || l->side != LEG_CALLED)
		return;
	buf_over(&v, mem, sizeof(mem));
	buf_cstr(&v, "<sip:");
	sip_uri_put_user(&v, l->call->number.e164);
	buf_char(&v, '@');
	addr4_put_ip(&v, e->cfg.sip.ip);
	buf_printf(&v, ">;reason=unconditional;counter=%u",
	    l->call->diversions + 1);
	if (buf_err(&v) == ERR_OK)
		sip_write_hdr(b, SIP_HDR_DIVERSION, buf_slice(&v));
	if (l->call->anonymous)
		sip_write_hdr(b, SIP_HDR_PRIVACY, SLICE("id"));
}

/* RFC 3325 9.1: who withholds his number is nobody for a carrier, and it would
 * refuse the call. It is ours, and we say by which number it may know us; the
 * caller's own goes nowhere. */
static void put_asserted(struct engine *e, const struct leg *l, struct buf *b)
{
	char mem[128];
	struct snap_trunk t;
	struct buf v;

	if (!l->call->anonymous || l->trunk == SNAP_NO_ROW)
		return;
	snap_trunk_at(e->snaps[l->call->snap].snap, l->trunk, &t);
	buf_over(&v, mem, sizeof(mem));
	buf_cstr(&v, "<sip:");
	sip_uri_put_user(&v,
	    t.from_user.n > 0 ? t.from_user : l->call->number.e164);
	buf_char(&v, '@');
	addr4_put_ip(&v, e->cfg.sip.ip);
	buf_char(&v, '>');
	if (buf_err(&v) == ERR_OK)
		sip_write_hdr(b, SIP_HDR_P_ASSERTED_IDENTITY, buf_slice(&v));
}

/* Whose place the third party's new call takes; who does not know how would
 * ring instead (RFC 5589 7.2). */
static void put_replaces(const struct leg *l, struct buf *b)
{
	const struct call_transfer *t = &l->call->transfer;

	if (t->to != l || t->replaces[0] == '\0')
		return;
	sip_write_hdr(b, SIP_HDR_REQUIRE, SLICE("replaces"));
	sip_write_hdr(b, SIP_HDR_REPLACES, slice_from(t->replaces));
}

static void describe_invite(const struct leg *l, struct sip_write_request *r)
{
	memset(r, 0, sizeof(*r));
	r->method = SIP_METHOD_INVITE;
	r->uri = slice_from(l->uri);
	r->from = slice_from(l->from);
	r->to = slice_from(l->to);
	r->call_id = slice_from(l->call_id);
	r->cseq = l->cseq;
}

void leg_out_invite(struct engine *e, struct leg *l)
{
	char hmem[LEG_HEADERS_MAX], bmem[OFFER_SDP_MAX];
	struct sip_write_request r;
	struct buf h, b;

	buf_over(&h, hmem, sizeof(hmem));
	buf_over(&b, bmem, sizeof(bmem));
	/* Above what an early dialog of the INVITE before has used. */
	l->cseq =
	    (l->cseq > l->dlg.local_cseq ? l->cseq : l->dlg.local_cseq) + 1;
	memset(l->fork, 0, sizeof(l->fork));
	l->reason[0] = '\0'; /* of the one before, elsewhere */
	describe_invite(l, &r);
	put_usual(e, l, &h);
	put_agent(e, &h);
	put_diversion(e, l, &h);
	put_asserted(e, l, &h);
	put_replaces(l, &h);
	challenge_put(e, l, SLICE("INVITE"), r.uri, &h);
	offer_put(l, &b);
	stream_told(e, l);
	r.max_forwards = l->call->max_forwards;
	r.headers = buf_slice(&h);
	r.content_type = SLICE(SDP_CONTENT_TYPE);
	r.body = buf_slice(&b);
	if (buf_err(&h) != ERR_OK || buf_err(&b) != ERR_OK ||
	    sip_txn_request(e->txn, &r, l->hop, l->ref, e->now.mono_us,
		&l->invite) != ERR_OK) {
		ring_failed(e, l, 503, "the call could not be sent");
		return;
	}
	if (l->invited_us == CALLREC_NEVER)
		l->invited_us = trace_at(e, l->call);
	leg_event(e, l, LEG_EV_INVITE);
}

/* --- in the dialog ---------------------------------------------------------*/

/* Both are needed as long as the request is: the routes it points to. */
struct in_dialog {
	struct sip_write_request r;
	struct addr4 to;
	struct buf scratch;
	char mem[SIP_DLG_TEXT_MAX];
};

static bool prepare(struct sip_dlg *d, enum sip_method method,
    struct in_dialog *out)
{
	memset(&out->r, 0, sizeof(out->r));
	buf_over(&out->scratch, out->mem, sizeof(out->mem));
	return sip_dlg_request(d, method, &out->scratch, &out->r, &out->to) ==
	       ERR_OK;
}

void leg_out_ack_of(struct engine *e, struct leg *l, struct sip_txn_id id)
{
	struct in_dialog d;

	if (!prepare(&l->dlg, SIP_METHOD_ACK, &d))
		return;
	hop_meet(e, l, d.to);
	slots_count_unsent(e,
	    sip_txn_ack(e->txn, id, &d.r, d.to, e->now.mono_us));
}

void leg_out_ack(struct engine *e, struct leg *l)
{
	leg_out_ack_of(e, l, l->invite);
}

void leg_out_bye(struct engine *e, struct leg *l)
{
	char mem[LEG_HEADERS_MAX];
	struct in_dialog d;
	struct sip_txn_id id;
	struct buf h;
	enum err err = ERR_INTERNAL;

	buf_over(&h, mem, sizeof(mem));
	put_reason(&h, l);
	if (prepare(&l->dlg, SIP_METHOD_BYE, &d)) {
		challenge_put(e, l, SLICE("BYE"), d.r.uri, &h);
		hop_meet(e, l, d.to);
		d.r.headers = buf_slice(&h);
		err = sip_txn_request(e->txn, &d.r, d.to, l->ref,
		    e->now.mono_us, &id);
	}
	if (err == ERR_BUSY)
		timer_arm(&e->timers, &l->retry, e->now.mono_us + BYE_RETRY_US);
	else if (err != ERR_OK)
		leg_event(e, l, LEG_EV_BYE_DONE);
}

void leg_out_prack(struct engine *e, struct leg *l, uint32_t rseq,
    uint32_t cseq)
{
	l->prack_rseq = rseq;
	l->prack_cseq = cseq;
	leg_out_prack_again(e, l);
}

void leg_out_prack_again(struct engine *e, struct leg *l)
{
	char mem[LEG_HEADERS_MAX], vmem[48];
	struct in_dialog d;
	struct buf h, v;

	buf_over(&h, mem, sizeof(mem));
	buf_over(&v, vmem, sizeof(vmem));
	buf_u64(&v, l->prack_rseq);
	buf_char(&v, ' ');
	buf_u64(&v, l->prack_cseq);
	buf_cstr(&v, " INVITE");
	sip_write_hdr(&h, SIP_HDR_RACK, buf_slice(&v));
	if (!prepare(&l->dlg, SIP_METHOD_PRACK, &d))
		return;
	challenge_put(e, l, SLICE("PRACK"), d.r.uri, &h);
	d.r.headers = buf_slice(&h);
	/* Their repeated 18x is not answered again: what cannot be sent now
	 * ends the call on their side. */
	slots_count_unsent(e, sip_txn_request(e->txn, &d.r, d.to, l->ref,
				  e->now.mono_us, &l->prack));
}

static void put_subscription(const struct leg *l, bool last, struct buf *h)
{
	char mem[48];
	struct buf v;

	buf_over(&v, mem, sizeof(mem));
	buf_cstr(&v, "refer;id=");
	buf_u64(&v, l->refer_cseq);
	sip_write_hdr(h, SIP_HDR_EVENT, buf_slice(&v));
	sip_write_field(h, SLICE("Subscription-State"),
	    last ? SLICE("terminated;reason=noresource")
		 : SLICE("active;expires=60"));
}

void leg_out_notify(struct engine *e, struct leg *l, unsigned int status,
    bool last)
{
	l->notify_status = (uint16_t)status;
	l->notify_last = last;
	leg_out_notify_again(e, l);
}

void leg_out_notify_again(struct engine *e, struct leg *l)
{
	char mem[LEG_HEADERS_MAX], bmem[96];
	struct in_dialog d;
	struct buf h, b;

	buf_over(&h, mem, sizeof(mem));
	buf_over(&b, bmem, sizeof(bmem));
	contact(e, l, &h);
	put_subscription(l, l->notify_last, &h);
	buf_printf(&b, "SIP/2.0 %u %s\r\n", l->notify_status,
	    sip_write_reason(l->notify_status));
	if (!prepare(&l->dlg, SIP_METHOD_NOTIFY, &d))
		return;
	challenge_put(e, l, SLICE("NOTIFY"), d.r.uri, &h);
	d.r.headers = buf_slice(&h);
	d.r.content_type = SLICE("message/sipfrag;version=2.0");
	d.r.body = buf_slice(&b);
	/* What it does not hear it sees: its call is back, or over. */
	slots_count_unsent(e, sip_txn_request(e->txn, &d.r, d.to, l->ref,
				  e->now.mono_us, &l->notify));
}

void leg_out_cancel(struct engine *e, struct leg *l)
{
	char mem[96];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	put_reason(&b, l);
	if (sip_txn_cancel(e->txn, l->invite, buf_slice(&b), e->now.mono_us) !=
	    ERR_OK)
		leg_event(e, l, LEG_EV_REFUSED);
}

void leg_out_refresh(struct engine *e, struct leg *l)
{
	const enum sip_method method =
	    l->peer_updates ? SIP_METHOD_UPDATE : SIP_METHOD_INVITE;
	char hmem[LEG_HEADERS_MAX], bmem[OFFER_SDP_MAX];
	struct in_dialog d;
	struct buf h, b;

	buf_over(&h, hmem, sizeof(hmem));
	buf_over(&b, bmem, sizeof(bmem));
	put_usual(e, l, &h);
	put_agent(e, &h);
	session_put_refresh(l, &h);
	l->re_out_offers = method == SIP_METHOD_INVITE;
	if (l->re_out_offers)
		offer_put(l, &b);
	if (!prepare(&l->dlg, method, &d))
		return;
	challenge_put(e, l, sip_hdr_method_name(method), d.r.uri, &h);
	d.r.headers = buf_slice(&h);
	if (b.n > 0) {
		d.r.content_type = SLICE(SDP_CONTENT_TYPE);
		d.r.body = buf_slice(&b);
	}
	/* When it cannot be sent session.c tries again. */
	if (sip_txn_request(e->txn, &d.r, d.to, l->ref, e->now.mono_us,
		&l->re_out) != ERR_OK)
		l->re_out = (struct sip_txn_id){ 0 };
}

void leg_out_end_fork(struct engine *e, const struct sip_txn_event *ev)
{
	const struct sip_msg *m = ev->msg;
	const struct sip_write_request invite = {
		.method = SIP_METHOD_INVITE,
		.uri = SLICE(""),
		.from = sip_msg_value(m, SIP_HDR_FROM),
		.to = sip_msg_value(m, SIP_HDR_TO),
		.call_id = m->call_id,
		.cseq = m->cseq.number,
	};
	struct sip_txn_id id;
	struct in_dialog d;
	struct sip_dlg dlg;

	memset(&dlg, 0, sizeof(dlg));
	if (sip_dlg_uac(&dlg, &invite, m, ev->from) != ERR_OK)
		return; /* without a Contact there is nowhere to send to */
	if (prepare(&dlg, SIP_METHOD_ACK, &d))
		slots_count_unsent(e,
		    sip_txn_ack(e->txn, ev->id, &d.r, d.to, e->now.mono_us));
	if (prepare(&dlg, SIP_METHOD_BYE, &d))
		slots_count_unsent(e, sip_txn_request(e->txn, &d.r, d.to, 0,
					  e->now.mono_us, &id));
}
