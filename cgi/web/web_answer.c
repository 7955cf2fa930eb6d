#include "cgi/web/csrf.h"
#include "cgi/web/frame.h"
#include "cgi/web/kept.h"
#include "cgi/web/sess.h"
#include "cgi/web/web_priv.h"
#include "cgi/web/wrong.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/metric.h"
#include "lib/base/rnd.h"

static const struct {
	const char *name;
	const char *page;
	const char *api;
} security[] = {
	{ "Content-Security-Policy",
	    "default-src 'none'; script-src 'self'; style-src 'self'; "
	    "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
	    "media-src 'self'; form-action 'self'; base-uri 'none'; "
	    "frame-ancestors 'none'",
	    "default-src 'none'; frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff", "nosniff" },
	{ "Referrer-Policy", "same-origin", "no-referrer" },
	{ "X-Frame-Options", "DENY", NULL },
	{ "Cross-Origin-Opener-Policy", "same-origin", NULL },
	{ "Cross-Origin-Resource-Policy", "same-origin", NULL },
	{ "Permissions-Policy", "camera=(), geolocation=(), microphone=()",
	    NULL },
};

static void finish_headers(struct resp *out, enum route_kind kind)
{
	const struct req *r = out->r;

	for (size_t i = 0; i < RT_ARRAY_LEN(security); i++) {
		const char *v =
		    kind == ROUTE_PAGE ? security[i].page : security[i].api;

		if (v != NULL)
			resp_header(out, security[i].name, slice_from(v));
	}
	if (r->tls)
		resp_header(out, "Strict-Transport-Security",
		    SLICE("max-age=31536000"));
	if (!out->has_cache_control)
		resp_header(out, "Cache-Control", SLICE("no-store"));
	resp_header(out, "X-Request-Id", slice_from(r->id));
	if (!out->by_nginx && out->source.next == NULL && out->status != 204 &&
	    out->status != 304) {
		char digits[24];
		struct buf b;

		buf_over(&b, digits, sizeof(digits));
		buf_u64(&b, out->body.n);
		resp_header(out, "Content-Length", buf_slice(&b));
	}
}

static const char bad_address[] =
    "The address is not well formed: percent-encoding and UTF-8 have to be "
    "right, without control characters.";

static enum err refuse_address(struct resp *out, const struct req *r,
    enum err e)
{
	if (r->query_long)
		return resp_problem(out, 414, NULL);
	return e == ERR_SYNTAX ? resp_problem(out, 400, bad_address)
			       : resp_error(out, e);
}

/* A page leads those who are not signed in to the sign-in and back. */
static enum err ask_sign_in(struct resp *out, const struct req *r)
{
	if (!out->page || r->method != REQ_GET)
		return resp_error(out, ERR_AUTH);
	return resp_redirect_next(out, "/login", r->target);
}

/* Who owns an account without a company has the first steps before them. */
static bool starts_empty(const struct resp *out, const struct req *r)
{
	return out->page && r->method == REQ_GET && r->signed_in &&
	       id_is_nil(r->company.v) && r->account_role >= ROUTE_OWNER;
}

/* Who is in no company, or not any more, may be told so. */
static bool is_nowhere(const struct resp *out, const struct req *r,
    const struct route *row)
{
	return out->page && r->signed_in && id_is_nil(r->company.v) &&
	       row->role > ROUTE_SIGNED_IN && !row->wide;
}

static enum err tell_nowhere(struct resp *out, struct req *r)
{
	enum err e = csrf_offer(r, out);

	if (e == ERR_OK)
		(void)frame_company(r, out, &e);
	return e;
}

static enum err no_route(struct resp *out, const struct route_match *m)
{
	enum err e;

	if (!m->path_known)
		return resp_error(out, ERR_NOTFOUND);
	e = resp_problem(out, 405, NULL);
	resp_header(out, "Allow", slice_from(m->allow));
	return e;
}

/* Who is it, and may they? */
static enum err admit(struct req *r, const struct route *row)
{
	enum err e = ERR_AUTH;
	struct slice cookie;

	if (r->db != NULL && req_cookie(r, sess_cookie(r), &cookie) == ERR_OK)
		e = sess_load(r);
	if (row->role == ROUTE_PUBLIC)
		return ERR_OK; /* whoever it is, also while the database is away
				*/
	if (e == ERR_OK &&
	    (row->wide ? r->account_role : r->role) < (int)row->role)
		return ERR_DENIED;
	return e;
}

