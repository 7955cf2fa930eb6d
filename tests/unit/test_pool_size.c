/* Tests of lib/core/pool_size and lib/core/pool_use. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rt.h"
#include "lib/core/pool_size.h"
#include "lib/core/pool_use.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

/* Visits of 180 s: exponential, as twenty equally likely parts of it. */
static struct pool_size_load load(double visits_h)
{
	struct pool_size_load l = { .visits_h = visits_h,
		.law = attrib_law_prior() };
	double v[2000];

	for (size_t i = 0; i < RT_ARRAY_LEN(v); i++)
		v[i] = -180.0 *
		       log(1.0 - ((double)i + 0.5) / (double)RT_ARRAY_LEN(v));
	pool_size_holds(v, RT_ARRAY_LEN(v), l.hold_s);
	return l;
}

static struct pool_size size_of(const struct pool_size_load *l, uint32_t n)
{
	struct pool_size s;

	assert_int_equal(pool_size(l, n, 1, &s), ERR_OK);
	return s;
}

static void test_erlang_agrees(void **state)
{
	static const uint32_t numbers[] = { 1, 2, 3, 4, 6, 8 };
	const struct pool_size_load l = load(60.0);

	(void)state;
	assert_true(fabs(pool_size_mean_s(&l) - 180.0) < 1.0);
	for (size_t i = 0; i < RT_ARRAY_LEN(numbers); i++) {
		const struct pool_size s = size_of(&l, numbers[i]);

		if (fabs(s.overflow - s.erlang) > 0.03)
			fail_msg("%u numbers: %g by simulation, %g by Erlang",
			    (unsigned int)numbers[i], s.overflow, s.erlang);
	}
	assert_true(fabs(size_of(&l, 3).erlang - 0.346) < 0.01);
	assert_int_equal(pool_size_enough(&l, 0.01), 8);
}

/* More numbers never do worse. */
static void test_monotone(void **state)
{
	const struct pool_size_load l = load(300.0);
	struct pool_size before = size_of(&l, 10);

	(void)state;
	for (uint32_t n = 20; n <= 320; n *= 2) {
		const struct pool_size s = size_of(&l, n);

		assert_true(s.overflow <= before.overflow + 0.002);
		assert_true(s.shared < before.shared);
		assert_true(s.gap_s > before.gap_s);
		assert_true(s.short_gap_s <= s.gap_s);
		assert_true(s.busy < before.busy);
		before = s;
	}
}

/* A minimum gap costs what product pages promise it does: 30 minutes at 60
 * visits an hour with 16 numbers turn away half of the visits. */
static void test_gap(void **state)
{
	struct pool_size_load l = load(60.0);
	struct pool_size s;

	(void)state;
	l.min_gap_s = 1800.0;
	s = size_of(&l, 16);
	assert_true(fabs(s.erlang - 0.54) < 0.02);
	assert_true(fabs(s.overflow - s.erlang) < 0.03);
	assert_true(s.short_gap_s >= 1800.0);
	/* A week: longer than the visits that are simulated take. */
	l.min_gap_s = 604800.0;
	for (uint32_t n = 10; n <= 10000; n *= 10) {
		s = size_of(&l, n);
		assert_true(fabs(s.erlang - (1.0 - n / 10083.0)) < 0.02);
		assert_true(fabs(s.overflow - s.erlang) < 0.03);
	}
	assert_true(fabs(size_of(&l, 5000).overflow - 0.504) < 0.03);
}

/* A hundred thousand numbers: rests and shares are those of a part of them, and
 * sizes beyond what is simulated still follow those below. */
static void test_large(void **state)
{
	const struct pool_size_load l = load(500000.0);
	struct pool_size before, s;

	(void)state;
	assert_int_equal(pool_size_enough(&l, 0.01) > 24000, 1);
	before = size_of(&l, 26000);
	assert_true(before.overflow < 0.01);
	assert_true(fabs(before.busy - 25000.0 / 26000.0) < 0.02);
	s = size_of(&l, 100000);
	assert_true(s.overflow < 1e-9);
	assert_true(fabs(s.busy - 0.25) < 0.01);
	/* Each rests for the time in which the others are given: 100,000 of
	 * them at 500,000 an hour, less its own visit. */
	assert_true(fabs(s.gap_s - (720.0 - 180.0)) < 60.0);
	assert_true(s.shared < before.shared);
	assert_true(size_of(&l, POOL_SIZE_NUMBERS_MAX).shared < s.shared);
}

static void test_refused(void **state)
{
	const struct pool_size_load l = load(60.0), none = load(0.0);
	struct pool_size s;

	(void)state;
	assert_int_equal(pool_size(&l, 0, 1, &s), ERR_RANGE);
	assert_int_equal(pool_size(&l, POOL_SIZE_NUMBERS_MAX + 1, 1, &s),
	    ERR_RANGE);
	assert_int_equal(pool_size(&none, 5, 1, &s), ERR_RANGE);
}

