#include "sipworker/engine/leg_in.h"

#include "sipworker/engine/cause.h"
#include "sipworker/engine/challenge.h"
#include "sipworker/engine/hop.h"
#include "sipworker/engine/invite.h"
#include "sipworker/engine/key.h"
#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/offer.h"
#include "sipworker/engine/orphan.h"
#include "sipworker/engine/prack.h"
#include "sipworker/engine/redirect.h"
#include "sipworker/engine/rel.h"
#include "sipworker/engine/ring.h"
#include "sipworker/engine/session.h"
#include "sipworker/engine/stream.h"
#include "sipworker/engine/trace.h"
#include "sipworker/engine/transfer.h"
#include "sipworker/sip/sip_body.h"

unsigned int leg_in_check_body(const struct sip_msg *m)
{
	return m->body.n == 0 || sip_body_sdp(m).n > 0 ? 0 : 415;
}

static bool same_id(struct sip_txn_id a, struct sip_txn_id b)
{
	return a.v == b.v;
}

/* --- responses -------------------------------------------------------------*/

void leg_in_put_accept(const struct sip_msg *m, struct buf *headers)
{
	sip_write_hdr(headers, SIP_HDR_ACCEPT, SLICE(SDP_CONTENT_TYPE));
	if (sip_msg_has(m, SIP_HDR_CONTENT_ENCODING))
		sip_write_hdr(headers, SIP_HDR_ACCEPT_ENCODING,
		    SLICE("identity"));
}

static unsigned int status_of(const struct sip_txn_event *ev)
{
	return ev->msg == NULL ? 408 : ev->msg->status;
}

static void early_dialog(struct leg *l, const struct sip_txn_event *ev)
{
	const struct sip_write_request invite = {
		.method = SIP_METHOD_INVITE,
		.uri = slice_from(l->uri),
		.from = slice_from(l->from),
		.to = slice_from(l->to),
		.call_id = slice_from(l->call_id),
		.cseq = l->cseq,
	};
	struct sip_dlg d = l->dlg;

	/* A 18x without tag or Contact makes no dialog, but may ring. */
	if (sip_dlg_uac(&d, &invite, ev->msg, ev->from) != ERR_OK)
		return;
	/* Requests in the early dialog have numbers, too: PRACK. */
	if (d.local_cseq < l->dlg.local_cseq)
		d.local_cseq = l->dlg.local_cseq;
	l->dlg = d;
}

/* A description in a response: the answer to our offer. */
static void read_answer(struct engine *e, struct leg *l,
    const struct sip_msg *m)
{
	bool changed;

	if (sip_body_sdp(m).n == 0)
		return;
	if (offer_take(e, l, sip_body_sdp(m), &changed) != ERR_OK &&
	    m->status >= 200)
		l->has_remote = false;
}

static void on_progress(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	timer_stop(&e->timers, &l->no_reply);
	hop_good(e, l);
	if (l->state != LEG_CALLING && l->state != LEG_RINGING)
		return;
	sip_auth_accepted(&l->auth);
	early_dialog(l, ev);
	if (!prack_take(e, l, ev->msg))
		return;
	if (l->call != NULL)
		read_answer(e, l, ev->msg);
	/* 181 and 182 say that something goes on, not that it rings. */
	if (ev->msg->status == 180 || sip_body_sdp(ev->msg).n > 0)
		leg_event(e, l, LEG_EV_PROGRESS);
}

static void on_answer(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	if (l->state != LEG_CALLING && l->state != LEG_RINGING &&
	    l->state != LEG_CANCELLING) {
		leg_out_end_fork(e, ev);
		return;
	}
	sip_auth_accepted(&l->auth);
	early_dialog(l, ev);
	if (l->dlg.state != SIP_DLG_CONFIRMED) {
		/* No Contact: it can be neither ACKed nor ended. */
		l->sip_code = 502;
		leg_event(e, l, LEG_EV_REFUSED);
		return;
	}
	if (l->call != NULL) {
		read_answer(e, l, ev->msg);
		session_read_response(l, ev->msg);
	}
	leg_event(e, l, LEG_EV_ANSWER);
}

