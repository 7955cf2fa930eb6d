#include "cgi/web/req.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/scan.h"
#include "lib/base/settings.h"
#include "lib/base/utf8.h"
#include "lib/core/visible.h"

/* --- parameters ----------------------------------------------------------- */

static enum err find(const struct req_param *p, const char *name,
    struct slice *out)
{
	const struct req_param *hit = NULL;

	for (; p != NULL; p = p->next) {
		if (!slice_eq_cstr(p->name, name))
			continue;
		if (hit != NULL)
			return ERR_SYNTAX; /* which of the two is meant? */
		hit = p;
	}
	if (hit == NULL)
		return ERR_NOTFOUND;
	*out = hit->value;
	return ERR_OK;
}

static enum err find_u64(const struct req_param *p, const char *name,
    uint64_t min, uint64_t max, uint64_t *out)
{
	struct slice s;
	uint64_t v;
	enum err e;

	if ((e = find(p, name, &s)) != ERR_OK)
		return e;
	if (s.n == 0)
		return ERR_NOTFOUND;
	if ((e = scan_whole_u64(s, max, &v)) != ERR_OK)
		return e;
	if (v < min)
		return ERR_RANGE;
	*out = v;
	return ERR_OK;
}

static enum err find_id(const struct req_param *p, const char *name,
    enum id_kind kind, uint8_t out[ID_BYTES])
{
	struct slice s;
	enum err e;

	if ((e = find(p, name, &s)) != ERR_OK)
		return e;
	if (s.n == 0)
		return ERR_NOTFOUND;
	return id_parse(kind, s, out);
}

/* Notes what a parameter may be, and returns what was wrong with it. */
static enum err note(const struct req *r, const char *name, const char *may_be,
    enum err e)
{
	if ((e == ERR_SYNTAX || e == ERR_RANGE) && r->wrong != NULL &&
	    r->wrong->name == NULL)
		*r->wrong = (struct req_wrong){ name, may_be };
	return e;
}

enum err req_wrong(const struct req *r, const char *name, const char *may_be)
{
	return note(r, name, may_be, ERR_RANGE);
}

enum err req_query(const struct req *r, const char *name, struct slice *out)
{
	return note(r, name, "there once, not several times",
	    find(r->query, name, out));
}

enum err req_query_u64(const struct req *r, const char *name, uint64_t min,
    uint64_t max, uint64_t *out)
{
	const enum err e = find_u64(r->query, name, min, max, out);
	char mem[80];
	struct slice text;
	struct buf b;

	if (e != ERR_SYNTAX && e != ERR_RANGE)
		return e;
	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b, "a whole number from %llu to %llu, once%c",
	    (unsigned long long)min, (unsigned long long)max, '\0');
	return note(r, name,
	    arena_copy(r->arena, buf_slice(&b), &text) ? text.p
						       : "a whole number",
	    e);
}

enum err req_query_id(const struct req *r, const char *name, enum id_kind kind,
    uint8_t out[ID_BYTES])
{
	return note(r, name, "a key, as links have it, once",
	    find_id(r->query, name, kind, out));
}

enum err req_form(const struct req *r, const char *name, struct slice *out)
{
	return find(r->form, name, out);
}

enum err req_form_u64(const struct req *r, const char *name, uint64_t min,
    uint64_t max, uint64_t *out)
{
	return find_u64(r->form, name, min, max, out);
}

enum err req_form_id(const struct req *r, const char *name, enum id_kind kind,
    uint8_t out[ID_BYTES])
{
	return find_id(r->form, name, kind, out);
}

enum err req_form_text(const struct req *r, const char *name, size_t min,
    size_t max, struct slice *out)
{
	struct slice s;
	size_t n;
	enum err e;

	if ((e = find(r->form, name, &s)) != ERR_OK)
		return e;
	s = slice_trim(s);
	n = utf8_count(s);
	if (n < min || n > max || (min > 0 && !visible_any(s)))
		return ERR_RANGE;
	*out = s;
	return ERR_OK;
}

enum err req_path_id(const struct req *r, size_t n, enum id_kind kind,
    uint8_t out[ID_BYTES])
{
	if (n >= r->n_ids || id_parse(kind, r->ids[n], out) != ERR_OK)
		return ERR_NOTFOUND;
	return ERR_OK;
}

struct slice req_path_text(const struct req *r, size_t n)
{
	return n < r->n_ids ? r->ids[n] : SLICE("");
}

enum err req_need(enum err e)
{
	return e == ERR_NOTFOUND ? ERR_SYNTAX : e;
}

enum err req_cookie(const struct req *r, const char *name, struct slice *out)
{
	/* A repeated cookie is not the client's fault: the first one is the
	 * one with the longest path (RFC 6265 5.4). */
	for (const struct req_param *p = r->cookies; p != NULL; p = p->next) {
		if (slice_eq_cstr(p->name, name)) {
			*out = p->value;
			return ERR_OK;
		}
	}
	return ERR_NOTFOUND;
}

/* NULL: not sent. */
static const char *find_env(const struct req *r, const char *name)
{
	const size_t n = strlen(name);

	for (const char *const *e = r->envp; e != NULL && *e != NULL; e++) {
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
			return *e + n + 1;
	}
	return NULL;
}

