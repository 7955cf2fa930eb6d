#include "sipworker/engine/leg.h"

#include <string.h>

#include "lib/base/hex.h"
#include "sipworker/engine/drive.h"
#include "sipworker/engine/hop.h"
#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/orphan.h"
#include "sipworker/engine/redirect.h"
#include "sipworker/engine/ring.h"
#include "sipworker/engine/slots.h"
#include "sipworker/engine/stream.h"
#include "sipworker/engine/trace.h"

/* Tag: the slot's reference in 16 digits, then a token nobody can guess. */
#define REF_DIGITS 16

static void make_tag(struct engine *e, struct leg *l)
{
	char token[SIP_TXN_TOKEN_MAX];
	struct buf b;

	sip_txn_token(e->txn, token);
	buf_over(&b, l->tag, sizeof(l->tag));
	for (int shift = 56; shift >= 0; shift -= 8) {
		const uint8_t byte = (uint8_t)(l->ref >> shift);

		buf_hex(&b, &byte, 1);
	}
	buf_cstr(&b, token);
	buf_char(&b, '\0');
}

struct leg *leg_new(struct engine *e, struct call *c, enum leg_side side)
{
	struct leg *l;

	if (c->n_legs >= CALLREC_LEGS_MAX)
		return NULL;
	l = slots_leg_take(e, side);
	if (l == NULL)
		return NULL;
	l->call = c;
	l->side = side;
	l->invited = side == LEG_CALLER;
	l->number = c->n_legs;
	l->trunk = SNAP_NO_ROW;
	l->invited_us = CALLREC_NEVER;
	l->ringing_us = CALLREC_NEVER;
	l->early_us = CALLREC_NEVER;
	l->answered_us = CALLREC_NEVER;
	l->ended_us = CALLREC_NEVER;
	make_tag(e, l);
	if (!stream_open(e, l)) {
		slots_leg_give(e, l);
		return NULL;
	}
	c->n_legs++;
	c->unreported++;
	return l;
}

struct leg *leg_by_ref(struct engine *e, uint64_t ref)
{
	const uint32_t i = (uint32_t)(ref & UINT32_MAX);

	if (ref == 0 || i >= e->n_legs || e->legs[i].ref != ref)
		return NULL;
	return &e->legs[i];
}

/* A tag of ours begins with the number of its leg. */
static struct leg *by_tag(struct engine *e, struct slice tag)
{
	uint8_t raw[REF_DIGITS / 2];
	uint64_t ref = 0;

	if (tag.n < REF_DIGITS ||
	    hex_decode(slice_head(tag, REF_DIGITS), raw, sizeof(raw)) != ERR_OK)
		return NULL;
	for (size_t i = 0; i < sizeof(raw); i++)
		ref = ref << 8 | raw[i];
	return leg_by_ref(e, ref);
}

struct leg *leg_of_dialog(struct engine *e, struct slice call_id,
    struct slice own_tag, struct slice their_tag)
{
	struct leg *l = by_tag(e, own_tag);

	return l != NULL && sip_dlg_is(&l->dlg, call_id, own_tag, their_tag)
		   ? l
		   : NULL;
}

struct leg *leg_of_request(struct engine *e, const struct sip_msg *m)
{
	struct leg *l = by_tag(e, m->to.tag);

	return l != NULL && l->dlg.state != SIP_DLG_NONE &&
		       sip_dlg_matches(&l->dlg, m)
		   ? l
		   : NULL;
}

void leg_collect(struct engine *e, struct leg *l)
{
	if (!l->used || l->state != LEG_GONE || l->stream != 0)
		return;
	if (l->call != NULL && !l->reported)
		return;
	/* The call keeps its caller's leg until CLOSED is written. */
	if (l->call != NULL && l->call->a == l)
		return;
	if (l->call != NULL)
		ring_forget(l->call, l);
	slots_leg_give(e, l);
}

static void set_end(struct engine *e, struct leg *l, enum callrec_by by,
    uint16_t code, uint8_t q850, const char *reason)
{
	if (l->over)
		return;
	l->over = true;
	l->ended_us = trace_at(e, l->call);
	l->ended_by = by;
	if (l->sip_code == 0)
		l->sip_code = code;
	if (l->q850 == 0)
		l->q850 = q850;
	if (l->reason[0] == '\0')
		slots_copy_text(l->reason, sizeof(l->reason),
		    slice_from(reason));
}

/* What stands for its part in the call: stream and record. */
static void finish(struct engine *e, struct leg *l)
{
	slots_trunk_give(e, l);
	stream_close(e, l);
	timer_stop(&e->timers, &l->no_reply);
	timer_stop(&e->timers, &l->session);
	timer_stop(&e->timers, &l->ring);
	timer_stop(&e->timers, &l->play);
	timer_stop(&e->timers, &l->rel.timer);
	if (l->stream == 0 && l->call != NULL)
		trace_leg(e, l->call, l);
}

static void tell(struct engine *e, struct leg *l, unsigned int what)
{
	if (l->call == NULL || l->over)
		return;
	if ((what & LEG_TELL_RINGING) != 0)
		ring_ringing(e, l);
	if ((what & LEG_TELL_ANSWERED) != 0)
		ring_answered(e, l);
	if ((what & LEG_TELL_REFUSED) != 0)
		ring_refused(e, l);
	if ((what & LEG_TELL_LEFT) != 0)
		drive_left(e, l);
}

void leg_event(struct engine *e, struct leg *l, enum leg_event ev)
{
	const unsigned int what =
	    leg_fsm_step(l->invited ? LEG_CALLER : LEG_CALLED, &l->state, ev);

	if ((what & LEG_DO_REFUSE) != 0)
		leg_out_refuse(e, l);
	if ((what & LEG_DO_ACK) != 0)
		leg_out_ack(e, l);
	if ((what & LEG_DO_BYE) != 0)
		leg_out_bye(e, l);
	if ((what & LEG_DO_CANCEL) != 0)
		leg_out_cancel(e, l);
	if (l->state == LEG_GONE || l->state == LEG_LEAVING)
		sip_dlg_end(&l->dlg);
	orphan_tell(e, l);
	tell(e, l, what);
	leg_collect(e, l);
}

void leg_drop(struct engine *e, struct leg *l, enum callrec_by by,
    uint16_t code, uint8_t q850, const char *reason)
{
	if (l->call != NULL)
		set_end(e, l, by, code, q850, reason);
	finish(e, l);
	leg_event(e, l, LEG_EV_DROP);
}

void leg_on_retry(struct engine *e, struct leg *l)
{
	if (l->state == LEG_LEAVING)
		leg_out_bye(e, l);
	leg_collect(e, l);
}

void leg_on_no_reply(struct engine *e, struct leg *l)
{
	if (l->call == NULL || l->over)
		return;
	if (l->resolving) {
		ring_failed(e, l, 503, "the name of the next hop takes long");
		return;
	}
	/* A 100 says that somebody is there, and that is enough. */
	if (l->state == LEG_CALLING && !sip_txn_heard(e->txn, l->invite) &&
	    !hop_next(e, l, 408) && !redirect_next(e, l, 408))
		ring_failed(e, l, 408, "no reply from the next hop");
}
