/* Random flows under random events: more than a million steps of the
 * interpreter. Every call ends, with one result, and nothing is ever done that
 * a call cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/core/callresult.h"
#include "tests/support/flow_rig.h"

#define STEPS_MAX  12
#define STEPS_WANT 1000000 /* events taken */
#define EVENTS_MAX 4000    /* of one call */

/* What has been done to the call so far. */
struct watch {
	enum flow_record record;
	bool answered;
	bool noticed;
	bool recording;
	bool bridged;
	bool mailing;
	unsigned int ends;
	uint32_t last_ticket;
	uint32_t dialled[64]; /* tickets */
	size_t n_dialled;
};

static void add_ticket(struct watch *w, uint32_t ticket)
{
	assert_true(ticket > w->last_ticket);
	w->last_ticket = ticket;
}

static bool forget_dial(struct watch *w, uint32_t ticket)
{
	for (size_t i = 0; i < w->n_dialled; i++)
		if (w->dialled[i] == ticket) {
			w->dialled[i] = w->dialled[--w->n_dialled];
			return true;
		}
	return false;
}

static bool is_dialled(const struct watch *w, uint32_t ticket)
{
	for (size_t i = 0; i < w->n_dialled; i++)
		if (w->dialled[i] == ticket)
			return true;
	return false;
}

static void watch_do(struct watch *w, const struct flow_do *d)
{
	assert_int_equal(w->ends, 0); /* nothing follows the end */
	switch (d->kind) {
	case FLOW_DO_ANSWER:
		assert_false(w->answered);
		w->answered = true;
		break;
	case FLOW_DO_PLAY:
		add_ticket(w, d->ticket);
		if (d->leg == FLOW_CALLER_LEG)
			assert_true(w->answered);
		else
			assert_true(is_dialled(w, d->leg));
		assert_int_not_equal(d->prompt, FLOW_NO_PROMPT);
		break;
	case FLOW_DO_RECORD:
		assert_true(w->answered);
		assert_false(w->recording);
		assert_int_not_equal(w->record, FLOW_RECORD_OFF);
		if (w->record == FLOW_RECORD_NOTICE)
			assert_true(w->noticed);
		w->recording = true;
		break;
	case FLOW_DO_DIAL:
		add_ticket(w, d->ticket);
		assert_true(w->n_dialled < FLOW_LEGS_MAX);
		assert_false(w->bridged);
		w->dialled[w->n_dialled++] = d->ticket;
		break;
	case FLOW_DO_NOTICE:
		w->noticed = true;
		break;
	case FLOW_DO_STOP:
		if (d->leg != FLOW_CALLER_LEG)
			assert_true(is_dialled(w, d->leg));
		break;
	case FLOW_DO_RINGBACK:
		assert_true(w->answered);
		break;
	case FLOW_DO_CANCEL:
		assert_true(forget_dial(w, d->ticket));
		break;
	case FLOW_DO_BRIDGE:
		assert_true(w->answered);
		assert_false(w->bridged);
		assert_int_equal(w->n_dialled, 1); /* the others are gone */
		assert_int_equal(w->dialled[0], d->ticket);
		if (w->record == FLOW_RECORD_NOTICE)
			assert_true(w->noticed);
		w->bridged = true;
		break;
	case FLOW_DO_ASK:
	case FLOW_DO_TIMER:
		add_ticket(w, d->ticket);
		break;
	case FLOW_DO_VOICEMAIL:
		add_ticket(w, d->ticket);
		assert_true(w->answered);
		assert_false(w->mailing);
		w->mailing = true;
		break;
	case FLOW_DO_KEEP:
	case FLOW_DO_DROP:
		assert_true(w->mailing);
		w->mailing = false;
		break;
	case FLOW_DO_HANGUP:
	case FLOW_DO_BUSY:
	case FLOW_DO_REJECT:
		w->ends++;
		break;
	case FLOW_DO_TRACE:
	case FLOW_DO_RELEASE:
	case FLOW_DO_CONFIRM:
	case FLOW_DO_LEAVE:
	case FLOW_DO_TAG:
	case FLOW_DO_OUTCOME:
	case FLOW_DO_STORE:
		break;
	case FLOW_DO_KIND_COUNT:
		fail();
	}
}

/* Mostly what could happen now; now and then anything. */
static struct flow_event any_event(struct rnd_dice *d, const struct flow_rig *r)
{
	static const char keys[] = "0123456789*#AD";
	const struct flow_state *s = &r->state;
	struct flow_event ev = { .kind = (enum flow_event_kind)rnd_below(d,
				     FLOW_EV_KIND_COUNT),
		.answer = (enum flow_answer)rnd_below(d, 4),
		.value = (uint32_t)rnd_below(d, 300) };

	if (ev.kind == FLOW_EV_CALLER_LEFT && rnd_below(d, 20) != 0)
		ev.kind = FLOW_EV_PLAYED;
	switch (rnd_below(d, 8)) {
	case 0:
		ev.ticket = (uint32_t)rnd_below(d, (uint64_t)s->ticket + 2);
		break;
	case 1:
	case 2:
	case 3:
		ev.ticket = s->n_legs > 0
				? s->leg[rnd_below(d, s->n_legs)].ticket
				: s->wait;
		break;
	case 4:
		ev.ticket = s->n_legs > 0 ? s->leg[rnd_below(d, s->n_legs)].play
					  : s->wait;
		break;
	default:
		ev.ticket = ev.kind == FLOW_EV_TIMER ? s->timer : s->wait;
		break;
	}
	if (ev.kind == FLOW_EV_DIGIT) {
		ev.value = (unsigned char)keys[rnd_below(d, 14)];
		if (rnd_below(d, 2) == 0)
			ev.ticket = FLOW_CALLER_LEG;
	}
	return ev;
}

