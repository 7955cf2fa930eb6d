/*
 * Tests of cgi/web without a socket or a database: every route with every
 * method through web_answer(), headers, errors, CSRF before the sign-in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cgi/tmpl/tmpl.h"
#include "cgi/web/csrf.h"
#include "cgi/web/web.h"
#include "lib/base/settings.h"
#include "lib/hash/token.h"

static enum err say_ok(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "page.html");

	view_slice(v, "what", req_path_text(r, 0));
	return resp_view(out, v);
}

static enum err say_json(const struct req *r, struct resp *out)
{
	return resp_bytes(out, "application/json", r->body);
}

static enum err fail_as(const struct req *r, struct resp *out)
{
	uint64_t n;
	enum err e = req_query_u64(r, "e", 0, 100, &n);

	resp_header(out, "X-Half-Done", SLICE("yes"));
	return e == ERR_OK ? (enum err)n : e;
}

static enum err inject(const struct req *r, struct resp *out)
{
	struct slice s;

	if (req_query(r, "v", &s) != ERR_OK)
		return ERR_SYNTAX;
	resp_header(out, "X-Value", s);
	return resp_bytes(out, "text/plain", s);
}

static enum err bad_view(const struct req *r, struct resp *out)
{
	return resp_view(out, view_new(r->arena, "page.html"));
}

static enum err file(const struct req *r, struct resp *out)
{
	struct slice s;

	if (req_query(r, "f", &s) != ERR_OK)
		return ERR_SYNTAX;
	return resp_file(out, s, "audio/wav");
}

static enum err no_block(void *state, struct buf *block, bool *more)
{
	(void)state;
	buf_cstr(block, "never pulled here");
	*more = false;
	return ERR_OK;
}

static enum err stream(const struct req *r, struct resp *out)
{
	struct slice name;

	if (req_query(r, "name", &name) != ERR_OK)
		return ERR_SYNTAX;
	return resp_stream(out, "text/csv; charset=utf-8", name,
	    (struct resp_source){ .next = no_block });
}

static const struct route routes[] = {
	{ REQ_GET, "/page/{what}", ROUTE_PUBLIC, .handler = say_ok },
	{ REQ_POST, "/page/{what}", ROUTE_PUBLIC, .body = REQ_BODY_URLENCODED,
	    .body_max = 100, .handler = say_ok },
	{ REQ_GET, "/api", ROUTE_PUBLIC, ROUTE_API, .handler = say_json },
	{ REQ_PUT, "/api", ROUTE_PUBLIC, ROUTE_API, ROUTE_CSRF_NONE,
	    REQ_BODY_RAW, 10, .handler = say_json },
	{ REQ_GET, "/private", ROUTE_READ_ONLY, .handler = say_ok },
	{ REQ_POST, "/private", ROUTE_READ_ONLY, .body = REQ_BODY_URLENCODED,
	    .handler = say_ok },
	{ REQ_GET, "/private.json", ROUTE_ADMIN, ROUTE_API,
	    .handler = say_json },
	{ REQ_GET, "/fail", ROUTE_PUBLIC, .handler = fail_as },
	{ REQ_GET, "/fail.json", ROUTE_PUBLIC, ROUTE_API, .handler = fail_as },
	{ REQ_GET, "/inject", ROUTE_PUBLIC, .handler = inject },
	{ REQ_GET, "/bad", ROUTE_PUBLIC, .handler = bad_view },
	{ REQ_GET, "/file", ROUTE_PUBLIC, .handler = file },
	{ REQ_GET, "/stream", ROUTE_PUBLIC, .handler = stream },
};

/* The whole program, in memory. */
struct site {
	struct tmpl_set *templates;
	struct settings settings;
	struct web_conf conf;
	struct arena arena;
	struct resp resp;
};

