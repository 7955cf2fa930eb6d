#include "cgi/form/flow_draft.h"

#include <stdio.h>

#include "cgi/form/json_copy.h"
#include "lib/base/scan.h"
#include "lib/core/flow.h"
#include "lib/json/flow_json.h"

#define DOCUMENT_DEPTH 12

/* Names that do not fit are cut: then no field is found, and nothing changes.
 */
static void end(struct buf *b, char *out)
{
	out[buf_err(b) == ERR_OK ? b->n : 0] = '\0';
}

void flow_draft_name(struct slice step, const char *name,
    char out[FLOW_DRAFT_NAME_MAX])
{
	struct buf b;

	buf_over(&b, out, FLOW_DRAFT_NAME_MAX - 1);
	buf_put(&b, step);
	buf_char(&b, '.');
	buf_cstr(&b, name);
	end(&b, out);
}

void flow_draft_item_name(struct slice step, const char *list, size_t i,
    const char *name, char out[FLOW_DRAFT_NAME_MAX])
{
	struct buf b;

	buf_over(&b, out, FLOW_DRAFT_NAME_MAX - 1);
	buf_put(&b, step);
	buf_char(&b, '.');
	buf_cstr(&b, list);
	buf_char(&b, '.');
	buf_u64(&b, i);
	buf_char(&b, '.');
	buf_cstr(&b, name);
	end(&b, out);
}

/* --- what to do ------------------------------------------------------------*/

static const struct {
	struct slice word;
	enum flow_draft_do what;
} words[] = {
	{ SLICE_INIT("add"), FLOW_DRAFT_ADD },
	{ SLICE_INIT("remove"), FLOW_DRAFT_REMOVE },
	{ SLICE_INIT("item"), FLOW_DRAFT_ITEM },
	{ SLICE_INIT("drop"), FLOW_DRAFT_DROP },
	{ SLICE_INIT("save"), FLOW_DRAFT_SAVE },
	{ SLICE_INIT("publish"), FLOW_DRAFT_PUBLISH },
};

static struct slice word(struct slice *rest)
{
	struct slice s = *rest;

	if (!slice_cut(rest, ' ', &s))
		*rest = SLICE("");
	return s;
}

/* The last word: in front of it a step's name stands, which may have blanks. */
static struct slice last_word(struct slice *rest)
{
	size_t n = rest->n;
	struct slice s;

	while (n > 0 && rest->p[n - 1] != ' ')
		n--;
	s = slice_skip(*rest, n);
	*rest = slice_head(*rest, n > 0 ? n - 1 : 0);
	return s;
}

void flow_draft_action(const struct req *r, struct flow_draft_action *out)
{
	struct flow_draft_action a = { .what = FLOW_DRAFT_CHECK };
	struct slice rest, first, item;

	if (req_form(r, "do", &rest) != ERR_OK) {
		*out = a;
		return;
	}
	first = word(&rest);
	for (size_t i = 0; i < RT_ARRAY_LEN(words); i++)
		if (slice_eq(first, words[i].word))
			a.what = words[i].what;
	if (a.what == FLOW_DRAFT_DROP) {
		item = last_word(&rest);
		if (scan_u32(&item, &a.item) != ERR_OK || item.n > 0)
			a.what = FLOW_DRAFT_CHECK;
	}
	if (a.what == FLOW_DRAFT_DROP || a.what == FLOW_DRAFT_ITEM)
		a.list = last_word(&rest);
	a.step = rest;
	*out = a;
}

/* --- one value -------------------------------------------------------------*/