static bool has_leg(const struct flow_state *s, uint32_t ticket)
{
	for (size_t i = 0; i < s->n_legs; i++)
		if (s->leg[i].ticket == ticket)
			return true;
	return false;
}

static void take(struct watch *w, struct flow_rig *r,
    const struct flow_event *ev)
{
	const struct flow_state before = r->state;

	flow_run(&r->env, &r->state, ev, &r->out);
	/* A leg that ended by itself is not cancelled. */
	if ((ev->kind == FLOW_EV_BUSY || ev->kind == FLOW_EV_NO_ANSWER ||
		ev->kind == FLOW_EV_FAILED ||
		ev->kind == FLOW_EV_CALLEE_LEFT) &&
	    !has_leg(&r->state, ev->ticket))
		(void)forget_dial(w, ev->ticket);
	for (size_t i = 0; i < r->out.n; i++)
		watch_do(w, &r->out.item[i]);
	if (before.finished) {
		assert_int_equal(r->out.n, 0);
		assert_memory_equal(&before, &r->state, sizeof(before));
	}
}

static unsigned int one_call(struct rnd_dice *d, struct flow_rig *r,
    struct watch *w)
{
	const struct flow_event start = { .kind = FLOW_EV_START };
	const struct flow_event left = { .kind = FLOW_EV_CALLER_LEFT };
	unsigned int n = 1;

	take(w, r, &start);
	for (; n < EVENTS_MAX && !r->state.finished; n++) {
		const struct flow_event ev = any_event(d, r);

		r->env.now_us += (int64_t)rnd_below(d, 5000000);
		r->env.dice = rnd_u64(d);
		take(w, r, &ev);
	}
	/* A caller may press keys in a menu for ever; not hang up for ever. */
	take(w, r, &left);
	assert_true(r->state.finished);
	assert_true(flow_run_result(&r->state) < CALLRESULT_COUNT);
	assert_true(w->ends <= 1);
	return n;
}

static void test_random(void **state)
{
	static struct flow_item
	    items[STEPS_MAX * FLOW_LISTS_MAX * FLOW_RIG_ITEMS];
	static struct flow_step s[STEPS_MAX];
	static struct flow_rig r;
	struct rnd_dice d;
	size_t taken = 0, calls = 0;

	(void)state;
	rnd_seed(&d, 42);
	while (taken < STEPS_WANT) {
		const size_t n = 1 + rnd_below(&d, STEPS_MAX);
		struct watch w = { .record = (enum flow_record)rnd_below(&d,
				       FLOW_RECORD_COUNT) };

		flow_rig_random(&d, s, n, items);
		flow_rig_open(&r, s, n, w.record);
		taken += one_call(&d, &r, &w);
		calls++;
		flow_rig_end(&r);
	}
	assert_true(calls > 1000);
}

/* --- every pair ------------------------------------------------------------*/

#define DEPTH 4 /* events in a row, of every kind and ticket */

/* Every event that could be told apart in this state. */
static size_t all_events(const struct flow_state *s, struct flow_event *out)
{
	const uint32_t tickets[] = { FLOW_CALLER_LEG, s->wait, s->timer,
		s->n_legs > 0 ? s->leg[0].ticket : 9999,
		s->n_legs > 1 ? s->leg[1].ticket : 9999,
		s->n_legs > 0 ? s->leg[0].play : 9999 };
	static const uint32_t values[] = { '1', '2', '#', 0 };
	size_t n = 0;

	for (int kind = 0; kind < FLOW_EV_KIND_COUNT; kind++)
		for (size_t t = 0; t < RT_ARRAY_LEN(tickets); t++)
			for (size_t v = 0; v < RT_ARRAY_LEN(values); v++) {
				if (v > 0 && kind != FLOW_EV_DIGIT &&
				    kind != FLOW_EV_ANSWER &&
				    kind != FLOW_EV_VOICEMAIL)
					continue;
				out[n++] = (struct flow_event){
					.kind = (enum flow_event_kind)kind,
					.ticket = tickets[t],
					.answer = (enum flow_answer)v,
					.value = values[v]
				};
			}
	return n;
}

static size_t walk(struct flow_rig *r, const struct watch *w, int depth)
{
	const struct flow_state state = r->state;
	struct flow_event events[512];
	const size_t n = all_events(&state, events);
	size_t taken = 0;

	if (depth == 0 || state.finished)
		return 0;
	for (size_t i = 0; i < n; i++) {
		struct watch next = *w;

		r->state = state;
		take(&next, r, &events[i]);
		taken++;
		/* What changed nothing leads nowhere new. */
		if (memcmp(&state, &r->state, sizeof(state)) != 0)
			taken += walk(r, &next, depth - 1);
	}
	r->state = state;
	return taken;
}

/* One step of each type, every way back to itself: all events in all states
 * that four events reach. */
static void test_pairs(void **state)
{
	static struct flow_item items[FLOW_RIG_ITEMS * FLOW_LISTS_MAX];
	static struct flow_rig r;
	const struct flow_event start = { .kind = FLOW_EV_START };
	size_t taken = 0;

	(void)state;
	for (int type = 0; type < FLOW_TYPE_COUNT; type++) {
		for (uint64_t seed = 0; seed < 4; seed++) {
			struct watch w = { .record = FLOW_RECORD_NOTICE };
			struct flow_step s;
			struct rnd_dice d;

			rnd_seed(&d, seed);
			do
				flow_rig_random(&d, &s, 1, items);
			while (s.type != (enum flow_type)type);
			flow_rig_open(&r, &s, 1, w.record);
			take(&w, &r, &start);
			taken += walk(&r, &w, DEPTH);
			flow_rig_end(&r);
		}
	}
	assert_true(taken > 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
