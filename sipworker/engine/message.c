#include "sipworker/engine/message.h"

#include "sipworker/engine/drive.h"
#include "sipworker/engine/play.h"
#include "sipworker/engine/record.h"
#include "sipworker/engine/stream.h"
#include "sipworker/engine/trace.h"

/* Speech is looked for in any case: a message without any is none. */
#define WATCH_MAX_S 3600
/* What is kept after the last word. */
#define TAIL_US (500 * INT64_C(1000))

static void watch(struct engine *e, struct call *c, int64_t quiet_us)
{
	if (c->a->stream != 0 && !c->a->closing)
		stream_cmd(e, c->a, ENGINE_MEDIA_WATCH)->quiet_us = quiet_us;
}

void message_start(struct engine *e, struct call *c, uint32_t ticket,
    uint32_t max_s, uint32_t silence_s, char stop)
{
	c->message = (struct call_message){ .ticket = ticket,
		.beeping = true,
		.stop = stop,
		.max_s = max_s,
		.silence_s = silence_s };
	play_start(e, c->a, ENGINE_PROMPT_BEEP, MESSAGE_BEEP, 1);
}

void message_beeped(struct engine *e, struct call *c)
{
	struct call_message *m = &c->message;
	const uint32_t silence_s =
	    m->silence_s == 0 ? WATCH_MAX_S : m->silence_s;

	if (m->ticket == 0)
		return;
	m->beeping = false;
	m->from_us = c->event_at_us;
	record_message(e, c, m->from_us);
	watch(e, c, silence_s * RT_SEC_US);
	timer_arm(&e->timers, &c->timer[CALL_T_MESSAGE],
	    m->from_us + m->max_s * RT_SEC_US);
}

static uint32_t end(struct engine *e, struct call *c, int64_t at_us)
{
	struct call_message *m = &c->message;
	const bool began = !m->beeping;
	const int64_t length_us = at_us > m->from_us ? at_us - m->from_us : 0;

	m->ticket = 0;
	if (!began)
		return 0;
	timer_stop(&e->timers, &c->timer[CALL_T_MESSAGE]);
	watch(e, c, 0);
	record_message_end(e, c,
	    at_us + TAIL_US < e->now.mono_us ? at_us + TAIL_US
					     : e->now.mono_us);
	return m->heard ? (uint32_t)(length_us / RT_SEC_US) : 0;
}

static void end_and_tell(struct engine *e, struct call *c, int64_t at_us)
{
	struct flow_event ev = { .kind = FLOW_EV_VOICEMAIL,
		.ticket = c->message.ticket };

	ev.value = end(e, c, at_us);
	drive_event(e, c, &ev);
}

void message_heard(struct engine *e, struct call *c,
    const struct engine_media_event *ev)
{
	if (c->message.ticket == 0 || c->message.beeping)
		return;
	if (ev->what == ENGINE_MEDIA_VOICE)
		c->message.heard = true;
	else
		end_and_tell(e, c, ev->at_mono_us);
}

bool message_key(struct engine *e, struct call *c, char key)
{
	const struct call_message *m = &c->message;

	if (m->ticket == 0 || m->beeping || m->stop == '\0' || key != m->stop)
		return false;
	end_and_tell(e, c, e->now.mono_us);
	return true;
}

void message_timeout(struct engine *e, struct call *c)
{
	if (c->message.ticket != 0)
		end_and_tell(e, c, e->now.mono_us);
}

uint32_t message_cut(struct engine *e, struct call *c)
{
	return c->message.ticket == 0 ? 0 : end(e, c, e->now.mono_us);
}

void message_judged(struct engine *e, struct call *c, bool keep,
    uint32_t seconds)
{
	if (keep)
		c->result_facts |= CALLRESULT_WAS_MESSAGE;
	record_message_keep(c, keep);
	trace_event(e, c, CALLREC_EV_MESSAGE, 0, keep ? seconds : 0, SLICE(""));
}