static void site_begin(struct site *s)
{
	struct tmpl_error why;

	memset(s, 0, sizeof(*s));
	settings_defaults(&s->settings);
	assert_int_equal(tmpl_set_new(&s->templates), ERR_OK);
	assert_int_equal(tmpl_set_add(s->templates, SLICE("page.html"),
			     SLICE("page {{what}} {{csrf}}"), &why),
	    ERR_OK);
	assert_int_equal(tmpl_set_add(s->templates, SLICE("error.html"),
			     SLICE("{{status}} {{title}}: {{detail}} "
				   "{{request_id}}"),
			     &why),
	    ERR_OK);
	assert_int_equal(tmpl_set_link(s->templates, &why), ERR_OK);
	s->conf = (struct web_conf){ .name = "test",
		.settings = &s->settings,
		.templates = s->templates,
		.routes = routes,
		.n_routes = RT_ARRAY_LEN(routes),
		.quiet = true };
	arena_init(&s->arena, 1 << 20);
	resp_init(&s->resp, s->templates);
}

static void site_end(struct site *s)
{
	resp_fini(&s->resp);
	arena_fini(&s->arena);
	tmpl_set_free(s->templates);
}

struct ask {
	const char *method;
	const char *target;
	const char *type;
	const char *body;
	const char *cookie;
	const char *origin;
	const char *fetch_site;
};

static size_t read_body(void *ctx, char *out, size_t n)
{
	struct slice *rest = ctx;
	const struct slice part = slice_head(*rest, n);

	if (part.n > 0)
		memcpy(out, part.p, part.n);
	*rest = slice_skip(*rest, part.n);
	return part.n;
}

static const char *env_add(char *mem, const char *name, const char *value)
{
	(void)snprintf(mem, 600, "%s=%s", name, value == NULL ? "" : value);
	return mem;
}

/* The answer lies in s->resp until the next one. */
static unsigned int answer(struct site *s, const struct ask *a)
{
	static char mem[8][600];
	const char *env[12] = { NULL };
	struct slice rest = slice_from(a->body);
	const struct req_source src = { env, read_body, &rest };
	struct req r = { .arena = &s->arena,
		.settings = &s->settings,
		.now_us = RT_DAY_US };
	char length[24];

	(void)snprintf(length, sizeof(length), "%zu", rest.n);
	env[0] = env_add(mem[0], "REQUEST_METHOD", a->method);
	env[1] = env_add(mem[1], "REQUEST_URI", a->target);
	env[2] = env_add(mem[2], "CONTENT_TYPE", a->type);
	env[3] = env_add(mem[3], "CONTENT_LENGTH", length);
	env[4] = env_add(mem[4], "HTTP_COOKIE", a->cookie);
	env[5] = env_add(mem[5], "HTTP_ORIGIN", a->origin);
	env[6] = env_add(mem[6], "HTTP_SEC_FETCH_SITE", a->fetch_site);
	env[7] = "REMOTE_ADDR=127.0.0.1";
	env[8] = "HTTP_HOST=site.example:8080";
	arena_reset(&s->arena);
	web_answer(&s->conf, &r, &src, &s->resp);
	s->resp.r = NULL; /* lives on our stack only */
	return s->resp.status;
}

static bool has_header(const struct site *s, const char *line)
{
	char want[300];

	(void)snprintf(want, sizeof(want), "%s\r\n", line);
	return slice_find_slice(buf_slice(&s->resp.head), slice_from(want)) !=
	       s->resp.head.n;
}

static bool has_header_start(const struct site *s, const char *start)
{
	return slice_find_slice(buf_slice(&s->resp.head), slice_from(start)) !=
	       s->resp.head.n;
}

static bool body_has(const struct site *s, const char *text)
{
	return slice_find_slice(buf_slice(&s->resp.body), slice_from(text)) !=
	       s->resp.body.n;
}

