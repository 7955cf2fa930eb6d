#include "cgi/api/api_mark.h"

#include <string.h>

#include "cgi/api/api_fault.h"
#include "cgi/api/api_out.h"
#include "cgi/api/api_who.h"
#include "lib/base/rnd.h"
#include "lib/db/db_audit.h"
#include "lib/db/db_mark.h"
#include "lib/db/db_sheet_calls.h"
#include "lib/db/db_sheet_setup.h"
#include "lib/json/json_in.h"

#define DEPTH_MAX   3
#define NOTE_MAX    10000 /* bytes */
#define TAG_MAX     64
#define TAGS_MAX    50
#define OUTCOME_MAX 32

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
	struct api_faults faults; /* the first that was found */
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
	struct tag_row *rows = NULL, row;
	uint8_t rnd[10];
	size_t n = 0;
	enum err e;

	if (name.n == 0 || slice_find(name, '\n', 0) != name.n)
		return ERR_RANGE;
	e = db_mark_tags(p->r->db, p->r->company, p->r->arena, &rows, &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		if (slice_eq_case(slice_from(rows[i].name), name)) {
			*out = rows[i].id;
			return ERR_OK;
		}
	}
	if (e != ERR_OK || !make)
		return e == ERR_OK ? ERR_NOTFOUND : e;
	rnd_bytes(rnd, sizeof(rnd));
	id_make(p->r->now_us, rnd, row.id.v);
	if (!slice_to_cstr(name, row.name, sizeof(row.name)))
		return ERR_RANGE;
	*out = row.id;
	return db_mark_tag_add(p->r->db, p->r->company, &row, p->r->now_us);
}

static enum err put_tag(const struct patch *p, struct slice name, bool on)
{
	struct tag_id tag;
	enum err e = find_tag(p, name, on, &tag);

	if (e == ERR_NOTFOUND)
		return ERR_OK; /* nothing to take away */
	if (e != ERR_OK)
		return e;
	if (on)
		return db_mark_tag(p->r->db, p->r->company, p->id, tag,
		    api_who(p->r)->user, p->r->now_us);
	e = db_mark_untag(p->r->db, p->r->company, p->id, tag);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err put_tags(const struct patch *p, const char *key, bool on)
{
	const struct json_node *list = json_in_get(p->body, key);
	enum err e = ERR_OK;

	if (!has(p, key) || json_in_kind(list) == JSON_IN_NULL)
		return ERR_OK;
	if (json_in_kind(list) != JSON_IN_ARRAY ||
	    json_in_count(list) > TAGS_MAX)
		return ERR_SYNTAX;
	for (size_t i = 0; e == ERR_OK && i < json_in_count(list); i++) {
		struct slice name;

		e = json_in_text(json_in_at(list, i), TAG_MAX, &name);
		if (e == ERR_OK)
			e = put_tag(p, name, on);
	}
	return e == ERR_NOTFOUND ? ERR_SYNTAX : e;
}

/* `tags` is the whole set: what it does not name goes. */
static enum err clear_tags(const struct patch *p)
{
	struct tag_row *rows = NULL;
	size_t n = 0;
	enum err e;

	if (!has(p, "tags"))
		return ERR_OK;
	e = db_mark_tags_of(p->r->db, p->r->company, p->id, p->r->arena, &rows,
	    &n);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = db_mark_untag(p->r->db, p->r->company, p->id, rows[i].id);
	return e;
}

/* --- the whole -------------------------------------------------------------
 */

static enum err all_tags(const struct patch *p)
{
	const enum err e = clear_tags(p);

