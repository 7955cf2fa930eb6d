#include "cgi/web/resp.h"

#include <assert.h>
#include <string.h>

#include "cgi/tmpl/tmpl.h"
#include "lib/base/log.h"
#include "lib/text/esc.h"

#define NEXT_MAX 1024 /* of an address to come back to */

static const struct {
	enum err e;
	unsigned int status;
} statuses[] = {
	{ ERR_SYNTAX, 400 },
	{ ERR_RANGE, 400 },
	{ ERR_CLOSED, 400 },
	{ ERR_AUTH, 401 },
	{ ERR_DENIED, 403 },
	{ ERR_NOTFOUND, 404 },
	{ ERR_CONFLICT, 409 },
	{ ERR_TOOBIG, 413 },
	{ ERR_UNSUPPORTED, 415 },
	{ ERR_BUSY, 503 },
	{ ERR_UNAVAILABLE, 503 },
	{ ERR_UNCERTAIN, 503 },
	{ ERR_TIMEOUT, 503 },
};

static const struct {
	unsigned int status;
	const char *reason;
	const char *detail;
} reasons[] = {
	{ 200, "OK", "" },
	{ 201, "Created", "" },
	{ 202, "Accepted", "" },
	{ 204, "No content", "" },
	{ 303, "See other", "" },
	{ 304, "Not modified", "" },
	{ 400, "Bad request",
	    "Something in the address or the form could not be understood." },
	{ 401, "Sign in needed", "Please sign in and try again." },
	{ 403, "Not allowed",
	    "You may not do this, or the page was open for too long. Load it "
	    "again and retry." },
	{ 404, "Not found",
	    "There is nothing at this address, or it belongs to another "
	    "company." },
	{ 405, "Method not allowed",
	    "This address does not take that kind of request." },
	{ 409, "Conflict",
	    "It exists already, or somebody changed it meanwhile." },
	{ 412, "Changed meanwhile",
	    "It is not as it was when you read it. Read it again." },
	{ 413, "Too large", "More was sent than this address takes." },
	{ 414, "The address is too long",
	    "Please use fewer filters, or a shorter search." },
	{ 415, "Unsupported type",
	    "This address takes another kind of content." },
	{ 422, "Not as needed", "It was understood, but cannot be done." },
	{ 428, "Version needed",
	    "Say by If-Match which version this is to replace." },
	{ 429, "Too many tries", "Wait a little, then try again." },
	{ 500, "Our mistake",
	    "Something went wrong on our side. It has been logged." },
	{ 503, "Not available",
	    "A part of the service is away for the moment. Try again in a few "
	    "seconds." },
};

static unsigned int status_of(enum err e)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(statuses); i++) {
		if (statuses[i].e == e)
			return statuses[i].status;
	}
	return e == ERR_OK ? 200 : 500;
}

static size_t reason_row(unsigned int status)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(reasons); i++) {
		if (reasons[i].status == status)
			return i;
	}
	return RT_ARRAY_LEN(reasons);
}

const char *resp_reason(unsigned int status)
{
	const size_t i = reason_row(status);

	return i == RT_ARRAY_LEN(reasons) ? "Error" : reasons[i].reason;
}

void resp_init(struct resp *out, const struct tmpl_set *templates)
{
	*out = (struct resp){ .templates = templates };
	buf_init(&out->head, RESP_HEAD_MAX);
	buf_init(&out->body, RESP_BODY_MAX);
}

void resp_fini(struct resp *out)
{
	buf_fini(&out->head);
	buf_fini(&out->body);
}

void resp_begin(struct resp *out, const struct req *r)
{
	out->r = r;
	out->status = 200;
	out->has_cache_control = false;
	out->by_nginx = false;
	out->source = (struct resp_source){ .next = NULL };
	out->page = false;
	out->leave = false;
	out->e = ERR_OK;
	out->later = NULL;
	out->later_state = NULL;
	buf_reset(&out->head);
	buf_reset(&out->body);
}

void resp_status(struct resp *out, unsigned int status)
{
	out->status = status;
}