#define FORM "application/x-www-form-urlencoded"

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
	struct site s;

	(void)state;
	site_begin(&s);
	for (size_t i = 0; i < RT_ARRAY_LEN(matrix); i++) {
		for (size_t m = 0; m < RT_ARRAY_LEN(methods); m++) {
			const unsigned int got =
			    answer(&s, &(struct ask){ .method = methods[m],
					   .target = matrix[i].target });

			if (got != matrix[i].status[m])
				fail_msg("%s %s: %u", methods[m],
				    matrix[i].target, got);
			if (got == 405 && !has_header(&s, matrix[i].allow))
				fail_msg("%s %s: %.*s", methods[m],
				    matrix[i].target,
				    SLICE_FMT(buf_slice(&s.resp.head)));
		}
	}
	site_end(&s);
}

static void test_headers(void **state)
{
	static const char *const always[] = {
		"X-Content-Type-Options: nosniff",
		"Cache-Control: no-store",
	};
	static const struct ask asks[] = {
		{ .method = "GET", .target = "/page/x" },
		{ .method = "GET", .target = "/none" },
		{ .method = "GET", .target = "/%" },
		{ .method = "GET", .target = "/api" },
		{ .method = "GET", .target = "/private" },
		{ .method = "GET", .target = "/bad" },
	};
	struct site s;

	(void)state;
	site_begin(&s);
	for (size_t i = 0; i < RT_ARRAY_LEN(asks); i++) {
		(void)answer(&s, &asks[i]);
		for (size_t h = 0; h < RT_ARRAY_LEN(always); h++)
			assert_true(has_header(&s, always[h]));
		assert_true(has_header_start(&s,
		    "Content-Security-Policy: "
		    "default-src 'none'"));
		assert_true(has_header_start(&s, "X-Request-Id: req_"));
		assert_true(has_header_start(&s, "Content-Length: "));
		assert_false(has_header_start(&s, "Strict-Transport"));
		assert_false(has_header_start(&s, "unsafe-inline"));
	}
	(void)snprintf(s.settings.public_url, sizeof(s.settings.public_url),
	    "https://x.example");
	(void)answer(&s, &asks[0]);
	assert_true(
	    has_header_start(&s, "Strict-Transport-Security: max-age="));
	assert_true(has_header_start(&s, "Set-Cookie: __Host-rt_form="));
	assert_true(has_header_start(&s,
	    "; Path=/; HttpOnly; SameSite=Lax; "
	    "Secure\r\n"));
	site_end(&s);
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
	struct site s;
	char target[40], want[40];

	(void)state;
	site_begin(&s);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		(void)snprintf(target, sizeof(target), "/fail?e=%d",
		    (int)cases[i].e);
		(void)snprintf(want, sizeof(want), "%u ", cases[i].status);
		assert_int_equal(answer(&s, &(struct ask){ .method = "GET",
						.target = target }),
		    cases[i].status);
		assert_true(
		    slice_starts(buf_slice(&s.resp.body), slice_from(want)));
		assert_true(
		    has_header(&s, "Content-Type: text/html; charset=utf-8"));
		assert_false(has_header_start(&s, "X-Half-Done"));
		(void)snprintf(target, sizeof(target), "/fail.json?e=%d",
		    (int)cases[i].e);
		(void)snprintf(want, sizeof(want), "\"status\":%u",
		    cases[i].status);
		assert_int_equal(answer(&s, &(struct ask){ .method = "GET",
						.target = target }),
		    cases[i].status);
		assert_true(
		    has_header(&s, "Content-Type: application/problem+json"));
		assert_true(body_has(&s, want));
		assert_true(body_has(&s, "\"instance\":\"req_"));
	}
	assert_int_equal(answer(&s, &(struct ask){ .method = "GET",
					.target = "/bad" }),
	    500);
	assert_true(body_has(&s, "500 Our mistake"));
	site_end(&s);
}

