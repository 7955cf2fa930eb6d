#include "cgi/web/kept.h"

#include <string.h>

#include "cgi/web/csrf.h"
#include "lib/text/esc.h"

#define WORD_MAX 64 /* of a field's name, as people read it */
#define KEY_TAIL 27 /* bytes: "_" and what follows the kind of a key */

/* Names of fields whose values are never given back; forms.test.mjs looks that
 * every password field of a page has one of them. */
static const char *const secrets[] = { "again", "current", "password" };

/* Names that mean nothing to who typed the rest. */
static const char *const inside[] = { "act", "base", "next", "session",
	"stamp" };

/* Values of buttons and boxes. */
static const char *const flags[] = { "0", "1", "all", "no", "off", "on",
	"yes" };

static bool among(struct slice name, const char *const *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq_cstr(name, rows[i]))
			return true;
	return false;
}

/* What a page puts into a form for itself: "trk_01h455vb4pex5vsknk084sn02q". */
static bool is_key(struct slice value)
{
	return value.n > KEY_TAIL &&
	       slice_find(value, '_', 0) == value.n - KEY_TAIL;
}

/* Whether there are words of a person in it, and not buttons alone. */
static bool has_words(const struct req_param *p)
{
	for (; p != NULL; p = p->next)
		if (p->value.n > 0 && !is_key(p->value) &&
		    !slice_eq(p->name, SLICE("csrf")) &&
		    !among(p->name, secrets, RT_ARRAY_LEN(secrets)) &&
		    !among(p->name, inside, RT_ARRAY_LEN(inside)) &&
		    !among(p->value, flags, RT_ARRAY_LEN(flags)))
			return true;
	return false;
}

/* The page that a button stood on, as the browser says; "/" when it does not.
 */
static struct slice page_of(const struct req *r)
{
	struct slice s = req_env(r, "HTTP_REFERER");
	const size_t at = slice_find_slice(s, SLICE("://"));

	s = slice_skip(s, at == s.n ? s.n : at + 3);
	if (!slice_starts_case(s, r->host))
		return SLICE("/");
	s = slice_skip(s, r->host.n);
	return resp_is_local(s) && s.n <= REQ_PATH_MAX ? s : SLICE("/");
}

bool kept_may(const struct req *r, const struct route *row)
{
	struct kept k;

	if (r->method != REQ_POST || row->kind != ROUTE_PAGE ||
	    row->body != REQ_BODY_URLENCODED ||
	    req_env(r, "HTTP_X_CSRF_TOKEN").n > 0 || !csrf_own_page(r))
		return false;
	if (row->role != ROUTE_PUBLIC)
		return !slice_starts(r->path, SLICE("/account/"));
	kept_read(r, &k);
	return k.to.n > 0;
}

/* The form that came. ERR_TOOBIG: more than can be kept; ERR_NOMEM. */
static enum err take(const struct req *r, struct kept *out)
{
	struct kept k = { .to = r->path };
	struct buf b;
	enum err e;

	buf_init(&b, KEPT_MAX);
	for (const struct req_param *p = r->form; p != NULL; p = p->next) {
		if (slice_eq(p->name, SLICE("csrf")) ||
		    among(p->name, secrets, RT_ARRAY_LEN(secrets)))
			continue;
		if (b.n > 0)
			buf_char(&b, '&');
		esc_url(p->name, &b);
		buf_char(&b, '=');
		esc_url(p->value, &b);
	}
	e = buf_err(&b);
	if (e == ERR_OK && !arena_copy(r->arena, buf_slice(&b), &k.fields))
		e = ERR_NOMEM;
	buf_fini(&b);
	if (e == ERR_OK)
		*out = k;
	return e;
}

void kept_read(const struct req *r, struct kept *out)
{
	struct kept k;

	*out = (struct kept){ .to = SLICE(""), .fields = SLICE("") };
	if (req_form(r, "kept_to", &k.to) == ERR_OK &&
	    req_form(r, "kept", &k.fields) == ERR_OK && resp_is_local(k.to) &&
	    k.to.n <= REQ_PATH_MAX && k.fields.n <= KEPT_MAX)
		*out = k;
}

void kept_carry(const struct kept *k, struct view *v)
{
	view_flag(v, "keeps", k->to.n > 0);
	view_slice(v, "kept_to", k->to);
	view_slice(v, "kept", k->fields);
}

/* --- before the sign-in --------------------------------------------------- */

static const char ended[] =
    "You were signed out while you typed. Nothing is lost: sign in, and what"
    " you typed comes back.";
