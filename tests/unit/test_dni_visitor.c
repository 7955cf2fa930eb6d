/* Tests of cgi/dni/dni_visitor: ours are known, nobody else's are. */
#include "cgi/dni/dni_visitor.h"

#include <string.h>

#include "lib/base/rnd.h"
#include "tests/support/cm.h"

#define NOW INT64_C(1700000000123000)

static const uint8_t key[KEYED_KEY_BYTES] = { 1, 2, 3 };
static const uint8_t other_key[KEYED_KEY_BYTES] = { 1, 2, 4 };
static const struct company_id ours = { { 1 } }, theirs = { { 2 } };

static struct visitor_id make(uint8_t n)
{
	const uint8_t rnd[10] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, n };
	struct visitor_id id;

	dni_visitor_make(key, ours, NOW + n * 1000, rnd, &id);
	return id;
}

static void test_ours(void **state)
{
	const struct visitor_id id = make(0);

	(void)state;
	assert_true(dni_visitor_ours(key, ours, &id));
	/* Still a UUIDv7 of that moment. */
	assert_int_equal(id_time_us(id.v), NOW);
	assert_int_equal(id.v[6] >> 4, 7);
	assert_int_equal(id.v[8] >> 6, 2);
	assert_false(id_eq(id.v, make(1).v));
}

static void test_foreign(void **state)
{
	const struct visitor_id id = make(0), nil = { { 0 } };
	struct rnd_dice d;

	(void)state;
	assert_false(dni_visitor_ours(key, theirs, &id));
	assert_false(dni_visitor_ours(other_key, ours, &id));
	assert_false(dni_visitor_ours(key, ours, &nil));
	for (size_t bit = 0; bit < ID_BYTES * 8; bit++) {
		struct visitor_id bent = id;

		bent.v[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_false(dni_visitor_ours(key, ours, &bent));
	}
	rnd_seed(&d, 1);
	for (size_t i = 0; i < 10000; i++) {
		const uint64_t dice[2] = { rnd_u64(&d), rnd_u64(&d) };
		struct visitor_id made_up;

		memcpy(made_up.v, dice, ID_BYTES);
		assert_false(dni_visitor_ours(key, ours, &made_up));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_ours),
		cmocka_unit_test(test_foreign) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
