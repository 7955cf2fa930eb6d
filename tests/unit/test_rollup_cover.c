/* Tests of lib/core/rollup_cover: a period and its pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lib/base/rnd.h"
#include "lib/base/rt.h"
#include "lib/core/rollup_cover.h"

#define QUARTER_US (15 * RT_MIN_US)
#define CHUNK_US   (16 * RT_DAY_US)

static const struct {
	const char *why;
	int64_t from_min;
	int64_t to_min;
	int64_t days;   /* in both spans */
	int64_t chunks; /* of 16 days */
	int64_t end_min;
} cases[] = {
	{ "nothing", 1440, 1440, 0, 0, 0 },
	{ "backwards", 1440, 0, 0, 0, 0 },
	{ "a day of UTC", 1440, 2880, 1, 0, 0 },
	{ "a day west of it", 1440 + 480, 2880 + 480, 0, 0, 1440 },
	{ "a day of 23 hours", 1440 + 480, 2880 + 420, 0, 0, 1380 },
	{ "two days, :45 east", 1440 - 345, 4320 - 345, 1, 0, 1440 },
	{ "a chunk", 0, 16 * 1440, 0, 1, 0 },
	{ "almost a chunk", 15, 16 * 1440, 15, 0, 1425 },
	{ "two chunks and ends", 16 * 1440 - 15, 48 * 1440 + 15, 0, 2, 30 },
	{ "a year west", 480, 365 * 1440 + 480, 15 + 13, 21, 1440 },
	{ "before 1970", -17 * 1440, 0, 1, 1, 0 },
};

static int64_t size(struct rollup_cover_span s)
{
	return s.to_us - s.from_us;
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const struct rollup_cover c =
		    rollup_cover(cases[i].from_min * RT_MIN_US,
			cases[i].to_min * RT_MIN_US);

		if (size(c.days[0]) + size(c.days[1]) !=
			cases[i].days * RT_DAY_US ||
		    size(c.chunks) != cases[i].chunks * CHUNK_US ||
		    size(c.end[0]) + size(c.end[1]) !=
			cases[i].end_min * RT_MIN_US)
			fail_msg("%s", cases[i].why);
	}
}

static int within(struct rollup_cover_span s, int64_t at_us)
{
	return s.from_us <= at_us && at_us < s.to_us;
}

/* Each moment is in one piece, and pieces are whole. */
static void test_random(void **state)
{
	struct rnd_dice dice;

	(void)state;
	rnd_seed(&dice, 98);
	for (int i = 0; i < 2000; i++) {
		const int64_t from_us =
		    ((int64_t)rnd_below(&dice, 96 * 400) - 96 * 40) *
		    QUARTER_US;
		const int64_t to_us =
		    from_us + (int64_t)rnd_below(&dice, 96 * 90) * QUARTER_US;
		const struct rollup_cover c = rollup_cover(from_us, to_us);
		const struct rollup_cover_span wide =
		    rollup_cover_chunks(from_us, to_us);

		for (int k = 0; k < 50; k++) {
			const int64_t at_us =
			    from_us - RT_DAY_US +
			    (int64_t)rnd_below(&dice, 96 * 92) * QUARTER_US;
			const int n =
			    within(c.end[0], at_us) + within(c.end[1], at_us) +
			    within(c.days[0], at_us) +
			    within(c.days[1], at_us) + within(c.chunks, at_us);

			assert_int_equal(n, at_us >= from_us && at_us < to_us);
			assert_true(n == 0 || within(wide, at_us));
		}
		assert_int_equal(c.days[0].from_us % RT_DAY_US *
				     (size(c.days[0]) > 0),
		    0);
		assert_int_equal(c.chunks.from_us % CHUNK_US *
				     (size(c.chunks) > 0),
		    0);
		assert_int_equal(wide.from_us % CHUNK_US, 0);
		assert_int_equal(wide.to_us % CHUNK_US, 0);
		assert_true(size(c.end[0]) < 2 * RT_DAY_US);
		assert_true(size(c.end[1]) < RT_DAY_US);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
