/* Tests of cgi/web/req: parsers, getters, bodies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cgi/web/req.h"
#include "lib/base/buf.h"
#include "tests/support/fail_alloc.h"

static void print_params(const struct req_param *p, struct buf *out)
{
	for (; p != NULL; p = p->next) {
		buf_char(out, '[');
		buf_put(out, p->name);
		buf_char(out, '|');
		buf_put(out, p->value);
		buf_char(out, ']');
	}
}

static const struct {
	const char *why;
	const char *in;
	enum err e;
	const char *want;
} param_cases[] = {
	{ "nothing", "", ERR_OK, "" },
	{ "one", "a=b", ERR_OK, "[a|b]" },
	{ "three", "a=1&b=2&c=3", ERR_OK, "[a|1][b|2][c|3]" },
	{ "no value", "a=&b", ERR_OK, "[a|][b|]" },
	{ "empty parts", "&&a=1&", ERR_OK, "[a|1]" },
	{ "= in a value", "a=b=c", ERR_OK, "[a|b=c]" },
	{ "plus and percent", "a=x+y%20z%2B", ERR_OK, "[a|x y z+]" },
	{ "UTF-8", "a=%C3%A4", ERR_OK, "[a|\xc3\xa4]" },
	{ "raw UTF-8", "a=\xc3\xa4", ERR_OK, "[a|\xc3\xa4]" },
	{ "lines in a value", "a=x%0D%0Ay%09z", ERR_OK, "[a|x\r\ny\tz]" },
	{ "no name", "=1", ERR_SYNTAX, "" },
	{ "cut percent", "a=%", ERR_SYNTAX, "" },
	{ "cut percent 2", "a=%4", ERR_SYNTAX, "" },
	{ "no hex", "a=%zz", ERR_SYNTAX, "" },
	{ "half hex", "a=%4z", ERR_SYNTAX, "" },
	{ "NUL", "a=%00", ERR_SYNTAX, "" },
	{ "NUL in a name", "%00=1", ERR_SYNTAX, "" },
	{ "a control byte", "a=%1b", ERR_SYNTAX, "" },
	{ "a line in a name", "a%0a=1", ERR_SYNTAX, "" },
	{ "DEL", "a=%7f", ERR_SYNTAX, "" },
	{ "broken UTF-8", "a=%c3", ERR_SYNTAX, "" },
	{ "overlong UTF-8", "a=%c0%af", ERR_SYNTAX, "" },
	{ "a surrogate", "a=%ed%a0%80", ERR_SYNTAX, "" },
};

static void test_params(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(param_cases); i++) {
		struct req_param *p = NULL;
		struct arena a;
		char mem[200];
		struct buf b;
		enum err e;

		arena_init(&a, 1 << 20);
		buf_over(&b, mem, sizeof(mem));
		e = req_parse_params(&a, slice_from(param_cases[i].in), &p);
		print_params(p, &b);
		if (e != param_cases[i].e ||
		    !slice_eq_cstr(buf_slice(&b), param_cases[i].want))
			fail_msg("%s: %s %.*s", param_cases[i].why, err_name(e),
			    SLICE_FMT(buf_slice(&b)));
		arena_fini(&a);
	}
}

/* A query is read past what is no text, and the first of it is told. */
static const struct {
	const char *why;
	const char *in;
	const char *want;
	const char *odd; /* NULL: all is text */
} odd_cases[] = {
	{ "all is well", "a=1&b=%C3%A9", "[a|1][b|\xc3\xa9]", NULL },
	{ "a value", "a=1&b=%00&c=2", "[a|1][c|2]", "b" },
	{ "the first of two", "x%ff=1&a=%&b=3", "[b|3]", "x\xef\xbf\xbd" },
	{ "a name that cannot be decoded", "a%zz=1", "", "a%zz" },
	{ "no name", "=1&a=2", "[a|2]", "" },
	{ "nothing else", "a=%c3", "", "a" },
};

