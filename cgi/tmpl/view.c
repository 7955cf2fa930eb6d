#include "cgi/tmpl/view.h"

struct view {
	struct arena *arena; /* NULL: the spare of a full arena */
	const char *name;    /* of a root */
	struct view *parent;
	struct view *next; /* in its list */
	struct view_value *first;
	struct view_value *last;
	enum err e; /* of a root */
};

/* What view_new() gives when not even a view fits: accepts everything, keeps
 * nothing. Constant, so threads share it. */
static const struct view full = { .e = ERR_NOMEM, .name = "" };

static struct view *spare(void)
{
	/* Never written to: every setter asks alive() first. */
	union {
		const struct view *c;
		struct view *v;
	} u = { &full };

	return u.v;
}

static bool alive(const struct view *v)
{
	return v != &full;
}

static const struct view *root_of(const struct view *v)
{
	while (v->parent != NULL)
		v = v->parent;
	return v;
}

static void fail(struct view *v, enum err e)
{
	if (!alive(v))
		return;
	while (v->parent != NULL)
		v = v->parent;
	if (v->e == ERR_OK)
		v->e = e;
}

struct view *view_new(struct arena *arena, const char *name)
{
	struct view *v = arena_alloc(arena, sizeof(*v));

	if (v == NULL)
		return spare();
	*v = (struct view){ .arena = arena, .name = name };
	return v;
}

const char *view_name(const struct view *v)
{
	return root_of(v)->name;
}

static struct view_value *own(const struct view *v, struct slice key)
{
	for (struct view_value *val = v->first; val != NULL; val = val->next) {
		if (slice_eq_cstr(key, val->key))
			return val;
	}
	return NULL;
}

/* A new value of v; NULL, with the view failed, when that cannot be. */
static struct view_value *add(struct view *v, const char *key,
    enum view_kind kind)
{
	struct view_value *val;

	if (!alive(v))
		return NULL;
	if (own(v, slice_from(key)) != NULL) {
		fail(v, ERR_CONFLICT);
		return NULL;
	}
	val = arena_alloc(v->arena, sizeof(*val));
	if (val == NULL) {
		fail(v, ERR_NOMEM);
		return NULL;
	}
	val->key = key;
	val->kind = kind;
	if (v->last == NULL)
		v->first = val;
	else
		v->last->next = val;
	v->last = val;
	return val;
}

static void set_text(struct view *v, const char *key, enum view_kind kind,
    struct slice s)
{
	struct view_value *val = add(v, key, kind);

	if (val != NULL && !arena_copy(v->arena, s, &val->text))
		fail(v, ERR_NOMEM);
}

void view_slice(struct view *v, const char *key, struct slice s)
{
	set_text(v, key, VIEW_TEXT, s);
}

void view_cstr(struct view *v, const char *key, const char *s)
{
	view_slice(v, key, slice_from(s));
}

void view_u64(struct view *v, const char *key, uint64_t n)
{
	struct view_value *val = add(v, key, VIEW_U64);

	if (val != NULL)
		val->u64 = n;
}

void view_i64(struct view *v, const char *key, int64_t n)
{
	struct view_value *val = add(v, key, VIEW_I64);

	if (val != NULL)
		val->i64 = n;
}

void view_flag(struct view *v, const char *key, bool on)
{
	struct view_value *val = add(v, key, VIEW_FLAG);

	if (val != NULL)
		val->u64 = on;
}

void view_json(struct view *v, const char *key, const struct json_out *j)
{
	const enum err e = json_out_done(j);

	if (e != ERR_OK)
		fail(v, e);
	else
		set_text(v, key, VIEW_JSON, json_out_text(j));
}

/* The list of that name, made when it is missing. */
static struct view_value *list(struct view *v, const char *key)
{
	struct view_value *val;

	if (!alive(v))
		return NULL;
	val = own(v, slice_from(key));
	if (val == NULL)
		return add(v, key, VIEW_LIST);
	if (val->kind == VIEW_LIST)
		return val;
	fail(v, ERR_CONFLICT);
	return NULL;
}

void view_list(struct view *v, const char *key)
{
	(void)list(v, key); /* a failure is kept in the view */
}

struct view *view_item(struct view *v, const char *key)
{
	struct view_value *val = list(v, key);
	struct view *item;

	if (val == NULL)
		return spare();
	item = arena_alloc(v->arena, sizeof(*item));
	if (item == NULL) {
		fail(v, ERR_NOMEM);
		return spare();
	}
	*item = (struct view){ .arena = v->arena, .parent = v };
	if (val->last == NULL)
		val->first = item;
	else
		val->last->next = item;
	val->last = item;
	return item;
}

struct view *view_part(struct view *v, const char *key)
{
	if (view_has(v, key)) {
		fail(v, ERR_CONFLICT);
		return spare();
	}
	return view_item(v, key);
}

bool view_has(const struct view *v, const char *key)
{
	return own(v, slice_from(key)) != NULL;
}

enum err view_err(const struct view *v)
{
	return root_of(v)->e;
}

const struct view_value *view_find(const struct view *v, struct slice key)
{
	for (; v != NULL; v = v->parent) {
		const struct view_value *val = own(v, key);

		if (val != NULL)
			return val;
	}
	return NULL;
}

const struct view *view_next(const struct view *v)
{
	return v->next;
}
