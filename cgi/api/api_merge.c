#include "cgi/api/api_merge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char not_id[] = "The id of one; null clears it.";
static const char not_text[] = "This is a text.";
static const char not_list[] = "This is a list of texts.";
static const char not_whole[] = "This is a whole number.";
static const char not_bool[] = "This is true or false.";
static const char too_long[] = "This is too long.";
static const char control[] = "Control characters are not allowed here.";

static size_t field_index(const struct fields *f, const char *name)
{
	size_t i = 0;

	while (i < f->n && strcmp(f->rows[i].name, name) != 0)
		i++;
	return i;
}

static const struct api_member *member_of(struct slice name,
    const struct api_member *members, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_eq_cstr(name, members[i].json))
			return &members[i];
	return NULL;
}

static bool is_also(struct slice name, const char *const *also)
{
	for (; also != NULL && *also != NULL; also++)
		if (slice_eq_cstr(name, *also))
			return true;
	return false;
}

/* As request parameters are: text has no control characters, and line feeds
 * only where there are lines. */
static bool has_control(struct slice s, bool lines)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' && !(lines && s.p[i] == '\n'))
			return true;
	return false;
}

/* --- one value -------------------------------------------------------------
 * Each gives the field's text, or NULL and what is wrong. */

static const char *read_text(const struct json_node *node,
    const struct field *row, struct slice *out)
{
	enum err e = json_in_text(node, FIELD_TEXT_MAX, out);

	if (e == ERR_NOTFOUND) {
		*out = SLICE("");
		return NULL;
	}
	if (e != ERR_OK)
		return e == ERR_TOOBIG ? too_long : not_text;
	/* What is chosen is a word of a list, or none. */
	if (row->kind != FIELD_CHOICE)
		*out = slice_trim(*out);
	return has_control(*out, row->kind == FIELD_LINES) ? control : NULL;
}

static const char *read_number(const struct json_node *node,
    struct arena *arena, struct slice *out)
{
	int64_t v;
	char *text;
	enum err e = json_in_i64(node, INT64_MIN, INT64_MAX, &v);

	if (e == ERR_NOTFOUND) {
		*out = SLICE("");
		return NULL;
	}
	if (e != ERR_OK)
		return not_whole;
	if ((text = arena_alloc(arena, 24)) == NULL)
		return too_long;
	(void)snprintf(text, 24, "%" PRId64, v);
	*out = slice_from(text);
	return NULL;
}

static const char *read_bool(const struct json_node *node, struct slice *out)
{
	bool on = false;
	const enum err e = json_in_bool(node, &on);

	if (e != ERR_OK && e != ERR_NOTFOUND)
		return not_bool;
	*out = on ? SLICE("1") : SLICE("");
	return NULL;
}

static const char *read_list(const struct json_node *node, char between,
    struct arena *arena, struct slice *out)
{
	const size_t n = json_in_count(node);
	char *mem;
	struct buf b;

	*out = SLICE("");
	if (json_in_kind(node) == JSON_IN_NULL)
		return NULL;
	if (json_in_kind(node) != JSON_IN_ARRAY)
		return not_list;
	if (n > API_MERGE_LIST_MAX ||
	    (mem = arena_alloc(arena, FIELD_TEXT_MAX)) == NULL)
		return too_long;
	buf_over(&b, mem, FIELD_TEXT_MAX);
	for (size_t i = 0; i < n; i++) {
		struct slice s;

		if (json_in_text(json_in_at(node, i), FIELD_TEXT_MAX, &s) !=
		    ERR_OK)
			return not_list;
		if (has_control(s, false) ||
		    (between == ' ' && slice_find(s, ' ', 0) != s.n))
			return control;
		if (i > 0)
			buf_char(&b, between);
		buf_put(&b, s);
	}
	*out = buf_slice(&b);
	return buf_err(&b) == ERR_OK ? NULL : too_long;
}

