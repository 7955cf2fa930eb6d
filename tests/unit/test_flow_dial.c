/* Tests of lib/core/flow_dial, flow_target and flow_pick: who rings, who wins,
 * what they hear, and how calls are spread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/core/flow_pick.h"
#include "lib/core/voice.h"
#include "tests/support/flow_rig.h"

#define MEMBERS_MAX 12

static struct flow_rig r;
static struct flow_step s[3];
static struct flow_item members[MEMBERS_MAX];

/* A group of n telephone numbers, then a message. */
static void group(enum flow_mode mode, size_t n)
{
	s[0] = flow_rig_step(FLOW_GROUP, "team");
	s[0].num[FLOW_GROUP_MODE] = mode;
	s[0].branch[FLOW_DIAL_OTHERWISE] = 1;
	s[1] = flow_rig_step(FLOW_MESSAGE, "sorry");
	for (size_t i = 0; i < n; i++) {
		flow_item_init(&members[i], FLOW_GROUP, 0);
		members[i].text[FLOW_MEMBER_TO] = SLICE("+13035559000");
	}
	s[0].item[0] = members;
	s[0].n_items[0] = (uint8_t)n;
}

static void start(void)
{
	flow_rig_open(&r, s, 2, FLOW_RECORD_OFF);
	r.env.snap = flow_rig_snap();
	r.env.zone = FLOW_RIG_NEW_YORK;
	flow_rig_event(&r, FLOW_EV_START, 0, 0);
}

/* The ticket of the leg that rings member m. */
static uint32_t leg(unsigned int m)
{
	for (size_t i = 0; i < r.state.n_legs; i++)
		if (r.state.leg[i].member == m)
			return r.state.leg[i].ticket;
	fail_msg("member %u does not ring", m);
	return 0;
}

static void says(unsigned int m, enum flow_event_kind kind)
{
	flow_rig_event(&r, kind, leg(m), 0);
}

static void answer_ask(enum flow_answer answer, uint32_t value)
{
	const struct flow_event ev = { .kind = FLOW_EV_ANSWER,
		.ticket = flow_rig_did(&r, FLOW_DO_ASK)->ticket,
		.answer = answer,
		.value = value };

	flow_run(&r.env, &r.state, &ev, &r.out);
}

static void test_simultaneous(void **state)
{
	(void)state;
	group(FLOW_MODE_SIMULTANEOUS, 3);
	start();
	flow_rig_expect(&r, "DDD");
	assert_false(flow_rig_did(&r, FLOW_DO_DIAL)->u.dial.early);
	says(1, FLOW_EV_BUSY);
	flow_rig_expect(&r, "");
	says(2, FLOW_EV_ANSWERED);
	flow_rig_expect(&r, "CAU");
	flow_rig_traces(&r, "lost 0:2048; won 0:2");
	/* The other answers a moment later: it is nobody's any more. */
	flow_rig_event(&r, FLOW_EV_ANSWERED, 1, 0);
	flow_rig_expect(&r, "");
	assert_int_equal(r.state.n_legs, 1);
	flow_rig_end(&r);
}

static void test_all_fail(void **state)
{
	(void)state;
	group(FLOW_MODE_SIMULTANEOUS, 2);
	s[0].branch[FLOW_DIAL_BUSY] = 1;
	s[0].branch[FLOW_DIAL_OTHERWISE] = FLOW_END;
	start();
	says(0, FLOW_EV_BUSY);
	says(1, FLOW_EV_BUSY);
	flow_rig_expect(&r, "AP");
	flow_rig_end(&r);
	/* One that rang out is kinder than busy: its own branch. */
	start();
	says(0, FLOW_EV_NO_ANSWER);
	says(1, FLOW_EV_BUSY);
	flow_rig_expect(&r, "H");
	flow_rig_end(&r);
}

static void test_priority(void **state)
{
	(void)state;
	group(FLOW_MODE_PRIORITY, 3);
	members[1].num[FLOW_MEMBER_RING_S] = 9;
	start();
	flow_rig_expect(&r, "D");
	says(0, FLOW_EV_NO_ANSWER);
	flow_rig_expect(&r, "D");
	assert_int_equal(flow_rig_did(&r, FLOW_DO_DIAL)->u.dial.ring_s, 9);
	says(1, FLOW_EV_FAILED);
	flow_rig_expect(&r, "D");
	says(2, FLOW_EV_BUSY);
	flow_rig_expect(&r, "AP");
	flow_rig_traces(&r, "lost 0:2; 0 by 1; enter 1:0");
	flow_rig_end(&r);
	s[0].num[FLOW_GROUP_TRIES] = 1;
	start();
	says(0, FLOW_EV_NO_ANSWER);
	flow_rig_expect(&r, "AP");
	flow_rig_end(&r);
}