static void test_odd(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(odd_cases); i++) {
		struct slice odd = SLICE("?");
		struct req_param *p = NULL;
		struct arena a;
		char mem[200];
		struct buf b;

		arena_init(&a, 1 << 20);
		buf_over(&b, mem, sizeof(mem));
		assert_int_equal(req_parse_query(&a,
				     slice_from(odd_cases[i].in), &p, &odd),
		    ERR_OK);
		print_params(p, &b);
		if (!slice_eq_cstr(buf_slice(&b), odd_cases[i].want) ||
		    (odd_cases[i].odd == NULL
			    ? odd.p != NULL
			    : odd.p == NULL ||
				  !slice_eq_cstr(odd, odd_cases[i].odd)))
			fail_msg("%s: %.*s odd \"%.*s\"", odd_cases[i].why,
			    SLICE_FMT(buf_slice(&b)), SLICE_FMT(odd));
		arena_fini(&a);
	}
}

static void test_param_limit(void **state)
{
	struct req_param *p = NULL;
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a, 1 << 20);
	buf_init(&b, 20000);
	for (size_t i = 0; i < REQ_PARAMS_MAX; i++)
		buf_cstr(&b, "a=1&");
	assert_int_equal(req_parse_params(&a, buf_slice(&b), &p), ERR_OK);
	buf_cstr(&b, "a=1");
	assert_int_equal(req_parse_params(&a, buf_slice(&b), &p), ERR_TOOBIG);
	assert_int_equal(req_parse_form(&a, buf_slice(&b), &p), ERR_OK);
	for (size_t i = REQ_PARAMS_MAX + 1; i < REQ_FIELDS_MAX; i++)
		buf_cstr(&b, "&a=1");
	assert_int_equal(req_parse_form(&a, buf_slice(&b), &p), ERR_OK);
	buf_cstr(&b, "&a=1");
	assert_int_equal(req_parse_form(&a, buf_slice(&b), &p), ERR_TOOBIG);
	buf_fini(&b);
	arena_fini(&a);
}

static const struct {
	const char *why;
	const char *in;
	const char *want;
} cookie_cases[] = {
	{ "nothing", "", "" },
	{ "one", "a=b", "[a|b]" },
	{ "two", "a=1; b=2", "[a|1][b|2]" },
	{ "no blank", "a=1;b=2", "[a|1][b|2]" },
	{ "without =", "a; b=2", "[b|2]" },
	{ "no name", "=1; b=2", "[b|2]" },
	{ "quotes", "a=\"1\"; b=2", "[b|2]" },
	{ "a control byte", "a=\x01; b=2", "[b|2]" },
	{ "high bytes", "a=\xc3\xa4; b=2", "[b|2]" },
	{ "a blank inside", "a=1 2; b=2", "[b|2]" },
	{ "= in a value", "a=1=2", "[a|1=2]" },
	{ "only separators", ";;; ;", "" },
	{ "the same twice", "a=1; a=2", "[a|1][a|2]" },
};

static void test_cookies(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cookie_cases); i++) {
		struct req_param *p = NULL;
		struct arena a;
		char mem[200];
		struct buf b;

		arena_init(&a, 1 << 20);
		buf_over(&b, mem, sizeof(mem));
		assert_int_equal(req_parse_cookies(&a,
				     slice_from(cookie_cases[i].in), &p),
		    ERR_OK);
		print_params(p, &b);
		if (!slice_eq_cstr(buf_slice(&b), cookie_cases[i].want))
			fail_msg("%s: %.*s", cookie_cases[i].why,
			    SLICE_FMT(buf_slice(&b)));
		arena_fini(&a);
	}
}

