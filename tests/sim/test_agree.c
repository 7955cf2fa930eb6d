/*
 * The simulator of flows and the engine agree step for step: random scripts
 * are tried in lib/core/flow_sim, and what happened there is made to happen to
 * a call of the engine at the same moments, by datagrams, media events and
 * answers of the store. Steps, branches, tags and the result must be the same.
 *
 * CALLS=n, SEED=n: so many, with that seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/rnd.h"
#include "lib/base/scan.h"
#include "lib/core/flow_sim.h"
#include "sipworker/engine/message.h"
#include "sipworker/engine/ring.h"
#include "tests/sim/sim_config.h"
#include "tests/sim/sim_rig.h"

#define CALLS_USUAL 10000
#define STEPS_MAX   256
#define EVENTS_MAX  512
#define STEP_TEXT   96

struct happening {
	int64_t at_us; /* since the call began */
	struct flow_event ev;
};

struct story {
	char step[STEPS_MAX][STEP_TEXT];
	size_t n_steps;
	struct happening event[EVENTS_MAX];
	size_t n_events;
	int64_t start_us;
};

struct trial {
	struct rig rig;
	struct rnd_dice dice;
	struct flow_sim_script script;
	struct story sim;
	struct story live;
	struct call *call;
	uint32_t greeted; /* legs that were sent 100 */
	void *room;
	char call_id[32];
	char dialled[40];
	unsigned int cseq;
	unsigned long long number;
};

/* --- what both tell --------------------------------------------------------*/

static void add(struct story *s, const char *fmt, ...) RT_PRINTF(2, 3);

static void add(struct story *s, const char *fmt, ...)
{
	va_list ap;

	assert_true(s->n_steps < STEPS_MAX);
	va_start(ap, fmt);
	(void)vsnprintf(s->step[s->n_steps++], STEP_TEXT, fmt, ap);
	va_end(ap);
}

static void add_step(struct story *s, unsigned int step, unsigned int branch,
    unsigned int value)
{
	add(s, "step %u by %x value %u", step, branch,
	    branch >= FLOW_TRACE_RING ? value : 0);
}

static void sim_did(void *arg, int64_t at_us, const struct flow_do *d)
{
	struct story *s = arg;

	(void)at_us;
	if (d->kind == FLOW_DO_TRACE)
		add_step(s, d->step, d->branch, d->value);
	else if (d->kind == FLOW_DO_TAG)
		add(s, "tag %.*s", SLICE_FMT(d->text));
	else if (d->kind == FLOW_DO_OUTCOME)
		add(s, "outcome %.*s", SLICE_FMT(d->text));
	else if (d->kind == FLOW_DO_NOTICE)
		add(s, "notice %u", d->prompt);
	else if (d->kind == FLOW_DO_KEEP || d->kind == FLOW_DO_DROP)
		add(s, "message %u", d->kind == FLOW_DO_KEEP ? d->value : 0);
}

static void sim_event(void *arg, int64_t at_us, const struct flow_event *ev)
{
	struct story *s = arg;

	assert_true(s->n_events < EVENTS_MAX);
	if (ev->kind != FLOW_EV_START)
		s->event[s->n_events++] =
		    (struct happening){ at_us - s->start_us, *ev };
}

static void live_event(void *arg, const struct callrec_event *ev)
{
	struct story *s = arg;

	if (ev->what == CALLREC_EV_STEP)
		add_step(s, ev->step, ev->branch, (unsigned int)ev->value);
	else if (ev->what == CALLREC_EV_TAG)
		add(s, "tag %.*s", SLICE_FMT(ev->text));
	else if (ev->what == CALLREC_EV_OUTCOME)
		add(s, "outcome %.*s", SLICE_FMT(ev->text));
	else if (ev->what == CALLREC_EV_NOTICE)
		add(s, "notice %u", (unsigned int)ev->value);
	else if (ev->what == CALLREC_EV_MESSAGE)
		add(s, "message %u", (unsigned int)ev->value);
}

/* --- a script --------------------------------------------------------------*/

static uint64_t below(struct trial *t, uint64_t n)
{
	return rnd_below(&t->dice, n);
}

/* Not in the moment in which the ring time ends: who is first then is nobody's
 * business. */
