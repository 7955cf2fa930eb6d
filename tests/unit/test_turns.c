/* Tests of turns that are decided without the count that all workers share. */
#include "sipworker/engine/turns.h"

#include <string.h>

#include "tests/support/cm.h"

#define WORKERS 4
#define MEMBERS 3
#define CALLS   10000
#define LATE    20 /* of a hundred answers */

static struct turns turns[WORKERS];

static void test_own(void **state)
{
	const uint64_t a = turns_of(SLICE("flo_1/sales")),
		       b = turns_of(SLICE("flo_1/support"));
	uint32_t turn = 99;

	(void)state;
	memset(turns, 0, sizeof(turns));
	assert_int_not_equal(a, b);
	assert_int_equal(turns_own(turns, a, 7), 7);
	assert_int_equal(turns_own(turns, a, 200), 8); /* it goes on */
	assert_int_equal(turns_own(turns, b, 200), 200);
	/* What nobody was late for is not owed to anybody. */
	assert_false(turns_take(turns, a, &turn));
	turns_owe(turns, turns_of(SLICE("flo_2/none")), 5);
	assert_false(turns_take(turns, turns_of(SLICE("flo_2/none")), &turn));
	assert_int_equal(turn, 99);
	for (uint32_t i = 0; i < 2 * TURNS_OWED; i++)
		turns_owe(turns, a, i);
	for (uint32_t i = 0; i < TURNS_OWED; i++)
		assert_true(turns_take(turns, a, &turn) && turn < TURNS_OWED);
	assert_false(turns_take(turns, a, &turn));
}

/* One counter pushes another out of its place; nobody takes the other's. */
static void test_pushed_out(void **state)
{
	const uint64_t a = 5, b = 5 + TURNS_MAX;
	uint32_t turn;

	(void)state;
	memset(turns, 0, sizeof(turns));
	(void)turns_own(turns, a, 0);
	turns_owe(turns, a, 41);
	assert_int_equal(turns_own(turns, b, 9), 9);
	assert_false(turns_take(turns, b, &turn));
	assert_false(turns_take(turns, a, &turn));
}

static uint64_t dice;

static uint32_t roll(uint32_t n)
{
	dice = dice * UINT64_C(6364136223846793005) +
	       UINT64_C(1442695040888963407);
	return (uint32_t)(dice >> 33) % n;
}

/* Four workers, and a shared count whose answers are often late: the members
 * are called evenly all the same, but for one call by each worker's own count
 * and what is owed in the end. */
static void test_even(void **state)
{
	const uint64_t of = turns_of(SLICE("flo_1/sales"));
	uint32_t shared = 0, owed = 0, most = 0, least = UINT32_MAX;
	uint32_t called[MEMBERS] = { 0 };

	(void)state;
	memset(turns, 0, sizeof(turns));
	dice = 1;
	for (int i = 0; i < CALLS; i++) {
		struct turns *t = &turns[roll(WORKERS)];
		uint32_t turn;

		if (turns_take(t, of, &turn)) {
			owed--;
		} else if (roll(100) < LATE) {
			turn = turns_own(t, of, roll(256));
			turns_owe(t, of, shared++);
			owed++;
		} else {
			turn = shared++;
		}
		called[turn % MEMBERS]++;
	}
	for (size_t i = 0; i < MEMBERS; i++) {
		most = called[i] > most ? called[i] : most;
		least = called[i] < least ? called[i] : least;
	}
	assert_in_range(owed, 0, WORKERS);
	assert_in_range(most - least, 0, 1 + WORKERS + owed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_pushed_out),
		cmocka_unit_test(test_even),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
