#include "cgi/dni/dni_api.h"

#include <string.h>

#include "cgi/dni/dni_event.h"
#include "cgi/dni/dni_fresh.h"
#include "cgi/dni/dni_seen.h"
#include "cgi/dni/dni_serve.h"

#define BEAT_S 60

/* A page that is loaded before anybody looks at it says so (Sec-Purpose, and
 * its older names). */
static bool is_prefetch(const struct req *r)
{
	static const char *const names[] = { "HTTP_SEC_PURPOSE", "HTTP_PURPOSE",
		"HTTP_X_MOZ" };

	for (size_t i = 0; i < RT_ARRAY_LEN(names); i++)
		if (slice_starts_case(req_env(r, names[i]), SLICE("prefetch")))
			return true;
	return false;
}

/* Global Privacy Control as the browser itself says it with each request, for
 * pages whose tag cannot ask or says something else. */
static bool is_private(const struct req *r)
{
	return slice_eq(req_env(r, "HTTP_SEC_GPC"), SLICE("1"));
}

/* nginx tells of the headers that are read in this file, by name
 * (nginx/site.conf.in). */
static struct dni_who who_of(const struct req *r)
{
	return (struct dni_who){ .origin = req_env(r, "HTTP_ORIGIN"),
		.referrer = req_env(r, "HTTP_REFERER"),
		.address = slice_from(r->address),
		.user_agent = req_env(r, "HTTP_USER_AGENT"),
		.now_us = r->now_us,
		.later = r->later };
}

/* Any page may read the answer, no cookie is looked at; whether it gets a
 * number is decided by its origin. */
static void allow_reading(struct resp *out)
{
	resp_header(out, "Access-Control-Allow-Origin", SLICE("*"));
	resp_header(out, "Cross-Origin-Resource-Policy", SLICE("cross-origin"));
}

static enum err problem(struct resp *out, enum err e)
{
	if (e == ERR_NOTFOUND)
		return resp_problem(out, 404, "no site has this key");
	if (e == ERR_DENIED)
		return resp_problem(out, 403,
		    "this site's list of origins does not have yours");
	if (e == ERR_CLOSED)
		return resp_problem(out, 404,
		    "the visit is over, or none of this site's: the form was"
		    " not kept");
	if (e == ERR_BUSY) {
		resp_header(out, "Retry-After", SLICE("60"));
		return resp_problem(out, 429, "too many requests");
	}
	if (e == ERR_UNAVAILABLE) {
		resp_header(out, "Retry-After", SLICE("10"));
		return resp_problem(out, 503, "no site is known yet");
	}
	return e;
}

static const char no_database[] =
    "no database: visitors see the numbers of their source";

/* Keeps for the site's page what its tag is told. */
static void note(const struct req *r, const struct dni_hit *h, enum err e,
    const struct dni_answer *a)
{
	static const char *const told[] = {
		[ERR_DENIED] = "the address is none of the site's",
		[ERR_CLOSED] = "a form of a visit that is over: not kept",
		[ERR_BUSY] = "too many requests of one address",
	};
	const char *what = (size_t)e < RT_ARRAY_LEN(told) ? told[e] : NULL;

	if (e == ERR_OK && a != NULL && a->waits == NULL &&
	    strcmp(a->why, "database") == 0)
		what = no_database;
	if (what != NULL)
		dni_seen_error(r->app, h->site, r->now_us, what);
}

static enum err parse(const struct req *r, struct resp *out,
    enum dni_hit_type type, struct dni_hit **h, bool *done)
{
	const char *why = "";
	enum err e = ERR_NOMEM;

	*h = arena_alloc(r->arena, sizeof(**h));
	if (*h != NULL)
		e = dni_hit_parse(type, r->body, r->arena, *h, &why);
	*done = e != ERR_OK;
	if (e == ERR_OK && is_private(r)) {
		(*h)->consent = DNI_CONSENT_NO;
		(*h)->gpc = true;
	}
	if (e == ERR_OK || why[0] == '\0')
		return e;
	dni_seen_error(r->app, (*h)->site, r->now_us, why);
	return resp_problem(out, 400, why);
}

