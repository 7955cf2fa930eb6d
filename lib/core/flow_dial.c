#include "lib/core/flow_dial.h"

#include "lib/core/flow_pick.h"
#include "lib/core/flow_say.h"
#include "lib/core/flow_target.h"

#define BIT(i) (UINT32_C(1) << (i))

enum phase {
	PHASE_NONE,
	PHASE_NOTICE, /* the number's own notice, before anybody rings */
	PHASE_TURN,   /* round robin: whose turn is it */
	PHASE_RING,
	PHASE_TALK
};

enum leg_phase {
	LEG_ASKING,  /* for a place at the destination */
	LEG_RINGING, /* or dialled */
	LEG_HEARING, /* answered: whisper and accept prompt */
	LEG_DECIDING /* answered: 1 or 2 */
};

static void trace_lost(struct flow_act *a, size_t member, enum flow_lost why)
{
	static const enum flow_dial_branch ends[FLOW_LOST_COUNT] = {
		[FLOW_LOST_BUSY] = FLOW_DIAL_BUSY,
		[FLOW_LOST_NO_ANSWER] = FLOW_DIAL_NO_ANSWER,
		[FLOW_LOST_FAILED] = FLOW_DIAL_FAILED,
		[FLOW_LOST_REFUSED] = FLOW_DIAL_REFUSED,
		[FLOW_LOST_SILENT] = FLOW_DIAL_REFUSED,
		[FLOW_LOST_FULL] = FLOW_DIAL_FULL,
		[FLOW_LOST_CLOSED] = FLOW_DIAL_FULL,
		[FLOW_LOST_REGION] = FLOW_DIAL_FULL,
		[FLOW_LOST_RACE] = FLOW_DIAL_OTHERWISE,
		[FLOW_LOST_CALLER] = FLOW_DIAL_OTHERWISE,
	};

	flow_act_trace(a, FLOW_TRACE_LOST,
	    (uint32_t)member + 256 * (uint32_t)why);
	a->s->ended |= (uint8_t)(1U << ends[why]);
	if (why == FLOW_LOST_BUSY)
		a->s->results |= CALLRESULT_DEST_BUSY;
	if (why <= FLOW_LOST_SILENT)
		a->s->attempted = true;
}

/* --- one leg ---------------------------------------------------------------*/

static bool by_key(const struct flow_act *a)
{
	return flow_view_num(&a->v, FLOW_DIAL_ACCEPT) == FLOW_ACCEPT_KEY;
}

/* What the called side hears after it has answered: the step's own whisper, or
 * that of the whisper step passed last. */
static size_t whisper(const struct flow_act *a,
    uint32_t out[FLOW_SAY_SEGMENTS_MAX])
{
	struct flow_view v = a->v;
	size_t prompt = FLOW_DIAL_WHISPER, say = FLOW_DIAL_SAY;
	size_t language = FLOW_DIAL_LANGUAGE, n;
	struct flow f;

	if (flow_view_num(&v, prompt) == FLOW_NO_PROMPT &&
	    flow_view_text(&v, say).n == 0) {
		if (!a->s->whisper)
			return 0;
		flow_run_flow(a->env, a->s->whisper_flow, &f);
		flow_view(&f, a->s->whisper_step, &v);
		prompt = FLOW_WHISPER_PROMPT;
		say = FLOW_WHISPER_SAY;
		language = FLOW_WHISPER_LANGUAGE;
	}
	n = flow_say_prompts(a->env, flow_view_text(&v, say),
	    flow_view_num(&v, language), out);
	if (n > 0)
		return n;
	out[0] = flow_view_num(&v, prompt);
	return out[0] == FLOW_NO_PROMPT ? 0 : 1;
}

