/* Tests of lib/core/flow_keys: menus, gathered digits, the challenge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/flow_rig.h"

static struct flow_rig r;

static void key(char c)
{
	flow_rig_event(&r, FLOW_EV_DIGIT, FLOW_CALLER_LEG, (unsigned char)c);
}

static void played(void)
{
	flow_rig_event(&r, FLOW_EV_PLAYED, r.state.wait, 0);
}

static void silence(void)
{
	r.env.now_us += 60 * RT_SEC_US;
	flow_rig_event(&r, FLOW_EV_TIMER, r.state.timer, 0);
}

/* 0 menu (1 -> 2, 2 -> 1), 1 inner menu (* -> back, 9 -> 3), 2 message,
 * 3 busy, 4 hangup. */
static struct flow_step s[5];
static struct flow_item keys[2][2];

static void menus(void)
{
	s[0] = flow_rig_step(FLOW_MENU, "main");
	s[1] = flow_rig_step(FLOW_MENU, "inner");
	s[2] = flow_rig_step(FLOW_MESSAGE, "hello");
	s[3] = flow_rig_step(FLOW_BUSY, "busy");
	s[4] = flow_rig_step(FLOW_HANGUP, "end");
	for (size_t i = 0; i < 2; i++) {
		s[i].num[FLOW_MENU_PROMPT] = 1;
		s[i].num[FLOW_MENU_INVALID_PROMPT] = 2;
		s[i].num[FLOW_MENU_SILENCE_PROMPT] = 3;
		s[i].num[FLOW_MENU_INVALID_TRIES] = 2;
		s[i].num[FLOW_MENU_SILENCE_TRIES] = 3;
		s[i].branch[FLOW_MENU_INVALID] = 3;
		s[i].branch[FLOW_MENU_SILENCE] = 4;
		s[i].item[0] = keys[i];
		s[i].n_items[0] = 2;
		flow_item_init(&keys[i][0], FLOW_MENU, 0);
		flow_item_init(&keys[i][1], FLOW_MENU, 0);
	}
	keys[0][0].num[FLOW_KEY_KEY] = '1';
	keys[0][0].branch = 2;
	keys[0][1].num[FLOW_KEY_KEY] = '2';
	keys[0][1].branch = 1;
	keys[1][0].num[FLOW_KEY_KEY] = '*';
	keys[1][0].branch = FLOW_BACK;
	keys[1][1].num[FLOW_KEY_KEY] = '9';
	keys[1][1].branch = 3;
	flow_rig_start(&r, s, 5, FLOW_RECORD_OFF);
}

static void test_menu(void **state)
{
	(void)state;
	menus();
	flow_rig_expect(&r, "AP");
	key('1'); /* barge-in */
	flow_rig_expect(&r, "SP");
	flow_rig_traces(&r, "0 by 256; enter 2:0");
	flow_rig_end(&r);
	menus();
	played();
	flow_rig_expect(&r, "");
	assert_int_equal(flow_rig_did(&r, FLOW_DO_TIMER)->value, 5000);
	key('1');
	flow_rig_expect(&r, "P"); /* nothing to stop any more */
	flow_rig_end(&r);
}

static void test_menu_wrong(void **state)
{
	(void)state;
	menus();
	played();
	key('7');
	flow_rig_expect(&r, "P");
	assert_int_equal(flow_rig_did(&r, FLOW_DO_PLAY)->prompt, 2);
	played(); /* the question again */
	assert_int_equal(flow_rig_did(&r, FLOW_DO_PLAY)->prompt, 1);
	/* Keys of the called side are none of the caller's. */
	flow_rig_event(&r, FLOW_EV_DIGIT, 77, '1');
	flow_rig_expect(&r, "");
	key('8');
	flow_rig_expect(&r, "SB");
	flow_rig_traces(&r, "wrong 0:56; 0 by 0; enter 3:0; done 3:0");
	flow_rig_end(&r);
}

static void test_menu_silent(void **state)
{
	(void)state;
	menus();
	for (int i = 0; i < 2; i++) {
		played();
		silence();
		flow_rig_expect(&r, "P");
		assert_int_equal(flow_rig_did(&r, FLOW_DO_PLAY)->prompt, 3);
		played();
	}
	played();
	silence();
	flow_rig_expect(&r, "H");
	/* A timer that was replaced means nothing. */
	flow_rig_end(&r);
	menus();
	played();
	flow_rig_event(&r, FLOW_EV_TIMER, r.state.timer - 1, 0);
	flow_rig_expect(&r, "");
	flow_rig_end(&r);
}

static void test_back(void **state)
{
	(void)state;
	menus();
	key('2');
	flow_rig_traces(&r, "0 by 257; enter 1:0");
	key('*');
	flow_rig_traces(&r, "1 by 256; enter 0:0");
	key('2');
	key('9');
	flow_rig_expect(&r, "SB");
	flow_rig_end(&r);
	/* Back from the first menu is the first menu. */
	menus();
	keys[0][1].branch = FLOW_BACK;
	flow_rig_end(&r);
	flow_rig_start(&r, s, 5, FLOW_RECORD_OFF);
	key('2');
	flow_rig_traces(&r, "0 by 257; enter 0:0");
	flow_rig_end(&r);
}

/* --- gather ----------------------------------------------------------------*/

static struct flow_step g[3];
static struct flow_item match[1];

