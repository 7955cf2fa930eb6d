/* Tests of cgi/page/page_words and page_story_path. */
#include <string.h>

#include "cgi/page/page_story.h"
#include "cgi/page/page_words.h"
#include "tests/support/cm.h"

static const struct {
	const char *why;
	int64_t ms;
	const char *duration;
	const char *clock;
} time_cases[] = {
	{ "nothing", 0, "0 s", "0:00" },
	{ "rounds", 1499, "1 s", "0:01" },
	{ "rounds up", 1500, "2 s", "0:02" },
	{ "a minute", 60000, "1 m 00 s", "1:00" },
	{ "minutes", 252000, "4 m 12 s", "4:12" },
	{ "rounds into a minute", 59999, "1 m 00 s", "1:00" },
	{ "hours", 3765000, "1 h 02 m", "1:02:45" },
	{ "negative", -5, "0 s", "0:00" },
};

static void test_times(void **state)
{
	char text[PAGE_WORDS_MAX];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(time_cases); i++) {
		page_words_duration(time_cases[i].ms, text);
		if (strcmp(text, time_cases[i].duration) != 0)
			fail_msg("%s: %s", time_cases[i].why, text);
		page_words_clock(time_cases[i].ms, text);
		if (strcmp(text, time_cases[i].clock) != 0)
			fail_msg("%s: %s", time_cases[i].why, text);
	}
}

static void test_shares_and_counts(void **state)
{
	char text[PAGE_WORDS_MAX];

	(void)state;
	page_words_share(43, 100, text);
	assert_string_equal(text, "43 %");
	page_words_share(1, 1000, text);
	assert_string_equal(text, "< 1 %");
	page_words_share(0, 10, text);
	assert_string_equal(text, "0 %");
	page_words_share(0, 0, text);
	assert_string_equal(text, "–");
	page_words_count(0, text);
	assert_string_equal(text, "0");
	page_words_count(999, text);
	assert_string_equal(text, "999");
	page_words_count(1234567, text);
	assert_string_equal(text, "1,234,567");
	page_words_count(-1000, text);
	assert_string_equal(text, "−1,000");
	page_words_count(INT64_MAX, text);
	assert_string_equal(text, "9,223,372,036,854,775,807");
}

/* Social advertisements have the colour of what is social, and are paid. */
static void test_paid(void **state)
{
	(void)state;
	assert_true(page_words_paid("paid_search", "cpc"));
	assert_true(page_words_paid("paid_social", "paid_social"));
	assert_true(page_words_paid("paid_video", "cpv"));
	assert_true(page_words_paid("display", "display"));
	assert_true(page_words_paid("", "cpc"));
	assert_true(page_words_paid("", "paidsocial"));
	assert_false(page_words_paid("social", "social"));
	assert_false(page_words_paid("organic_search", "cpc"));
	assert_false(page_words_paid("direct", "(none)"));
	assert_false(page_words_paid("", ""));
}

static void test_reason(void **state)
{
	(void)state;
	assert_string_equal(page_words_reason("caller", "the caller hung up"),
	    "");
	assert_string_equal(page_words_reason("called",
				"the called side hung up"),
	    "");
	assert_string_equal(page_words_reason("caller",
				"hung up while ringing"),
	    "hung up while ringing");
	assert_string_equal(page_words_reason("flow", "the caller hung up"),
	    "the caller hung up");
	assert_string_equal(page_words_reason("flow", ""), "");
}

static const struct {
	const char *channel;
	const char *source;
	const char *medium;
	const char *class;
	const char *said;
} source_cases[] = {
	{ "paid_search", "google", "cpc", "paid", "google / cpc" },
	{ "", "google", "CPC", "paid", "google / CPC" },
	{ "paid_social", "facebook", "paid", "social", "facebook / paid" },
	{ "", "facebook", "paid_social", "social", "facebook / paid_social" },
	{ "organic_search", "google", "organic", "organic",
	    "google / organic" },
	{ "direct", "(direct)", "(none)", "direct", "Direct" },
	{ "", "(direct)", "(none)", "direct", "Direct" },
	{ "", "direct", "", "direct", "Direct" },
	{ "", "Radio", "radio", "offline", "Radio / radio" },
	{ "ai", "chatgpt.com", "ai", "other", "chatgpt.com / ai" },
	{ "", "", "", "none", "Source not known" },
	{ "", "x", "", "other", "x" },
	{ "", "", "email", "email", "email" },
};

static void test_sources(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(source_cases); i++) {
		char mem[100];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		page_words_source(source_cases[i].source,
		    source_cases[i].medium, &b);
		assert_true(slice_eq_cstr(buf_slice(&b), source_cases[i].said));
		assert_string_equal(page_words_channel(source_cases[i].channel,
					source_cases[i].source,
					source_cases[i].medium),
		    source_cases[i].class);
	}
}

static void test_results(void **state)
{
	(void)state;
	assert_string_equal(page_words_result_key(true, ""), "live");
	assert_string_equal(page_words_result_key(false, "missed"), "missed");
	assert_string_equal(page_words_result_key(false, "<b>"), "failed");
	assert_string_equal(page_words_result("voicemail"), "Voicemail");
	assert_string_equal(page_words_result("no such"), "Failed");
}

static const struct {
	const char *url;
	const char *path;
} path_cases[] = {
	{ "https://x.example/pricing?a=b#c", "/pricing" },
	{ "https://x.example", "/" },
	{ "https://x.example?a", "/" },
	{ "https://x.example/a#b?c", "/a" },
	{ "/plain?x", "/plain" },
	{ "https://x.example/app?a=b#/pricing?c=d", "#/pricing" },
	{ "https://x.example/#!/blog/1", "#!/blog/1" },
	{ "https://x.example/app?a=b#/", "/app" },
	{ "https://x.example/#!/", "/" },
	{ "https://x.example?a#b/c", "/" },
	{ "", "" },
};

static void test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(path_cases); i++) {
		const struct slice got =
		    page_story_path(slice_from(path_cases[i].url));

		if (!slice_eq_cstr(got, path_cases[i].path))
			fail_msg("%s: %.*s", path_cases[i].url, SLICE_FMT(got));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_shares_and_counts),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_paid),
		cmocka_unit_test(test_reason),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests_name("page_words", tests, NULL, NULL);
}
