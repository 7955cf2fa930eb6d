#include "cgi/api/api_mark.h"

#include <string.h>

#include "cgi/api/api_fault.h"
#include "cgi/api/api_out.h"
#include "cgi/api/api_setup.h"
#include "cgi/api/api_who.h"
#include "cgi/web/trail.h"
#include "lib/core/visible.h"
#include "lib/db/db_mark.h"
#include "lib/db/db_sheet_calls.h"
#include "lib/db/db_sheet_setup.h"
#include "lib/db/db_verdict.h"
#include "lib/json/json_in.h"

#define DEPTH_MAX   3
#define NOTE_MAX    10000 /* bytes */
#define TAG_MAX     64
#define TAGS_MAX    50
#define OUTCOME_MAX 32
#define CLASS_MAX   16
#define BEFORE_MAX  ((size_t)1 << 20)

/* Calls and forms are marked alike. */
struct marked {
	const char *kind;   /* of the interaction, and in the audit log */
	const char *action; /* there */
	enum id_kind id_kind;
	const struct db_sheet *(*sheet)(void);
};

/* One PATCH under way. */
struct patch {
	const struct req *r;
	const struct marked *what;
	const struct json_node *body;
	struct interaction_id id;
	struct db_sheet_cell *row; /* as it was before */
	struct db_sheet_cell *now; /* and is when all is done */
	char etag[API_OUT_ETAG];   /* of what it was */
	bool same;                 /* as If-Match expects it */
	struct api_faults faults;  /* the first that was found */
};

/* Present and null takes away; absent leaves alone (RFC 7396). */
static bool has(const struct patch *p, const char *key)
{
	return json_in_kind(json_in_get(p->body, key)) != JSON_IN_MISSING;
}

/* Text of at most max bytes; null is "". */
static enum err text(const struct patch *p, const char *key, size_t max,
    struct slice *out)
{
	const enum err e = json_in_text(json_in_get(p->body, key), max, out);

	if (e == ERR_NOTFOUND)
		*out = SLICE("");
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err set_outcome(const struct patch *p)
{
	struct slice outcome;
	enum err e;

	if (!has(p, "outcome"))
		return ERR_OK;
	if ((e = text(p, "outcome", OUTCOME_MAX, &outcome)) != ERR_OK)
		return e;
	return db_mark_outcome(p->r->db, p->r->company, p->id, outcome,
	    MARK_BY_PERSON, api_who(p->r)->user, p->r->now_us);
}

static enum err set_value(const struct patch *p)
{
	const struct json_node *node = json_in_get(p->body, "value");
	int64_t micros = 0, whole;
	struct slice s;
	enum err e = ERR_OK;

	if (!has(p, "value"))
		return ERR_OK;
	if (json_in_kind(node) == JSON_IN_INT) {
		e = json_in_i64(node, -1000000000, 1000000000, &whole);
		micros = e == ERR_OK ? whole * 1000000 : 0;
	} else if (json_in_kind(node) != JSON_IN_NULL) {
		if ((e = json_in_text(node, 32, &s)) == ERR_OK)
			e = feed_money_parse(s, &micros);
	}
	if (e != ERR_OK)
		return e;
	return db_mark_value(p->r->db, p->r->company, p->id,
	    json_in_kind(node) != JSON_IN_NULL, micros);
}

static enum err set_note(const struct patch *p)
{
	struct slice note;
	enum err e;

	if (!has(p, "note"))
		return ERR_OK;
	if ((e = text(p, "note", NOTE_MAX, &note)) != ERR_OK)
		return e;
	return db_mark_note(p->r->db, p->r->company, p->id, note);
}

/* --- tags ------------------------------------------------------------------
 */

/* The company's tag of that name; a new one when there is none and make. */
static enum err find_tag(const struct patch *p, struct slice name, bool make,
    struct tag_id *out)
{
	enum err e;

	if (name.n == 0 || slice_find(name, '\n', 0) != name.n)
		return ERR_RANGE;
	e = db_mark_tag_find(p->r->db, p->r->company, name, out);
	if (e != ERR_NOTFOUND || !make)
		return e;
	if (!visible_any(name))
		return ERR_RANGE;
	return db_mark_tag_make(p->r->db, p->r->company, name, p->r->now_us,
	    out);
}

struct tags {
	struct tag_id id[TAGS_MAX];
	size_t n;
};

/* Those of a list of names; null is an empty one. Unless make, what the company
 * does not have is left out. */
static enum err read_tags(const struct patch *p, const char *key, bool make,
    struct tags *t)
{
	const struct json_node *list = json_in_get(p->body, key);
	enum err e = ERR_OK;

