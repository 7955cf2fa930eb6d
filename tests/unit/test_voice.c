/* Tests of sipworker/rtp/voice: when somebody speaks and since when not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>

#include "lib/base/rnd.h"
#include "sipworker/rtp/voice.h"

#define QUIET_US (3 * RT_SEC_US)

struct ear {
	struct voice v;
	int64_t now_us;
	struct rnd_dice dice;
	unsigned int began;
	unsigned int ended;
	int64_t ended_us;
	int64_t last_us; /* as said with ENDED */
};

static void note(struct ear *e, enum voice_what what)
{
	if (what == VOICE_BEGAN)
		e->began++;
	if (what == VOICE_ENDED) {
		e->ended++;
		e->ended_us = e->now_us;
		e->last_us = e->v.last_us;
	}
}

static void ear_init(struct ear *e)
{
	*e = (struct ear){ .now_us = RT_SEC_US };
	rnd_seed(&e->dice, 9);
	voice_init(&e->v, QUIET_US, e->now_us);
}

/* ms of noise with this level below full scale, in frames of 20 ms. */
static void noise(struct ear *e, unsigned int ms, double dbov)
{
	/* The mean square of even noise is a third of its peak's. */
	const double peak = 32768 * pow(10, dbov / 20) * 1.732;
	int16_t pcm[160];

	for (unsigned int t = 0; t < ms; t += 20) {
		for (int i = 0; i < 160; i++)
			pcm[i] =
			    (int16_t)(peak *
				      ((double)(rnd_below(&e->dice, 20001)) /
					      10000 -
					  1));
		e->now_us += 20000;
		note(e, voice_feed(&e->v, pcm, 160, e->now_us));
	}
}

static void no_packets(struct ear *e, unsigned int ms)
{
	for (unsigned int t = 0; t < ms; t += 250) {
		e->now_us += 250000;
		note(e, voice_tick(&e->v, e->now_us));
	}
}

static void test_nobody(void **state)
{
	struct ear e;

	(void)state;
	ear_init(&e);
	noise(&e, 2980, -70);
	assert_int_equal(e.ended, 0);
	noise(&e, 20, -70);
	assert_int_equal(e.ended, 1);
	assert_true(e.last_us == RT_SEC_US);
	noise(&e, 9000, -70);
	assert_int_equal(e.ended, 1); /* said once */
	assert_int_equal(e.began, 0);
}

static void test_somebody(void **state)
{
	struct ear e;
	int64_t spoke_us;

	(void)state;
	ear_init(&e);
	noise(&e, 1000, -65);
	for (int i = 0; i < 10; i++) { /* words and pauses */
		noise(&e, 400, -30);
		noise(&e, 600, -65);
	}
	assert_int_equal(e.began, 1);
	assert_int_equal(e.ended, 0);
	spoke_us = e.now_us - 600000;
	noise(&e, 2400, -65);
	assert_int_equal(e.ended, 1);
	assert_true(e.last_us == spoke_us);
	assert_true(e.ended_us - spoke_us == QUIET_US);
	/* And again. */
	noise(&e, 400, -35);
	assert_int_equal(e.began, 2);
	noise(&e, 4000, -65);
	assert_int_equal(e.ended, 2);
}

static void test_noisy_line(void **state)
{
	struct ear e;

	(void)state;
	ear_init(&e);
	/* A car: its noise alone ends the message all the same. */
	noise(&e, 20000, -45);
	assert_true(e.ended == 1);
	noise(&e, 400, -25);
	assert_true(e.began >= 1);
}

static void test_click(void **state)
{
	struct ear e;

	(void)state;
	ear_init(&e);
	for (int i = 0; i < 3; i++) {
		noise(&e, 500, -70);
		noise(&e, 40, -10);
	}
	assert_int_equal(e.began, 0);
}

/* A sender that pauses in silence. */
static void test_no_packets(void **state)
{
	struct ear e;

	(void)state;
	ear_init(&e);
	noise(&e, 1000, -30);
	no_packets(&e, 2750);
	assert_int_equal(e.ended, 0);
	no_packets(&e, 250);
	assert_int_equal(e.ended, 1);
	assert_true(e.last_us == 2 * RT_SEC_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_somebody),
		cmocka_unit_test(test_noisy_line),
		cmocka_unit_test(test_click),
		cmocka_unit_test(test_no_packets),
	};

	return cmocka_run_group_tests_name("voice", tests, NULL, NULL);
}
