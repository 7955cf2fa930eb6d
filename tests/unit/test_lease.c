/* Tests of lib/core/lease without memory; its rules are tried by
 * tests/sim/test_lease. */
#include <string.h>

#include "lib/core/lease.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

#define MIN_US INT64_C(60000000)

/* No limit. */
static const struct lease_from anywhere;

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
	number = lease_take(p, 1, &ann, &anywhere).number;
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
	struct lease_grant g = lease_take(p, MIN_US, &ann, &anywhere);
	const uint32_t first = g.number;
	uint32_t number;

	(void)state;
	assert_true(g.beat_us == MIN_US);
	lease_retire(p, 2 * MIN_US, first);
	lease_return(p, 2 * MIN_US, first, 0);
	g = lease_take(p, 2 * MIN_US, &ann, &anywhere);
	assert_true(g.what == LEASE_KEPT && g.beat_us == 2 * MIN_US);
	lease_retire(p, 3 * MIN_US, first);
	for (int64_t now = 3 * MIN_US; now < 5 * MIN_US; now += MIN_US / 4) {
		assert_true(lease_beat(p, now, &ann, &number));
		g = lease_take(p, now, &ann, &anywhere);
		assert_int_equal(g.what, LEASE_KEPT);
		assert_int_equal(g.number, first);
		assert_true(g.beat_us == 2 * MIN_US);
		assert_true(lease_is_sound(p));
	}
	assert_false(lease_beat(p, 5 * MIN_US, &ann, &number));
	g = lease_take(p, 5 * MIN_US, &ann, &anywhere);
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
		assert_int_not_equal(lease_take(from, now, &ann, &anywhere)
					 .what,
		    LEASE_NONE);
	lease_retire(from, moved_us, 0);
	assert_int_equal(lease_join(to, moved_us, &ann, 8 * MIN_US, &number),
	    ERR_OK);
	for (int64_t now = 6 * MIN_US; given_us == 0; now += MIN_US) {
		const struct lease_holder bob = { { 2 } };

		assert_in_range(now, 0, 100 * MIN_US);
		if (lease_take(to, now, &bob, &anywhere).what != LEASE_NONE)
			given_us = now;
		/* The page shows it until it is told of another. */
		if (lease_take(from, now, &ann, &anywhere).what == LEASE_KEPT)
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
	assert_int_equal(lease_take(p, MIN_US, &ann, &anywhere).what,
	    LEASE_NEW);
	lease_retire(p, 2 * MIN_US, 0);
	lease_return(p, 2 * MIN_US, 0, 6 * MIN_US);
	assert_true(lease_is_sound(p));
	assert_int_equal(lease_take(p, 5 * MIN_US, &ann, &anywhere).what,
	    LEASE_KEPT);
	assert_int_equal(lease_take(p, 9 * MIN_US - 1, &bob, &anywhere).what,
	    LEASE_NONE);
	assert_int_equal(lease_take(p, 9 * MIN_US, &bob, &anywhere).what,
	    LEASE_NEW);
	/* For no longer: as if it had never left. */
	lease_retire(p, 10 * MIN_US, 0);
	lease_return(p, 10 * MIN_US, 0, 9 * MIN_US);
	assert_true(lease_is_sound(p));
	assert_int_equal(lease_take(p, 12 * MIN_US, &ann, &anywhere).what,
	    LEASE_NEW);
	lease_free(p);
}

/* A page was told how long the number is its own before the rule was another:
 * nobody else is given it sooner. Whoever comes then has it for as long as the
 * new rule says. */
static void test_rules_shorter(void **state)
{
	const struct lease_holder ann = { { 1 } }, bob = { { 2 } };
	struct lease_pool *p = new_pool(1);

	(void)state;
	assert_int_equal(lease_take(p, MIN_US, &ann, &anywhere).what,
	    LEASE_NEW);
	lease_rules(p, 2 * MIN_US, MIN_US / 2, 0);
	assert_true(lease_is_sound(p));
	assert_int_equal(lease_take(p, 4 * MIN_US - 1, &bob, &anywhere).what,
	    LEASE_NONE);
	assert_int_equal(lease_take(p, 4 * MIN_US, &bob, &anywhere).what,
	    LEASE_NEW);
	assert_int_equal(lease_take(p, 9 * MIN_US / 2, &ann, &anywhere).what,
	    LEASE_NEW);
	assert_true(lease_is_sound(p));
	lease_free(p);
}

/* A number that left ends here when the pool that it moved to was told, also
 * when leases last longer since. */
