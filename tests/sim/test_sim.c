/*
 * Deterministic simulation of the call engine: a carrier, a phone, a lossy
 * network and slow neighbours on a virtual clock.
 *
 * SEED=n CALLS=n: one run with that seed and so many calls. ROUNDS=n: so many
 * runs, each with the next seed. The seed of a failure is in its message.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/base/scan.h"
#include "tests/sim/sim_world.h"

#define LINGER_US (4 * RT_MIN_US)

static const struct world_case {
	const char *why;
	struct sim_faults faults;
	uint32_t calls;
	uint32_t max_calls;
	int64_t span_us;
} cases[] = {
	{ "a perfect world", { 0 }, 900, 500, 180 * RT_SEC_US },
	{ "loss", { .loss = 10 }, 900, 500, 180 * RT_SEC_US },
	{ "repeats and reordering", { .repeat = 20, .delay_us = 400000 }, 300,
	    500, 60 * RT_SEC_US },
	{ "everything",
	    { .loss = 5,
		.repeat = 5,
		.delay_us = 200000,
		.slow_store = 30,
		.slow_journal = 10,
		.bad_names = 20,
		.bad_media = 5,
		.bad_rec = 30 },
	    600, 500, 120 * RT_SEC_US },
	{ "too few slots", { .loss = 2, .delay_us = 50000, .bad_rec = 20 }, 500,
	    20, 60 * RT_SEC_US },
	{ "slow neighbours",
	    { .slow_store = 80, .slow_journal = 60, .bad_rec = 80 }, 200, 500,
	    60 * RT_SEC_US },
};

static void run_case(const struct world_case *c, uint64_t seed, uint32_t calls)
{
	struct sim_world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	sim_world_init(w, seed, &c->faults, c->max_calls);
	sim_world_load(w, calls, c->span_us);
	sim_world_run(w, w->clock.now_us + c->span_us + 10 * RT_MIN_US);
	/* Ports rest, and the last transactions linger. */
	w->clock.now_us += LINGER_US;
	sim_world_run(w, w->clock.now_us + LINGER_US);
	engine_tick(w->engine, sim_world_now(w));
	if (w->failure[0] == '\0')
		sim_world_check_idle(w);
	if (w->failure[0] != '\0')
		fail_msg("%s: SEED=%llu CALLS=%u step %llu: %s", c->why,
		    (unsigned long long)seed, calls,
		    (unsigned long long)w->steps, w->failure);
	print_message("# %s: %llu opened, %llu steps:", c->why,
	    (unsigned long long)w->opened, (unsigned long long)w->steps);
	for (int i = 0; i < CALLRESULT_COUNT; i++)
		print_message(" %s=%llu", callresult_name((enum callresult)i),
		    (unsigned long long)w->results[i]);
	print_message(" messages=%llu keys=%llu compared=%llu confirmed=%llu\n",
	    (unsigned long long)w->messages, (unsigned long long)w->keys,
	    (unsigned long long)w->compared,
	    (unsigned long long)w->phone->confirmed);
	print_message(
	    "#   places=%llu names=%llu passed over=%llu transfers=%llu of "
	    "%llu\n",
	    (unsigned long long)w->places, (unsigned long long)w->resolved,
	    (unsigned long long)w->passed_over,
	    (unsigned long long)w->phone->transferred,
	    (unsigned long long)w->phone->refers);
	assert_true(w->opened > 0);
	if (calls >= 300) /* one of twelve goes where there are limits */
		assert_true(w->places > 0);
	sim_world_fini(w);
	free(w);
}

/* A number of the environment, or `fallback`. */
static uint64_t env_number(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);
	uint64_t v;

	if (text == NULL ||
	    scan_whole_u64(slice_from(text), UINT64_MAX, &v) != ERR_OK)
		return fallback;
	return v;
}

static void run_named(size_t i)
{
	const uint64_t seed = env_number("SEED", 1000 + i);
	const uint64_t rounds = env_number("ROUNDS", 1);
	const uint64_t calls = env_number("CALLS", cases[i].calls);

	for (uint64_t k = 0; k < rounds; k++)
		run_case(&cases[i], seed + k, (uint32_t)calls);
}

static void test_perfect(void **state)
{
	(void)state;
	run_named(0);
}

static void test_loss(void **state)
{
	(void)state;
	run_named(1);
}

static void test_reordering(void **state)
{
	(void)state;
	run_named(2);
}

static void test_everything(void **state)
{
	(void)state;
	run_named(3);
}

static void test_few_slots(void **state)
{
	(void)state;
	run_named(4);
}

static void test_slow_neighbours(void **state)
{
	(void)state;
	run_named(5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_perfect),
		cmocka_unit_test(test_loss),
		cmocka_unit_test(test_reordering),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_few_slots),
		cmocka_unit_test(test_slow_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
