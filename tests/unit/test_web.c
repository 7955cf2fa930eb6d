/*
 * Tests of cgi/web without a socket or a database: every route with every
 * method through web_answer(), headers, errors, CSRF before the sign-in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "cgi/tmpl/tmpl.h"
#include "cgi/web/web.h"
#include "lib/base/settings.h"
#include "tests/support/web_site.h"

/* All methods of an address, in this order. */
static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "PATCH",
	"DELETE", "OPTIONS", "TRACE", "get" };

static const struct {
	const char *target;
	unsigned int status[9];
	const char *allow;
} matrix[] = {
	{ "/page/x", { 200, 200, 403, 405, 405, 405, 405, 405, 405 },
	    "Allow: GET, HEAD, POST" },
	{ "/api", { 200, 200, 405, 200, 405, 405, 405, 405, 405 },
	    "Allow: GET, HEAD, PUT" },
	{ "/private", { 303, 303, 401, 405, 405, 405, 405, 405, 405 },
	    "Allow: GET, HEAD, POST" },
	{ "/private.json", { 401, 401, 405, 405, 405, 405, 405, 405, 405 },
	    "Allow: GET, HEAD" },
	{ "/fail?e=0", { 200, 200, 405, 405, 405, 405, 405, 405, 405 },
	    "Allow: GET, HEAD" },
	{ "/none", { 404, 404, 404, 404, 404, 404, 404, 404, 404 }, NULL },
	{ "/page", { 404, 404, 404, 404, 404, 404, 404, 404, 404 }, NULL },
	{ "/page/", { 404, 404, 404, 404, 404, 404, 404, 404, 404 }, NULL },
	{ "/page/x/y", { 404, 404, 404, 404, 404, 404, 404, 404, 404 }, NULL },
	{ "/page/x/", { 404, 404, 404, 404, 404, 404, 404, 404, 404 }, NULL },
	{ "/page/x%2fy", { 404, 404, 404, 404, 404, 404, 404, 404, 404 },
	    NULL },
	{ "/page/%ff", { 400, 400, 400, 400, 400, 400, 400, 400, 400 }, NULL },
	{ "/page/../api", { 400, 400, 400, 400, 400, 400, 400, 400, 400 },
	    NULL },
	{ "/api?x=%00", { 400, 400, 400, 400, 400, 400, 400, 400, 400 }, NULL },
};

static void test_every_method(void **state)
{
	struct web_site s;

	(void)state;
	web_site_begin(&s);
	for (size_t i = 0; i < RT_ARRAY_LEN(matrix); i++) {
		for (size_t m = 0; m < RT_ARRAY_LEN(methods); m++) {
			const unsigned int got = web_site_answer(&s,
			    &(struct web_site_ask){ .method = methods[m],
				.target = matrix[i].target });

			if (got != matrix[i].status[m])
				fail_msg("%s %s: %u", methods[m],
				    matrix[i].target, got);
			if (got == 405 &&
			    !web_site_has_header(&s, matrix[i].allow))
				fail_msg("%s %s: %.*s", methods[m],
				    matrix[i].target,
				    SLICE_FMT(buf_slice(&s.resp.head)));
		}
	}
	web_site_end(&s);
}