	t->n = 0;
	if (json_in_kind(list) == JSON_IN_NULL)
		return ERR_OK;
	if (json_in_kind(list) != JSON_IN_ARRAY ||
	    json_in_count(list) > TAGS_MAX)
		return ERR_SYNTAX;
	for (size_t i = 0; e == ERR_OK && i < json_in_count(list); i++) {
		struct slice name;

		e = json_in_text(json_in_at(list, i), TAG_MAX, &name);
		if (e != ERR_OK)
			return e == ERR_NOTFOUND ? ERR_SYNTAX : e;
		e = find_tag(p, name, make, &t->id[t->n]);
		if (e == ERR_OK)
			t->n++;
		else if (e == ERR_NOTFOUND)
			e = ERR_OK;
	}
	return e;
}

static enum err put_all(const struct patch *p, const struct tags *t)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < t->n; i++)
		e = db_mark_tag(p->r->db, p->r->company, p->id, t->id[i],
		    api_who(p->r)->user, p->r->now_us);
	return e;
}

static enum err take(const struct patch *p, struct tag_id tag)
{
	const enum err e = db_mark_untag(p->r->db, p->r->company, p->id, tag);

	return e == ERR_NOTFOUND ? ERR_OK : e; /* nothing to take away */
}

static bool is_among(const struct tags *t, struct tag_id tag)
{
	for (size_t i = 0; i < t->n; i++)
		if (id_eq(t->id[i].v, tag.v))
			return true;
	return false;
}

static enum err take_others(const struct patch *p, const struct tags *t)
{
	struct tag_row *rows = NULL;
	size_t n = 0;
	enum err e = db_mark_tags_of(p->r->db, p->r->company, p->id,
	    p->r->arena, &rows, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++)
		if (!is_among(t, rows[i].id))
			e = take(p, rows[i].id);
	return e;
}

/* --- verdict ---------------------------------------------------------------
 */

static struct call_id call_of(const struct patch *p)
{
	struct call_id call;

	memcpy(call.v, p->id.v, sizeof(call.v));
	return call;
}

/* What holds now: half of a person's word is the rule's. */
static enum err read_own(const struct patch *p, struct verdict_own *own)
{
	struct verdict_row row;
	const enum err e =
	    db_verdict_get(p->r->db, p->r->company, call_of(p), &row);

	*own = (struct verdict_own){ .set = true,
		.class = VERDICT_UNKNOWN,
		.user = api_who(p->r)->user };
	if (e != ERR_OK)
		return e == ERR_NOTFOUND ? ERR_OK : e;
	own->qualified = row.own ? row.own_qualified : row.qualified;
	(void)verdict_class_parse(slice_from(
				      row.own ? row.own_class : row.class),
	    &own->class);
	return ERR_OK;
}

static enum err overrule(const struct patch *p, const struct verdict_own *own)
{
	const enum err e = db_verdict_overrule(p->r->db, p->r->company,
	    call_of(p), own, p->r->now_us);

	return e == ERR_NOTFOUND ? ERR_RANGE : e; /* it goes on */
}

/* null, alone or with the other's: the rule's word holds again. */
static enum err set_qualified(const struct patch *p)
{
	const struct json_node *node = json_in_get(p->body, "qualified");
	struct verdict_own own;
	enum err e;

	if (!has(p, "qualified"))
		return ERR_OK;
	if ((e = read_own(p, &own)) != ERR_OK)
		return e;
	if (json_in_kind(node) == JSON_IN_NULL)
		own.set = false;
	else if ((e = json_in_bool(node, &own.qualified)) != ERR_OK)
		return e;
	return overrule(p, &own);
}

static enum err set_class(const struct patch *p)
{
	const struct json_node *node = json_in_get(p->body, "verdict_class");
	struct verdict_own own;
	struct slice word;
	enum err e;

