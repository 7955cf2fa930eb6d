/* Tests of lib/core/mail_rule, jobs/mail_text and jobs/mail_job. */
#include <string.h>

#include "jobs/mail_job.h"
#include "jobs/mail_text.h"
#include "lib/base/clk.h"
#include "lib/core/mail_rule.h"
#include "tests/support/cm.h"

static void test_names(void **state)
{
	enum mail_rule_kind kind;

	(void)state;
	for (unsigned int i = 0; i < MAIL_RULE_COUNT; i++) {
		kind = MAIL_RULE_COUNT;
		assert_true(mail_rule_parse(slice_from(mail_rule_name(
						(enum mail_rule_kind)i)),
		    &kind));
		assert_int_equal(kind, i);
		assert_int_not_equal(mail_rule_what((enum mail_rule_kind)i)[0],
		    '\0');
	}
	assert_false(mail_rule_parse(SLICE("hourly"), &kind));
}

static const struct {
	const char *why;
	uint32_t from, to, now, want;
} quiet[] = {
	{ "never", 0, 0, 100, 0 },
	{ "never, at noon", 720, 720, 720, 0 },
	{ "by day, before", 540, 1020, 539, 0 },
	{ "by day, at its begin", 540, 1020, 540, 480 },
	{ "by day, last minute", 540, 1020, 1019, 1 },
	{ "by day, over", 540, 1020, 1020, 0 },
	{ "by night, evening", 1320, 420, 1320, 540 },
	{ "by night, midnight", 1320, 420, 0, 420 },
	{ "by night, morning", 1320, 420, 420, 0 },
	{ "by night, noon", 1320, 420, 720, 0 },
	{ "until midnight", 1320, 0, 1439, 1 },
};

static void test_quiet(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(quiet); i++) {
		const uint32_t got = mail_rule_wait_min(quiet[i].from,
		    quiet[i].to, quiet[i].now);

		if (got != quiet[i].want)
			fail_msg("%s gave %u", quiet[i].why, got);
	}
}

static void test_results(void **state)
{
	enum mail_rule_kind kind = MAIL_RULE_COUNT;

	(void)state;
	assert_true(mail_rule_of_result(SLICE("abandoned"), &kind));
	assert_int_equal(kind, MAIL_RULE_MISSED);
	assert_true(mail_rule_of_result(SLICE("voicemail"), &kind));
	assert_int_equal(kind, MAIL_RULE_VOICEMAIL);
	assert_false(mail_rule_of_result(SLICE("answered"), &kind));
	assert_false(mail_rule_of_result(SLICE("blocked"), &kind));
	assert_false(mail_rule_of_result(SLICE(""), &kind));
}

static const struct {
	const char *why;
	const char *html;
	const char *want;
} texts[] = {
	{ "plain", "hello", "hello" },
	{ "the head is dropped", "<head><title>x</title></head><p>a</p>",
	    "a\n\n" },
	{ "blanks fold", "<p>a \n\t b</p>", "a b\n\n" },
	{ "entities", "<p>&lt;b&gt; &amp;amp; &quot;&#39;</p>",
	    "<b> &amp; \"'\n\n" },
	{ "a link", "<a href=\"https://x/?a=1&amp;b=2\">here</a>.",
	    "here (https://x/?a=1&b=2)." },
	{ "a table", "<table><tr><td>a</td><td>b</td></tr></table>",
	    "a  b  \n\n" },
	{ "cut in a tag", "a<p", "a\n" },
	{ "cut in an entity", "a&am", "a&am" },
	{ "nothing", "", "" },
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(texts); i++) {
		char mem[256];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		mail_text(slice_from(texts[i].html), &b);
		if (!slice_eq_cstr(buf_slice(&b), texts[i].want))
			fail_msg("%s gave \"%.*s\"", texts[i].why,
			    SLICE_FMT(buf_slice(&b)));
	}
}