/* Ringback or music, once for each step. */
static void ringback(struct flow_act *a)
{
	const uint32_t music = flow_view_num(&a->v, FLOW_DIAL_MUSIC);

	if (a->s->ringback || (!a->s->answered && music == FLOW_NO_PROMPT))
		return;
	flow_act_answer(a);
	a->s->ringback = true;
	flow_act_add(a, FLOW_DO_RINGBACK)->prompt = music;
}

static void dial(struct flow_act *a, struct flow_leg *leg, bool alone)
{
	uint32_t prompts[FLOW_SAY_SEGMENTS_MAX];
	struct flow_do *d;
	struct flow_target t;

	flow_target_of(a, leg->member, &t);
	ringback(a);
	flow_act_trace(a, FLOW_TRACE_RING, leg->member);
	leg->phase = LEG_RINGING;
	leg->ticket = flow_act_ticket(a);
	d = flow_act_add(a, FLOW_DO_DIAL);
	d->ticket = leg->ticket;
	d->text = t.text;
	d->u.dial.trunk = t.trunk;
	d->u.dial.ring_s = (uint16_t)t.ring_s;
	d->u.dial.show = (uint8_t)flow_view_num(&a->v, FLOW_DIAL_SHOW);
	d->u.dial.early =
	    alone && !a->s->ringback && !by_key(a) && whisper(a, prompts) == 0;
}

static void start(struct flow_act *a, unsigned int member, bool alone)
{
	struct flow_leg *leg = &a->s->leg[a->s->n_legs++];
	struct flow_do *d;
	struct flow_target t;

	*leg = (struct flow_leg){ .member = (uint8_t)member,
		.due_us = FLOW_ACT_NEVER };
	a->s->members |= BIT(member);
	a->s->rung++;
	flow_target_of(a, member, &t);
	if (!flow_target_limited(&t)) {
		dial(a, leg, alone);
		return;
	}
	leg->phase = LEG_ASKING;
	leg->ticket = flow_act_ticket(a);
	d = flow_act_add(a, FLOW_DO_ASK);
	d->ticket = leg->ticket;
	d->text = t.text;
	d->u.ask = FLOW_ASK_RESERVE;
}

/* Nobody is left: by the kindest of the reasons. */
static void over(struct flow_act *a)
{
	static const enum flow_dial_branch order[] = { FLOW_DIAL_NO_ANSWER,
		FLOW_DIAL_REFUSED, FLOW_DIAL_BUSY, FLOW_DIAL_FAILED,
		FLOW_DIAL_FULL };
	size_t i = 0;

	while (i + 1 < RT_ARRAY_LEN(order) &&
	       (a->s->ended & (1U << order[i])) == 0)
		i++;
	if (a->s->ringback)
		flow_act_stop(a);
	flow_act_leave(a, (uint16_t)order[i]);
}

static void next_round(struct flow_act *a)
{
	uint32_t set = flow_target_untried(a);
	unsigned int room = FLOW_LEGS_MAX;

	a->s->phase = PHASE_RING;
	if (a->v.type == FLOW_GROUP) {
		const uint32_t most = flow_view_num(&a->v, FLOW_GROUP_TRIES);

		if (most != 0 && a->s->rung >= most)
			set = 0;
		if (most != 0 && most - a->s->rung < room)
			room = most - a->s->rung;
	}
	if (set == 0) {
		over(a);
		return;
	}
	set = flow_pick_first(flow_target_choose(a, set), room);
	for (const bool alone = (set & (set - 1)) == 0; set != 0;
	     set &= set - 1)
		start(a, flow_pick_nth(set, 0), alone);
}

/* Gives back what was reserved, or asked for and not yet answered. */
static void release(struct flow_act *a, const struct flow_leg *leg)
{
	struct flow_target t;

	if (!leg->reserved && leg->phase != LEG_ASKING)
		return;
	flow_target_of(a, leg->member, &t);
	flow_act_add(a, FLOW_DO_RELEASE)->text = t.text;
}

static void cancel(struct flow_act *a, const struct flow_leg *leg,
    enum flow_lost why)
{
	struct flow_do *d;

