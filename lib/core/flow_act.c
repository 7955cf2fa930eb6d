#include "lib/core/flow_act.h"

#include <assert.h>
#include <string.h>

/* One run adds at most one action that is no trace for each step passed, and
 * fewer than 48 for the step it stops in. */
#define TRACES_UNTIL 80
_Static_assert(TRACES_UNTIL + FLOW_HOPS_MAX + 48 <= FLOW_OUT_MAX,
    "actions of one run");

struct flow_do *flow_act_add(struct flow_act *a, enum flow_do_kind kind)
{
	struct flow_do *d = &a->out->item[a->out->n];

	assert(a->out->n < FLOW_OUT_MAX);
	memset(d, 0, sizeof(*d));
	d->kind = kind;
	d->step = a->s->step;
	d->flow = a->s->flow;
	d->branch = FLOW_END;
	d->prompt = FLOW_NO_PROMPT;
	a->out->n++;
	return d;
}

void flow_act_trace(struct flow_act *a, uint16_t branch, uint32_t value)
{
	struct flow_do *d;

	/* A trace cut short is better than a call cut short; why the call
	 * ended is said in any case, and then no step follows. */
	if (a->out->n >= TRACES_UNTIL && branch != FLOW_TRACE_LOOP)
		return;
	d = flow_act_add(a, FLOW_DO_TRACE);
	d->branch = branch;
	d->value = value;
}

uint32_t flow_act_ticket(struct flow_act *a)
{
	return ++a->s->ticket;
}

uint32_t flow_act_dice(struct flow_act *a, uint32_t n)
{
	/* Splitmix64: successive throws of one event differ. */
	uint64_t z = (a->dice += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(((z ^ (z >> 31)) >> 32) * n >> 32);
}

static void record(struct flow_act *a)
{
	if (a->s->recording)
		return;
	a->s->recording = true;
	(void)flow_act_add(a, FLOW_DO_RECORD);
}

void flow_act_answer(struct flow_act *a)
{
	if (a->s->answered)
		return;
	a->s->answered = true;
	(void)flow_act_add(a, FLOW_DO_ANSWER);
	if (a->env->record == FLOW_RECORD_SILENT)
		record(a);
}

void flow_act_notice(struct flow_act *a, uint32_t prompt)
{
	a->s->notice_ended = true;
	flow_act_add(a, FLOW_DO_NOTICE)->prompt = prompt;
	if (a->env->record == FLOW_RECORD_NOTICE)
		record(a);
}

void flow_act_play(struct flow_act *a, uint32_t prompt)
{
	struct flow_do *d;

	flow_act_answer(a);
	a->s->ringback = false;
	a->s->due_us = FLOW_ACT_NEVER;
	a->s->wait = flow_act_ticket(a);
	d = flow_act_add(a, FLOW_DO_PLAY);
	d->prompt = prompt;
	d->ticket = a->s->wait;
	d->leg = FLOW_CALLER_LEG;
}

void flow_act_stop(struct flow_act *a)
{
	a->s->wait = 0;
	a->s->ringback = false;
	flow_act_add(a, FLOW_DO_STOP)->leg = FLOW_CALLER_LEG;
}

void flow_act_patience(struct flow_act *a, uint32_t ms)
{
	a->s->due_us = a->env->now_us + (int64_t)ms * 1000;
}

bool flow_act_is(const struct flow_act *a, const struct flow_event *ev,
    enum flow_event_kind kind)
{
	return ev->kind == kind && a->s->wait != 0 && ev->ticket == a->s->wait;
}

int64_t flow_act_now_us(const struct flow_act *a, const struct flow_event *ev)
{
	/* A timer that fires a little early is late enough. */
	if (ev->kind == FLOW_EV_TIMER && a->s->timer_us > a->env->now_us)
		return a->s->timer_us;
	return a->env->now_us;
}

bool flow_act_is_late(const struct flow_act *a, const struct flow_event *ev)
{
	return ev->kind == FLOW_EV_TIMER &&
	       a->s->due_us <= flow_act_now_us(a, ev);
}

void flow_act_leave(struct flow_act *a, uint16_t branch)
{
	const struct flow_type_row *row = a->v.row;
	uint16_t to = flow_view_branch(&a->v, branch);

	flow_act_trace(a, branch, 0);
	if (to == FLOW_END && branch < FLOW_ITEM &&
	    row->otherwise != FLOW_NO_BRANCH)
		to = flow_view_branch(&a->v, row->otherwise);
	a->next = to;
	a->next_flow = a->s->flow;
	a->moving = true;
}

void flow_act_go(struct flow_act *a, uint32_t flow_row)
{
	flow_act_trace(a, FLOW_TRACE_GOTO, flow_row);
	a->next = FLOW_ACT_FIRST;
	a->next_flow = flow_row;
	a->moving = true;
}

void flow_act_finish(struct flow_act *a, enum flow_do_kind how,
    enum flow_why why)
{
	flow_act_trace(a, FLOW_TRACE_DONE, 0);
	flow_act_add(a, how)->value = (uint32_t)why;
	/* What the last destination said is the result of a call that found
	 * nobody; else the flow did what it was made for. */
	if (how == FLOW_DO_BUSY || (how == FLOW_DO_HANGUP && !a->s->attempted))
		a->s->results |= CALLRESULT_FLOW_FINISHED;
	a->s->finished = true;
}

void flow_act_alive(struct flow_act *a)
{
	a->s->hops = 0;
}
