/* Tests of sipworker/media without sockets: the index, the queues, the tones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rnd.h"
#include "sipworker/media/media_index.h"
#include "sipworker/media/media_priv.h"
#include "sipworker/media/tone.h"
#include "sipworker/rtp/g711.h"
#include "tests/support/fail_alloc.h"

#define SLOTS 24
#define IDS   4000

static struct media_thread t; /* large for a stack */

/* --- index -----------------------------------------------------------------*/

/* Streams come and go at random; everybody is found, nobody else is, and what
 * is open is what was opened. */
static void test_index(void **state)
{
	static uint32_t generation[IDS];
	static bool is_open[IDS];
	struct rnd_dice d;
	uint32_t n = 0;

	(void)state;
	memset(&t, 0, sizeof(t));
	memset(is_open, 0, sizeof(is_open));
	assert_int_equal(media_index_init(&t, SLOTS), ERR_OK);
	rnd_seed(&d, 11);
	for (int round = 0; round < 20000; round++) {
		/* Ids that meet at the same places, and some that do not. */
		const uint32_t id =
		    1 + (uint32_t)rnd_below(&d, round % 2 == 0 ? 60 : IDS - 1);
		struct media_stream *s = media_index_find(&t, id);

		assert_int_equal(s != NULL, is_open[id]);
		if (s != NULL) {
			assert_int_equal(s->id, id);
			assert_int_equal(s->generation, generation[id]);
			assert_null(media_index_add(&t, id)); /* once only */
			media_index_remove(&t, s);
			is_open[id] = false;
			n--;
		} else if ((s = media_index_add(&t, id)) != NULL) {
			generation[id] = s->generation;
			is_open[id] = true;
			n++;
		} else {
			assert_int_equal(n, SLOTS); /* it is full */
		}
		assert_int_equal(t.n_open, n);
		assert_int_equal(t.n_free, SLOTS - n);
		for (uint32_t i = 0; i < t.n_open; i++) {
			s = &t.streams[t.open[i]];
			assert_int_equal(s->at_open, i);
			assert_true(is_open[s->id]);
			assert_ptr_equal(media_index_find(&t, s->id), s);
		}
	}
	assert_null(media_index_find(&t, 0));
	assert_null(media_index_add(&t, 0));
	media_index_fini(&t);
}

static void test_index_no_memory(void **state)
{
	(void)state;
	for (unsigned int n = 0;; n++) {
		enum err e;

		memset(&t, 0, sizeof(t));
		fail_alloc_after(n);
		e = media_index_init(&t, SLOTS);
		media_index_fini(&t);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			break;
		}
		assert_int_equal(e, ERR_NOMEM);
	}
}

/* --- queue -----------------------------------------------------------------*/

static void test_queue(void **state)
{
	struct media_queue q = { .mask = 0 };
	uint32_t in = 0, out = 0, got;

	(void)state;
	fail_alloc_after(0);
	assert_int_equal(media_queue_init(&q, 20, sizeof(in)), ERR_NOMEM);
	assert_true(fail_alloc_end());
	assert_int_equal(media_queue_init(&q, 20, sizeof(in)), ERR_OK);
	assert_int_equal(media_queue_size(&q), 32);
	assert_false(media_queue_get(&q, &got));
	/* Over the end of the numbers, too. */
	q.head = q.tail = UINT32_MAX - 40;
	for (int round = 0; round < 200; round++) {
		while (media_queue_put(&q, &in))
			in++;
		assert_int_equal(media_queue_used(&q), 32);
		for (int i = 0; i < 1 + round % 32; i++) {
			assert_true(media_queue_get(&q, &got));
			assert_int_equal(got, out++);
		}
	}
	while (media_queue_get(&q, &got))
		assert_int_equal(got, out++);
	assert_int_equal(out, in);
	media_queue_fini(&q);
	media_queue_fini(&q); /* harmless */
}

/* --- tones -----------------------------------------------------------------*/

/* How much of this frequency is in n samples; 1 is a full-range sine. */
static double power(const uint8_t *ulaw, size_t n, double hz)
{
	double re = 0, im = 0;

	for (size_t i = 0; i < n; i++) {
		const double s = g711_from_ulaw(ulaw[i]) / 32768.0;
		const double w = 2 * 3.14159265358979 * hz * (double)i / 8000;

		re += s * cos(w);
		im += s * sin(w);
	}
	return 2 * sqrt(re * re + im * im) / (double)n;
}

static void test_tones(void **state)
{
	static uint8_t ring[TONE_RINGBACK_SAMPLES], beep[TONE_BEEP_SAMPLES];

	(void)state;
	tone_ringback(ring);
	tone_beep(beep);
	assert_true(power(ring, 16000, 440) > 0.07);
	assert_true(power(ring, 16000, 480) > 0.07);
	assert_true(power(ring, 16000, 620) < 0.001);
	for (size_t i = 16000; i < TONE_RINGBACK_SAMPLES; i++)
		assert_int_equal(ring[i], G711_ULAW_SILENCE);
	assert_true(power(beep, TONE_BEEP_SAMPLES, 1000) > 0.14);
	assert_true(power(beep, TONE_BEEP_SAMPLES, 440) < 0.001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index),
		cmocka_unit_test(test_index_no_memory),
		cmocka_unit_test(test_queue),
		cmocka_unit_test(test_tones),
	};

	return cmocka_run_group_tests_name("media_parts", tests, NULL, NULL);
}