static void on_refusal(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	if ((l->state == LEG_CALLING || l->state == LEG_RINGING) &&
	    challenge_take_invite(e, l, ev->msg)) {
		trace_event(e, l->call, CALLREC_EV_AUTH, l->number, 0,
		    SLICE(""));
		leg_out_invite(e, l);
		return;
	}
	if ((l->state == LEG_CALLING || l->state == LEG_RINGING) &&
	    prack_wanted(l, ev->msg)) {
		leg_out_invite(e, l);
		return;
	}
	if ((l->state == LEG_CALLING || l->state == LEG_RINGING) &&
	    (redirect_take(e, l, ev->msg) ||
		redirect_next(e, l, (uint16_t)status_of(ev))))
		return;
	/* RFC 3263 4.3. Before it rings: then nothing has been heard yet. */
	if (l->state == LEG_CALLING && l->call != NULL && !l->over &&
	    (status_of(ev) == 503 || ev->msg == NULL) &&
	    hop_next(e, l, (uint16_t)status_of(ev)))
		return;
	if (!l->over) {
		l->sip_code = (uint16_t)status_of(ev);
		if (ev->msg != NULL)
			l->q850 = cause_reason(ev->msg);
	}
	leg_event(e, l, LEG_EV_REFUSED);
}

static void on_bye_response(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	if (status_of(ev) < 200)
		return;
	if (challenge_take(e, l, ev->msg)) {
		leg_out_bye(e, l);
		return;
	}
	leg_event(e, l, LEG_EV_BYE_DONE);
}

static void renew_media(struct engine *e, struct leg *l, struct addr4 before,
    bool changed);

/* The answer to the offer of our re-INVITE may move their end. */
static void take_refresh_answer(struct engine *e, struct leg *l,
    const struct sip_msg *m)
{
	const struct addr4 before = l->remote.rtp;
	bool changed;

	if (sip_body_sdp(m).n > 0 && l->call != NULL && !l->over &&
	    offer_take(e, l, sip_body_sdp(m), &changed) == ERR_OK)
		renew_media(e, l, before, changed);
}

static void on_refresh_response(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	const unsigned int status = status_of(ev);

	if (status < 200)
		return;
	if (challenge_take(e, l, ev->msg)) {
		l->re_out = (struct sip_txn_id){ 0 };
		leg_out_refresh(e, l);
		return;
	}
	if (status < 300) {
		sip_auth_accepted(&l->auth);
		sip_dlg_refresh(&l->dlg, ev->msg, ev->from);
		orphan_tell(e, l);
		if (ev->method == SIP_METHOD_INVITE)
			leg_out_ack_of(e, l, ev->id);
		take_refresh_answer(e, l, ev->msg);
		/* They may want another interval now (RFC 4028 7.2). */
		session_read_response(l, ev->msg);
	}
	session_refreshed(e, l, status, ev->msg);
}

/* PRACK and NOTIFY. What is refused is not said again: who rings ends the call
 * without its PRACK, and sees what a NOTIFY would have told it. */
static void on_small_response(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	const unsigned int status = status_of(ev);

	if (status >= 200 && status < 300)
		sip_auth_accepted(&l->auth);
	else if (status >= 300 && challenge_take(e, l, ev->msg))
		(same_id(ev->id, l->prack) ? leg_out_prack_again
					   : leg_out_notify_again)(e, l);
}

/* Of an INVITE that another one has replaced: with credentials, or at the next
 * address. Who answers it all the same is told to hang up. */
static void on_replaced(struct engine *e, const struct sip_txn_event *ev)
{
	if (status_of(ev) >= 200 && status_of(ev) < 300)
		leg_out_end_fork(e, ev);
}

void leg_in_response(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	const unsigned int status = status_of(ev);

	if (ev->method == SIP_METHOD_BYE)
		on_bye_response(e, l, ev);
	else if (same_id(ev->id, l->re_out))
		on_refresh_response(e, l, ev);
	else if (same_id(ev->id, l->prack) || same_id(ev->id, l->notify))
		on_small_response(e, l, ev);
	else if (ev->method != SIP_METHOD_INVITE)
		return;
	else if (!same_id(ev->id, l->invite))
		on_replaced(e, ev);
	else if (status < 200)
		on_progress(e, l, ev);
	else if (status < 300)
		on_answer(e, l, ev);
	else
		on_refusal(e, l, ev);
}

/* --- requests in the dialog ------------------------------------------------*/

static void on_bye(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	(void)leg_out_respond(e, l, ev->id, 200, SLICE(""), SLICE(""));
	if (!l->over) {
		l->q850 = cause_reason(ev->msg);
		/* An INVITE still open is answered with it (RFC 3261 15.1.2).
		 */
		if (l->state == LEG_CALLING || l->state == LEG_RINGING)
			l->sip_code = 487;
	}
	leg_event(e, l, LEG_EV_BYE);
}

