/* Tests of what a robots.txt allows (RFC 9309, with its own examples). */
#include <stdlib.h>
#include <string.h>

#include "lib/core/robots.h"
#include "tests/support/cm.h"

static const struct {
	const char *why;
	const char *text;
	const char *path;
	bool want;
} cases[] = {
	{ "nothing said", "", "/", true },
	{ "no robots at all", "User-agent: *\nDisallow: /\n", "/a", false },
	{ "an empty rule forbids nothing", "User-agent: *\nDisallow:\n", "/a",
	    true },
	{ "a folder", "User-agent: *\nDisallow: /a/\n", "/a/b", false },
	{ "beside it", "User-agent: *\nDisallow: /a/\n", "/ab", true },
	{ "the longest decides", "User-agent: *\nDisallow: /a\nAllow: /a/b\n",
	    "/a/b/c", true },
	{ "in any order", "User-agent: *\nAllow: /a/b\nDisallow: /a\n",
	    "/a/b/c", true },
	{ "as long: allowed", "User-agent: *\nDisallow: /a\nAllow: /a\n", "/a",
	    true },
	{ "others' rules are not ours", "User-agent: other\nDisallow: /\n", "/",
	    true },
	{ "ours beat everybody's",
	    "User-agent: *\nDisallow: /\n\nUser-agent: ringtrace-check\n"
	    "Allow: /\n",
	    "/a", true },
	{ "and forbid",
	    "User-agent: *\nAllow: /\nUser-agent: RingTrace-Check/2.0\n"
	    "Disallow: /a\n",
	    "/a", false },
	{ "a longer name is another's",
	    "User-agent: ringtrace-check-all\nDisallow: /\n", "/", true },
	{ "our groups are one",
	    "user-agent: ringtrace-check\nallow: /\nuser-agent: x\n"
	    "disallow: /\nuser-agent: ringtrace-check\ndisallow: /a\n",
	    "/a", false },
	{ "one group of several names",
	    "User-agent: a\nUser-agent: ringtrace-check\nDisallow: /a\n", "/a",
	    false },
	{ "rules of nobody", "Disallow: /\nUser-agent: *\nAllow: /\n", "/a",
	    true },
	{ "any bytes", "User-agent: *\nDisallow: /*.php\n", "/x/y.php?z",
	    false },
	{ "to the end", "User-agent: *\nDisallow: /*.php$\n", "/x.php?z",
	    true },
	{ "and there", "User-agent: *\nDisallow: /*.php$\n", "/x.php.php",
	    false },
	{ "the end of nothing", "User-agent: *\nDisallow: /$\n", "/", false },
	{ "and more", "User-agent: *\nDisallow: /$\n", "/a", true },
	{ "a query", "User-agent: *\nDisallow: /*?gclid=\n", "/a?gclid=x",
	    false },
	{ "comments and blanks",
	    "# hello\r\n  User-agent :  * # all\r\n\r\n Disallow : /a # b\r\n",
	    "/ab", false },
	{ "old line ends", "User-agent: *\rDisallow: /a\r", "/a", false },
	{ "a byte order mark", "\xef\xbb\xbfUser-agent: *\nDisallow: /\n", "/",
	    false },
	{ "what nobody knows",
	    "Sitemap: x\nUser-agent: *\nCrawl-delay: 5\n"
	    "Disallow: /a",
	    "/a", false },
	{ "stars without end", "User-agent: *\nDisallow: /***a***b***$\n",
	    "/xxaxxbxx", false },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		if (robots_may(slice_from(cases[i].text),
			SLICE("ringtrace-check"),
			slice_from(cases[i].path)) != cases[i].want)
			fail_msg("%s", cases[i].why);
}

/* Beyond the limits rules count for nothing; before them for all. */
static void test_limits(void **state)
{
	const struct slice rule = SLICE("Disallow: /b\n");
	const struct slice head = SLICE("User-agent: *\n");
	const size_t max = head.n + ROBOTS_RULES_MAX * rule.n + 64;
	char *text = malloc(max);
	size_t n = head.n;

	(void)state;
	assert_non_null(text);
	memcpy(text, head.p, head.n);
	for (size_t i = 0; i + 1 < ROBOTS_RULES_MAX; i++, n += rule.n)
		memcpy(text + n, rule.p, rule.n);
	memcpy(text + n, "Disallow: /a\nDisallow: /c\n", 26);
	n += 26;
	assert_false(robots_may(slice_of(text, n), SLICE("x"), SLICE("/a")));
	assert_true(robots_may(slice_of(text, n), SLICE("x"), SLICE("/c")));
	n = head.n;
	memcpy(text + n, "Disallow: /", 11);
	n += 11;
	memset(text + n, '*', ROBOTS_PATTERN_MAX);
	n += ROBOTS_PATTERN_MAX;
	assert_true(robots_may(slice_of(text, n), SLICE("x"), SLICE("/a")));
	assert_false(
	    robots_may(slice_of(text, n - 1), SLICE("x"), SLICE("/a")));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases),
		cmocka_unit_test(test_limits) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
