#include "cgi/form/flow_steps.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/flow_cases.h"
#include "cgi/form/flow_draft.h"
#include "cgi/form/flow_store.h"
#include "cgi/form/json_copy.h"
#include "cgi/web/find.h"
#include "cgi/web/frame.h"
#include "lib/core/builtin.h"
#include "lib/core/flow_label.h"

/* One page in the making. */
struct page {
	const struct req *r;
	const struct flow_row *flow;
	const struct json_node *document;
	struct slice text; /* of the document */
	struct flowworld world;
	struct list {
		struct db_choice_row *row;
		size_t n;
	} lists[FLOW_PARAM_KIND_COUNT]; /* of what belongs to the company */
	struct find find;               /* of all of them */
	struct flow_json_errors errors;
	bool ok;
	const char *done;    /* NULL, or what was done */
	const char *problem; /* NULL, or why it was not */
};

/* --- words -----------------------------------------------------------------*/

/* The builder's words for what documents call otherwise. of: the type of step
 * or the list. */
static void view_word(struct view *v, const char *key,
    enum flow_label_kind kind, const char *of, const char *name)
{
	const char *word = flow_label(kind, of, slice_from(name));

	view_cstr(v, key, word != NULL ? word : name);
}

/* What is wrong names a parameter or way out first: "ring_s is missing". */
static void view_problem(struct view *v, const char *what)
{
	struct slice rest = slice_from(what);
	const char *word;
	char text[320];
	struct buf b;
	size_t n = 0;

	while (n < rest.n &&
	       (rest.p[n] == '_' || (rest.p[n] >= 'a' && rest.p[n] <= 'z')))
		n++;
	word = flow_label(FLOW_LABEL_PARAM, "", slice_of(rest.p, n));
	if (word == NULL)
		word = flow_label(FLOW_LABEL_WAY, "", slice_of(rest.p, n));
	rest = slice_of(rest.p + n, rest.n - n);
	if (word == NULL || !(slice_starts(rest, SLICE(":")) ||
				slice_starts(rest, SLICE(" is missing")) ||
				slice_starts(rest, SLICE(" cannot")))) {
		view_cstr(v, "what", what);
		return;
	}
	buf_over(&b, text, sizeof(text));
	buf_cstr(&b, word);
	buf_put(&b, rest);
	view_slice(v, "what",
	    buf_err(&b) == ERR_OK ? buf_slice(&b) : slice_from(what));
}

/* The value of a parameter as text, numbers too. */
static struct slice value_of(const struct page *p, const struct json_node *n)
{
	struct slice text;
	char mem[24];
	int64_t i;

	if (json_in_text(n, SIZE_MAX, &text) == ERR_OK)
		return text;
	if (json_in_i64(n, INT64_MIN, INT64_MAX, &i) != ERR_OK)
		return SLICE("");
	(void)snprintf(mem, sizeof(mem), "%lld", (long long)i);
	return arena_copy(p->r->arena, slice_from(mem), &text) ? text
							       : SLICE("");
}

/* --- one field -------------------------------------------------------------*/

static bool option(struct view *field, struct slice value, struct slice label,
    struct slice now)
{
	struct view *item = view_item(field, "options");
	const bool on = slice_eq(value, now);

	view_slice(item, "option_value", value);
	view_slice(item, "option_label", label);
	view_flag(item, "option_on", on);
	return on;
}

/* Kinds of parameters that name what belongs to the company. */
static const struct {
	enum flow_param_kind of;
	enum db_choice kind;
	enum id_kind id;
} things[] = {
	{ FLOW_PARAM_PROMPT, DB_CHOICE_PROMPT, ID_KIND_prompt },
	{ FLOW_PARAM_TARGET, DB_CHOICE_DESTINATION, ID_KIND_destination },
	{ FLOW_PARAM_TRUNK, DB_CHOICE_TRUNK, ID_KIND_trunk },
	{ FLOW_PARAM_FLOW, DB_CHOICE_FLOW, ID_KIND_flow },
};

/* Those that come with the product, all of them. */
static bool builtin_options(struct view *field, struct slice now)
{
	const struct builtin *all;
	bool on = false;
	size_t n;

	all = builtin_all(&n);
	for (size_t i = 0; i < n; i++)
		if (all[i].words != NULL)
			on = option(field, slice_from(all[i].key),
				 slice_from(all[i].words), now) ||
			     on;
	return on;
}

/* Options of what belongs to the company: a part, and what is chosen. True: the
 * value is among them. */
