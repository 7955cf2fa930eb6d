#include "cgi/form/thing.h"

#include <string.h>

#include "cgi/form/choice.h"
#include "cgi/form/thing_differ.h"
#include "cgi/form/thing_do.h"
#include "cgi/form/thing_title.h"
#include "cgi/web/frame.h"
#include "cgi/web/pager.h"
#include "cgi/web/stale.h"
#include "cgi/web/trail.h"
#include "lib/base/rnd.h"
#include "lib/db/db.h"
#include "lib/db/db_config.h"

#define PATH_MAX_BYTES 200

void thing_id(const struct req *r, uint8_t out[ID_BYTES])
{
	uint8_t rnd[10];

	rnd_bytes(rnd, sizeof(rnd));
	id_make(r->now_us, rnd, out);
}

void thing_stamp(const struct req *r, enum id_kind kind, struct view *v)
{
	char stamp[ID_TEXT_MAX];
	uint8_t id[ID_BYTES];

	thing_id(r, id);
	id_text(kind, id, stamp);
	view_cstr(v, "stamp", stamp);
}

bool thing_stamp_sent(const struct req *r, enum id_kind kind,
    uint8_t out[ID_BYTES])
{
	return req_form_id(r, "stamp", kind, out) == ERR_OK &&
	       thing_do_stamp_good(r, out);
}

enum err thing_redirect(const struct req *r, struct resp *out,
    struct slice path, const char *word)
{
	char mem[PATH_MAX_BYTES];
	struct buf b;

	(void)r;
	buf_over(&b, mem, sizeof(mem));
	buf_put(&b, path);
	buf_cstr(&b, "?done=");
	buf_cstr(&b, word);
	return resp_redirect(out, buf_slice(&b));
}

/* --- lists ---------------------------------------------------------------- */

struct thing_row *thing_row_add(struct thing_list *l,
    const uint8_t id[ID_BYTES])
{
	struct thing_row *row = arena_alloc(l->arena, sizeof(*row));

	if (row == NULL)
		return NULL;
	for (size_t i = 0; i < ID_BYTES; i++)
		row->id[i] = id[i];
	if (l->last == NULL)
		l->first = row;
	else
		l->last->next = row;
	l->last = row;
	l->n++;
	return row;
}

enum err thing_more(const struct thing *t, struct thing_list *l)
{
	char id[ID_TEXT_MAX];

	id_text(t->id_kind, l->last->id, id);
	return arena_copy(l->arena, slice_from(id), &l->next_after) ? ERR_OK
								    : ERR_NOMEM;
}

