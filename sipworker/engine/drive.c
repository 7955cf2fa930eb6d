#include "sipworker/engine/drive.h"

#include <string.h>

#include "sipworker/engine/bridge.h"
#include "sipworker/engine/cause.h"
#include "sipworker/engine/key.h"
#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/play.h"
#include "sipworker/engine/record.h"
#include "sipworker/engine/ring.h"
#include "sipworker/engine/trace.h"

/* --- actions ---------------------------------------------------------------*/

static void do_answer(struct engine *e, struct call *c, const struct flow_do *d)
{
	(void)d;
	leg_out_answer(e, c->a);
}

static void do_play(struct engine *e, struct call *c, const struct flow_do *d)
{
	struct leg *l = d->leg == FLOW_CALLER_LEG ? c->a : ring_find(c, d->leg);

	if (l != NULL)
		play_start(e, l, d->prompt, d->ticket, 1);
}

static void do_stop(struct engine *e, struct call *c, const struct flow_do *d)
{
	struct leg *l = d->leg == FLOW_CALLER_LEG ? c->a : ring_find(c, d->leg);

	if (l != NULL)
		play_stop(e, l);
}

static void do_ringback(struct engine *e, struct call *c,
    const struct flow_do *d)
{
	c->wait_prompt =
	    d->prompt == FLOW_NO_PROMPT ? ENGINE_PROMPT_RINGBACK : d->prompt;
	play_wait(e, c);
}

static void do_cancel(struct engine *e, struct call *c, const struct flow_do *d)
{
	ring_cancel(e, c, d->ticket);
}

static void do_bridge(struct engine *e, struct call *c, const struct flow_do *d)
{
	struct leg *l = ring_find(c, d->ticket);

	if (l != NULL)
		bridge_up(e, c, l);
}

static void do_timer(struct engine *e, struct call *c, const struct flow_do *d)
{
	c->flow_timer = d->ticket;
	timer_arm(&e->timers, &c->timer[CALL_T_FLOW],
	    e->now.mono_us + d->value * INT64_C(1000));
}

/* Nobody is asked yet: a limit counts as reached, a turn is a guess. */
static void do_ask(struct engine *e, struct call *c, const struct flow_do *d)
{
	const struct flow_event ev = { .kind = FLOW_EV_ANSWER,
		.ticket = d->ticket,
		.answer = FLOW_ANSWER_AWAY,
		.value = c->index };

	drive_event(e, c, &ev);
}

static void do_mail(struct engine *e, struct call *c, const struct flow_do *d)
{
	const struct flow_event ev = { .kind = FLOW_EV_VOICEMAIL,
		.ticket = d->ticket };

	drive_event(e, c, &ev);
}

static void do_nothing(struct engine *e, struct call *c,
    const struct flow_do *d)
{
	(void)e;
	(void)c;
	(void)d;
}

static void do_record(struct engine *e, struct call *c, const struct flow_do *d)
{
	(void)d;
	record_start(e, c, c->event_at_us);
}

static void do_notice(struct engine *e, struct call *c, const struct flow_do *d)
{
	c->notice_ended_us = c->event_at_us - c->opened_mono_us;
	c->notice_prompt = d->prompt;
	trace_event(e, c, CALLREC_EV_NOTICE, 0, (int64_t)d->prompt, SLICE(""));
}

static void do_trace(struct engine *e, struct call *c, const struct flow_do *d)
{
	trace_step(e, c, d->step, d->branch);
}

static void do_hangup(struct engine *e, struct call *c, const struct flow_do *d)
{
	if (d->value == FLOW_WHY_TALK_TIME) {
		call_end(e, c, CALLREC_BY_FLOW, 200, 16,
		    "the longest talk was reached");
		return;
	}
	if (c->called_left) {
		call_end(e, c, CALLREC_BY_CALLED, 200, 16,
		    "the called side hung up");
		return;
	}
	if (c->best_code == 0) {
		c->result_facts |= CALLRESULT_FLOW_FINISHED;
		call_end(e, c, CALLREC_BY_FLOW, 480, 16, "the flow ended");
		return;
	}
	/* What the last destination said is what the caller hears. */
	call_end(e, c, CALLREC_BY_FLOW,
	    cause_event(c->best_code) == FLOW_EV_BUSY ? 486 : 480, c->best_q850,
	    "no destination answered");
}