static bool thing_options(struct page *p, size_t thing, struct view *f,
    struct slice now)
{
	const struct list *l = &p->lists[things[thing].of];
	const bool heard = things[thing].of == FLOW_PARAM_PROMPT;
	const struct flowworld_thing *chosen;
	char id[ID_TEXT_MAX];
	bool on = false;

	for (size_t i = 0; i < l->n; i++) {
		id_text(things[thing].id, l->row[i].id, id);
		on = option(f, slice_from(heard ? l->row[i].key : id),
			 slice_from(l->row[i].name), now) ||
		     on;
	}
	if (!on && now.n > 0) {
		chosen = flowworld_find(&p->world, things[thing].kind, now);
		on = chosen != NULL && option(f, now, chosen->name, now);
	}
	return heard ? builtin_options(f, now) || on : on;
}

/* RT_ARRAY_LEN(things): none */
static size_t thing_of(enum flow_param_kind kind)
{
	size_t i = 0;

	while (i < RT_ARRAY_LEN(things) && things[i].of != kind)
		i++;
	return i;
}

static void choice_options(const struct flow_param *q, const char *of,
    struct view *f, struct slice now)
{
	for (size_t i = 0; q->choices[i] != NULL; i++) {
		const struct slice value = slice_from(q->choices[i]);
		const char *word = flow_label(FLOW_LABEL_CHOICE, of, value);

		(void)option(f, value, word != NULL ? slice_from(word) : value,
		    now);
	}
}

/* "5 to 300, usually 30 (s)" */
static void view_hint(struct view *f, const struct flow_param *q)
{
	const size_t n = strlen(q->name);
	const char *unit = "";
	char hint[64] = "";

	if (n > 2 && strcmp(q->name + n - 2, "_s") == 0)
		unit = " seconds";
	else if (n > 3 && strcmp(q->name + n - 3, "_km") == 0)
		unit = " km";
	if (q->kind == FLOW_PARAM_NUMBER)
		(void)snprintf(hint, sizeof(hint), "%lu to %lu%s, usually %lu",
		    (unsigned long)q->min, (unsigned long)q->max, unit,
		    (unsigned long)q->fallback);
	view_cstr(f, "hint", hint);
}

static void view_field(struct page *p, struct view *f, const char *name,
    const char *of, const struct flow_param *q, struct slice now)
{
	const size_t at = thing_of(q->kind);
	const bool thing = at < RT_ARRAY_LEN(things);
	const bool choice = q->kind == FLOW_PARAM_CHOICE;
	bool known = false;

	view_list(f, "options");
	view_cstr(f, "input", name);
	view_word(f, "label", FLOW_LABEL_PARAM, of, q->name);
	if (thing)
		known = thing_options(p, at, f, now);
	else if (choice)
		choice_options(q, of, f, now);
	view_flag(f, "is_select", thing || choice);
	view_flag(f, "may_be_none", !choice || !q->required);
	view_flag(f, "has_other", q->kind == FLOW_PARAM_TARGET);
	view_slice(f, "other", known ? SLICE("") : now);
	view_slice(f, "value", now);
	view_hint(f, q);
	view_flag(f, "has_list", false);
}

/* Where a way out leads: a step's key, from the page's one list of them. */
static void view_way(const struct page *p, struct view *f, const char *name,
    const char *label, const struct json_node *to)
{
	view_list(f, "options");
	view_cstr(f, "input", name);
	view_cstr(f, "label", label);
	view_flag(f, "is_select", false);
	view_flag(f, "has_list", true);
	view_slice(f, "value", value_of(p, to));
	view_cstr(f, "hint", "");
}

/* --- one step --------------------------------------------------------------*/

static void view_items(struct page *p, struct slice key,
    const struct flow_list *l, const struct json_node *step, struct view *v)
{
	const struct json_node *items = json_in_get(step, l->name);
	char name[FLOW_DRAFT_NAME_MAX];

	view_word(v, "list_label", FLOW_LABEL_PARAM, "", l->name);
	view_cstr(v, "list_name", l->name);
	view_list(v, "items");
	for (size_t i = 0; i < json_in_count(items); i++) {
		const struct json_node *old = json_in_at(items, i);
		struct view *item = view_item(v, "items");

		view_u64(item, "index", i);
		view_u64(item, "count", i + 1);
		view_list(item, "fields");
		for (size_t k = 0; k < l->n_fields; k++) {
			flow_draft_item_name(key, l->name, i, l->fields[k].name,
			    name);
			view_field(p, view_item(item, "fields"), name, l->name,
			    &l->fields[k],
			    value_of(p, json_in_get(old, l->fields[k].name)));
		}
		if (!l->leads)
			continue;
		flow_draft_item_name(key, l->name, i, "next", name);
		view_way(p, view_item(item, "fields"), name, "Leads to",
		    json_in_get(old, "next"));
	}
}