static void test_tree(void **state)
{
	(void)state;
	group(FLOW_MODE_TREE, 5);
	members[0].num[FLOW_MEMBER_TIER] = 2;
	members[1].num[FLOW_MEMBER_TIER] = 1;
	members[2].num[FLOW_MEMBER_TIER] = 7;
	members[3].num[FLOW_MEMBER_TIER] = 1;
	members[4].num[FLOW_MEMBER_TIER] = 2;
	start();
	flow_rig_expect(&r, "DD");
	says(1, FLOW_EV_BUSY);
	says(3, FLOW_EV_NO_ANSWER);
	flow_rig_expect(&r, "DD");
	says(0, FLOW_EV_BUSY);
	says(4, FLOW_EV_BUSY);
	flow_rig_expect(&r, "D");
	says(2, FLOW_EV_ANSWERED);
	flow_rig_expect(&r, "AU");
	flow_rig_end(&r);
}

/* Ten at once, the rest afterwards. */
static void test_more_than_ten(void **state)
{
	(void)state;
	group(FLOW_MODE_SIMULTANEOUS, MEMBERS_MAX);
	start();
	flow_rig_expect(&r, "DDDDDDDDDD");
	for (unsigned int i = 0; i < 10; i++)
		says(i, FLOW_EV_NO_ANSWER);
	flow_rig_expect(&r, "DD");
	flow_rig_end(&r);
}

static void test_caller_leaves(void **state)
{
	(void)state;
	group(FLOW_MODE_SIMULTANEOUS, 3);
	start();
	says(0, FLOW_EV_RINGING);
	flow_rig_event(&r, FLOW_EV_CALLER_LEFT, 0, 0);
	flow_rig_expect(&r, "CCC");
	assert_true(r.state.finished);
	assert_int_equal(flow_run_result(&r.state), CALLRESULT_MISSED);
	flow_rig_end(&r);
	start();
	flow_rig_event(&r, FLOW_EV_CALLER_LEFT, 0, 0);
	assert_int_equal(flow_run_result(&r.state), CALLRESULT_ABANDONED);
	flow_rig_end(&r);
}

/* --- what the called side hears --------------------------------------------*/

static void test_whisper(void **state)
{
	(void)state;
	group(FLOW_MODE_SIMULTANEOUS, 2);
	s[0].num[FLOW_DIAL_WHISPER] = 1;
	start();
	says(1, FLOW_EV_ANSWERED);
	/* The other stops at once, the caller goes on hearing ringback. */
	flow_rig_expect(&r, "CP");
	assert_int_equal(flow_rig_did(&r, FLOW_DO_PLAY)->leg, leg(1));
	assert_int_equal(flow_rig_did(&r, FLOW_DO_PLAY)->prompt, 1);
	flow_rig_event(&r, FLOW_EV_PLAYED,
	    flow_rig_did(&r, FLOW_DO_PLAY)->ticket, 0);
	flow_rig_expect(&r, "AU");
	flow_rig_end(&r);
	/* Hangs up while it listens: the call goes on without it. */
	start();
	says(1, FLOW_EV_ANSWERED);
	says(1, FLOW_EV_CALLEE_LEFT);
	flow_rig_expect(&r, "AP");
	flow_rig_end(&r);
}

