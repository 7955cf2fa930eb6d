/* Tests of lib/base/hang, with sipworker/beat: what hangs is told from what is
 * only slow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <unistd.h>

#include "sipworker/beat.h"

#define TURN_US (RT_SEC_US / 5)

/* What happens in each second of the parent's rounds. */
static const struct {
	const char *why;
	int beat_every_s; /* 0: never */
	int64_t cpu_us;   /* of the child */
	bool stopped;
	bool disk;
	int64_t turn_us; /* between two rounds */
	int rounds;
	enum hang_state want;
	int at_least; /* rounds before it is said */
} cases[] = {
	{ "goes round", 1, 1000, false, false, TURN_US, 6000, HANG_NOT, 0 },
	{ "works hard, now and then a beat", 8, RT_SEC_US, false, false,
	    TURN_US, 6000, HANG_NOT, 0 },
	{ "idle, a beat in nine seconds", 9, 0, false, false, TURN_US, 6000,
	    HANG_NOT, 0 },
	{ "stopped by a signal", 0, 0, true, false, TURN_US, 100, HANG_STOPPED,
	    50 },
	{ "stopped, and a writer", 0, 0, true, true, TURN_US, 100, HANG_STOPPED,
	    50 },
	{ "goes round without end", 0, RT_SEC_US, false, false, TURN_US, 100,
	    HANG_LOOPS, 50 },
	{ "a writer that does", 0, RT_SEC_US, false, true, TURN_US, 100,
	    HANG_LOOPS, 50 },
	{ "half a processor is not enough", 0, RT_SEC_US / 2, false, false,
	    TURN_US, 130, HANG_LOOPS, 100 },
	{ "waits for ever", 0, 0, false, false, TURN_US, 100, HANG_WAITS, 50 },
	{ "a disk that stands still", 0, 0, false, true, TURN_US, 550, HANG_NOT,
	    0 },
	{ "and never comes back", 0, 0, false, true, TURN_US, 700, HANG_SLOW,
	    600 },
	{ "starved: a little of the processor", 0, 20000, false, false, TURN_US,
	    140, HANG_NOT, 0 },
	{ "for too long", 0, 20000, false, false, TURN_US, 200, HANG_SLOW,
	    150 },
	/* The parent itself comes round once in a minute: that is no minute of
	 * the child's. */
	{ "a machine that is too busy for both", 0, 0, false, false, RT_MIN_US,
	    19, HANG_NOT, 0 },
	{ "the same, then for too long", 0, 0, true, false, RT_MIN_US, 30,
	    HANG_STOPPED, 20 },
};

static void test_judge(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct hang_watch w = { .begun = false };
		enum hang_state s = HANG_NOT;
		int64_t now_us = 7 * RT_MIN_US;
		int n = 0;

		while (n <= cases[i].rounds && s == HANG_NOT) {
			const int64_t passed_us = n * cases[i].turn_us;
			const int64_t every = cases[i].beat_every_s * RT_SEC_US;

			w.stopped = cases[i].stopped;
			s = hang_judge(&w,
			    every == 0 ? 1 : (uint64_t)(passed_us / every),
			    now_us + passed_us,
			    (int64_t)((double)passed_us / RT_SEC_US *
				      (double)cases[i].cpu_us),
			    cases[i].disk);
			n++;
		}
		if (s != cases[i].want ||
		    (s != HANG_NOT && n - 1 < cases[i].at_least))
			fail_msg("%s: %s after %d rounds", cases[i].why,
			    hang_name(s), n - 1);
	}
}

/* A child that is new begins anew. */
static void test_anew(void **state)
{
	struct hang_watch w = { .begun = false };

	(void)state;
	for (int64_t us = 0; us < HANG_US; us += TURN_US)
		assert_int_equal(hang_judge(&w, 5, us, 0, false), HANG_NOT);
	assert_int_equal(hang_judge(&w, 5, HANG_US, 0, false), HANG_WAITS);
	w = (struct hang_watch){ .begun = false };
	assert_int_equal(hang_judge(&w, 5, HANG_US + TURN_US, 0, false),
	    HANG_NOT);
}

static void test_rounds(void **state)
{
	struct beat b = { { 0 } };

	(void)state;
	beat_round(NULL, MSG_ENGINE);
	beat_round(&b, MSG_ENGINE);
	beat_round(&b, MSG_ENGINE);
	beat_round(&b, MSG_STORE);
	assert_int_equal(b.rounds[MSG_ENGINE], 2);
	assert_int_equal(b.rounds[MSG_STORE], 1);
	assert_int_equal(b.rounds[MSG_RECORDER], 0);
}

static void test_cpu(void **state)
{
	const int64_t before_us = hang_cpu_us(getpid());
	volatile unsigned int n = 0;

	(void)state;
	assert_true(before_us >= 0);
	while (hang_cpu_us(getpid()) - before_us < 2000)
		n = n + 1;
	assert_true(n > 0);
	assert_int_equal(hang_cpu_us(-5), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_anew),
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_cpu),
	};

	return cmocka_run_group_tests_name("hang", tests, NULL, NULL);
}
