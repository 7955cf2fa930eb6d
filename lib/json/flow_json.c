#include "lib/json/flow_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/core/flow_check.h"
#include "lib/core/hours.h"
#include "lib/json/flow_json_value.h"

#define DEPTH_MAX     8
#define MEM_MAX_BYTES ((size_t)16 << 20)
#define TITLE_MAX     60
#define NAME_MAX      100
#define CANVAS_MAX    1000000

/* One compilation. Steps are numbered in the order of the document. */
struct work {
	const struct flow_json_resolver *resolver;
	struct flow_json_errors *errors;
	struct arena mem;
	bool no_memory;
	const struct json_node **docs;
	struct flow_step *steps;
	size_t n;
	uint16_t first;
};

static void keep(struct flow_json_errors *errors, struct slice step,
    bool warning, const char *fmt, va_list ap) RT_PRINTF(4, 0);

static void keep(struct flow_json_errors *errors, struct slice step,
    bool warning, const char *fmt, va_list ap)
{
	struct flow_json_error *e;

	if (!warning)
		errors->n_errors++;
	if (errors->n == FLOW_JSON_ERRORS_MAX) {
		errors->more = true;
		return;
	}
	e = &errors->item[errors->n++];
	e->warning = warning;
	if (!slice_to_cstr(slice_head(step, FLOW_KEY_MAX), e->step,
		sizeof(e->step)))
		e->step[0] = '\0';
	(void)vsnprintf(e->what, sizeof(e->what), fmt, ap);
}

void flow_json_complain(struct flow_json_errors *errors, struct slice step,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	keep(errors, step, false, fmt, ap);
	va_end(ap);
}

void flow_json_warn(struct flow_json_errors *errors, struct slice step,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	keep(errors, step, true, fmt, ap);
	va_end(ap);
}

static bool is_there(const struct json_node *n)
{
	const enum json_in_kind kind = json_in_kind(n);

	return kind != JSON_IN_MISSING && kind != JSON_IN_NULL;
}

/* --- parameters and branches -----------------------------------------------*/

static bool find_step(const struct work *w, struct slice key, uint16_t *out)
{
	if (slice_eq_cstr(key, "@back")) {
		*out = FLOW_BACK;
		return true;
	}
	for (size_t i = 0; i < w->n; i++)
		if (slice_eq(w->steps[i].key, key)) {
			*out = (uint16_t)i;
			return true;
		}
	return false;
}

/* where: "keys 2: ", before the parameter's name. */
static void read_param(struct work *w, struct slice step, const char *where,
    const struct flow_param *p, const struct json_node *doc, uint32_t *num,
    struct slice *text)
{
	struct flow_json_value v = { .resolver = w->resolver,
		.param = p,
		.num = *num,
		.text = *text };
	const struct json_node *n = json_in_get(doc, p->name);

	if (!is_there(n)) {
		if (p->required)
			flow_json_complain(w->errors, step, "%s%s is missing",
			    where, p->name);
		return;
	}
	if (!flow_json_value_read(n, &v)) {
		flow_json_complain(w->errors, step, "%s%s: %s", where, p->name,
		    v.why);
		return;
	}
	*num = v.num;
	*text = v.text;
}

static void read_way(struct work *w, struct slice step, const char *where,
    const char *name, const struct json_node *doc, uint16_t *to)
{
	const struct json_node *n = json_in_get(doc, name);
	struct slice key;

	if (!is_there(n))
		return;
	if (json_in_text(n, FLOW_KEY_MAX, &key) != ERR_OK) {
		flow_json_complain(w->errors, step, "%s%s: the name of a step",
		    where, name);
		return;
	}
	if (key.n > 0 && !find_step(w, key, to))
		flow_json_complain(w->errors, step,
		    "%s%s: there is no step %.*s", where, name, SLICE_FMT(key));
}

/* --- lists -----------------------------------------------------------------*/