static void test_headers(void **state)
{
	static const char *const always[] = {
		"X-Content-Type-Options: nosniff",
		"Cache-Control: no-store",
	};
	static const struct web_site_ask asks[] = {
		{ .method = "GET", .target = "/page/x" },
		{ .method = "GET", .target = "/none" },
		{ .method = "GET", .target = "/%" },
		{ .method = "GET", .target = "/api" },
		{ .method = "GET", .target = "/private" },
		{ .method = "GET", .target = "/bad" },
	};
	struct web_site s;

	(void)state;
	web_site_begin(&s);
	for (size_t i = 0; i < RT_ARRAY_LEN(asks); i++) {
		(void)web_site_answer(&s, &asks[i]);
		for (size_t h = 0; h < RT_ARRAY_LEN(always); h++)
			assert_true(web_site_has_header(&s, always[h]));
		assert_true(web_site_has_header_start(&s,
		    "Content-Security-Policy: "
		    "default-src 'none'"));
		assert_true(
		    web_site_has_header_start(&s, "X-Request-Id: req_"));
		assert_true(web_site_has_header_start(&s, "Content-Length: "));
		assert_false(web_site_has_header_start(&s, "Strict-Transport"));
		assert_false(web_site_has_header_start(&s, "unsafe-inline"));
	}
	(void)snprintf(s.settings.public_url, sizeof(s.settings.public_url),
	    "https://x.example");
	(void)web_site_answer(&s, &asks[0]);
	assert_true(web_site_has_header_start(&s,
	    "Strict-Transport-Security: max-age="));
	assert_true(
	    web_site_has_header_start(&s, "Set-Cookie: __Host-rt_form="));
	assert_true(web_site_has_header_start(&s,
	    "; Path=/; HttpOnly; SameSite=Lax; "
	    "Secure\r\n"));
	web_site_end(&s);
}

static void test_errors(void **state)
{
	static const struct {
		enum err e;
		unsigned int status;
	} cases[] = { { ERR_SYNTAX, 400 }, { ERR_RANGE, 400 },
		{ ERR_DENIED, 403 }, { ERR_NOTFOUND, 404 },
		{ ERR_CONFLICT, 409 }, { ERR_TOOBIG, 413 },
		{ ERR_UNSUPPORTED, 415 }, { ERR_NOMEM, 500 },
		{ ERR_INTERNAL, 500 }, { ERR_IO, 500 },
		{ ERR_UNAVAILABLE, 503 }, { ERR_BUSY, 503 },
		{ ERR_UNCERTAIN, 503 }, { ERR_TIMEOUT, 503 } };
	struct web_site s;
	char target[40], want[40];

	(void)state;
	web_site_begin(&s);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		(void)snprintf(target, sizeof(target), "/fail?e=%d",
		    (int)cases[i].e);
		(void)snprintf(want, sizeof(want), "%u ", cases[i].status);
		assert_int_equal(web_site_answer(&s,
				     &(struct web_site_ask){ .method = "GET",
					 .target = target }),
		    cases[i].status);
		assert_true(
		    slice_starts(buf_slice(&s.resp.body), slice_from(want)));
		assert_true(web_site_has_header(&s,
		    "Content-Type: text/html; charset=utf-8"));
		assert_false(web_site_has_header_start(&s, "X-Half-Done"));
		(void)snprintf(target, sizeof(target), "/fail.json?e=%d",
		    (int)cases[i].e);
		(void)snprintf(want, sizeof(want), "\"status\":%u",
		    cases[i].status);
		assert_int_equal(web_site_answer(&s,
				     &(struct web_site_ask){ .method = "GET",
					 .target = target }),
		    cases[i].status);
		assert_true(web_site_has_header(&s,
		    "Content-Type: application/problem+json"));
		assert_true(web_site_body_has(&s, want));
		assert_true(web_site_body_has(&s, "\"instance\":\"req_"));
		/* To come again in a few seconds helps with the others. */
		assert_int_equal(web_site_body_has(&s,
				     "less at once: fewer days, one dimension"
				     " instead of two, or with a filter by"
				     " source"),
		    cases[i].e == ERR_TIMEOUT);
		assert_int_equal(web_site_has_header(&s, "Retry-After: 5"),
		    cases[i].status == 503 && cases[i].e != ERR_TIMEOUT);
	}
	assert_int_equal(web_site_answer(&s,
			     &(struct web_site_ask){ .method = "GET",
				 .target = "/bad" }),
	    500);
	assert_true(web_site_body_has(&s, "500 Our mistake"));
	web_site_end(&s);
}

