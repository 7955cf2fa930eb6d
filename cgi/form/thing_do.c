#include "cgi/form/thing_do.h"

#include <string.h>

#include "cgi/web/trail.h"
#include "lib/db/db_config.h"

#define JSON_MAX     ((size_t)256 << 10)
#define STAMP_MAX_US RT_DAY_US /* an older form's key is not taken */

enum err thing_do_json(const struct req *r, const struct fields *f,
    struct slice *out)
{
	struct slice text = SLICE("");
	struct buf b;
	enum err e;

	buf_init(&b, JSON_MAX);
	e = fields_json(f, &b);
	if (e == ERR_OK && !arena_copy(r->arena, buf_slice(&b), &text))
		e = ERR_NOMEM;
	buf_fini(&b);
	if (e == ERR_OK)
		*out = text;
	return e;
}

void thing_do_action(const struct thing *t, const char *verb,
    char out[THING_DO_ACTION_MAX])
{
	struct buf b;

	buf_over(&b, out, THING_DO_ACTION_MAX);
	for (const char *p = t->one; *p != '\0'; p++)
		buf_char(&b, *p == ' ' ? '_' : *p);
	buf_char(&b, '.');
	buf_cstr(&b, verb);
	buf_char(&b, '\0');
}

static enum err trail(const struct req *r, const struct thing *t,
    const char *verb, const uint8_t id[ID_BYTES], const struct fields *before,
    const struct fields *after)
{
	char action[THING_DO_ACTION_MAX];
	struct trail row = { .action = action,
		.object_kind = t->one,
		.object = id };
	enum err e = ERR_OK;

	thing_do_action(t, verb, action);
	if (before != NULL)
		e = thing_do_json(r, before, &row.before);
	if (e == ERR_OK && after != NULL)
		e = thing_do_json(r, after, &row.after);
	if (e != ERR_OK)
		return e;
	return t->wide ? trail_add_account(r, &row) : trail_add(r, &row);
}

enum err thing_do_prepare(const struct req *r, const struct thing *t,
    struct fields *f)
{
	enum err e = ERR_OK;

	fields_init(f, t->fields, t->n_fields, r->arena);
	if (t->choices != NULL)
		e = t->choices(r, f);
	return e == ERR_OK ? f->e : e;
}

enum err thing_do_load(const struct req *r, const struct thing *t,
    const uint8_t id[ID_BYTES], struct fields *f)
{
	fields_init(f, t->fields, t->n_fields, r->arena);
	return t->load(r, id, f);
}

/* id: of the new one, unless what was typed says it. */
static enum err add(const struct req *r, const struct thing *t,
    struct fields *f, uint8_t id[ID_BYTES])
{
	struct fields after;
	enum err e;

	if (t->key != NULL && (e = t->key(r, f, id)) != ERR_OK)
		return e;
	if ((e = db_config_lock(r->db)) != ERR_OK ||
	    (e = t->save(r, id, f)) != ERR_OK ||
	    (e = thing_do_load(r, t, id, &after)) != ERR_OK)
		return e;
	return trail(r, t, "add", id, NULL, &after);
}

enum err thing_do_add(const struct req *r, const struct thing *t,
    struct fields *f, uint8_t id[ID_BYTES])
{
	thing_id(r, id);
	return add(r, t, f, id);
}

bool thing_do_stamp_good(const struct req *r, const uint8_t key[ID_BYTES])
{
	const int64_t made_us = id_time_us(key);

	return made_us <= r->now_us && made_us >= r->now_us - STAMP_MAX_US;
}

static enum err same(const struct req *r, const struct fields *a,
    const struct fields *b, bool *out)
{
	struct slice x = SLICE(""), y = SLICE("");
	enum err e;

	if ((e = thing_do_json(r, a, &x)) == ERR_OK &&
	    (e = thing_do_json(r, b, &y)) == ERR_OK)
		*out = slice_eq(x, y);
	return e;
}

/* There is one of the form's key: is what f says now the same? Written, it is
 * compared as it is kept; refused, since there is one like it, as it was
 * typed or as far as another was written. */
