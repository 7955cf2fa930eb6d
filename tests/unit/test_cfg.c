/* Tests of lib/base/cfg and lib/base/settings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cfg_is.h"
#include "lib/base/settings.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

static const struct {
	const char *why;
	const char *in;
	enum err want;
	unsigned int line;
} cases[] = {
	{ "empty", "", ERR_OK, 0 },
	{ "comments and blanks", "# a\n\n   \n\t# b", ERR_OK, 0 },
	{ "set", "sip_port 5070\nuser rt\n", ERR_OK, 0 },
	{ "tabs around", "\tsip_port\t 5070 \r\n", ERR_OK, 0 },
	{ "value with blanks", "run_dir /tmp/a b\n", ERR_OK, 0 },
	{ "an equals sign", "sip_port 5070\ndb_name = x\n", ERR_SYNTAX, 2 },
	{ "one that sticks", "db_name =x\n", ERR_SYNTAX, 1 },
	{ "two names", "db_name a b\n", ERR_RANGE, 1 },
	{ "a name to quote", "db_name a`b\n", ERR_RANGE, 1 },
	{ "a name", "db_name Ring-trace_2\n", ERR_OK, 0 },
	{ "unknown key", "sip_port 5070\nsipport 1", ERR_NOTFOUND, 2 },
	{ "twice", "sip_port 1\n\nsip_port 2", ERR_CONFLICT, 3 },
	{ "not a number", "sip_port five", ERR_SYNTAX, 1 },
	{ "number and more", "sip_port 5x", ERR_SYNTAX, 1 },
	{ "too large", "sip_port 65536", ERR_RANGE, 1 },
	{ "too small", "sip_port 0", ERR_RANGE, 1 },
	{ "no value", "user", ERR_RANGE, 1 },
	{ "listen", "http_listen 192.0.2.1:80", ERR_OK, 0 },
	{ "listen on a name", "http_listen localhost:80", ERR_RANGE, 1 },
	{ "listen on no port", "http_listen 192.0.2.1", ERR_RANGE, 1 },
	{ "listen on port 0", "http_listen 192.0.2.1:0", ERR_RANGE, 1 },
	{ "listen and more", "http_listen 192.0.2.1:80;x", ERR_RANGE, 1 },
	{ "web", "public_url https://calls.example.com:8443", ERR_OK, 0 },
	{ "web with a slash", "public_url https://x.example/", ERR_RANGE, 1 },
	{ "web without scheme", "public_url x.example", ERR_RANGE, 1 },
	{ "web with a port of none", "public_url http://x:", ERR_RANGE, 1 },
	{ "web with a port too large", "public_url http://x:65536", ERR_RANGE,
	    1 },
	{ "fronts", "trusted_fronts 198.51.100.0/24, 2001:db8::/32", ERR_OK,
	    0 },
	{ "a front alone", "trusted_fronts 2001:db8::7", ERR_OK, 0 },
	{ "no fronts", "trusted_fronts", ERR_OK, 0 },
	{ "a front's name", "trusted_fronts cdn.example", ERR_RANGE, 1 },
	{ "a front too many by a comma", "trusted_fronts 10.0.0.0/8,",
	    ERR_RANGE, 1 },
	{ "everybody", "trusted_fronts 0.0.0.0/0", ERR_RANGE, 1 },
	{ "everybody of IPv6", "trusted_fronts 10.0.0.0/8,::/0", ERR_RANGE, 1 },
	{ "everybody in two halves", "trusted_fronts 0.0.0.0/1,128.0.0.0/1",
	    ERR_RANGE, 1 },
	{ "more than anybody has", "trusted_fronts 10.0.0.0/7", ERR_RANGE, 1 },
	{ "all that is given out of IPv6", "trusted_fronts 2000::/3", ERR_RANGE,
	    1 },
	{ "more than anybody has of IPv6", "trusted_fronts 2400::/15",
	    ERR_RANGE, 1 },
	{ "much of IPv6", "trusted_fronts 2400::/16", ERR_OK, 0 },
	{ "all local ones of IPv6", "trusted_fronts fc00::/7", ERR_OK, 0 },
	{ "local ones and others", "trusted_fronts fc00::/6", ERR_RANGE, 1 },
	{ "a length mistyped", "trusted_fronts 10.1.0.0/8", ERR_RANGE, 1 },
	{ "a front and more", "trusted_fronts 10.0.0.0/8;deny all", ERR_RANGE,
	    1 },
	{ "SIP", "\nsip_address 192.0.2.1", ERR_OK, 0 },
	{ "SIP at a name", "\nsip_address sip.example", ERR_RANGE, 2 },
	{ "SIP with a port", "sip_address 192.0.2.1:5060", ERR_RANGE, 1 },
	{ "told", "sip_advertised 198.51.100.7", ERR_OK, 0 },
	{ "told nothing", "sip_advertised", ERR_OK, 0 },
	{ "told a name", "sip_advertised nat.example", ERR_RANGE, 1 },
	{ "servers", "dns_servers 192.0.2.53, 192.0.2.54:5353", ERR_OK, 0 },
	{ "no servers", "dns_servers", ERR_OK, 0 },
	{ "a server's name", "dns_servers nope", ERR_RANGE, 1 },
	{ "a server of none", "dns_servers 192.0.2.53,", ERR_RANGE, 1 },
	{ "a server at port 0", "dns_servers 192.0.2.53:0", ERR_RANGE, 1 },
	{ "mail", "smtp_url smtp://127.0.0.1:25", ERR_OK, 0 },
	{ "mail over TLS", "smtp_url SMTPS://mx_1.example", ERR_OK, 0 },
	{ "mail over IPv6", "smtp_url smtp://[2001:db8::1]:25", ERR_OK, 0 },
	{ "mail by our name", "smtp_url smtp://mx.example/us.example", ERR_OK,
	    0 },
	{ "no mail", "smtp_url", ERR_OK, 0 },
	{ "mail nowhere", "smtp_url nonsense", ERR_RANGE, 1 },
	{ "mail by another scheme", "smtp_url http://mx", ERR_RANGE, 1 },
	{ "mail to nobody", "smtp_url smtp://", ERR_RANGE, 1 },
	{ "mail to an open bracket", "smtp_url smtp://[::1", ERR_RANGE, 1 },
	{ "mail to port 0", "smtp_url smtp://mx:0", ERR_RANGE, 1 },
	{ "mail with a name", "smtp_url smtp://me@mx", ERR_RANGE, 1 },
	{ "sender", "smtp_from Calls & more <calls@x.example>", ERR_OK, 0 },
	{ "a bare sender", "smtp_from calls@localhost", ERR_OK, 0 },
	{ "no sender", "smtp_from calls", ERR_RANGE, 1 },
	{ "half a sender", "smtp_from Calls <calls@x.example", ERR_RANGE, 1 },
	{ "a sender in two words", "smtp_from my calls@x.example", ERR_RANGE,
	    1 },
	{ "level", "log_level warn", ERR_OK, 0 },
	{ "no level", "log_level loud", ERR_RANGE, 1 },
};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct settings s;
		struct cfg_error why;
		const enum err e =
		    settings_parse(slice_from(cases[i].in), &s, &why);

		if (e != cases[i].want)
			fail_msg("%s: gave %s", cases[i].why, err_name(e));
		if (e != ERR_OK && why.line != cases[i].line)
			fail_msg("%s: line %u", cases[i].why, why.line);
		assert_true(e == ERR_OK || why.what[0] != '\0');
	}
}

static void test_too_long(void **state)
{
	char line[600] = "user ";
	struct settings s = { .sip_port = 42 };
	struct cfg_error why;

	(void)state;
	memset(line + 5, 'x', sizeof(line) - 6);
	assert_int_equal(settings_parse(slice_from(line), &s, &why), ERR_RANGE);
	/* The message is cut, ends, and nothing was written. */
	assert_true(strlen(why.what) < CFG_ERROR_MAX);
	assert_int_equal(s.sip_port, 42);
}