static const char *read_value(struct fields *f, size_t i, bool list,
    const struct json_node *node, struct slice *out)
{
	switch (f->rows[i].kind) {
	case FIELD_NUMBER:
		return read_number(node, f->arena, out);
	case FIELD_CHECK:
		return read_bool(node, out);
	case FIELD_MANY:
		return read_list(node, ' ', f->arena, out);
	case FIELD_LINES:
		if (list)
			return read_list(node, '\n', f->arena, out);
		break;
	case FIELD_TEXT:
	case FIELD_EMAIL:
	case FIELD_CHOICE:
	case FIELD_SECRET:
		break;
	}
	return read_text(node, &f->rows[i], out);
}

/* --- all -------------------------------------------------------------------
 */

/* An id that got lost on its way clears nothing: null does. */
static bool is_empty_id(const struct api_member *m,
    const struct json_node *node, struct slice value)
{
	return value.n == 0 && json_in_kind(node) == JSON_IN_TEXT &&
	       slice_ends(slice_from(m->json), SLICE("_id"));
}

/* Lays one member over its field. */
static void lay(struct fields *f, const struct api_member *m,
    const struct json_node *node, struct api_faults *faults)
{
	const size_t i = field_index(f, m->field);
	struct slice value = SLICE("");
	const char *wrong;

	if (i == f->n) { /* the form does not have it, so nobody may set it */
		api_fault(faults, slice_from(m->json), "This cannot be set.");
		return;
	}
	wrong = read_value(f, i, m->list, node, &value);
	if (wrong == NULL && is_empty_id(m, node, value))
		wrong = not_id;
	if (wrong == NULL && f->rows[i].once && !f->fresh &&
	    !slice_eq(value, f->value[i]))
		wrong = "This is set once and does not change.";
	if (wrong != NULL)
		api_fault(faults, slice_from(m->json), wrong);
	else
		fields_set(f, m->field, value);
	if (f->rows[i].kind == FIELD_SECRET)
		f->forgets = json_in_kind(node) == JSON_IN_NULL;
}

/* A person chooses from a list; a program hears that its value is not on it. */
static const char *in_words(const struct fields *f, size_t i)
{
	switch (f->rows[i].kind) {
	case FIELD_CHOICE:
	case FIELD_MANY:
		return "No such value, or not one of the company's.";
	case FIELD_TEXT:
	case FIELD_EMAIL:
	case FIELD_NUMBER:
	case FIELD_CHECK:
	case FIELD_LINES:
	case FIELD_SECRET:
		break;
	}
	return f->error[i];
}

static struct slice name_of(const struct fields *f, size_t i,
    const struct api_member *members, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (strcmp(members[k].field, f->rows[i].name) == 0)
			return slice_from(members[k].json);
	return API_FAULT_WHOLE;
}

void api_merge_faults(const struct fields *f, const struct api_member *members,
    size_t n, struct api_faults *faults)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->error[i] != NULL)
			api_fault(faults, name_of(f, i, members, n),
			    f->error[i]);
}

/* A value that was there before and is not to change is not looked at again:
 * what it names may be gone since. */
static void check(struct fields *f, const struct fields *was,
    const struct api_member *members, size_t n, struct api_faults *faults)
{
	fields_check(f);
	for (size_t i = 0; i < f->n; i++) {
		if (f->error[i] == NULL)
			continue;
		if (!f->fresh && slice_eq(f->value[i], was->value[i])) {
			f->error[i] = NULL;
			continue;
		}
		api_fault(faults, name_of(f, i, members, n), in_words(f, i));
	}
}

enum err api_merge(struct fields *f, const struct json_node *body,
    const struct api_member *members, size_t n, const char *const *also,
    struct api_faults *faults)
{
	const struct fields was = *f;
	const struct json_node *node;
	void *iter = NULL;
	struct slice name;

	if (json_in_kind(body) != JSON_IN_OBJECT)
		return ERR_SYNTAX;
	while (json_in_next(body, &iter, &name, &node)) {
		const struct api_member *m = member_of(name, members, n);

		if (m != NULL)
			lay(f, m, node, faults);
		else if (!is_also(name, also))
			api_fault(faults, name,
			    "There is no such member to set.");
	}
	if (f->e == ERR_OK && faults->n == 0)
		check(f, &was, members, n, faults);
	return f->e;
}
