/* Tests of lib/core/flow: the compiled form, and the steps that say something
 * or end the call (flow_play). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/flow_rig.h"

static struct flow_rig r;

static struct flow_step step(enum flow_type type, const char *key)
{
	return flow_rig_step(type, key);
}

static void event(enum flow_event_kind kind)
{
	uint32_t ticket = r.state.wait;

	if (kind == FLOW_EV_ANSWERED || kind == FLOW_EV_BUSY ||
	    kind == FLOW_EV_NO_ANSWER || kind == FLOW_EV_FAILED ||
	    kind == FLOW_EV_CALLEE_LEFT)
		ticket = r.state.leg[0].ticket;
	flow_rig_event(&r, kind, ticket, 0);
}

static void test_forward(void **state)
{
	const struct flow_step s[] = { step(FLOW_FORWARD, "a") };

	(void)state;
	flow_rig_start(&r, s, 1, FLOW_RECORD_OFF);
	flow_rig_expect(&r, "D");
	assert_int_equal(flow_rig_did(&r, FLOW_DO_DIAL)->u.dial.ring_s, 30);
	assert_true(flow_rig_did(&r, FLOW_DO_DIAL)->u.dial.early);
	event(FLOW_EV_RINGING);
	flow_rig_expect(&r, "");
	event(FLOW_EV_ANSWERED);
	flow_rig_expect(&r, "AU");
	assert_int_equal(flow_rig_did(&r, FLOW_DO_TIMER)->value, 14400 * 1000);
	event(FLOW_EV_CALLEE_LEFT);
	flow_rig_expect(&r, "H");
	assert_int_equal(flow_rig_did(&r, FLOW_DO_HANGUP)->value,
	    FLOW_WHY_CALLEE_LEFT);
	assert_true(r.state.finished);
	assert_int_equal(flow_run_result(&r.state), CALLRESULT_ANSWERED);
	event(FLOW_EV_BUSY);
	flow_rig_expect(&r, "");
	flow_rig_end(&r);
}

static void test_branches(void **state)
{
	static const struct {
		enum flow_event_kind ev;
		const char *want;
		enum callresult result;
	} cases[] = {
		{ FLOW_EV_BUSY, "B", CALLRESULT_MISSED },
		{ FLOW_EV_NO_ANSWER, "X", CALLRESULT_BLOCKED },
		{ FLOW_EV_FAILED, "AP", CALLRESULT_FAILED },
		{ FLOW_EV_PLAYED, "", CALLRESULT_FAILED },
	};
	struct flow_step s[] = { step(FLOW_FORWARD, "a"), step(FLOW_BUSY, "b"),
		step(FLOW_REJECT, "c"), step(FLOW_MESSAGE, "d") };

	(void)state;
	s[0].branch[FLOW_DIAL_BUSY] = 1;
	s[0].branch[FLOW_DIAL_NO_ANSWER] = 2;
	s[0].branch[FLOW_DIAL_OTHERWISE] = 3;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		flow_rig_start(&r, s, 4, FLOW_RECORD_OFF);
		event(cases[i].ev);
		flow_rig_expect(&r, cases[i].want);
		assert_int_equal(flow_run_result(&r.state), cases[i].result);
		flow_rig_end(&r);
	}
}

/* No sample before the notice has ended. */
static void test_notice_first(void **state)
{
	struct flow_step s[] = { step(FLOW_NOTICE, "n"),
		step(FLOW_FORWARD, "f") };

	(void)state;
	s[0].branch[FLOW_NEXT] = 1;
	flow_rig_start(&r, s, 2, FLOW_RECORD_NOTICE);
	flow_rig_expect(&r, "AP");
	event(FLOW_EV_PLAYED);
	flow_rig_expect(&r, "NRMD");
	event(FLOW_EV_ANSWERED);
	flow_rig_expect(&r, "U");
	flow_rig_end(&r);
	/* A flow without one plays the number's own. */
	flow_rig_start(&r, s + 1, 1, FLOW_RECORD_NOTICE);
	flow_rig_expect(&r, "AP");
	assert_int_equal(flow_rig_did(&r, FLOW_DO_PLAY)->prompt,
	    FLOW_RIG_NOTICE);
	event(FLOW_EV_PLAYED);
	flow_rig_expect(&r, "NRMD");
	flow_rig_end(&r);
}

