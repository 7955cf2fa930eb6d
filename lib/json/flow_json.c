#include "lib/json/flow_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/core/id.h"
#include "lib/json/json_in.h"

#define DEPTH_MAX 8

/* One compilation. Steps are numbered in the order of the document. */
struct work {
	const struct flow_json_resolver *resolver;
	struct flow_json_errors *errors;
	const struct json_node *docs[FLOW_STEPS_MAX];
	struct flow_step steps[FLOW_STEPS_MAX];
	size_t n;
	uint16_t first;
};

static void complain(struct work *w, struct slice step, const char *fmt, ...)
    RT_PRINTF(3, 4);

static void complain(struct work *w, struct slice step, const char *fmt, ...)
{
	struct flow_json_error *e;
	va_list ap;

	if (w->errors->n == FLOW_JSON_ERRORS_MAX) {
		w->errors->more = true;
		return;
	}
	e = &w->errors->item[w->errors->n++];
	if (!slice_to_cstr(slice_head(step, FLOW_KEY_MAX), e->step,
		sizeof(e->step)))
		e->step[0] = '\0';
	va_start(ap, fmt);
	(void)vsnprintf(e->what, sizeof(e->what), fmt, ap);
	va_end(ap);
}

static bool find_step(const struct work *w, struct slice key, uint16_t *out)
{
	for (size_t i = 0; i < w->n; i++)
		if (slice_eq(w->steps[i].key, key)) {
			*out = (uint16_t)i;
			return true;
		}
	return false;
}

/* --- one step --------------------------------------------------------------*/

static void read_target(struct work *w, struct flow_step *s, size_t i,
    struct slice text)
{
	const char *name = flow_type_row(s->type)->params[i].name;
	uint8_t id[ID_BYTES];
	bool ok = false;

	if (slice_starts(text, SLICE("dst_")))
		ok = id_parse(ID_KIND_destination, text, id) == ERR_OK;
	else if (slice_starts(text, SLICE("sip:")))
		ok = text.n > 4;
	else if (slice_starts(text, SLICE("+")))
		ok = text.n >= 8 && text.n <= 16;
	for (size_t k = 1; ok && text.p[0] == '+' && k < text.n; k++)
		ok = text.p[k] >= '0' && text.p[k] <= '9';
	if (!ok)
		complain(w, s->key,
		    "%s: neither a destination, +number nor sip: address",
		    name);
	s->text[i] = text;
}

static void read_prompt(struct work *w, struct flow_step *s, size_t i,
    struct slice text)
{
	s->text[i] = text;
	s->num[i] = 0;
	if (w->resolver != NULL &&
	    !w->resolver->prompt(w->resolver->arg, text, &s->num[i]))
		complain(w, s->key, "there is no prompt called %.*s",
		    SLICE_FMT(text));
}

static void read_choice(struct work *w, struct flow_step *s, size_t i,
    struct slice text)
{
	const struct flow_param *p = &flow_type_row(s->type)->params[i];

	for (uint32_t k = 0; p->choices[k] != NULL; k++)
		if (slice_eq_cstr(text, p->choices[k])) {
			s->num[i] = k;
			return;
		}
	complain(w, s->key, "%s cannot be %.*s", p->name, SLICE_FMT(text));
}

static void read_number(struct work *w, struct flow_step *s, size_t i,
    const struct json_node *n)
{
	const struct flow_param *p = &flow_type_row(s->type)->params[i];
	int64_t v;

	if (json_in_i64(n, (int64_t)p->min, (int64_t)p->max, &v) == ERR_OK)
		s->num[i] = (uint32_t)v;
	else
		complain(w, s->key, "%s: a whole number from %lu to %lu",
		    p->name, (unsigned long)p->min, (unsigned long)p->max);
}

static void read_param(struct work *w, struct flow_step *s, size_t i,
    const struct json_node *doc)
{
	const struct flow_param *p = &flow_type_row(s->type)->params[i];
	const struct json_node *n = json_in_get(doc, p->name);
	const enum json_in_kind kind = json_in_kind(n);
	struct slice text;

	if (kind == JSON_IN_MISSING || kind == JSON_IN_NULL) {
		if (p->required)
			complain(w, s->key, "%s is missing", p->name);
		return;
	}
	if (p->kind == FLOW_PARAM_NUMBER) {
		read_number(w, s, i, n);
		return;
	}
	if (json_in_text(n, FLOW_TEXT_MAX, &text) != ERR_OK || text.n == 0) {
		complain(w, s->key, "%s: a text of 1 to %d bytes", p->name,
		    FLOW_TEXT_MAX);
		return;
	}
	if (p->kind == FLOW_PARAM_TARGET)
		read_target(w, s, i, text);
	else if (p->kind == FLOW_PARAM_PROMPT)
		read_prompt(w, s, i, text);
	else
		read_choice(w, s, i, text);
}

