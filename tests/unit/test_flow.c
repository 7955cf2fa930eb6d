/* Tests of lib/core/flow: the interpreter and the compiled form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/rnd.h"
#include "lib/core/flow.h"

static struct flow_step step(enum flow_type type, const char *key)
{
	struct flow_step s;

	flow_step_init(&s, type);
	s.key = slice_from(key);
	if (type == FLOW_FORWARD)
		s.text[FLOW_FORWARD_TO] = SLICE("+13035559000");
	if (type == FLOW_NOTICE || type == FLOW_MESSAGE)
		s.num[FLOW_PLAY_PROMPT] = 5;
	return s;
}

/* A flow at work. */
struct rig {
	struct buf bytes;
	struct flow flow;
	struct flow_state state;
	struct flow_facts facts;
	struct flow_env env;
	struct flow_out out;
};

static void rig_start(struct rig *r, const struct flow_step *s, size_t n,
    enum flow_record record)
{
	const struct flow_event ev = { FLOW_EV_START, 0 };

	memset(r, 0, sizeof(*r));
	buf_init(&r->bytes, 1 << 20);
	assert_int_equal(flow_write(s, n, 0, &r->bytes), ERR_OK);
	assert_int_equal(flow_open(buf_slice(&r->bytes), &r->flow), ERR_OK);
	r->env.flow = &r->flow;
	r->env.facts = &r->facts;
	r->env.record = record;
	r->env.notice_prompt = 9;
	flow_init(&r->state, &r->flow);
	flow_run(&r->env, &r->state, &ev, &r->out);
}

static void rig_event(struct rig *r, enum flow_event_kind kind)
{
	const struct flow_event ev = { kind, r->state.ticket };

	flow_run(&r->env, &r->state, &ev, &r->out);
}

/* The actions as letters, traces left out. */
static void expect(const struct rig *r, const char *want)
{
	static const char letters[FLOW_DO_KIND_COUNT] = {
		[FLOW_DO_ANSWER] = 'A',
		[FLOW_DO_PLAY] = 'P',
		[FLOW_DO_RECORD] = 'R',
		[FLOW_DO_DIAL] = 'D',
		[FLOW_DO_NOTICE] = 'N',
		[FLOW_DO_TRACE] = 0,
		[FLOW_DO_HANGUP] = 'H',
		[FLOW_DO_BUSY] = 'B',
		[FLOW_DO_REJECT] = 'X',
	};
	char got[FLOW_OUT_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; i < r->out.n; i++)
		if (letters[r->out.item[i].kind] != 0)
			got[n++] = letters[r->out.item[i].kind];
	got[n] = '\0';
	assert_string_equal(got, want);
}

static void rig_end(struct rig *r)
{
	buf_fini(&r->bytes);
}

static void test_forward(void **state)
{
	const struct flow_step s[] = { step(FLOW_FORWARD, "a") };
	struct rig r;

	(void)state;
	rig_start(&r, s, 1, FLOW_RECORD_OFF);
	expect(&r, "D");
	assert_int_equal(r.out.item[1].ring_s, 30);
	assert_int_equal(r.out.item[1].talk_s, 14400);
	rig_event(&r, FLOW_EV_ANSWERED);
	expect(&r, "A");
	rig_event(&r, FLOW_EV_CALLEE_LEFT);
	expect(&r, "H");
	assert_true(r.state.finished);
	rig_event(&r, FLOW_EV_BUSY);
	expect(&r, "");
	rig_end(&r);
}

static void test_branches(void **state)
{
	static const struct {
		enum flow_event_kind ev;
		const char *want;
	} cases[] = {
		{ FLOW_EV_BUSY, "B" },
		{ FLOW_EV_NO_ANSWER, "X" },
		{ FLOW_EV_FAILED, "AP" },
		{ FLOW_EV_PLAYED, "" },
	};
	struct flow_step s[] = { step(FLOW_FORWARD, "a"), step(FLOW_BUSY, "b"),
		step(FLOW_REJECT, "c"), step(FLOW_MESSAGE, "d") };
	struct rig r;

	(void)state;
	s[0].branch[FLOW_FORWARD_BUSY] = 1;
	s[0].branch[FLOW_FORWARD_NO_ANSWER] = 2;
	s[0].branch[FLOW_FORWARD_FAILED] = 3;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		rig_start(&r, s, 4, FLOW_RECORD_OFF);
		rig_event(&r, cases[i].ev);
		expect(&r, cases[i].want);
		rig_end(&r);
	}
}