static uint32_t patience(struct trial *t)
{
	const uint32_t s = (uint32_t)below(t, 26);

	return s % 5 == 0 || s == 12 ? s + 1 : s;
}

static void write_script(struct trial *t, size_t number)
{
	static const char *const inputs[] = { "1", "2", "", "9", "#", "*1",
		"12", "345", "7#" };
	static char target[FLOW_SIM_PHONES_MAX][SIM_CONFIG_PHONE_MAX];
	struct flow_sim_script *s = &t->script;

	memset(s, 0, sizeof(*s));
	memcpy(s->caller.e164, "+17205550001", 13);
	s->start_us = t->rig.now.wall_us;
	s->n_inputs = below(t, 8);
	for (size_t i = 0; i < s->n_inputs; i++)
		s->input[i] =
		    slice_from(inputs[below(t, RT_ARRAY_LEN(inputs))]);
	s->n_phones = 10;
	for (size_t i = 0; i < s->n_phones; i++) {
		sim_config_phone(i, target[i]);
		s->phone[i] = (struct flow_sim_phone){ slice_from(target[i]),
			(enum flow_sim_does)below(t, FLOW_SIM_FULL),
			patience(t) };
	}
	s->others = (struct flow_sim_phone){ SLICE(""),
		(enum flow_sim_does)below(t, FLOW_SIM_DOES_COUNT),
		patience(t) };
	s->talk_s = 1 + (uint32_t)below(t, 40);
	s->message_s = (uint32_t)below(t, 12);
	if (below(t, 3) == 0)
		s->hang_up_s = 1 + (uint32_t)below(t, 60);
	s->turn = (uint32_t)below(t, 100);
	s->seed = rnd_u64(&t->dice);
	(void)number;
}

static struct flow_sim_result try_script(struct trial *t, size_t number)
{
	const struct flow_sim_sink sink = { sim_did, sim_event, &t->sim };
	struct flow_sim_result result;
	struct snap_number n;
	struct snap_flow f;
	struct flow_env env;

	snap_number_at(&t->rig.snap, (uint32_t)number, &n);
	snap_flow_at(&t->rig.snap, n.flow, &f);
	env = (struct flow_env){ .flow = &f.flow,
		.snap = &t->rig.snap,
		.number_name = n.name,
		.zone = n.zone,
		.record = n.record,
		/* The engine's rule for numbers without one of their own. */
		.notice_prompt = 0 };
	t->sim.n_steps = t->sim.n_events = 0;
	t->sim.start_us = t->script.start_us;
	flow_sim_run(t->room, &env, &t->script, &sink, &result);
	return result;
}

/* --- the same to the engine ------------------------------------------------*/

static const struct rig_sent *invite_of(struct trial *t, const struct leg *l)
{
	for (size_t k = 1; k <= RIG_SENT_MAX && k <= t->rig.n_sent; k++) {
		const struct rig_sent *s =
		    &t->rig.sent[(t->rig.n_sent - k) % RIG_SENT_MAX];

		if (strncmp(s->text, "INVITE ", 7) == 0 &&
		    strstr(s->text, l->call_id) != NULL)
			return s;
	}
	return NULL;
}

static void phone(struct trial *t, uint32_t ticket, unsigned int status)
{
	const struct leg *l = ring_find(t->call, ticket);

	if (l != NULL)
		rig_answer(&t->rig, invite_of(t, l), status,
		    status == 200 ? rig_sdp : "");
}

static void phone_leaves(struct trial *t, uint32_t ticket)
{
	static unsigned int branch;
	const struct leg *l = ring_find(t->call, ticket);
	char text[1024];

	if (l == NULL)
		return;
	(void)snprintf(text, sizeof(text),
	    "BYE sip:x@10.0.0.1 SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 10.0.0.3:5080;rport;branch=z9hG4bKb%u\r\n"
	    "From: %s;tag=ptag\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: 1 BYE\r\n"
	    "Content-Length: 0\r\n\r\n",
	    ++branch, l->to, l->from, l->call_id);
	rig_input(&t->rig, RIG_PHONE, text);
}

static void media(struct trial *t, const struct leg *l,
    struct engine_media_event ev)
{
	ev.stream = l->stream;
	if (ev.at_mono_us == 0)
		ev.at_mono_us = t->rig.now.mono_us;
	engine_media_event(t->rig.engine, t->rig.now, &ev);
	rig_pump(&t->rig);
}