/* As many of the longest as a large CDN has are taken and come back whole; one
 * more is not. */
static void test_fronts(void **state)
{
	const struct slice one =
	    SLICE("2001:db8:1111:2222:3333:4444:5555:6666/128");
	struct settings s, back;
	struct cfg_error why;
	struct buf line, file;

	(void)state;
	buf_init(&line, 10000);
	buf_init(&file, 20000);
	buf_cstr(&line, "trusted_fronts ");
	for (unsigned int i = 0; i < CFG_IS_NETS_MAX; i++) {
		buf_cstr(&line, i == 0 ? "" : ",");
		buf_put(&line, one);
	}
	assert_int_equal(settings_parse(buf_slice(&line), &s, &why), ERR_OK);
	assert_int_equal(strlen(s.trusted_fronts),
	    CFG_IS_NETS_MAX * (one.n + 1) - 1);
	settings_write(&s, &file);
	assert_int_equal(settings_parse(buf_slice(&file), &back, &why), ERR_OK);
	assert_string_equal(back.trusted_fronts, s.trusted_fronts);
	buf_cstr(&line, ",10.0.0.1");
	assert_int_equal(settings_parse(buf_slice(&line), &back, &why),
	    ERR_RANGE);
	buf_fini(&file);
	buf_fini(&line);
}