static void view_problems(const struct page *p, struct slice key,
    struct view *v)
{
	view_list(v, "problems");
	for (size_t i = 0; i < p->errors.n; i++) {
		const struct flow_json_error *e = &p->errors.item[i];
		struct view *item;

		if (!slice_eq_cstr(key, e->step))
			continue;
		item = view_item(v, "problems");
		view_problem(item, e->what);
		view_flag(item, "is_error", !e->warning);
	}
}

static const char *way_label(const char *name)
{
	const char *word = flow_label(FLOW_LABEL_WAY, "", slice_from(name));

	return word != NULL ? word : name;
}

static void view_step(struct page *p, struct slice key,
    const struct json_node *step, struct view *v)
{
	const struct flow_type_row *row;
	char name[FLOW_DRAFT_NAME_MAX];
	enum flow_type type;
	struct slice text;

	view_slice(v, "key", key);
	view_problems(p, key, v);
	view_list(v, "fields");
	view_list(v, "lists");
	if (json_in_text(json_in_get(step, "type"), FLOW_KEY_MAX, &text) !=
		ERR_OK ||
	    !flow_type_from_name(text, &type)) {
		view_cstr(v, "type", "unknown");
		view_cstr(v, "help", "");
		view_cstr(v, "title", "");
		return;
	}
	row = flow_type_row(type);
	view_word(v, "type", FLOW_LABEL_TYPE, "", row->name);
	view_word(v, "help", FLOW_LABEL_HELP, "", row->name);
	view_slice(v, "title", value_of(p, json_in_get(step, "title")));
	for (size_t i = 0; i < row->n_params; i++) {
		flow_draft_name(key, row->params[i].name, name);
		view_field(p, view_item(v, "fields"), name, row->name,
		    &row->params[i],
		    value_of(p, json_in_get(step, row->params[i].name)));
	}
	for (size_t i = 0; i < row->n_lists; i++)
		view_items(p, key, &row->lists[i], step, view_item(v, "lists"));
	for (size_t i = 0; i < row->n_branches; i++) {
		flow_draft_name(key, row->branches[i].name, name);
		view_way(p, view_item(v, "fields"), name,
		    way_label(row->branches[i].name),
		    json_in_get(step, row->branches[i].name));
	}
}

/* --- the page --------------------------------------------------------------*/

static void view_steps(struct page *p, struct view *v)
{
	const struct json_node *steps = json_in_get(p->document, "steps");
	const struct json_node *step;
	struct slice key;
	void *at = NULL;

	view_list(v, "steps");
	while (json_in_next(steps, &at, &key, &step))
		view_step(p, key, step, view_item(v, "steps"));
	view_list(v, "types");
	for (size_t i = 0; i < FLOW_TYPE_COUNT; i++) {
		const char *name = flow_type_row((enum flow_type)i)->name;
		struct view *item = view_item(v, "types");

		view_cstr(item, "type_name", name);
		view_word(item, "type_label", FLOW_LABEL_TYPE, "", name);
	}
}

static enum err show(struct page *p, struct resp *out)
{
	struct view *v = view_new(p->r->arena, "flow_steps.html");
	char id[ID_TEXT_MAX];
	enum err e;

	e = frame_page(p->r, FRAME_FLOWS,
	    frame_title(p->r, "List of forms", slice_from(p->flow->name)),
	    SLICE(""), v);
	if (e != ERR_OK)
		return e;
	id_text(ID_KIND_flow, p->flow->id.v, id);
	view_cstr(v, "id", id);
	view_cstr(v, "flow_name", p->flow->name);
	view_flag(v, "at_steps", true);
	view_flag(v, "at_history", false);
	view_flag(v, "at_trial", false);
	view_u64(v, "base", p->flow->last_version);
	view_u64(v, "published", p->flow->published_version);
	view_slice(v, "document", p->text);
	view_slice(v, "first", value_of(p, json_in_get(p->document, "first")));
	view_flag(v, "is_done", p->done != NULL);
	view_cstr(v, "done", p->done);
	view_flag(v, "has_problem", p->problem != NULL);
	view_cstr(v, "problem", p->problem);
	find_show(&p->find, "steps", "the lists of all steps", v);
	view_steps(p, v);
	view_problems(p, SLICE(""), view_part(v, "whole"));
	resp_status(out, p->problem != NULL ? 422 : 200);
	return resp_view(out, v);
}