static bool is_header_value(struct slice v)
{
	for (size_t i = 0; i < v.n; i++) {
		const unsigned char c = (unsigned char)v.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

void resp_header(struct resp *out, const char *name, struct slice value)
{
	if (!is_header_value(value)) {
		log_error("resp: control byte in header name=%s", name);
		out->e = ERR_INTERNAL;
		return;
	}
	if (strcmp(name, "Cache-Control") == 0)
		out->has_cache_control = true;
	buf_cstr(&out->head, name);
	buf_cstr(&out->head, ": ");
	buf_put(&out->head, value);
	buf_cstr(&out->head, "\r\n");
}

static bool is_cookie_text(struct slice v)
{
	for (size_t i = 0; i < v.n; i++) {
		const char c = v.p[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
		    (c < '0' || c > '9') && c != '-' && c != '_')
			return false;
	}
	return true;
}

void resp_cookie(struct resp *out, const char *name, struct slice value,
    int64_t max_age_s)
{
	char mem[512];
	struct buf b;

	if (!is_cookie_text(value)) {
		out->e = ERR_INTERNAL;
		return;
	}
	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, name);
	buf_char(&b, '=');
	buf_put(&b, value);
	buf_cstr(&b, "; Path=/; HttpOnly; SameSite=Lax");
	if (out->r->tls)
		buf_cstr(&b, "; Secure");
	if (max_age_s >= 0) {
		buf_cstr(&b, "; Max-Age=");
		buf_i64(&b, max_age_s);
	}
	if (buf_err(&b) != ERR_OK)
		out->e = ERR_INTERNAL;
	else
		resp_header(out, "Set-Cookie", buf_slice(&b));
}

static void view_default(struct view *v, const char *key, struct slice s)
{
	if (!view_has(v, key))
		view_slice(v, key, s);
}

/* The theme that the person chose, from a cookie that the page's script sets:
 * it has to be in the first byte, or the other one flashes up. */
static void theme_keys(const struct req *r, struct view *v)
{
	struct slice theme = SLICE("");

	if (req_cookie(r, "theme", &theme) != ERR_OK)
		theme = SLICE(""); /* the system's */
	view_flag(v, "theme_dark", slice_eq(theme, SLICE("dark")));
	view_flag(v, "theme_light", slice_eq(theme, SLICE("light")));
}

static void common_keys(struct resp *out, struct view *v)
{
	const struct req *r = out->r;

	view_default(v, "csrf", r->csrf);
	view_default(v, "user_name", r->user_name);
	view_default(v, "company_name", r->company_name);
	view_default(v, "path", r->path);
	view_default(v, "request_id", slice_from(r->id));
	if (!view_has(v, "signed_in"))
		view_flag(v, "signed_in", r->signed_in);
	theme_keys(r, v);
	if (out->decorate != NULL)
		out->decorate(r, v);
}

enum err resp_view(struct resp *out, struct view *v)
{
	struct tmpl_error why;
	enum err e;

	if (out->templates == NULL)
		return ERR_INTERNAL;
	common_keys(out, v);
	buf_reset(&out->body);
	e = tmpl_render(out->templates, v, &out->body, &why);
	if (e != ERR_OK) {
		log_error("resp: template=%s error=%s file=%s line=%u %s",
		    view_name(v), err_name(e), why.file, why.line, why.what);
		return e == ERR_NOMEM ? e : ERR_INTERNAL;
	}
	resp_header(out, "Content-Type", SLICE("text/html; charset=utf-8"));
	return out->e;
}

enum err resp_json(struct resp *out, const struct json_out *j)
{
	const enum err e = json_out_done(j);

	if (e != ERR_OK)
		return e;
	return resp_bytes(out, "application/json", json_out_text(j));
}

enum err resp_bytes(struct resp *out, const char *type, struct slice bytes)
{
	buf_reset(&out->body);
	buf_put(&out->body, bytes);
	resp_header(out, "Content-Type", slice_from(type));
	return out->e == ERR_OK ? buf_err(&out->body) : out->e;
}

bool resp_is_local(struct slice path)
{
	if (path.n == 0 || path.p[0] != '/' || !is_header_value(path))
		return false;
	/* "//host" and, in browsers, "/\host" leave our own host. */
	for (size_t i = 0; i < path.n; i++) {
		const unsigned char c = (unsigned char)path.p[i];

		if (c == '\\' || c <= ' ' || c >= 0x7f)
			return false;
	}
	return path.n == 1 || path.p[1] != '/';
}

enum err resp_redirect(struct resp *out, struct slice path)
{
	if (!resp_is_local(path))
		return ERR_INTERNAL;
	buf_reset(&out->body);
	resp_status(out, 303);
	resp_header(out, "Location", path);
	return out->e;
}

enum err resp_redirect_next(struct resp *out, const char *path,
    struct slice next)
{
	char mem[3 * NEXT_MAX + 64];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, path);
	if (next.n > 1 && next.n <= NEXT_MAX && resp_is_local(next)) {
		buf_cstr(&b, "?next=");
		esc_url(next, &b);
	}
	return resp_redirect(out, buf_slice(&b));
}

void resp_again(struct resp *out, unsigned int status, struct slice head,
    struct slice body)
{
	buf_reset(&out->body);
	resp_status(out, status);
	buf_put(&out->head, head);
	buf_put(&out->body, body);
	out->has_cache_control =
	    slice_find_slice(head, SLICE("Cache-Control: ")) != head.n;
}

enum err resp_empty(struct resp *out, unsigned int status)
{
	buf_reset(&out->body);
	resp_status(out, status);
	return out->e;
}

