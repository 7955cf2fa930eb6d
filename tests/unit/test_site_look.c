/* Tests of lib/site/site_look where no answer is needed; with a server that
 * redirects, hangs up and has a robots.txt: tests/web/site_check.test.mjs. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/clk.h"
#include "lib/site/site_look.h"
#include "tests/support/cm.h"
#include "tests/support/http_peer.h"

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

/* --- a site at home --------------------------------------------------------*/

#define PORT 8090

static void serve(void *ctx, struct slice request, struct buf *out)
{
	static const char *const pages[][2] = {
		{ "/top",
		    "HTTP/1.0 200 OK\r\n\r\n<script>location.href = '#top'"
		    "</script><p>Call us.</p>" },
		{ "/hash",
		    "HTTP/1.0 200 OK\r\n\r\n<script>location = '#'</script>" },
		{ "/based",
		    "HTTP/1.0 200 OK\r\n\r\n<base href='/other'><script>"
		    "location.href = '#top'</script>" },
		{ "/other", "HTTP/1.0 200 OK\r\n\r\n<p>Call us.</p>" },
		{ "/balanced",
		    "HTTP/1.0 301 Moved\r\n"
		    "Location: https://site.invalid:443/x?y#z\r\n\r\n" },
	};
	const struct slice path = http_peer_path(request);

	(void)ctx;
	for (size_t i = 0; i < RT_ARRAY_LEN(pages); i++)
		if (slice_eq_cstr(slice_head(path, slice_find(path, '?', 0)),
			pages[i][0]))
			buf_cstr(out, pages[i][1]);
}

/* Where a look ends. */
static void test_ends(void **state)
{
	static const struct {
		const char *path;
		unsigned int hops;
		bool on; /* the site itself */
		const char *ends;
	} rows[] = {
		{ "/top", 0, true, "/top?gclid=ringtrace-check" },
		{ "/hash", 0, true, "/hash?gclid=ringtrace-check" },
		{ "/based", 1, true, "/other" },
		{ "/balanced", 1, true, "https://site.invalid/x?y" },
	};
	struct http_peer *peer = http_peer_start(PORT, serve, NULL);
	char home[128];

	(void)state;
	http_peer_url(peer, "", home, sizeof(home));
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		const struct slice origins[] = { slice_from(home),
			SLICE("https://site.invalid") };
		struct site_look_robots robots = { .n = 0 };
		struct site_look l =
		    look_until(clk_mono_us() + 10 * RT_SEC_US, &robots);
		char url[192];

		http_peer_url(peer, rows[i].path, url, sizeof(url));
		l.seen.origins = origins;
		l.seen.n_origins = RT_ARRAY_LEN(origins);
		assert_int_equal(site_look(&l, slice_from(url)), ERR_OK);
		if (l.seen.hops != rows[i].hops ||
		    !slice_ends(slice_from(l.url), slice_from(rows[i].ends)) ||
		    sitecheck_is_on(l.seen.final_url, origins, 2) != rows[i].on)
			fail_msg("%s: %u, %s", rows[i].path, l.seen.hops,
			    l.url);
		site_look_robots_end(&robots);
	}
	http_peer_stop(peer);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *e164, *cc, *trunk, *nsn;
	} rows[] = {
		{ "+14155550199", "1", "", "4155550199" },
		{ "+14155557003", "1", "", "4155557003" },
		{ "+4533123456", "45", "", "33123456" },
		{ "+442079460018", "44", "0", "2079460018" },
		{ "+442079460019", "44", "0", "2079460019" },
		{ "+390612345678", "39", "", "0612345678" },
		{ "+74951234567", "7", "8", "4951234567" },
		/* "06 1 234 5678": as the tag takes it apart, which matches. */
		{ "+3612345678", "3", "0", "612345678" },
		{ "+1", "", "", "" },
	};
	struct slice e164[RT_ARRAY_LEN(rows)];
	struct pagenum_number *v;
	struct arena mem;

	(void)state;
	arena_init(&mem, 65536);
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++)
		e164[i] = slice_from(rows[i].e164);
	assert_int_equal(site_look_numbers(&mem, e164, RT_ARRAY_LEN(rows), &v),
	    ERR_OK);
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++)
		if (strcmp(v[i].cc, rows[i].cc) != 0 ||
		    strcmp(v[i].trunk, rows[i].trunk) != 0 ||
		    strcmp(v[i].nsn, rows[i].nsn) != 0)
			fail_msg("%s: %s %s %s", rows[i].e164, v[i].cc,
			    v[i].trunk, v[i].nsn);
	assert_int_equal(site_look_numbers(&mem, NULL, 0, &v), ERR_OK);
	arena_fini(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_robots),
		cmocka_unit_test(test_ends), cmocka_unit_test(test_numbers) };

	return cmocka_run_group_tests(tests, start, stop);
}
