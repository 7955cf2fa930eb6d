#include "lib/core/flow_sim.h"

#include <string.h>

#define RINGS_US (INT64_C(300) * 1000)  /* until a destination rings */
#define KEY_US   (INT64_C(700) * 1000)  /* between the caller's keys */
#define THINK_US (INT64_C(1500) * 1000) /* before the first */
#define ASKED_US (INT64_C(5) * 1000)

struct pending {
	int64_t at_us;
	uint64_t order; /* of those at the same time */
	struct flow_event ev;
};

/* A destination that was dialled. */
struct dialled {
	uint32_t ticket;
	const struct flow_sim_phone *phone;
};

struct flow_sim {
	struct flow_env env;
	const struct flow_sim_script *script;
	const struct flow_sim_sink *sink;
	struct flow_state s;
	struct flow_out out;
	struct pending queue[FLOW_SIM_QUEUE];
	size_t n_queue;
	uint64_t order;
	struct dialled dialled[FLOW_SIM_QUEUE];
	size_t n_dialled;
	uint32_t playing; /* what the caller hears, 0 nothing */
	bool mailing;
	int64_t mail_us;
	size_t next_input;
	bool asked; /* the question at hand has its answer on the way */
	uint32_t turns;
	int64_t now_us;
	uint64_t dice;
};

static const char *const does_names[FLOW_SIM_DOES_COUNT] = { "answers", "busy",
	"silent", "fails", "refuses", "ignores", "full" };

const char *flow_sim_does_name(enum flow_sim_does does)
{
	return does_names[does];
}

bool flow_sim_does_from(struct slice word, enum flow_sim_does *out)
{
	for (size_t i = 0; i < FLOW_SIM_DOES_COUNT; i++)
		if (slice_eq_cstr(word, does_names[i])) {
			*out = (enum flow_sim_does)i;
			return true;
		}
	return false;
}

size_t flow_sim_bytes(void)
{
	return sizeof(struct flow_sim);
}

/* --- the queue -------------------------------------------------------------*/

static void later(struct flow_sim *m, int64_t wait_us, struct flow_event ev)
{
	if (m->n_queue == FLOW_SIM_QUEUE)
		return; /* more than ten legs and a caller can have */
	m->queue[m->n_queue++] =
	    (struct pending){ m->now_us + wait_us, m->order++, ev };
}

static void later_kind(struct flow_sim *m, int64_t wait_us,
    enum flow_event_kind kind, uint32_t ticket, uint32_t value)
{
	later(m, wait_us,
	    (struct flow_event){ .kind = kind,
		.ticket = ticket,
		.value = value });
}

/* Takes away what is still to come of a kind and ticket. */
static void never(struct flow_sim *m, enum flow_event_kind kind,
    uint32_t ticket)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_queue; i++)
		if (m->queue[i].ev.kind != kind ||
		    m->queue[i].ev.ticket != ticket)
			m->queue[n++] = m->queue[i];
	m->n_queue = n;
}

static void never_dial(struct flow_sim *m, uint32_t ticket)
{
	static const enum flow_event_kind kinds[] = { FLOW_EV_RINGING,
		FLOW_EV_ANSWERED, FLOW_EV_BUSY, FLOW_EV_NO_ANSWER,
		FLOW_EV_FAILED, FLOW_EV_CALLEE_LEFT, FLOW_EV_DIGIT };

	for (size_t i = 0; i < RT_ARRAY_LEN(kinds); i++)
		never(m, kinds[i], ticket);
}

static struct flow_event first(struct flow_sim *m)
{
	size_t best = 0;
	struct flow_event ev;

	for (size_t i = 1; i < m->n_queue; i++)
		if (m->queue[i].at_us < m->queue[best].at_us ||
		    (m->queue[i].at_us == m->queue[best].at_us &&
			m->queue[i].order < m->queue[best].order))
			best = i;
	m->now_us = m->queue[best].at_us;
	ev = m->queue[best].ev;
	m->queue[best] = m->queue[--m->n_queue];
	return ev;
}

/* --- what the engine would do ----------------------------------------------*/

static int64_t length_us(const struct flow_sim *m, uint32_t prompt)
{
	const struct snap *snap = m->env.snap;
	struct snap_prompt p;

	if (snap == NULL || prompt >= snap->section[SNAP_PROMPTS].count)
		return FLOW_SIM_PROMPT_US;
	snap_prompt_at(snap, prompt, &p);
	return p.samples == 0 ? FLOW_SIM_PROMPT_US : p.samples * INT64_C(125);
}

static void play(struct flow_sim *m, const struct flow_do *d)
{
	if (d->leg == FLOW_CALLER_LEG) {
		never(m, FLOW_EV_PLAYED, m->playing);
		m->playing = d->ticket;
		m->asked = false;
	}
	later_kind(m, length_us(m, d->prompt), FLOW_EV_PLAYED, d->ticket, 0);
}

