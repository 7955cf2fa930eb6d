/* Tests of lib/core/sitecheck: what a look at a page says. */
#include <string.h>

#include "lib/core/sitecheck.h"
#include "tests/support/cm.h"

#define BIT(name) (1U << SITECHECK_##name)

static const struct {
	const char *why;
	const char *url;
	const char *probed;
} probes[] = {
	{ "no query", "https://a.example/",
	    "https://a.example/?gclid=ringtrace-check" },
	{ "a query", "https://a.example/?a=1",
	    "https://a.example/?a=1&gclid=ringtrace-check" },
	{ "no path", "https://a.example",
	    "https://a.example?gclid=ringtrace-check" },
};

static void test_probe(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(probes); i++) {
		char mem[128], back_mem[128];
		struct buf b, back;

		buf_over(&b, mem, sizeof(mem));
		buf_over(&back, back_mem, sizeof(back_mem));
		sitecheck_probe(slice_from(probes[i].url), &b);
		sitecheck_unprobe(buf_slice(&b), &back);
		if (!slice_eq_cstr(buf_slice(&b), probes[i].probed) ||
		    !sitecheck_has_probe(buf_slice(&b)) ||
		    sitecheck_has_probe(slice_from(probes[i].url)) ||
		    !slice_eq_cstr(buf_slice(&back), probes[i].url))
			fail_msg("%s: %.*s", probes[i].why,
			    SLICE_FMT(buf_slice(&b)));
	}
}

