#include "sipworker/engine/orphan.h"

#include <string.h>

#include "sipworker/engine/hop.h"
#include "sipworker/engine/slots.h"

/* More than any leg sends without telling its dialog again (RFC 3261 12.2.2:
 * higher by any step is fine). */
#define CSEQ_STEP 1000
#define CSEQ_MAX  INT32_MAX

#define FAILED_Q850 41 /* temporary failure */

void orphan_tell(struct engine *e, struct leg *l)
{
	const bool up = l->state == LEG_UP || l->state == LEG_ANSWERED ||
			l->state == LEG_BYE_HELD || l->state == LEG_LEAVING;
	struct engine_dialog *d;

	if (!up && !l->told)
		return;
	d = &out_add(&e->out, ENGINE_DIALOG)->u.dialog;
	d->slot = l->index;
	l->told = up;
	if (!up)
		return;
	d->trunk = l->trunk_id;
	d->bytes = slice_of(&l->dlg, sizeof(l->dlg));
}

static struct leg *adopt(struct engine *e, const struct sip_dlg *dlg,
    struct trunk_id trunk)
{
	struct leg *l = slots_leg_take(e, LEG_CALLED);

	if (l == NULL)
		return NULL;
	l->side = dlg->is_uac ? LEG_CALLED : LEG_CALLER;
	l->invited = !dlg->is_uac;
	l->state = LEG_UP;
	l->over = true;
	l->trunk = SNAP_NO_ROW;
	l->trunk_id = trunk;
	l->q850 = FAILED_Q850;
	l->dlg = *dlg;
	l->dlg.local_cseq += CSEQ_STEP;
	return l;
}

enum err orphan_end(struct engine *e, struct slice dialog,
    struct trunk_id trunk)
{
	struct sip_dlg dlg;
	struct leg *l;
	enum err err;

	if ((err = sip_dlg_restore(&dlg, dialog)) != ERR_OK)
		return err;
	if (dlg.local_cseq > CSEQ_MAX - 2 * CSEQ_STEP)
		return ERR_RANGE;
	if ((l = adopt(e, &dlg, trunk)) == NULL)
		return ERR_BUSY;
	hop_move(e, l, dlg.peer);
	leg_event(e, l, LEG_EV_DROP);
	return ERR_OK;
}