static size_t body_limit(const struct route *row)
{
	return row->body_max == 0 ? REQ_BODY_FORM : row->body_max;
}

/* The way of programs with their own idea of who may do what. */
static enum err serve_admitted(const struct web_conf *conf, struct req *r,
    const struct req_source *src, const struct route *row, struct resp *out)
{
	enum err e;

	r->data = row->data;
	e = conf->admit(r, row);
	if (e == ERR_BUSY)
		return resp_problem(out, 429, NULL);
	/* Who asked is told what is wrong with the query. */
	if (e == ERR_OK && r->query_long)
		return resp_problem(out, 414, NULL);
	if (e == ERR_OK && r->odd.p != NULL)
		e = ERR_SYNTAX;
	if (e != ERR_OK ||
	    (e = req_read_body(r, src, row->body, body_limit(row))) != ERR_OK)
		return e;
	return row->handler(r, out);
}

/* A form of another company's page would be saved for the one that was chosen
 * in another tab since. */
static bool strayed(const struct req *r, const struct route *row)
{
	return r->method != REQ_GET && row->role > ROUTE_SIGNED_IN &&
	       !row->wide && !row->any_company && csrf_other_company(r);
}

static const char other_company[] =
    "This page was opened for another company than the one you are at now."
    " Nothing was saved. Change back to that company in another tab, then"
    " reload this page to send the form again.";

/* Of a query with a parameter that is no text: which. */
static enum err name_odd(const struct req *r)
{
	struct slice name;

	return arena_copy(r->arena, r->odd, &name)
		   ? req_wrong(r, name.p,
			 "percent-encoded UTF-8 without control characters")
		   : ERR_NOMEM;
}

static enum err serve(struct req *r, const struct req_source *src,
    const struct route *row, struct resp *out)
{
	const bool plain = row->csrf == ROUTE_CSRF_NONE;
	bool again, stale;
	enum err e;

	/* Rows without CSRF are for other sites' pages: no cookie counts. */
	if (!plain && (e = admit(r, row)) != ERR_OK)
		return e == ERR_AUTH && out->page && kept_may(r, row)
			   ? kept_ask(r, out, src, row)
			   : e;
	if ((e = req_read_body(r, src, row->body, body_limit(row))) != ERR_OK)
		return e;
	e = !plain && r->method != REQ_GET ? csrf_check(r) : ERR_OK;
	again =
	    e == ERR_DENIED && r->signed_in && out->page && kept_may(r, row);
	stale = e == ERR_DENIED && row->stale != NULL && csrf_stale(r);
	if (e != ERR_OK && !again && !stale)
		return e;
	if (!plain && out->page && (e = csrf_offer(r, out)) != ERR_OK)
		return e;
	if (!plain && out->page && r->signed_in)
		sess_stay(r, out);
	if (again)
		return kept_again(r, out, row);
	if (r->odd.p != NULL)
		return name_odd(r);
	if (!plain && strayed(r, row))
		return resp_problem(out, 409, other_company);
	r->data = row->data;
	return stale ? row->stale(r, out) : row->handler(r, out);
}

/* With what the handler, or its continuation, returned. */
static enum err answer_made(struct resp *out, enum err e)
{
	if (e == ERR_OK && (e = out->e) == ERR_OK)
		return ERR_OK;
	return resp_error(out, e);
}

/* What is wrong with a query is told to those whom the row lets in; on pages,
 * of an address that can be mended. */
static bool is_told_later(const struct web_conf *conf, const struct req *r)
{
	if (conf->admit != NULL)
		return r->odd.p != NULL || r->query_long;
	return r->odd.p != NULL && r->method == REQ_GET;
}