static void stop(struct flow_sim *m, const struct flow_do *d)
{
	if (d->leg != FLOW_CALLER_LEG)
		return; /* the called side's end is not waited for any more */
	never(m, FLOW_EV_PLAYED, m->playing);
	m->playing = 0;
}

static const struct flow_sim_phone *phone_of(const struct flow_sim *m,
    struct slice to)
{
	for (size_t i = 0; i < m->script->n_phones; i++)
		if (slice_eq(m->script->phone[i].to, to))
			return &m->script->phone[i];
	return &m->script->others;
}

static void dial(struct flow_sim *m, const struct flow_do *d)
{
	const struct flow_sim_phone *p = phone_of(m, d->text);
	const int64_t after_us = RINGS_US + p->after_s * RT_SEC_US;
	const int64_t ring_us = d->u.dial.ring_s * RT_SEC_US;

	if (m->n_dialled < FLOW_SIM_QUEUE)
		m->dialled[m->n_dialled++] = (struct dialled){ d->ticket, p };
	/* Whoever takes longer to say no than it may ring has not answered. */
	if ((p->does == FLOW_SIM_BUSY || p->does == FLOW_SIM_FAILS) &&
	    after_us < ring_us) {
		later_kind(m, after_us,
		    p->does == FLOW_SIM_BUSY ? FLOW_EV_BUSY : FLOW_EV_FAILED,
		    d->ticket, 0);
		return;
	}
	later_kind(m, RINGS_US, FLOW_EV_RINGING, d->ticket, 0);
	if (p->does == FLOW_SIM_SILENT || after_us >= ring_us)
		later_kind(m, ring_us, FLOW_EV_NO_ANSWER, d->ticket, 0);
	else
		later_kind(m, after_us, FLOW_EV_ANSWERED, d->ticket, 0);
}

static const struct dialled *find(const struct flow_sim *m, uint32_t ticket)
{
	for (size_t i = 0; i < m->n_dialled; i++)
		if (m->dialled[i].ticket == ticket)
			return &m->dialled[i];
	return NULL;
}

static void forget(struct flow_sim *m, uint32_t ticket)
{
	never_dial(m, ticket);
	for (size_t i = 0; i < m->n_dialled; i++)
		if (m->dialled[i].ticket == ticket) {
			m->dialled[i] = m->dialled[--m->n_dialled];
			return;
		}
}

/* Whoever picked up decides, when there is something to decide. */
static void answered(struct flow_sim *m, uint32_t ticket)
{
	const struct dialled *d = find(m, ticket);

	if (d == NULL)
		return;
	if (d->phone->does == FLOW_SIM_ANSWERS)
		later_kind(m, 3 * RT_SEC_US, FLOW_EV_DIGIT, ticket, '1');
	else if (d->phone->does == FLOW_SIM_REFUSES)
		later_kind(m, 3 * RT_SEC_US, FLOW_EV_DIGIT, ticket, '2');
}

static void ask(struct flow_sim *m, const struct flow_do *d)
{
	struct flow_event ev = { .kind = FLOW_EV_ANSWER, .ticket = d->ticket };

	if (d->u.ask == FLOW_ASK_NEXT) {
		ev.answer =
		    m->script->away ? FLOW_ANSWER_AWAY : FLOW_ANSWER_INDEX;
		ev.value = m->script->turn + m->turns++;
	} else if (m->script->away) {
		ev.answer = FLOW_ANSWER_AWAY;
	} else {
		ev.answer = phone_of(m, d->text)->does == FLOW_SIM_FULL
				? FLOW_ANSWER_FULL
				: FLOW_ANSWER_GRANTED;
	}
	later(m, ASKED_US, ev);
}

static void mail(struct flow_sim *m, const struct flow_do *d)
{
	uint32_t seconds = m->script->message_s;

	if (seconds > d->u.mail.max_s)
		seconds = d->u.mail.max_s;
	m->mailing = true;
	m->mail_us = m->now_us;
	later_kind(m, (seconds + d->u.mail.silence_s) * RT_SEC_US,
	    FLOW_EV_VOICEMAIL, d->ticket, seconds);
}

