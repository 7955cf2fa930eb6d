#include "sipworker/engine/play.h"

#include "sipworker/engine/drive.h"
#include "sipworker/engine/message.h"
#include "sipworker/engine/stream.h"

/* Beep and ringback are shorter. */
#define TONE_SAMPLES 48000

/* A caller who stays on hold while the flow has something to say. */
#define HELD_MAX_US (10 * RT_MIN_US)

static bool has_stream(const struct leg *l)
{
	return l->stream != 0 && !l->closing;
}

static void forget(struct engine *e, struct leg *l)
{
	l->playing = 0;
	l->plays = false;
	l->play_waits = false;
	timer_stop(&e->timers, &l->play);
}

static int64_t length_us(const struct engine *e, const struct leg *l,
    uint32_t prompt)
{
	const struct snap *s = e->snaps[l->call->snap].snap;
	struct snap_prompt p = { .samples = TONE_SAMPLES };

	if (prompt < s->section[SNAP_PROMPTS].count)
		snap_prompt_at(s, prompt, &p);
	return p.samples * INT64_C(125);
}

static bool is_away(const struct leg *l)
{
	return l->held && l->side == LEG_CALLER;
}

void play_start(struct engine *e, struct leg *l, uint32_t prompt,
    uint32_t ticket, uint32_t times)
{
	struct engine_media *m;

	if (!has_stream(l))
		return; /* the leg ends: nobody waits for this prompt */
	l->play_prompt = prompt;
	l->play_times = times;
	if (times != 0 && is_away(l)) {
		play_stop(e, l);
		l->playing = ticket;
		l->play_waits = true;
		timer_arm(&e->timers, &l->play, e->now.mono_us + HELD_MAX_US);
		return;
	}
	m = stream_cmd(e, l, ENGINE_MEDIA_PLAY);
	m->prompt = prompt;
	m->play = ticket;
	m->times = times;
	forget(e, l);
	l->plays = true;
	l->playing = ticket;
	/* A late offer may keep it waiting for the ACK: 64 * T1. */
	if (times != 0)
		timer_arm(&e->timers, &l->play,
		    e->now.mono_us + length_us(e, l, prompt) * times +
			SIP_TXN_64T1_US + 5 * RT_SEC_US);
}

void play_stop(struct engine *e, struct leg *l)
{
	if (l->plays && has_stream(l))
		(void)stream_cmd(e, l, ENGINE_MEDIA_STOP);
	forget(e, l);
}

void play_hold(struct engine *e, struct leg *l)
{
	if (l->playing != 0 && is_away(l) != l->play_waits)
		play_start(e, l, l->play_prompt, l->playing, l->play_times);
}

static bool can_hear(const struct leg *a)
{
	return has_stream(a) && (a->answered_us != CALLREC_NEVER ||
				    a->early_us != CALLREC_NEVER);
}

void play_wait(struct engine *e, struct call *c, uint32_t prompt)
{
	struct leg *a = c->a;

	if (c->early == NULL && c->b == NULL && can_hear(a))
		play_start(e, a, prompt, 0, 0);
}

void play_ended(struct engine *e, struct leg *l,
    const struct engine_media_event *ev)
{
	const struct flow_event played = { .kind = FLOW_EV_PLAYED,
		.ticket = ev->play };
	struct call *c = l->call;

	if (l->playing == 0 || ev->play != l->playing || l->play_waits)
		return;
	forget(e, l);
	/* What follows, a recording above all, begins where the prompt ended
	 * and not where we heard of it; but never in the future. */
	c->event_at_us =
	    ev->at_mono_us < e->now.mono_us ? ev->at_mono_us : e->now.mono_us;
	if (ev->play == MESSAGE_BEEP)
		message_beeped(e, c);
	else
		drive_event(e, c, &played);
}

void play_timeout(struct engine *e, struct leg *l)
{
	if (l->call != NULL && !l->over)
		call_end(e, l->call, CALLREC_BY_SYSTEM,
		    l->play_waits ? 408 : 500, l->play_waits ? 102 : 41,
		    l->play_waits ? "the caller stayed on hold"
				  : "a prompt never ended");
}
