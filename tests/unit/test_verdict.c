/* Tests of lib/core/verdict: what is qualified, who it was, how likely a
 * machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/core/verdict.h"

#define GOOD .result = CALLRESULT_ANSWERED, .threshold_s = 60, .talk_ms = 60000

static const struct {
	const char *why;
	struct verdict_in in;
	bool qualified;
	const char *class;
	const char *reasons;
	const char *factors;
	unsigned int risk;
} cases[] = {
	{ "just long enough, never called before", { GOOD, .first_time = true },
	    true, "lead", "answered,long_enough", "", 0 },
	{ "a millisecond too short",
	    { .result = CALLRESULT_ANSWERED,
		.threshold_s = 60,
		.talk_ms = 59999 },
	    false, "", "answered,too_short", "", 0 },
	{ "called before", { GOOD }, true, "customer", "answered,long_enough",
	    "", 0 },
	{ "no limit set", { .result = CALLRESULT_ANSWERED, .talk_ms = 90000 },
	    false, "", "answered,no_threshold", "", 0 },
	{ "cut off by our own stop, after a talk",
	    { .result = CALLRESULT_INTERRUPTED,
		.threshold_s = 60,
		.talk_ms = 60000 },
	    true, "customer", "answered,long_enough", "", 0 },
	{ "cut off before anybody talked",
	    { .result = CALLRESULT_INTERRUPTED, .threshold_s = 60 }, false, "",
	    "not_answered", "", 0 },
	{ "nobody answered",
	    { .result = CALLRESULT_MISSED,
		.threshold_s = 60,
		.first_time = true },
	    false, "", "not_answered", "", 0 },
	{ "again within the window", { GOOD, .duplicate = true }, false, "",
	    "answered,long_enough,duplicate", "", 0 },
	{ "chose in the menu", { GOOD, .pressed_key = true }, true, "customer",
	    "answered,long_enough,chose_in_menu", "", 0 },
	{ "answered, seconds, first time: dialled wrongly",
	    { .result = CALLRESULT_ANSWERED,
		.threshold_s = 60,
		.talk_ms = 8000,
		.first_time = true },
	    false, "wrong_number", "answered,too_short", "", 0 },
	{ "a customer who rings twice",
	    { .result = CALLRESULT_ANSWERED,
		.threshold_s = 60,
		.talk_ms = 8000,
		.was_customer = true },
	    false, "customer", "answered,too_short", "known:-40", 0 },
	{ "a robot: gateway, hidden, silent, gone",
	    { .result = CALLRESULT_ANSWERED,
		.threshold_s = 60,
		.talk_ms = 2000,
		.attestation = 'C',
		.anonymous = true,
		.silent = true,
		.caller_left = true,
		.first_time = true },
	    false, "spam", "answered,too_short",
	    "attested_c:25,anonymous:20,hangs_up:20,silent:35", 100 },
	{ "blocked", { .result = CALLRESULT_BLOCKED }, false, "spam",
	    "not_answered", "listed:70", 70 },
	{ "three calls in an hour are a burst",
	    { .result = CALLRESULT_MISSED, .calls_hour = 3 }, false, "",
	    "not_answered", "burst:20", 20 },
	{ "ten are a flood, and no burst beside it",
	    { .result = CALLRESULT_MISSED, .calls_hour = 10 }, false, "",
	    "not_answered", "flood:50", 50 },
	{ "marked before",
	    { .result = CALLRESULT_MISSED,
		.was_spam = true,
		.anonymous = true },
	    false, "spam", "not_answered", "anonymous:20,was_spam:45", 65 },
	{ "a long talk and a vouched number speak against it",
	    { .result = CALLRESULT_ANSWERED,
		.threshold_s = 60,
		.talk_ms = 180000,
		.attestation = 'A',
		.was_spam = true },
	    true, "customer", "answered,long_enough",
	    "attested_a:-15,was_spam:45,talked:-25", 5 },
	{ "partial attestation", { GOOD, .attestation = 'B' }, true, "customer",
	    "answered,long_enough", "attested_b:10", 10 },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const struct verdict v = verdict_of(&cases[i].in);
		char mem[2][VERDICT_TEXT_MAX];
		struct buf r, f;

		buf_over(&r, mem[0], sizeof(mem[0]));
		buf_over(&f, mem[1], sizeof(mem[1]));
		verdict_reasons(&v, &r);
		verdict_factors(&v, &f);
		if (v.qualified != cases[i].qualified ||
		    v.risk != cases[i].risk ||
		    !slice_eq_cstr(slice_from(verdict_class_name(v.class)),
			cases[i].class) ||
		    !slice_eq_cstr(buf_slice(&r), cases[i].reasons) ||
		    !slice_eq_cstr(buf_slice(&f), cases[i].factors))
			fail_msg("%s: %d %s %u [%.*s] [%.*s]", cases[i].why,
			    v.qualified, verdict_class_name(v.class), v.risk,
			    (int)r.n, r.p, (int)f.n, f.p);
	}
}

/* Every combination of the facts: risk within bounds, qualified only when
 * answered long enough, texts that fit and are known to people. */
static void test_all(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < 1u << 12; n++) {
		const struct verdict_in in = {
			.result = (enum callresult)(n % CALLRESULT_COUNT),
			.talk_ms = (n & 8) != 0 ? 130000 : 3000,
			.threshold_s = (n & 16) != 0 ? 60 : 0,
			.duplicate = (n & 32) != 0,
			.pressed_key = (n & 64) != 0,
			.anonymous = (n & 256) != 0,
			.attestation = (n & 512) != 0 ? 'C' : 'A',
			.silent = (n & 1024) != 0,
			.was_spam = (n & 2048) != 0,
			.caller_left = (n & 1) != 0,
			.calls_hour = n % 12,
		};
		const struct verdict v = verdict_of(&in);
		char mem[VERDICT_TEXT_MAX];
		struct slice rest, word;
		struct buf b;
		bool more = true;

		assert_true(v.risk <= VERDICT_RISK_MAX);
		assert_false(
		    v.qualified && ((in.result != CALLRESULT_ANSWERED &&
					in.result != CALLRESULT_INTERRUPTED) ||
				       in.talk_ms < in.threshold_s * 1000));
		buf_over(&b, mem, sizeof(mem));
		verdict_reasons(&v, &b);
		assert_int_equal(buf_err(&b), ERR_OK);
		rest = buf_slice(&b);
		while (more) {
			more = slice_cut(&rest, ',', &word);
			assert_int_not_equal(verdict_reason_text(word)[0], 0);
		}
		buf_reset(&b);
		verdict_factors(&v, &b);
		assert_int_equal(buf_err(&b), ERR_OK);
		rest = buf_slice(&b);
		for (more = rest.n > 0; more;) {
			struct slice name;

			more = slice_cut(&rest, ',', &word);
			(void)slice_cut(&word, ':', &name);
			assert_int_not_equal(verdict_factor_text(name)[0], 0);
		}
	}
}

static void test_classes(void **state)
{
	enum verdict_class c;

	(void)state;
	for (unsigned int i = 0; i < VERDICT_CLASS_COUNT; i++) {
		assert_true(verdict_class_parse(slice_from(verdict_class_name(
						    (enum verdict_class)i)),
		    &c));
		assert_int_equal(c, i);
	}
	assert_false(verdict_class_parse(SLICE("robot"), &c));
	assert_string_equal(verdict_factor_text(SLICE("x")), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_classes),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