static void test_accept(void **state)
{
	uint32_t play;

	(void)state;
	group(FLOW_MODE_SIMULTANEOUS, 3);
	s[0].num[FLOW_DIAL_ACCEPT] = FLOW_ACCEPT_KEY;
	s[0].num[FLOW_DIAL_ACCEPT_PROMPT] = 2;
	start();
	says(0, FLOW_EV_ANSWERED);
	flow_rig_expect(&r, "P"); /* the others go on ringing */
	play = flow_rig_did(&r, FLOW_DO_PLAY)->ticket;
	says(1, FLOW_EV_ANSWERED);
	flow_rig_expect(&r, "P");
	flow_rig_event(&r, FLOW_EV_DIGIT, leg(0), '5');
	flow_rig_expect(&r, "");
	flow_rig_event(&r, FLOW_EV_DIGIT, FLOW_CALLER_LEG, '1');
	flow_rig_expect(&r, "");
	flow_rig_event(&r, FLOW_EV_DIGIT, leg(0), '2'); /* refuses */
	flow_rig_expect(&r, "C");
	flow_rig_event(&r, FLOW_EV_PLAYED, play, 0); /* nobody's */
	flow_rig_expect(&r, "");
	flow_rig_event(&r, FLOW_EV_DIGIT, leg(1), '1'); /* takes it */
	flow_rig_expect(&r, "SCAU");
	flow_rig_traces(&r, "lost 0:2050; won 0:1");
	flow_rig_end(&r);
}

static void test_accept_in_time(void **state)
{
	(void)state;
	group(FLOW_MODE_PRIORITY, 2);
	s[0].num[FLOW_DIAL_ACCEPT] = FLOW_ACCEPT_KEY;
	s[0].num[FLOW_DIAL_ACCEPT_S] = 7;
	start();
	says(0, FLOW_EV_ANSWERED);
	assert_int_equal(flow_rig_did(&r, FLOW_DO_TIMER)->value, 7000);
	r.env.now_us += 7 * RT_SEC_US;
	flow_rig_event(&r, FLOW_EV_TIMER, r.state.timer, 0);
	flow_rig_expect(&r, "CD"); /* the next one */
	/* It said nothing of ringing before it answered. */
	assert_int_equal(flow_run_result(&r.state), CALLRESULT_MISSED);
	says(1, FLOW_EV_ANSWERED);
	flow_rig_event(&r, FLOW_EV_DIGIT, leg(1), '1');
	flow_rig_expect(&r, "AU");
	flow_rig_end(&r);
}

/* "Call from google": segments one after the other; without a value the plain
 * prompt. */
static void test_say(void **state)
{
	uint32_t heard[4];

	(void)state;
	group(FLOW_MODE_PRIORITY, 1);
	s[0].text[FLOW_DIAL_SAY] = SLICE("Call from {source}, on {campaign}.");
	s[0].num[FLOW_DIAL_WHISPER] = 1;
	flow_rig_open(&r, s, 2, FLOW_RECORD_OFF);
	assert_true(flow_needs_facts(&r.flow));
	r.env.snap = flow_rig_snap();
	memcpy(r.facts.source, "Google", sizeof("Google"));
	memcpy(r.facts.campaign, "Spring Sale", sizeof("Spring Sale"));
	flow_rig_event(&r, FLOW_EV_START, 0, 0);
	says(0, FLOW_EV_ANSWERED);
	for (int i = 0; i < 4; i++) {
		const struct flow_do *d = flow_rig_did(&r, FLOW_DO_PLAY);

		heard[i] = d->prompt;
		flow_rig_event(&r, FLOW_EV_PLAYED, d->ticket, 0);
	}
	flow_rig_expect(&r, "AU");
	assert_int_equal(heard[0], 12);
	assert_int_equal(heard[1], 13);
	assert_int_equal(heard[2], 14);
	assert_int_equal(heard[3], 15);
	flow_rig_end(&r);
	start(); /* nothing is known about the caller */
	says(0, FLOW_EV_ANSWERED);
	assert_int_equal(flow_rig_did(&r, FLOW_DO_PLAY)->prompt, 1);
	flow_rig_event(&r, FLOW_EV_PLAYED,
	    flow_rig_did(&r, FLOW_DO_PLAY)->ticket, 0);
	flow_rig_expect(&r, "AU");
	flow_rig_end(&r);
}