static void test_rules_longer(void **state)
{
	const struct lease_holder ann = { { 1 } }, bob = { { 2 } };
	struct lease_pool *p = new_pool(2);
	struct lease_grant g = lease_take(p, MIN_US, &ann, &anywhere);
	const uint32_t left = g.number;
	int64_t end_us;

	(void)state;
	assert_int_equal(lease_take(p, MIN_US, &bob, &anywhere).what,
	    LEASE_NEW);
	lease_retire(p, 2 * MIN_US, left);
	lease_rules(p, 2 * MIN_US, 60 * MIN_US, 0);
	assert_true(lease_is_sound(p));
	g = lease_take(p, 4 * MIN_US - 1, &ann, &anywhere);
	assert_int_equal(g.what, LEASE_KEPT);
	assert_false(lease_is_held(p, 4 * MIN_US, left, &end_us));
	assert_int_equal(lease_take(p, 60 * MIN_US, &bob, &anywhere).what,
	    LEASE_KEPT);
	lease_free(p);
}

/* Rules come and go, numbers leave and return, some are held from later on: no
 * lease ends before it would have by any rule since it was extended. */
static void test_rules_order(void **state)
{
	static const int64_t rules[] = { 1, 9, 2, 2, 30, 1, 5, 3 };
	int64_t ends_us[12], end_us;
	struct lease_pool *p = new_pool(0);
	uint32_t number;

	(void)state;
	assert_int_equal(lease_grow(p, 12), ERR_OK);
	for (uint32_t i = 0; i < 12; i++) {
		const struct lease_holder h = { { (uint8_t)(10 + i) } };
		const int64_t beat_us = (1 + i * 7 % 12) * MIN_US;

		assert_int_equal(lease_join(p, MIN_US / 2, &h, beat_us,
				     &number),
		    ERR_OK);
		ends_us[number] = beat_us + 3 * MIN_US;
	}
	for (size_t k = 0; k < RT_ARRAY_LEN(rules); k++) {
		const int64_t now = (int64_t)k * MIN_US + MIN_US / 2;
		const int64_t by_us = (rules[k] - (k == 0 ? 3 : rules[k - 1]));

		if (k % 3 == 1)
			lease_retire(p, now, (uint32_t)k);
		lease_rules(p, now, rules[k] * MIN_US, 0);
		assert_true(lease_is_sound(p));
		for (uint32_t i = 0; i < 12; i++) {
			const bool left = i % 3 == 1 && i <= k;

			if (by_us > 0 && !left && ends_us[i] > now)
				ends_us[i] += by_us * MIN_US;
			if (lease_is_held(p, now, i, &end_us))
				assert_true(end_us == ends_us[i]);
			else
				assert_true(ends_us[i] <= now);
		}
	}
	lease_free(p);
}

/* The server stood still for ten minutes, in which no page could be heard:
 * nobody is given what was held before; a number that left ends when it was to.
 */