static void played(struct trial *t, uint32_t ticket)
{
	struct call *c = t->call;
	const struct leg *l = c->a->playing == ticket ? c->a : NULL;

	for (uint8_t i = 0; l == NULL && i < c->n_tries; i++)
		if (c->tries[i]->playing == ticket)
			l = c->tries[i];
	if (l != NULL)
		media(t, l,
		    (struct engine_media_event){ .what = ENGINE_MEDIA_PLAYED,
			.play = ticket });
}

static void asked(struct trial *t, const struct flow_event *ev)
{
	static const enum ask_answer answers[] = {
		[FLOW_ANSWER_GRANTED] = ASK_YES,
		[FLOW_ANSWER_FULL] = ASK_FULL,
		[FLOW_ANSWER_INDEX] = ASK_YES,
		[FLOW_ANSWER_AWAY] = ASK_AWAY,
	};
	const struct ask_reply r = { answers[ev->answer], ev->value };

	for (size_t i = 0; i < CALL_QUESTIONS_MAX; i++)
		if (t->call->question[i].ticket == ev->ticket)
			engine_ask_done(t->rig.engine, t->rig.now,
			    t->call->question[i].number, &r);
	rig_pump(&t->rig);
}

static void caller_leaves(struct trial *t)
{
	const bool up = t->call->a->state == LEG_UP;

	rig_request(&t->rig, up ? "BYE" : "CANCEL", up ? ++t->cseq : 1,
	    t->dialled, t->call_id, up ? t->call->a->tag : "", "", "");
}

/* What nobody decides: 100 to each INVITE, the ACK, the end of a beep. */
static void attend(struct trial *t)
{
	struct call *c = t->call;

	if (!c->used || c->phase != CALL_FLOW)
		return;
	for (uint8_t i = 0; i < c->n_tries; i++) {
		const struct leg *l = c->tries[i];

		if ((t->greeted & 1u << l->number) != 0 ||
		    l->state != LEG_CALLING)
			continue;
		t->greeted |= 1u << l->number;
		rig_answer(&t->rig, invite_of(t, l), 100, "");
	}
	if (c->a->state == LEG_ANSWERED)
		rig_request(&t->rig, "ACK", 1, t->dialled, t->call_id,
		    c->a->tag, "", "");
	if (!c->message.beeping || c->message.ticket == 0)
		return;
	media(t, c->a,
	    (struct engine_media_event){ .what = ENGINE_MEDIA_PLAYED,
		.play = MESSAGE_BEEP });
	media(t, c->a,
	    (struct engine_media_event){ .what = ENGINE_MEDIA_VOICE });
}

static void apply(struct trial *t, const struct flow_event *ev)
{
	const struct leg *l = ev->ticket == FLOW_CALLER_LEG
				  ? t->call->a
				  : ring_find(t->call, ev->ticket);

	switch (ev->kind) {
	case FLOW_EV_PLAYED:
		played(t, ev->ticket);
		break;
	case FLOW_EV_RINGING:
		phone(t, ev->ticket, 180);
		break;
	case FLOW_EV_ANSWERED:
		phone(t, ev->ticket, 200);
		break;
	case FLOW_EV_BUSY:
		phone(t, ev->ticket, 486);
		break;
	case FLOW_EV_FAILED:
		phone(t, ev->ticket, 404);
		break;
	case FLOW_EV_DIGIT:
		if (l != NULL)
			media(t, l,
			    (struct engine_media_event){ .what =
							     ENGINE_MEDIA_DIGIT,
				.digit = (char)ev->value });
		break;
	case FLOW_EV_ANSWER:
		asked(t, ev);
		break;
	case FLOW_EV_VOICEMAIL:
		media(t, t->call->a,
		    (struct engine_media_event){ .what = ENGINE_MEDIA_QUIET,
			.at_mono_us =
			    t->call->message.from_us + ev->value * RT_SEC_US });
		break;
	case FLOW_EV_CALLEE_LEFT:
		phone_leaves(t, ev->ticket);
		break;
	case FLOW_EV_CALLER_LEFT:
		caller_leaves(t);
		break;
	case FLOW_EV_START:
	case FLOW_EV_NO_ANSWER: /* the engine's own clocks */
	case FLOW_EV_TIMER:
	case FLOW_EV_KIND_COUNT:
		break;
	}
}