/* Texts and values in the step's language, or the plain prompt. */
static void test_say_language(void **state)
{
	static const struct {
		uint32_t language;
		uint32_t heard;
	} cases[] = { { 2, 16 }, { 1, 1 }, { 0, 1 } };

	(void)state;
	assert_string_equal(voice_languages[2], "es-419");
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		group(FLOW_MODE_PRIORITY, 1);
		s[0].text[FLOW_DIAL_SAY] = SLICE("Llamada de {source}");
		s[0].num[FLOW_DIAL_LANGUAGE] = cases[i].language;
		s[0].num[FLOW_DIAL_WHISPER] = 1;
		flow_rig_open(&r, s, 2, FLOW_RECORD_OFF);
		r.env.snap = flow_rig_snap();
		memcpy(r.facts.source, "Google", sizeof("Google"));
		flow_rig_event(&r, FLOW_EV_START, 0, 0);
		says(0, FLOW_EV_ANSWERED);
		assert_int_equal(flow_rig_did(&r, FLOW_DO_PLAY)->prompt,
		    cases[i].heard);
		flow_rig_event(&r, FLOW_EV_PLAYED,
		    flow_rig_did(&r, FLOW_DO_PLAY)->ticket, 0);
		if (cases[i].heard == 16)
			assert_int_equal(flow_rig_did(&r, FLOW_DO_PLAY)->prompt,
			    17);
		flow_rig_end(&r);
	}
}

static void test_whisper_step(void **state)
{
	struct flow_step w[2];

	(void)state;
	w[0] = flow_rig_step(FLOW_WHISPER, "w");
	w[0].num[FLOW_WHISPER_PROMPT] = 3;
	w[0].branch[FLOW_NEXT] = 1;
	w[1] = flow_rig_step(FLOW_FORWARD, "f");
	flow_rig_start(&r, w, 2, FLOW_RECORD_OFF);
	assert_false(flow_rig_did(&r, FLOW_DO_DIAL)->u.dial.early);
	says(0, FLOW_EV_ANSWERED);
	assert_int_equal(flow_rig_did(&r, FLOW_DO_PLAY)->prompt, 3);
	flow_rig_end(&r);
}

static void test_music(void **state)
{
	(void)state;
	group(FLOW_MODE_PRIORITY, 2);
	s[0].num[FLOW_DIAL_MUSIC] = 2;
	start();
	flow_rig_expect(&r, "AMD"); /* who hears music is connected */
	assert_int_equal(flow_rig_did(&r, FLOW_DO_RINGBACK)->prompt, 2);
	says(0, FLOW_EV_NO_ANSWER);
	flow_rig_expect(&r, "D"); /* it plays on */
	says(1, FLOW_EV_NO_ANSWER);
	flow_rig_expect(&r, "SP");
	flow_rig_end(&r);
}

static void test_talk_time(void **state)
{
	(void)state;
	group(FLOW_MODE_PRIORITY, 1);
	s[0].num[FLOW_DIAL_TALK_S] = 60;
	start();
	says(0, FLOW_EV_ANSWERED);
	assert_int_equal(flow_rig_did(&r, FLOW_DO_TIMER)->value, 60000);
	r.env.now_us += 60 * RT_SEC_US;
	flow_rig_event(&r, FLOW_EV_TIMER, r.state.timer, 0);
	flow_rig_expect(&r, "H");
	assert_int_equal(flow_rig_did(&r, FLOW_DO_HANGUP)->value,
	    FLOW_WHY_TALK_TIME);
	flow_rig_end(&r);
}

/* --- limits of destinations ------------------------------------------------*/

static void member_to(size_t i, uint32_t destination)
{
	flow_rig_to(destination, &members[i].num[FLOW_MEMBER_TO],
	    &members[i].text[FLOW_MEMBER_TO]);
}

static void test_reserve(void **state)
{
	(void)state;
	group(FLOW_MODE_PRIORITY, 2);
	member_to(0, FLOW_RIG_LIMITED);
	member_to(1, FLOW_RIG_OPEN);
	start();
	flow_rig_expect(&r, "Q");
	assert_int_equal(flow_rig_did(&r, FLOW_DO_ASK)->u.ask,
	    FLOW_ASK_RESERVE);
	assert_true(
	    slice_eq_cstr(flow_rig_did(&r, FLOW_DO_ASK)->text, "dst_1"));
	answer_ask(FLOW_ANSWER_FULL, 0);
	flow_rig_expect(&r, "D"); /* the next, which has no limit */
	flow_rig_end(&r);
	start();
	answer_ask(FLOW_ANSWER_AWAY, 0);
	flow_rig_expect(&r, "D"); /* fails closed */
	flow_rig_end(&r);
	start();
	answer_ask(FLOW_ANSWER_GRANTED, 0);
	flow_rig_expect(&r, "D");
	says(0, FLOW_EV_BUSY);
	flow_rig_expect(&r, "-D"); /* given back */
	flow_rig_end(&r);
	start();
	answer_ask(FLOW_ANSWER_GRANTED, 0);
	says(0, FLOW_EV_ANSWERED);
	flow_rig_expect(&r, "+AU");
	says(0, FLOW_EV_CALLEE_LEFT);
	flow_rig_expect(&r, "!H"); /* free, though it has counted */
	flow_rig_end(&r);
	start();
	answer_ask(FLOW_ANSWER_GRANTED, 0);
	says(0, FLOW_EV_ANSWERED);
	flow_rig_event(&r, FLOW_EV_CALLER_LEFT, 0, 0);
	flow_rig_expect(&r, "!");
	flow_rig_end(&r);
	/* The caller leaves before the answer: what may come is given back. */
	start();
	flow_rig_event(&r, FLOW_EV_CALLER_LEFT, 0, 0);
	flow_rig_expect(&r, "-");
	flow_rig_end(&r);
}