/* No sample before the notice has ended. */
static void test_notice_first(void **state)
{
	struct flow_step s[] = { step(FLOW_NOTICE, "n"),
		step(FLOW_FORWARD, "f") };
	struct rig r;

	(void)state;
	s[0].branch[FLOW_NEXT] = 1;
	rig_start(&r, s, 2, FLOW_RECORD_NOTICE);
	expect(&r, "AP");
	rig_event(&r, FLOW_EV_PLAYED);
	expect(&r, "NRD");
	rig_event(&r, FLOW_EV_ANSWERED);
	expect(&r, "");
	rig_end(&r);
	/* A flow without one plays the number's own. */
	rig_start(&r, s + 1, 1, FLOW_RECORD_NOTICE);
	expect(&r, "AP");
	assert_int_equal(r.out.item[2].prompt, 9);
	rig_event(&r, FLOW_EV_PLAYED);
	expect(&r, "NRD");
	rig_end(&r);
}

static void test_silent_recording(void **state)
{
	const struct flow_step s[] = { step(FLOW_FORWARD, "f") };
	struct rig r;

	(void)state;
	rig_start(&r, s, 1, FLOW_RECORD_SILENT);
	expect(&r, "D");
	rig_event(&r, FLOW_EV_ANSWERED);
	expect(&r, "AR");
	rig_end(&r);
}

static void test_stale_tickets(void **state)
{
	const struct flow_step s[] = { step(FLOW_FORWARD, "f") };
	struct flow_event ev = { FLOW_EV_ANSWERED, 77 };
	struct rig r;

	(void)state;
	rig_start(&r, s, 1, FLOW_RECORD_OFF);
	flow_run(&r.env, &r.state, &ev, &r.out);
	expect(&r, "");
	rig_end(&r);
}

static void test_loop(void **state)
{
	struct flow_step s[] = { step(FLOW_MESSAGE, "a"),
		step(FLOW_MESSAGE, "b") };
	struct rig r;
	int played = 0;

	(void)state;
	s[0].num[FLOW_PLAY_PROMPT] = FLOW_NO_PROMPT;
	s[0].branch[FLOW_NEXT] = 0;
	rig_start(&r, s, 1, FLOW_RECORD_OFF);
	expect(&r, "H"); /* nothing to wait for: the limit ends it at once */
	rig_end(&r);
	s[0].num[FLOW_PLAY_PROMPT] = 1;
	s[0].branch[FLOW_NEXT] = 1;
	s[1].branch[FLOW_NEXT] = 0;
	rig_start(&r, s, 2, FLOW_RECORD_OFF);
	for (; !r.state.finished; played++)
		rig_event(&r, FLOW_EV_PLAYED);
	assert_int_equal(played, FLOW_HOPS_MAX);
	rig_end(&r);
}

/* --- the compiled form -----------------------------------------------------*/

static void test_refused(void **state)
{
	struct flow_step s[] = { step(FLOW_FORWARD, "a") };
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 16);
	assert_int_equal(flow_write(s, 0, 0, &b), ERR_RANGE);
	assert_int_equal(flow_write(s, 1, 1, &b), ERR_RANGE);
	buf_reset(&b);
	s[0].branch[0] = 1;
	assert_int_equal(flow_write(s, 1, 0, &b), ERR_RANGE);
	buf_reset(&b);
	s[0] = step(FLOW_FORWARD, "a");
	s[0].num[FLOW_FORWARD_RING_S] = 301;
	assert_int_equal(flow_write(s, 1, 0, &b), ERR_RANGE);
	buf_reset(&b);
	s[0] = step(FLOW_FORWARD, "a");
	s[0].text[FLOW_FORWARD_TO] = SLICE("");
	assert_int_equal(flow_write(s, 1, 0, &b), ERR_RANGE);
	buf_fini(&b);
}