static void put_number(struct json_out *j, const char *key,
    const struct dni_number *n)
{
	json_out_key(j, key);
	json_out_object(j);
	json_out_key(j, "e164");
	json_out_cstr(j, n->e164);
	json_out_key(j, "national");
	json_out_cstr(j, n->national);
	json_out_key(j, "international");
	json_out_cstr(j, n->international);
	json_out_end(j);
}

static void put_swaps(struct json_out *j, const struct dni_answer *a)
{
	json_out_key(j, "swap");
	json_out_array(j);
	for (size_t i = 0; a->to.e164[0] != '\0' && i < a->n_targets; i++) {
		json_out_object(j);
		put_number(j, "from", &a->targets[i]);
		put_number(j, "to", &a->to);
		json_out_end(j);
	}
	json_out_end(j);
}

static void put_id(struct json_out *j, const char *key, enum id_kind kind,
    const uint8_t id[ID_BYTES])
{
	char text[ID_TEXT_MAX];

	id_text(kind, id, text);
	json_out_key(j, key);
	json_out_cstr(j, text);
}

static enum err answer(struct resp *out, const struct dni_answer *a)
{
	struct json_out j;
	struct buf text;
	enum err e;

	buf_init(&text, 65536);
	json_out_init(&j, &text);
	json_out_object(&j);
	json_out_key(&j, "tier");
	json_out_cstr(&j, a->tier);
	json_out_key(&j, "why");
	json_out_cstr(&j, a->why);
	if (a->has_ids) {
		put_id(&j, "visitor", ID_KIND_visitor, a->visitor.v);
		put_id(&j, "visit", ID_KIND_visit, a->visit.v);
	}
	if (a->gpc) {
		json_out_key(&j, "gpc");
		json_out_bool(&j, true);
	}
	put_swaps(&j, a);
	json_out_key(&j, "beat_s");
	json_out_u64(&j, BEAT_S);
	json_out_end(&j);
	e = json_out_done(&j);
	if (e == ERR_OK)
		e = resp_json(out, &j);
	buf_fini(&text);
	return e;
}

static enum err go_on(const struct req *r, struct resp *out, bool late)
{
	struct dni_answer *a = out->later_state;
	const enum err e = dni_serve_resume(a->waits, late);

	if (e == ERR_OK && strcmp(a->why, "database") == 0)
		dni_seen_error(r->app, a->site, r->now_us, no_database);
	return e == ERR_OK ? answer(out, a) : e;
}

static enum err answer_or_wait(struct resp *out, enum err e,
    struct dni_answer *a)
{
	if (e != ERR_OK)
		return problem(out, e);
	return a->waits == NULL ? answer(out, a) : resp_later(out, go_on, a);
}

/* A page view whose site may be a new one. */
struct ask {
	struct dni_fresh_wait wait;
	struct dni_hit *h;
	struct dni_who who;
};

static enum err ask_again(const struct req *r, struct resp *out, bool late)
{
	struct ask *ask = out->later_state;
	struct dni_answer *a = NULL;
	enum err e = ERR_NOTFOUND;

	if (late && !dni_fresh_leave(r->app, &ask->wait))
		return ERR_BUSY;
	if (!late)
		e = dni_serve_visit(r->app, ask->h, &ask->who, r->arena, &a);
	return answer_or_wait(out, e, a);
}

static enum err ask_later(const struct req *r, struct resp *out,
    struct dni_hit *h, const struct dni_who *who)
{
	struct ask *ask = arena_alloc(r->arena, sizeof(*ask));

	if (ask == NULL)
		return ERR_NOMEM;
	ask->h = h;
	ask->who = *who;
	return dni_fresh_begin(r->app, &ask->wait, r->later)
		   ? resp_later(out, ask_again, ask)
		   : problem(out, ERR_NOTFOUND);
}

static enum err post_visit(const struct req *r, struct resp *out)
{
	struct dni_who who = who_of(r);
	struct dni_answer *a = NULL;
	struct dni_hit *h;
	bool done;
	enum err e;

	allow_reading(out);
	if (!dni_serve_let_in(r->app, &who))
		return problem(out, ERR_BUSY);
	e = parse(r, out, DNI_HIT_VISIT, &h, &done);
	if (done)
		return e;
	h->hidden = h->hidden || is_prefetch(r);
	e = dni_serve_visit(r->app, h, &who, r->arena, &a);
	note(r, h, e, a);
	return e == ERR_NOTFOUND ? ask_later(r, out, h, &who)
				 : answer_or_wait(out, e, a);
}

