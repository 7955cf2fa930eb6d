#include "sipworker/engine/record.h"

#include "lib/core/recname.h"
#include "sipworker/engine/stream.h"
#include "sipworker/engine/trace.h"

/* A call that reached nobody and was recorded for less holds nothing. */
#define LEAST_US (RT_SEC_US / 2)

/* False: it cannot be, or the recorder has finished already. */
static bool open_file(struct engine *e, struct call *c, int64_t at_us)
{
	struct engine_rec *r;

	if (c->rec_on)
		return true;
	if (c->rec_state != CALLREC_REC_NONE)
		return false;
	recname_make(c->company, c->id, c->opened_wall_us, c->rec_name);
	c->rec_on = true;
	c->rec_state = CALLREC_REC_PENDING;
	c->rec_start_us = at_us;
	r = &out_add(&e->out, ENGINE_REC)->u.rec;
	r->op = ENGINE_REC_START;
	r->call = c->id;
	r->call_key = c->index;
	r->name = out_copy(&e->out, slice_from(c->rec_name));
	r->anchor_mono_us = at_us;
	r->anchor_wall_us = c->opened_wall_us + at_us - c->opened_mono_us;
	trace_event(e, c, CALLREC_EV_REC_START, 0, 0, SLICE(""));
	return true;
}

static void leg_on(struct engine *e, struct call *c, struct leg *l)
{
	struct engine_media *m;

	if (!c->rec_on || l->rec_on || l->stream == 0 || l->closing)
		return;
	m = stream_cmd(e, l, ENGINE_MEDIA_REC_ON);
	m->channel = l->side == LEG_CALLER ? 0 : 1;
	m->anchor_us = c->rec_start_us;
	l->rec_on = true;
}

void record_leg_end(struct engine *e, struct leg *l)
{
	if (!l->rec_on)
		return;
	l->rec_on = false;
	if (l->stream != 0 && !l->closing)
		(void)stream_cmd(e, l, ENGINE_MEDIA_REC_OFF);
}

void record_leg(struct engine *e, struct call *c, struct leg *l)
{
	if (c->rec_all)
		leg_on(e, c, l);
}

void record_start(struct engine *e, struct call *c, int64_t at_us)
{
	if (c->rec_all || !open_file(e, c, at_us))
		return;
	c->rec_all = true;
	c->rec_discard = false;
	leg_on(e, c, c->a);
	if (c->b != NULL)
		leg_on(e, c, c->b);
}

void record_message(struct engine *e, struct call *c, int64_t at_us)
{
	if (open_file(e, c, at_us))
		leg_on(e, c, c->a);
}

void record_message_end(struct engine *e, struct call *c, int64_t at_us)
{
	c->rec_until_us = at_us;
	if (!c->rec_all)
		record_leg_end(e, c->a);
}

void record_message_keep(struct call *c, bool keep)
{
	if (keep)
		c->rec_kept = true;
	c->rec_discard = c->rec_on && !c->rec_all && !c->rec_kept;
}

void record_end(struct engine *e, struct call *c)
{
	struct engine_rec *r;

	if (!c->rec_on)
		return;
	/* Refused right after the notice. */
	if (c->rec_all && !c->rec_kept && c->bridged_us == CALLREC_NEVER &&
	    e->now.mono_us - c->rec_start_us < LEAST_US)
		c->rec_discard = true;
	record_leg_end(e, c->a);
	if (c->b != NULL)
		record_leg_end(e, c->b);
	c->rec_on = false;
	c->rec_waiting = true;
	r = &out_add(&e->out, ENGINE_REC)->u.rec;
	r->op = ENGINE_REC_STOP;
	r->call = c->id;
	r->call_key = c->index;
	r->stop_mono_us = c->rec_all ? e->now.mono_us : c->rec_until_us;
	r->discard = c->rec_discard;
	trace_event(e, c, CALLREC_EV_REC_STOP, 0, 0, SLICE(""));
}