static const char too_long[] =
    "You were signed out while you typed, and this is too long to be kept"
    " here. Sign in in another tab, then go back in this one and save again.";
static const char pressed[] =
    "You were signed out meanwhile, and nothing was done. Sign in, and press"
    " it again on the page that comes.";

enum err kept_ask(const struct req *r, struct resp *out,
    const struct req_source *src, const struct route *row)
{
	struct kept k = { .to = SLICE(""), .fields = SLICE("") };
	const char *why = too_long;
	struct slice next = SLICE("/");
	struct view *v = view_new(r->arena, "login.html");
	struct req in = *r;
	enum err e;

	e = req_read_body(&in, src, row->body, KEPT_MAX);
	if (e == ERR_OK && !has_words(in.form)) {
		why = pressed;
		next = page_of(r);
	} else if (e == ERR_OK && (e = take(&in, &k)) == ERR_OK) {
		why = ended;
	}
	if (e != ERR_OK && e != ERR_TOOBIG)
		return e == ERR_NOMEM ? e : ERR_AUTH;
	if ((e = csrf_offer(&in, out)) != ERR_OK)
		return e;
	view_cstr(v, "title", "Sign in");
	view_cstr(v, "email", "");
	view_slice(v, "next", next);
	view_flag(v, "failed", true);
	view_flag(v, "password_set", false);
	view_cstr(v, "message", why);
	view_slice(v, "csrf", in.csrf);
	kept_carry(&k, v);
	resp_status(out, 401);
	return resp_view(out, v);
}

enum err kept_second(const struct req *r, struct resp *out, struct slice next,
    const struct kept *k, const char *message)
{
	struct view *v = view_new(r->arena, "second.html");

	view_cstr(v, "title", "Second step");
	view_slice(v, "next", next);
	view_flag(v, "failed", message != NULL);
	view_cstr(v, "message", message);
	kept_carry(k, v);
	return resp_view(out, v);
}

/* --- after it ------------------------------------------------------------- */

/* "ring_s" as "Ring s". */
static void put_word(struct slice name, struct view *item)
{
	char mem[WORD_MAX];
	struct slice head = slice_head(name, sizeof(mem));

	memcpy(mem, head.p, head.n);
	for (size_t i = 0; i < head.n; i++)
		if (mem[i] == '_')
			mem[i] = ' ';
	if (head.n > 0 && mem[0] >= 'a' && mem[0] <= 'z')
		mem[0] = (char)(mem[0] - ('a' - 'A'));
	view_slice(item, "typed_name", slice_of(mem, head.n));
}

static enum err show(const struct req *r, struct resp *out, struct slice to,
    const struct req_param *fields)
{
	struct view *v = view_new(r->arena, "kept.html");
	bool any = false;

	view_cstr(v, "title",
	    has_words(fields) ? "What you typed" : "Not done");
	view_flag(v, "words", has_words(fields));
	view_slice(v, "page", page_of(r));
	view_slice(v, "kept_to", to);
	view_slice(v, "csrf", r->csrf);
	view_slice(v, "user_name", r->user_name);
	view_slice(v, "company_name", r->company_name);
	view_flag(v, "has_company", r->company_name.n > 0);
	view_list(v, "fields");
	view_list(v, "typed");
	for (const struct req_param *p = fields; p != NULL; p = p->next) {
		struct view *item;

		if (slice_eq(p->name, SLICE("csrf")) ||
		    among(p->name, secrets, RT_ARRAY_LEN(secrets)))
			continue;
		item = view_item(v, "fields");
		view_slice(item, "field_name", p->name);
		view_slice(item, "field_value", p->value);
		if (p->value.n == 0 || is_key(p->value) ||
		    among(p->name, inside, RT_ARRAY_LEN(inside)))
			continue;
		any = true;
		item = view_item(v, "typed");
		put_word(p->name, item);
		view_slice(item, "typed_value", p->value);
	}
	view_flag(v, "any_typed", any);
	return resp_view(out, v);
}

enum err kept_show(const struct req *r, struct resp *out, const struct kept *k)
{
	struct req_param *fields = NULL;
	const enum err e = req_parse_form(r->arena, k->fields, &fields);

	/* Only who wrote it themselves sends what is none. */
	if (e != ERR_OK)
		return e;
	return show(r, out, k->to, fields);
}

enum err kept_again(const struct req *r, struct resp *out)
{
	struct kept k;

	resp_status(out, 403);
	kept_read(r, &k);
	if (k.to.n > 0) /* signed in meanwhile, in another tab */
		return kept_show(r, out, &k);
	return show(r, out, r->path, r->form);
}
