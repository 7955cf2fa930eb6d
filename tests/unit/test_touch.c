/* Tests of lib/core/touch and lib/core/calib. */
#include <math.h>
#include <string.h>

#include "lib/base/rnd.h"
#include "lib/base/rt.h"
#include "lib/core/calib.h"
#include "lib/core/touch.h"
#include "tests/support/cm.h"

static const struct {
	const char *why;
	enum touch_model model;
	const char *paid; /* one letter a touch: p or . */
	uint16_t want[5];
} cases[] = {
	{ "first of one", TOUCH_FIRST, ".", { 10000 } },
	{ "first", TOUCH_FIRST, ".p.", { 10000, 0, 0 } },
	{ "last", TOUCH_LAST, ".p.", { 0, 0, 10000 } },
	{ "last paid between", TOUCH_LAST_PAID, "pp.", { 0, 10000, 0 } },
	{ "last paid is last", TOUCH_LAST_PAID, ".p", { 0, 10000 } },
	{ "never paid", TOUCH_LAST_PAID, "...", { 0, 0, 10000 } },
	{ "linear", TOUCH_LINEAR, "....", { 2500, 2500, 2500, 2500 } },
	{ "linear, what is left over", TOUCH_LINEAR, "...",
	    { 3333, 3333, 3334 } },
	{ "position of one", TOUCH_POSITION, ".", { 10000 } },
	{ "position of two", TOUCH_POSITION, "..", { 5000, 5000 } },
	{ "position of three", TOUCH_POSITION, "...", { 4000, 2000, 4000 } },
	{ "position of five", TOUCH_POSITION, ".....",
	    { 4000, 666, 667, 667, 4000 } },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const size_t n = strlen(cases[i].paid);
		uint16_t got[TOUCH_MAX];
		bool paid[5];

		for (size_t k = 0; k < n; k++)
			paid[k] = cases[i].paid[k] == 'p';
		assert_int_equal(touch_share(cases[i].model, paid, n, got),
		    ERR_OK);
		for (size_t k = 0; k < n; k++)
			if (got[k] != cases[i].want[k])
				fail_msg("%s: touch %zu got %u", cases[i].why,
				    k, (unsigned int)got[k]);
	}
}

/* Whatever the touches: the whole, and nothing but the whole. */
static void test_sum(void **state)
{
	struct rnd_dice d;

	(void)state;
	rnd_seed(&d, 5);
	for (int round = 0; round < 500; round++) {
		const size_t n = 1 + (size_t)rnd_below(&d, TOUCH_MAX);
		uint16_t share[TOUCH_MAX];
		bool paid[TOUCH_MAX];

		for (size_t i = 0; i < n; i++)
			paid[i] = rnd_below(&d, 3) == 0;
		for (int m = TOUCH_FIRST; m <= TOUCH_POSITION; m++) {
			unsigned int sum = 0;

			assert_int_equal(touch_share((enum touch_model)m, paid,
					     n, share),
			    ERR_OK);
			for (size_t i = 0; i < n; i++)
				sum += share[i];
			assert_int_equal(sum, TOUCH_WHOLE_BP);
		}
	}
}

static void test_refused(void **state)
{
	const bool paid[TOUCH_MAX + 1] = { false };
	uint16_t share[TOUCH_MAX];

	(void)state;
	assert_int_equal(touch_share(TOUCH_FIRST, paid, 0, share), ERR_RANGE);
	assert_int_equal(touch_share(TOUCH_FIRST, paid, TOUCH_MAX + 1, share),
	    ERR_RANGE);
	assert_int_equal(touch_share(TOUCH_PROBABILITY, paid, 1, share),
	    ERR_RANGE);
	for (int m = 0; m < TOUCH_MODEL_COUNT; m++)
		assert_true(strlen(touch_name((enum touch_model)m)) > 3);
}

static void test_calib(void **state)
{
	struct calib c = { { { 0, 0, 0 } } };

	(void)state;
	assert_true(calib_error(&c) <= 0.0);
	for (int i = 0; i < 100; i++)
		calib_add(&c, 8000, i < 80);
	assert_int_equal(calib_calls(&c), 100);
	assert_int_equal(c.bins[8].right, 80);
	assert_true(calib_error(&c) < 1e-9); /* true to its word */
	calib_add(&c, 10000, true);          /* the last range is closed */
	assert_int_equal(c.bins[9].calls, 1);
	calib_add(&c, 0, false);
	assert_int_equal(c.bins[0].calls, 1);
	for (int i = 0; i < 100; i++)
		calib_add(&c, 8000, false);
	assert_true(calib_error(&c) > 0.35);
}

/* Values of published tables of the Wilson interval. */
static void test_interval(void **state)
{
	struct calib_interval i = calib_interval(80, 100);

	(void)state;
	assert_true(fabs(i.low - 0.711) < 0.002);
	assert_true(fabs(i.high - 0.867) < 0.002);
	i = calib_interval(3, 4);
	assert_true(fabs(i.low - 0.301) < 0.002);
	assert_true(fabs(i.high - 0.954) < 0.002);
	i = calib_interval(0, 10);
	assert_true(i.low <= 0.0 && fabs(i.high - 0.278) < 0.002);
	i = calib_interval(10, 10);
	assert_true(i.high >= 0.999 && fabs(i.low - 0.722) < 0.002);
	i = calib_interval(0, 0);
	assert_true(i.low <= 0.0 && i.high >= 1.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_calib),
		cmocka_unit_test(test_interval),
	};

	return cmocka_run_group_tests_name("touch", tests, NULL, NULL);
}
