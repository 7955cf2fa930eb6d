#include "sipworker/engine/drive.h"

#include <string.h>

#include "sipworker/engine/act.h"
#include "sipworker/engine/bridge.h"
#include "sipworker/engine/key.h"
#include "sipworker/engine/message.h"
#include "sipworker/engine/play.h"
#include "sipworker/engine/ring.h"
#include "sipworker/engine/trace.h"
#include "sipworker/engine/transfer.h"

/* A talk of four hours, and the way to it. */
#define LONGEST_US (4 * RT_HOUR_US + 4 * RT_MIN_US)

static uint64_t throw_dice(struct engine *e)
{
	char token[SIP_TXN_TOKEN_MAX];
	uint64_t dice;

	sip_txn_token(e->txn, token);
	memcpy(&dice, token, sizeof(dice));
	return dice;
}

void drive_env(struct engine *e, struct call *c, struct flow_env *out)
{
	*out = (struct flow_env){
		.flow = &c->flow.flow,
		.snap = e->snaps[c->snap].snap,
		.facts = &c->facts,
		.caller = &c->who,
		.number_name = c->number.name,
		.zone = c->number.zone,
		.record = c->number.record,
		.notice_prompt = c->number.notice_prompt,
		.now_us = c->opened_wall_us + trace_at(e, c),
	};
}

static void run(struct engine *e, struct call *c, const struct flow_event *ev)
{
	struct flow_out *out = &e->flow_out;
	struct flow_env env;

	drive_env(e, c, &env);
	env.dice = throw_dice(e);
	flow_run(&env, &c->flow_state, ev, out);
	/* An action may end the call: what follows then has no object. */
	for (size_t i = 0; i < out->n && c->phase == CALL_FLOW; i++)
		act(e, c, &out->item[i]);
}

static void keep(struct call *c, const struct flow_event *ev)
{
	if (c->n_pending < CALL_PENDING_MAX)
		c->pending[c->n_pending++] = *ev;
}

void drive_event(struct engine *e, struct call *c, const struct flow_event *ev)
{
	struct flow_event next = *ev;

	if (c->phase != CALL_FLOW)
		return;
	if (c->running) {
		keep(c, ev);
		return;
	}
	c->running = true;
	for (;;) {
		run(e, c, &next);
		if (c->n_pending == 0 || c->phase != CALL_FLOW)
			break;
		next = c->pending[0];
		c->n_pending--;
		memmove(c->pending, c->pending + 1,
		    c->n_pending * sizeof(c->pending[0]));
	}
	c->running = false;
}

void drive_start(struct engine *e, struct call *c)
{
	const struct flow_event ev = { .kind = FLOW_EV_START };

	c->phase = CALL_FLOW;
	c->event_at_us = e->now.mono_us;
	timer_arm(&e->timers, &c->timer[CALL_T_LONGEST],
	    c->opened_mono_us + LONGEST_US);
	if (!c->has_flow) {
		call_end(e, c, CALLREC_BY_SYSTEM, 480, 1,
		    "the number has no flow");
		return;
	}
	flow_run_init(&c->flow_state, &c->flow.flow);
	drive_event(e, c, &ev);
}

void drive_timeout(struct engine *e, struct call *c)
{
	const struct flow_event ev = { .kind = FLOW_EV_TIMER,
		.ticket = c->flow_timer };

	drive_event(e, c, &ev);
}

/* --- what happens to the legs ----------------------------------------------*/

static void on_silent(struct engine *e, struct leg *l)
{
	/* Who is not talked to may be silent: a phone that whispers. */
	if (l->held || l->answered_us == CALLREC_NEVER)
		return;
	trace_event(e, l->call, CALLREC_EV_MEDIA_LOST, l->number, 0, SLICE(""));
	call_end(e, l->call, CALLREC_BY_SYSTEM, 408, 102,
	    "no audio for a minute");
}

void drive_media(struct engine *e, struct leg *l,
    const struct engine_media_event *ev)
{
	struct call *c = l->call;

	if (c->phase != CALL_FLOW)
		return;
	c->event_at_us = e->now.mono_us;
	if (ev->what == ENGINE_MEDIA_PLAYED)
		play_ended(e, l, ev);
	else if (ev->what == ENGINE_MEDIA_SILENT)
		on_silent(e, l);
	else if (ev->what == ENGINE_MEDIA_DIGIT)
		key_pressed(e, l, ev->digit, PRESS_MEDIA, ev->at_mono_us);
	else if (l == c->a && (ev->what == ENGINE_MEDIA_VOICE ||
				  ev->what == ENGINE_MEDIA_QUIET))
		message_heard(e, c, ev);
}

void drive_key(struct engine *e, struct leg *l, char key)
{
	struct call *c = l->call;
	struct flow_event ev = { .kind = FLOW_EV_DIGIT,
		.ticket = l == c->a ? FLOW_CALLER_LEG : l->ticket,
		.value = (unsigned char)key };

	c->event_at_us = e->now.mono_us;
	if (l == c->a && message_key(e, c, key))
		return;
	drive_event(e, c, &ev);
}

static const char *why_left(const struct leg *l, bool ours)
{
	if (l->expired)
		return "nobody answered before the caller's INVITE expired";
	return ours ? "the answer was never confirmed" : "the caller hung up";
}

static void caller_left(struct engine *e, struct call *c, const struct leg *l)
{
	const bool ours = l->ended_by == CALLREC_BY_SYSTEM;
	struct flow_event ev = { .kind = FLOW_EV_CALLER_LEFT };

	if (!ours)
		c->result_facts |= CALLRESULT_CALLER_LEFT;
	/* The flow has a last word: a message is kept, a place given back. */
	ev.value = message_cut(e, c);
	drive_event(e, c, &ev);
	call_end(e, c,
	    ours || l->expired ? CALLREC_BY_SYSTEM : CALLREC_BY_CALLER, 487,
	    l->q850 != 0 ? l->q850 : 16, why_left(l, ours));
}

void drive_left(struct engine *e, struct leg *l)
{
	const struct flow_event left = { .kind = FLOW_EV_CALLEE_LEFT,
		.ticket = l->ticket };
	struct call *c = l->call;

	c->event_at_us = e->now.mono_us;
	if (l->side == LEG_CALLER) {
		caller_left(e, c, l);
		return;
	}
	if (transfer_left(e, l))
		return;
	if (c->b == l)
		bridge_down(e, c);
	ring_forget(c, l);
	leg_drop(e, l, CALLREC_BY_CALLED, 200, l->q850 != 0 ? l->q850 : 16,
	    "hung up");
	drive_event(e, c, &left);
}