static void test_silent_recording(void **state)
{
	const struct flow_step s[] = { step(FLOW_FORWARD, "f") };

	(void)state;
	flow_rig_start(&r, s, 1, FLOW_RECORD_SILENT);
	flow_rig_expect(&r, "D");
	event(FLOW_EV_ANSWERED);
	flow_rig_expect(&r, "ARU");
	flow_rig_end(&r);
}

static void test_stale_tickets(void **state)
{
	const struct flow_step s[] = { step(FLOW_FORWARD, "f") };

	(void)state;
	flow_rig_start(&r, s, 1, FLOW_RECORD_OFF);
	flow_rig_event(&r, FLOW_EV_ANSWERED, 77, 0);
	flow_rig_expect(&r, "");
	flow_rig_event(&r, FLOW_EV_ANSWERED, 0, 0);
	flow_rig_expect(&r, "");
	flow_rig_end(&r);
}

static void test_loop(void **state)
{
	struct flow_step s[] = { step(FLOW_MESSAGE, "a"),
		step(FLOW_MESSAGE, "b") };
	int played = 0;

	(void)state;
	s[0].num[FLOW_PLAY_PROMPT] = FLOW_NO_PROMPT;
	s[0].branch[FLOW_NEXT] = 0;
	flow_rig_start(&r, s, 1, FLOW_RECORD_OFF);
	flow_rig_expect(&r, "H"); /* nothing to wait for: over at once */
	assert_int_equal(flow_rig_did(&r, FLOW_DO_HANGUP)->value,
	    FLOW_WHY_LOOP);
	flow_rig_end(&r);
	s[0].num[FLOW_PLAY_PROMPT] = 1;
	s[0].branch[FLOW_NEXT] = 1;
	s[1].branch[FLOW_NEXT] = 0;
	flow_rig_start(&r, s, 2, FLOW_RECORD_OFF);
	for (; !r.state.finished; played++)
		event(FLOW_EV_PLAYED);
	assert_int_equal(played, FLOW_HOPS_MAX);
	flow_rig_end(&r);
}

static void test_tags(void **state)
{
	struct flow_step s[] = { step(FLOW_TAG, "t"), step(FLOW_OUTCOME, "o"),
		step(FLOW_HANGUP, "h") };

	(void)state;
	s[0].text[FLOW_WORD_WORD] = SLICE("hot");
	s[0].branch[FLOW_NEXT] = 1;
	s[1].text[FLOW_WORD_WORD] = SLICE("lead");
	s[1].branch[FLOW_NEXT] = 2;
	flow_rig_start(&r, s, 3, FLOW_RECORD_OFF);
	flow_rig_expect(&r, "TOH");
	assert_true(slice_eq_cstr(flow_rig_did(&r, FLOW_DO_TAG)->text, "hot"));
	assert_true(
	    slice_eq_cstr(flow_rig_did(&r, FLOW_DO_OUTCOME)->text, "lead"));
	flow_rig_traces(&r,
	    "enter 0:0; 0 by 0; enter 1:0; 1 by 0; enter 2:0; done 2:0");
	assert_int_equal(flow_run_result(&r.state), CALLRESULT_MISSED);
	flow_rig_end(&r);
}

