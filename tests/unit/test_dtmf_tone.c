/* Tests of sipworker/rtp/dtmf_tone: every key in every permitted form once,
 * nothing from speech, music and the tones of exchanges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "lib/base/rnd.h"
#include "sipworker/rtp/dtmf_tone.h"
#include "sipworker/rtp/g711.h"

#define TWO_PI 6.28318530717958647692
#define FULL   32124.0 /* 3.17 dBm0 */

static const char keys[] = "123A456B789C*0#D";
static const double rows[] = { 697, 770, 852, 941 };
static const double cols[] = { 1209, 1336, 1477, 1633 };

static double amplitude(double dbm0)
{
	return FULL * pow(10.0, (dbm0 - 3.17) / 20.0);
}

static double uniform(struct rnd_dice *d)
{
	return (double)(rnd_u64(d) >> 11) / 9007199254740992.0;
}

/* A sample that went through G.711. */
static int16_t coded(double x)
{
	const double cut = x > 32000 ? 32000 : x < -32000 ? -32000 : x;

	return g711_from_ulaw(g711_to_ulaw((int16_t)cut));
}

struct ear {
	struct dtmf_tone d;
	char heard[64];
	size_t n;
};

static void ear_init(struct ear *e)
{
	memset(e, 0, sizeof(*e));
	dtmf_tone_init(&e->d);
}

static void hear(struct ear *e, const int16_t *pcm, size_t n)
{
	for (size_t at = 0; at < n; at += 160) {
		const char key = dtmf_tone_feed(&e->d, pcm + at,
		    n - at < 160 ? n - at : 160);

		if (key != '\0' && e->n + 1 < sizeof(e->heard))
			e->heard[e->n++] = key;
	}
}

/* ms of two tones (level 0: none) and noise. */
static void sound(struct ear *e, unsigned int ms, double f1, double dbm1,
    double f2, double dbm2, double noise, struct rnd_dice *dice)
{
	static double at; /* phases differ from call to call */
	int16_t pcm[8000];
	const size_t n = ms * 8;

	for (size_t i = 0; i < n; i++) {
		at += 1.0 / 8000.0;
		pcm[i] = coded(
		    (f1 > 0 ? amplitude(dbm1) : 0) * sin(TWO_PI * f1 * at) +
		    (f2 > 0 ? amplitude(dbm2) : 0) * sin(TWO_PI * f2 * at) +
		    noise * (uniform(dice) - 0.5));
	}
	hear(e, pcm, n);
}

static void silence(struct ear *e, unsigned int ms)
{
	struct rnd_dice d;

	rnd_seed(&d, 1);
	sound(e, ms, 0, 0, 0, 0, 0, &d);
}

static const struct form {
	const char *why;
	unsigned int ms;
	double low_dbm0;
	double high_dbm0;
	double detune; /* per cent */
	double noise;  /* peak to peak */
} forms[] = {
	{ "as a phone sends it", 100, -7, -6, 0, 0 },
	{ "short", 40, -7, -6, 0, 0 },
	{ "long", 900, -7, -6, 0, 0 },
	{ "loud", 60, -1, 0, 0, 0 },
	{ "faint", 60, -25, -25, 0, 0 },
	{ "high group stronger", 60, -12, -8, 0, 0 },
	{ "low group stronger", 60, -6, -13.5, 0, 0 },
	{ "1.5 % sharp", 60, -8, -8, 1.5, 0 },
	{ "1.5 % flat", 60, -8, -8, -1.5, 0 },
	{ "with noise 18 dB below", 60, -10, -10, 0, 2400 },
};

static void test_forms(void **state)
{
	struct rnd_dice dice;

	(void)state;
	rnd_seed(&dice, 7);
	for (size_t f = 0; f < RT_ARRAY_LEN(forms); f++)
		for (size_t k = 0; k < 16; k++) {
			const double by = 1.0 + forms[f].detune / 100.0;
			struct ear e;

			ear_init(&e);
			/* Blocks begin where they will: all phases. */
			for (unsigned int gap = 50; gap < 63; gap++) {
				silence(&e, gap);
				sound(&e, forms[f].ms, rows[k / 4] * by,
				    forms[f].low_dbm0, cols[k % 4] * by,
				    forms[f].high_dbm0, forms[f].noise, &dice);
			}
			silence(&e, 50);
			if (e.n != 13 || strspn(e.heard, &keys[k]) < 1 ||
			    e.heard[0] != keys[k] || e.heard[12] != keys[k])
				fail_msg("%s: %c heard as \"%s\"", forms[f].why,
				    keys[k], e.heard);
		}
}

static void test_sequence(void **state)
{
	struct rnd_dice dice;
	struct ear e;

	(void)state;
	rnd_seed(&dice, 7);
	ear_init(&e);
	/* Two presses of one key 40 ms apart, then the next without a pause
	 * worth the name. */
	for (int i = 0; i < 2; i++) {
		sound(&e, 60, rows[0], -8, cols[0], -8, 0, &dice);
		silence(&e, 40);
	}
	sound(&e, 60, rows[1], -8, cols[1], -8, 0, &dice);
	/* A press broken for 8 ms is one. */
	sound(&e, 8, 0, 0, 0, 0, 0, &dice);
	sound(&e, 60, rows[1], -8, cols[1], -8, 0, &dice);
	assert_string_equal(e.heard, "115");
}

