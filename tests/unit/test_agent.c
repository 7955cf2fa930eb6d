/* Tests of lib/core/agent: what a sessions list calls a browser. */
#include "lib/core/agent.h"

#include <string.h>

#include "tests/support/cm.h"

#define KIT "AppleWebKit/537.36 (KHTML, like Gecko) "
#define WIN "Mozilla/5.0 (Windows NT 10.0; Win64; x64) "
#define MAC "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) "
#define IOS "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) "

static const struct {
	const char *why;
	const char *agent;
	const char *want;
} cases[] = {
	{ "Chrome", MAC KIT "Chrome/142.0.0.0 Safari/537.36",
	    "Chrome 142 on macOS" },
	{ "Edge names Chrome", WIN KIT "Chrome/142.0 Safari/537.36 Edg/142.0",
	    "Edge 142 on Windows" },
	{ "Opera", WIN KIT "Chrome/141.0.0.0 Safari/537.36 OPR/125.0.0.0",
	    "Opera 125 on Windows" },
	{ "Firefox",
	    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101"
	    " Firefox/145.0",
	    "Firefox 145 on Linux" },
	{ "Safari's own version",
	    MAC "AppleWebKit/605.1.15 (KHTML, like Gecko)"
		" Version/26.1 Safari/605.1.15",
	    "Safari 26 on macOS" },
	{ "an iPhone is no Mac",
	    IOS "AppleWebKit/605.1.15 (KHTML, like Gecko)"
		" Version/26.1 Mobile/15E148 Safari/604.1",
	    "Safari 26 on iPhone" },
	{ "Chrome on an iPhone",
	    IOS "AppleWebKit/605.1.15 (KHTML, like Gecko)"
		" CriOS/142.0 Mobile/15E148 Safari/604.1",
	    "Chrome 142 on iPhone" },
	{ "an Android is no Linux",
	    "Mozilla/5.0 (Linux; Android 15; K) " KIT
	    "SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
	    "Samsung Internet 28 on Android" },
	{ "a Chromebook",
	    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) " KIT
	    "Chrome/141.0.0.0 Safari/537.36",
	    "Chrome 141 on ChromeOS" },
	{ "Internet Explorer",
	    "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko",
	    "Internet Explorer 11 on Windows" },
	{ "no system", "curl/8.14.1", "curl 8" },
	{ "no browser", "Something (Linux)", "Browser on Linux" },
	{ "no version", "Chrome/x (Linux)", "Chrome on Linux" },
	{ "a version of a liar", "Chrome/99999999999 Linux",
	    "Chrome on Linux" },
	{ "at the end", "Linux Chrome/", "Chrome on Linux" },
	{ "markup stays outside", "<script>alert(1)</script>", "" },
	{ "nothing", "", "" },
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		char got[AGENT_WORDS_MAX];

		agent_words(slice_from(cases[i].agent), got);
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: \"%s\" gave \"%s\"", cases[i].why,
			    cases[i].agent, got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