	return e == ERR_OK ? put_tags(p, "tags", true) : e;
}

static enum err more_tags(const struct patch *p)
{
	return put_tags(p, "add_tags", true);
}

static enum err less_tags(const struct patch *p)
{
	return put_tags(p, "remove_tags", false);
}

/* In the order in which they are done. */
static const struct {
	const char *name;
	enum err (*put)(const struct patch *p);
	const char *detail;
} members[] = {
	{ "outcome", set_outcome, "The code of an outcome of the company." },
	{ "value", set_value, "An amount, such as \"250.00\"." },
	{ "note", set_note, "A text of at most 10000 bytes." },
	{ "tags", all_tags, "A list of at most 50 names." },
	{ "add_tags", more_tags, "A list of at most 50 names." },
	{ "remove_tags", less_tags, "A list of at most 50 names." },
};

/* What we do not know is a mistake of the client, not something to drop. */
static enum err known_keys(struct patch *p)
{
	const struct json_node *value;
	void *iter = NULL;
	struct slice key;

	if (json_in_kind(p->body) != JSON_IN_OBJECT)
		return ERR_SYNTAX;
	while (json_in_next(p->body, &iter, &key, &value)) {
		bool known = false;

		for (size_t i = 0; i < RT_ARRAY_LEN(members); i++)
			known = known || slice_eq_cstr(key, members[i].name);
		if (known)
			continue;
		api_fault(&p->faults, key, "There is no such member to set.");
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

static enum err audit(const struct patch *p)
{
	struct audit_row row = { .account = api_who(p->r)->account,
		.user = api_who(p->r)->user,
		.action = p->what->action,
		.object_kind = p->what->kind,
		.after = p->r->body,
		.address = slice_from(p->r->address),
		.happened_us = p->r->now_us };

	memcpy(row.object, p->id.v, sizeof(row.object));
	if (id_parse(ID_KIND_request, slice_from(p->r->id), row.id) != ERR_OK)
		return ERR_INTERNAL;
	return db_audit_add(p->r->db, p->r->company, &row);
}

static enum err apply(struct patch *p)
{
	enum err e = known_keys(p);

	for (size_t i = 0; e == ERR_OK && i < RT_ARRAY_LEN(members); i++) {
		e = members[i].put(p);
		if (e == ERR_SYNTAX || e == ERR_RANGE || e == ERR_TOOBIG)
			api_fault(&p->faults, slice_from(members[i].name),
			    members[i].detail);
	}
	return e == ERR_OK ? audit(p) : e;
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

/* False: If-Match names another version. */
static enum err as_expected(const struct patch *p, bool *same)
{
	struct db_sheet_cell *row = NULL;
	char etag[API_OUT_ETAG];
	enum err e;

	if ((e = read_row(p, &row)) != ERR_OK ||
	    (e = api_out_etag(p->what->sheet(), row, etag)) != ERR_OK)
		return e;
	*same = api_out_matches(p->r, etag);
	return ERR_OK;
}

static enum err change(struct patch *p, bool *same)
{
	const struct req *r = p->r;
	enum err e;

	if ((e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_mark_hold(r->db, r->company, p->id, slice_from(p->what->kind));
	if (e == ERR_OK)
		e = as_expected(p, same);
	if (e == ERR_OK && *same)
		e = apply(p);
	return db_end(r->db, e);
}

static enum err mark(const struct req *r, struct resp *out,
    const struct marked *what)
{
	struct patch p = { .r = r, .what = what };
	struct db_sheet_cell *row = NULL;
	struct json_in *in = NULL;
	bool same = true;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = req_path_id(r, 0, what->id_kind, p.id.v)) != ERR_OK)
		return e;
	e = json_in_parse(r->body, REQ_BODY_FORM, DEPTH_MAX, &in, NULL);
	if (e != ERR_OK)
		return e;
	p.body = json_in_root(in);
	e = change(&p, &same);
	json_in_free(in);
	if (p.faults.n > 0)
		return api_fault_answer(out, e == ERR_SYNTAX ? 400 : 422, NULL,
		    &p.faults);
	if (e == ERR_OK && !same)
		return resp_problem(out, 412, NULL);
	if (e == ERR_OK)
		e = read_row(&p, &row);
	return e == ERR_OK ? api_out_row(r, out, what->sheet(), row) : e;
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