static void test_broken_error_page(void **state)
{
	struct tmpl_error why;
	struct tmpl_set *empty;
	struct web_site s;

	(void)state;
	web_site_begin(&s);
	assert_int_equal(tmpl_set_new(&empty), ERR_OK);
	assert_int_equal(tmpl_set_add(empty, SLICE("error.html"),
			     SLICE("{{no_such_key}}"), &why),
	    ERR_OK);
	s.conf.templates = empty;
	assert_int_equal(web_site_answer(&s,
			     &(struct web_site_ask){ .method = "GET",
				 .target = "/none" }),
	    500);
	assert_true(web_site_body_has(&s, "\"status\":500"));
	tmpl_set_free(empty);
	web_site_end(&s);
}

static const struct {
	const char *why;
	const char *target;
	unsigned int status;
	const char *line;
} inject_cases[] = {
	{ "plain", "/inject?v=abc", 200, "X-Value: abc" },
	{ "umlauts", "/inject?v=%C3%A4", 200, "X-Value: \xc3\xa4" },
	{ "a new line", "/inject?v=a%0d%0aSet-Cookie:%20x=y", 500, NULL },
	{ "a line feed", "/inject?v=a%0aX:%20y", 500, NULL },
};

static void test_header_injection(void **state)
{
	struct web_site s;

	(void)state;
	web_site_begin(&s);
	for (size_t i = 0; i < RT_ARRAY_LEN(inject_cases); i++) {
		const unsigned int got =
		    web_site_answer(&s, &(struct web_site_ask){ .method = "GET",
					    .target = inject_cases[i].target });

		if (got != inject_cases[i].status ||
		    (inject_cases[i].line != NULL &&
			!web_site_has_header(&s, inject_cases[i].line)))
			fail_msg("%s: %u", inject_cases[i].why, got);
		assert_false(web_site_has_header_start(&s, "Set-Cookie: x"));
	}
	web_site_end(&s);
}

static const struct {
	const char *why;
	const char *target;
	const char *location;
} sign_in_cases[] = {
	{ "plain", "/private", "Location: /login?next=%2Fprivate" },
	{ "with a query", "/private?a=1&b=2",
	    "Location: /login?next=%2Fprivate%3Fa%3D1%26b%3D2" },
};

static void test_sign_in_redirect(void **state)
{
	struct web_site s;

	(void)state;
	web_site_begin(&s);
	for (size_t i = 0; i < RT_ARRAY_LEN(sign_in_cases); i++) {
		assert_int_equal(web_site_answer(&s,
				     &(struct web_site_ask){ .method = "GET",
					 .target = sign_in_cases[i].target }),
		    303);
		assert_true(web_site_has_header(&s, sign_in_cases[i].location));
		assert_int_equal(s.resp.body.n, 0);
	}
	web_site_end(&s);
}

static void test_files(void **state)
{
	struct web_site s;

	(void)state;
	web_site_begin(&s);
	assert_int_equal(web_site_answer(&s,
			     &(struct web_site_ask){ .method = "GET",
				 .target = "/file?f=/rec/a/b%3F.wav" }),
	    200);
	assert_true(
	    web_site_has_header(&s, "X-Accel-Redirect: /rec/a/b%3F.wav"));
	assert_false(web_site_has_header_start(&s, "Content-Length"));
	assert_int_equal(web_site_answer(&s,
			     &(struct web_site_ask){ .method = "GET",
				 .target = "/file?f=/rec/../etc" }),
	    500);
	assert_int_equal(web_site_answer(&s,
			     &(struct web_site_ask){ .method = "GET",
				 .target = "/file?f=//x" }),
	    500);
	assert_false(web_site_has_header_start(&s, "X-Accel"));
	web_site_end(&s);
}

