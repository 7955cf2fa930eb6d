#include "lib/core/flow_run.h"

#include <string.h>

#include "lib/core/flow_act.h"
#include "lib/core/flow_dial.h"
#include "lib/core/flow_keys.h"
#include "lib/core/flow_play.h"
#include "lib/core/flow_rule.h"
#include "lib/core/snap.h"

static const struct {
	void (*enter)(struct flow_act *a);
	void (*event)(struct flow_act *a, const struct flow_event *ev);
} code[FLOW_TYPE_COUNT] = {
	[FLOW_NOTICE] = { flow_play_enter, flow_play_event },
	[FLOW_MESSAGE] = { flow_play_enter, flow_play_event },
	[FLOW_FORWARD] = { flow_dial_enter, flow_dial_event },
	[FLOW_HANGUP] = { flow_play_hangup, NULL },
	[FLOW_BUSY] = { flow_play_busy, NULL },
	[FLOW_REJECT] = { flow_play_reject, NULL },
	[FLOW_MENU] = { flow_keys_menu, flow_keys_menu_event },
	[FLOW_GATHER] = { flow_keys_gather, flow_keys_gather_event },
	[FLOW_HOURS] = { flow_rule_hours, NULL },
	[FLOW_GEOGRAPHY] = { flow_rule_geography, NULL },
	[FLOW_NEAREST] = { flow_rule_nearest, NULL },
	[FLOW_SOURCE] = { flow_rule_source, NULL },
	[FLOW_CALLER] = { flow_rule_caller, NULL },
	[FLOW_SPLIT] = { flow_rule_split, NULL },
	[FLOW_GROUP] = { flow_dial_enter, flow_dial_event },
	[FLOW_WHISPER] = { flow_play_whisper, NULL },
	[FLOW_VOICEMAIL] = { flow_play_mail, flow_play_mail_event },
	[FLOW_CHALLENGE] = { flow_keys_challenge, flow_keys_challenge_event },
	[FLOW_TAG] = { flow_play_tag, NULL },
	[FLOW_OUTCOME] = { flow_play_outcome, NULL },
	[FLOW_GOTO] = { flow_play_goto, NULL },
};

void flow_run_init(struct flow_state *s, const struct flow *f)
{
	memset(s, 0, sizeof(*s));
	s->flow = FLOW_NO_ROW;
	s->step = f->first;
	s->due_us = FLOW_ACT_NEVER;
}

void flow_run_flow(const struct flow_env *env, uint32_t row, struct flow *out)
{
	struct snap_flow f;

	if (row == FLOW_NO_ROW) {
		*out = *env->flow;
		return;
	}
	snap_flow_at(env->snap, row, &f);
	*out = f.flow;
}

/* The step before the one asked from, in the order of menus. */
static uint16_t step_back(struct flow_state *s)
{
	if (s->n_menus == 0)
		return FLOW_END;
	/* From a menu to the one before it; from elsewhere to the last. */
	if (s->menu[s->n_menus - 1] == s->step && s->n_menus > 1)
		s->n_menus--;
	return s->menu[s->n_menus - 1];
}

/* Where the flow goes next. False: nowhere, it is over. */
static bool arrive(struct flow_act *a)
{
	if (a->next == FLOW_ACT_FIRST) {
		a->s->flow = a->next_flow;
		a->s->n_menus = 0;
		flow_run_flow(a->env, a->s->flow, &a->flow);
		a->next = a->flow.first;
	}
	if (a->next == FLOW_BACK)
		a->next = step_back(a->s);
	if (a->next != FLOW_END && a->s->hops < FLOW_HOPS_MAX) {
		a->s->hops++;
		a->s->step = a->next;
		return true;
	}
	if (a->next != FLOW_END)
		flow_act_trace(a, FLOW_TRACE_LOOP, 0);
	flow_act_finish(a, FLOW_DO_HANGUP,
	    a->next == FLOW_END ? FLOW_WHY_END : FLOW_WHY_LOOP);
	return false;
}

static void walk(struct flow_act *a)
{
	while (a->moving && !a->s->finished) {
		a->moving = false;
		a->s->phase = 0;
		a->s->wait = 0;
		a->s->due_us = FLOW_ACT_NEVER;
		if (!arrive(a))
			return;
		flow_view(&a->flow, a->s->step, &a->v);
		flow_act_trace(a, FLOW_TRACE_ENTER, 0);
		code[a->v.type].enter(a);
	}
}

/* One timer for everything that somebody is patient about. */
static void set_timer(struct flow_act *a)
{
	struct flow_state *s = a->s;
	int64_t due = s->due_us;
	struct flow_do *d;

	for (size_t i = 0; i < s->n_legs; i++)
		if (s->leg[i].due_us < due)
			due = s->leg[i].due_us;
	if (s->finished || due == FLOW_ACT_NEVER) {
		s->timer = 0; /* one that still runs means nothing */
		return;
	}
	if (s->timer != 0 && s->timer_us == due)
		return;
	s->timer = flow_act_ticket(a);
	s->timer_us = due;
	d = flow_act_add(a, FLOW_DO_TIMER);
	d->ticket = s->timer;
	d->value = due <= a->env->now_us
		       ? 0
		       : (uint32_t)((due - a->env->now_us + 999) / 1000);
}

static void caller_left(struct flow_act *a, const struct flow_event *ev)
{
	a->s->results |= CALLRESULT_CALLER_LEFT;
	if (a->s->started && code[a->v.type].event != NULL)
		code[a->v.type].event(a, ev);
	flow_act_trace(a, FLOW_TRACE_DONE, 0);
	a->moving = false;
	a->s->finished = true;
}

static void take(struct flow_act *a, const struct flow_event *ev)
{
	if (a->s->started)
		flow_view(&a->flow, a->s->step, &a->v);
	if (ev->kind == FLOW_EV_START) {
		if (a->s->started)
			return;
		a->s->started = true;
		a->next = a->s->step;
		a->next_flow = a->s->flow;
		a->moving = true;
	} else if (ev->kind == FLOW_EV_CALLER_LEFT) {
		caller_left(a, ev);
	} else if (a->s->started && code[a->v.type].event != NULL) {
		if (ev->kind == FLOW_EV_TIMER &&
		    (a->s->timer == 0 || ev->ticket != a->s->timer))
			return;
		code[a->v.type].event(a, ev);
		if (ev->kind == FLOW_EV_TIMER)
			a->s->timer = 0;
	}
}

void flow_run(const struct flow_env *env, struct flow_state *s,
    const struct flow_event *ev, struct flow_out *out)
{
	struct flow_act a = { .env = env,
		.s = s,
		.out = out,
		.dice = env->dice };

	out->n = 0;
	if (s->finished)
		return;
	flow_run_flow(env, s->flow, &a.flow);
	take(&a, ev);
	walk(&a);
	set_timer(&a);
}

enum callresult flow_run_result(const struct flow_state *s)
{
	return callresult_of(s->results);
}
