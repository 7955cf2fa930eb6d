/* Tests of ctl/ctl_want. */
#include <stdio.h>
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

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const struct ctl_layout_want want = { .public_url =
							  cases[i].url };
		const enum err e = ctl_want_words(&want);

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

static void test_what_cannot_be(void **state)
{
	static const struct {
		const char *why;
		struct ctl_layout_want want;
		enum err e;
	} cases[] = {
		{ "nothing", { .address = NULL }, ERR_OK },
		{ "address", { .address = "192.0.2.1" }, ERR_OK },
		{ "a name", { .address = "localhost" }, ERR_RANGE },
		{ "no such", { .address = "300.1.1.1" }, ERR_RANGE },
		{ "empty", { .address = "" }, ERR_RANGE },
		{ "web", { .http_address = "127.0.0.1" }, ERR_OK },
		{ "IPv6", { .http_address = "::1" }, ERR_RANGE },
		{ "a port", { .http_address = "127.0.0.1:80" }, ERR_RANGE },
		{ "info", { .log_level = "info" }, ERR_OK },
		{ "error", { .log_level = "error" }, ERR_OK },
		{ "no level", { .log_level = "loud" }, ERR_RANGE },
		{ "empty level", { .log_level = "" }, ERR_RANGE },
		{ "a mail server", { .smtp_url = "smtp://mx.example:25" },
		    ERR_OK },
		{ "no mail", { .smtp_url = "" }, ERR_OK },
		{ "no URL", { .smtp_url = "nonsense" }, ERR_RANGE },
		{ "name servers",
		    { .dns_servers = "192.0.2.53,192.0.2.54:5353" }, ERR_OK },
		{ "the system's", { .dns_servers = "" }, ERR_OK },
		{ "fronts", { .trusted_fronts = "192.0.2.0/24, 2001:db8::/32" },
		    ERR_OK },
		{ "no fronts", { .trusted_fronts = "" }, ERR_OK },
		{ "everybody", { .trusted_fronts = "::/0" }, ERR_RANGE },
		{ "no front", { .trusted_fronts = "cdn" }, ERR_RANGE },
		{ "a server's name", { .dns_servers = "nope" }, ERR_RANGE },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		if (ctl_want_words(&cases[i].want) != cases[i].e)
			fail_msg("%s", cases[i].why);
}

static void test_rtp(void **state)
{
	static const struct {
		const char *why;
		uint64_t asked, min, max;
		enum err want;
	} cases[] = {
		{ "as it is", 20000, 20000, 23999, ERR_OK },
		{ "odd", 20001, 20001, 23999, ERR_RANGE },
		{ "root's", 1022, 1022, 23999, ERR_RANGE },
		{ "above the end", 30000, 30000, 23999, ERR_RANGE },
		{ "one port", 20000, 20000, 20000, ERR_RANGE },
		{ "an older file's word", 0, 20001, 20000, ERR_OK },
	};
	struct settings s;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const struct ctl_layout_want min = { .rtp_port_min =
							 cases[i].asked };
		const struct ctl_layout_want max = { .rtp_port_max =
							 cases[i].asked };

		settings_defaults(&s);
		s.rtp_port_min = cases[i].min;
		s.rtp_port_max = cases[i].max;
		if (ctl_want_check(&s, &min) != cases[i].want ||
		    ctl_want_check(&s, &max) != cases[i].want)
			fail_msg("%s", cases[i].why);
	}
}

static void test_http(void **state)
{
	static const struct {
		const char *listen, *url;
		const char *address, *http_address;
		uint64_t port;
		const char *want_listen, *want_url;
	} cases[] = {
		{ "127.0.0.1:8080", "http://127.0.0.1:8080", NULL, NULL, 0,
		    "127.0.0.1:8080", "http://127.0.0.1:8080" },
		{ "127.0.0.1:8080", "http://127.0.0.1:8080", "192.0.2.1", NULL,
		    0, "192.0.2.1:8080", "http://192.0.2.1:8080" },
		{ "127.0.0.1:8080", "http://127.0.0.1:8080", "192.0.2.1",
		    "127.0.0.2", 81, "127.0.0.2:81", "http://127.0.0.2:81" },
		/* What somebody chose stays when the same is typed again. */
		{ "127.0.0.1:8080", "https://calls.example.com", "192.0.2.1",
		    "127.0.0.1", 8080, "127.0.0.1:8080",
		    "https://calls.example.com" },
		{ "127.0.0.1:8080", "http://127.0.0.1:80", NULL, NULL, 8081,
		    "127.0.0.1:8081", "http://127.0.0.1:80" },
	};
	struct settings s;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const struct ctl_layout_want want = { .address =
							  cases[i].address,
			.http_address = cases[i].http_address,
			.http_port = cases[i].port };

		settings_defaults(&s);
		(void)snprintf(s.http_listen, sizeof(s.http_listen), "%s",
		    cases[i].listen);
		(void)snprintf(s.public_url, sizeof(s.public_url), "%s",
		    cases[i].url);
		assert_int_equal(ctl_want_http(&s, &want), ERR_OK);
		assert_string_equal(s.http_listen, cases[i].want_listen);
		assert_string_equal(s.public_url, cases[i].want_url);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_cannot_be),
		cmocka_unit_test(test_rtp),
		cmocka_unit_test(test_public_url),
		cmocka_unit_test(test_http),
		cmocka_unit_test(test_max_calls),
	};

	log_open("test", -1, LOG_ERROR);
	return cmocka_run_group_tests_name("ctl_want", tests, NULL, NULL);
}
