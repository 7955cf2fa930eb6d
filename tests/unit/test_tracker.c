/* Tests of lib/core/tracker. */
#include "lib/core/tracker.h"
#include "tests/support/cm.h"

#define R(k, v)                            \
	{                                  \
		TRACKER_##k, SLICE_INIT(v) \
	}

static const struct tracker_rule rules[] = {
	R(ALWAYS, ""),                      /* 0 */
	R(GROUP, "google_paid"),            /* 1 */
	R(REFERRER, "example.com"),         /* 2 */
	R(URL, "/offers*"),                 /* 3 */
	R(URL, "/offers/spring"),           /* 4 */
	R(PARAM, "gclid"),                  /* 5 */
	R(PARAM, "utm_source=Yelp"),        /* 6 */
	R(URL, "other.com/offers/spring*"), /* 7 */
};

static const struct {
	const char *why;
	const char *landing;
	const char *referrer;
	size_t n; /* of the rules above */
	size_t want;
} cases[] = {
	{ "nothing fits but always", "http://a.com/", "", 8, 0 },
	{ "group before always",
	    "http://a.com/?utm_source=google&utm_medium=cpc", "", 8, 1 },
	{ "referrer before group",
	    "http://a.com/?utm_source=google&utm_medium=cpc",
	    "https://blog.example.com/x", 8, 2 },
	{ "url by its beginning", "http://a.com/offers/summer", "", 8, 3 },
	{ "the longer url", "http://a.com/offers/spring", "", 8, 4 },
	{ "parameter before url", "http://a.com/offers/spring?gclid=1", "", 8,
	    5 },
	{ "the longer parameter", "http://a.com/?gclid=1&utm_source=yelp", "",
	    8, 6 },
	{ "another value", "http://a.com/?utm_source=angi", "", 8, 0 },
	{ "url with a host", "http://www.other.com/offers/spring/1", "", 8, 7 },
	{ "none fits", "http://a.com/", "", 0, 0 },
};

static void test_pick(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct arena mem;
		struct source s;
		size_t got;

		arena_init(&mem, 65536);
		assert_int_equal(source_detect(slice_from(cases[i].landing),
				     slice_from(cases[i].referrer), &mem, &s),
		    ERR_OK);
		got = tracker_pick(rules, cases[i].n,
		    slice_from(cases[i].landing), &s);
		if (got != cases[i].want)
			fail_msg("%s: rule %zu", cases[i].why, got);
		arena_fini(&mem);
	}
}

static void test_kinds(void **state)
{
	enum tracker_kind k;

	(void)state;
	assert_true(tracker_kind_of(SLICE("group"), &k));
	assert_int_equal(k, TRACKER_GROUP);
	assert_false(tracker_kind_of(SLICE("none"), &k));
	assert_true(tracker_beats_pool(TRACKER_PARAM));
	assert_true(tracker_beats_pool(TRACKER_REFERRER));
	assert_false(tracker_beats_pool(TRACKER_GROUP));
	assert_false(tracker_beats_pool(TRACKER_ALWAYS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pick),
		cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests_name("tracker", tests, NULL, NULL);
}