static void test_voicemail(void **state)
{
	static const struct {
		uint32_t seconds;
		const char *want;
		enum callresult result;
	} cases[] = {
		{ 0, "ZX", CALLRESULT_BLOCKED },
		{ 3, "ZX", CALLRESULT_BLOCKED },
		{ 4, "KH", CALLRESULT_VOICEMAIL },
		{ 60, "KH", CALLRESULT_VOICEMAIL },
	};
	struct flow_step s[] = { step(FLOW_VOICEMAIL, "v"),
		step(FLOW_REJECT, "x") };
	const struct flow_do *d;

	(void)state;
	s[0].num[FLOW_VOICEMAIL_PROMPT] = 5;
	s[0].num[FLOW_VOICEMAIL_MIN_S] = 4;
	s[0].num[FLOW_VOICEMAIL_MAX_S] = 60;
	s[0].branch[FLOW_VOICEMAIL_SHORT] = 1;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		flow_rig_start(&r, s, 2, FLOW_RECORD_OFF);
		flow_rig_expect(&r, "AP");
		event(FLOW_EV_PLAYED);
		flow_rig_expect(&r, "V");
		d = flow_rig_did(&r, FLOW_DO_VOICEMAIL);
		assert_int_equal(d->u.mail.max_s, 60);
		assert_int_equal(d->u.mail.stop, '#');
		flow_rig_event(&r, FLOW_EV_VOICEMAIL, d->ticket,
		    cases[i].seconds);
		flow_rig_expect(&r, cases[i].want);
		assert_int_equal(flow_run_result(&r.state), cases[i].result);
		flow_rig_end(&r);
	}
	/* The greeting may be skipped; who hangs up leaves what was said. */
	flow_rig_start(&r, s, 2, FLOW_RECORD_OFF);
	flow_rig_event(&r, FLOW_EV_DIGIT, FLOW_CALLER_LEG, '#');
	flow_rig_expect(&r, "SV");
	flow_rig_event(&r, FLOW_EV_CALLER_LEFT, 0, 9);
	flow_rig_expect(&r, "K");
	assert_true(r.state.finished);
	assert_int_equal(flow_run_result(&r.state), CALLRESULT_VOICEMAIL);
	flow_rig_end(&r);
}

/* --- the compiled form -----------------------------------------------------*/

static void test_refused(void **state)
{
	struct flow_step s[] = { step(FLOW_FORWARD, "a") };
	struct flow_item key;
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
	s[0].num[FLOW_DIAL_RING_S] = 301;
	assert_int_equal(flow_write(s, 1, 0, &b), ERR_RANGE);
	buf_reset(&b);
	s[0] = step(FLOW_FORWARD, "a");
	s[0].text[FLOW_FORWARD_TO] = SLICE("");
	assert_int_equal(flow_write(s, 1, 0, &b), ERR_RANGE);
	buf_reset(&b);
	s[0] = step(FLOW_MENU, "m"); /* needs a key */
	assert_int_equal(flow_write(s, 1, 0, &b), ERR_RANGE);
	buf_reset(&b);
	flow_item_init(&key, FLOW_MENU, 0);
	key.num[FLOW_KEY_KEY] = '+';
	s[0].item[0] = &key;
	s[0].n_items[0] = 1;
	assert_int_equal(flow_write(s, 1, 0, &b), ERR_RANGE);
	buf_reset(&b);
	key.num[FLOW_KEY_KEY] = '*';
	assert_int_equal(flow_write(s, 1, 0, &b), ERR_OK);
	buf_fini(&b);
}