static void known_fields(struct work *w, struct slice step, const char *where,
    const struct flow_list *list, const struct json_node *doc)
{
	const struct json_node *value;
	struct slice key;
	void *iter = NULL;

	while (json_in_next(doc, &iter, &key, &value)) {
		bool known = list->leads && slice_eq_cstr(key, "next");

		for (size_t i = 0; i < list->n_fields; i++)
			known =
			    known || slice_eq_cstr(key, list->fields[i].name);
		if (!known)
			flow_json_complain(w->errors, step,
			    "%sthere is no %.*s", where,
			    SLICE_FMT(slice_head(key, 40)));
	}
}

static void read_item(struct work *w, struct flow_step *s, size_t l, size_t i,
    const struct json_node *doc, struct flow_item *item)
{
	const struct flow_list *list = &flow_type_row(s->type)->lists[l];
	char where[64];

	(void)snprintf(where, sizeof(where), "%s %zu: ", list->name, i + 1);
	flow_item_init(item, s->type, l);
	if (json_in_kind(doc) != JSON_IN_OBJECT) {
		flow_json_complain(w->errors, s->key, "%san object", where);
		return;
	}
	known_fields(w, s->key, where, list, doc);
	for (size_t k = 0; k < list->n_fields; k++)
		read_param(w, s->key, where, &list->fields[k], doc,
		    &item->num[k], &item->text[k]);
	if (list->leads)
		read_way(w, s->key, where, "next", doc, &item->branch);
}

static void read_list(struct work *w, struct flow_step *s, size_t l,
    const struct json_node *doc)
{
	const struct flow_list *list = &flow_type_row(s->type)->lists[l];
	const struct json_node *node = json_in_get(doc, list->name);
	const size_t n = json_in_count(node);
	struct flow_item *items;

	if (is_there(node) && json_in_kind(node) != JSON_IN_ARRAY) {
		flow_json_complain(w->errors, s->key, "%s: a list", list->name);
		return;
	}
	if (n < list->min || n > list->max) {
		flow_json_complain(w->errors, s->key, "%s: %u to %u of them",
		    list->name, (unsigned int)list->min,
		    (unsigned int)list->max);
		return;
	}
	items = arena_array(&w->mem, n, sizeof(*items));
	if (items == NULL) {
		w->no_memory = true;
		return;
	}
	for (size_t i = 0; i < n; i++)
		read_item(w, s, l, i, json_in_at(node, i), &items[i]);
	s->item[l] = items;
	s->n_items[l] = (uint8_t)n;
}

/* --- one step --------------------------------------------------------------*/

/* Is this member of a step one that its type knows? */
static bool known_member(const struct flow_type_row *row, struct slice key)
{
	if (slice_eq_cstr(key, "type") || slice_eq_cstr(key, "title") ||
	    slice_eq_cstr(key, "at"))
		return true; /* the last two are for people */
	for (size_t i = 0; i < row->n_params; i++)
		if (slice_eq_cstr(key, row->params[i].name))
			return true;
	for (size_t i = 0; i < row->n_branches; i++)
		if (slice_eq_cstr(key, row->branches[i].name))
			return true;
	for (size_t i = 0; i < row->n_lists; i++)
		if (slice_eq_cstr(key, row->lists[i].name))
			return true;
	return false;
}

static bool is_place(const struct json_node *at)
{
	int64_t v;

	for (size_t i = 0; i < 2; i++)
		if (json_in_i64(json_in_at(at, i), -CANVAS_MAX, CANVAS_MAX,
			&v) != ERR_OK)
			return false;
	return json_in_count(at) == 2;
}

static void read_notes(struct work *w, const struct flow_step *s,
    const struct json_node *doc)
{
	const struct json_node *title = json_in_get(doc, "title");
	const struct json_node *at = json_in_get(doc, "at");
	struct slice text;

	if (is_there(title) && json_in_text(title, TITLE_MAX, &text) != ERR_OK)
		flow_json_complain(w->errors, s->key,
		    "title: a text of at most %d bytes", TITLE_MAX);
	if (is_there(at) && !is_place(at))
		flow_json_complain(w->errors, s->key, "at: two whole numbers");
}

