#include "sipworker/engine/orphan.h"

#include <string.h>

#include "sipworker/engine/hop.h"
#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/slots.h"

/* More than any leg sends without telling its dialog again (RFC 3261 12.2.2:
 * higher by any step is fine). */
#define CSEQ_STEP 1000
#define CSEQ_MAX  INT32_MAX

#define FAILED_Q850 41 /* temporary failure */

/* --- of an engine that lives -----------------------------------------------*/

static enum engine_left left_of(const struct leg *l)
{
	switch (l->state) {
	case LEG_CALLING:
	case LEG_RINGING:
		return l->invited ? ENGINE_LEFT_INVITED : ENGINE_LEFT_INVITE;
	case LEG_CANCELLING:
		return ENGINE_LEFT_INVITE;
	case LEG_ANSWERED:
	case LEG_UP:
	case LEG_BYE_HELD:
	case LEG_LEAVING:
		return ENGINE_LEFT_DIALOG;
	case LEG_NEW:
	case LEG_GONE:
	case LEG_STATES:
		break;
	}
	return ENGINE_LEFT_NOTHING;
}

/* An INVITE does not change once it is sent: it is told once. */
static void tell_invite(struct engine *e, struct leg *l, enum engine_left what)
{
	char mem[ORPHAN_INVITE_MAX];
	struct engine_dialog *d;
	struct addr4 peer;
	struct buf b;

	if (l->told == what && l->told_invite.v == l->invite.v)
		return;
	buf_over(&b, mem, sizeof(mem));
	/* What the table does not have any more has been answered. */
	if (sip_txn_keep(e->txn, l->invite, slice_from(l->tag), &b, &peer) !=
	    ERR_OK)
		return;
	d = &out_add(&e->out, ENGINE_DIALOG)->u.dialog;
	*d = (struct engine_dialog){ .slot = l->index,
		.what = what,
		.trunk = l->trunk_id,
		.peer = peer,
		.bytes = out_copy(&e->out, buf_slice(&b)) };
	l->told = what;
	l->told_invite = l->invite;
}

void orphan_tell(struct engine *e, struct leg *l)
{
	const enum engine_left what = left_of(l);
	struct engine_dialog *d;

	if (what == ENGINE_LEFT_INVITE || what == ENGINE_LEFT_INVITED) {
		tell_invite(e, l, what);
		return;
	}
	if (what == ENGINE_LEFT_NOTHING && l->told == ENGINE_LEFT_NOTHING)
		return;
	d = &out_add(&e->out, ENGINE_DIALOG)->u.dialog;
	d->slot = l->index;
	d->what = l->told = what;
	if (what == ENGINE_LEFT_NOTHING)
		return;
	d->trunk = l->trunk_id;
	d->bytes = slice_of(&l->dlg, sizeof(l->dlg));
}

/* --- of one that died ------------------------------------------------------*/

static struct leg *adopt(struct engine *e, bool invited, struct trunk_id trunk)
{
	struct leg *l = slots_leg_take(e, LEG_CALLED);

	if (l == NULL)
		return NULL;
	l->side = invited ? LEG_CALLER : LEG_CALLED;
	l->invited = invited;
	l->over = true;
	l->trunk = SNAP_NO_ROW;
	l->trunk_id = trunk;
	l->q850 = FAILED_Q850;
	return l;
}

static enum err end_dialog(struct engine *e, const struct engine_dialog *d)
{
	struct sip_dlg dlg;
	struct leg *l;
	enum err err;

	if ((err = sip_dlg_restore(&dlg, d->bytes)) != ERR_OK)
		return err;
	if (dlg.local_cseq > CSEQ_MAX - 2 * CSEQ_STEP)
		return ERR_RANGE;
	if ((l = adopt(e, !dlg.is_uac, d->trunk)) == NULL)
		return ERR_BUSY;
	l->state = LEG_UP;
	l->dlg = dlg;
	l->dlg.local_cseq += CSEQ_STEP;
	hop_move(e, l, dlg.peer);
	leg_event(e, l, LEG_EV_DROP);
	return ERR_OK;
}

/* What an answer to it is compared with, and a dialog made of. */
static enum err read_invite(struct leg *l, const struct sip_msg *m)
{
	if (!slice_to_cstr(m->uri_text, l->uri, sizeof(l->uri)) ||
	    !slice_to_cstr(sip_msg_value(m, SIP_HDR_FROM), l->from,
		sizeof(l->from)) ||
	    !slice_to_cstr(sip_msg_value(m, SIP_HDR_TO), l->to,
		sizeof(l->to)) ||
	    !slice_to_cstr(m->call_id, l->call_id, sizeof(l->call_id)))
		return ERR_TOOBIG;
	if (m->cseq.number > CSEQ_MAX - 2 * CSEQ_STEP)
		return ERR_RANGE;
	l->cseq = m->cseq.number;
	/* Above what PRACK and UPDATE have used in its early dialogs. */
	l->dlg.local_cseq = m->cseq.number + CSEQ_STEP;
	return ERR_OK;
}

static enum err cancel_invite(struct engine *e, const struct engine_dialog *d)
{
	char mem[ORPHAN_INVITE_MAX];
	struct sip_msg m;
	struct buf b;
	struct leg *l;
	enum err err;

	buf_over(&b, mem, sizeof(mem));
	if (sip_msg_parse(d->bytes, &b, &m) != ERR_OK || !m.is_request)
		return ERR_SYNTAX;
	if ((l = adopt(e, false, d->trunk)) == NULL)
		return ERR_BUSY;
	l->state = LEG_CALLING;
	err = read_invite(l, &m);
	if (err == ERR_OK)
		err = sip_txn_adopt_sent(e->txn, d->bytes, d->peer, l->ref,
		    e->now.mono_us, &l->invite);
	if (err != ERR_OK) {
		slots_leg_give(e, l);
		return err;
	}
	hop_move(e, l, d->peer);
	leg_event(e, l, LEG_EV_DROP);
	return ERR_OK;
}

/* It needs no leg: the answer, and who repeats it, is the table's business. */
static enum err answer_invite(struct engine *e, const struct engine_dialog *d)
{
	struct sip_txn_id id;
	const enum err err = sip_txn_adopt_received(e->txn, d->bytes, d->peer,
	    e->now.mono_us, &id);

	if (err == ERR_OK)
		leg_out_reject(e, id, 503, SLICE("Reason: Q.850;cause=41\r\n"));
	return err;
}

enum err orphan_end(struct engine *e, const struct engine_dialog *d)
{
	switch (d->what) {
	case ENGINE_LEFT_DIALOG:
		return end_dialog(e, d);
	case ENGINE_LEFT_INVITE:
		return cancel_invite(e, d);
	case ENGINE_LEFT_INVITED:
		return answer_invite(e, d);
	case ENGINE_LEFT_NOTHING:
	case ENGINE_LEFT_KINDS:
		break;
	}
	return ERR_SYNTAX;
}