/* Hours and regions of destinations: sorted out before anybody is asked. */
static void test_sorted_out(void **state)
{
	(void)state;
	group(FLOW_MODE_ROUND_ROBIN, 3);
	member_to(0, FLOW_RIG_OFFICE);
	member_to(1, FLOW_RIG_LOCAL);
	member_to(2, FLOW_RIG_OPEN);
	flow_rig_open(&r, s, 2, FLOW_RECORD_OFF);
	r.env.snap = flow_rig_snap();
	r.env.now_us = INT64_C(1764687600) * RT_SEC_US; /* Tue 10:00 there */
	memcpy(r.caller.e164, "+13035550100", sizeof("+13035550100"));
	flow_rig_event(&r, FLOW_EV_START, 0, 0);
	flow_rig_expect(&r, "Q"); /* all three: whose turn? */
	answer_ask(FLOW_ANSWER_INDEX, 1);
	assert_true(
	    slice_eq_cstr(flow_rig_did(&r, FLOW_DO_DIAL)->text, "dst_3"));
	flow_rig_end(&r);
	/* In the evening, from elsewhere: one is left, nothing to ask. */
	flow_rig_open(&r, s, 2, FLOW_RECORD_OFF);
	r.env.snap = flow_rig_snap();
	r.env.now_us = INT64_C(1764720000) * RT_SEC_US;
	memcpy(r.caller.e164, "+14155550100", sizeof("+14155550100"));
	flow_rig_event(&r, FLOW_EV_START, 0, 0);
	flow_rig_expect(&r, "D");
	flow_rig_traces(&r, "enter 0:0; lost 0:1536; lost 0:1793; ring 0:2");
	assert_true(
	    slice_eq_cstr(flow_rig_did(&r, FLOW_DO_DIAL)->text, "dst_0"));
	flow_rig_end(&r);
}

/* Nobody may be called: a branch of its own. */
static void test_full(void **state)
{
	(void)state;
	group(FLOW_MODE_SIMULTANEOUS, 1);
	member_to(0, FLOW_RIG_LOCAL);
	s[0].branch[FLOW_DIAL_FULL] = 1;
	s[0].branch[FLOW_DIAL_OTHERWISE] = FLOW_END;
	start(); /* no number: from nowhere */
	flow_rig_expect(&r, "AP");
	flow_rig_end(&r);
}

static void test_sticky(void **state)
{
	(void)state;
	group(FLOW_MODE_ROUND_ROBIN, 2);
	s[0].num[FLOW_GROUP_STICKY] = 1;
	member_to(0, FLOW_RIG_OPEN);
	member_to(1, FLOW_RIG_LIMITED);
	flow_rig_open(&r, s, 2, FLOW_RECORD_OFF);
	r.env.snap = flow_rig_snap();
	r.facts.answered = (struct destination_id){ { 2 } };
	flow_rig_event(&r, FLOW_EV_START, 0, 0);
	answer_ask(FLOW_ANSWER_INDEX, 0);
	flow_rig_expect(&r, "Q"); /* a place at the second one */
	assert_true(
	    slice_eq_cstr(flow_rig_did(&r, FLOW_DO_ASK)->text, "dst_1"));
	answer_ask(FLOW_ANSWER_FULL, 0);
	flow_rig_expect(&r, "D"); /* then whose turn it is */
	assert_true(
	    slice_eq_cstr(flow_rig_did(&r, FLOW_DO_DIAL)->text, "dst_0"));
	flow_rig_end(&r);
}