static void until(struct trial *t, int64_t mono_us)
{
	if (mono_us > t->rig.now.mono_us)
		rig_pass_time(&t->rig, mono_us - t->rig.now.mono_us);
}

static void live(struct trial *t, size_t number)
{
	const int64_t begun_us = t->rig.now.mono_us;
	t->live.n_steps = 0;
	t->greeted = 0;
	t->cseq = 1;
	(void)snprintf(t->dialled, sizeof(t->dialled), "+130355501%02zu",
	    number);
	(void)snprintf(t->call_id, sizeof(t->call_id), "c%llu", t->number);
	t->call = &t->rig.engine->calls[t->rig.engine->free_call];
	rig_request(&t->rig, "INVITE", 1, t->dialled, t->call_id, "", "",
	    rig_sdp);
	attend(t);
	for (size_t i = 0; i < t->sim.n_events; i++) {
		const struct happening *h = &t->sim.event[i];
		const bool ours = h->ev.kind == FLOW_EV_TIMER ||
				  h->ev.kind == FLOW_EV_NO_ANSWER;

		until(t, begun_us + h->at_us - (ours ? 0 : 1));
		if (!ours)
			t->rig.now.mono_us = begun_us + h->at_us;
		if (!t->call->used || t->call->phase != CALL_FLOW)
			break;
		apply(t, &h->ev);
		attend(t);
	}
}

static void compare(struct trial *t, size_t number,
    const struct flow_sim_result *want, size_t closed_before)
{
	for (size_t i = 0; i < t->sim.n_steps || i < t->live.n_steps; i++) {
		const char *a = i < t->sim.n_steps ? t->sim.step[i] : "-";
		const char *b = i < t->live.n_steps ? t->live.step[i] : "-";

		if (strcmp(a, b) != 0)
			fail_msg(
			    "call %llu to number %zu, step %zu: simulated "
			    "\"%s\", live \"%s\"",
			    t->number, number, i, a, b);
	}
	if (t->rig.n_closed != closed_before + 1)
		fail_msg("call %llu: not over", t->number);
	if (t->rig.closed.result != want->result)
		fail_msg("call %llu to number %zu: simulated %s, live %s",
		    t->number, number, callresult_name(want->result),
		    callresult_name(t->rig.closed.result));
}

static uint64_t env_number(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);
	uint64_t v;

	if (text == NULL ||
	    scan_whole_u64(slice_from(text), UINT64_MAX, &v) != ERR_OK)
		return fallback;
	return v;
}

/* Of sim_config.c. Not 6, which goes to another company's destination: only the
 * engine knows; and not 10, whose challenge throws dice of its own. */
static const size_t numbers[] = { 0, 1, 2, 3, 4, 5, 7, 8, 9, 11 };

static void test_agree(void **state)
{
	const uint64_t calls = env_number("CALLS", CALLS_USUAL);
	struct trial *t = calloc(1, sizeof(*t));
	size_t steps = 0;

	(void)state;
	assert_non_null(t);
	t->room = malloc(flow_sim_bytes());
	assert_non_null(t->room);
	rnd_seed(&t->dice, env_number("SEED", 1));
	rig_init(&t->rig, 4);
	t->rig.on_event = live_event;
	t->rig.on_event_arg = &t->live;
	for (t->number = 0; t->number < calls; t->number++) {
		const size_t number = numbers[below(t, RT_ARRAY_LEN(numbers))];
		const size_t closed = t->rig.n_closed;
		struct flow_sim_result result;

		write_script(t, number);
		result = try_script(t, number);
		assert_true(result.ended);
		live(t, number);
		compare(t, number, &result, closed);
		steps += t->sim.n_steps;
		/* Phones and transactions linger out. */
		rig_pass_time(&t->rig, 3 * RT_MIN_US);
		t->rig.now.wall_us += 10 * RT_MIN_US;
	}
	print_message("# %llu calls, %zu steps\n", (unsigned long long)calls,
	    steps);
	rig_fini(&t->rig);
	free(t->room);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
