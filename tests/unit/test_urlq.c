/* Tests of lib/core/urlq. */
#include "lib/core/urlq.h"
#include "tests/support/cm.h"
#include "tests/support/fail_alloc.h"

static const struct {
	const char *why;
	const char *in;
	enum err want;
	const char *host;
	const char *port;
	const char *path;
	const char *query;
} split_cases[] = {
	{ "all parts", "https://Ex.com:81/a/b?x=1&y#f", ERR_OK, "Ex.com", "81",
	    "/a/b", "x=1&y" },
	{ "host only", "http://ex.com", ERR_OK, "ex.com", "", "/", "" },
	{ "query without path", "http://ex.com?a=b", ERR_OK, "ex.com", "", "/",
	    "a=b" },
	{ "question in fragment", "http://ex.com/#a?b", ERR_OK, "ex.com", "",
	    "/", "" },
	{ "IPv6", "http://[::1]:8080/", ERR_OK, "[::1]", "8080", "/", "" },
	{ "scheme in capitals", "HTTP://ex.com/", ERR_OK, "ex.com", "", "/",
	    "" },
	{ "script", "javascript:alert(1)", ERR_SYNTAX, "", "", "", "" },
	{ "no host", "http:///x", ERR_SYNTAX, "", "", "", "" },
	{ "user name", "http://a:b@ex.com/", ERR_SYNTAX, "", "", "", "" },
	{ "blank", "http://ex.com/a b", ERR_SYNTAX, "", "", "", "" },
	{ "line end", "http://ex.com/\r\n", ERR_SYNTAX, "", "", "", "" },
	{ "port too large", "http://ex.com:65536/", ERR_SYNTAX, "", "", "",
	    "" },
	{ "open bracket", "http://[::1/", ERR_SYNTAX, "", "", "", "" },
	{ "empty", "", ERR_SYNTAX, "", "", "", "" },
};

static void test_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(split_cases); i++) {
		struct urlq u = { 0 };
		const enum err e =
		    urlq_split(slice_from(split_cases[i].in), &u);

		if (e != split_cases[i].want ||
		    !slice_eq_cstr(u.host, split_cases[i].host) ||
		    !slice_eq_cstr(u.port, split_cases[i].port) ||
		    !slice_eq_cstr(u.path, split_cases[i].path) ||
		    !slice_eq_cstr(u.query, split_cases[i].query))
			fail_msg("%s: %s gave %s", split_cases[i].why,
			    split_cases[i].in, err_name(e));
	}
}

static const struct {
	const char *why;
	const char *in;
	const char *want;
} decode_cases[] = {
	{ "plus and percent", "a+b%20c%2B", "a b c+" },
	{ "cut percent stays", "100%", "100%" },
	{ "percent without digits stays", "%zz%4", "%zz%4" },
	{ "UTF-8", "%C3%A9t%c3%a9", "\xc3\xa9t\xc3\xa9" },
	{ "ill-formed", "a%FFb",
	    "a\xef\xbf\xbd"
	    "b" },
	{ "control byte", "a%00b",
	    "a\xef\xbf\xbd"
	    "b" },
	{ "empty", "", "" },
};

static void test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(decode_cases); i++) {
		struct buf out;

		buf_init(&out, 100);
		buf_char(&out, '<'); /* what was there stays */
		urlq_decode(slice_from(decode_cases[i].in), &out);
		if (buf_err(&out) != ERR_OK ||
		    !slice_eq_cstr(slice_skip(buf_slice(&out), 1),
			decode_cases[i].want))
			fail_msg("%s: %s gave %.*s", decode_cases[i].why,
			    decode_cases[i].in, SLICE_FMT(buf_slice(&out)));
		buf_fini(&out);
	}
}

static void test_next(void **state)
{
	struct slice q = SLICE("a=1&&=x&b&c=2=3&"), name, value;

	(void)state;
	assert_true(urlq_next(&q, &name, &value));
	assert_true(slice_eq_cstr(name, "a") && slice_eq_cstr(value, "1"));
	assert_true(urlq_next(&q, &name, &value));
	assert_true(slice_eq_cstr(name, "b") && slice_eq_cstr(value, ""));
	assert_true(urlq_next(&q, &name, &value));
	assert_true(slice_eq_cstr(name, "c") && slice_eq_cstr(value, "2=3"));
	assert_false(urlq_next(&q, &name, &value));
}

static void test_hosts(void **state)
{
	(void)state;
	assert_true(urlq_host_is(SLICE("a.Ex.com"), SLICE("ex.com")));
	assert_true(urlq_host_is(SLICE("ex.com"), SLICE("ex.com")));
	assert_false(urlq_host_is(SLICE("notex.com"), SLICE("ex.com")));
	assert_false(urlq_host_is(SLICE("com"), SLICE("ex.com")));
	assert_true(urlq_same_site(SLICE("www.ex.com"), SLICE("shop.ex.com")));
	assert_false(urlq_same_site(SLICE("a.com"), SLICE("b.com")));
}

static void test_no_memory(void **state)
{
	bool hit = true;

	(void)state;
	for (unsigned int n = 0; hit; n++) {
		struct buf b;

		buf_init(&b, 4096);
		fail_alloc_after(n);
		urlq_decode(SLICE("a%ffb%00c"), &b); /* takes a second buffer */
		hit = fail_alloc_end();
		assert_int_equal(buf_err(&b), hit ? ERR_NOMEM : ERR_OK);
		buf_fini(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("urlq", tests, NULL, NULL);
}