	release(a, leg);
	if (leg->phase == LEG_ASKING)
		return;
	d = flow_act_add(a, FLOW_DO_CANCEL);
	d->ticket = leg->ticket;
	d->value = (uint32_t)why;
}

static void drop(struct flow_act *a, struct flow_leg *leg)
{
	*leg = a->s->leg[--a->s->n_legs];
}

/* The attempt came to nothing: ended there, or by us. */
static void lost(struct flow_act *a, struct flow_leg *leg, enum flow_lost why)
{
	trace_lost(a, leg->member, why);
	drop(a, leg);
	if (a->s->n_legs == 0)
		next_round(a);
}

/* Everybody but the leg, which becomes the first. */
static void cancel_others(struct flow_act *a, struct flow_leg *leg)
{
	const struct flow_leg winner = *leg;

	for (size_t i = 0; i < a->s->n_legs; i++) {
		struct flow_leg *other = &a->s->leg[i];

		if (other == leg)
			continue;
		cancel(a, other, FLOW_LOST_RACE);
		flow_act_trace(a, FLOW_TRACE_LOST,
		    other->member + 256 * (uint32_t)FLOW_LOST_RACE);
	}
	a->s->leg[0] = winner;
	a->s->n_legs = 1;
}

static void bridge(struct flow_act *a, struct flow_leg *leg)
{
	struct flow_target t;

	cancel_others(a, leg);
	leg = &a->s->leg[0];
	flow_target_of(a, leg->member, &t);
	flow_act_trace(a, FLOW_TRACE_WON, leg->member);
	if (leg->reserved)
		flow_act_add(a, FLOW_DO_CONFIRM)->text = t.text;
	flow_act_answer(a);
	a->s->phase = PHASE_TALK;
	a->s->ringback = false;
	a->s->results |= CALLRESULT_WAS_BRIDGED;
	leg->due_us = FLOW_ACT_NEVER;
	flow_act_add(a, FLOW_DO_BRIDGE)->ticket = leg->ticket;
	flow_act_patience(a, flow_view_num(&a->v, FLOW_DIAL_TALK_S) * 1000);
}

/* The next thing the called side hears; after the last, it decides or talks. */
static void speak(struct flow_act *a, struct flow_leg *leg)
{
	const uint32_t accept = flow_view_num(&a->v, FLOW_DIAL_ACCEPT_PROMPT);
	uint32_t prompts[FLOW_SAY_SEGMENTS_MAX + 1];
	size_t n = whisper(a, prompts);
	struct flow_do *d;

	if (by_key(a) && accept != FLOW_NO_PROMPT)
		prompts[n++] = accept;
	if (leg->part < n) {
		leg->phase = LEG_HEARING;
		leg->play = flow_act_ticket(a);
		d = flow_act_add(a, FLOW_DO_PLAY);
		d->ticket = leg->play;
		d->leg = leg->ticket;
		d->prompt = prompts[leg->part++];
	} else if (by_key(a)) {
		leg->phase = LEG_DECIDING;
		leg->play = 0;
		leg->due_us =
		    a->env->now_us +
		    flow_view_num(&a->v, FLOW_DIAL_ACCEPT_S) * RT_SEC_US;
	} else {
		bridge(a, leg);
	}
}

static void answered(struct flow_act *a, struct flow_leg *leg)
{
	if (!by_key(a)) {
		cancel_others(a, leg);
		leg = &a->s->leg[0];
	}
	leg->phase = LEG_HEARING;
	speak(a, leg);
}

static void decide(struct flow_act *a, struct flow_leg *leg, uint32_t key)
{
	if (!by_key(a))
		return;
	if (key == '1') {
		if (leg->phase == LEG_HEARING)
			flow_act_add(a, FLOW_DO_STOP)->leg = leg->ticket;
		bridge(a, leg);
	} else if (key == '2') {
		cancel(a, leg, FLOW_LOST_REFUSED);
		lost(a, leg, FLOW_LOST_REFUSED);
	}
}

