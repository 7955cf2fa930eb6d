#include "sipworker/engine/bridge.h"

#include <string.h>

#include "lib/base/clk.h"
#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/stream.h"
#include "sipworker/engine/trace.h"

static void stop_playing(struct engine *e, struct call *c)
{
	if (!c->ringback && c->playing == 0)
		return;
	(void)stream_cmd(e, c->a, ENGINE_MEDIA_STOP);
	c->ringback = false;
	c->playing = 0;
	timer_stop(&e->timers, &c->timer[CALL_T_PLAY]);
}

static bool can_hear(const struct call *c)
{
	return c->a->stream != 0 && !c->a->closing &&
	       (c->a->answered_us != CALLREC_NEVER ||
		   c->a->early_us != CALLREC_NEVER);
}

void bridge_wait(struct engine *e, struct call *c)
{
	struct engine_media *m;

	if (c->ringback || c->early != NULL || c->b != NULL || !can_hear(c))
		return;
	m = stream_cmd(e, c->a, ENGINE_MEDIA_PLAY);
	m->prompt = ENGINE_PROMPT_RINGBACK;
	c->ringback = true;
}

static void connect(struct engine *e, struct call *c, const struct leg *b,
    bool early)
{
	struct engine_media *m = stream_cmd(e, c->a, ENGINE_MEDIA_BRIDGE);

	m->peer = b->stream;
	m->early = early;
}

void bridge_early(struct engine *e, struct call *c, struct leg *b)
{
	if (b->early_us == CALLREC_NEVER) {
		b->early_us = trace_at(e, c);
		trace_event(e, c, CALLREC_EV_EARLY, b->number, 0, SLICE(""));
	}
	bridge_match_codecs(e, c, b);
	stream_target(e, b, false);
	if (c->early != NULL || c->a->stream == 0 || c->a->closing)
		return; /* a later 18x only moved the far end */
	c->early = b;
	stop_playing(e, c);
	leg_out_progress(e, c->a, true);
	/* A late offer's answer comes with the ACK: only 180 was sent. */
	c->a->answer_fixed = !c->a->offered_late;
	connect(e, c, b, true);
}

void bridge_early_end(struct engine *e, struct call *c)
{
	if (c->early == NULL)
		return;
	c->early = NULL;
	if (c->a->stream != 0 && !c->a->closing)
		(void)stream_cmd(e, c->a, ENGINE_MEDIA_UNBRIDGE);
}

void bridge_match_codecs(struct engine *e, struct call *c, const struct leg *b)
{
	struct leg *a = c->a;

	if (a->answer_fixed || a->answered_us != CALLREC_NEVER ||
	    !a->has_remote || !a->remote.has[b->remote.codec] ||
	    a->remote.codec == b->remote.codec)
		return;
	a->remote.codec = b->remote.codec;
	stream_target(e, a, false);
}

static void record_leg(struct engine *e, struct call *c, struct leg *l)
{
	struct engine_media *m;

	if (!c->rec_on || l->rec_on || l->stream == 0 || l->closing)
		return;
	m = stream_cmd(e, l, ENGINE_MEDIA_REC_ON);
	m->channel = l->side == LEG_CALLER ? 0 : 1;
	m->anchor_us = c->rec_start_us;
	l->rec_on = true;
}

void bridge_up(struct engine *e, struct call *c, struct leg *b)
{
	if (c->b != NULL)
		return;
	stop_playing(e, c);
	connect(e, c, b, false);
	c->b = b;
	c->early = NULL;
	c->result_facts |= CALLRESULT_WAS_BRIDGED;
	c->answered_leg = b->number;
	c->talk_from_us = trace_at(e, c);
	if (c->bridged_us == CALLREC_NEVER)
		c->bridged_us = c->talk_from_us;
	trace_event(e, c, CALLREC_EV_BRIDGED, b->number, 0, SLICE(""));
	record_leg(e, c, b);
	timer_arm(&e->timers, &c->timer[CALL_T_TALK],
	    e->now.mono_us + b->talk_s * RT_SEC_US);
}

void bridge_down(struct engine *e, struct call *c)
{
	if (c->b == NULL)
		return;
	c->talk_us += trace_at(e, c) - c->talk_from_us;
	c->b = NULL;
	timer_stop(&e->timers, &c->timer[CALL_T_TALK]);
	if (c->a->stream != 0 && !c->a->closing)
		(void)stream_cmd(e, c->a, ENGINE_MEDIA_UNBRIDGE);
}

void bridge_play(struct engine *e, struct call *c, uint32_t prompt,
    uint32_t ticket)
{
	struct engine_media *m = stream_cmd(e, c->a, ENGINE_MEDIA_PLAY);
	struct snap_prompt p;

	snap_prompt_at(e->snaps[c->snap].snap, prompt, &p);
	m->prompt = prompt;
	m->play = ticket;
	m->times = 1;
	c->playing = ticket;
	c->ringback = false;
	/* Late offers may keep it waiting for the ACK: 64 * T1. */
	timer_arm(&e->timers, &c->timer[CALL_T_PLAY],
	    e->now.mono_us + p.samples * INT64_C(125) + SIP_TXN_64T1_US +
		5 * RT_SEC_US);
}

static bool name_recording(struct call *c)
{
	const struct clk_civil t = clk_to_civil(c->opened_wall_us);
	char company[ID_TEXT_MAX], call[ID_TEXT_MAX];
	struct buf b;

	id_text(ID_KIND_company, c->company.v, company);
	id_text(ID_KIND_call, c->id.v, call);
	buf_over(&b, c->rec_name, sizeof(c->rec_name) - 1);
	buf_printf(&b, "%s/%04d-%02d-%02d/%s.wav", company, t.year, t.month,
	    t.day, call);
	return buf_err(&b) == ERR_OK;
}

void bridge_record(struct engine *e, struct call *c, int64_t at_us)
{
	struct engine_rec *r;

	if (c->rec_state != CALLREC_REC_NONE || !name_recording(c))
		return;
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
	record_leg(e, c, c->a);
	if (c->b != NULL)
		record_leg(e, c, c->b);
}

static void record_leg_end(struct engine *e, struct leg *l)
{
	if (!l->rec_on)
		return;
	l->rec_on = false;
	if (l->stream != 0 && !l->closing)
		(void)stream_cmd(e, l, ENGINE_MEDIA_REC_OFF);
}

void bridge_record_end(struct engine *e, struct call *c)
{
	struct engine_rec *r;

	if (!c->rec_on)
		return;
	record_leg_end(e, c->a);
	if (c->b != NULL)
		record_leg_end(e, c->b);
	c->rec_on = false;
	c->rec_waiting = true;
	r = &out_add(&e->out, ENGINE_REC)->u.rec;
	r->op = ENGINE_REC_STOP;
	r->call = c->id;
	r->call_key = c->index;
	r->stop_mono_us = e->now.mono_us;
	trace_event(e, c, CALLREC_EV_REC_STOP, 0, 0, SLICE(""));
}