/* A field that was sent replaces the old value; an empty one takes it out. */
static void put_value(const struct req *r, const char *field, const char *name,
    const struct flow_param *p, const struct json_node *old, struct json_out *j)
{
	const struct json_node *value = json_in_get(old, name);
	struct slice sent;
	uint64_t n;

	if (req_form(r, field, &sent) != ERR_OK) {
		if (json_in_kind(value) != JSON_IN_MISSING) {
			json_out_key(j, name);
			json_copy(value, j);
		}
		return;
	}
	sent = slice_trim(sent);
	if (sent.n == 0)
		return;
	json_out_key(j, name);
	if (p != NULL && p->kind == FLOW_PARAM_NUMBER &&
	    req_form_u64(r, field, 0, UINT32_MAX, &n) == ERR_OK)
		json_out_u64(j, n);
	else
		json_out_str(j, sent);
}

/* A telephone that is written by hand stands in a second field. */
static void put_param(const struct req *r, const char *field,
    const struct flow_param *p, const struct json_node *old, struct json_out *j)
{
	char other[FLOW_DRAFT_NAME_MAX + 8];
	struct slice written;

	(void)snprintf(other, sizeof(other), "%s.other", field);
	if (p->kind == FLOW_PARAM_TARGET &&
	    req_form(r, other, &written) == ERR_OK &&
	    slice_trim(written).n > 0) {
		json_out_key(j, p->name);
		json_out_str(j, slice_trim(written));
		return;
	}
	put_value(r, field, p->name, p, old, j);
}

/* --- lists -----------------------------------------------------------------*/

static void put_item(const struct req *r, struct slice step,
    const struct flow_list *l, size_t i, const struct json_node *old,
    struct json_out *j)
{
	char field[FLOW_DRAFT_NAME_MAX];

	json_out_object(j);
	for (size_t k = 0; k < l->n_fields; k++) {
		flow_draft_item_name(step, l->name, i, l->fields[k].name,
		    field);
		put_param(r, field, &l->fields[k], old, j);
	}
	if (l->leads) {
		flow_draft_item_name(step, l->name, i, "next", field);
		put_value(r, field, "next", NULL, old, j);
	}
	json_out_end(j);
}

static void put_list(const struct req *r, struct slice step,
    const struct flow_list *l, const struct json_node *old,
    const struct flow_draft_action *a, struct json_out *j)
{
	const struct json_node *items = json_in_get(old, l->name);
	const size_t n = json_in_count(items);
	const bool mine =
	    slice_eq(a->step, step) && slice_eq_cstr(a->list, l->name);
	const bool more = mine && a->what == FLOW_DRAFT_ITEM && n < l->max;

	if (n == 0 && !more)
		return;
	json_out_key(j, l->name);
	json_out_array(j);
	for (size_t i = 0; i < n; i++)
		if (!mine || a->what != FLOW_DRAFT_DROP || a->item != i)
			put_item(r, step, l, i, json_in_at(items, i), j);
	if (more) {
		json_out_object(j);
		json_out_end(j);
	}
	json_out_end(j);
}

/* --- steps -----------------------------------------------------------------*/

static void put_step(const struct req *r, struct slice key,
    const struct json_node *old, const struct flow_draft_action *a,
    struct json_out *j)
{
	const struct flow_type_row *row;
	char field[FLOW_DRAFT_NAME_MAX];
	enum flow_type type;
	struct slice name;

	if (json_in_text(json_in_get(old, "type"), FLOW_KEY_MAX, &name) !=
		ERR_OK ||
	    !flow_type_from_name(name, &type)) {
		json_copy(old, j); /* the check says what is wrong with it */
		return;
	}
	row = flow_type_row(type);
	json_out_object(j);
	json_out_key(j, "type");
	json_out_cstr(j, row->name);
	flow_draft_name(key, "title", field);
	put_value(r, field, "title", NULL, old, j);
	if (json_in_kind(json_in_get(old, "at")) != JSON_IN_MISSING) {
		json_out_key(j, "at");
		json_copy(json_in_get(old, "at"), j);
	}
	for (size_t i = 0; i < row->n_params; i++) {
		flow_draft_name(key, row->params[i].name, field);
		put_param(r, field, &row->params[i], old, j);
	}
	for (size_t i = 0; i < row->n_lists; i++)
		put_list(r, key, &row->lists[i], old, a, j);
	for (size_t i = 0; i < row->n_branches; i++) {
		flow_draft_name(key, row->branches[i].name, field);
		put_value(r, field, row->branches[i].name, NULL, old, j);
	}
	json_out_end(j);
}