struct slice req_env(const struct req *r, const char *name)
{
	const char *value = find_env(r, name);

	return value != NULL ? slice_from(value) : SLICE("");
}

bool req_env_sent(const struct req *r, const char *name)
{
	return find_env(r, name) != NULL;
}

const struct req_file *req_file(const struct req *r, const char *field)
{
	for (const struct req_file *f = r->files; f != NULL; f = f->next) {
		if (slice_eq_cstr(f->field, field))
			return f;
	}
	return NULL;
}

/* --- reading -------------------------------------------------------------- */

static enum req_method method_of(struct slice s, bool *head)
{
	static const struct {
		const char *name;
		enum req_method method;
	} methods[] = { { "GET", REQ_GET }, { "HEAD", REQ_HEAD },
		{ "POST", REQ_POST }, { "PUT", REQ_PUT },
		{ "PATCH", REQ_PATCH }, { "DELETE", REQ_DELETE },
		{ "OPTIONS", REQ_OPTIONS } };

	*head = false;
	for (size_t i = 0; i < RT_ARRAY_LEN(methods); i++) {
		if (!slice_eq_cstr(s, methods[i].name))
			continue;
		*head = methods[i].method == REQ_HEAD;
		return *head ? REQ_GET : methods[i].method;
	}
	return REQ_OTHER;
}

static bool is_tls(const struct req *r)
{
	if (slice_eq(req_env(r, "HTTPS"), SLICE("on")))
		return true;
	/* A balancer in front of nginx may hold the certificate. */
	return r->settings != NULL &&
	       slice_starts(slice_from(r->settings->public_url),
		   SLICE("https://"));
}

enum err req_read(struct req *r, const struct req_source *src)
{
	struct slice path, query;
	enum err e;

	r->envp = src->envp;
	r->method = method_of(req_env(r, "REQUEST_METHOD"), &r->head);
	r->tls = is_tls(r);
	r->host = req_env(r, "HTTP_HOST");
	r->content_type = req_env(r, "CONTENT_TYPE");
	if (!slice_to_cstr(req_env(r, "REMOTE_ADDR"), r->address,
		sizeof(r->address)))
		return ERR_SYNTAX;
	/* Not DOCUMENT_URI: that one nginx has decoded and tidied already. */
	r->target = req_env(r, "REQUEST_URI");
	query = r->target;
	(void)slice_cut(&query, '?', &path);
	if ((e = req_parse_path(r->arena, path, &r->path)) != ERR_OK)
		return e;
	e = query.n > REQ_QUERY_MAX
		? ERR_TOOBIG
		: req_parse_query(r->arena, query, &r->query, &r->odd);
	r->query_long = e == ERR_TOOBIG;
	if (e != ERR_OK && !r->query_long)
		return e;
	if ((e = req_parse_cookies(r->arena, req_env(r, "HTTP_COOKIE"),
		 &r->cookies)) != ERR_OK)
		return e;
	if (r->query_long)
		return ERR_TOOBIG;
	return r->odd.p == NULL ? ERR_OK : ERR_SYNTAX;
}

static bool type_is(struct slice type, struct slice want)
{
	const struct slice after = slice_skip(type, want.n);

	return slice_starts_case(type, want) &&
	       (after.n == 0 || after.p[0] == ';' || after.p[0] == ' ');
}

static enum err body_length(const struct req *r, size_t max, size_t *out)
{
	const struct slice s = req_env(r, "CONTENT_LENGTH");
	uint64_t n;

	*out = 0;
	if (s.n == 0)
		return ERR_OK;
	if (scan_whole_u64(s, UINT64_MAX, &n) != ERR_OK)
		return ERR_SYNTAX;
	if (n > max)
		return ERR_TOOBIG;
	*out = (size_t)n;
	return ERR_OK;
}

static enum err read_all(struct req *r, const struct req_source *src, size_t n)
{
	char *p = arena_alloc(r->arena, n);
	size_t got = 0;

	if (p == NULL)
		return ERR_TOOBIG;
	while (got < n) {
		const size_t more = src->read(src->ctx, p + got, n - got);

		if (more == 0)
			return ERR_CLOSED;
		got += more;
	}
	r->body = slice_of(p, n);
	return ERR_OK;
}

enum err req_read_body(struct req *r, const struct req_source *src,
    enum req_body body, size_t max)
{
	const bool multipart =
	    type_is(r->content_type, SLICE("multipart/form-data"));
	size_t n;
	enum err e;

	if ((e = body_length(r, body == REQ_BODY_NONE ? 0 : max, &n)) != ERR_OK)
		return e;
	if (n == 0)
		return ERR_OK;
	if (body != REQ_BODY_RAW &&
	    !(multipart && body == REQ_BODY_MULTIPART) &&
	    !type_is(r->content_type,
		SLICE("application/x-www-form-urlencoded")))
		return ERR_UNSUPPORTED;
	if ((e = read_all(r, src, n)) != ERR_OK)
		return e;
	if (body == REQ_BODY_RAW)
		return ERR_OK;
	if (multipart)
		return req_parse_multipart(r->arena, r->content_type, r->body,
		    &r->form, &r->files);
	return req_parse_form(r->arena, r->body, &r->form);
}