static void carry_out(struct flow_sim *m, const struct flow_do *d)
{
	m->sink->did(m->sink->arg, m->now_us, d);
	switch (d->kind) {
	case FLOW_DO_PLAY:
		play(m, d);
		break;
	case FLOW_DO_STOP:
		stop(m, d);
		break;
	case FLOW_DO_DIAL:
		dial(m, d);
		break;
	case FLOW_DO_CANCEL:
		forget(m, d->ticket);
		break;
	case FLOW_DO_BRIDGE:
		never(m, FLOW_EV_DIGIT, d->ticket);
		later_kind(m, m->script->talk_s * RT_SEC_US,
		    FLOW_EV_CALLEE_LEFT, d->ticket, 0);
		break;
	case FLOW_DO_TIMER:
		for (size_t i = 0; i < m->n_queue; i++)
			if (m->queue[i].ev.kind == FLOW_EV_TIMER) {
				m->queue[i] = m->queue[--m->n_queue];
				break;
			}
		later_kind(m, d->value * INT64_C(1000), FLOW_EV_TIMER,
		    d->ticket, 0);
		break;
	case FLOW_DO_ASK:
		ask(m, d);
		break;
	case FLOW_DO_VOICEMAIL:
		mail(m, d);
		break;
	case FLOW_DO_KEEP:
	case FLOW_DO_DROP:
		m->mailing = false;
		break;
	case FLOW_DO_ANSWER:
	case FLOW_DO_RECORD:
	case FLOW_DO_NOTICE:
	case FLOW_DO_TRACE:
	case FLOW_DO_HANGUP:
	case FLOW_DO_BUSY:
	case FLOW_DO_REJECT:
	case FLOW_DO_RINGBACK:
	case FLOW_DO_RELEASE:
	case FLOW_DO_CONFIRM:
	case FLOW_DO_LEAVE:
	case FLOW_DO_TAG:
	case FLOW_DO_OUTCOME:
	case FLOW_DO_STORE:
	case FLOW_DO_KIND_COUNT:
		break;
	}
}

/* --- the caller ------------------------------------------------------------*/

/* A step waits for keys: the script's next answer is typed. */
static void type_input(struct flow_sim *m)
{
	int64_t wait_us = THINK_US;
	struct slice keys;

	if (m->asked || m->next_input >= m->script->n_inputs)
		return;
	m->asked = true;
	keys = m->script->input[m->next_input++];
	for (size_t i = 0; i < keys.n && i < FLOW_DIGITS_MAX + 1; i++) {
		char key = keys.p[i];

		if (key == '=')
			key = m->s.expected;
		later_kind(m, wait_us, FLOW_EV_DIGIT, FLOW_CALLER_LEG,
		    (unsigned char)key);
		wait_us += KEY_US;
	}
}

static bool waits_for_keys(const struct flow_sim *m)
{
	struct flow_view v;
	struct flow f;

	if (m->s.finished || m->s.wait != 0 || m->s.due_us == INT64_MAX)
		return false;
	flow_run_flow(&m->env, m->s.flow, &f);
	flow_view(&f, m->s.step, &v);
	return v.type == FLOW_MENU || v.type == FLOW_GATHER ||
	       v.type == FLOW_CHALLENGE;
}

static void run(struct flow_sim *m, const struct flow_event *ev)
{
	if (m->sink->event != NULL)
		m->sink->event(m->sink->arg, m->now_us, ev);
	m->env.now_us = m->now_us;
	m->env.dice = m->dice += UINT64_C(0x9e3779b97f4a7c15);
	flow_run(&m->env, &m->s, ev, &m->out);
	for (size_t i = 0; i < m->out.n; i++) {
		/* A new question, or the same once more. */
		if (m->out.item[i].kind == FLOW_DO_TRACE)
			m->asked = false;
		carry_out(m, &m->out.item[i]);
	}
	if (ev->kind == FLOW_EV_ANSWERED)
		answered(m, ev->ticket);
	if (waits_for_keys(m))
		type_input(m);
}

static void hang_up(struct flow_sim *m, struct flow_event *ev)
{
	if (m->mailing && m->s.wait != 0)
		ev->value = (uint32_t)((m->now_us - m->mail_us) / RT_SEC_US);
}

void flow_sim_run(void *mem, const struct flow_env *env,
    const struct flow_sim_script *script, const struct flow_sim_sink *sink,
    struct flow_sim_result *out)
{
	struct flow_sim *m = mem;
	struct flow_event ev = { .kind = FLOW_EV_START };

	memset(m, 0, sizeof(*m));
	m->env = *env;
	m->env.facts = &script->facts;
	m->env.caller = &script->caller;
	m->script = script;
	m->sink = sink;
	m->now_us = script->start_us;
	m->dice = script->seed;
	flow_run_init(&m->s, env->flow);
	if (script->hang_up_s != 0)
		later_kind(m, script->hang_up_s * RT_SEC_US,
		    FLOW_EV_CALLER_LEFT, 0, 0);
	run(m, &ev);
	for (int i = 0; i < FLOW_SIM_EVENTS_MAX && !m->s.finished; i++) {
		if (m->n_queue == 0)
			break; /* nobody will ever do anything again */
		ev = first(m);
		if (ev.kind == FLOW_EV_CALLER_LEFT)
			hang_up(m, &ev);
		run(m, &ev);
	}
	out->result = flow_run_result(&m->s);
	out->lasted_us = m->now_us - script->start_us;
	out->ended = m->s.finished;
}