static enum err add_another(const struct req *r, const struct thing *t,
    struct fields *f, const struct fields *made, const uint8_t key[ID_BYTES],
    uint8_t id[ID_BYTES], bool *twice)
{
	const enum err added = thing_do_add(r, t, f, id);
	struct fields after;
	enum err e;

	if (added == ERR_CONFLICT || added == ERR_SYNTAX) {
		e = same(r, f, made, twice);
		if (e == ERR_OK && !*twice && !id_eq(id, key) &&
		    (e = thing_do_load(r, t, id, &after)) == ERR_OK)
			e = same(r, &after, made, twice);
		e = e == ERR_NOTFOUND ? ERR_OK : e;
	} else if (added != ERR_OK || f->shown.n > 0)
		return added;
	else if ((e = thing_do_load(r, t, id, &after)) == ERR_OK)
		e = same(r, &after, made, twice);
	return e != ERR_OK ? e : added;
}

/* There is one of the form's key, whose secret was in an answer that a second
 * click took away: what says the same shows another. ERR_NOTFOUND: it is not
 * that. */
static enum err show_again(const struct req *r, const struct thing *t,
    struct fields *f, const struct fields *made, const uint8_t key[ID_BYTES])
{
	bool equal = false;
	enum err e;

	if (t->again == NULL)
		return ERR_NOTFOUND;
	if ((e = same(r, f, made, &equal)) != ERR_OK)
		return e;
	return equal ? t->again(r, key, f) : ERR_NOTFOUND;
}

static enum err once_more(const struct req *r, const struct thing *t,
    struct fields *f, const struct fields *made, const uint8_t key[ID_BYTES],
    uint8_t id[ID_BYTES], bool *twice)
{
	enum err e = show_again(r, t, f, made, key);
	const bool shown = e == ERR_OK;

	if (shown)
		e = trail(r, t, "secret", key, NULL, NULL);
	else if (e == ERR_NOTFOUND)
		e = add_another(r, t, f, made, key, id, twice);
	if (shown || *twice)
		memcpy(id, key, ID_BYTES);
	return e;
}

enum err thing_do_add_once(const struct req *r, const struct thing *t,
    struct fields *f, struct slice stamp, uint8_t id[ID_BYTES], bool *twice)
{
	uint8_t key[ID_BYTES];
	struct fields made;
	enum err e;

	*twice = false;
	if (id_parse(t->id_kind, stamp, key) != ERR_OK ||
	    !thing_do_stamp_good(r, key))
		return thing_do_add(r, t, f, id);
	if ((t->key != NULL && (e = t->key(r, f, key)) != ERR_OK) ||
	    (e = db_config_lock(r->db)) != ERR_OK)
		return e;
	e = thing_do_load(r, t, key, &made);
	if (e == ERR_NOTFOUND) {
		memcpy(id, key, ID_BYTES);
		return add(r, t, f, id);
	}
	return e == ERR_OK ? once_more(r, t, f, &made, key, id, twice) : e;
}

enum err thing_do_change(const struct req *r, const struct thing *t,
    const uint8_t id[ID_BYTES], struct fields *f, const struct fields *before,
    bool *changed)
{
	struct slice was = SLICE(""), is = SLICE("");
	struct fields after;
	bool differs;
	enum err e;

	if ((e = t->save(r, id, f)) != ERR_OK ||
	    (e = thing_do_load(r, t, id, &after)) != ERR_OK ||
	    (e = thing_do_json(r, before, &was)) != ERR_OK ||
	    (e = thing_do_json(r, &after, &is)) != ERR_OK)
		return e;
	differs = !slice_eq(was, is);
	for (size_t i = 0; i < t->n_fields; i++)
		if (t->fields[i].kind == FIELD_SECRET && f->value[i].n > 0)
			differs = true;
	if (differs)
		e = trail(r, t, "change", id, before, &after);
	if (e == ERR_OK)
		*changed = differs;
	return e;
}

enum err thing_do_retire(const struct req *r, const struct thing *t,
    const uint8_t id[ID_BYTES])
{
	struct fields before;
	enum err e;

	if ((e = db_config_lock(r->db)) != ERR_OK ||
	    (e = thing_do_load(r, t, id, &before)) != ERR_OK ||
	    (e = t->retire_it(r, id)) != ERR_OK)
		return e;
	return trail(r, t, "retire", id, &before, NULL);
}