static void do_busy(struct engine *e, struct call *c, const struct flow_do *d)
{
	(void)d;
	c->result_facts |= CALLRESULT_FLOW_FINISHED;
	call_end(e, c, CALLREC_BY_FLOW, 486, 17, "the flow said busy");
}

static void do_reject(struct engine *e, struct call *c, const struct flow_do *d)
{
	(void)d;
	c->result_facts |= CALLRESULT_WAS_BLOCKED;
	call_end(e, c, CALLREC_BY_FLOW, 603, 21, "the flow refused the call");
}

static void (*const actions[FLOW_DO_KIND_COUNT])(struct engine *e,
    struct call *c, const struct flow_do *d) = {
	[FLOW_DO_ANSWER] = do_answer,
	[FLOW_DO_PLAY] = do_play,
	[FLOW_DO_RECORD] = do_record,
	[FLOW_DO_DIAL] = ring_start,
	[FLOW_DO_NOTICE] = do_notice,
	[FLOW_DO_TRACE] = do_trace,
	[FLOW_DO_HANGUP] = do_hangup,
	[FLOW_DO_BUSY] = do_busy,
	[FLOW_DO_REJECT] = do_reject,
	[FLOW_DO_STOP] = do_stop,
	[FLOW_DO_RINGBACK] = do_ringback,
	[FLOW_DO_CANCEL] = do_cancel,
	[FLOW_DO_BRIDGE] = do_bridge,
	[FLOW_DO_TIMER] = do_timer,
	[FLOW_DO_ASK] = do_ask,
	[FLOW_DO_RELEASE] = do_nothing,
	[FLOW_DO_CONFIRM] = do_nothing,
	[FLOW_DO_VOICEMAIL] = do_mail,
	[FLOW_DO_KEEP] = do_nothing,
	[FLOW_DO_DROP] = do_nothing,
	[FLOW_DO_TAG] = do_nothing,
	[FLOW_DO_OUTCOME] = do_nothing,
	[FLOW_DO_STORE] = do_nothing,
};

static uint64_t throw_dice(struct engine *e)
{
	char token[SIP_TXN_TOKEN_MAX];
	uint64_t dice;

	sip_txn_token(e->txn, token);
	memcpy(&dice, token, sizeof(dice));
	return dice;
}

static void run(struct engine *e, struct call *c, const struct flow_event *ev)
{
	struct flow_caller caller = { .anonymous = c->anonymous };
	const struct flow_env env = {
		.flow = &c->flow.flow,
		.snap = e->snaps[c->snap].snap,
		.facts = &c->facts,
		.caller = &caller,
		.number_name = c->number.name,
		.zone = c->number.zone,
		.record = c->number.record,
		.notice_prompt = c->number.notice_prompt,
		.now_us = c->opened_wall_us + trace_at(e, c),
		.dice = throw_dice(e),
	};
	struct flow_out *out = &e->flow_out;

	memcpy(caller.e164, c->caller, sizeof(caller.e164));
	flow_run(&env, &c->flow_state, ev, out);
	/* An action may end the call: what follows then has no object. */
	for (size_t i = 0; i < out->n && c->phase == CALL_FLOW; i++)
		actions[out->item[i].kind](e, c, &out->item[i]);
}

/* An action at hand failed at once: its event comes next. Ten attempts and a
 * prompt are all that a flow can ask for at a time. */
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
	    c->opened_mono_us + 4 * RT_HOUR_US);
	if (!c->has_flow) {
		call_end(e, c, CALLREC_BY_SYSTEM, 480, 1,
		    "the number has no flow");
		return;
	}
	flow_run_init(&c->flow_state, &c->flow.flow);
	drive_event(e, c, &ev);
}

/* --- what happens to the legs ----------------------------------------------*/

static void on_silent(struct engine *e, struct leg *l)
{
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
}

static void caller_left(struct engine *e, struct call *c, const struct leg *l)
{
	const bool ours = l->ended_by == CALLREC_BY_SYSTEM;

	if (!ours)
		c->result_facts |= CALLRESULT_CALLER_LEFT;
	call_end(e, c, ours ? CALLREC_BY_SYSTEM : CALLREC_BY_CALLER, 487,
	    l->q850 != 0 ? l->q850 : 16,
	    ours ? "the answer was never confirmed" : "the caller hung up");
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
	c->called_left = c->b == l;
	bridge_down(e, c);
	ring_forget(c, l);
	leg_drop(e, l, CALLREC_BY_CALLED, 200, l->q850 != 0 ? l->q850 : 16,
	    "hung up");
	drive_event(e, c, &left);
}