static const struct {
	const char *why;
	const char *in;
	enum err e;
	const char *want;
} path_cases[] = {
	{ "the root", "/", ERR_OK, "/" },
	{ "two parts", "/calls/cal_1", ERR_OK, "/calls/cal_1" },
	{ "a slash at the end", "/calls/", ERR_OK, "/calls/" },
	{ "an escaped letter", "/%63alls", ERR_OK, "/calls" },
	{ "plus is plus", "/a+b", ERR_OK, "/a+b" },
	{ "nothing", "", ERR_SYNTAX, "" },
	{ "no slash", "calls", ERR_SYNTAX, "" },
	{ "a whole address", "http://x/", ERR_SYNTAX, "" },
	{ "asterisk", "*", ERR_SYNTAX, "" },
	{ "two slashes", "//x", ERR_SYNTAX, "" },
	{ "two slashes inside", "/a//b", ERR_SYNTAX, "" },
	{ "one dot", "/./a", ERR_SYNTAX, "" },
	{ "two dots", "/a/../b", ERR_SYNTAX, "" },
	{ "two dots at the end", "/a/..", ERR_SYNTAX, "" },
	{ "escaped dots", "/a/%2e%2e/b", ERR_SYNTAX, "" },
	{ "an escaped slash and dots", "/a%2f..%2fb", ERR_SYNTAX, "" },
	{ "NUL", "/a%00", ERR_SYNTAX, "" },
	{ "a new line", "/a%0a", ERR_SYNTAX, "" },
	{ "broken UTF-8", "/%ff", ERR_SYNTAX, "" },
	{ "cut percent", "/a%2", ERR_SYNTAX, "" },
	{ "three dots", "/...", ERR_OK, "/..." },
};

static void test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(path_cases); i++) {
		struct slice got = SLICE("");
		struct arena a;
		enum err e;

		arena_init(&a, 1 << 20);
		e = req_parse_path(&a, slice_from(path_cases[i].in), &got);
		if (e != path_cases[i].e ||
		    !slice_eq_cstr(got, path_cases[i].want))
			fail_msg("%s: %s %.*s", path_cases[i].why, err_name(e),
			    SLICE_FMT(got));
		arena_fini(&a);
	}
}

#define TYPE "multipart/form-data; boundary=XX"
#define PART(name, value)                                      \
	"--XX\r\nContent-Disposition: form-data; name=\"" name \
	"\"\r\n"                                               \
	"\r\n" value "\r\n"
#define FILE_PART(name, file, value)                                        \
	"--XX\r\ncontent-disposition: form-data; name=\"" name              \
	"\"; filename=\"" file "\"\r\nContent-Type: text/csv\r\n\r\n" value \
	"\r\n"

/* A body in memory. */
struct body {
	struct slice rest;
	size_t step;
};

static size_t read_body(void *ctx, char *out, size_t n)
{
	struct body *b = ctx;
	const struct slice part =
	    slice_head(b->rest, n < b->step ? n : b->step);

	if (part.n > 0)
		memcpy(out, part.p, part.n);
	b->rest = slice_skip(b->rest, part.n);
	return part.n;
}

static const char *env_of(char *mem, size_t cap, const char *name,
    const char *value)
{
	(void)snprintf(mem, cap, "%s=%s", name, value);
	return mem;
}

