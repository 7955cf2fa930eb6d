/* Tests of lib/core/lease without memory; its rules are tried by
 * tests/sim/test_lease. */
#include <string.h>

#include "lib/core/lease.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

#define MIN_US INT64_C(60000000)

static void test_ranges(void **state)
{
	struct lease_pool *p;

	(void)state;
	assert_int_equal(lease_new(&p, 0, MIN_US, 0), ERR_RANGE);
	assert_int_equal(lease_new(&p, LEASE_POOL_MAX + 1, MIN_US, 0),
	    ERR_RANGE);
	assert_int_equal(lease_new(&p, 1, 0, 0), ERR_RANGE);
	assert_int_equal(lease_new(&p, 1, MIN_US, -1), ERR_RANGE);
	assert_int_equal(lease_new(&p, 1, MIN_US, 0), ERR_OK);
	assert_int_equal(lease_grow(p, LEASE_POOL_MAX + 1), ERR_RANGE);
	assert_int_equal(lease_grow(p, 1), ERR_OK);
	lease_free(p);
	lease_free(NULL);
}

static void test_no_memory_new(void **state)
{
	(void)state;
	for (unsigned int n = 0;; n++) {
		struct lease_pool *p = NULL;
		enum err e;

		fail_alloc_after(n);
		e = lease_new(&p, 100, MIN_US, 0);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			lease_free(p);
			break;
		}
		assert_int_equal(e, ERR_NOMEM);
		assert_null(p);
	}
}

/* A pool that could not grow is as it was: full, its leases known. */
static void test_no_memory_grow(void **state)
{
	const struct lease_holder ann = { { 1 } };
	const struct lease_holder nobody = { { 0 } };
	uint32_t number = 9, held = 9;
	struct lease_pool *p;
	bool hit = true;

	(void)state;
	assert_int_equal(lease_new(&p, 1, MIN_US, 0), ERR_OK);
	assert_int_equal(lease_add(p, 0, &nobody, INT64_MIN, 0, &number),
	    ERR_OK);
	number = lease_take(p, 1, &ann).number;
	for (unsigned int n = 0; hit; n++) {
		enum err e;

		fail_alloc_after(n);
		e = lease_grow(p, 1000);
		hit = fail_alloc_end();
		assert_int_equal(e, hit ? ERR_NOMEM : ERR_OK);
		assert_true(lease_beat(p, 2 + n, &ann, &held));
		assert_int_equal(held, number);
		assert_int_equal(lease_join(p, 2 + n, NULL, 0, &held),
		    hit ? ERR_TOOBIG : ERR_OK);
	}
	lease_free(p);
}

static struct lease_pool *new_pool(uint32_t n)
{
	const struct lease_holder nobody = { { 0 } };
	struct lease_pool *p;
	uint32_t number;

	assert_int_equal(lease_new(&p, 2, 3 * MIN_US, 0), ERR_OK);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(lease_add(p, 0, &nobody, INT64_MIN, 0,
				     &number),
		    ERR_OK);
	return p;
}

/* A number that left the pool stays its holder's as long as it was, however
 * often the page is heard of; then the page gets another one. Put back before,
 * it goes on. */
static void test_left(void **state)
{
	const struct lease_holder ann = { { 1 } };
	struct lease_pool *p = new_pool(2);
	struct lease_grant g = lease_take(p, MIN_US, &ann);
	const uint32_t first = g.number;
	uint32_t number;

	(void)state;
	assert_true(g.beat_us == MIN_US);
	lease_retire(p, 2 * MIN_US, first);
	lease_return(p, 2 * MIN_US, first, 0);
	g = lease_take(p, 2 * MIN_US, &ann);
	assert_true(g.what == LEASE_KEPT && g.beat_us == 2 * MIN_US);
	lease_retire(p, 3 * MIN_US, first);
	for (int64_t now = 3 * MIN_US; now < 5 * MIN_US; now += MIN_US / 4) {
		assert_true(lease_beat(p, now, &ann, &number));
		g = lease_take(p, now, &ann);
		assert_int_equal(g.what, LEASE_KEPT);
		assert_int_equal(g.number, first);
		assert_true(g.beat_us == 2 * MIN_US);
		assert_true(lease_is_sound(p));
	}
	assert_false(lease_beat(p, 5 * MIN_US, &ann, &number));
	g = lease_take(p, 5 * MIN_US, &ann);
	assert_int_equal(g.what, LEASE_NEW);
	assert_int_not_equal(g.number, first);
	lease_free(p);
}