/* --- distribution ----------------------------------------------------------*/

static unsigned int first_rung(uint32_t turn, uint64_t dice)
{
	unsigned int m;

	flow_rig_open(&r, s, 2, FLOW_RECORD_OFF);
	r.env.dice = dice;
	flow_rig_event(&r, FLOW_EV_START, 0, 0);
	if (s[0].num[FLOW_GROUP_MODE] == FLOW_MODE_ROUND_ROBIN)
		answer_ask(FLOW_ANSWER_INDEX, turn);
	m = r.state.leg[0].member;
	flow_rig_end(&r);
	return m;
}

static void test_round_robin_even(void **state)
{
	unsigned int count[7] = { 0 }, least = UINT32_MAX, most = 0;

	(void)state;
	group(FLOW_MODE_ROUND_ROBIN, 7);
	for (uint32_t i = 0; i < 10000; i++)
		count[first_rung(i, i)]++;
	for (size_t i = 0; i < RT_ARRAY_LEN(count); i++) {
		if (count[i] < least)
			least = count[i];
		if (count[i] > most)
			most = count[i];
	}
	assert_true(most - least <= 1);
}

/* 99.9 % of runs of a fair spread stay within 3.3 standard deviations; the
 * seed is fixed, so this one does or does not for ever. */
static void test_weighted_spread(void **state)
{
	static const uint32_t weights[] = { 1, 0, 5, 10, 4 };
	unsigned int count[RT_ARRAY_LEN(weights)] = { 0 };
	struct rnd_dice d;

	(void)state;
	group(FLOW_MODE_WEIGHTED, RT_ARRAY_LEN(weights));
	for (size_t i = 0; i < RT_ARRAY_LEN(weights); i++)
		members[i].num[FLOW_MEMBER_WEIGHT] = weights[i];
	rnd_seed(&d, 3);
	for (int i = 0; i < 10000; i++)
		count[first_rung(0, rnd_u64(&d))]++;
	assert_int_equal(count[1], 0);
	for (size_t i = 0; i < RT_ARRAY_LEN(weights); i++) {
		const int64_t want = 10000 * weights[i] / 20;
		const int64_t off = (int64_t)count[i] - want;

		/* variance n p (1 - p) */
		assert_true(
		    off * off * 20 <= 11 * want * (20 - (int64_t)weights[i]));
	}
}

static void test_pick(void **state)
{
	uint32_t weight[FLOW_MEMBERS_MAX] = { 0 };
	uint32_t tier[FLOW_MEMBERS_MAX];

	(void)state;
	assert_int_equal(flow_pick_nth(0x16, 0), 1);
	assert_int_equal(flow_pick_nth(0x16, 2), 4);
	assert_int_equal(flow_pick_nth(0x16, 3), 1);
	assert_int_equal(flow_pick_from(0x16, 3), 4);
	assert_int_equal(flow_pick_from(0x16, 5), 1);
	assert_int_equal(flow_pick_from(0x80000000, 32), 31);
	assert_int_equal(flow_pick_first(0x16, 2), 0x06);
	assert_int_equal(flow_pick_sum(0x16, weight), 3);
	assert_int_equal(flow_pick_weighted(0x16, weight, 2), 4);
	weight[2] = 3;
	assert_int_equal(flow_pick_sum(0x16, weight), 3);
	assert_int_equal(flow_pick_weighted(0x16, weight, 2), 2);
	for (uint32_t i = 0; i < FLOW_MEMBERS_MAX; i++)
		tier[i] = i % 2;
	assert_int_equal(flow_pick_tier(0x16, tier), 0x14);
	assert_int_equal(flow_pick_tier(0x02, tier), 0x02);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_simultaneous),
		cmocka_unit_test(test_all_fail),
		cmocka_unit_test(test_priority),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_more_than_ten),
		cmocka_unit_test(test_caller_leaves),
		cmocka_unit_test(test_whisper),
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_accept_in_time),
		cmocka_unit_test(test_say),
		cmocka_unit_test(test_say_language),
		cmocka_unit_test(test_whisper_step),
		cmocka_unit_test(test_music),
		cmocka_unit_test(test_talk_time),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_sorted_out),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_round_robin_even),
		cmocka_unit_test(test_weighted_spread),
		cmocka_unit_test(test_pick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