static void read_step(struct work *w, size_t at)
{
	const struct json_node *doc = w->docs[at], *value;
	struct flow_step *s = &w->steps[at];
	const struct flow_type_row *row = flow_type_row(s->type);
	struct slice key;
	void *iter = NULL;

	while (json_in_next(doc, &iter, &key, &value))
		if (!known_member(row, key))
			flow_json_complain(w->errors, s->key,
			    "a %s step knows no %.*s", row->name,
			    SLICE_FMT(slice_head(key, 40)));
	read_notes(w, s, doc);
	for (size_t i = 0; i < row->n_params; i++)
		read_param(w, s->key, "", &row->params[i], doc, &s->num[i],
		    &s->text[i]);
	for (size_t i = 0; i < row->n_branches; i++)
		read_way(w, s->key, "", row->branches[i].name, doc,
		    &s->branch[i]);
	for (size_t i = 0; i < row->n_lists; i++)
		read_list(w, s, i, doc);
}

/* --- the document ----------------------------------------------------------*/

static bool room(struct work *w, size_t n)
{
	w->docs = arena_array(&w->mem, n, sizeof(const struct json_node *));
	w->steps = arena_array(&w->mem, n, sizeof(*w->steps));
	w->no_memory = w->docs == NULL || w->steps == NULL;
	return !w->no_memory;
}

/* "__proto__" is no name that programs in JavaScript could keep a step by. */
static bool is_key(struct slice key)
{
	if (slice_eq_cstr(key, "__proto__"))
		return false;
	for (size_t i = 0; i < key.n; i++)
		if ((unsigned char)key.p[i] < ' ' || key.p[i] == 0x7f)
			return false;
	return key.n > 0 && key.n <= FLOW_KEY_MAX && key.p[0] != '@';
}

/* Names and types first: branches may lead forward. */
static void read_types(struct work *w, const struct json_node *steps)
{
	const size_t count = json_in_count(steps);
	const struct json_node *doc;
	struct slice key, name;
	void *iter = NULL;

	if (!room(w, count < FLOW_STEPS_MAX ? count : FLOW_STEPS_MAX))
		return;
	while (json_in_next(steps, &iter, &key, &doc)) {
		enum flow_type type = FLOW_HANGUP;

		if (w->n == FLOW_STEPS_MAX) {
			flow_json_complain(w->errors, SLICE(""),
			    "%zu steps are more than %d", count,
			    FLOW_STEPS_MAX);
			return;
		}
		if (!is_key(key))
			flow_json_complain(w->errors, key,
			    "a step's name has 1 to %d bytes, no control "
			    "characters and no @ in front, and is not "
			    "__proto__",
			    FLOW_KEY_MAX);
		if (json_in_text(json_in_get(doc, "type"), FLOW_KEY_MAX,
			&name) != ERR_OK)
			flow_json_complain(w->errors, key,
			    "the type is missing");
		else if (!flow_type_from_name(name, &type))
			flow_json_complain(w->errors, key,
			    "there is no type %.*s", SLICE_FMT(name));
		w->docs[w->n] = doc;
		flow_step_init(&w->steps[w->n], type);
		w->steps[w->n].key = key;
		w->n++;
	}
}

static void known_top(struct work *w, const struct json_node *root)
{
	const struct json_node *value;
	struct slice key, name;
	void *iter = NULL;

	while (json_in_next(root, &iter, &key, &value))
		if (!slice_eq_cstr(key, "version") &&
		    !slice_eq_cstr(key, "first") &&
		    !slice_eq_cstr(key, "steps") && !slice_eq_cstr(key, "name"))
			flow_json_complain(w->errors, SLICE(""),
			    "a flow knows no %.*s",
			    SLICE_FMT(slice_head(key, 40)));
	value = json_in_get(root, "name");
	if (is_there(value) && json_in_text(value, NAME_MAX, &name) != ERR_OK)
		flow_json_complain(w->errors, SLICE(""),
		    "name: a text of at most %d bytes", NAME_MAX);
}

static void tell(void *arg, uint16_t step, bool warning, const char *what)
{
	struct work *w = arg;

	if (warning)
		flow_json_warn(w->errors, w->steps[step].key, "%s", what);
	else
		flow_json_complain(w->errors, w->steps[step].key, "%s", what);
}