/* Berlin: summer begins on 29 March at 01:00 UTC, and ends on 25 October. */
static const struct {
	const char *why;
	uint32_t from, to;
	const char *now, *want;
} nights[] = {
	{ "awake", 1320, 420, "2026-06-01T10:00:00Z", "2026-06-01T10:00:00Z" },
	{ "no hours", 0, 0, "2026-06-01T22:00:00Z", "2026-06-01T22:00:00Z" },
	{ "a night", 1320, 420, "2026-06-01T21:30:20Z",
	    "2026-06-02T05:00:00Z" },
	{ "after midnight", 1320, 420, "2026-06-01T23:30:00Z",
	    "2026-06-02T05:00:00Z" },
	{ "an hour less", 1320, 420, "2026-03-28T22:00:00Z",
	    "2026-03-29T05:00:00Z" },
	{ "an hour more", 1320, 420, "2026-10-24T21:00:00Z",
	    "2026-10-25T06:00:00Z" },
	{ "ends in the gap", 1320, 150, "2026-03-28T22:00:00Z",
	    "2026-03-29T01:00:00Z" },
	{ "ends in the hour that comes twice, the first time", 1320, 165,
	    "2026-10-25T00:30:00Z", "2026-10-25T00:45:00Z" },
	{ "and the second time", 1320, 165, "2026-10-25T01:30:00Z",
	    "2026-10-25T01:45:00Z" },
};

static void test_nights(void **state)
{
	struct tz *z;

	(void)state;
	assert_int_equal(tz_open(SLICE("Europe/Berlin"), &z), ERR_OK);
	for (size_t i = 0; i < RT_ARRAY_LEN(nights); i++) {
		int64_t now_us, want_us, got_us = 0;

		assert_int_equal(clk_rfc3339_parse(slice_from(nights[i].now),
				     &now_us),
		    ERR_OK);
		assert_int_equal(clk_rfc3339_parse(slice_from(nights[i].want),
				     &want_us),
		    ERR_OK);
		assert_int_equal(mail_job_due(z, nights[i].from, nights[i].to,
				     now_us, &got_us),
		    ERR_OK);
		if (got_us != want_us)
			fail_msg("%s: %lld s off", nights[i].why,
			    (long long)(got_us - want_us) / RT_SEC_US);
	}
	tz_close(z);
}

static uint32_t minute_of(struct tz *z, int64_t us)
{
	struct tz_time t;

	assert_int_equal(tz_local(z, us, &t), ERR_OK);
	return (uint32_t)t.hour * 60 + (uint32_t)t.minute;
}

/* Minute by minute until the clock on the wall says that the night is over. */
static int64_t waited(struct tz *z, uint32_t from, uint32_t to, int64_t us)
{
	if (mail_rule_wait_min(from, to, minute_of(z, us)) == 0)
		return us;
	us -= us % RT_MIN_US;
	while (mail_rule_wait_min(from, to, minute_of(z, us)) > 0)
		us += RT_MIN_US;
	return us;
}

static void night(struct tz *z, const char *zone, int64_t us)
{
	static const uint32_t hours[][2] = { { 1320, 420 }, { 1200, 0 },
		{ 1320, 150 }, { 1380, 15 }, { 60, 165 } };

	for (size_t i = 0; i < RT_ARRAY_LEN(hours); i++) {
		const int64_t want_us = waited(z, hours[i][0], hours[i][1], us);
		int64_t got_us = 0;

		assert_int_equal(mail_job_due(z, hours[i][0], hours[i][1], us,
				     &got_us),
		    ERR_OK);
		if (got_us != want_us)
			fail_msg("%s from %u to %u at %lld: %lld s off", zone,
			    hours[i][0], hours[i][1],
			    (long long)(us / RT_SEC_US),
			    (long long)((got_us - want_us) / RT_SEC_US));
	}
}

/* Half hours, three quarters, two hours, at midnight; in the south, too. */
static const char *const zones[] = { "Europe/Berlin", "Australia/Lord_Howe",
	"Pacific/Chatham", "Australia/Adelaide", "Pacific/Auckland",
	"America/St_Johns", "America/Santiago", "America/Havana",
	"Antarctica/Troll", "Africa/Cairo", "Asia/Kathmandu", "Asia/Kolkata" };

static void test_clocks_that_are_put(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(zones); i++) {
		const int64_t first_us = INT64_C(1767225600000000);
		struct tz *z;

		assert_int_equal(tz_open(slice_from(zones[i]), &z), ERR_OK);
		for (int64_t day = 0; day < 366; day++) {
			const int64_t us = first_us + day * RT_DAY_US;

			/* The days around, and one in the middle. */
			if (day != 100 &&
			    minute_of(z, us) == minute_of(z, us + RT_DAY_US))
				continue;
			for (int64_t at = us - RT_DAY_US;
			     at < us + RT_DAY_US + 6 * RT_HOUR_US;
			     at += 23 * RT_MIN_US + 7 * RT_SEC_US)
				night(z, zones[i], at);
		}
		tz_close(z);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_nights),
		cmocka_unit_test(test_clocks_that_are_put),
	};

	return cmocka_run_group_tests_name("mail", tests, NULL, NULL);
}
