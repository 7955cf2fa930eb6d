/* Tests of sipworker/rtp/g711: every code, every sample, ITU-T's corner values.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/base/rt.h"
#include "sipworker/rtp/g711.h"

static void test_known(void **state)
{
	static const struct {
		uint8_t code;
		int16_t ulaw;
		int16_t alaw;
	} known[] = {
		{ 0x00, -32124, -5504 },
		{ 0x80, 32124, 5504 },
		{ 0xff, 0, 848 },
		{ 0x7f, 0, -848 },
		{ 0xd5, 716, 8 },
		{ 0x55, -716, -8 },
		{ 0x2a, -5372, -32256 },
		{ 0xaa, 5372, 32256 },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(known); i++) {
		assert_int_equal(g711_from_ulaw(known[i].code), known[i].ulaw);
		assert_int_equal(g711_from_alaw(known[i].code), known[i].alaw);
	}
}

/* Every code comes back as itself; mu-law has two zeros. */
static void test_codes(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		const uint8_t code = (uint8_t)c;

		assert_int_equal(g711_to_alaw(g711_from_alaw(code)), code);
		if (code == 0x7f)
			assert_int_equal(g711_to_ulaw(g711_from_ulaw(code)),
			    0xff);
		else
			assert_int_equal(g711_to_ulaw(g711_from_ulaw(code)),
			    code);
	}
}

/* The nearest step for every sample: the error is at most half a step, which
 * is at most 1/32 of the value plus the least step. */
static void test_samples(void **state)
{
	(void)state;
	for (int s = -32768; s <= 32767; s++) {
		const int16_t in = (int16_t)s;
		const int u = g711_from_ulaw(g711_to_ulaw(in));
		const int a = g711_from_alaw(g711_to_alaw(in));
		const int most = abs(s) / 32 + 16;

		/* Beyond the last step both laws clip. */
		if (abs(s) <= 32124 && abs(u - s) > most)
			fail_msg("mu-law of %d is %d", s, u);
		if (abs(s) <= 32256 && abs(a - s) > most)
			fail_msg("A-law of %d is %d", s, a);
	}
	assert_int_equal(g711_to_ulaw(0), G711_ULAW_SILENCE);
	assert_int_equal(g711_to_alaw(0), G711_ALAW_SILENCE);
}

static void test_between(void **state)
{
	uint8_t frame[256], back[256];

	(void)state;
	for (int c = 0; c < 256; c++)
		frame[c] = (uint8_t)c;
	g711_ulaw_to_alaw(frame, back, sizeof(frame));
	g711_alaw_to_ulaw(back, back, sizeof(back));
	for (int c = 0; c < 256; c++) {
		const int d =
		    g711_from_ulaw(back[c]) - g711_from_ulaw((uint8_t)c);

		/* Two companders in a row: within two steps. */
		assert_true(
		    abs(d) <= abs(g711_from_ulaw((uint8_t)c)) / 16 + 16);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_between),
	};

	return cmocka_run_group_tests_name("g711", tests, NULL, NULL);
}