static void test_local(void **state)
{
	static const struct {
		const char *path;
		bool local;
	} cases[] = { { "/", true }, { "/calls?x=1#a", true }, { "", false },
		{ "calls", false }, { "//evil.example", false },
		{ "/\\evil.example", false }, { "https://evil.example", false },
		{ "/\tx", false }, { "/a\nb", false }, { "/a b", false },
		{ "/\xc3\xa4", false }, { "/a\\b", false } };

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		if (resp_is_local(slice_from(cases[i].path)) != cases[i].local)
			fail_msg("%s", cases[i].path);
	}
}

static void test_csrf(void **state)
{
	char cookie[100], token[100], cookie2[100], token2[100];
	const char *own = "http://site.example:8080";
	struct web_site s;

	(void)state;
	web_site_begin(&s);
	assert_int_equal(web_site_answer(&s,
			     &(struct web_site_ask){ .method = "GET",
				 .target = "/page/x" }),
	    200);
	web_site_take_form(&s, cookie, token);
	assert_int_equal(web_site_answer(&s,
			     &(struct web_site_ask){ .method = "GET",
				 .target = "/page/x" }),
	    200);
	web_site_take_form(&s, cookie2, token2);
	assert_string_not_equal(token, token2);

	assert_int_equal(web_site_post(&s, cookie, token, NULL, NULL), 200);
	assert_int_equal(web_site_post(&s, cookie, token, own, "same-origin"),
	    200);
	assert_int_equal(web_site_post(&s, cookie, token, NULL, "none"), 200);
	/* Another one's token, none, a cut one, no cookie. */
	assert_int_equal(web_site_post(&s, cookie, token2, NULL, NULL), 403);
	assert_int_equal(web_site_post(&s, cookie2, token, NULL, NULL), 403);
	assert_int_equal(web_site_post(&s, cookie, "", NULL, NULL), 403);
	assert_int_equal(web_site_post(&s, NULL, token, NULL, NULL), 403);
	assert_int_equal(web_site_post(&s, "rt_form=short", token, NULL, NULL),
	    403);
	assert_int_equal(web_site_post(&s, cookie, "%C3%A4", NULL, NULL), 403);
	token[20] = '\0';
	assert_int_equal(web_site_post(&s, cookie, token, NULL, NULL), 403);
	/* The right token from the wrong place. */
	assert_int_equal(web_site_post(&s, cookie2, token2,
			     "http://evil.example", NULL),
	    403);
	assert_int_equal(web_site_post(&s, cookie2, token2, "null", NULL), 403);
	assert_int_equal(web_site_post(&s, cookie2, token2, own, "cross-site"),
	    403);
	assert_int_equal(web_site_post(&s, cookie2, token2, own, "same-site"),
	    403);
	assert_int_equal(web_site_post(&s, cookie2, token2, own, NULL), 200);
	web_site_end(&s);
}

static void test_bodies(void **state)
{
	static const struct {
		const char *why;
		struct web_site_ask ask;
		unsigned int status;
	} cases[] = {
		{ "raw",
		    { "PUT", "/api", "text/plain", "0123456789", NULL, NULL,
			NULL },
		    200 },
		{ "raw, one too large",
		    { "PUT", "/api", "text/plain", "0123456789a", NULL, NULL,
			NULL },
		    413 },
		{ "a body for GET",
		    { "GET", "/api", "text/plain", "x", NULL, NULL, NULL },
		    413 },
		{ "another type",
		    { "POST", "/page/x", "text/plain", "a=1", NULL, NULL,
			NULL },
		    415 },
		{ "broken",
		    { "POST", "/page/x", WEB_SITE_FORM, "a=%0", NULL, NULL,
			NULL },
		    400 },
		{ "NUL",
		    { "POST", "/page/x", WEB_SITE_FORM, "a=%00", NULL, NULL,
			NULL },
		    400 },
		{ "too large",
		    { "POST", "/page/x", WEB_SITE_FORM,
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			NULL, NULL, NULL },
		    413 },
	};
	struct web_site s;

	(void)state;
	web_site_begin(&s);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const unsigned int got = web_site_answer(&s, &cases[i].ask);

		if (got != cases[i].status)
			fail_msg("%s: %u", cases[i].why, got);
	}
	web_site_end(&s);
}