enum err thing_search(const struct req *r, enum id_kind kind,
    uint8_t after[ID_BYTES], struct slice *text)
{
	enum err e = req_query_id(r, "after", kind, after);

	if (e == ERR_OK || e == ERR_NOTFOUND)
		e = req_query(r, "q", text);
	if (e == ERR_OK)
		*text = slice_trim(*text);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

enum err thing_cell(struct thing_list *l, struct thing_row *row, size_t i,
    struct slice text)
{
	return arena_copy(l->arena, text, &row->cell[i]) ? ERR_OK : ERR_NOMEM;
}

/* Names need not be unique, as an archived one may come back; two that cannot
 * be told apart are worth a word. */
static bool has_twin(const struct thing *t, const struct thing_list *l,
    const struct thing_row *row)
{
	const struct slice name = slice_trim(row->cell[0]);

	if (t->columns[0] == NULL || strcmp(t->columns[0], "Name") != 0)
		return false;
	for (const struct thing_row *o = l->first; o != NULL; o = o->next)
		if (o != row && slice_eq_case(slice_trim(o->cell[0]), name))
			return true;
	return false;
}

static void show_row(const struct thing *t, const struct thing_list *l,
    const struct thing_row *row, struct view *v)
{
	struct view *item = view_item(v, "rows");
	char key[ID_TEXT_MAX];

	id_text(t->id_kind, row->id, key);
	view_cstr(item, "key", key);
	view_slice(item, "first", row->cell[0]);
	view_flag(item, "has_badge", row->badge != NULL);
	view_cstr(item, "badge", row->badge);
	view_flag(item, "has_twin", has_twin(t, l, row));
	view_list(item, "cells");
	for (size_t i = 1; i < THING_COLUMNS_MAX && t->columns[i] != NULL;
	     i++) {
		struct view *cell = view_item(item, "cells");

		view_cstr(cell, "cell_of", t->columns[i]);
		view_slice(cell, "cell", row->cell[i]);
	}
}

/* "/settings/numbers" as the part after the first slash: templates put a
 * slash before what they link to. */
static struct slice tail(const struct thing *t)
{
	return slice_skip(slice_from(t->path), 1);
}

static void show_thing(const struct thing *t, struct view *v)
{
	struct slice rest = slice_skip(tail(t), sizeof("settings/") - 1);

	view_slice(v, "place", rest);
	view_cstr(v, "one", t->called != NULL ? t->called : t->one);
	view_cstr(v, "many", t->many);
	view_cstr(v, "intro", t->intro);
	view_flag(v, "can_add", !t->no_add);
}

/* Keeps the rows that are looked for, and of these one page. Lists that the
 * database searches and cuts (t->searchable) come as they are. */
static void window(struct thing_list *l, struct pager *p)
{
	struct thing_row *row = l->first, *next;

	l->first = l->last = NULL;
	for (; row != NULL; row = next) {
		struct slice texts[THING_COLUMNS_MAX + 1] = { { NULL, 0 } };
		size_t n = 0;

		for (size_t i = 0; i < THING_COLUMNS_MAX; i++)
			if (row->cell[i].p != NULL)
				texts[n++] = row->cell[i];
		next = row->next;
		if (!pager_takes(p, texts))
			continue;
		row->next = NULL;
		if (l->last == NULL)
			l->first = row;
		else
			l->last->next = row;
		l->last = row;
	}
}

enum err thing_list(const struct req *r, struct resp *out)
{
	const struct thing *t = r->data;
	struct thing_list l = { .arena = r->arena, .now_us = r->now_us };
	struct pager p;
	struct view *v = view_new(r->arena, "things.html");
	enum err e;

	if ((e = frame_page(r, FRAME_SETTINGS, t->many, SLICE(""), v)) !=
		ERR_OK ||
	    (e = pager_read(r, &p)) != ERR_OK || (e = t->list(r, &l)) != ERR_OK)
		return e;
	p.always = t->searchable;
	p.by = t->search_by;
	if (!t->searchable)
		window(&l, &p);
	pager_show(&p, t->path, t->many, v);
	show_thing(t, v);
	thing_done(r, v);
	view_cstr(v, "empty",
	    p.q.n > 0 ? "Nothing has that in its name." : t->empty);
	view_flag(v, "any", l.first != NULL);
	view_list(v, "columns");
	for (size_t i = 0; i < THING_COLUMNS_MAX && t->columns[i] != NULL; i++)
		view_cstr(view_item(v, "columns"), "column", t->columns[i]);
	view_flag(v, "has_second", t->second_path != NULL);
	view_cstr(v, "second_path", t->second_path);
	view_cstr(v, "second_word", t->second_word);
	view_flag(v, "has_next", l.next_after.n > 0);
	view_slice(v, "next_after", l.next_after);
	view_list(v, "rows");
	for (const struct thing_row *row = l.first; row != NULL;
	     row = row->next)
		show_row(t, &l, row, v);
	return resp_view(out, v);
}

/* --- forms ---------------------------------------------------------------- */

static enum err show_form(const struct req *r, struct resp *out,
    const struct fields *f, const uint8_t *id, const char *stamp)
{
	const struct thing *t = r->data;
	struct view *v = view_new(r->arena, "thing.html");
	char key[ID_TEXT_MAX] = "";
	enum err e;

	if (id != NULL)
		id_text(t->id_kind, id, key);
	e = frame_page(r, FRAME_SETTINGS, thing_title(r, f, id == NULL),
	    SLICE(""), v);
	if (e != ERR_OK)
		return e;
	show_thing(t, v);
	thing_done(r, v);
	view_flag(v, "single", t->single);
	view_flag(v, "existing", id != NULL && !t->single);
	view_flag(v, "fresh", id == NULL);
	view_cstr(v, "key", key);
	view_cstr(v, "stamp", stamp);
	view_flag(v, "can_retire", id != NULL && t->retire != NULL);
	view_cstr(v, "retire", t->retire);
	view_cstr(v, "retire_help", t->retire_help);
	view_list(v, "extra");
	if (id != NULL && t->more != NULL && (e = t->more(r, id, v)) != ERR_OK)
		return e;
	fields_show(f, v);
	return f->e == ERR_OK ? resp_view(out, v) : f->e;
}

/* The form to add one. Its stamp is the key of the one it will make: what is
 * sent twice is made once (thing_do_add_once()). */
static enum err show_fresh(const struct req *r, struct resp *out,
    const struct fields *f)
{
	const struct thing *t = r->data;
	char stamp[ID_TEXT_MAX];
	uint8_t id[ID_BYTES];

	thing_id(r, id);
	id_text(t->id_kind, id, stamp);
	return show_form(r, out, f, NULL, stamp);
}

enum err thing_new(const struct req *r, struct resp *out)
{
	const struct thing *t = r->data;
	struct fields f;
	enum err e;

	if (t->no_add)
		return ERR_NOTFOUND;
	if ((e = thing_do_prepare(r, t, &f)) != ERR_OK)
		return e;
	f.fresh = true;
	if (t->begin != NULL)
		t->begin(r, &f);
	return show_fresh(r, out, &f);
}

/* The row that the address is about. */
static enum err which(const struct req *r, const struct thing *t,
    uint8_t id[ID_BYTES])
{
	if (!t->single)
		return req_path_id(r, 0, t->id_kind, id);
	memcpy(id, r->company.v, ID_BYTES);
	return ERR_OK;
}

enum err thing_edit(const struct req *r, struct resp *out)
{
	const struct thing *t = r->data;
	char stamp[FIELD_STAMP_MAX];
	uint8_t id[ID_BYTES];
	struct fields f;
	enum err e;

	if ((e = which(r, t, id)) != ERR_OK ||
	    (e = thing_do_prepare(r, t, &f)) != ERR_OK ||
	    (e = t->load(r, id, &f)) != ERR_OK ||
	    (e = fields_stamp(&f, stamp)) != ERR_OK)
		return e;
	return show_form(r, out, &f, id, stamp);
}

/* --- changes -------------------------------------------------------------- */

enum err thing_trail(const struct req *r, const char *action, const char *kind,
    const uint8_t id[ID_BYTES], const struct fields *before,
    const struct fields *after)
{
	struct trail t = { .action = action,
		.object_kind = kind,
		.object = id };
	enum err e = ERR_OK;

	if (before != NULL)
		e = thing_do_json(r, before, &t.before);
	if (e == ERR_OK && after != NULL)
		e = thing_do_json(r, after, &t.after);
	return e == ERR_OK ? trail_add(r, &t) : e;
}

/* A refused change: what was typed, with what is wrong. ERR_OK when there is
 * something to show, else e. */
static enum err again(const struct req *r, struct resp *out, struct fields *f,
    const uint8_t *id, const char *stamp, enum err e)
{
	if (e == ERR_CONFLICT && fields_good(f))
		f->problem = "There is one like this already.";
	if (e == ERR_RANGE && fields_good(f))
		f->problem =
		    "One of these does not exist any more. Load the"
		    " page anew.";
	if (fields_good(f))
		return e;
	resp_status(out, 422);
	return id == NULL ? show_fresh(r, out, f)
			  : show_form(r, out, f, id, stamp);
}

/* What only this answer holds. */
static enum err show_once(const struct req *r, struct resp *out,
    const struct fields *f)
{
	const struct thing *t = r->data;
	struct view *v = view_new(r->arena, "shown_once.html");
	const enum err e = frame_page(r, FRAME_SETTINGS, t->many, SLICE(""), v);

	if (e != ERR_OK)
		return e;
	view_cstr(v, "once_title", "Shown once");
	view_cstr(v, "once_text", f->shown_text);
	view_slice(v, "once", f->shown);
	view_cstr(v, "back", t->path);
	return resp_view(out, v);
}

enum err thing_add(const struct req *r, struct resp *out)
{
	const struct thing *t = r->data;
	char path[PATH_MAX_BYTES], key[ID_TEXT_MAX];
	struct slice stamp = SLICE(""); /* programs send none */
	struct fields f;
	uint8_t id[ID_BYTES];
	struct buf b;
	bool twice;
	enum err e;

	if (t->no_add)
		return ERR_NOTFOUND;
	if ((e = req_form(r, "stamp", &stamp)) == ERR_OK || e == ERR_NOTFOUND)
		e = thing_do_prepare(r, t, &f);
	if (e != ERR_OK)
		return e;
	f.fresh = true;
	fields_read(&f, r);
	if (fields_choice_asked(&f))
		return show_fresh(r, out, &f);
	if (!fields_good(&f))
		return again(r, out, &f, NULL, "", ERR_SYNTAX);
	if ((e = db_begin(r->db)) != ERR_OK)
		return e;
	e = thing_do_add_once(r, t, &f, stamp, id, &twice);
	if (twice)
		db_rollback(r->db);
	else if ((e = db_end(r->db, e)) != ERR_OK)
		return again(r, out, &f, NULL, "", e);
	if (f.shown.n > 0)
		return show_once(r, out, &f);
	if (!t->open_after)
		return thing_redirect(r, out, slice_from(t->path), "added");
	id_text(t->id_kind, id, key);
	buf_over(&b, path, sizeof(path));
	buf_cstr(&b, t->path);
	buf_char(&b, '/');
	buf_cstr(&b, key);
	return thing_redirect(r, out, buf_slice(&b), "added");
}

/* Somebody was faster: both versions, side by side. */
static enum err show_conflict(const struct req *r, struct resp *out,
    const struct fields *theirs, const struct fields *mine,
    const uint8_t id[ID_BYTES])
{
	static const struct company_id none; /* of the account */
	const struct thing *t = r->data;
	struct view *v = view_new(r->arena, "thing_conflict.html");
	char stamp[FIELD_STAMP_MAX], key[ID_TEXT_MAX];
	char action[THING_DO_ACTION_MAX];
	enum err e;

	id_text(t->id_kind, id, key);
	thing_do_action(t, "change", action);
	if ((e = frame_page(r, FRAME_SETTINGS, t->many, SLICE(""), v)) !=
		ERR_OK ||
	    (e = fields_stamp(theirs, stamp)) != ERR_OK ||
	    (e = stale_who(r, t->wide ? none : r->company, action, id, v)) !=
		ERR_OK)
		return e;
	show_thing(t, v);
	view_cstr(v, "key", key);
	view_cstr(v, "stamp", stamp);
	view_flag(v, "single", t->single);
	view_flag(v, "existing", !t->single);
	if ((e = thing_differ(r, theirs, mine, v)) != ERR_OK)
		return e;
	fields_show(mine, v);
	resp_status(out, 409);
	return resp_view(out, v);
}

enum outcome {
	DID_NOTHING,
	DID_CHANGE,
	DID_CONFLICT
};

/* In a transaction. */
static enum err change(const struct req *r, const uint8_t id[ID_BYTES],
    struct fields *f, struct fields *before, struct slice stamp,
    enum outcome *how)
{
	const struct thing *t = r->data;
	char now[FIELD_STAMP_MAX];
	bool changed = false;
	enum err e;

	if ((e = db_config_lock(r->db)) != ERR_OK ||
	    (e = thing_do_load(r, t, id, before)) != ERR_OK ||
	    (e = fields_stamp(before, now)) != ERR_OK)
		return e;
	if (!slice_eq_cstr(stamp, now)) {
		*how = DID_CONFLICT;
		return ERR_OK;
	}
	e = thing_do_change(r, t, id, f, before, &changed);
	*how = changed ? DID_CHANGE : DID_NOTHING;
	return e;
}

/* Nobody need be signed in: then of the choices that are everybody's. */
static struct slice said(const struct req *r, const struct thing *t,
    const struct field *row, struct slice value)
{
	struct fields f;

	if ((row->kind != FIELD_CHOICE && row->kind != FIELD_MANY) ||
	    r->db == NULL || thing_do_prepare(r, t, &f) != ERR_OK)
		return SLICE("");
	fields_set(&f, row->name, value); /* known, wherever it is listed */
	return choice_said(&f, row, value);
}

bool thing_field(const struct req *r, const struct route *row,
    const struct req_param *sent, struct route_field *out)
{
	const struct thing *t = row->data;

	for (size_t i = 0; i < t->n_fields; i++) {
		const struct field *f = &t->fields[i];

		if (!slice_eq_cstr(sent->name, f->name))
			continue;
		*out = (struct route_field){ f->label, f->kind == FIELD_CHECK,
			said(r, t, f, sent->value) };
		return true;
	}
	return false;
}

enum err thing_change(const struct req *r, struct resp *out)
{
	const struct thing *t = r->data;
	struct fields f, before;
	enum outcome how = DID_NOTHING;
	struct slice stamp = SLICE("");
	char stamp_text[FIELD_STAMP_MAX];
	uint8_t id[ID_BYTES];
	enum err e;

	if ((e = which(r, t, id)) != ERR_OK ||
	    (e = req_need(req_form(r, "stamp", &stamp))) != ERR_OK ||
	    (e = thing_do_prepare(r, t, &f)) != ERR_OK ||
	    (e = t->load(r, id, &f)) != ERR_OK)
		return e;
	if (!slice_to_cstr(stamp, stamp_text, sizeof(stamp_text)))
		return ERR_SYNTAX;
	fields_read(&f, r);
	if (fields_choice_asked(&f))
		return show_form(r, out, &f, id, stamp_text);
	if (!fields_good(&f))
		return again(r, out, &f, id, stamp_text, ERR_SYNTAX);
	if ((e = db_begin(r->db)) != ERR_OK)
		return e;
	e = change(r, id, &f, &before, stamp, &how);
	e = how == DID_CHANGE || e != ERR_OK ? db_end(r->db, e) : ERR_OK;
	db_rollback(r->db);
	if (e != ERR_OK)
		return again(r, out, &f, id, stamp_text, e);
	if (how == DID_CONFLICT)
		return show_conflict(r, out, &before, &f, id);
	return thing_redirect(r, out, r->path,
	    how == DID_NOTHING ? "same" : "saved");
}

bool thing_sure(const struct req *r)
{
	struct slice sure;

	return req_form(r, "sure", &sure) == ERR_OK &&
	       slice_eq_cstr(sure, "yes");
}

/* Its form again, with f->problem. */
static enum err stays(const struct req *r, struct resp *out,
    unsigned int status, struct fields *f, const uint8_t id[ID_BYTES])
{
	const struct thing *t = r->data;
	char stamp[FIELD_STAMP_MAX];
	enum err e;

	if ((e = t->load(r, id, f)) != ERR_OK ||
	    (e = fields_stamp(f, stamp)) != ERR_OK)
		return e;
	resp_status(out, status);
	return show_form(r, out, f, id, stamp);
}

enum err thing_retire(const struct req *r, struct resp *out)
{
	const struct thing *t = r->data;
	uint8_t id[ID_BYTES];
	struct fields f;
	enum err e;

	if (t->retire == NULL)
		return ERR_NOTFOUND;
	if ((e = req_path_id(r, 0, t->id_kind, id)) != ERR_OK ||
	    (e = thing_do_prepare(r, t, &f)) != ERR_OK)
		return e;
	if (!thing_sure(r)) {
		f.problem = THING_UNSURE;
		return stays(r, out, 422, &f, id);
	}
	if ((e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, thing_do_retire(r, t, id));
	if (e == ERR_OK)
		return thing_redirect(r, out, slice_from(t->path), "retired");
	if (e != ERR_CONFLICT)
		return e;
	f.problem = t->in_use;
	if (t->holders != NULL && (e = t->holders(r, id, &f)) != ERR_OK)
		return e;
	return stays(r, out, 409, &f, id);
}