/* A number moves to another pool while its holder's page is used, which is
 * heard of once a minute: nobody is given it there while the page shows it. */
static void test_moved(void **state)
{
	const struct lease_holder ann = { { 1 } };
	struct lease_pool *from = new_pool(1), *to = new_pool(0);
	const int64_t moved_us = 5 * MIN_US + 7;
	int64_t shown_us = 0, given_us = 0;
	uint32_t number;

	(void)state;
	for (int64_t now = MIN_US; now < moved_us; now += MIN_US)
		assert_int_not_equal(lease_take(from, now, &ann).what,
		    LEASE_NONE);
	lease_retire(from, moved_us, 0);
	assert_int_equal(lease_join(to, moved_us, &ann, 8 * MIN_US, &number),
	    ERR_OK);
	for (int64_t now = 6 * MIN_US; given_us == 0; now += MIN_US) {
		const struct lease_holder bob = { { 2 } };

		assert_in_range(now, 0, 100 * MIN_US);
		if (lease_take(to, now, &bob).what != LEASE_NONE)
			given_us = now;
		/* The page shows it until it is told of another. */
		if (lease_take(from, now, &ann).what == LEASE_KEPT)
			shown_us = now + MIN_US;
		assert_true(lease_is_sound(from) && lease_is_sound(to));
	}
	assert_true(shown_us == 8 * MIN_US);
	assert_true(given_us == 11 * MIN_US);
	lease_free(from);
	lease_free(to);
}

/* The number comes back while it is held, and its holder had it elsewhere, too,
 * for longer. */
static void test_returned(void **state)
{
	const struct lease_holder ann = { { 1 } }, bob = { { 2 } };
	struct lease_pool *p = new_pool(1);

	(void)state;
	assert_int_equal(lease_take(p, MIN_US, &ann).what, LEASE_NEW);
	lease_retire(p, 2 * MIN_US, 0);
	lease_return(p, 2 * MIN_US, 0, 6 * MIN_US);
	assert_true(lease_is_sound(p));
	assert_int_equal(lease_take(p, 5 * MIN_US, &ann).what, LEASE_KEPT);
	assert_int_equal(lease_take(p, 9 * MIN_US - 1, &bob).what, LEASE_NONE);
	assert_int_equal(lease_take(p, 9 * MIN_US, &bob).what, LEASE_NEW);
	/* For no longer: as if it had never left. */
	lease_retire(p, 10 * MIN_US, 0);
	lease_return(p, 10 * MIN_US, 0, 9 * MIN_US);
	assert_true(lease_is_sound(p));
	assert_int_equal(lease_take(p, 12 * MIN_US, &ann).what, LEASE_NEW);
	lease_free(p);
}

/* What is held from later on goes on in the order of its time, among numbers
 * that are extended meanwhile. */
static void test_ahead(void **state)
{
	static const int64_t ends[] = { 9, 7, 8, 7, 12 };
	const struct lease_holder ann = { { 1 } };
	struct lease_pool *p = new_pool(1);
	struct lease_stat stat;
	uint32_t number;

	(void)state;
	assert_int_equal(lease_grow(p, 6), ERR_OK);
	assert_int_equal(lease_take(p, 1, &ann).what, LEASE_NEW);
	for (size_t i = 0; i < RT_ARRAY_LEN(ends); i++) {
		const struct lease_holder h = { { (uint8_t)(10 + i) } };

		assert_int_equal(lease_join(p, MIN_US, &h, ends[i] * MIN_US,
				     &number),
		    ERR_OK);
		assert_true(lease_is_sound(p));
	}
	for (int64_t now = MIN_US; now < 15 * MIN_US; now += MIN_US) {
		uint32_t held = 1;

		assert_int_equal(lease_take(p, now, &ann).what, LEASE_KEPT);
		for (size_t i = 0; i < RT_ARRAY_LEN(ends); i++)
			held += now < (ends[i] + 3) * MIN_US;
		lease_stat(p, now, &stat);
		assert_int_equal(stat.held, held);
		assert_true(lease_is_sound(p));
	}
	/* The holder of such a one may give it up at once. */
	assert_true(lease_release(p, 14 * MIN_US,
	    &(struct lease_holder){ { 14 } }, &number));
	lease_stat(p, 14 * MIN_US, &stat);
	assert_int_equal(stat.held, 1);
	assert_true(lease_is_sound(p));
	lease_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_no_memory_new),
		cmocka_unit_test(test_no_memory_grow),
		cmocka_unit_test(test_left),
		cmocka_unit_test(test_moved),
		cmocka_unit_test(test_returned),
		cmocka_unit_test(test_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