static void gather(void)
{
	g[0] = flow_rig_step(FLOW_GATHER, "zip");
	g[0].num[FLOW_GATHER_PROMPT] = 1;
	g[0].num[FLOW_GATHER_MIN] = 5;
	g[0].num[FLOW_GATHER_MAX] = 5;
	g[0].num[FLOW_GATHER_PATTERN] = FLOW_PATTERN_ZIP;
	g[0].num[FLOW_GATHER_INVALID_TRIES] = 2;
	g[0].num[FLOW_GATHER_SILENCE_TRIES] = 1;
	g[0].text[FLOW_GATHER_NAME] = SLICE("zip code");
	g[0].branch[FLOW_GATHER_NEXT] = 1;
	g[0].branch[FLOW_GATHER_INVALID] = 2;
	g[0].branch[FLOW_GATHER_SILENCE] = 2;
	g[1] = flow_rig_step(FLOW_BUSY, "other");
	g[2] = flow_rig_step(FLOW_REJECT, "no");
	flow_item_init(&match[0], FLOW_GATHER, 0);
	match[0].text[FLOW_MATCH_DIGITS] = SLICE("80*");
	match[0].branch = 2;
	g[0].item[0] = match;
	g[0].n_items[0] = 1;
	flow_rig_start(&r, g, 3, FLOW_RECORD_OFF);
}

static void keys_in(const char *digits)
{
	for (; *digits != '\0'; digits++)
		key(*digits);
}

static void test_gather(void **state)
{
	static const struct {
		const char *why;
		const char *keys;
		const char *want; /* what the last key did */
	} cases[] = {
		{ "its match", "80202", "WX" },
		{ "no match", "10001", "WB" },
		{ "begun again", "99*10001", "WB" },
		{ "no such ZIP code", "00000", "P" },
		{ "ended too early", "123#", "P" },
		{ "wrong twice", "0000000000", "X" },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		gather();
		keys_in(cases[i].keys);
		flow_rig_expect(&r, cases[i].want);
		if (cases[i].want[0] == 'W') {
			const struct flow_do *d =
			    flow_rig_did(&r, FLOW_DO_STORE);

			assert_true(slice_eq_cstr(d->text, "zip code"));
			assert_int_equal(strlen(d->u.digits), 5);
		}
		flow_rig_end(&r);
	}
}

static void test_gather_time(void **state)
{
	(void)state;
	gather();
	played();
	assert_int_equal(flow_rig_did(&r, FLOW_DO_TIMER)->value, 6000);
	key('8');
	assert_int_equal(flow_rig_did(&r, FLOW_DO_TIMER)->value, 4000);
	silence(); /* too few digits are wrong ones */
	flow_rig_expect(&r, "P");
	played();
	silence(); /* and nothing at all is silence */
	flow_rig_expect(&r, "X");
	flow_rig_end(&r);
}

/* --- challenge -------------------------------------------------------------*/

static void challenge(uint64_t dice)
{
	static struct flow_step c[4];

	c[0] = flow_rig_step(FLOW_CHALLENGE, "robot");
	c[0].num[FLOW_CHALLENGE_PROMPT] = FLOW_RIG_HELLO;
	c[0].branch[FLOW_CHALLENGE_PASS] = 1;
	c[0].branch[FLOW_CHALLENGE_FAIL] = 2;
	c[0].branch[FLOW_CHALLENGE_SILENCE] = 3;
	c[1] = flow_rig_step(FLOW_BUSY, "pass");
	c[2] = flow_rig_step(FLOW_REJECT, "fail");
	c[3] = flow_rig_step(FLOW_HANGUP, "silence");
	flow_rig_open(&r, c, 4, FLOW_RECORD_OFF);
	r.env.snap = flow_rig_snap();
	r.env.dice = dice;
	flow_rig_event(&r, FLOW_EV_START, 0, 0);
}

static void test_challenge(void **state)
{
	bool seen[10] = { false };

	(void)state;
	for (uint64_t dice = 0; dice < 200; dice++) {
		char want;

		challenge(dice * 7919);
		want = r.state.expected;
		seen[want - '0'] = true;
		played(); /* the digit's own prompt follows */
		assert_int_equal(flow_rig_did(&r, FLOW_DO_PLAY)->prompt,
		    (uint32_t)(want - '0') + 2);
		key(want);
		flow_rig_expect(&r, "SB");
		flow_rig_end(&r);
	}
	for (size_t i = 0; i < 10; i++)
		assert_true(seen[i]);
	challenge(1);
	played();
	for (int i = 0; i < 2; i++)
		key(r.state.expected == '5' ? '4' : '5');
	flow_rig_expect(&r, "SX");
	flow_rig_end(&r);
	challenge(1);
	for (int i = 0; i < 2; i++) {
		played();
		played();
		silence();
	}
	flow_rig_expect(&r, "H");
	flow_rig_end(&r);
}

/* Nothing to say the digit with: nobody is kept out. */
static void test_challenge_mute(void **state)
{
	struct flow_step c[2] = { flow_rig_step(FLOW_CHALLENGE, "robot"),
		flow_rig_step(FLOW_BUSY, "pass") };

	(void)state;
	c[0].num[FLOW_CHALLENGE_PROMPT] = 0;
	c[0].branch[FLOW_CHALLENGE_PASS] = 1;
	flow_rig_start(&r, c, 2, FLOW_RECORD_OFF);
	flow_rig_expect(&r, "B");
	flow_rig_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_menu),
		cmocka_unit_test(test_menu_wrong),
		cmocka_unit_test(test_menu_silent),
		cmocka_unit_test(test_back),
		cmocka_unit_test(test_gather),
		cmocka_unit_test(test_gather_time),
		cmocka_unit_test(test_challenge),
		cmocka_unit_test(test_challenge_mute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