static void on_options(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	(void)leg_out_respond(e, l, ev->id, 200,
	    SLICE("Accept: application/sdp\r\n"), SLICE(""));
}

static void on_info(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	(void)leg_out_respond(e, l, ev->id, 200, SLICE(""), SLICE(""));
	if (l->call != NULL && !l->over)
		key_info(e, l, ev->msg);
}

/* Their new description is taken: media and trace follow. */
static void renew_media(struct engine *e, struct leg *l, struct addr4 before,
    bool changed)
{
	if (changed && l->stream != 0 && !l->closing)
		stream_target(e, l, !addr4_eq(before, l->remote.rtp));
	stream_hold(e, l);
}

/* Answers an INVITE or UPDATE in the dialog that brings an offer. 0: `out`
 * has the answer; else the status to refuse with, and all is as it was. */
static unsigned int take_offer(struct engine *e, struct leg *l,
    const struct sip_msg *m, struct buf *out)
{
	const struct sdp_audio before = l->remote;
	const uint64_t hash = l->media_hash;
	bool changed;

	if (offer_take(e, l, sip_body_sdp(m), &changed) != ERR_OK)
		return 488;
	if (offer_answer(l, sip_body_sdp(m), out) != ERR_OK) {
		l->remote = before;
		l->media_hash = hash;
		return 500;
	}
	l->early_changed = l->state != LEG_UP;
	renew_media(e, l, before.rtp, changed);
	return 0;
}

/* What stands against a change of the session now; 0: nothing. */
static unsigned int refuse_change(const struct leg *l, const struct sip_msg *m)
{
	const bool is_invite = m->method == SIP_METHOD_INVITE;
	const bool offers = is_invite || sip_body_sdp(m).n > 0;

	if (l->call == NULL || l->over)
		return 481;
	/* RFC 3261 14.2, RFC 3311 5.2: our own offer is under way. Two that
	 * only refresh the session may cross. */
	if (offers && ((l->re_out.v != 0 && l->re_out_offers) ||
			  (l->state == LEG_UP && l->offered_late)))
		return 491;
	/* The same: something is still unanswered. */
	if (l->state != LEG_UP &&
	    (is_invite || (sip_body_sdp(m).n > 0 && !l->early_session)))
		return 500;
	if (invite_requires_unknown(m))
		return 420;
	return leg_in_check_body(m);
}

static void on_change(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	const bool is_invite = ev->method == SIP_METHOD_INVITE;
	char mem[OFFER_SDP_MAX], hmem[512];
	unsigned int status = refuse_change(l, ev->msg);
	struct buf b, h;

	buf_over(&b, mem, sizeof(mem));
	buf_over(&h, hmem, sizeof(hmem));
	if (status == 0)
		status = session_check(ev->msg);
	if (status == 0 && sip_body_sdp(ev->msg).n > 0)
		status = take_offer(e, l, ev->msg, &b);
	else if (status == 0 && is_invite)
		offer_put(l, &b);
	if (status == 500)
		sip_write_hdr_u64(&h, SIP_HDR_RETRY_AFTER, l->index % 10);
	if (status == 422)
		sip_write_hdr_u64(&h, SIP_HDR_MIN_SE, SESSION_MIN_S);
	if (status == 415)
		leg_in_put_accept(ev->msg, &h);
	if (status == 420)
		invite_put_unsupported(ev->msg, &h);
	if (status == 0) {
		sip_dlg_refresh(&l->dlg, ev->msg, ev->from);
		session_read_request(l, ev->msg);
		session_put_answer(l, &h);
	}
	/* A list too long for the buffer is left out, not cut. */
	if (!leg_out_respond(e, l, ev->id, status == 0 ? 200 : status,
		buf_err(&h) == ERR_OK ? buf_slice(&h) : SLICE(""),
		buf_slice(&b)) ||
	    status != 0)
		return;
	if (is_invite) {
		l->re_in = ev->id;
		l->re_in_cseq = ev->msg->cseq.number;
		l->offered_late = sip_body_sdp(ev->msg).n == 0;
	}
	session_start(e, l);
}

static const struct {
	enum sip_method method;
	void (*take)(struct engine *e, struct leg *l,
	    const struct sip_txn_event *ev);
} requests[] = {
	{ SIP_METHOD_BYE, on_bye },
	{ SIP_METHOD_INFO, on_info },
	{ SIP_METHOD_INVITE, on_change },
	{ SIP_METHOD_OPTIONS, on_options },
	{ SIP_METHOD_PRACK, rel_prack },
	{ SIP_METHOD_REFER, transfer_refer },
	{ SIP_METHOD_UPDATE, on_change },
};

