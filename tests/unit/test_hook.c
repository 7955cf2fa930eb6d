/* Tests of lib/core/hook, jobs/hook_run's rule and lib/feed's money. */
#include <string.h>

#include "jobs/hook_run.h"
#include "lib/base/buf.h"
#include "lib/core/hook.h"
#include "lib/feed/feed.h"
#include "tests/support/cm.h"

static void test_names(void **state)
{
	enum hook_kind kind;

	(void)state;
	for (unsigned int i = 0; i < HOOK_KIND_COUNT; i++) {
		kind = HOOK_KIND_COUNT;
		assert_true(hook_parse(slice_from(hook_name((enum hook_kind)i)),
		    &kind));
		assert_int_equal(kind, i);
	}
	assert_false(hook_parse(SLICE("call.end"), &kind));
	assert_string_equal(hook_name(HOOK_KIND_COUNT), "");
}

static void test_encrypted(void **state)
{
	(void)state;
	assert_true(hook_encrypted(SLICE("https://a.example/")));
	assert_true(hook_encrypted(SLICE("HttpS://A.example")));
	assert_false(hook_encrypted(SLICE("http://a.example/")));
	assert_false(hook_encrypted(SLICE("HTTPS:/a.example")));
	assert_false(hook_encrypted(SLICE("httpS")));
	assert_false(hook_encrypted(SLICE("")));
}

static void test_pauses(void **state)
{
	static const int64_t want_s[] = { 10, 60, 300, 900, 3600, 10800, 21600,
		43200, 86400 };
	int64_t us = -1;

	(void)state;
	assert_false(hook_pause_us(0, 0, &us));
	for (uint32_t i = 0; i < RT_ARRAY_LEN(want_s); i++) {
		assert_true(hook_pause_us(i + 1, 0, &us));
		assert_int_equal(us, want_s[i] * RT_SEC_US);
	}
	assert_false(hook_pause_us(10, 0, &us));
	/* The receiver may ask for more, up to a day; not for less. */
	assert_true(hook_pause_us(1, 120, &us));
	assert_int_equal(us, 120 * RT_SEC_US);
	assert_true(hook_pause_us(3, 1, &us));
	assert_int_equal(us, 5 * RT_MIN_US);
	assert_true(hook_pause_us(1, UINT32_MAX, &us));
	assert_int_equal(us, RT_DAY_US);
}

static const struct {
	const char *why;
	enum err e;
	unsigned int status;
	uint32_t attempts;
	enum hook_fate want;
} fates[] = {
	{ "taken", ERR_OK, 200, 1, HOOK_FATE_DONE },
	{ "taken, at last", ERR_OK, 204, 10, HOOK_FATE_DONE },
	{ "redirect", ERR_OK, 301, 1, HOOK_FATE_AGAIN },
	{ "gone is no reason to stop telling", ERR_OK, 410, 1,
	    HOOK_FATE_AGAIN },
	{ "server error", ERR_OK, 500, 9, HOOK_FATE_AGAIN },
	{ "given up", ERR_OK, 500, 10, HOOK_FATE_PARKED },
	{ "broken off after a good status", ERR_TIMEOUT, 200, 1,
	    HOOK_FATE_AGAIN },
	{ "private", ERR_DENIED, 0, 1, HOOK_FATE_AGAIN },
	{ "never came", ERR_UNAVAILABLE, 0, 10, HOOK_FATE_PARKED },
};

static void test_fates(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(fates); i++) {
		int64_t us = 0;
		const enum hook_fate got = hook_run_fate(fates[i].e,
		    fates[i].status, fates[i].attempts, 0, &us);

		if (got != fates[i].want)
			fail_msg("%s gave %d", fates[i].why, (int)got);
	}
}

static const struct {
	const char *why;
	uint32_t running, own, parallel;
	bool failing;
	uint32_t want;
} shares[] = {
	{ "all of its own", 0, 0, 16, false, 16 },
	{ "the rest of its own", 20, 10, 16, false, 6 },
	{ "none beside its own", 20, 16, 16, false, 0 },
	{ "one while it fails", 0, 0, 16, true, 1 },
	{ "no second while it fails", 1, 1, 16, true, 0 },
	{ "up to half the places", 120, 0, 16, false, 8 },
	{ "one when half are taken", 128, 0, 16, false, 1 },
	{ "no second when half are taken", 128, 1, 16, false, 0 },
	{ "one of the last quarter", 192, 0, 16, false, 1 },
	{ "none of it while it fails", 192, 0, 16, true, 0 },
	{ "the last place", 255, 0, 16, false, 1 },
	{ "none is left", 256, 0, 16, false, 0 },
};

static void test_share(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(shares); i++) {
		const uint32_t got = hook_run_share(shares[i].running,
		    shares[i].own, shares[i].parallel, shares[i].failing);

		if (got != shares[i].want)
			fail_msg("%s gave %u", shares[i].why, got);
	}
	/* However many hang, each with all it may have: somebody else gets in.
	 */
	for (uint32_t hooks = 1; hooks < 128; hooks++) {
		uint32_t own[128] = { 0 }, running = 0;

		for (int round = 0; round < 3; round++)
			for (uint32_t h = 0; h < hooks; h++) {
				const uint32_t n =
				    hook_run_share(running, own[h], 16, false);

				own[h] += n;
				running += n;
			}
		assert_true(hook_run_share(running, 0, 16, false) > 0);
	}
}

static const struct {
	const char *in;
	enum err want;
	int64_t micros;
	const char *out;
} moneys[] = {
	{ "0", ERR_OK, 0, "0.00" },
	{ "12", ERR_OK, 12000000, "12.00" },
	{ "12.5", ERR_OK, 12500000, "12.50" },
	{ "-3.25", ERR_OK, -3250000, "-3.25" },
	{ "0.000001", ERR_OK, 1, "0.000001" },
	{ "999999999999.999999", ERR_OK, 999999999999999999,
	    "999999999999.999999" },
	{ "", ERR_SYNTAX, 0, NULL },
	{ "-", ERR_SYNTAX, 0, NULL },
	{ ".5", ERR_SYNTAX, 0, NULL },
	{ "1.", ERR_SYNTAX, 0, NULL },
	{ "1.1234567", ERR_SYNTAX, 0, NULL },
	{ "1000000000000", ERR_SYNTAX, 0, NULL },
	{ "1e3", ERR_SYNTAX, 0, NULL },
	{ "1,5", ERR_SYNTAX, 0, NULL },
	{ " 1", ERR_SYNTAX, 0, NULL },
};

static void test_money(void **state)
{
	char mem[64];
	struct buf b;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(moneys); i++) {
		int64_t got = 0;
		const enum err e =
		    feed_money_parse(slice_from(moneys[i].in), &got);

		if (e != moneys[i].want || got != moneys[i].micros)
			fail_msg("\"%s\" gave %d %lld", moneys[i].in, (int)e,
			    (long long)got);
		if (e != ERR_OK)
			continue;
		buf_over(&b, mem, sizeof(mem));
		feed_money_put(got, &b);
		assert_true(slice_eq_cstr(buf_slice(&b), moneys[i].out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_encrypted),
		cmocka_unit_test(test_pauses),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_fates),
		cmocka_unit_test(test_money),
	};

	return cmocka_run_group_tests_name("hook", tests, NULL, NULL);
}
