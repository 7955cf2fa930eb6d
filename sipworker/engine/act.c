#include "sipworker/engine/act.h"

#include "sipworker/engine/bridge.h"
#include "sipworker/engine/cause.h"
#include "sipworker/engine/key.h"
#include "sipworker/engine/leg_out.h"
#include "sipworker/engine/message.h"
#include "sipworker/engine/play.h"
#include "sipworker/engine/question.h"
#include "sipworker/engine/record.h"
#include "sipworker/engine/ring.h"
#include "sipworker/engine/trace.h"

/* --- the caller, what is heard ---------------------------------------------*/

static void do_answer(struct engine *e, struct call *c, const struct flow_do *d)
{
	(void)d;
	leg_out_answer(e, c->a);
	if (c->phase == CALL_FLOW)
		key_listen(e, c->a, true);
}

/* NULL: that destination is gone; its event is on the way. */
static struct leg *leg_of(const struct call *c, uint32_t leg)
{
	return leg == FLOW_CALLER_LEG ? c->a : ring_find(c, leg);
}

static void do_play(struct engine *e, struct call *c, const struct flow_do *d)
{
	struct leg *l = leg_of(c, d->leg);

	if (l != NULL)
		play_start(e, l, d->prompt, d->ticket, 1);
}

static void do_stop(struct engine *e, struct call *c, const struct flow_do *d)
{
	struct leg *l = leg_of(c, d->leg);

	if (l != NULL)
		play_stop(e, l);
}

static void do_ringback(struct engine *e, struct call *c,
    const struct flow_do *d)
{
	play_wait(e, c,
	    d->prompt == FLOW_NO_PROMPT ? ENGINE_PROMPT_RINGBACK : d->prompt);
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

static void do_voicemail(struct engine *e, struct call *c,
    const struct flow_do *d)
{
	message_start(e, c, d->ticket, d->u.mail.max_s, d->u.mail.silence_s,
	    d->u.mail.stop);
}

static void do_keep(struct engine *e, struct call *c, const struct flow_do *d)
{
	message_judged(e, c, true, d->value);
}

static void do_drop(struct engine *e, struct call *c, const struct flow_do *d)
{
	message_judged(e, c, false, d->value);
}

/* --- destinations ----------------------------------------------------------*/

static void do_cancel(struct engine *e, struct call *c, const struct flow_do *d)
{
	ring_cancel(e, c, d->ticket, d->value == FLOW_LOST_RACE);
}

static void do_bridge(struct engine *e, struct call *c, const struct flow_do *d)
{
	struct leg *l = ring_find(c, d->ticket);

	if (l == NULL)
		return;
	key_listen(e, c->a, false);
	key_listen(e, l, false);
	bridge_up(e, c, l);
}

static void do_timer(struct engine *e, struct call *c, const struct flow_do *d)
{
	c->flow_timer = d->ticket;
	timer_arm(&e->timers, &c->timer[CALL_T_FLOW],
	    e->now.mono_us + d->value * INT64_C(1000));
}

/* --- what is written down --------------------------------------------------*/

static void do_trace(struct engine *e, struct call *c, const struct flow_do *d)
{
	trace_step(e, c, d);
}

static void do_tag(struct engine *e, struct call *c, const struct flow_do *d)
{
	trace_event(e, c, CALLREC_EV_TAG, 0, 0, d->text);
}

static void do_outcome(struct engine *e, struct call *c,
    const struct flow_do *d)
{
	trace_event(e, c, CALLREC_EV_OUTCOME, 0, 0, d->text);
}

static void put_pair(const struct flow_do *d, char between, char *mem, size_t n,
    struct slice *out)
{
	struct buf b;

	buf_over(&b, mem, n);
	buf_put(&b, d->text);
	buf_char(&b, between);
	buf_cstr(&b, d->u.digits);
	*out = buf_err(&b) == ERR_OK ? buf_slice(&b) : d->text;
}

static void do_store(struct engine *e, struct call *c, const struct flow_do *d)
{
	char mem[CALLREC_TEXT_MAX];
	struct slice text;

	put_pair(d, '=', mem, sizeof(mem), &text);
	trace_event(e, c, CALLREC_EV_STORED, 0, 0, text);
	if (d->value != 1)
		return;
	put_pair(d, ' ', mem, sizeof(mem), &text);
	trace_event(e, c, CALLREC_EV_TAG, 0, 0, text);
}

/* --- the end ---------------------------------------------------------------*/

/* The flow's end before anybody answered: what the destinations said is what
 * the caller hears. */
static void end_of_flow(struct engine *e, struct call *c)
{
	if (c->best_code == 0) {
		c->result_facts |= CALLRESULT_FLOW_FINISHED;
		call_end(e, c, CALLREC_BY_FLOW, 480, 16, "the flow ended");
		return;
	}
	call_end(e, c, CALLREC_BY_FLOW,
	    cause_event(c->best_code) == FLOW_EV_BUSY ? 486 : 480, c->best_q850,
	    "no destination answered");
}

static void do_hangup(struct engine *e, struct call *c, const struct flow_do *d)
{
	switch ((enum flow_why)d->value) {
	case FLOW_WHY_CALLEE_LEFT:
		call_end(e, c, CALLREC_BY_CALLED, 200, 16,
		    "the called side hung up");
		break;
	case FLOW_WHY_TALK_TIME:
		call_end(e, c, CALLREC_BY_FLOW, 200, 16,
		    "the longest talk was reached");
		break;
	case FLOW_WHY_LOOP:
		c->result_facts |= CALLRESULT_FLOW_FINISHED;
		call_end(e, c, CALLREC_BY_FLOW, 480, 16,
		    "the flow went in circles");
		break;
	case FLOW_WHY_END:
		end_of_flow(e, c);
		break;
	}
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
	[FLOW_DO_ASK] = question_ask,
	[FLOW_DO_RELEASE] = question_release,
	[FLOW_DO_CONFIRM] = question_confirm,
	[FLOW_DO_LEAVE] = question_leave,
	[FLOW_DO_VOICEMAIL] = do_voicemail,
	[FLOW_DO_KEEP] = do_keep,
	[FLOW_DO_DROP] = do_drop,
	[FLOW_DO_TAG] = do_tag,
	[FLOW_DO_OUTCOME] = do_outcome,
	[FLOW_DO_STORE] = do_store,
};

void act(struct engine *e, struct call *c, const struct flow_do *d)
{
	actions[d->kind](e, c, d);
}