static enum err post_beat(const struct req *r, struct resp *out)
{
	struct dni_who who = who_of(r);
	struct dni_answer *a = NULL;
	struct dni_hit *h;
	bool done;
	enum err e;

	who.goes_on = true;
	allow_reading(out);
	if (!dni_serve_let_in(r->app, &who))
		return problem(out, ERR_BUSY);
	e = parse(r, out, DNI_HIT_BEAT, &h, &done);
	if (done)
		return e;
	e = dni_serve_beat(r->app, h, &who, r->arena, &a);
	note(r, h, e, a);
	if ((e == ERR_NOTFOUND || e == ERR_DENIED) &&
	    dni_serve_closed(r->app, h, r->arena, &a))
		return answer(out, a);
	return answer_or_wait(out, e, a);
}

static enum err post_event(const struct req *r, struct resp *out)
{
	struct dni_who who = who_of(r);
	struct dni_hit *h;
	bool done;
	enum err e;

	who.goes_on = true;
	allow_reading(out);
	if (!dni_serve_let_in(r->app, &who))
		return problem(out, ERR_BUSY);
	e = parse(r, out, DNI_HIT_EVENT, &h, &done);
	if (done)
		return e;
	e = dni_event_serve(r->app, h, &who);
	note(r, h, e, NULL);
	return e == ERR_OK ? resp_empty(out, 204) : problem(out, e);
}

/* POST /dni/v1/allocate: a number for a visitor, asked by the site's own server
 * with "Authorization: Bearer <secret>". The body is that of /visit, with the
 * visitor's ip and ua. */
static enum err post_allocate(const struct req *r, struct resp *out)
{
	const struct slice auth = req_env(r, "HTTP_AUTHORIZATION");
	struct dni_who who = who_of(r);
	struct dni_answer *a = NULL;
	struct dni_hit *h;
	bool done;
	enum err e;

	if (!slice_starts_case(auth, SLICE("Bearer ")))
		return resp_problem(out, 401,
		    "Authorization: Bearer and the site's secret");
	e = parse(r, out, DNI_HIT_ALLOCATE, &h, &done);
	if (done)
		return e;
	who.token = slice_trim(slice_skip(auth, 7));
	who.address = h->ip;
	who.user_agent = h->agent;
	e = dni_serve_visit(r->app, h, &who, r->arena, &a);
	if (e == ERR_DENIED || e == ERR_NOTFOUND)
		return resp_problem(out, 401,
		    "no site has this key and secret");
	return answer_or_wait(out, e, a);
}

/* Asked by browsers when a page sends another content type than the tag. */
static enum err preflight(const struct req *r, struct resp *out)
{
	(void)r;
	allow_reading(out);
	resp_header(out, "Access-Control-Allow-Methods", SLICE("POST"));
	resp_header(out, "Access-Control-Allow-Headers", SLICE("Content-Type"));
	resp_header(out, "Access-Control-Max-Age", SLICE("86400"));
	return resp_empty(out, 204);
}

#define PREFLIGHT(where)                                                      \
	{                                                                     \
		REQ_OPTIONS, where, ROUTE_PUBLIC, ROUTE_API, ROUTE_CSRF_NONE, \
		    REQ_BODY_NONE, .handler = preflight                       \
	}
#define ROW(where, max, answer)                                            \
	{                                                                  \
		REQ_POST, where, ROUTE_PUBLIC, ROUTE_API, ROUTE_CSRF_NONE, \
		    REQ_BODY_RAW, max, .handler = answer                   \
	}

const struct route dni_api_routes[DNI_API_ROUTES] = {
	ROW("/dni/v1/visit", DNI_HIT_MAX, post_visit),
	ROW("/dni/v1/beat", DNI_HIT_MAX, post_beat),
	ROW("/dni/v1/event", DNI_HIT_FORM_MAX, post_event),
	ROW("/dni/v1/allocate", DNI_HIT_MAX, post_allocate),
	PREFLIGHT("/dni/v1/visit"),
	PREFLIGHT("/dni/v1/beat"),
	PREFLIGHT("/dni/v1/event"),
};