static void test_plain(void **state)
{
	static const char *const urls[][2] = {
		{ "https://a.example:443/b?c", "https://a.example/b?c" },
		{ "HTTPS://a.example:443", "HTTPS://a.example" },
		{ "http://a.example:80?x", "http://a.example?x" },
		{ "http://[::1]:80/", "http://[::1]/" },
		{ "https://a.example:80/", "https://a.example:80/" },
		{ "http://a.example:443/", "http://a.example:443/" },
		{ "https://a.example:8443/", "https://a.example:8443/" },
		{ "https://a.example/:443", "https://a.example/:443" },
		{ "http://[::80]/", "http://[::80]/" },
		{ "https://:443", "https://:443" },
		{ "https:443", "https:443" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(urls); i++) {
		char mem[64];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		sitecheck_plain(slice_from(urls[i][0]), &b);
		if (!slice_eq_cstr(buf_slice(&b), urls[i][1]))
			fail_msg("%s: %.*s", urls[i][0],
			    SLICE_FMT(buf_slice(&b)));
	}
}

/* A site may put it anywhere in the query, or only look as if. */
static void test_has_probe(void **state)
{
	static const struct {
		const char *url;
		bool has;
		const char *without;
	} cases[] = {
		{ "https://a.example/?gclid=ringtrace-check&b=2", true,
		    "https://a.example/?b=2" },
		{ "https://a.example/?a=1&gclid=ringtrace-check&b=2", true,
		    "https://a.example/?a=1&b=2" },
		{ "https://a.example/?gclid=ringtrace-checked", false, NULL },
		{ "https://a.example/?xgclid=ringtrace-check", false, NULL },
		{ "https://a.example/gclid=ringtrace-check", false, NULL },
		{ "", false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		char mem[128];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		sitecheck_unprobe(slice_from(cases[i].url), &b);
		if (sitecheck_has_probe(slice_from(cases[i].url)) !=
			cases[i].has ||
		    !slice_eq_cstr(buf_slice(&b),
			cases[i].has ? cases[i].without : cases[i].url))
			fail_msg("%s", cases[i].url);
	}
}

static void test_is_on(void **state)
{
	const struct slice origins[] = { SLICE("https://a.example"),
		SLICE("http://127.0.0.1:81"), SLICE("") };
	static const struct {
		const char *url;
		bool on;
	} cases[] = {
		{ "https://a.example", true },
		{ "https://a.example/x?y", true },
		{ "https://A.Example/", true },
		{ "https://a.example?x", true },
		{ "http://127.0.0.1:81/", true },
		{ "http://127.0.0.1:811/", false },
		{ "http://a.example/", false },
		{ "https://a.example.evil.example/", false },
		{ "https://a.example:8443/", false },
		{ "https://a.example@evil.example/", false },
		{ "", false },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		if (sitecheck_is_on(slice_from(cases[i].url), origins,
			RT_ARRAY_LEN(origins)) != cases[i].on)
			fail_msg("%s", cases[i].url);
}

static const struct {
	const char *why;
	struct sitecheck c;
	unsigned int want;
} judged[] = {
	{ "all is well",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 2, 0, 1, 0, false, false, false }, false, false, false },
	    0 },
	{ "no answer", { .answered = false }, BIT(NO_ANSWER) },
	{ "an error page says nothing of the tag",
	    { true, 503, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 0, 0, 0, 0, false, false, false }, false, false, false },
	    BIT(BAD_STATUS) },
	{ "a redirect that keeps the click",
	    { true, 200, 1, false,
		SLICE_INIT("https://a.example/b?gclid=ringtrace-check"), NULL,
		0, { 1, 0, 1, 0, false, false, false }, false, false, false },
	    0 },
	{ "one that drops it, to elsewhere",
	    { true, 200, 1, false, SLICE_INIT("https://b.example/"), NULL, 0,
		{ 1, 0, 1, 0, false, false, false }, false, false, false },
	    BIT(LOSES_CLICK) | BIT(LEAVES) },
	{ "round and round",
	    { true, 302, 3, true,
		SLICE_INIT("https://a.example/?gclid=ringtrace-check"), NULL, 0,
		{ 0, 0, 0, 0, false, false, false }, false, false, false },
	    BIT(LOOPS) },
	{ "nothing there",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 0, 0, 0, 0, false, false, false }, false, false, false },
	    BIT(NO_TAG) | BIT(NO_TARGETS) },
	{ "a tag manager, and the tag was at work",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 2, 0, 0, 0, true, false, false }, true, false, false },
	    BIT(BY_MANAGER) },
	{ "a tag manager, and nothing was seen",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 2, 0, 0, 0, true, false, false }, false, false, false },
	    BIT(NO_TAG) },
	{ "a tag manager beside the tag",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 2, 0, 1, 0, true, false, false }, true, false, false },
	    0 },
	{ "drawn by its scripts, and the tag was at work",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 0, 0, 1, 0, false, true, false }, true, false, false },
	    BIT(DRAWN) },
	{ "drawn by its scripts, and nothing was seen",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 0, 0, 1, 0, false, true, false }, false, false, false },
	    BIT(NO_TARGETS) },
	{ "drawn by its scripts, with the number",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 1, 0, 1, 0, false, true, false }, true, false, false },
	    0 },
	{ "drawn by its scripts, without a tag",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 0, 0, 0, 0, false, true, false }, true, false, false },
	    BIT(DRAWN) | BIT(NO_TAG) },
	{ "with a tag whose cookie is refused",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 1, 0, 1, 0, false, false, true }, false, false, false },
	    BIT(BAD_DOMAIN) },
	{ "kept out", { .refused = true }, BIT(ROBOTS) },
	{ "the beginning of a long page, without a tag",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 2, 0, 0, 0, false, false, false }, false, false, true },
	    BIT(CUT) },
	{ "without a number, and with two tags",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 0, 0, 2, 0, false, false, false }, false, false, true },
	    BIT(CUT) | BIT(TWICE) },
	{ "with all that is looked for",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 1, 0, 1, 0, false, false, false }, false, false, true },
	    0 },
	{ "loaded by a manager in the part that was read",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 1, 0, 0, 0, true, false, false }, true, false, true },
	    BIT(BY_MANAGER) },
	{ "too much there, and kept after it was swapped",
	    { true, 200, 0, false, SLICE_INIT("https://a.example/"), NULL, 0,
		{ 0, 2, 2, 1, false, false, false }, false, false, false },
	    BIT(TWICE) | BIT(OTHER_TAG) | BIT(KEPT_SWAPPED) },
};

static void test_judge(void **state)
{
	const struct slice origin = SLICE("https://a.example");

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(judged); i++) {
		struct sitecheck c = judged[i].c;
		unsigned int got;

		c.origins = &origin;
		c.n_origins = 1;
		got = sitecheck_judge(&c);
		if (got != judged[i].want ||
		    sitecheck_is_fault(got) !=
			((got & ~(BIT(BY_MANAGER) | BIT(DRAWN))) != 0))
			fail_msg("%s: %#x", judged[i].why, got);
	}
}

/* Each finding has a word of its own. */
static void test_word(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < SITECHECK_FINDING_COUNT; i++) {
		assert_non_null(sitecheck_word(i));
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(sitecheck_word(i),
			    sitecheck_word(k));
	}
	assert_null(sitecheck_word(SITECHECK_FINDING_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_word),
		cmocka_unit_test(test_probe), cmocka_unit_test(test_plain),
		cmocka_unit_test(test_has_probe), cmocka_unit_test(test_is_on),
		cmocka_unit_test(test_judge) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
