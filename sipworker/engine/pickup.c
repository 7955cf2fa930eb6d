#include "sipworker/engine/pickup.h"

#include <string.h>

#include "sipworker/engine/hop.h"
#include "sipworker/engine/invite.h"
#include "sipworker/engine/leg_in.h"
#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/offer.h"
#include "sipworker/engine/ring.h"
#include "sipworker/engine/session.h"
#include "sipworker/engine/stream.h"
#include "sipworker/engine/trace.h"
#include "sipworker/engine/transfer.h"
#include "sipworker/sip/sip_body.h"
#include "sipworker/sip/sip_replaces.h"

/* --- may it be? ------------------------------------------------------------*/

static bool is_its_host(const struct leg *l, uint32_t ip)
{
	for (uint8_t i = 0; i < l->n_peers; i++)
		if (l->peer[i] == ip)
			return true;
	return false;
}

/* RFC 3891 3. 0, or the status to refuse with. */
static unsigned int check_leg(const struct leg *l, const struct sip_replaces *r,
    struct addr4 from)
{
	const struct call *c;

	if (l == NULL)
		return 481;
	c = l->call;
	if (c == NULL || l->over)
		return 603;
	if (l->side == LEG_CALLER || !is_its_host(l, from.ip))
		return 403;
	if (l->state != LEG_UP || c->b != l || c->phase != CALL_FLOW)
		return 481;
	if (r->early_only)
		return 486;
	return c->transfer.to != NULL ? 491 : 0;
}

static unsigned int check(struct engine *e, const struct sip_txn_event *ev,
    struct leg **out)
{
	struct sip_msg_walk w = { 0 };
	struct slice value, second;
	struct sip_replaces r;
	unsigned int status;

	if (!sip_msg_walk(ev->msg, SIP_HDR_REPLACES, &w, &value) ||
	    sip_msg_walk(ev->msg, SIP_HDR_REPLACES, &w, &second) ||
	    sip_replaces_parse(value, &r) != ERR_OK)
		return 400;
	if (invite_requires_unknown(ev->msg))
		return 420;
	*out = leg_of_dialog(e, r.call_id, r.to_tag, r.from_tag);
	if ((status = check_leg(*out, &r, ev->from)) != 0)
		return status;
	if (sip_body_sdp(ev->msg).n > CALL_OFFER_MAX)
		return 413;
	return leg_in_check_body(ev->msg);
}

/* --- the new leg -----------------------------------------------------------*/

static unsigned int fill(struct engine *e, struct leg *l,
    const struct sip_txn_event *ev)
{
	const struct slice sdp = sip_body_sdp(ev->msg);
	struct call *c = l->call;
	enum err err;
	bool changed;

	l->invited = true;
	l->transfer = true;
	l->ring_counted = true;
	l->invite = ev->id;
	l->invited_us = trace_at(e, c);
	l->cseq = ev->msg->cseq.number;
	slots_copy_text(l->call_id, sizeof(l->call_id), ev->msg->call_id);
	slots_copy_text(l->target, sizeof(l->target), ev->msg->from.uri_text);
	err = sip_dlg_uas(&l->dlg, ev->msg, slice_from(l->tag), ev->from);
	if (err != ERR_OK)
		return err == ERR_TOOBIG ? 513 : 400;
	offer_local(e, l, offer_allowed(e, l), c->a->remote.codec);
	l->offered_late = sdp.n == 0;
	if (sdp.n > 0 && offer_take(e, l, sdp, &changed) != ERR_OK)
		return 488;
	if (session_check(ev->msg) != 0)
		return 422;
	session_read_request(l, ev->msg);
	if (sip_txn_set_user(e->txn, ev->id, l->ref) != ERR_OK)
		return 500;
	/* The caller's own is not needed any more: it is answered. */
	if (sdp.n > 0)
		memcpy(c->offer, sdp.p, sdp.n);
	c->offer_n = sdp.n;
	return 0;
}

static unsigned int begin(struct engine *e, struct leg *old,
    const struct sip_txn_event *ev)
{
	struct call *c = old->call;
	struct leg *l = ring_add(e, c);
	unsigned int status;

	if (l == NULL)
		return 503;
	status = fill(e, l, ev);
	if (status != 0) {
		/* Nobody was told of it; its INVITE is refused by the caller
		 * of this. */
		l->transfer = false;
		ring_take_off(e, l, CALLREC_BY_SYSTEM, (uint16_t)status, 0,
		    "cannot take over");
		return status;
	}
	hop_move(e, l, ev->from);
	leg_event(e, l, LEG_EV_INVITE);
	c->transfer = (struct call_transfer){ .from = old,
		.to = l,
		.ticket = old->ticket,
		.by = old->number,
		.pickup = true };
	trace_dial(e, c, l);
	return 0;
}

void pickup_invite(struct engine *e, const struct sip_txn_event *ev)
{
	struct leg *old = NULL;
	unsigned int status = check(e, ev, &old);

	if (status == 0)
		status = begin(e, old, ev);
	if (status != 0)
		invite_refuse(e, ev, status);
}

void pickup_stream_open(struct engine *e, struct leg *l)
{
	if (l->over || l->state != LEG_CALLING)
		return;
	if (!leg_out_accept(e, l)) {
		ring_failed(e, l, 500, "the answer could not be sent");
		return;
	}
	trace_event(e, l->call, CALLREC_EV_ANSWERED, l->number, 0, SLICE(""));
	leg_event(e, l, LEG_EV_ANSWER);
	session_start(e, l);
	if (l->has_remote) { /* else it comes with the ACK */
		stream_target(e, l, false);
		stream_hold(e, l);
	}
	transfer_answered(e, l);
}