/* RFC 3261 8.2.2.3. A change looks at it itself, after what stands against it;
 * who hangs up has done so, whatever he requires. */
static bool refuse_required(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	char mem[512];
	struct buf h;

	if (ev->method == SIP_METHOD_BYE || ev->method == SIP_METHOD_INVITE ||
	    ev->method == SIP_METHOD_UPDATE ||
	    !invite_requires_unknown(ev->msg))
		return false;
	buf_over(&h, mem, sizeof(mem));
	invite_put_unsupported(ev->msg, &h);
	(void)leg_out_respond(e, l, ev->id, 420,
	    buf_err(&h) == ERR_OK ? buf_slice(&h) : SLICE(""), SLICE(""));
	return true;
}

void leg_in_request(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	const unsigned int status = sip_dlg_receive(&l->dlg, ev->msg, ev->from);

	if (status != 0) {
		(void)leg_out_respond(e, l, ev->id, status, SLICE(""),
		    SLICE(""));
		return;
	}
	for (size_t i = 0; i < RT_ARRAY_LEN(requests); i++)
		if (requests[i].method == ev->method) {
			if (refuse_required(e, l, ev))
				return;
			requests[i].take(e, l, ev);
			/* It may have moved. */
			if (requests[i].take == on_change)
				orphan_tell(e, l);
			return;
		}
	(void)leg_out_respond(e, l, ev->id, 405,
	    l->side == LEG_CALLER ? SLICE("Allow: " LEG_ALLOW "\r\n")
				  : SLICE("Allow: " LEG_ALLOW_CALLED "\r\n"),
	    SLICE(""));
}

/* --- what concerns the caller's INVITE -------------------------------------*/

/* The answer to our late offer; without one there is no session. */
static bool take_late_answer(struct engine *e, struct leg *l,
    const struct sip_msg *m)
{
	const struct addr4 before = l->remote.rtp;
	bool changed;

	if (!l->offered_late)
		return true;
	l->offered_late = false;
	if (sip_body_sdp(m).n == 0 ||
	    offer_take(e, l, sip_body_sdp(m), &changed) != ERR_OK)
		return false;
	renew_media(e, l, before, changed);
	return true;
}

/* Of the INVITE of theirs that we answered last? The network may repeat the ACK
 * of an earlier one, and that answers no offer of now. */
static bool is_newest(const struct leg *l, const struct sip_msg *m)
{
	return m->cseq.number == (l->re_in.v != 0 ? l->re_in_cseq : l->cseq);
}

void leg_in_ack(struct engine *e, struct leg *l, const struct sip_txn_event *ev)
{
	const bool of_re =
	    l->re_in.v != 0 && ev->msg->cseq.number == l->re_in_cseq;
	bool ok;

	/* Stale ids are harmless: the ACK was repeated. */
	slots_count_unsent(e,
	    sip_txn_acked(e->txn, of_re ? l->re_in : l->invite,
		e->now.mono_us));
	ok = l->call == NULL || l->over || !is_newest(l, ev->msg) ||
	     take_late_answer(e, l, ev->msg);
	leg_event(e, l, LEG_EV_ACK);
	if (!ok && l->call != NULL)
		call_end(e, l->call, CALLREC_BY_SYSTEM, 488, 65,
		    "the answer to our offer had no usable audio");
}

void leg_in_cancel(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	if (!same_id(ev->id, l->invite))
		return;
	if (!l->over) {
		l->sip_code = 487;
		l->q850 = cause_reason(ev->msg);
	}
	leg_event(e, l, LEG_EV_CANCEL);
}

/* RFC 3261 13.3.1: as if it had been cancelled. */
void leg_in_expired(struct engine *e, struct leg *l)
{
	if (l->call == NULL || l->over ||
	    (l->state != LEG_CALLING && l->state != LEG_RINGING))
		return;
	l->expired = true;
	l->sip_code = 487;
	l->q850 = 102; /* recovery on timer expiry */
	leg_event(e, l, LEG_EV_CANCEL);
}

void leg_in_no_ack(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	if (same_id(ev->id, l->invite)) {
		l->ended_by = CALLREC_BY_SYSTEM;
		leg_event(e, l, LEG_EV_NO_ACK);
	} else if (same_id(ev->id, l->re_in) && l->call != NULL && !l->over) {
		call_end(e, l->call, CALLREC_BY_SYSTEM, 408, 102,
		    "a change of the session was never confirmed");
	}
}