static void read_branch(struct work *w, struct flow_step *s, size_t i,
    const struct json_node *doc)
{
	const char *name = flow_type_row(s->type)->branches[i];
	const struct json_node *n = json_in_get(doc, name);
	const enum json_in_kind kind = json_in_kind(n);
	struct slice key;

	if (kind == JSON_IN_MISSING || kind == JSON_IN_NULL)
		return;
	if (json_in_text(n, FLOW_KEY_MAX, &key) != ERR_OK ||
	    !find_step(w, key, &s->branch[i]))
		complain(w, s->key, "%s leads to no step", name);
}

/* Is this member of a step one that its type knows? */
static bool known_member(const struct flow_type_row *row, struct slice key)
{
	if (slice_eq_cstr(key, "type") || slice_eq_cstr(key, "x") ||
	    slice_eq_cstr(key, "y") || slice_eq_cstr(key, "title"))
		return true; /* the last three are the builder's */
	for (size_t i = 0; i < row->n_params; i++)
		if (slice_eq_cstr(key, row->params[i].name))
			return true;
	for (size_t i = 0; i < row->n_branches; i++)
		if (slice_eq_cstr(key, row->branches[i]))
			return true;
	return false;
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
			complain(w, s->key, "a %s step knows no %.*s",
			    row->name, SLICE_FMT(slice_head(key, 40)));
	for (size_t i = 0; i < row->n_params; i++)
		read_param(w, s, i, doc);
	for (size_t i = 0; i < row->n_branches; i++)
		read_branch(w, s, i, doc);
}

/* --- the document ----------------------------------------------------------*/

/* Names and types first: branches may lead forward. */
static void read_types(struct work *w, const struct json_node *steps)
{
	const struct json_node *doc;
	struct slice key, name;
	void *iter = NULL;

	while (json_in_next(steps, &iter, &key, &doc)) {
		enum flow_type type = FLOW_HANGUP;

		if (w->n == FLOW_STEPS_MAX) {
			complain(w, SLICE(""), "more than %d steps",
			    FLOW_STEPS_MAX);
			return;
		}
		if (key.n == 0 || key.n > FLOW_KEY_MAX)
			complain(w, key, "a step's name has 1 to %d bytes",
			    FLOW_KEY_MAX);
		if (json_in_text(json_in_get(doc, "type"), FLOW_KEY_MAX,
			&name) != ERR_OK)
			complain(w, key, "the type is missing");
		else if (!flow_type_from_name(name, &type))
			complain(w, key, "there is no type %.*s",
			    SLICE_FMT(name));
		w->docs[w->n] = doc;
		flow_step_init(&w->steps[w->n], type);
		w->steps[w->n].key = key;
		w->n++;
	}
}

/* Steps that nothing leads to are a mistake of whoever drew the flow. */
static void find_unreachable(struct work *w)
{
	bool seen[FLOW_STEPS_MAX] = { false };
	uint16_t todo[FLOW_STEPS_MAX];
	size_t n = 0;

	seen[w->first] = true;
	todo[n++] = w->first;
	while (n > 0) {
		const struct flow_step *s = &w->steps[todo[--n]];

		for (size_t i = 0; i < FLOW_BRANCH_MAX; i++)
			if (s->branch[i] != FLOW_END && !seen[s->branch[i]]) {
				seen[s->branch[i]] = true;
				todo[n++] = s->branch[i];
			}
	}
	for (size_t i = 0; i < w->n; i++)
		if (!seen[i])
			complain(w, w->steps[i].key, "no step leads here");
}

static void read_document(struct work *w, const struct json_node *root)
{
	const struct json_node *steps = json_in_get(root, "steps");
	struct slice first;
	int64_t version = 1;

	if (json_in_i64(json_in_get(root, "version"), 1, 1, &version) != ERR_OK)
		complain(w, SLICE(""), "version: 1");
	if (json_in_kind(steps) != JSON_IN_OBJECT ||
	    json_in_count(steps) == 0) {
		complain(w, SLICE(""), "steps: an object with a step or more");
		return;
	}
	read_types(w, steps);
	if (w->errors->n > 0)
		return;
	for (size_t i = 0; i < w->n; i++)
		read_step(w, i);
	if (json_in_text(json_in_get(root, "first"), FLOW_KEY_MAX, &first) !=
		ERR_OK ||
	    !find_step(w, first, &w->first))
		complain(w, SLICE(""), "first: the name of the first step");
	else
		find_unreachable(w);
}

enum err flow_json_compile(struct slice json,
    const struct flow_json_resolver *resolver, struct buf *out,
    struct flow_json_errors *errors)
{
	struct json_in_error why = { .what = "" };
	struct json_in *in = NULL;
	struct work *w;
	enum err e;

	memset(errors, 0, sizeof(*errors));
	w = calloc(1, sizeof(*w)); /* too large for a stack */
	if (w == NULL)
		return ERR_NOMEM;
	w->resolver = resolver;
	w->errors = errors;
	e = json_in_parse(json, FLOW_JSON_BYTES_MAX, DEPTH_MAX, &in, &why);
	if (e != ERR_OK) {
		complain(w, SLICE(""), "line %u: %.100s", why.line, why.what);
		goto done;
	}
	read_document(w, json_in_root(in));
	e = errors->n > 0 ? ERR_SYNTAX
			  : flow_write(w->steps, w->n, w->first, out);
done:
	json_in_free(in);
	free(w);
	return e;
}
