/* Tests of lib/site/site_look where no answer is needed; with a server that
 * redirects, hangs up and has a robots.txt: tests/web/site_check.test.mjs. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/clk.h"
#include "lib/site/site_look.h"
#include "tests/support/cm.h"

static struct out_http *http;

static int start(void **state)
{
	(void)state;
	return out_http_start() != ERR_OK || out_http_open(&http, 2) != ERR_OK;
}

static int stop(void **state)
{
	(void)state;
	out_http_close(http);
	out_http_stop();
	return 0;
}

static struct site_look look_until(int64_t until_us,
    struct site_look_robots *robots)
{
	return (struct site_look){ .http = http,
		.private_ok = true,
		.until_us = until_us,
		.what = { .key = SLICE("k") },
		.robots = robots };
}

/* The time of the site is over: nothing is asked, and that is said. */
static void test_deadline(void **state)
{
	struct site_look_robots robots = { .n = 0 };
	struct site_look l = look_until(clk_mono_us() - 1, &robots);
	const int64_t began_us = clk_mono_us();

	(void)state;
	assert_int_equal(site_look(&l, SLICE("http://127.0.0.1:1/a")), ERR_OK);
	assert_false(l.seen.answered);
	assert_string_equal(l.why, "the site took too long for all of it");
	assert_true(clk_mono_us() - began_us < 5 * RT_SEC_US);
	assert_int_equal(sitecheck_judge(&l.seen), 1U << SITECHECK_NO_ANSWER);
	site_look_robots_end(&robots);
}

static void test_refused(void **state)
{
	struct site_look_robots robots = { .n = 0 };
	struct site_look l =
	    look_until(clk_mono_us() + 10 * RT_SEC_US, &robots);
	static char page[OUT_HTTP_URL_MAX + 1];

	(void)state;
	/* Nobody listens: no robots.txt, and then no page. */
	assert_int_equal(site_look(&l, SLICE("http://127.0.0.1:1/a?b=c")),
	    ERR_OK);
	assert_false(l.seen.answered);
	assert_false(l.seen.refused);
	assert_true(l.why[0] != '\0');
	assert_string_equal(l.url,
	    "http://127.0.0.1:1/a?b=c&gclid=ringtrace-check");
	memset(page, 'x', sizeof(page));
	memcpy(page, "http://127.0.0.1:1/", 19);
	assert_int_equal(site_look(&l, slice_of(page, OUT_HTTP_URL_MAX)),
	    ERR_TOOBIG);
	site_look_robots_end(&robots);
}

/* What was read of a host counts for all its pages, and not for others. */
static void test_robots(void **state)
{
	static const char text[] = "User-agent: *\nDisallow: /a\n";
	struct site_look_robots robots = { .origin = "http://127.0.0.1:1",
		.n = sizeof(text) - 1,
		.status = 200 };
	struct site_look l =
	    look_until(clk_mono_us() + 10 * RT_SEC_US, &robots);

	(void)state;
	robots.text = strdup(text);
	assert_non_null(robots.text);
	assert_int_equal(site_look(&l, SLICE("http://127.0.0.1:1/a")), ERR_OK);
	assert_true(l.seen.refused);
	assert_int_equal(sitecheck_judge(&l.seen), 1U << SITECHECK_ROBOTS);
	l = look_until(clk_mono_us() + 10 * RT_SEC_US, &robots);
	assert_int_equal(site_look(&l, SLICE("http://127.0.0.1:1/b")), ERR_OK);
	assert_false(l.seen.refused);
	robots.status = 503; /* it says "not now" */
	l = look_until(clk_mono_us() + 10 * RT_SEC_US, &robots);
	assert_int_equal(site_look(&l, SLICE("http://127.0.0.1:1/b")), ERR_OK);
	assert_true(l.seen.refused);
	l = look_until(clk_mono_us() + 10 * RT_SEC_US, &robots);
	assert_int_equal(site_look(&l, SLICE("http://127.0.0.1:2/a")), ERR_OK);
	assert_false(l.seen.refused);
	site_look_robots_end(&robots);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_robots) };

	return cmocka_run_group_tests(tests, start, stop);
}