	if (!has(p, "verdict_class"))
		return ERR_OK;
	if ((e = read_own(p, &own)) != ERR_OK)
		return e;
	if (json_in_kind(node) == JSON_IN_NULL)
		own.set = false;
	else if ((e = json_in_text(node, CLASS_MAX, &word)) != ERR_OK)
		return e;
	else if (word.n == 0 || !verdict_class_parse(word, &own.class))
		return ERR_RANGE;
	return overrule(p, &own);
}

/* One of the two with a word and the other with null cannot be meant. */
static enum err check_verdict(const struct patch *p)
{
	const struct json_node *q = json_in_get(p->body, "qualified");
	const struct json_node *c = json_in_get(p->body, "verdict_class");

	return has(p, "qualified") && has(p, "verdict_class") &&
		       (json_in_kind(q) == JSON_IN_NULL) !=
			   (json_in_kind(c) == JSON_IN_NULL)
		   ? ERR_RANGE
		   : ERR_OK;
}

/* --- the whole -------------------------------------------------------------
 */

/* The whole set: what it does not name goes. */
static enum err all_tags(const struct patch *p)
{
	struct tags t;
	enum err e;

	if (!has(p, "tags"))
		return ERR_OK;
	if ((e = read_tags(p, "tags", true, &t)) != ERR_OK ||
	    (e = take_others(p, &t)) != ERR_OK)
		return e;
	return put_all(p, &t);
}

static enum err more_tags(const struct patch *p)
{
	struct tags t;
	enum err e;

	if (!has(p, "add_tags"))
		return ERR_OK;
	e = read_tags(p, "add_tags", true, &t);
	return e == ERR_OK ? put_all(p, &t) : e;
}

static enum err less_tags(const struct patch *p)
{
	struct tags t;
	enum err e;

	if (!has(p, "remove_tags"))
		return ERR_OK;
	e = read_tags(p, "remove_tags", false, &t);
	for (size_t i = 0; e == ERR_OK && i < t.n; i++)
		e = take(p, t.id[i]);
	return e;
}

/* In the order in which they are done. */
static const struct {
	const char *name;
	enum err (*put)(const struct patch *p);
	const char *detail;
	bool of_calls; /* forms have none */
} members[] = {
	{ "outcome", set_outcome, "The code of an outcome of the company.",
	    false },
	{ "value", set_value, "An amount, such as \"250.00\".", false },
	{ "note", set_note, "A text of at most 10000 bytes.", false },
	{ "tags", all_tags, "A list of at most 50 names.", false },
	{ "add_tags", more_tags, "A list of at most 50 names.", false },
	{ "remove_tags", less_tags, "A list of at most 50 names.", false },
	{ "qualified", check_verdict,
	    "null takes the whole verdict back: qualified and verdict_class.",
	    true },
	{ "qualified", set_qualified,
	    "true or false, of a call that has ended; or null.", true },
	{ "verdict_class", set_class,
	    "lead, customer, spam or wrong_number, of a call that has ended; "
	    "or null.",
	    true },
};

static bool is_member(const struct patch *p, size_t i)
{
	return !members[i].of_calls || p->what->id_kind == ID_KIND_call;
}

static enum err not_an_object(struct patch *p)
{
	api_fault(&p->faults, API_FAULT_WHOLE, "This is an object.");
	return ERR_SYNTAX;
}

/* What we do not know is a mistake of the client, not something to drop. */
static enum err known_keys(struct patch *p)
{
	const struct json_node *value;
	void *iter = NULL;
	struct slice key;

