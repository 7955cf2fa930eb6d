/* Tests of cgi/dni/dni_flood: token buckets with a clock of our own. */
#include "cgi/dni/dni_flood.h"

#include <stdio.h>

#include "tests/support/cm.h"

#define T0  INT64_C(1700000000000000)
#define ANN SLICE("10.0.0.1")
#define BOB SLICE("10.0.0.2")

/* A bucket of BURST tokens that gets PER_MIN a minute, and what happens. */
#define BURST   3
#define PER_MIN 6 /* one in ten seconds */

static const struct {
	const char *why;
	int64_t at_us; /* after T0 */
	bool bob;
	bool passes;
} steps[] = {
	{ "first of a burst", 0, false, true },
	{ "second", 0, false, true },
	{ "third", 1, false, true },
	{ "the bucket is empty", 2, false, false },
	{ "and is another's not", 2, true, true },
	{ "just before a token", 10 * RT_SEC_US, false, false },
	{ "a token after ten seconds", 10 * RT_SEC_US + 10, false, true },
	{ "and no second one", 10 * RT_SEC_US + 10, false, false },
	{ "a clock that steps back gives none", 0, false, false },
	{ "and time goes on from there", 10 * RT_SEC_US, false, true },
	{ "nor takes any away", 20 * RT_SEC_US + 20, false, true },
	{ "a year fills no more than the bucket: 1", 365 * RT_DAY_US, false,
	    true },
	{ "2", 365 * RT_DAY_US, false, true },
	{ "3", 365 * RT_DAY_US, false, true },
	{ "4", 365 * RT_DAY_US, false, false },
};

static void test_steps(void **state)
{
	struct dni_flood *f;

	(void)state;
	assert_int_equal(dni_flood_new(&f, BURST, PER_MIN), ERR_OK);
	for (size_t i = 0; i < RT_ARRAY_LEN(steps); i++)
		if (dni_flood_pass(f, T0 + steps[i].at_us,
			steps[i].bob ? BOB : ANN) != steps[i].passes)
			fail_msg("%s", steps[i].why);
	dni_flood_free(f);
}

/* In the long run as many pass as the rate says, however they come. */
static void test_rate(void **state)
{
	struct dni_flood *f;
	int passed = 0;

	(void)state;
	assert_int_equal(dni_flood_new(&f, 10, 60), ERR_OK);
	for (int64_t t = 0; t < RT_HOUR_US; t += 10007)
		passed += dni_flood_pass(f, T0 + t, ANN);
	assert_in_range(passed, 3600, 3610);
	dni_flood_free(f);
}

static void test_no_limit(void **state)
{
	static const uint64_t none[][2] = { { 0, 0 }, { 0, 5 }, { 5, 0 } };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(none); i++) {
		struct dni_flood *f;

		assert_int_equal(dni_flood_new(&f, none[i][0], none[i][1]),
		    ERR_OK);
		for (int k = 0; k < 1000; k++)
			assert_true(dni_flood_pass(f, T0, ANN));
		dni_flood_free(f);
	}
}

static void test_range(void **state)
{
	struct dni_flood *f = NULL;

	(void)state;
	assert_int_equal(dni_flood_new(&f, 1000001, 1), ERR_RANGE);
	assert_int_equal(dni_flood_new(&f, 1, 1000001), ERR_RANGE);
	assert_null(f);
	dni_flood_free(f);
}

/* More askers than the table has places: the memory stays, strangers pass, and
 * who floods without a pause is remembered all the same. */
static void test_many(void **state)
{
	struct dni_flood *f;
	int64_t now = T0;
	int passed = 0;

	(void)state;
	assert_int_equal(dni_flood_new(&f, 2, 1), ERR_OK);
	for (int i = 0; i < 200000; i++) {
		char who[16];
		const int n = snprintf(who, sizeof(who), "s%d", i);

		now += 10;
		assert_true(dni_flood_pass(f, now, slice_of(who, (size_t)n)));
		passed += dni_flood_pass(f, now, ANN);
	}
	/* The rate is one a minute: two of the burst, and few forgotten. */
	assert_in_range(passed, 2, 20);
	dni_flood_free(f);
}

static const struct {
	const char *one;
	const char *other;
	bool same;
} clients[] = {
	{ "10.1.2.3", "10.1.2.3", true },
	{ "10.1.2.3", "10.1.2.4", false },
	{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:ffff:4:5:6", true },
	{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:3:3:4:5:6", false },
	/* "::" before, in and after the four groups that count */
	{ "2001:db8::a:0:0:1", "2001:db8::b:0:0:1", true },
	{ "2001:db8::a:0:0:1", "2001:db8::1", true },
	{ "2a01:7e00::f03c:91ff:fe18:1", "2a01:7e00::f03c:92ff:fe19:2", true },
	{ "2001:db8:1::a:0:1", "2001:db8:1:0:b:0:0:1", true },
	{ "2001::7:a:0:0:1", "2001:0:0:7:b:0:0:1", true },
	{ "2001::7:a:0:0:1", "2001:0:0:8:a:0:0:1", false },
	{ "::1:2:3:4:5", "0:0:0:1:ffff:3:4:5", true },
	/* An IPv4 address stays itself. */
	{ "::ffff:10.1.2.3", "10.1.2.3", true },
	{ "::ffff:a01:203", "10.1.2.3", true },
	{ "::ffff:10.1.2.3", "::ffff:10.1.2.4", false },
	{ "", "", true },
	{ "no address", "no address", true },
	{ "no address", "", false },
};

static void test_client(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(clients); i++) {
		char a[DNI_FLOOD_CLIENT_MAX], b[DNI_FLOOD_CLIENT_MAX];

		if (slice_eq(dni_flood_client(slice_from(clients[i].one), a),
			dni_flood_client(slice_from(clients[i].other), b)) !=
		    clients[i].same)
			fail_msg("%s %s", clients[i].one, clients[i].other);
	}
}

static void test_network(void **state)
{
	static const char *const none[] = { "", "192.0.2.1", "::ffff:192.0.2.1",
		"2001:db8:7", "localhost" };
	char a[DNI_FLOOD_NETWORK_BYTES], b[DNI_FLOOD_NETWORK_BYTES];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(none); i++)
		assert_int_equal(dni_flood_network(slice_from(none[i]), a).n,
		    0);
	assert_true(slice_eq(dni_flood_network(SLICE("2001:db8:7:1::1"), a),
	    dni_flood_network(SLICE("2001:db8:7:ffff:9::"), b)));
	assert_false(slice_eq(dni_flood_network(SLICE("2001:db8:7::"), a),
	    dni_flood_network(SLICE("2001:db8:8::"), b)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_no_limit),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_client),
		cmocka_unit_test(test_network),
	};

	return cmocka_run_group_tests_name("dni_flood", tests, NULL, NULL);
}