static const struct {
	const char *why;
	double f1;
	double f2;
	double dbm1;
	double dbm2;
} others[] = {
	{ "one tone", 697, 0, -6, 0 },
	{ "dial tone", 350, 440, -13, -13 },
	{ "ringback", 440, 480, -19, -19 },
	{ "busy", 480, 620, -24, -24 },
	{ "two of the low group", 697, 941, -8, -8 },
	{ "two of the high group", 1209, 1477, -8, -8 },
	{ "too faint", 697, 1209, -45, -45 },
	{ "high group far too strong", 697, 1209, -20, -8 },
	{ "low group far too strong", 697, 1209, -6, -18 },
	{ "5 % off", 732, 1270, -8, -8 },
	{ "fax calling", 1100, 0, -10, 0 },
	{ "special information", 985, 1429, -14, -60 },
};

static void test_others(void **state)
{
	struct rnd_dice dice;

	(void)state;
	rnd_seed(&dice, 7);
	for (size_t i = 0; i < RT_ARRAY_LEN(others); i++) {
		struct ear e;

		ear_init(&e);
		sound(&e, 900, others[i].f1, others[i].dbm1, others[i].f2,
		    others[i].dbm2, 0, &dice);
		if (e.n > 0)
			fail_msg("%s: heard \"%s\"", others[i].why, e.heard);
	}
}

/* --- speech ----------------------------------------------------------------*/

/* A resonance: y = x + b1 y' + b2 y''. */
struct formant {
	double b1, b2, y1, y2;
};

static void formant_at(struct formant *f, double hz, double width_hz)
{
	const double r = exp(-TWO_PI / 2 * width_hz / 8000.0);

	f->b1 = 2 * r * cos(TWO_PI * hz / 8000.0);
	f->b2 = -r * r;
}

static double formant_step(struct formant *f, double x)
{
	const double y = x + f->b1 * f->y1 + f->b2 * f->y2;

	f->y2 = f->y1;
	f->y1 = y;
	return y;
}

/* One sound of 60 to 250 ms: pulses of a gliding pitch, or breath, through
 * three formants. */
static void syllable(struct ear *e, struct rnd_dice *dice)
{
	const size_t n = 480 + rnd_below(dice, 1520);
	const bool voiced = rnd_below(dice, 4) != 0;
	double pitch = 80 + 200 * uniform(dice), phase = 0;
	const double glide = (uniform(dice) - 0.5) / 200;
	struct formant f[3];
	int16_t pcm[2000];
	static double y[2000]; /* large for a stack */
	double top = 1;

	memset(f, 0, sizeof(f));
	formant_at(&f[0], 250 + 750 * uniform(dice), 60);
	formant_at(&f[1], 800 + 1500 * uniform(dice), 90);
	formant_at(&f[2], 2200 + 1000 * uniform(dice), 150);
	for (size_t i = 0; i < n; i++) {
		double x = voiced ? 0 : uniform(dice) - 0.5;

		pitch += glide;
		phase += pitch / 8000.0;
		if (voiced && phase >= 1) {
			phase -= 1;
			x = 1;
		}
		for (int k = 0; k < 3; k++)
			x = formant_step(&f[k], x);
		y[i] = x;
		top = fabs(x) > top ? fabs(x) : top;
	}
	for (size_t i = 0; i < n; i++)
		pcm[i] = coded(y[i] / top * amplitude(-6));
	hear(e, pcm, n);
}

/* Sanitizers look at how it is done, not at what speech is taken for: five
 * minutes have all there is to see, and they need six times as long. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) || \
    __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define SYLLABLES 2000
#else
#define SYLLABLES 20000
#endif

/* Nearly an hour of talk, in some seconds: not one key. */
static void test_talk_off(void **state)
{
	struct rnd_dice dice;
	struct ear e;

	(void)state;
	rnd_seed(&dice, 3);
	ear_init(&e);
	for (int i = 0; i < SYLLABLES; i++)
		syllable(&e, &dice);
	if (e.n > 0)
		fail_msg("speech was heard as \"%s\"", e.heard);
}

/* A key pressed while the line is not quite silent. */
static void test_after_speech(void **state)
{
	struct rnd_dice dice;
	struct ear e;

	(void)state;
	rnd_seed(&dice, 5);
	ear_init(&e);
	for (int i = 0; i < 30; i++) {
		syllable(&e, &dice);
		sound(&e, 80, rows[2], -8, cols[1], -8, 300, &dice);
	}
	assert_int_equal(e.n, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_sequence),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_talk_off),
		cmocka_unit_test(test_after_speech),
	};

	return cmocka_run_group_tests_name("dtmf_tone", tests, NULL, NULL);
}