/* --- events ----------------------------------------------------------------*/

static void ringing_event(struct flow_act *a, struct flow_leg *leg,
    const struct flow_event *ev)
{
	switch (ev->kind) {
	case FLOW_EV_RINGING:
		a->s->results |= CALLRESULT_DEST_RANG;
		break;
	case FLOW_EV_ANSWERED:
		/* Who answers at once rang, though nobody said so. */
		a->s->results |= CALLRESULT_DEST_RANG;
		answered(a, leg);
		break;
	case FLOW_EV_BUSY:
		release(a, leg);
		lost(a, leg, FLOW_LOST_BUSY);
		break;
	case FLOW_EV_NO_ANSWER:
		release(a, leg);
		lost(a, leg, FLOW_LOST_NO_ANSWER);
		break;
	case FLOW_EV_FAILED:
		release(a, leg);
		lost(a, leg, FLOW_LOST_FAILED);
		break;
	case FLOW_EV_START:
	case FLOW_EV_PLAYED:
	case FLOW_EV_CALLEE_LEFT:
	case FLOW_EV_DIGIT:
	case FLOW_EV_TIMER:
	case FLOW_EV_ANSWER:
	case FLOW_EV_VOICEMAIL:
	case FLOW_EV_CALLER_LEFT:
	case FLOW_EV_KIND_COUNT:
		break;
	}
}

static void leg_event(struct flow_act *a, struct flow_leg *leg,
    const struct flow_event *ev)
{
	if (leg->phase == LEG_ASKING) {
		if (ev->kind != FLOW_EV_ANSWER)
			return;
		if (ev->answer == FLOW_ANSWER_GRANTED) {
			leg->reserved = true;
			dial(a, leg, a->s->n_legs == 1);
			return;
		}
		leg->phase = LEG_RINGING; /* there is nothing to give back */
		lost(a, leg, FLOW_LOST_FULL);
		return;
	}
	if (leg->phase == LEG_RINGING) {
		ringing_event(a, leg, ev);
		return;
	}
	if (ev->kind == FLOW_EV_DIGIT) {
		decide(a, leg, ev->value);
	} else if (ev->kind == FLOW_EV_CALLEE_LEFT ||
		   ev->kind == FLOW_EV_FAILED) {
		release(a, leg);
		lost(a, leg, FLOW_LOST_REFUSED);
	}
}

/* The first leg whose patience is over, NULL when there is none. */
static struct flow_leg *late(const struct flow_act *a,
    const struct flow_event *ev)
{
	for (size_t i = 0; i < a->s->n_legs; i++)
		if (a->s->leg[i].due_us <= flow_act_now_us(a, ev))
			return &a->s->leg[i];
	return NULL;
}

static void ring_event(struct flow_act *a, const struct flow_event *ev)
{
	struct flow_leg *leg;

	if (ev->kind == FLOW_EV_TIMER) {
		while (!a->moving && (leg = late(a, ev)) != NULL) {
			cancel(a, leg, FLOW_LOST_SILENT);
			lost(a, leg, FLOW_LOST_SILENT);
		}
		return;
	}
	for (size_t i = 0; i < a->s->n_legs && ev->ticket != 0; i++) {
		leg = &a->s->leg[i];
		if (leg->ticket == ev->ticket) {
			leg_event(a, leg, ev);
			return;
		}
		if (leg->play == ev->ticket && ev->kind == FLOW_EV_PLAYED) {
			speak(a, leg);
			return;
		}
	}
}

/* The next call need not wait until this one is in the database. */
static void leave(struct flow_act *a)
{
	struct flow_target t;

	if (!a->s->leg[0].reserved)
		return;
	flow_target_of(a, a->s->leg[0].member, &t);
	flow_act_add(a, FLOW_DO_LEAVE)->text = t.text;
}

