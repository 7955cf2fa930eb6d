#include "lib/core/flow_play.h"

#include "lib/core/snap.h"

enum phase {
	PHASE_NONE,
	PHASE_GREETING,
	PHASE_MAIL
};

void flow_play_enter(struct flow_act *a)
{
	const uint32_t prompt = flow_view_num(&a->v, FLOW_PLAY_PROMPT);

	if (prompt == FLOW_NO_PROMPT)
		flow_act_leave(a, FLOW_NEXT);
	else
		flow_act_play(a, prompt);
}

void flow_play_event(struct flow_act *a, const struct flow_event *ev)
{
	if (!flow_act_is(a, ev, FLOW_EV_PLAYED))
		return;
	if (a->v.type == FLOW_NOTICE)
		flow_act_notice(a, flow_view_num(&a->v, FLOW_PLAY_PROMPT));
	flow_act_leave(a, FLOW_NEXT);
}

/* --- voicemail -------------------------------------------------------------*/

static void record_mail(struct flow_act *a)
{
	struct flow_do *d;

	flow_act_answer(a);
	a->s->phase = PHASE_MAIL;
	a->s->wait = flow_act_ticket(a);
	d = flow_act_add(a, FLOW_DO_VOICEMAIL);
	d->ticket = a->s->wait;
	d->u.mail.max_s = (uint16_t)flow_view_num(&a->v, FLOW_VOICEMAIL_MAX_S);
	d->u.mail.silence_s =
	    (uint16_t)flow_view_num(&a->v, FLOW_VOICEMAIL_SILENCE_S);
	if (flow_view_num(&a->v, FLOW_VOICEMAIL_STOP) == 0)
		d->u.mail.stop = '#';
}

void flow_play_mail(struct flow_act *a)
{
	const uint32_t prompt = flow_view_num(&a->v, FLOW_VOICEMAIL_PROMPT);

	if (prompt == FLOW_NO_PROMPT) {
		record_mail(a);
		return;
	}
	a->s->phase = PHASE_GREETING;
	flow_act_play(a, prompt);
}

/* True: long enough to keep. */
static bool judge(struct flow_act *a, uint32_t seconds)
{
	const uint32_t least = flow_view_num(&a->v, FLOW_VOICEMAIL_MIN_S);
	const bool keep = seconds >= least && seconds > 0;

	flow_act_add(a, keep ? FLOW_DO_KEEP : FLOW_DO_DROP)->value = seconds;
	if (keep)
		a->s->results |= CALLRESULT_WAS_MESSAGE;
	return keep;
}

void flow_play_mail_event(struct flow_act *a, const struct flow_event *ev)
{
	if (a->s->phase == PHASE_GREETING) {
		if (flow_act_is(a, ev, FLOW_EV_PLAYED)) {
			record_mail(a);
		} else if (ev->kind == FLOW_EV_DIGIT &&
			   ev->ticket == FLOW_CALLER_LEG && ev->value == '#') {
			flow_act_stop(a); /* who knows the greeting skips it */
			record_mail(a);
		}
		return;
	}
	if (ev->kind == FLOW_EV_CALLER_LEFT) {
		flow_act_trace(a,
		    judge(a, ev->value) ? FLOW_VOICEMAIL_NEXT
					: FLOW_VOICEMAIL_SHORT,
		    0);
		return;
	}
	if (!flow_act_is(a, ev, FLOW_EV_VOICEMAIL))
		return;
	a->s->wait = 0;
	if (judge(a, ev->value)) {
		flow_act_alive(a);
		flow_act_leave(a, FLOW_VOICEMAIL_NEXT);
	} else {
		flow_act_leave(a, FLOW_VOICEMAIL_SHORT);
	}
}

/* --- without waiting -------------------------------------------------------*/

void flow_play_whisper(struct flow_act *a)
{
	a->s->whisper = true;
	a->s->whisper_flow = a->s->flow;
	a->s->whisper_step = a->s->step;
	flow_act_leave(a, FLOW_NEXT);
}

void flow_play_tag(struct flow_act *a)
{
	flow_act_add(a, FLOW_DO_TAG)->text =
	    flow_view_text(&a->v, FLOW_WORD_WORD);
	flow_act_leave(a, FLOW_NEXT);
}

void flow_play_outcome(struct flow_act *a)
{
	flow_act_add(a, FLOW_DO_OUTCOME)->text =
	    flow_view_text(&a->v, FLOW_WORD_WORD);
	flow_act_leave(a, FLOW_NEXT);
}

void flow_play_goto(struct flow_act *a)
{
	const uint32_t row = flow_view_num(&a->v, FLOW_GOTO_FLOW);

	if (a->env->snap == NULL ||
	    row >= a->env->snap->section[SNAP_FLOWS].count)
		flow_act_finish(a, FLOW_DO_HANGUP, FLOW_WHY_END);
	else
		flow_act_go(a, row);
}

void flow_play_hangup(struct flow_act *a)
{
	flow_act_finish(a, FLOW_DO_HANGUP, FLOW_WHY_END);
}

void flow_play_busy(struct flow_act *a)
{
	flow_act_finish(a, FLOW_DO_BUSY, FLOW_WHY_END);
}

void flow_play_reject(struct flow_act *a)
{
	a->s->results |= CALLRESULT_WAS_BLOCKED;
	flow_act_finish(a, FLOW_DO_REJECT, FLOW_WHY_END);
}