static void test_stood(void **state)
{
	const struct lease_holder ann = { { 1 } }, bob = { { 2 } },
				  cat = { { 3 } };
	struct lease_pool *p = new_pool(2);
	struct lease_grant g;
	int64_t end_us;

	(void)state;
	g = lease_take(p, MIN_US, &ann, &anywhere);
	assert_int_equal(lease_take(p, 2 * MIN_US, &bob, &anywhere).what,
	    LEASE_NEW);
	lease_retire(p, 2 * MIN_US, g.number);
	lease_stood(p, 10 * MIN_US);
	assert_true(lease_is_sound(p));
	assert_int_equal(lease_take(p, 12 * MIN_US, &cat, &anywhere).what,
	    LEASE_NONE);
	assert_false(lease_is_held(p, 12 * MIN_US, g.number, &end_us));
	assert_int_equal(lease_take(p, 15 * MIN_US - 1, &bob, &anywhere).what,
	    LEASE_KEPT);
	assert_true(lease_is_sound(p));
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
	assert_int_equal(lease_take(p, 1, &ann, &anywhere).what, LEASE_NEW);
	for (size_t i = 0; i < RT_ARRAY_LEN(ends); i++) {
		const struct lease_holder h = { { (uint8_t)(10 + i) } };

		assert_int_equal(lease_join(p, MIN_US, &h, ends[i] * MIN_US,
				     &number),
		    ERR_OK);
		assert_true(lease_is_sound(p));
	}
	for (int64_t now = MIN_US; now < 15 * MIN_US; now += MIN_US) {
		uint32_t held = 1;

		assert_int_equal(lease_take(p, now, &ann, &anywhere).what,
		    LEASE_KEPT);
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

/* --- the share of one address ----------------------------------------------*/

#define TEN 10

static struct lease_pool *ten(int64_t gap_us)
{
	const struct lease_holder nobody = { { 0 } };
	struct lease_pool *p;
	uint32_t number;

	assert_int_equal(lease_new(&p, TEN, 3 * MIN_US, gap_us), ERR_OK);
	for (uint32_t i = 0; i < TEN; i++)
		assert_int_equal(lease_add(p, 0, &nobody, INT64_MIN, 0,
				     &number),
		    ERR_OK);
	return p;
}

static struct lease_holder stranger(uint32_t who)
{
	struct lease_holder h = { { 0xee } };

	memcpy(h.v + 8, &who, sizeof(who));
	return h;
}

static uint32_t held(struct lease_pool *p, int64_t now_us)
{
	struct lease_stat stat;

	lease_stat(p, now_us, &stat);
	return stat.held;
}

/* For an hour somebody asks once a second, without a cookie, so each time as
 * somebody else, and with beats keeps what the first pages got. One in thirty
 * asks is another address's, who leaves at once. */
static void flood(int64_t gap_us, bool beats, const struct lease_from *from,
    uint32_t most)
{
	struct lease_pool *p = ten(gap_us);
	uint32_t number;

	for (uint32_t i = 0; i < 3600; i++) {
		const struct lease_from home = { 1000 + i, 0 };
		const int64_t now_us = (int64_t)i * RT_SEC_US;
		struct lease_holder h = stranger(i);

		if (i % 150 == 149) {
			assert_int_equal(lease_take(p, now_us, &h, &home).what,
			    LEASE_NEW);
			assert_true(lease_release(p, now_us, &h, &number));
			continue;
		}
		assert_int_not_equal(lease_take(p, now_us, &h, from).what,
		    LEASE_NONE);
		assert_true(held(p, now_us) <= most);
		for (uint32_t k = 0; beats && k < most; k++) {
			h = stranger(k);
			assert_true(
			    i < k || lease_beat(p, now_us, &h, &number));
		}
	}
	assert_true(lease_is_sound(p));
	lease_free(p);
}

static void test_flood(void **state)
{
	const struct lease_from address = { 7, 0 };

	(void)state;
	for (int64_t gap_us = 0; gap_us <= 10 * MIN_US; gap_us += 10 * MIN_US) {
		flood(gap_us, false, &address, 5);
		flood(gap_us, true, &address, 5);
	}
}

/* The addresses of one network, each of which has asked for nothing yet. */
static void test_flood_network(void **state)
{
	struct lease_pool *p = ten(0);

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		const struct lease_from from = { 100 + i, 7 };
		const int64_t now_us = (int64_t)i * RT_SEC_US;
		const struct lease_holder h = stranger(i);

		assert_int_not_equal(lease_take(p, now_us, &h, &from).what,
		    LEASE_NONE);
		assert_true(held(p, now_us) <= 7);
	}
	assert_int_equal(held(p, 1000 * RT_SEC_US), 7);
	lease_free(p);
}

/* An office asks while others have all of it: it has nothing yet, so the pool
 * is what is full, however often its pages ask; and gets what comes free. */
static void test_full_is_no_flood(void **state)
{
	const struct lease_from office = { 7, 0 };
	struct lease_pool *p = ten(0);
	struct lease_holder h;

	(void)state;
	for (uint32_t i = 0; i < TEN; i++) {
		h = stranger(i);
		assert_int_equal(lease_take(p, 1, &h, &anywhere).what,
		    LEASE_NEW);
	}
	for (uint32_t i = 0; i < 100; i++) {
		h = stranger(TEN + i);
		assert_int_equal(lease_take(p, 2 + i, &h, &office).what,
		    LEASE_NONE);
	}
	for (uint32_t i = 0; i < 6; i++) {
		h = stranger(TEN + i);
		assert_int_equal(lease_take(p, 4 * MIN_US, &h, &office).what,
		    i < 5 ? LEASE_NEW : LEASE_MANY);
	}
	lease_free(p);
}

/* What is read after a start counts for who asks; what is refused for nobody;
 * and a number goes with its holder to another address. */
static void test_whose(void **state)
{
	const struct lease_from one = { 7, 70 }, other = { 8, 80 };
	const struct lease_holder ann = { { 1 } }, bob = { { 2 } },
				  eve = { { 3 } };
	struct lease_pool *p = new_pool(1);
	struct lease_grant g;
	uint32_t number;

	(void)state;
	assert_int_equal(lease_add(p, 1, &ann, 1, 0, &number), ERR_OK);
	for (int i = 0; i < 3; i++) {
		g = lease_take(p, 2, &bob, &one);
		assert_int_equal(g.what, LEASE_NEW);
		assert_int_equal(lease_take(p, 2, &ann, &one).what, LEASE_KEPT);
		assert_int_equal(lease_take(p, 3, &eve, &one).what, LEASE_MANY);
		assert_int_equal(lease_take(p, 3, &ann, &other).what,
		    LEASE_KEPT);
		assert_int_equal(lease_take(p, 3, &eve, &one).what, LEASE_NONE);
		lease_undo(p, &g);
		assert_true(lease_is_sound(p));
	}
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
		cmocka_unit_test(test_rules_shorter),
		cmocka_unit_test(test_rules_longer),
		cmocka_unit_test(test_rules_order),
		cmocka_unit_test(test_stood),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_flood_network),
		cmocka_unit_test(test_full_is_no_flood),
		cmocka_unit_test(test_whose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