/* "menu", "menu_2" ...: a key that no step has. */
static void free_key(const struct json_node *steps, const char *type,
    char out[FLOW_KEY_MAX + 1])
{
	(void)snprintf(out, FLOW_KEY_MAX + 1, "%s", type);
	for (unsigned int n = 2; json_in_get(steps, out) != NULL; n++)
		(void)snprintf(out, FLOW_KEY_MAX + 1, "%s_%u", type, n);
}

static void put_new_step(const struct req *r, const struct json_node *steps,
    struct json_out *j)
{
	const struct flow_type_row *row;
	char key[FLOW_KEY_MAX + 1];
	enum flow_type type;
	struct slice name;

	if (req_form(r, "type", &name) != ERR_OK ||
	    !flow_type_from_name(name, &type))
		return;
	row = flow_type_row(type);
	free_key(steps, row->name, key);
	json_out_key(j, key);
	json_out_object(j);
	json_out_key(j, "type");
	json_out_cstr(j, row->name);
	for (size_t i = 0; i < row->n_lists; i++) {
		if (row->lists[i].min == 0)
			continue;
		json_out_key(j, row->lists[i].name);
		json_out_array(j);
		json_out_object(j);
		json_out_end(j);
		json_out_end(j);
	}
	json_out_end(j);
}

static void put_steps(const struct req *r, const struct json_node *steps,
    const struct flow_draft_action *a, struct json_out *j)
{
	const struct json_node *step;
	struct slice key;
	void *at = NULL;

	json_out_key(j, "steps");
	json_out_object(j);
	while (json_in_next(steps, &at, &key, &step)) {
		if (a->what == FLOW_DRAFT_REMOVE && slice_eq(a->step, key))
			continue;
		json_out_name(j, key);
		put_step(r, key, step, a, j);
	}
	if (a->what == FLOW_DRAFT_ADD)
		put_new_step(r, steps, j);
	json_out_end(j);
}

/* Writes the new document as the next value. */
static void write_document(const struct req *r,
    const struct json_node *document, const struct flow_draft_action *a,
    struct json_out *j)
{
	struct slice first;

	json_out_object(j);
	json_out_key(j, "version");
	json_out_u64(j, 1);
	if (json_in_kind(json_in_get(document, "name")) == JSON_IN_TEXT) {
		json_out_key(j, "name");
		json_copy(json_in_get(document, "name"), j);
	}
	json_out_key(j, "first");
	if (req_form(r, "first", &first) == ERR_OK)
		json_out_str(j, slice_trim(first));
	else
		json_copy(json_in_get(document, "first"), j);
	put_steps(r, json_in_get(document, "steps"), a, j);
	json_out_end(j);
}

enum err flow_draft_parse(struct slice text, struct json_in **in)
{
	return json_in_parse(text, FLOW_JSON_BYTES_MAX, DOCUMENT_DEPTH, in,
	    NULL);
}

enum err flow_draft_read(const struct req *r, const struct flow_draft_action *a,
    struct slice *text)
{
	struct slice sent;
	struct json_in *in;
	struct json_out j;
	struct buf b;
	enum err e;

	if ((e = req_need(req_form(r, "document", &sent))) != ERR_OK ||
	    (e = flow_draft_parse(sent, &in)) != ERR_OK)
		return e;
	buf_init(&b, FLOW_JSON_BYTES_MAX);
	json_out_init(&j, &b);
	write_document(r, json_in_root(in), a, &j);
	e = json_out_done(&j);
	if (e == ERR_OK && !arena_copy(r->arena, json_out_text(&j), text))
		e = ERR_NOMEM;
	buf_fini(&b);
	json_in_free(in);
	return e;
}
