#include "sipworker/engine/rel.h"

#include "lib/base/scan.h"
#include "sipworker/engine/leg_out.h"

static void open_answer(struct engine *e, struct leg *l, uint16_t status)
{
	struct leg_rel *r = &l->rel;

	/* Begins anywhere below 2**31 (RFC 3262 3) and counts up. */
	r->rseq =
	    r->rseq == 0 ? (uint32_t)(l->ref >> 32) % 100000 + 1 : r->rseq + 1;
	r->status = status;
	r->waiting = true;
	r->interval_us = SIP_TXN_T1_US;
	r->until_us = e->now.mono_us + SIP_TXN_64T1_US;
	leg_out_provisional(e, l, status, r->rseq);
	timer_arm(&e->timers, &r->timer, e->now.mono_us + r->interval_us);
}

void rel_progress(struct engine *e, struct leg *l, uint16_t status)
{
	struct leg_rel *r = &l->rel;

	if (!r->on) {
		leg_out_provisional(e, l, status, 0);
		return;
	}
	if (status <= r->status)
		return; /* said already */
	if (r->waiting)
		r->next = status;
	else
		open_answer(e, l, status);
}

bool rel_holds_answer(struct leg *l)
{
	struct leg_rel *r = &l->rel;

	r->answer = r->on && r->waiting && r->status == 183;
	return r->answer;
}

/* "RSeq CSeq-number method" */
static bool matches(const struct leg *l, const struct sip_msg *m)
{
	struct slice v = slice_trim(sip_msg_value(m, SIP_HDR_RACK));
	uint32_t rseq, cseq;

	if (scan_u32(&v, &rseq) != ERR_OK || scan_blanks(&v) != ERR_OK ||
	    scan_u32(&v, &cseq) != ERR_OK || scan_blanks(&v) != ERR_OK)
		return false;
	return rseq == l->rel.rseq && cseq == l->cseq &&
	       slice_eq_case(v, SLICE("INVITE"));
}

void rel_prack(struct engine *e, struct leg *l, const struct sip_txn_event *ev)
{
	struct leg_rel *r = &l->rel;
	const bool ours = r->waiting && matches(l, ev->msg);

	/* A description in it would be a second offer: they have an answer. */
	(void)leg_out_respond(e, l, ev->id,
	    !ours                 ? 481
	    : ev->msg->body.n > 0 ? 488
				  : 200,
	    SLICE(""), SLICE(""));
	if (!ours)
		return;
	r->waiting = false;
	l->early_session |= r->status == 183;
	timer_stop(&e->timers, &r->timer);
	if (l->call == NULL || l->over)
		return;
	if (r->answer)
		leg_out_answer(e, l);
	else if (r->next != 0)
		open_answer(e, l, r->next);
	r->answer = false;
	r->next = 0;
}

void rel_timeout(struct engine *e, struct leg *l)
{
	struct leg_rel *r = &l->rel;

	if (!r->waiting || l->call == NULL || l->over ||
	    (l->state != LEG_CALLING && l->state != LEG_RINGING))
		return;
	if (e->now.mono_us >= r->until_us) {
		call_end(e, l->call, CALLREC_BY_SYSTEM, 504, 102,
		    "the ringing was never confirmed");
		return;
	}
	leg_out_provisional(e, l, r->status, r->rseq);
	r->interval_us *= 2;
	timer_arm(&e->timers, &r->timer, e->now.mono_us + r->interval_us);
}