static void test_broken_error_page(void **state)
{
	struct tmpl_error why;
	struct tmpl_set *empty;
	struct site s;

	(void)state;
	site_begin(&s);
	assert_int_equal(tmpl_set_new(&empty), ERR_OK);
	assert_int_equal(tmpl_set_add(empty, SLICE("error.html"),
			     SLICE("{{no_such_key}}"), &why),
	    ERR_OK);
	s.conf.templates = empty;
	assert_int_equal(answer(&s, &(struct ask){ .method = "GET",
					.target = "/none" }),
	    500);
	assert_true(body_has(&s, "\"status\":500"));
	tmpl_set_free(empty);
	site_end(&s);
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
	struct site s;

	(void)state;
	site_begin(&s);
	for (size_t i = 0; i < RT_ARRAY_LEN(inject_cases); i++) {
		const unsigned int got =
		    answer(&s, &(struct ask){ .method = "GET",
				   .target = inject_cases[i].target });

		if (got != inject_cases[i].status ||
		    (inject_cases[i].line != NULL &&
			!has_header(&s, inject_cases[i].line)))
			fail_msg("%s: %u", inject_cases[i].why, got);
		assert_false(has_header_start(&s, "Set-Cookie: x"));
	}
	site_end(&s);
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
	struct site s;

	(void)state;
	site_begin(&s);
	for (size_t i = 0; i < RT_ARRAY_LEN(sign_in_cases); i++) {
		assert_int_equal(answer(&s,
				     &(struct ask){ .method = "GET",
					 .target = sign_in_cases[i].target }),
		    303);
		assert_true(has_header(&s, sign_in_cases[i].location));
		assert_int_equal(s.resp.body.n, 0);
	}
	site_end(&s);
}

static void test_files(void **state)
{
	struct site s;

	(void)state;
	site_begin(&s);
	assert_int_equal(answer(&s, &(struct ask){ .method = "GET",
					.target = "/file?f=/rec/a/b%3F.wav" }),
	    200);
	assert_true(has_header(&s, "X-Accel-Redirect: /rec/a/b%3F.wav"));
	assert_false(has_header_start(&s, "Content-Length"));
	assert_int_equal(answer(&s, &(struct ask){ .method = "GET",
					.target = "/file?f=/rec/../etc" }),
	    500);
	assert_int_equal(answer(&s, &(struct ask){ .method = "GET",
					.target = "/file?f=//x" }),
	    500);
	assert_false(has_header_start(&s, "X-Accel"));
	site_end(&s);
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

/* The cookie that an answer set, and the token in its page. */
static void take_form(const struct site *s, char cookie[100], char token[100])
{
	struct slice head = buf_slice(&s->resp.head);
	struct slice body = buf_slice(&s->resp.body);
	size_t at = slice_find_slice(head, SLICE("rt_form="));

	assert_true(at < head.n);
	assert_true(
	    slice_to_cstr(slice_head(slice_skip(head, at), 8 + TOKEN_TEXT),
		cookie, 100));
	at = slice_find_slice(body, SLICE("page x "));
	assert_true(at < body.n);
	assert_true(slice_to_cstr(slice_skip(body, at + 7), token, 100));
	assert_int_equal(strlen(token), TOKEN_TEXT);
}

static unsigned int post(struct site *s, const char *cookie, const char *token,
    const char *origin, const char *site)
{
	char body[200];

	(void)snprintf(body, sizeof(body), "csrf=%s", token);
	return answer(s, &(struct ask){ .method = "POST",
			     .target = "/page/x",
			     .type = FORM,
			     .body = body,
			     .cookie = cookie,
			     .origin = origin,
			     .fetch_site = site });
}

static void test_csrf(void **state)
{
	char cookie[100], token[100], cookie2[100], token2[100];
	const char *own = "http://site.example:8080";
	struct site s;

	(void)state;
	site_begin(&s);
	assert_int_equal(answer(&s, &(struct ask){ .method = "GET",
					.target = "/page/x" }),
	    200);
	take_form(&s, cookie, token);
	assert_int_equal(answer(&s, &(struct ask){ .method = "GET",
					.target = "/page/x" }),
	    200);
	take_form(&s, cookie2, token2);
	assert_string_not_equal(token, token2);

	assert_int_equal(post(&s, cookie, token, NULL, NULL), 200);
	assert_int_equal(post(&s, cookie, token, own, "same-origin"), 200);
	assert_int_equal(post(&s, cookie, token, NULL, "none"), 200);
	/* Another one's token, none, a cut one, no cookie. */
	assert_int_equal(post(&s, cookie, token2, NULL, NULL), 403);
	assert_int_equal(post(&s, cookie2, token, NULL, NULL), 403);
	assert_int_equal(post(&s, cookie, "", NULL, NULL), 403);
	assert_int_equal(post(&s, NULL, token, NULL, NULL), 403);
	assert_int_equal(post(&s, "rt_form=short", token, NULL, NULL), 403);
	assert_int_equal(post(&s, cookie, "%C3%A4", NULL, NULL), 403);
	token[20] = '\0';
	assert_int_equal(post(&s, cookie, token, NULL, NULL), 403);
	/* The right token from the wrong place. */
	assert_int_equal(post(&s, cookie2, token2, "http://evil.example", NULL),
	    403);
	assert_int_equal(post(&s, cookie2, token2, "null", NULL), 403);
	assert_int_equal(post(&s, cookie2, token2, own, "cross-site"), 403);
	assert_int_equal(post(&s, cookie2, token2, own, "same-site"), 403);
	assert_int_equal(post(&s, cookie2, token2, own, NULL), 200);
	site_end(&s);
}

static void test_bodies(void **state)
{
	static const struct {
		const char *why;
		struct ask ask;
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
		    { "POST", "/page/x", FORM, "a=%0", NULL, NULL, NULL },
		    400 },
		{ "NUL", { "POST", "/page/x", FORM, "a=%00", NULL, NULL, NULL },
		    400 },
		{ "too large",
		    { "POST", "/page/x", FORM,
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			NULL, NULL, NULL },
		    413 },
	};
	struct site s;

	(void)state;
	site_begin(&s);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const unsigned int got = answer(&s, &cases[i].ask);

		if (got != cases[i].status)
			fail_msg("%s: %u", cases[i].why, got);
	}
	site_end(&s);
}