	if (json_in_kind(p->body) != JSON_IN_OBJECT)
		return not_an_object(p);
	while (json_in_next(p->body, &iter, &key, &value)) {
		bool known = false;

		for (size_t i = 0; i < RT_ARRAY_LEN(members); i++)
			known =
			    known || (is_member(p, i) &&
					 slice_eq_cstr(key, members[i].name));
		if (known)
			continue;
		api_fault(&p->faults, key, "There is no such member to set.");
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

/* What may have changed, as it was. */
static enum err write_before(const struct patch *p, struct buf *out)
{
	struct feed_fields fields;
	struct json_out j;
	enum err e = feed_fields_parse(p->what->sheet(),
	    p->what->id_kind == ID_KIND_call
		? SLICE("outcome,value,note,tags,qualified,verdict_class")
		: SLICE("outcome,value,note,tags"),
	    &fields);

	if (e != ERR_OK)
		return e;
	json_out_init(&j, out);
	feed_row_write(p->what->sheet(), p->row, &fields, &j);
	return json_out_done(&j);
}

static enum err audit(const struct patch *p)
{
	struct buf before;
	enum err e;

	buf_init(&before, BEFORE_MAX);
	if ((e = write_before(p, &before)) == ERR_OK)
		e = trail_add(p->r, &(struct trail){ .action = p->what->action,
					.object_kind = p->what->kind,
					.object = p->id.v,
					.before = buf_slice(&before),
					.after = p->r->body });
	buf_fini(&before);
	return e;
}

static enum err apply(struct patch *p)
{
	enum err e = known_keys(p);

	for (size_t i = 0; e == ERR_OK && i < RT_ARRAY_LEN(members); i++) {
		e = is_member(p, i) ? members[i].put(p) : ERR_OK;
		if (e == ERR_SYNTAX || e == ERR_RANGE || e == ERR_TOOBIG)
			api_fault(&p->faults, slice_from(members[i].name),
			    members[i].detail);
	}
	return e;
}

static enum err read_row(const struct patch *p, struct db_sheet_cell **row)
{
	const struct req *r = p->r;
	const struct db_sheet_scope scope = { .account = r->account,
		.company = r->company };
	struct call_id call;

	memcpy(call.v, p->id.v, sizeof(call.v));
	return p->what->id_kind == ID_KIND_call
		   ? db_sheet_calls_one(r->db, r->company, call, r->arena, row)
		   : db_sheet_one(r->db, p->what->sheet(), &scope, p->id.v,
			 r->arena, row);
}

/* False in same: If-Match names another version. */
static enum err as_expected(struct patch *p)
{
	enum err e;

	if ((e = read_row(p, &p->row)) != ERR_OK ||
	    (e = api_out_etag(p->what->sheet(), p->row, p->etag)) != ERR_OK)
		return e;
	p->same = api_out_matches(p->r, p->etag);
	return ERR_OK;
}

/* What is as it was is no news to the audit log. */
static enum err conclude(struct patch *p)
{
	char etag[API_OUT_ETAG];
	enum err e;

	if ((e = read_row(p, &p->now)) != ERR_OK ||
	    (e = api_out_etag(p->what->sheet(), p->now, etag)) != ERR_OK)
		return e;
	return strcmp(etag, p->etag) == 0 ? ERR_OK : audit(p);
}

/* In a transaction, maybe not for the first time. */
static enum err change(void *ctx)
{
	struct patch *p = ctx;
	enum err e = db_mark_hold(p->r->db, p->r->company, p->id,
	    slice_from(p->what->kind));

	if (e != ERR_OK || (e = as_expected(p)) != ERR_OK || !p->same)
		return e;
	e = apply(p);
	return e == ERR_OK ? conclude(p) : e;
}

static enum err mark(const struct req *r, struct resp *out,
    const struct marked *what)
{
	struct patch p = { .r = r, .what = what };
	struct json_in *in = NULL;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = req_path_id(r, 0, what->id_kind, p.id.v)) != ERR_OK)
		return e;
	if (!api_setup_body(r, REQ_BODY_FORM, DEPTH_MAX, out, &in, &e))
		return e;
	p.body = json_in_root(in);
	e = db_tries(r->db, change, &p);
	json_in_free(in);
	if (p.faults.n > 0)
		return api_fault_answer(out, 422, NULL, &p.faults);
	if (e == ERR_OK && !p.same)
		return resp_problem(out, 412, NULL);
	return e == ERR_OK ? api_out_row(r, out, what->sheet(), p.now) : e;
}

static const struct db_sheet *forms(void)
{
	return db_sheet_setup_find(SLICE("forms"));
}

enum err api_mark_call(const struct req *r, struct resp *out)
{
	static const struct marked what = { "call", "call.mark", ID_KIND_call,
		db_sheet_calls };

	return mark(r, out, &what);
}

enum err api_mark_form(const struct req *r, struct resp *out)
{
	static const struct marked what = { "form", "form.mark", ID_KIND_form,
		forms };

	return mark(r, out, &what);
}
