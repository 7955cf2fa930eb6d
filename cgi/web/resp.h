/*
 * resp.h - one HTTP answer, complete before its first byte is sent.
 *
 * A handler ends with one of the functions that return enum err, usually
 * `return resp_view(out, v);`. Headers are refused when they hold a control
 * byte, so no value can inject one. The dispatcher adds the security headers,
 * `Cache-Control: no-store` (unless the handler set one) and X-Request-Id.
 */
#ifndef RT_CGI_WEB_RESP_H
#define RT_CGI_WEB_RESP_H

#include "cgi/tmpl/view.h"
#include "cgi/web/req.h"
#include "lib/base/buf.h"
#include "lib/text/json_out.h"

#define RESP_BODY_MAX  ((size_t)8 << 20)
#define RESP_BLOCK_MAX ((size_t)65536)
#define RESP_HEAD_MAX  16384

/* Where a stream's bytes come from. next() appends up to about RESP_BLOCK_MAX
 * to block and sets *more to false with the last one. An error ends the answer
 * in the middle, visibly: its last chunk is never sent. state lives in the
 * request's arena; what next() needs per block must not, as it would grow. */
struct resp_source {
	enum err (*next)(void *state, struct buf *block, bool *more);
	void *state;
};

struct resp {
	const struct req *r;
	const struct tmpl_set *templates;
	void (*decorate)(const struct req *r, struct view *v);
	unsigned int status;
	struct buf head; /* header lines, each with CR LF */
	struct buf body;
	bool has_cache_control;
	bool by_nginx; /* the body comes from a file of resp_file() */
	struct resp_source source; /* next NULL: the body is complete */
	bool page;  /* errors are pages; else RFC 9457 problems */
	bool leave; /* an error page offers to sign out, with r->csrf */
	enum err e; /* of a header; sticky */
	/* The answer waits; NULL: it does not. */
	enum err (*later)(const struct req *r, struct resp *out, bool late);
	void *later_state;
};

/* Default 200. */
void resp_status(struct resp *out, unsigned int status);
/* name: a literal token. A value with a control byte, or one too many, makes
 * the request fail with 500. */
void resp_header(struct resp *out, const char *name, struct slice value);
/* HttpOnly, SameSite=Lax, Path=/, Secure under TLS. max_age_s < 0: until the
 * browser ends; 0: forget it. value: only [A-Za-z0-9_-]. */
void resp_cookie(struct resp *out, const char *name, struct slice value,
    int64_t max_age_s);

/* Renders the view. Besides the handler's keys every page has: csrf,
 * signed_in, user_name, company_name, path, request_id, theme_dark and
 * theme_light and those the program's
 * decorate() sets; a key the handler set itself stays. */
RT_MUST_USE enum err resp_view(struct resp *out, struct view *v);
/* A finished value, application/json. */
RT_MUST_USE enum err resp_json(struct resp *out, const struct json_out *j);
/* type: a literal such as "text/csv; charset=utf-8". */
RT_MUST_USE enum err resp_bytes(struct resp *out, const char *type,
    struct slice bytes);
/* 303 to an address of our own: begins with '/', not "//"; other targets are
 * ERR_INTERNAL. */
RT_MUST_USE enum err resp_redirect(struct resp *out, struct slice path);
/* 303 to a page that leads on to next: path, a literal, with "?next=" unless
 * next is "/", no address of our own, or too long. */
RT_MUST_USE enum err resp_redirect_next(struct resp *out, const char *path,
    struct slice next);
/* An answer that was given before: head holds the lines that were in out->head
 * when its handler returned. */
void resp_again(struct resp *out, unsigned int status, struct slice head,
    struct slice body);
/* A status without a body, such as 204. */
RT_MUST_USE enum err resp_empty(struct resp *out, unsigned int status);
/* Lets nginx send a file: path is an internal location's, percent-encoded
 * here segment by segment. Ranges are nginx's business. */
RT_MUST_USE enum err resp_file(struct resp *out, struct slice path,
    const char *type);
/* For long lists: the handler checks everything first, then hands out a source
 * that is pulled block by block while the client reads, past nginx's buffers.
 * filename: [A-Za-z0-9._-], what a browser saves it as. */
RT_MUST_USE enum err resp_stream(struct resp *out, const char *type,
    struct slice filename, struct resp_source source);
/* An error with words for the person or program that asked; detail is a
 * literal. As an error page or as application/problem+json (RFC 9457). */
RT_MUST_USE enum err resp_problem(struct resp *out, unsigned int status,
    const char *detail);
/* The answer waits for something: r->later was given to whoever will call
 * later_ready(). Then go_on() makes the answer, as a handler would; state is
 * out->later_state and lives in the request's arena. late: not ready in time;
 * go_on() answers without it and sees to it that later_ready() is not called
 * any more, or returns ERR_BUSY: it is being called this moment. It may itself
 * end with resp_later(). */
RT_MUST_USE enum err resp_later(struct resp *out,
    enum err (*go_on)(const struct req *r, struct resp *out, bool late),
    void *state);
/* What the dispatcher does with a handler's error: status by e. */
RT_MUST_USE enum err resp_error(struct resp *out, enum err e);

/* True for "/x" that stays on our own host when a browser follows it. */
bool resp_is_local(struct slice path);
/* "Not Found". */
const char *resp_reason(unsigned int status);

/* For the dispatcher: an empty answer to r. Buffers are kept from before. */
void resp_begin(struct resp *out, const struct req *r);
void resp_init(struct resp *out, const struct tmpl_set *templates);
void resp_fini(struct resp *out);

#endif
