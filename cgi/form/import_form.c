#include "cgi/form/import_form.h"

#include "cgi/form/fields_choice.h"
#include "cgi/form/phone_line.h"
#include "cgi/form/thing_number.h"
#include "cgi/web/frame.h"
#include "cgi/web/sent_table.h"
#include "lib/base/utf8.h"
#include "lib/core/csv_in.h"
#include "lib/db/db.h"
#include "lib/db/db_company.h"
#include "lib/db/db_config.h"
#include "lib/db/db_number.h"
#include "lib/phone/phone.h"

#define NO_COLUMN  CSV_IN_CELLS_MAX
#define WRONGS_MAX 20 /* lines that are led to */

/* Columns, and the fields of a number's form that they fill. */
static const struct {
	const char *column;
	const char *field;
} columns[] = { { "number", "e164" }, { "label", "label" }, { "flow", "flow" },
	{ "destination", "destination" }, { "pool", "pool" },
	{ "location", "location" }, { "record", "record" } };

#define COLUMNS RT_ARRAY_LEN(columns)

struct line {
	unsigned int row; /* of the file */
	struct fields f;
	struct slice e164; /* "" when it is none */
	const char *wrong; /* NULL: good */
	struct line *next;
};

struct import {
	struct slice text;
	struct line *first;
	size_t n, n_wrong;
	const char *problem; /* of the file; NULL: none */
};

static size_t field_index(const struct fields *f, const char *name)
{
	size_t i = 0;

	while (i < f->n && !slice_eq_cstr(slice_from(f->rows[i].name), name))
		i++;
	return i;
}

/* Fills the form of a number from one line. A choice may be named by what
 * people see; empty: remembers those that were named. */
static void fill(struct line *l, const struct csv_in *c,
    const size_t at[COLUMNS], struct fields *empty)
{
	for (size_t k = 0; k < COLUMNS; k++) {
		const size_t i = field_index(&l->f, columns[k].field);
		struct slice s;

		if (at[k] >= c->n)
			continue;
		s = slice_trim(c->cell[at[k]]);
		/* What our own export put before a plus, spreadsheets show. */
		if (k == 0 && s.n > 0 && s.p[0] == '\'')
			s = slice_skip(s, 1);
		if (s.n == 0)
			continue;
		if (!utf8_valid(s) || slice_find(s, '\0', 0) != s.n) {
			l->wrong = "This is not text.";
			continue;
		}
		fields_set(&l->f, columns[k].field,
		    l->f.rows[i].kind == FIELD_CHOICE
			? fields_choice_called(empty, columns[k].field, s)
			: s);
	}
}

static const char *first_error(const struct fields *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->error[i] != NULL)
			return f->error[i];
	return f->problem;
}

/* Beside the form's own checks: is the number one, and free? */
static enum err check_number(const struct req *r, struct import *im,
    struct line *l, const char *country)
{
	struct company_id whose;
	struct number_id which;
	struct phone phone;
	enum err e;

	if (phone_parse_whole(fields_get(&l->f, "e164"), country, &phone) !=
	    ERR_OK) {
		l->wrong = phone_line_wrong(r->arena, fields_get(&l->f, "e164"),
		    country, false);
		return ERR_OK;
	}
	if (!arena_copy(r->arena, slice_from(phone.e164), &l->e164))
		return ERR_NOMEM;
	for (const struct line *o = im->first; o != l; o = o->next)
		if (slice_eq(o->e164, l->e164))
			l->wrong = "The file has this number twice.";
	e = db_number_find(r->db, l->e164, &whose, &which);
	if (e == ERR_OK)
		l->wrong = "This number is in use already.";
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* The first line: which column is what. */
static const char *read_head(const struct csv_in *c, size_t at[COLUMNS])
{
	for (size_t k = 0; k < COLUMNS; k++) {
		at[k] = NO_COLUMN;
		for (size_t i = 0; i < c->n; i++)
			if (slice_eq_case(slice_trim(c->cell[i]),
				slice_from(columns[k].column)))
				at[k] = i;
	}
	return at[0] == NO_COLUMN
		   ? "The first line must name the columns; one is “number”."
		   : NULL;
}

static enum err read_line(const struct req *r, struct import *im,
    const struct csv_in *c, const size_t at[COLUMNS], struct fields *empty,
    const char *country, struct line ***end)
{
	struct line *l = arena_alloc(r->arena, sizeof(*l));
	enum err e;

	if (l == NULL)
		return ERR_NOMEM;
	*l = (struct line){ .row = c->row, .f = *empty };
	**end = l;
	*end = &l->next;
	im->n++;
	fill(l, c, at, empty);
	fields_check(&l->f);
	if (l->wrong == NULL)
		l->wrong = first_error(&l->f);
	if (l->f.e != ERR_OK || empty->e != ERR_OK)
		return l->f.e != ERR_OK ? l->f.e : empty->e;
	e = check_number(r, im, l, country);
	if (l->wrong != NULL)
		im->n_wrong++;
	return e;
}

static enum err prepare(const struct req *r, struct fields *f)
{
	enum err e;

	fields_init(f, thing_number.fields, thing_number.n_fields, r->arena);
	f->fresh = true;
	e = thing_number.choices(r, f);
	thing_number.begin(r, f);
	return e == ERR_OK ? f->e : e;
}

static enum err read_all(const struct req *r, struct import *im)
{
	struct csv_in *c = arena_alloc(r->arena, sizeof(*c));
	struct line **end = &im->first;
	struct company_row company;
	struct fields empty;
	size_t at[COLUMNS];
	enum err e;