static void test_holds(void **state)
{
	double out[POOL_SIZE_HOLDS], few[] = { 30.0, 10.0 };

	(void)state;
	pool_size_holds(NULL, 0, out);
	assert_true(fabs(out[0] - 180.0) < 0.1);
	pool_size_holds(few, 2, out);
	assert_true(fabs(out[0] - 10.0) < 0.1);
	assert_true(fabs(out[POOL_SIZE_HOLDS - 1] - 30.0) < 0.1);
}

/* --- use -----------------------------------------------------------------*/

static const struct hold {
	uint8_t number;
	int64_t from_us;
	int64_t to_us;
	int64_t left_us;
} holds[] = {
	{ 1, -100, 50, 0 }, /* began before */
	{ 2, 10, 20, 0 },   /* within */
	{ 2, 20, 30, 0 },   /* the same number, handed over */
	{ 3, 15, 25, 0 },   /* at the same time */
	{ 4, 90, 500, 0 },  /* goes on after */
	{ 5, 100, 200, 0 }, /* too late */
	{ 6, -50, -10, 0 }, /* too early */
};

static struct pool_use use_of(const struct hold *list, size_t n,
    int64_t rest_us)
{
	struct pool_use_hold h[RT_ARRAY_LEN(holds)];
	struct pool_use u;

	memset(h, 0, sizeof(h));
	/* In no order that is of use. */
	for (size_t i = 0; i < n; i++) {
		struct pool_use_hold *x = &h[(i * 3 + 1) % n];

		x->number.v[ID_BYTES - 1] = list[i].number;
		x->lease =
		    (struct pool_use_lease){ list[i].from_us, list[i].to_us };
		x->left_us = list[i].left_us;
	}
	assert_int_equal(pool_use(h, n, rest_us, 0, 100, &u), ERR_OK);
	return u;
}

static void test_use(void **state)
{
	const struct pool_use u = use_of(holds, RT_ARRAY_LEN(holds), 0);

	(void)state;
	assert_int_equal(u.leases, 4);
	assert_int_equal(u.peak, 3);
	assert_int_equal(u.held_us, 50 + 10 + 10 + 10 + 10);
	assert_int_equal(use_of(NULL, 0, 0).peak, 0);
}

/* What rests is not to be had, but for its next lease: it does not count
 * twice when its visitor is back before the time. */
static void test_use_rests(void **state)
{
	const struct pool_use u = use_of(holds, RT_ARRAY_LEN(holds), 20);

	(void)state;
	assert_int_equal(u.leases, 4);
	assert_int_equal(u.peak, 3);
	assert_int_equal(u.held_us, 50 + 10 + 10 + 10 + 10);
	/* 6, which ended before, rests until 20, while 3 is held. */
	assert_int_equal(use_of(holds, RT_ARRAY_LEN(holds), 30).peak, 4);
}

/* Numbers that left the pool count until then. */
static void test_use_left(void **state)
{
	static const struct hold swapped[] = {
		{ 1, -10, 200, 50 }, /* before, and on after it */
		{ 2, 40, 45, 50 },   /* before; its rest would last longer */
		{ 3, 60, 70, 50 },   /* after: a visit, no number of the pool */
		{ 4, 55, 80, 0 },
	};
	const struct pool_use u = use_of(swapped, RT_ARRAY_LEN(swapped), 30);

	(void)state;
	assert_int_equal(u.leases, 3);
	assert_int_equal(u.peak, 2);
	assert_int_equal(u.held_us, 50 + 5 + 25);
}

static void test_trend(void **state)
{
	static const struct {
		const char *why;
		uint32_t peak[7];
		size_t days;
		uint32_t numbers;
		uint64_t turned_away;
		enum pool_use_state want;
		uint32_t left;
	} cases[] = {
		{ "nobody has come", { 0 }, 0, 10, 0, POOL_USE_UNUSED, 0 },
		{ "two days", { 3, 4 }, 2, 10, 0, POOL_USE_UNKNOWN, 0 },
		{ "flat", { 5, 5, 5, 5, 5, 5, 5 }, 7, 10, 0, POOL_USE_CALM, 0 },
		{ "shrinking", { 9, 8, 7, 6, 5, 4, 3 }, 7, 10, 0, POOL_USE_CALM,
		    0 },
		{ "growing", { 1, 2, 3, 4, 5, 6, 7 }, 7, 10, 0, POOL_USE_SOON,
		    3 },
		{ "growing slowly", { 1, 1, 1, 1, 1, 1, 2 }, 7, 30, 0,
		    POOL_USE_CALM, 0 },
		{ "from a weekend to Wednesday", { 2, 2, 8, 9, 8 }, 5, 20, 0,
		    POOL_USE_CALM, 0 },
		{ "a busy day", { 5, 4, 5, 7 }, 4, 14, 0, POOL_USE_CALM, 0 },
		{ "full yesterday", { 4, 4, 4, 4, 4, 4, 10 }, 7, 10, 0,
		    POOL_USE_FULL, 0 },
		{ "turned away", { 4, 4, 4, 4, 4, 4, 4 }, 7, 10, 1,
		    POOL_USE_FULL, 0 },
		{ "no number at all", { 0, 0, 0 }, 3, 0, 0, POOL_USE_EMPTY, 0 },
		{ "none left, and visits came", { 5, 5, 0 }, 3, 0, 40,
		    POOL_USE_EMPTY, 0 },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const struct pool_use_trend t = pool_use_trend(cases[i].peak,
		    cases[i].days, cases[i].numbers, cases[i].turned_away);

		if (t.state != cases[i].want || t.days != cases[i].left)
			fail_msg("%s gave %d, %u days", cases[i].why,
			    (int)t.state, (unsigned int)t.days);
	}
}