enum err resp_file(struct resp *out, struct slice path, const char *type)
{
	char mem[3 * REQ_PATH_MAX];
	struct buf b;
	bool more = true;

	if (!resp_is_local(path))
		return ERR_INTERNAL;
	path = slice_skip(path, 1);
	buf_over(&b, mem, sizeof(mem));
	while (more) {
		struct slice part;

		more = slice_cut(&path, '/', &part);
		if (slice_eq(part, SLICE("..")))
			return ERR_INTERNAL;
		buf_char(&b, '/');
		esc_url(part, &b);
	}
	if (buf_err(&b) != ERR_OK)
		return ERR_INTERNAL;
	buf_reset(&out->body);
	resp_header(out, "Content-Type", slice_from(type));
	resp_header(out, "X-Accel-Redirect", buf_slice(&b));
	out->by_nginx = true;
	return out->e;
}

static bool is_file_name(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		const char c = s.p[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
		    (c < '0' || c > '9') && c != '.' && c != '_' && c != '-')
			return false;
	}
	return s.n > 0 && s.p[0] != '.';
}

enum err resp_stream(struct resp *out, const char *type, struct slice filename,
    struct resp_source source)
{
	char mem[160];
	struct buf b;

	if (!is_file_name(filename))
		return ERR_INTERNAL;
	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "attachment; filename=\"");
	buf_put(&b, filename);
	buf_char(&b, '"');
	if (buf_err(&b) != ERR_OK)
		return ERR_INTERNAL;
	buf_reset(&out->body);
	resp_header(out, "Content-Type", slice_from(type));
	resp_header(out, "Content-Disposition", buf_slice(&b));
	resp_header(out, "X-Accel-Buffering", SLICE("no"));
	out->source = source;
	return out->e;
}

static enum err problem_page(struct resp *out, unsigned int status,
    const char *detail)
{
	struct view *v = view_new(out->r->arena, "error.html");
	const size_t i = reason_row(status);

	view_u64(v, "status", status);
	view_cstr(v, "title", resp_reason(status));
	view_cstr(v, "reason", resp_reason(status));
	if (detail == NULL && i < RT_ARRAY_LEN(reasons))
		detail = reasons[i].detail;
	view_cstr(v, "detail", detail);
	view_flag(v, "leave", out->leave);
	return resp_view(out, v);
}

/* RFC 9457. */
static enum err problem_json(struct resp *out, unsigned int status,
    const char *detail)
{
	struct json_out j;
	enum err e;

	buf_reset(&out->body);
	json_out_init(&j, &out->body);
	json_out_object(&j);
	json_out_key(&j, "type");
	json_out_cstr(&j, "about:blank");
	json_out_key(&j, "title");
	json_out_cstr(&j, resp_reason(status));
	json_out_key(&j, "status");
	json_out_u64(&j, status);
	if (detail != NULL) {
		json_out_key(&j, "detail");
		json_out_cstr(&j, detail);
	}
	json_out_key(&j, "instance");
	json_out_cstr(&j, out->r->id);
	json_out_end(&j);
	if ((e = json_out_done(&j)) != ERR_OK)
		return e;
	resp_header(out, "Content-Type", SLICE("application/problem+json"));
	return out->e;
}

static enum err problem(struct resp *out, unsigned int status,
    const char *detail)
{
	resp_status(out, status);
	if (out->page && out->templates != NULL)
		return problem_page(out, status, detail);
	return problem_json(out, status, detail);
}

enum err resp_problem(struct resp *out, unsigned int status, const char *detail)
{
	if (status == 503)
		resp_header(out, "Retry-After", SLICE("5"));
	return problem(out, status, detail);
}

enum err resp_later(struct resp *out,
    enum err (*go_on)(const struct req *r, struct resp *out, bool late),
    void *state)
{
	assert(out->r->later != NULL);
	out->later = go_on;
	out->later_state = state;
	return ERR_OK;
}

/* Nothing is away, and the same again mostly ends the same way: nobody is to
 * come back with it in five seconds. Filters have these names on pages and in
 * the API. */
static const char too_much[] =
    "It took too long, or there is more of it than one answer holds. Ask for"
    " less at once: fewer days, one dimension instead of two, or with a filter"
    " by source, channel, campaign, place or result.";

static const char busy[] =
    "Others ask for much at the moment. Try again in a few seconds.";

enum err resp_error(struct resp *out, enum err e)
{
	/* What the handler has set so far belongs to an answer that is not. */
	buf_reset(&out->head);
	out->has_cache_control = false;
	out->by_nginx = false;
	out->source = (struct resp_source){ .next = NULL };
	out->e = ERR_OK;
	if (e == ERR_TIMEOUT)
		return problem(out, status_of(e), too_much);
	return resp_problem(out, status_of(e), e == ERR_BUSY ? busy : NULL);
}