	if (c == NULL)
		return ERR_NOMEM;
	if ((e = prepare(r, &empty)) != ERR_OK ||
	    (e = db_company_get(r->db, r->company, &company)) != ERR_OK)
		return e;
	csv_in_init(c, im->text);
	e = csv_in_row(c);
	if (e == ERR_OK)
		im->problem = read_head(c, at);
	while (e == ERR_OK && im->problem == NULL &&
	       (e = csv_in_row(c)) == ERR_OK) {
		if (im->n == IMPORT_FORM_ROWS)
			im->problem = "A file has at most 1000 lines.";
		else
			e = read_line(r, im, c, at, &empty, company.country,
			    &end);
	}
	if (e == ERR_SYNTAX || e == ERR_TOOBIG)
		im->problem =
		    "A quotation mark does not end, or a line is"
		    " too long.";
	if (e == ERR_NOTFOUND && im->n == 0 && im->problem == NULL)
		im->problem = "There is no line with a number in it.";
	return e == ERR_SYNTAX || e == ERR_TOOBIG || e == ERR_NOTFOUND ? ERR_OK
								       : e;
}

/* --- doing it --------------------------------------------------------------
 */

static enum err add_one(const struct req *r, struct line *l)
{
	uint8_t id[ID_BYTES];
	struct fields after;
	enum err e;

	thing_id(r, id);
	if ((e = thing_number.save(r, id, &l->f)) != ERR_OK) {
		l->wrong = first_error(&l->f);
		return e;
	}
	fields_init(&after, thing_number.fields, thing_number.n_fields,
	    r->arena);
	e = thing_number.load(r, id, &after);
	return e == ERR_OK
		   ? thing_trail(r, "number.add", "number", id, NULL, &after)
		   : e;
}

/* All or none. */
static enum err apply(const struct req *r, struct import *im)
{
	enum err e = db_begin(r->db);

	if (e != ERR_OK)
		return e;
	e = db_config_lock(r->db);
	for (struct line *l = im->first; l != NULL && e == ERR_OK; l = l->next)
		e = add_one(r, l);
	return db_end(r->db, e);
}

/* --- the page --------------------------------------------------------------
 */

static void show_line(const struct line *l, struct view *v)
{
	char shown[PHONE_TEXT_MAX] = "";

	if (l->e164.n > 0)
		phone_international(l->e164, shown);
	view_u64(v, "line", l->row);
	view_slice(v, "number",
	    l->e164.n > 0 ? slice_from(shown) : fields_get(&l->f, "e164"));
	view_slice(v, "label", fields_get(&l->f, "label"));
	view_flag(v, "bad", l->wrong != NULL);
	view_cstr(v, "wrong", l->wrong);
}

/* A way to each of the first wrong lines: a file may have a thousand. */
static void show_wrongs(const struct import *im, struct view *v)
{
	size_t n = 0;

	view_flag(v, "any_wrong", im->n_wrong > 0);
	view_flag(v, "wrong_more", im->n_wrong > WRONGS_MAX);
	view_list(v, "wrongs");
	for (const struct line *l = im->first; l != NULL; l = l->next) {
		struct view *item;

		if (l->wrong == NULL || n == WRONGS_MAX)
			continue;
		item = view_item(v, "wrongs");
		view_u64(item, "wrong_line", l->row);
		view_flag(item, "last", ++n == im->n_wrong || n == WRONGS_MAX);
	}
}

static enum err show(const struct req *r, struct resp *out,
    const struct import *im)
{
	struct view *v = view_new(r->arena, "import.html");
	const enum err e =
	    frame_page(r, FRAME_SETTINGS, "Import numbers", SLICE(""), v);

	if (e != ERR_OK)
		return e;
	view_flag(v, "has_problem", im->problem != NULL);
	view_cstr(v, "problem", im->problem);
	view_flag(v, "any", im->n > 0);
	view_flag(v, "good",
	    im->n > 0 && im->n_wrong == 0 && im->problem == NULL);
	view_u64(v, "n", im->n);
	view_u64(v, "n_wrong", im->n_wrong);
	view_slice(v, "csv", im->text);
	show_wrongs(im, v);
	view_list(v, "lines");
	for (const struct line *l = im->first; l != NULL; l = l->next)
		show_line(l, view_item(v, "lines"));
	return resp_view(out, v);
}

enum err import_form(const struct req *r, struct resp *out)
{
	const struct import none = { .text = SLICE("") };

	return show(r, out, &none);
}

enum err import_form_post(const struct req *r, struct resp *out)
{
	struct import im = { .n = 0 };
	struct slice go;
	enum err e;

	e = sent_table(r, "csv", &im.text);
	im.problem = sent_table_wrong(e);
	if (im.text.n > IMPORT_FORM_BYTES)
		return ERR_TOOBIG;
	if (im.problem == NULL &&
	    (e != ERR_OK || (e = read_all(r, &im)) != ERR_OK))
		return e;
	if (im.problem != NULL || im.n_wrong > 0)
		resp_status(out, 422);
	else if (req_form(r, "apply", &go) == ERR_OK) {
		e = apply(r, &im);
		if (e == ERR_OK)
			return thing_redirect(r, out,
			    SLICE("/settings/numbers"), "added");
		for (struct line *l = im.first; l != NULL; l = l->next)
			im.n_wrong += l->wrong != NULL;
		if (im.n_wrong == 0)
			return e;
		resp_status(out, 422);
	}
	return show(r, out, &im);
}
