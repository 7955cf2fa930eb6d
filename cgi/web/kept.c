#include "cgi/web/kept.h"

#include <string.h>

#include "cgi/web/csrf.h"
#include "lib/db/db_named.h"
#include "lib/text/esc.h"

#define WORD_MAX 64 /* of a field's name, as people read it */
#define KEY_TAIL 27 /* bytes: "_" and what follows the kind of a key */

/* Names of fields whose values are never given back; forms.test.mjs looks that
 * every password field of a page has one of them. */
static const char *const secrets[] = { "again", "current", "password" };

/* Names that mean nothing to who typed the rest. */
static const char *const inside[] = { "act", "base", "next", "session",
	"stamp" };

/* Values of buttons. */
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

/* What row's page calls the field; false: nobody said. */
static bool field_of(const struct req *r, const struct route *row,
    const struct req_param *p, struct route_field *out)
{
	return row->field != NULL && row->field(r, row, p, out);
}

/* Whether there are words of a person in it, and not buttons alone: the fields
 * of a form that has some, whatever is in them; else what can be no button's.
 */
static bool has_words(const struct req *r, const struct route *row,
    const struct req_param *p)
{
	struct route_field field;

	for (; p != NULL; p = p->next)
		if (field_of(r, row, p, &field) ||
		    (p->value.n > 0 && !is_key(p->value) &&
			!slice_eq(p->name, SLICE("csrf")) &&
			!among(p->name, secrets, RT_ARRAY_LEN(secrets)) &&
			!among(p->name, inside, RT_ARRAY_LEN(inside)) &&
			!among(p->value, flags, RT_ARRAY_LEN(flags))))
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

static bool is_dropped(struct slice name)
{
	return slice_eq(name, SLICE("csrf")) ||
	       among(name, secrets, RT_ARRAY_LEN(secrets));
}

static void put_pair(struct slice name, struct slice value, struct buf *b)
{
	if (b->n > 0)
		buf_char(b, '&');
	esc_url(name, b);
	buf_char(b, '=');
	esc_url(value, b);
}

static enum err take_fields(const struct req *r, struct slice *out)
{
	struct buf b;
	enum err e;

	buf_init(&b, KEPT_MAX);
	for (const struct req_param *p = r->form; p != NULL; p = p->next)
		if (!is_dropped(p->name))
			put_pair(p->name, p->value, &b);
	e = buf_err(&b);
	if (e == ERR_OK && !arena_copy(r->arena, buf_slice(&b), out))
		e = ERR_NOMEM;
	buf_fini(&b);
	return e;
}

/* What they are called. A form with more of it than fits is read by its
 * fields' names. */
static enum err take_labels(const struct req *r, const struct route *row,
    struct slice *out)
{
	char mem[KEPT_LABELS_MAX];
	struct route_field field;
	struct buf b;

	*out = SLICE("");
	buf_over(&b, mem, sizeof(mem));
	for (const struct req_param *p = r->form; p != NULL; p = p->next) {
		if (is_dropped(p->name) || !field_of(r, row, p, &field))
			continue;
		put_pair(p->name, field.box ? SLICE("!") : SLICE(""), &b);
		esc_url(slice_from(field.label), &b);
		if (field.said.n > 0 && !slice_eq(field.said, p->value)) {
			esc_url(SLICE("\n"), &b);
			esc_url(field.said, &b);
		}
	}
	if (buf_err(&b) != ERR_OK)
		return ERR_OK;
	return arena_copy(r->arena, buf_slice(&b), out) ? ERR_OK : ERR_NOMEM;
}

/* The form that came. ERR_TOOBIG: more than can be kept; ERR_NOMEM. */
static enum err take(const struct req *r, const struct route *row,
    struct kept *out)
{
	struct kept k = { .to = r->path };
	enum err e;

	if ((e = take_fields(r, &k.fields)) != ERR_OK ||
	    (e = take_labels(r, row, &k.labels)) != ERR_OK)
		return e;
	*out = k;
	return ERR_OK;
}

void kept_read(const struct req *r, struct kept *out)
{
	struct kept k = KEPT_NONE;

	*out = k;
	if (req_form(r, "kept_to", &k.to) != ERR_OK ||
	    req_form(r, "kept", &k.fields) != ERR_OK || !resp_is_local(k.to) ||
	    k.to.n > REQ_PATH_MAX || k.fields.n > KEPT_MAX)
		return;
	if (req_form(r, "kept_labels", &k.labels) != ERR_OK ||
	    k.labels.n > KEPT_LABELS_MAX)
		k.labels = SLICE("");
	*out = k;
}

void kept_carry(const struct kept *k, struct view *v)
{
	view_flag(v, "keeps", k->to.n > 0);
	view_slice(v, "kept_to", k->to);
	view_slice(v, "kept", k->fields);
	view_slice(v, "kept_labels", k->labels);
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

enum err kept_sign_in(const struct req *r, struct resp *out, struct slice next,
    const struct kept *k, const char *why)
{
	struct view *v = view_new(r->arena, "login.html");

	view_cstr(v, "title", "Sign in");
	view_cstr(v, "email", "");
	view_slice(v, "next", next);
	view_flag(v, "failed", true);
	view_flag(v, "password_set", false);
	view_cstr(v, "message", why);
	view_slice(v, "csrf", r->csrf);
	kept_carry(k, v);
	resp_status(out, 401);
	return resp_view(out, v);
}

enum err kept_ask(const struct req *r, struct resp *out,
    const struct req_source *src, const struct route *row)
{
	struct kept k = KEPT_NONE;
	const char *why = too_long;
	struct slice next = SLICE("/");
	struct req in = *r;
	enum err e;

	e = req_read_body(&in, src, row->body, KEPT_MAX);
	if (e == ERR_OK && !has_words(&in, row, in.form)) {
		why = pressed;
		next = page_of(r);
	} else if (e == ERR_OK && (e = take(&in, row, &k)) == ERR_OK) {
		why = ended;
	}
	if (e != ERR_OK && e != ERR_TOOBIG)
		return e == ERR_NOMEM ? e : ERR_AUTH;
	e = csrf_offer(&in, out);
	return e == ERR_OK ? kept_sign_in(&in, out, next, &k, why) : e;
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

/* "ring_s" as "Ring s": for what has no other name. */
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

/* What a key stands for: the name of a tracker, of a number. *out is left as it
 * is for what has none. */
static void put_named(const struct req *r, struct slice *out)
{
	char name[DB_NAME_BYTES];
	struct slice copy;

	if (r->db != NULL &&
	    db_named(r->db, r->company, *out, name) == ERR_OK &&
	    arena_copy(r->arena, slice_from(name), &copy))
		*out = copy;
}

/* The label of the next field, and what its value is called: labels come in
 * the order of the fields, but not each has one. */
static struct slice next_label(const struct req_param *p,
    const struct req_param **labels, struct slice *said)
{
	struct slice label;

	*said = SLICE("");
	if (*labels == NULL || !slice_eq((*labels)->name, p->name))
		return SLICE("");
	*said = (*labels)->value;
	*labels = (*labels)->next;
	(void)slice_cut(said, '\n', &label);
	return label;
}

/* One field as people read it. labels: pairs of take_labels(), from this
 * field's on. False: nothing that means anything to them. */
static bool put_typed(const struct req *r, const struct req_param *p,
    const struct req_param **labels, struct view *v)
{
	struct slice value = p->value, said;
	struct slice label = next_label(p, labels, &said);
	struct view *item;

	if (value.n == 0 || among(p->name, inside, RT_ARRAY_LEN(inside)))
		return false;
	if (said.n > 0)
		value = said;
	if (label.n > 0 && label.p[0] == KEPT_BOX) {
		label = slice_skip(label, 1);
		value = SLICE("yes");
	}
	if (is_key(value)) {
		put_named(r, &value);
		if (is_key(value))
			return false;
	}
	item = view_item(v, "typed");
	if (label.n > 0)
		view_slice(item, "typed_name", label);
	else
		put_word(p->name, item);
	view_slice(item, "typed_value", value);
	return true;
}

static enum err show(const struct req *r, struct resp *out, struct slice to,
    const struct req_param *fields, const struct req_param *labels)
{
	struct view *v = view_new(r->arena, "kept.html");
	bool any = false;

	view_cstr(v, "title", "What you typed");
	view_flag(v, "words", true);
	view_cstr(v, "page", "/");
	view_slice(v, "kept_to", to);
	view_slice(v, "csrf", r->csrf);
	view_slice(v, "user_name", r->user_name);
	view_slice(v, "company_name", r->company_name);
	view_flag(v, "has_company", r->company_name.n > 0);
	view_list(v, "fields");
	view_list(v, "typed");
	for (const struct req_param *p = fields; p != NULL; p = p->next) {
		struct view *item;

		if (is_dropped(p->name))
			continue;
		item = view_item(v, "fields");
		view_slice(item, "field_name", p->name);
		view_slice(item, "field_value", p->value);
		if (put_typed(r, p, &labels, v))
			any = true;
	}
	view_flag(v, "any_typed", any);
	return resp_view(out, v);
}

/* A button alone: the way to where it stands. */
static enum err show_pressed(const struct req *r, struct resp *out)
{
	struct view *v = view_new(r->arena, "kept.html");

	view_cstr(v, "title", "Not done");
	view_flag(v, "words", false);
	view_slice(v, "page", page_of(r));
	view_slice(v, "user_name", r->user_name);
	view_slice(v, "company_name", r->company_name);
	view_flag(v, "has_company", r->company_name.n > 0);
	return resp_view(out, v);
}

enum err kept_show(const struct req *r, struct resp *out, const struct kept *k)
{
	struct req_param *fields = NULL, *labels = NULL;
	enum err e;

	/* Only who wrote it themselves sends what is none. */
	if ((e = req_parse_form(r->arena, k->fields, &fields)) != ERR_OK ||
	    (e = req_parse_form(r->arena, k->labels, &labels)) != ERR_OK)
		return e;
	return show(r, out, k->to, fields, labels);
}

enum err kept_again(const struct req *r, struct resp *out,
    const struct route *row)
{
	struct req_param *labels = NULL;
	struct kept k;
	enum err e;

	resp_status(out, 403);
	kept_read(r, &k);
	if (k.to.n > 0) /* signed in meanwhile, in another tab */
		return kept_show(r, out, &k);
	if (!has_words(r, row, r->form))
		return show_pressed(r, out);
	if ((e = take_labels(r, row, &k.labels)) != ERR_OK ||
	    (e = req_parse_form(r->arena, k.labels, &labels)) != ERR_OK)
		return e;
	return show(r, out, r->path, r->form, labels);
}
