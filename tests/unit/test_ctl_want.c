/* Tests of ctl/ctl_want. */
#include <string.h>

#include "ctl/ctl_want.h"
#include "lib/base/log.h"
#include "tests/support/cm.h"

static void test_public_url(void **state)
{
	static const struct {
		const char *url;
		enum err want;
	} cases[] = {
		{ NULL, ERR_OK },
		{ "https://calls.example.com", ERR_OK },
		{ "http://127.0.0.1:8080", ERR_OK },
		{ "https://calls.example.com/", ERR_RANGE },
		{ "https://calls.example.com/path", ERR_RANGE },
		{ "https://calls.example.com?q=1", ERR_RANGE },
		{ "https://calls.example.com#here", ERR_RANGE },
		{ "https://me@calls.example.com", ERR_RANGE },
		{ "https://calls.example.com:port", ERR_RANGE },
		{ "https://calls.example.com;include x", ERR_RANGE },
		{ "https://calls\n.example.com", ERR_RANGE },
		{ "https://\"x\"", ERR_RANGE },
		{ "calls.example.com", ERR_RANGE },
		{ "ftp://calls.example.com", ERR_RANGE },
		{ "https://", ERR_RANGE },
		{ "", ERR_RANGE },
	};
	struct settings s;

	(void)state;
	settings_defaults(&s);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const struct ctl_layout_want want = { .public_url =
							  cases[i].url };
		const enum err e = ctl_want_check(&s, &want);

		if (e != cases[i].want)
			fail_msg("\"%s\" gave %s",
			    cases[i].url == NULL ? "nothing" : cases[i].url,
			    err_name(e));
	}
}

static void test_max_calls(void **state)
{
	static const struct {
		const char *why;
		uint64_t asked, calls, min, max;
		enum err want;
	} cases[] = {
		{ "four ports a call", 100, 100, 20000, 20399, ERR_OK },
		{ "one too few", 100, 100, 20000, 20398, ERR_RANGE },
		{ "an older file's word", 0, 100, 20000, 20010, ERR_OK },
		{ "a range the wrong way round", 1, 1, 30000, 20000,
		    ERR_RANGE },
	};
	struct settings s;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const struct ctl_layout_want want = { .max_calls =
							  cases[i].asked };

		settings_defaults(&s);
		s.max_calls = cases[i].calls;
		s.rtp_port_min = cases[i].min;
		s.rtp_port_max = cases[i].max;
		if (ctl_want_check(&s, &want) != cases[i].want)
			fail_msg("%s", cases[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_public_url),
		cmocka_unit_test(test_max_calls),
	};

	log_open("test", -1, LOG_ERROR);
	return cmocka_run_group_tests_name("ctl_want", tests, NULL, NULL);
}