static const struct {
	const char *why;
	enum req_body body;
	size_t max;
	const char *type;
	const char *length; /* NULL: the true one */
	const char *bytes;
	enum err e;
	const char *params;
} body_cases[] = {
	{ "a form", REQ_BODY_URLENCODED, 100,
	    "application/x-www-form-urlencoded", NULL, "a=1&b=2", ERR_OK,
	    "[a|1][b|2]" },
	{ "a form with a charset", REQ_BODY_URLENCODED, 100,
	    "application/x-www-form-urlencoded; charset=UTF-8", NULL, "a=1",
	    ERR_OK, "[a|1]" },
	{ "as large as allowed", REQ_BODY_URLENCODED, 7,
	    "application/x-www-form-urlencoded", NULL, "a=1&b=2", ERR_OK,
	    "[a|1][b|2]" },
	{ "one too large", REQ_BODY_URLENCODED, 6,
	    "application/x-www-form-urlencoded", NULL, "a=1&b=2", ERR_TOOBIG,
	    "" },
	{ "a huge length", REQ_BODY_URLENCODED, 100,
	    "application/x-www-form-urlencoded", "99999999999999999999", "",
	    ERR_SYNTAX, "" },
	{ "no number", REQ_BODY_URLENCODED, 100,
	    "application/x-www-form-urlencoded", "1x", "", ERR_SYNTAX, "" },
	{ "ends early", REQ_BODY_URLENCODED, 100,
	    "application/x-www-form-urlencoded", "9", "a=1", ERR_CLOSED, "" },
	{ "another type", REQ_BODY_URLENCODED, 100, "text/plain", NULL, "a=1",
	    ERR_UNSUPPORTED, "" },
	{ "no type", REQ_BODY_URLENCODED, 100, "", NULL, "a=1", ERR_UNSUPPORTED,
	    "" },
	{ "a type that only begins so", REQ_BODY_URLENCODED, 100,
	    "application/x-www-form-urlencodedx", NULL, "a=1", ERR_UNSUPPORTED,
	    "" },
	{ "files where none are taken", REQ_BODY_URLENCODED, 100, TYPE, NULL,
	    "--XX--", ERR_UNSUPPORTED, "" },
	{ "files", REQ_BODY_MULTIPART, 100, TYPE, NULL, PART("a", "b") "--XX--",
	    ERR_OK, "[a|b]" },
	{ "a form where files are taken", REQ_BODY_MULTIPART, 100,
	    "application/x-www-form-urlencoded", NULL, "a=1", ERR_OK, "[a|1]" },
	{ "a body where none is taken", REQ_BODY_NONE, 100,
	    "application/x-www-form-urlencoded", NULL, "a=1", ERR_TOOBIG, "" },
	{ "none where none is taken", REQ_BODY_NONE, 100, "", "", "", ERR_OK,
	    "" },
	{ "raw", REQ_BODY_RAW, 100, "text/plain", NULL, "{}", ERR_OK, "" },
	{ "broken percent", REQ_BODY_URLENCODED, 100,
	    "application/x-www-form-urlencoded", NULL, "a=%", ERR_SYNTAX, "" },
};

static void test_bodies(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(body_cases); i++) {
		struct body body = { slice_from(body_cases[i].bytes), 3 };
		char m1[40], m2[200], length[24], mem[200];
		const char *env[8] = { NULL };
		const struct req_source src = { env, read_body, &body };
		struct req r = { .head = false };
		struct arena a;
		struct buf b;
		enum err e;

		arena_init(&a, 1 << 20);
		r.arena = &a;
		(void)snprintf(length, sizeof(length), "%zu", body.rest.n);
		env[0] = env_of(m1, sizeof(m1), "CONTENT_LENGTH",
		    body_cases[i].length == NULL ? length
						 : body_cases[i].length);
		env[1] =
		    env_of(m2, sizeof(m2), "CONTENT_TYPE", body_cases[i].type);
		env[2] = "REQUEST_METHOD=POST";
		env[3] = "REQUEST_URI=/x?q=1";
		env[4] = "REMOTE_ADDR=127.0.0.1";
		assert_int_equal(req_read(&r, &src), ERR_OK);
		e = req_read_body(&r, &src, body_cases[i].body,
		    body_cases[i].max);
		buf_over(&b, mem, sizeof(mem));
		print_params(r.form, &b);
		if (e != body_cases[i].e ||
		    !slice_eq_cstr(buf_slice(&b), body_cases[i].params))
			fail_msg("%s: %s %.*s", body_cases[i].why, err_name(e),
			    SLICE_FMT(buf_slice(&b)));
		if (e == ERR_OK && body_cases[i].body == REQ_BODY_RAW)
			assert_true(slice_eq_cstr(r.body, body_cases[i].bytes));
		arena_fini(&a);
	}
}