static void test_small_arena(void **state)
{
	struct web_site s;

	(void)state;
	web_site_begin(&s);
	for (size_t max = 0; max < 4096; max += 64) {
		unsigned int got;

		arena_fini(&s.arena);
		arena_init(&s.arena, max);
		got =
		    web_site_answer(&s, &(struct web_site_ask){ .method = "GET",
					    .target = "/page/x?a=1&b=2" });
		if (got != 200 && got != 500)
			fail_msg("arena of %zu: %u", max, got);
		assert_true(
		    web_site_has_header_start(&s, "Content-Security-Policy"));
	}
	web_site_end(&s);
}

static void test_route_check(void **state)
{
	const struct route good = { REQ_GET, "/a", ROUTE_PUBLIC,
		.handler = web_site_say_ok };
	struct route rows[2] = { good, good };
	struct web_site s;

	(void)state;
	web_site_begin(&s);
	assert_int_equal(route_check(s.conf.routes, s.conf.n_routes), ERR_OK);
	web_site_end(&s);
	assert_int_equal(route_check(rows, 1), ERR_OK);
	assert_int_equal(route_check(rows, 2), ERR_INTERNAL);
	rows[0].role = ROUTE_ROLE_UNSET;
	assert_int_equal(route_check(rows, 1), ERR_INTERNAL);
	rows[0] = good;
	rows[0].handler = NULL;
	assert_int_equal(route_check(rows, 1), ERR_INTERNAL);
	rows[0] = good;
	rows[0].body = REQ_BODY_RAW;
	assert_int_equal(route_check(rows, 1), ERR_INTERNAL);
	rows[0] = good;
	rows[0].method = REQ_HEAD;
	assert_int_equal(route_check(rows, 1), ERR_INTERNAL);
	rows[0] = good;
	rows[0].path = "a";
	assert_int_equal(route_check(rows, 1), ERR_INTERNAL);
	rows[0].path = NULL; /* is not compared with the next */
	assert_int_equal(route_check(rows, 2), ERR_INTERNAL);
	rows[0] = good;
	rows[0].method = REQ_POST;
	rows[0].role = ROUTE_READ_ONLY;
	rows[0].csrf = ROUTE_CSRF_NONE;
	assert_int_equal(route_check(rows, 1), ERR_INTERNAL);
}

/* A stream has no length yet, is not held back by nginx, and its name cannot
 * carry a header. */
static void test_stream(void **state)
{
	struct web_site s;
	const struct web_site_ask good = { .method = "GET",
		.target = "/stream?name=calls-2026.csv" };
	const struct web_site_ask bad = { .method = "GET",
		.target = "/stream?name=a%22;x.csv" };

	(void)state;
	web_site_begin(&s);
	assert_int_equal(web_site_answer(&s, &good), 200);
	assert_true(s.resp.source.next != NULL);
	assert_true(web_site_has_header(&s, "X-Accel-Buffering: no"));
	assert_true(web_site_has_header(&s,
	    "Content-Disposition: attachment;"
	    " filename=\"calls-2026.csv\""));
	assert_false(web_site_has_header_start(&s, "Content-Length"));
	assert_int_equal(web_site_answer(&s, &bad), 500);
	assert_true(s.resp.source.next == NULL);
	assert_true(web_site_has_header_start(&s, "Content-Length"));
	web_site_end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_every_method),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_broken_error_page),
		cmocka_unit_test(test_header_injection),
		cmocka_unit_test(test_sign_in_redirect),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_csrf),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_small_arena),
		cmocka_unit_test(test_route_check),
	};

	return cmocka_run_group_tests_name("web", tests, NULL, NULL);
}