/* Held and resting beside held is not growth, nor is half a day beside whole
 * ones. */
static void test_other_rest(void **state)
{
	struct pool_use_day day[POOL_USE_DAYS_MAX] = { { .peak = 0 } };
	struct pool_use_trend t;

	(void)state;
	t = pool_use_trend_of(day, 60, 0);
	assert_int_equal(t.state, POOL_USE_UNUSED);
	for (size_t i = 8; i < POOL_USE_DAYS_MAX; i++)
		for (uint32_t h = 0; h < 24; h++)
			pool_use_day_add(&day[i], h, i < 14 ? 1 : 40, false);
	t = pool_use_trend_of(day, 60, 0);
	assert_int_equal(t.state, POOL_USE_SOON);
	pool_use_day_add(&day[13], 9, 50, true);
	assert_int_equal(day[13].peak, 1);
	t = pool_use_trend_of(day, 60, 0);
	assert_int_equal(t.state, POOL_USE_CALM);
	/* Today it was changed: it has had visitors, and is not compared. */
	pool_use_day_add(&day[POOL_USE_DAYS_MAX - 1], 9, 50, true);
	t = pool_use_trend_of(day, 60, 0);
	assert_int_equal(t.state, POOL_USE_UNKNOWN);
	t = pool_use_trend_of(day, 40, 0);
	assert_int_equal(t.state, POOL_USE_FULL);
}

#define WEEKDAY 40
#define WEEKEND 5
#define NUMBERS 44

/* days of weeks that are alike but for `more` numbers a week, the last of them
 * `last` days after a Monday. */
static struct pool_use_trend weeks(size_t days, size_t last, uint32_t more,
    uint32_t numbers)
{
	uint32_t peak[POOL_USE_DAYS_MAX];

	for (size_t i = 0; i < days; i++) {
		const size_t day = 5 * 7 + last + i + 1 - days;

		peak[i] = (day % 7 < 5 ? WEEKDAY : WEEKEND) +
			  more * (uint32_t)(day / 7 - 1);
	}
	return pool_use_trend(peak, days, numbers, 0);
}

/* Weekdays above weekends are no growth, whatever day it is and however many
 * are known; nor is one week above the other no growth on a Sunday. */
static void test_weeks(void **state)
{
	(void)state;
	for (size_t days = 3; days <= POOL_USE_DAYS_MAX; days++)
		for (size_t last = 0; last < 7; last++)
			for (uint32_t n = WEEKDAY + 1; n < 2 * WEEKDAY; n++)
				if (weeks(days, last, 0, n).state !=
				    POOL_USE_CALM)
					fail_msg("%zu days to %zu, %u numbers",
					    days, last, (unsigned int)n);
	/* Of the last weeks' 40 + 4: one number is left, then none. */
	for (size_t days = POOL_USE_WEEKS_DAYS; days <= POOL_USE_DAYS_MAX;
	     days++)
		for (size_t last = 0; last < 7; last++) {
			const struct pool_use_trend t =
			    weeks(days, last, 1, NUMBERS + 1);

			if (t.state != POOL_USE_SOON || t.days < 1 ||
			    t.days > 8)
				fail_msg("%zu days to %zu: %d, %u", days, last,
				    (int)t.state, (unsigned int)t.days);
		}
}

/* Every allocation fails once; nothing is written then, and nothing leaks. */
static void test_no_memory(void **state)
{
	struct pool_use_hold lease = { .lease = { 0, 50 } };
	const struct pool_size_load l = load(60.0);
	struct pool_size s = { .numbers = 77 };
	struct pool_use u = { .peak = 77 };
	enum err e;

	(void)state;
	for (unsigned int n = 0;; n++) {
		fail_alloc_after(n);
		e = pool_size(&l, 8, 1, &s);
		if (!fail_alloc_end())
			break;
		assert_int_equal(e, ERR_NOMEM);
		assert_int_equal(s.numbers, 77);
	}
	assert_int_equal(e, ERR_OK);
	assert_int_equal(s.numbers, 8);
	fail_alloc_after(0);
	e = pool_use(&lease, 1, 0, 0, 100, &u);
	assert_true(fail_alloc_end());
	assert_int_equal(e, ERR_NOMEM);
	assert_int_equal(u.peak, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_erlang_agrees),
		cmocka_unit_test(test_monotone),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_use),
		cmocka_unit_test(test_use_rests),
		cmocka_unit_test(test_use_left),
		cmocka_unit_test(test_trend),
		cmocka_unit_test(test_other_rest),
		cmocka_unit_test(test_weeks),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("pool_size", tests, NULL, NULL);
}