static void read_ok(struct req *r, struct arena *a, const char *const *env)
{
	struct body body = { SLICE(""), 1 };
	const struct req_source src = { env, read_body, &body };

	*r = (struct req){ .arena = a };
	assert_int_equal(req_read(r, &src), ERR_OK);
}

static void test_getters(void **state)
{
	const char *env[] = { "REQUEST_METHOD=HEAD",
		"REQUEST_URI=/calls/x?n=12&n2=&twice=1&twice=2&big=300&neg=-1"
		"&id=cal_01h455vb4pex5vsknk084sn02q&bad=cal_x&t=+%C3%A4+",
		"REMOTE_ADDR=::1", "HTTP_COOKIE=a=1; a=2", "HTTPS=on",
		"HTTP_X=y", NULL };
	struct arena a;
	struct slice s;
	struct req r;
	uint64_t n;
	uint8_t id[ID_BYTES];

	(void)state;
	arena_init(&a, 1 << 20);
	read_ok(&r, &a, env);
	assert_int_equal(r.method, REQ_GET);
	assert_true(r.head);
	assert_true(r.tls);
	assert_string_equal(r.address, "::1");
	assert_true(slice_eq_cstr(r.path, "/calls/x"));
	assert_int_equal(req_query_u64(&r, "n", 1, 200, &n), ERR_OK);
	assert_int_equal(n, 12);
	assert_int_equal(req_query_u64(&r, "n", 13, 200, &n), ERR_RANGE);
	assert_int_equal(req_query_u64(&r, "big", 1, 200, &n), ERR_RANGE);
	assert_int_equal(req_query_u64(&r, "neg", 1, 200, &n), ERR_SYNTAX);
	assert_int_equal(req_query_u64(&r, "n2", 1, 200, &n), ERR_NOTFOUND);
	assert_int_equal(req_query_u64(&r, "none", 1, 200, &n), ERR_NOTFOUND);
	assert_int_equal(req_query(&r, "twice", &s), ERR_SYNTAX);
	assert_int_equal(req_need(ERR_NOTFOUND), ERR_SYNTAX);
	assert_int_equal(req_need(ERR_RANGE), ERR_RANGE);
	assert_int_equal(req_query_id(&r, "id", ID_KIND_call, id), ERR_OK);
	assert_int_equal(req_query_id(&r, "id", ID_KIND_user, id), ERR_SYNTAX);
	assert_int_equal(req_query_id(&r, "bad", ID_KIND_call, id), ERR_SYNTAX);
	assert_int_equal(req_query_id(&r, "n2", ID_KIND_call, id),
	    ERR_NOTFOUND);
	assert_int_equal(req_cookie(&r, "a", &s), ERR_OK);
	assert_true(slice_eq_cstr(s, "1"));
	assert_int_equal(req_cookie(&r, "b", &s), ERR_NOTFOUND);
	assert_true(slice_eq_cstr(req_env(&r, "HTTP_X"), "y"));
	assert_int_equal(req_env(&r, "HTTP_Y").n, 0);
	assert_int_equal(req_env(&r, "HTTP").n, 0);
	assert_null(req_file(&r, "f"));
	r.form = r.query;
	assert_int_equal(req_form_text(&r, "t", 1, 1, &s), ERR_OK);
	assert_true(slice_eq_cstr(s, "\xc3\xa4"));
	assert_int_equal(req_form_text(&r, "t", 2, 9, &s), ERR_RANGE);
	assert_int_equal(req_form_u64(&r, "n", 1, 200, &n), ERR_OK);
	assert_int_equal(req_form_id(&r, "id", ID_KIND_call, id), ERR_OK);
	arena_fini(&a);
}