/* Every byte of a compiled flow changed to every value: refused or safe. */
static void test_bytes_attacked(void **state)
{
	struct flow_step s[] = { step(FLOW_NOTICE, "n"),
		step(FLOW_FORWARD, "f") };
	struct flow_step got;
	struct flow f;
	struct buf b;

	(void)state;
	s[0].branch[FLOW_NEXT] = 1;
	buf_init(&b, 1 << 16);
	assert_int_equal(flow_write(s, 2, 0, &b), ERR_OK);
	for (size_t i = 0; i < b.n; i++)
		for (unsigned int v = 0; v < 256; v++) {
			const char was = b.p[i];

			b.p[i] = (char)(uint8_t)v;
			if (flow_open(buf_slice(&b), &f) == ERR_OK)
				for (uint16_t k = 0; k < f.n_steps; k++)
					flow_step_at(&f, k, &got);
			b.p[i] = was;
		}
	for (size_t n = 0; n < b.n; n++)
		assert_int_not_equal(flow_open(slice_head(buf_slice(&b), n),
					 &f),
		    ERR_OK);
	buf_fini(&b);
}

/* Random flows under random events always end, and never do what a finished
 * or an unanswered call cannot. */
static void random_flow(struct rnd_dice *d, struct flow_step *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		s[i] = step((enum flow_type)rnd_below(d, FLOW_TYPE_COUNT), "s");
		for (size_t k = 0; k < flow_type_row(s[i].type)->n_branches;
		     k++)
			s[i].branch[k] = rnd_below(d, 4) == 0
					     ? FLOW_END
					     : (uint16_t)rnd_below(d, n);
	}
}

static void check_actions(const struct flow_out *out, bool *answered,
    bool *noticed, enum flow_record record)
{
	for (size_t i = 0; i < out->n; i++) {
		const enum flow_do_kind kind = out->item[i].kind;

		if (kind == FLOW_DO_ANSWER) {
			assert_false(*answered);
			*answered = true;
		}
		if (kind == FLOW_DO_NOTICE)
			*noticed = true;
		if (kind == FLOW_DO_PLAY || kind == FLOW_DO_RECORD)
			assert_true(*answered);
		if (kind == FLOW_DO_RECORD) {
			assert_int_not_equal(record, FLOW_RECORD_OFF);
			if (record == FLOW_RECORD_NOTICE)
				assert_true(*noticed);
		}
	}
}

static void test_random(void **state)
{
	struct flow_step s[12];
	struct rnd_dice d;
	struct rig r;

	(void)state;
	rnd_seed(&d, 42);
	for (int run = 0; run < 20000; run++) {
		const size_t n = 1 + rnd_below(&d, RT_ARRAY_LEN(s));
		const enum flow_record record =
		    (enum flow_record)rnd_below(&d, FLOW_RECORD_COUNT);
		bool answered = false, noticed = false;

		random_flow(&d, s, n);
		rig_start(&r, s, n, record);
		check_actions(&r.out, &answered, &noticed, record);
		for (int i = 0; i < 2000 && !r.state.finished; i++) {
			rig_event(&r, (enum flow_event_kind)rnd_below(&d,
					  FLOW_EV_KIND_COUNT));
			check_actions(&r.out, &answered, &noticed, record);
		}
		assert_true(r.state.finished);
		rig_end(&r);
	}
}

static void test_rows(void **state)
{
	(void)state;
	for (int i = 0; i < FLOW_TYPE_COUNT; i++) {
		const struct flow_type_row *row =
		    flow_type_row((enum flow_type)i);
		enum flow_type t;

		assert_true(flow_type_from_name(slice_from(row->name), &t));
		assert_int_equal(t, i);
		assert_true(row->n_params <= FLOW_PARAMS_MAX);
		assert_true(row->n_branches <= FLOW_BRANCH_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forward),
		cmocka_unit_test(test_branches),
		cmocka_unit_test(test_notice_first),
		cmocka_unit_test(test_silent_recording),
		cmocka_unit_test(test_stale_tickets),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bytes_attacked),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