static void talk_over(struct flow_act *a, enum flow_why why)
{
	leave(a);
	flow_act_finish(a, FLOW_DO_HANGUP, why);
}

static void talk_event(struct flow_act *a, const struct flow_event *ev)
{
	if (ev->kind == FLOW_EV_CALLEE_LEFT &&
	    ev->ticket == a->s->leg[0].ticket)
		talk_over(a, FLOW_WHY_CALLEE_LEFT);
	else if (flow_act_is_late(a, ev))
		talk_over(a, FLOW_WHY_TALK_TIME);
}

static void sort_out(struct flow_act *a)
{
	const size_t n = flow_target_count(a);

	for (size_t i = 0; i < n; i++) {
		const enum flow_lost why = flow_target_obstacle(a, i);

		if (why == FLOW_LOST_COUNT)
			continue;
		a->s->members |= BIT(i);
		trace_lost(a, i, why);
	}
}

static void begin(struct flow_act *a)
{
	uint32_t set;

	sort_out(a);
	set = flow_target_untried(a);
	if (flow_target_mode(a) == FLOW_MODE_ROUND_ROBIN &&
	    (set & (set - 1)) != 0) {
		struct flow_do *d = flow_act_add(a, FLOW_DO_ASK);

		a->s->phase = PHASE_TURN;
		a->s->wait = flow_act_ticket(a);
		d->ticket = a->s->wait;
		d->text = flow_view_key(&a->v);
		d->u.ask = FLOW_ASK_NEXT;
		return;
	}
	next_round(a);
}

static void turn_event(struct flow_act *a, const struct flow_event *ev)
{
	if (!flow_act_is(a, ev, FLOW_EV_ANSWER))
		return;
	a->s->wait = 0;
	if (ev->answer == FLOW_ANSWER_AWAY)
		flow_act_trace(a, FLOW_TRACE_LOCAL, ev->value);
	a->s->turn = (uint8_t)flow_pick_nth(flow_target_untried(a), ev->value);
	next_round(a);
}

void flow_dial_enter(struct flow_act *a)
{
	a->s->n_legs = 0;
	a->s->rung = 0;
	a->s->ended = 0;
	a->s->turn = 0;
	a->s->members = 0;
	/* Whoever made the flow forgot the notice, or left it to the number:
	 * nothing may be recorded without it. */
	if (a->env->record == FLOW_RECORD_NOTICE && !a->s->notice_ended &&
	    a->env->notice_prompt != FLOW_NO_PROMPT) {
		a->s->phase = PHASE_NOTICE;
		flow_act_play(a, a->env->notice_prompt);
		return;
	}
	begin(a);
}

static void caller_left(struct flow_act *a)
{
	if (a->s->phase == PHASE_TALK) {
		leave(a);
		return;
	}
	for (size_t i = 0; i < a->s->n_legs; i++) {
		cancel(a, &a->s->leg[i], FLOW_LOST_CALLER);
		flow_act_trace(a, FLOW_TRACE_LOST,
		    a->s->leg[i].member + 256 * (uint32_t)FLOW_LOST_CALLER);
	}
	a->s->n_legs = 0;
}

void flow_dial_event(struct flow_act *a, const struct flow_event *ev)
{
	if (ev->kind == FLOW_EV_CALLER_LEFT) {
		caller_left(a);
		return;
	}
	switch ((enum phase)a->s->phase) {
	case PHASE_NOTICE:
		if (!flow_act_is(a, ev, FLOW_EV_PLAYED))
			return;
		a->s->wait = 0;
		flow_act_notice(a, a->env->notice_prompt);
		begin(a);
		break;
	case PHASE_TURN:
		turn_event(a, ev);
		break;
	case PHASE_RING:
		ring_event(a, ev);
		break;
	case PHASE_TALK:
		talk_event(a, ev);
		break;
	case PHASE_NONE:
		break;
	}
}
