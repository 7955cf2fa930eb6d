#include "tests/support/web_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cgi/tmpl/tmpl.h"
#include "lib/hash/token.h"

enum err web_site_say_ok(const struct req *r, struct resp *out)
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
	{ REQ_GET, "/page/{what}", ROUTE_PUBLIC, .handler = web_site_say_ok },
	{ REQ_POST, "/page/{what}", ROUTE_PUBLIC, .body = REQ_BODY_URLENCODED,
	    .body_max = 100, .handler = web_site_say_ok },
	{ REQ_GET, "/api", ROUTE_PUBLIC, ROUTE_API, .handler = say_json },
	{ REQ_PUT, "/api", ROUTE_PUBLIC, ROUTE_API, ROUTE_CSRF_NONE,
	    REQ_BODY_RAW, 10, .handler = say_json },
	{ REQ_GET, "/private", ROUTE_READ_ONLY, .handler = web_site_say_ok },
	{ REQ_POST, "/private", ROUTE_READ_ONLY, .body = REQ_BODY_URLENCODED,
	    .handler = web_site_say_ok },
	{ REQ_GET, "/private.json", ROUTE_ADMIN, ROUTE_API,
	    .handler = say_json },
	{ REQ_GET, "/fail", ROUTE_PUBLIC, .handler = fail_as },
	{ REQ_GET, "/fail.json", ROUTE_PUBLIC, ROUTE_API, .handler = fail_as },
	{ REQ_GET, "/inject", ROUTE_PUBLIC, .handler = inject },
	{ REQ_GET, "/bad", ROUTE_PUBLIC, .handler = bad_view },
	{ REQ_GET, "/file", ROUTE_PUBLIC, .handler = file },
	{ REQ_GET, "/stream", ROUTE_PUBLIC, .handler = stream },
};

void web_site_begin(struct web_site *s)
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

void web_site_end(struct web_site *s)
{
	resp_fini(&s->resp);
	arena_fini(&s->arena);
	tmpl_set_free(s->templates);
}

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

unsigned int web_site_answer(struct web_site *s, const struct web_site_ask *a)
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

bool web_site_has_header(const struct web_site *s, const char *line)
{
	char want[300];

	(void)snprintf(want, sizeof(want), "%s\r\n", line);
	return slice_find_slice(buf_slice(&s->resp.head), slice_from(want)) !=
	       s->resp.head.n;
}

bool web_site_has_header_start(const struct web_site *s, const char *start)
{
	return slice_find_slice(buf_slice(&s->resp.head), slice_from(start)) !=
	       s->resp.head.n;
}

bool web_site_body_has(const struct web_site *s, const char *text)
{
	return slice_find_slice(buf_slice(&s->resp.body), slice_from(text)) !=
	       s->resp.body.n;
}

void web_site_take_form(const struct web_site *s, char cookie[100],
    char token[100])
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

unsigned int web_site_post(struct web_site *s, const char *cookie,
    const char *token, const char *origin, const char *site)
{
	char body[200];

	(void)snprintf(body, sizeof(body), "csrf=%s", token);
	return web_site_answer(s, &(struct web_site_ask){ .method = "POST",
				      .target = "/page/x",
				      .type = WEB_SITE_FORM,
				      .body = body,
				      .cookie = cookie,
				      .origin = origin,
				      .fetch_site = site });
}
