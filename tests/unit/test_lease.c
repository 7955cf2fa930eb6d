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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_no_memory_new),
		cmocka_unit_test(test_no_memory_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
