/* Tests of lib/core/peaks: round trip, limits, every cut. */
#include "tests/support/cm.h"

#include "lib/core/peaks.h"

static void test_level(void **state)
{
	(void)state;
	assert_int_equal(peaks_level(0), 0);
	assert_int_equal(peaks_level(255), 0);
	assert_int_equal(peaks_level(256), 1);
	assert_int_equal(peaks_level(-256), 1);
	assert_int_equal(peaks_level(INT16_MAX), 127);
	assert_int_equal(peaks_level(INT16_MIN), 127);
}

static void test_round_trip(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 100, 4, 5, 127 };
	const struct peaks in = { .channels = 2,
		.rate = 20,
		.windows = 3,
		.bytes = bytes };
	struct peaks out = { .channels = 0 };
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	peaks_encode(&in, &b);
	assert_int_equal(buf_err(&b), ERR_OK);
	assert_int_equal(peaks_decode(buf_slice(&b), &out), ERR_OK);
	assert_int_equal(out.channels, 2);
	assert_int_equal(out.rate, 20);
	assert_int_equal(out.windows, 3);
	assert_memory_equal(out.bytes, bytes, sizeof(bytes));
	assert_int_equal(peaks_loudest(&out, 0, 0, 3), 100);
	assert_int_equal(peaks_loudest(&out, 1, 0, 2), 4);
	assert_int_equal(peaks_loudest(&out, 1, 2, 900), 127);
	assert_int_equal(peaks_loudest(&out, 1, 3, 3), 0);
	assert_int_equal(peaks_loudest(&out, 2, 0, 3), 0);

	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(peaks_decode(slice_of(b.p, n), &out),
		    ERR_SYNTAX);
	buf_char(&b, 'x');
	assert_int_equal(peaks_decode(buf_slice(&b), &out), ERR_SYNTAX);
	b.p[0] = 2;
	assert_int_equal(peaks_decode(buf_slice(&b), &out), ERR_UNSUPPORTED);
	buf_fini(&b);
}

static void test_limits(void **state)
{
	static const struct {
		const char *why;
		struct peaks p;
	} cases[] = {
		{ "no channel", { 0, 20, 0, NULL } },
		{ "three channels", { 3, 20, 0, NULL } },
		{ "no rate", { 1, 0, 0, NULL } },
		{ "rate too high", { 1, 65536, 0, NULL } },
		{ "too long", { 1, 20, PEAKS_WINDOWS_MAX + 1, NULL } },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		char mem[64];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		peaks_encode(&cases[i].p, &b);
		if (buf_err(&b) != ERR_RANGE)
			fail_msg("%s", cases[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("peaks", tests, NULL, NULL);
}