static void test_older_files(void **state)
{
	struct settings s;
	struct cfg_error why;

	(void)state;
	assert_int_equal(settings_parse(SLICE("dni_threads 96\n"), &s, &why),
	    ERR_OK);
	assert_int_equal(s.dni_threads, 2);
	assert_int_equal(settings_parse(SLICE("dni_threads 16\n"), &s, &why),
	    ERR_OK);
	assert_int_equal(s.dni_threads, 16);
}

static void test_write_and_read(void **state)
{
	struct settings s, back;
	struct cfg_error why;
	struct buf b;

	(void)state;
	settings_defaults(&s);
	s.sip_port = 5099;
	assert_true(slice_to_cstr(SLICE("/tmp/with blank"), s.run_dir,
	    sizeof(s.run_dir)));
	buf_init(&b, 10000);
	settings_write(&s, &b);
	assert_int_equal(buf_err(&b), ERR_OK);
	assert_int_equal(settings_parse(buf_slice(&b), &back, &why), ERR_OK);
	assert_int_equal(back.sip_port, 5099);
	assert_string_equal(back.run_dir, s.run_dir);
	assert_string_equal(back.sip_advertised, "");
	assert_string_equal(back.log_level, s.log_level);
	buf_fini(&b);
}

static void put_file(const char *path, const char *text, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void test_load(void **state)
{
	static char large[70000];
	static const struct {
		const char *why;
		const char *text;
		size_t n; /* 0: its length */
		enum err want;
	} files[] = {
		{ "good", "# ours\nsip_port 5099\n", 0, ERR_OK },
		{ "a word too many", "fly 1\n", 0, ERR_NOTFOUND },
		{ "too long a file", large, sizeof(large), ERR_TOOBIG },
	};
	char path[300];
	struct settings s = { .sip_port = 42 };

	(void)state;
	memset(large, '\n', sizeof(large));
	(void)snprintf(path, sizeof(path), "%s/none", getenv("RT_TEST_DIR"));
	assert_int_equal(settings_load(path, &s), ERR_IO);
	assert_int_equal(settings_load(getenv("RT_TEST_DIR"), &s), ERR_IO);
	assert_int_equal(s.sip_port, 42);
	for (size_t i = 0; i < RT_ARRAY_LEN(files); i++) {
		enum err e;

		put_file(path, files[i].text,
		    files[i].n == 0 ? strlen(files[i].text) : files[i].n);
		e = settings_load(path, &s);
		if (e != files[i].want)
			fail_msg("%s: gave %s", files[i].why, err_name(e));
		assert_int_equal(s.sip_port, 5099); /* untouched on failure */
	}
	/* Every allocation fails once. */
	put_file(path, files[0].text, strlen(files[0].text));
	for (unsigned int n = 0;; n++) {
		enum err e;

		assert_true(n < 100);
		fail_alloc_after(n);
		e = settings_load(path, &s);
		if (!fail_alloc_end()) {
			assert_int_equal(e, ERR_OK);
			return;
		}
		assert_int_equal(e, ERR_NOMEM);
	}
}

static void test_err_names(void **state)
{
	(void)state;
	for (int i = ERR_OK; i <= ERR_INTERNAL; i++) {
		const char *name = err_name((enum err)i);

		assert_string_not_equal(name, "unknown");
		for (int k = ERR_OK; k < i; k++)
			assert_string_not_equal(name, err_name((enum err)k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_fronts),
		cmocka_unit_test(test_older_files),
		cmocka_unit_test(test_write_and_read),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_err_names),
	};

	return cmocka_run_group_tests_name("cfg", tests, NULL, NULL);
}