static enum err answer(const struct web_conf *conf, struct req *r,
    const struct req_source *src, struct resp *out, struct route_match *m)
{
	enum err e;

	e = req_read(r, src);
	if (e != ERR_OK && !is_told_later(conf, r))
		return refuse_address(out, r, e);
	route_find(conf->routes, conf->n_routes, r, m);
	out->page = m->kind == ROUTE_PAGE && conf->templates != NULL;
	if (m->route == NULL)
		return no_route(out, m);
	if (conf->admit != NULL) {
		e = serve_admitted(conf, r, src, m->route, out);
		if (e != ERR_OK && conf->explain != NULL)
			e = conf->explain(r, out, e);
		return answer_made(out, e);
	}
	e = serve(r, src, m->route, out);
	if (wrong_may(r, out, e))
		e = wrong_page(r, out);
	else if (r->odd.p != NULL)
		return refuse_address(out, r, ERR_SYNTAX);
	if (e == ERR_AUTH)
		return ask_sign_in(out, r);
	if (e == ERR_DENIED && starts_empty(out, r))
		return resp_redirect(out, SLICE("/welcome"));
	if (e == ERR_DENIED && is_nowhere(out, r, m->route))
		e = tell_nowhere(out, r);
	if (e == ERR_OK && out->e == ERR_OK)
		e = buf_err(&out->head);
	return answer_made(out, e);
}

static void count(unsigned int status, int64_t us)
{
	if (status >= 500)
		metric_add(METRIC_HTTP_5XX, 1);
	else if (status >= 400)
		metric_add(METRIC_HTTP_4XX, 1);
	else if (status >= 300)
		metric_add(METRIC_HTTP_3XX, 1);
	else
		metric_add(METRIC_HTTP_2XX, 1);
	metric_add(METRIC_HTTP_US, us < 0 ? 0 : (uint64_t)us);
}

static void log_answer(const struct web_conf *conf, const struct resp *out,
    const struct route_match *m, int64_t us)
{
	/* The row, not the path: addresses may hold what logs may not. */
	const char *path = m->route == NULL ? "-" : m->route->path;

	if (out->status >= 500)
		log_error("web: answered status=%u route=%s us=%lld",
		    out->status, path, (long long)us);
	else if (!conf->quiet)
		log_info("web: answered status=%u route=%s us=%lld bytes=%zu",
		    out->status, path, (long long)us, out->body.n);
}

static void make_id(struct req *r)
{
	uint8_t rnd[10], id[ID_BYTES];

	rnd_id_bytes(rnd, sizeof(rnd));
	id_make(r->now_us, rnd, id);
	id_text(ID_KIND_request, id, r->id);
}

static void complete(const struct web_conf *conf, struct web_answering *a,
    enum err e, struct resp *out)
{
	const struct req *r = out->r;
	int64_t us;

	if (e != ERR_OK) {
		/* Not even the error page could be made. */
		out->page = false;
		if (resp_error(out, ERR_INTERNAL) != ERR_OK)
			buf_reset(&out->body);
	}
	if (conf->finish != NULL)
		conf->finish(r, out);
	finish_headers(out, a->match.kind);
	if (buf_err(&out->head) != ERR_OK) {
		buf_reset(&out->head);
		buf_reset(&out->body);
		resp_status(out, 500);
	}
	us = clk_mono_us() - a->start_us;
	count(out->status, us);
	log_answer(conf, out, &a->match, us);
}

bool web_answer_begin(const struct web_conf *conf, struct req *r,
    const struct req_source *src, struct resp *out, struct web_answering *a)
{
	enum err e;

	*a = (struct web_answering){ .start_us = clk_mono_us(),
		.match = { .kind = conf->templates == NULL ? ROUTE_API
							   : ROUTE_PAGE } };
	r->wrong = &a->wrong;
	make_id(r);
	log_context(r->id);
	resp_begin(out, r);
	out->templates = conf->templates;
	out->decorate = conf->decorate;
	out->page = conf->templates != NULL;
	e = answer(conf, r, src, out, &a->match);
	if (e != ERR_OK || out->later == NULL)
		complete(conf, a, e, out);
	log_context(NULL);
	return out->later == NULL;
}

bool web_answer_resume(const struct web_conf *conf, struct resp *out,
    struct web_answering *a, bool late)
{
	enum err (*const go_on)(const struct req *r, struct resp *out,
	    bool late) = out->later;
	enum err e;

	log_context(out->r->id);
	out->later = NULL; /* unless it waits for something else now */
	e = go_on(out->r, out, late);
	if (e == ERR_BUSY) {
		out->later = go_on;
	} else if (e != ERR_OK || out->later == NULL) {
		out->later = NULL;
		complete(conf, a, answer_made(out, e), out);
	}
	log_context(NULL);
	return out->later == NULL;
}

void web_answer(const struct web_conf *conf, struct req *r,
    const struct req_source *src, struct resp *out)
{
	struct web_answering a;

	if (!web_answer_begin(conf, r, src, out, &a))
		log_error("web: a handler waits without r->later");
}