static void read_document(struct work *w, const struct json_node *root)
{
	const struct flow_check_sink sink = { tell, w };
	const struct json_node *steps = json_in_get(root, "steps");
	struct slice first;
	int64_t version = 1;

	if (json_in_i64(json_in_get(root, "version"), 1, 1, &version) != ERR_OK)
		flow_json_complain(w->errors, SLICE(""), "version: 1");
	known_top(w, root);
	if (json_in_kind(steps) != JSON_IN_OBJECT ||
	    json_in_count(steps) == 0) {
		flow_json_complain(w->errors, SLICE(""),
		    "steps: an object with a step or more");
		return;
	}
	read_types(w, steps);
	if (w->errors->n_errors > 0 || w->no_memory)
		return;
	for (size_t i = 0; i < w->n; i++)
		read_step(w, i);
	if (json_in_text(json_in_get(root, "first"), FLOW_KEY_MAX, &first) !=
		ERR_OK ||
	    !find_step(w, first, &w->first) || w->first == FLOW_BACK) {
		flow_json_complain(w->errors, SLICE(""),
		    "first: the name of the first step");
		return;
	}
	flow_check(w->steps, w->n, w->first, &sink);
}

static enum err begin(struct slice json,
    const struct flow_json_resolver *resolver, struct flow_json_errors *errors,
    struct work **out, struct json_in **in)
{
	struct json_in_error why = { .what = "" };
	struct work *w;
	enum err e;

	memset(errors, 0, sizeof(*errors));
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return ERR_NOMEM;
	w->resolver = resolver;
	w->errors = errors;
	arena_init(&w->mem, MEM_MAX_BYTES);
	*out = w;
	e = json_in_parse(json, FLOW_JSON_BYTES_MAX, DEPTH_MAX, in, &why);
	if (e != ERR_OK)
		flow_json_complain(w->errors, SLICE(""), "line %u: %.100s",
		    why.line, why.what);
	return e;
}

static void end(struct work *w, struct json_in *in)
{
	json_in_free(in);
	if (w != NULL)
		arena_fini(&w->mem);
	free(w);
}

enum err flow_json_compile(struct slice json,
    const struct flow_json_resolver *resolver, struct buf *out,
    struct flow_json_errors *errors)
{
	struct json_in *in = NULL;
	struct work *w = NULL;
	enum err e;

	e = begin(json, resolver, errors, &w, &in);
	if (e == ERR_OK) {
		read_document(w, json_in_root(in));
		if (w->no_memory)
			e = ERR_NOMEM;
		else if (errors->n_errors > 0)
			e = ERR_SYNTAX;
		else
			e = flow_write(w->steps, w->n, w->first, out);
	}
	end(w, in);
	return e;
}

/* --- a destination's hours -------------------------------------------------*/

static void put_rows(struct buf *b, const struct flow_step *s, size_t l)
{
	for (size_t i = 0; i < s->n_items[l]; i++)
		for (size_t k = 0; k < 3; k++)
			buf_be32(b, s->item[l][i].num[k]);
}

enum err flow_json_hours(struct slice json, struct buf *out,
    struct flow_json_errors *errors)
{
	struct json_in *in = NULL;
	struct work *w = NULL;
	struct flow_step *s;
	enum err e;

	e = begin(json, NULL, errors, &w, &in);
	if (e == ERR_OK && !room(w, 1))
		e = ERR_NOMEM;
	if (e != ERR_OK)
		goto done;
	s = &w->steps[0];
	flow_step_init(s, FLOW_HOURS);
	w->docs[0] = json_in_root(in);
	read_step(w, 0);
	if (s->n_items[0] == 0 && s->n_items[1] == 0 && errors->n_errors == 0)
		flow_json_complain(w->errors, SLICE(""), "weekly: no hours");
	if (w->no_memory)
		e = ERR_NOMEM;
	else if (errors->n_errors > 0)
		e = ERR_SYNTAX;
	if (e != ERR_OK)
		goto done;
	buf_char(out, (char)s->num[FLOW_HOURS_HOLIDAYS]);
	buf_char(out, (char)s->n_items[FLOW_HOURS_WEEKLY]);
	put_rows(out, s, FLOW_HOURS_WEEKLY);
	put_rows(out, s, FLOW_HOURS_SPECIAL);
	e = buf_err(out);
done:
	end(w, in);
	return e;
}
