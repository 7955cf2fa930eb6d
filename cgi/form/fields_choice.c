#include "cgi/form/fields_choice.h"

static struct field_choice *choice_new(struct fields *f, struct slice value,
    struct slice label)
{
	struct field_choice *c = arena_alloc(f->arena, sizeof(*c));

	if (c == NULL || !arena_copy(f->arena, value, &c->value) ||
	    !arena_copy(f->arena, label, &c->label)) {
		f->e = ERR_NOMEM;
		return NULL;
	}
	return c;
}

static const struct field_choice *choice_of(const struct fields *f, size_t i,
    struct slice value)
{
	const struct field_choice *c = f->choices[i];

	while (c != NULL && !slice_eq(c->value, value))
		c = c->next;
	if (c != NULL)
		return c;
	for (c = f->asked[i]; c != NULL && !slice_eq(c->value, value);)
		c = c->next;
	return c;
}

void fields_choice_know(struct fields *f, size_t i, struct slice value)
{
	const struct field_more *m = f->more[i];
	struct field_choice *c;
	struct slice label;
	enum err e;

	if (m == NULL || value.n == 0 || choice_of(f, i, value) != NULL)
		return;
	e = m->one(m, value, &label);
	if (e == ERR_NOTFOUND || e == ERR_SYNTAX)
		return;
	if (e != ERR_OK) {
		f->e = e;
		return;
	}
	if ((c = choice_new(f, value, label)) == NULL)
		return;
	c->next = f->asked[i];
	f->asked[i] = c;
}

bool fields_choice_is(struct fields *f, size_t i, struct slice value)
{
	fields_choice_know(f, i, value);
	return choice_of(f, i, value) != NULL;
}

void fields_choice(struct fields *f, const char *name, struct slice value,
    struct slice label)
{
	const size_t i = fields_index(f, name);
	struct field_choice *c = choice_new(f, value, label);

	if (c == NULL)
		return;
	c->next = NULL;
	if (f->last[i] == NULL)
		f->choices[i] = c;
	else
		f->last[i]->next = c;
	f->last[i] = c;
}

void fields_choice_more(struct fields *f, const char *name,
    const struct field_more *m)
{
	struct field_more *copy = arena_alloc(f->arena, sizeof(*copy));

	if (copy == NULL) {
		f->e = ERR_NOMEM;
		return;
	}
	*copy = *m;
	f->more[fields_index(f, name)] = copy;
}

struct slice fields_choice_called(struct fields *f, const char *name,
    struct slice text)
{
	const size_t i = fields_index(f, name);
	struct slice value;
	enum err e;

	for (const struct field_choice *c = f->choices[i]; c != NULL;
	     c = c->next)
		if (slice_eq_case(c->label, text) ||
		    slice_eq_case(c->value, text))
			return c->value;
	for (const struct field_choice *c = f->asked[i]; c != NULL; c = c->next)
		if (slice_eq_case(c->label, text))
			return c->value;
	if (f->more[i] == NULL)
		return text;
	e = f->more[i]->called(f->more[i], text, &value);
	if (e == ERR_NOTFOUND)
		return text;
	if (e != ERR_OK) {
		f->e = e;
		return text;
	}
	fields_choice_know(f, i, value);
	return value;
}

size_t fields_choice_count(const struct fields *f, const char *name,
    struct slice *last)
{
	const struct field_choice *c = f->choices[fields_index(f, name)];
	size_t n = 0;

	*last = SLICE("");
	for (; c != NULL; c = c->next) {
		if (c->value.n == 0)
			continue;
		*last = c->value;
		n++;
	}
	return n;
}

bool fields_choice_asked(struct fields *f)
{
	bool asked = false;

	for (size_t i = 0; i < f->n; i++)
		asked = asked || (f->more[i] != NULL && f->more[i]->find.asked);
	for (size_t i = 0; asked && i < f->n; i++)
		f->error[i] = NULL;
	return asked;
}

/* --- showing -----
 */

static bool has_word(struct slice list, struct slice word)
{
	struct slice one;
	bool more = true;

	while (more) {
		more = slice_cut(&list, ' ', &one);
		if (slice_eq(one, word))
			return true;
	}
	return false;
}

static void show_choice(const struct fields *f, size_t i,
    const struct field_choice *c, struct view *v)
{
	struct view *item = view_item(v, "choices");
	const bool on = f->rows[i].kind == FIELD_MANY
			    ? has_word(f->value[i], c->value)
			    : slice_eq(f->value[i], c->value);

	view_slice(item, "choice_value", c->value);
	view_slice(item, "choice_label", c->label);
	view_flag(item, "choice_on", on);
}

void fields_choice_show(const struct fields *f, size_t i, struct view *v)
{
	const struct field_choice *c;

	view_list(v, "choices");
	for (c = f->choices[i]; c != NULL; c = c->next)
		show_choice(f, i, c, v);
	for (c = f->asked[i]; c != NULL; c = c->next)
		show_choice(f, i, c, v);
	find_show(f->more[i] == NULL ? NULL : &f->more[i]->find,
	    f->rows[i].name, f->rows[i].label, v);
}

bool fields_choice_finds(const struct fields *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->more[i] != NULL && find_is_shown(&f->more[i]->find))
			return true;
	return false;
}

struct slice fields_choice_label(const struct fields *f, const char *name,
    struct slice value)
{
	const struct field_choice *c =
	    choice_of(f, fields_index(f, name), value);

	return c == NULL ? value : c->label;
}