static void test_small_arena(void **state)
{
	struct site s;

	(void)state;
	site_begin(&s);
	for (size_t max = 0; max < 4096; max += 64) {
		unsigned int got;

		arena_fini(&s.arena);
		arena_init(&s.arena, max);
		got = answer(&s, &(struct ask){ .method = "GET",
				     .target = "/page/x?a=1&b=2" });
		if (got != 200 && got != 500)
			fail_msg("arena of %zu: %u", max, got);
		assert_true(has_header_start(&s, "Content-Security-Policy"));
	}
	site_end(&s);
}

static void test_route_check(void **state)
{
	const struct route good = { REQ_GET, "/a", ROUTE_PUBLIC,
		.handler = say_ok };
	struct route rows[2] = { good, good };

	(void)state;
	assert_int_equal(route_check(routes, RT_ARRAY_LEN(routes)), ERR_OK);
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
	struct site s;
	const struct ask good = { .method = "GET",
		.target = "/stream?name=calls-2026.csv" };
	const struct ask bad = { .method = "GET",
		.target = "/stream?name=a%22;x.csv" };

	(void)state;
	site_begin(&s);
	assert_int_equal(answer(&s, &good), 200);
	assert_true(s.resp.source.next != NULL);
	assert_true(has_header(&s, "X-Accel-Buffering: no"));
	assert_true(has_header(&s,
	    "Content-Disposition: attachment;"
	    " filename=\"calls-2026.csv\""));
	assert_false(has_header_start(&s, "Content-Length"));
	assert_int_equal(answer(&s, &bad), 500);
	assert_true(s.resp.source.next == NULL);
	assert_true(has_header_start(&s, "Content-Length"));
	site_end(&s);
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