/* What was written is what is read. */
static void test_round_trip(void **state)
{
	static struct flow_item items[40 * FLOW_LISTS_MAX * FLOW_RIG_ITEMS];
	static struct flow_step s[40];
	struct rnd_dice d;

	(void)state;
	rnd_seed(&d, 5);
	for (int run = 0; run < 200; run++) {
		const size_t n = 1 + rnd_below(&d, RT_ARRAY_LEN(s));

		flow_rig_random(&d, s, n, items);
		flow_rig_open(&r, s, n, FLOW_RECORD_OFF);
		assert_int_equal(r.flow.n_steps, n);
		for (size_t i = 0; i < n; i++) {
			struct flow_view v;

			flow_view(&r.flow, (uint16_t)i, &v);
			assert_int_equal(v.type, s[i].type);
			for (size_t k = 0; k < v.row->n_params; k++)
				assert_int_equal(flow_view_num(&v, k),
				    s[i].num[k]);
			for (size_t k = 0; k < v.row->n_branches; k++)
				assert_int_equal(flow_view_branch(&v,
						     (uint16_t)k),
				    s[i].branch[k]);
			for (size_t l = 0; l < v.row->n_lists; l++)
				assert_int_equal(flow_view_items(&v, l),
				    s[i].n_items[l]);
			if (v.type == FLOW_HOURS && s[i].n_items[1] > 0)
				assert_true(slice_eq(flow_view_item_text(&v, 1,
							 0, FLOW_SPECIAL_TITLE),
				    s[i].item[1][0].text[FLOW_SPECIAL_TITLE]));
		}
		flow_rig_end(&r);
	}
}

/* Every byte of a compiled flow changed to every value: refused or safe. */
static void test_bytes_attacked(void **state)
{
	static struct flow_item items[8 * FLOW_LISTS_MAX * FLOW_RIG_ITEMS];
	struct flow_step s[8];
	struct rnd_dice d;
	struct flow f;
	struct buf b;
	size_t sum = 0;

	(void)state;
	rnd_seed(&d, 11);
	flow_rig_random(&d, s, RT_ARRAY_LEN(s), items);
	buf_init(&b, 1 << 16);
	assert_int_equal(flow_write(s, RT_ARRAY_LEN(s), 0, &b), ERR_OK);
	for (size_t i = 0; i < b.n; i++)
		for (unsigned int v = 0; v < 256; v++) {
			const char was = b.p[i];

			b.p[i] = (char)(uint8_t)v;
			if (flow_open(buf_slice(&b), &f) == ERR_OK)
				sum += flow_rig_read(&f);
			b.p[i] = was;
		}
	for (size_t n = 0; n < b.n; n++)
		if (flow_open(slice_head(buf_slice(&b), n), &f) == ERR_OK)
			sum += flow_rig_read(&f); /* texts may end earlier */
	assert_true(sum > 0);
	buf_fini(&b);
}

static size_t texts(const struct flow_param *p, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += flow_type_has_text(p[i].kind);
	return sum;
}

/* The table agrees with itself. */
static void test_rows(void **state)
{
	(void)state;
	for (int i = 0; i < FLOW_TYPE_COUNT; i++) {
		const struct flow_type_row *row =
		    flow_type_row((enum flow_type)i);
		enum flow_type back = FLOW_TYPE_COUNT;

		assert_true(flow_type_from_name(slice_from(row->name), &back));
		assert_int_equal(back, i);
		assert_true(row->n_params <= FLOW_PARAMS_MAX);
		assert_true(row->n_branches <= FLOW_BRANCH_MAX);
		assert_true(row->n_lists <= FLOW_LISTS_MAX);
		assert_int_equal(row->n_texts,
		    texts(row->params, row->n_params));
		if (row->otherwise != FLOW_NO_BRANCH)
			assert_true(row->otherwise < row->n_branches);
		for (size_t l = 0; l < row->n_lists; l++) {
			const struct flow_list *list = &row->lists[l];

			assert_true(list->n_fields <= FLOW_FIELDS_MAX);
			assert_true(list->max <= FLOW_ITEMS_MAX);
			assert_true(l == 0 || !list->leads);
			assert_int_equal(list->n_texts,
			    texts(list->fields, list->n_fields));
		}
		for (size_t k = 0; k < row->n_params; k++) {
			const struct flow_param *p = &row->params[k];

			assert_non_null(p->name);
			assert_true(
			    p->kind == FLOW_PARAM_TEXT || p->required ||
			    (p->fallback >= p->min && p->fallback <= p->max));
		}
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
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_voicemail),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_bytes_attacked),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