/* Makes the version that was written just now live, unless a case that is kept
 * beside the flow forbids it. */
static enum err publish(struct page *p, struct flow_row *f)
{
	const enum err e = flow_cases_publish(p->r, f->last_version, f,
	    &p->errors, &p->problem);

	if (e == ERR_OK)
		p->done = p->problem == NULL
			      ? "Published: new calls run this version."
			      : "Saved as draft.";
	return e;
}

/* At most FIND_MAX of a kind; where there are more, those that fit. */
static enum err read_list(struct page *p, size_t thing)
{
	struct list *l = &p->lists[things[thing].of];
	enum err e;

	e = db_choice_list(p->r->db, p->r->company, things[thing].kind,
	    SLICE(""), FIND_MAX + 1, p->r->arena, &l->row, &l->n);
	if (e != ERR_OK || l->n <= FIND_MAX)
		return e;
	p->find.more = true;
	if (p->find.text.n > 0)
		e = db_choice_list(p->r->db, p->r->company, things[thing].kind,
		    p->find.text, FIND_MAX, p->r->arena, &l->row, &l->n);
	if (l->n > FIND_MAX)
		l->n = FIND_MAX;
	return e;
}

/* A text that was typed and not looked for is never passed over: nothing is
 * saved then. */
static enum err read_lists(struct page *p, enum flow_draft_do *what)
{
	enum err e = find_read(p->r, "steps", &p->find);

	if (e != ERR_OK)
		return e;
	if (p->find.asked &&
	    (*what == FLOW_DRAFT_SAVE || *what == FLOW_DRAFT_PUBLISH))
		*what = FLOW_DRAFT_CHECK;
	for (size_t i = 0; i < RT_ARRAY_LEN(things); i++)
		if ((e = read_list(p, i)) != ERR_OK)
			return e;
	p->find.n = FIND_MAX;
	if (!p->find.more)
		p->find.text = SLICE("");
	return ERR_OK;
}

/* Checks, carries out what the button said, and shows the result. */
static enum err work(struct page *p, enum flow_draft_do what, uint64_t base,
    struct flow_row *f, struct resp *out)
{
	enum err e;

	if ((e = flow_store_check_in(p->r, p->text, &p->world, &p->errors,
		 &p->ok)) != ERR_OK ||
	    (e = read_lists(p, &what)) != ERR_OK)
		return e;
	if (what == FLOW_DRAFT_SAVE || what == FLOW_DRAFT_PUBLISH) {
		if (!p->ok) {
			p->problem =
			    "Not saved: the flow could not run. What"
			    " is wrong stands beside the steps.";
			return show(p, out);
		}
		e = flow_store_write(p->r, p->text, (uint32_t)base, f);
		if (e == ERR_CONFLICT) {
			p->problem =
			    "Somebody else saved this flow meanwhile:"
			    " load the page again.";
			return show(p, out);
		}
		if (e == ERR_OK && what == FLOW_DRAFT_PUBLISH)
			e = publish(p, f);
		else if (e == ERR_OK)
			p->done = "Saved as draft.";
		if (e != ERR_OK)
			return e;
	}
	return show(p, out);
}

enum err flow_steps(const struct req *r, struct resp *out)
{
	struct page p = { .r = r };
	struct flow_row f;
	struct json_in *in;
	enum err e;

	if ((e = flow_store_get(r, &f)) != ERR_OK ||
	    (e = flow_store_beginning(r, &f, &p.text)) != ERR_OK)
		return e;
	p.flow = &f;
	if (flow_draft_parse(p.text, &in) != ERR_OK)
		return ERR_INTERNAL; /* checked before it was stored */
	p.document = json_in_root(in);
	e = work(&p, FLOW_DRAFT_CHECK, 0, &f, out);
	json_in_free(in);
	return e;
}

enum err flow_steps_post(const struct req *r, struct resp *out)
{
	struct page p = { .r = r };
	struct flow_draft_action a;
	struct flow_row f;
	struct json_in *in;
	uint64_t base;
	enum err e;

	flow_draft_action(r, &a);
	if ((e = flow_store_get(r, &f)) != ERR_OK ||
	    (e = req_need(req_form_u64(r, "base", 0, UINT32_MAX, &base))) !=
		ERR_OK ||
	    (e = flow_draft_read(r, &a, &p.text)) != ERR_OK)
		return e;
	if (flow_draft_parse(p.text, &in) != ERR_OK)
		return ERR_INTERNAL; /* we wrote it just now */
	p.flow = &f;
	p.document = json_in_root(in);
	e = work(&p, a.what, base, &f, out);
	json_in_free(in);
	return e;
}