static const struct {
	const char *why;
	const char *uri;
	const char *address;
	enum err e;
} read_cases[] = {
	{ "good", "/", "127.0.0.1", ERR_OK },
	{ "no address", "", "127.0.0.1", ERR_SYNTAX },
	{ "bad path", "/%", "127.0.0.1", ERR_SYNTAX },
	{ "bad query", "/?%", "127.0.0.1", ERR_SYNTAX },
	{ "an address too long", "/",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	    ERR_SYNTAX },
};

static void test_read(void **state)
{
	struct body body = { SLICE(""), 1 };
	const char *env[4] = { "REQUEST_METHOD=GET", NULL, NULL, NULL };
	const struct req_source src = { env, read_body, &body };
	struct arena a;
	char uri[100], address[100], *longer;

	(void)state;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < RT_ARRAY_LEN(read_cases); i++) {
		struct req r = { .arena = &a };
		enum err e;

		env[1] =
		    env_of(uri, sizeof(uri), "REQUEST_URI", read_cases[i].uri);
		env[2] = env_of(address, sizeof(address), "REMOTE_ADDR",
		    read_cases[i].address);
		e = req_read(&r, &src);
		if (e != read_cases[i].e)
			fail_msg("%s: %s", read_cases[i].why, err_name(e));
	}
	longer = arena_alloc(&a, REQ_QUERY_MAX + 100);
	assert_non_null(longer);
	(void)snprintf(longer, 20, "REQUEST_URI=/?");
	memset(longer + 14, 'a', REQ_QUERY_MAX + 1);
	env[1] = longer;
	env[2] = "REMOTE_ADDR=::1";
	assert_int_equal(req_read(&(struct req){ .arena = &a }, &src),
	    ERR_TOOBIG);
	memset(longer + 13, 'a', REQ_PATH_MAX * 3 + 2);
	assert_int_equal(req_read(&(struct req){ .arena = &a }, &src),
	    ERR_TOOBIG);
	arena_fini(&a);
}

static enum err everything(struct arena *a)
{
	struct body body = {
		SLICE(PART("a", "b") FILE_PART("f", "x", "y") "--XX--"), 7
	};
	char length[40];
	const char *env[] = { "REQUEST_METHOD=POST", "REQUEST_URI=/a/b?c=%20",
		"REMOTE_ADDR=::1", "HTTP_COOKIE=a=1; b=2", "CONTENT_TYPE=" TYPE,
		length, NULL };
	const struct req_source src = { env, read_body, &body };
	struct req r = { .arena = a };
	enum err e;

	(void)snprintf(length, sizeof(length), "CONTENT_LENGTH=%zu",
	    body.rest.n);
	if ((e = req_read(&r, &src)) != ERR_OK)
		return e;
	return req_read_body(&r, &src, REQ_BODY_MULTIPART, 10000);
}

static void test_failing_memory(void **state)
{
	(void)state;
	for (unsigned int n = 0;; n++) {
		struct arena a;
		enum err e;
		bool hit;

		arena_init(&a, 1 << 20);
		fail_alloc_after(n);
		e = everything(&a);
		hit = fail_alloc_end();
		arena_fini(&a);
		if (!hit) {
			assert_int_equal(e, ERR_OK);
			break;
		}
		assert_true(e == ERR_NOMEM || e == ERR_TOOBIG);
	}
	/* The arena's own limit, everywhere it can be met. */
	for (size_t max = 0; max < 3000; max += 16) {
		struct arena a;
		enum err e;

		arena_init(&a, max);
		e = everything(&a);
		if (e != ERR_OK)
			assert_true(e == ERR_NOMEM || e == ERR_TOOBIG);
		arena_fini(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_params),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_param_limit),
		cmocka_unit_test(test_cookies),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_getters),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_failing_memory),
	};

	return cmocka_run_group_tests_name("req", tests, NULL, NULL);
}
