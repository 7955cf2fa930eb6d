#include "cgi/api/api_setup.h"

#include <stdio.h>
#include <string.h>

#include "cgi/api/api_once.h"
#include "cgi/api/api_out.h"
#include "cgi/api/api_who.h"
#include "cgi/form/fields_choice.h"
#include "cgi/form/held.h"
#include "cgi/form/hours_text.h"
#include "cgi/form/thing_do.h"
#include "lib/base/settings.h"
#include "lib/db/db_config.h"
#include "lib/db/db_number.h"
#include "lib/db/db_sheet_setup.h"

#define ROW_MAX   ((size_t)1 << 20)
#define PLACE_MAX 128

/* One change under way. */
struct work {
	const struct req *r;
	const struct api_setup *s;
	const struct thing *t;
	const struct db_sheet *sheet;
	const struct json_node *body;
	uint8_t id[ID_BYTES];
	struct fields f;
	struct api_faults faults;
	char etag[API_OUT_ETAG]; /* of what was added */
	bool stale;              /* If-Match names another version */
};

/* --- what is shown ---------------------------------------------------------
 */

/* Both cells hold the JSON that is stored: lines, and a country. */
static enum err show_hours(const struct req *r, struct db_sheet_cell *hours,
    struct db_sheet_cell *holidays)
{
	struct slice country = SLICE("");
	struct buf b;
	enum err e;

	buf_init(&b, DB_SHEET_TEXT_MAX);
	e = hours_text_write(hours->text, r->arena, &b, &country);
	if (e == ERR_OK &&
	    !arena_copy(r->arena, slice_trim(buf_slice(&b)), &hours->text))
		e = ERR_NOMEM;
	buf_fini(&b);
	if (e == ERR_OK)
		holidays->text = country;
	return e;
}

/* The secret becomes the address of a file. */
static enum err show_feed(const struct req *r, const char *file,
    struct db_sheet_cell *cell)
{
	char mem[SETTINGS_PATH_MAX + 128];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, r->settings->public_url);
	buf_cstr(&b, "/feeds/");
	buf_put(&b, cell->text);
	buf_cstr(&b, file);
	if (buf_err(&b) != ERR_OK)
		return ERR_TOOBIG;
	return arena_copy(r->arena, buf_slice(&b), &cell->text) ? ERR_OK
								: ERR_NOMEM;
}

/* The column of that name; 0, the id's, when there is none. */
static size_t column_of(const struct db_sheet *sheet, const char *name)
{
	for (size_t i = 0; i < sheet->n_columns; i++)
		if (strcmp(sheet->columns[i].name, name) == 0)
			return i;
	return 0;
}

enum err api_setup_show(const struct req *r, const struct db_sheet *sheet,
    struct db_sheet_cell *cells, size_t n)
{
	const size_t hours = column_of(sheet, "hours");
	const size_t holidays = column_of(sheet, "holidays");
	const size_t told = column_of(sheet, "conversions_url");
	const size_t adjusted = column_of(sheet, "adjustments_url");
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct db_sheet_cell *row = &cells[i * sheet->n_columns];

		if (hours != 0)
			e = show_hours(r, &row[hours], &row[holidays]);
		if (e == ERR_OK && told != 0)
			e = show_feed(r, "/conversions.csv", &row[told]);
		if (e == ERR_OK && adjusted != 0)
			e = show_feed(r, "/adjustments.csv", &row[adjusted]);
	}
	return e;
}

static enum err read_row(const struct work *w, struct db_sheet_cell **row)
{
	const struct api_who *who = api_who(w->r);
	const struct db_sheet_scope scope = { .account = who->account,
		.company = w->s->of_account || (w->s->is_company && who->wide)
			       ? (struct company_id){ { 0 } }
			       : who->company };
	enum err e =
	    db_sheet_one(w->r->db, w->sheet, &scope, w->id, w->r->arena, row);

	return e == ERR_OK ? api_setup_show(w->r, w->sheet, *row, 1) : e;
}

/* --- what comes in ---------------------------------------------------------
 */

static enum err too_big(const struct req *r, size_t max, unsigned int depth,
    struct resp *out)
{
	char mem[96];

	if (r->body.n > max)
		(void)snprintf(mem, sizeof(mem),
		    "The body is longer than %zu bytes.", max);
	else
		(void)snprintf(mem, sizeof(mem),
		    "Lists and objects of the body lie in each other more than "
		    "%u deep.",
		    depth);
	return resp_problem(out, 413, mem);
}

bool api_setup_body(const struct req *r, size_t max, unsigned int depth,
    struct resp *out, struct json_in **in, enum err *e)
{
	struct json_in_error why = { .what = "" };
	char mem[JSON_IN_WHY_MAX + 64];

	*e = json_in_parse(r->body, max, depth, in, &why);
	if (*e == ERR_TOOBIG) {
		*e = too_big(r, max, depth, out);
		return false;
	}
	if (*e != ERR_SYNTAX)
		return *e == ERR_OK;
	if (why.what[0] == '\0' || why.line == 0)
		(void)snprintf(mem, sizeof(mem), "The body is not JSON.");
	else
		(void)snprintf(mem, sizeof(mem),
		    "The body cannot be read at line %u, column %u: %s.",
		    why.line, why.column, why.what);
	*e = resp_problem(out, 400, mem);
	return false;
}

void api_setup_only(const struct json_node *body, const char *const *names,
    struct api_faults *faults)
{
	const struct json_node *value;
	void *iter = NULL;
	struct slice key;

	if (json_in_kind(body) != JSON_IN_OBJECT)
		api_fault(faults, API_FAULT_WHOLE, "This is an object.");
	while (json_in_next(body, &iter, &key, &value)) {
		bool known = false;

		for (size_t i = 0; names[i] != NULL; i++)
			known = known || slice_eq_cstr(key, names[i]);
		if (!known)
			api_fault(faults, key,
			    "There is no such member to set.");
	}
}

/* A form's list of numbers ends somewhere; a program may name any of them. */
static enum err know_number(struct work *w, const char *field,
    const struct json_node *node)
{
	struct number_row row;
	struct number_id id;
	struct slice text;
	enum err e;

	if (json_in_text(node, ID_TEXT_MAX, &text) != ERR_OK ||
	    id_parse(ID_KIND_number, text, id.v) != ERR_OK)
		return ERR_OK; /* said where the field is checked */
	e = db_number_get(w->r->db, w->r->company, id, &row);
	if (e == ERR_OK && row.released_us == 0)
		fields_choice(&w->f, field, text, text);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

static enum err know_numbers(struct work *w)
{
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < w->s->n_members; i++) {
		const struct api_member *m = &w->s->members[i];

		if (strcmp(m->json, "number_id") == 0 ||
		    strcmp(m->json, "overflow_number_id") == 0)
			e = know_number(w, m->field,
			    json_in_get(w->body, m->json));
	}
	return e;
}

static enum err lay_body(struct work *w)
{
	enum err e = know_numbers(w);

	if (e == ERR_OK)
		e = api_merge(&w->f, w->body, w->s->members, w->s->n_members,
		    w->s->also, &w->faults);
	if (e == ERR_SYNTAX)
		api_fault(&w->faults, API_FAULT_WHOLE, "This is an object.");
	return e == ERR_OK && w->faults.n > 0 ? ERR_RANGE : e;
}

static enum err put_also(struct work *w)
{
	enum err e;

	if (w->s->put_also == NULL)
		return ERR_OK;
	e = w->s->put_also(w->r, w->id, w->body, &w->faults);
	return e == ERR_OK && w->faults.n > 0 ? ERR_RANGE : e;
}

/* Companies belong to the account, all else to one company: false, with the
 * answer made, when the key does not reach. */
static bool reaches(struct work *w, struct resp *out, bool add_or_retire,
    enum err *e)
{
	const struct api_who *who = api_who(w->r);

	if (w->s->of_account)
		return true;
	if (!w->s->is_company)
		return api_who_company(w->r, out, e);
	if (who->wide)
		return true;
	if (add_or_retire) {
		*e = resp_problem(out, 403,
		    "It takes a key of all companies of the account.");
		return false;
	}
	*e = ERR_NOTFOUND;
	return id_eq(w->id, who->company.v);
}

/* The one of the path, or the company itself. */
static enum err target(struct work *w)
{
	if (!w->t->single)
		return req_path_id(w->r, 0, w->t->id_kind, w->id);
	memcpy(w->id, w->r->company.v, sizeof(w->id));
	return ERR_OK;
}

/* A form's secret comes empty and then stays what it is. */
static void forget_secrets(struct fields *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->rows[i].kind == FIELD_SECRET)
			f->value[i] = SLICE("");
}

static enum err begin(const struct req *r, struct work *w)
{
	const struct api_route *route = r->data;

	*w = (struct work){ .r = r,
		.s = route->setup,
		.t = route->setup->thing,
		.sheet = db_sheet_setup_find(slice_from(route->setup->sheet)) };
	return w->sheet == NULL ? ERR_INTERNAL : ERR_OK;
}

/* --- what is answered ------------------------------------------------------
 */

/* A change that was refused. */
static enum err refuse(struct work *w, struct resp *out, enum err e)
{
	unsigned int status = 422;
	const char *detail = w->f.rows == NULL ? NULL : w->f.problem;

	if (e != ERR_RANGE && e != ERR_SYNTAX && e != ERR_CONFLICT &&
	    e != ERR_DENIED && e != ERR_TOOBIG && e != ERR_BUSY)
		return e;
	if (w->faults.n == 0 && w->f.rows != NULL)
		api_merge_faults(&w->f, w->s->members, w->s->n_members,
		    &w->faults);
	if (e == ERR_BUSY && detail == NULL)
		return e;
	if (e == ERR_CONFLICT || e == ERR_BUSY)
		status = 409;
	if (e == ERR_DENIED)
		status = 403;
	if (detail == NULL && w->faults.n == 0)
		detail = e == ERR_CONFLICT ? "There is one like this already."
			 : e == ERR_DENIED
			     ? "The key's maker may not do this."
			     : "Something that it names does not exist.";
	return api_fault_answer(out, status, detail, &w->faults);
}

/* The row as it is answered, and with its secret, if it has one. */
static enum err write_row(const struct work *w, const struct db_sheet_cell *row,
    bool with_secret, struct buf *b)
{
	struct feed_fields all;
	struct json_out j;
	struct slice text;
	enum err e;

	feed_fields_all(w->sheet, &all);
	json_out_init(&j, b);
	feed_row_write(w->sheet, row, &all, &j);
	if ((e = json_out_done(&j)) != ERR_OK || w->s->secret == NULL)
		return e;
	/* One member more before the last brace. */
	text = json_out_text(&j);
	if (text.n == 0 || b->n == 0)
		return ERR_INTERNAL;
	b->n--;
	buf_cstr(b, ",\"");
	buf_cstr(b, w->s->secret);
	buf_cstr(b, "\":");
	json_out_init(&j, b);
	if (with_secret)
		json_out_str(&j, w->f.shown);
	else
		json_out_null(&j);
	e = json_out_done(&j);
	buf_char(b, '}');
	return e == ERR_OK ? buf_err(b) : e;
}

enum err api_setup_added(struct resp *out, const char *list, struct slice text)
{
	char mem[PLACE_MAX], id[ID_TEXT_MAX];
	struct json_in *in = NULL;
	struct slice name;
	struct buf b;
	enum err e;

	e = json_in_parse(text, ROW_MAX, API_SETUP_DEPTH, &in, NULL);
	if (e != ERR_OK)
		return ERR_INTERNAL;
	e = json_in_text(json_in_get(json_in_root(in), "id"), ID_TEXT_MAX - 1,
	    &name);
	if (e == ERR_OK && !slice_to_cstr(name, id, sizeof(id)))
		e = ERR_INTERNAL;
	json_in_free(in);
	if (e != ERR_OK)
		return ERR_INTERNAL;
	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "/api/v1/");
	buf_cstr(&b, list);
	buf_char(&b, '/');
	buf_cstr(&b, id);
	resp_header(out, "Location", buf_slice(&b));
	resp_status(out, 201);
	return resp_bytes(out, "application/json", text);
}

/* --- adding ----------------------------------------------------------------
 */

/* A secret is in one answer alone. */
static enum err keep_without_secret(const struct work *w,
    const struct db_sheet_cell *row)
{
	struct slice text = SLICE("");
	struct buf b;
	enum err e;

	if (w->s->secret == NULL)
		return ERR_OK;
	buf_init(&b, ROW_MAX);
	if ((e = write_row(w, row, false, &b)) == ERR_OK &&
	    !arena_copy(w->r->arena, buf_slice(&b), &text))
		e = ERR_NOMEM;
	buf_fini(&b);
	if (e == ERR_OK)
		api_once_keep(w->r, text);
	return e;
}

/* In a transaction. */
static enum err add(struct work *w, struct buf *text)
{
	struct db_sheet_cell *row = NULL;
	enum err e;

	if ((e = db_config_lock(w->r->db)) != ERR_OK ||
	    (e = thing_do_prepare(w->r, w->t, &w->f)) != ERR_OK)
		return e;
	w->f.fresh = true;
	if (w->t->begin != NULL)
		w->t->begin(w->r, &w->f);
	if ((e = lay_body(w)) != ERR_OK ||
	    (e = thing_do_add(w->r, w->t, &w->f, w->id)) != ERR_OK ||
	    (e = put_also(w)) != ERR_OK || (e = read_row(w, &row)) != ERR_OK ||
	    (e = write_row(w, row, true, text)) != ERR_OK ||
	    (e = api_out_etag(w->sheet, row, w->etag)) != ERR_OK)
		return e;
	return keep_without_secret(w, row);
}

enum err api_setup_add(const struct req *r, struct resp *out)
{
	struct json_in *in = NULL;
	struct buf text;
	struct work w;
	enum err e;

	if ((e = begin(r, &w)) != ERR_OK || !reaches(&w, out, true, &e) ||
	    !api_setup_body(r, REQ_BODY_FORM, API_SETUP_DEPTH, out, &in, &e))
		return e;
	w.body = json_in_root(in);
	buf_init(&text, ROW_MAX);
	if ((e = db_begin(r->db)) == ERR_OK)
		e = db_end(r->db, add(&w, &text));
	if (e == ERR_OK) {
		resp_header(out, "ETag", slice_from(w.etag));
		e = api_setup_added(out, w.s->sheet, buf_slice(&text));
	} else {
		e = refuse(&w, out, e);
	}
	buf_fini(&text);
	json_in_free(in);
	return e;
}

/* --- changing and retiring -------------------------------------------------
 */

/* Under the lock. */
static enum err look(struct work *w)
{
	struct db_sheet_cell *row = NULL;
	char etag[API_OUT_ETAG];
	enum err e;

	if ((e = db_config_lock(w->r->db)) != ERR_OK ||
	    (e = read_row(w, &row)) != ERR_OK ||
	    (e = api_out_etag(w->sheet, row, etag)) != ERR_OK)
		return e;
	w->stale = !api_out_matches(w->r, etag);
	return ERR_OK;
}

static enum err change(struct work *w)
{
	struct fields before;
	bool changed;
	enum err e;

	if ((e = look(w)) != ERR_OK || w->stale ||
	    (e = thing_do_prepare(w->r, w->t, &w->f)) != ERR_OK ||
	    (e = w->t->load(w->r, w->id, &w->f)) != ERR_OK ||
	    (e = thing_do_load(w->r, w->t, w->id, &before)) != ERR_OK)
		return e;
	forget_secrets(&w->f);
	if ((e = lay_body(w)) != ERR_OK ||
	    (e = thing_do_change(w->r, w->t, w->id, &w->f, &before,
		 &changed)) != ERR_OK)
		return e;
	return put_also(w);
}

enum err api_setup_change(const struct req *r, struct resp *out)
{
	struct db_sheet_cell *row = NULL;
	struct json_in *in = NULL;
	struct work w;
	enum err e;

	if ((e = begin(r, &w)) != ERR_OK || (e = target(&w)) != ERR_OK ||
	    !reaches(&w, out, false, &e) ||
	    !api_setup_body(r, REQ_BODY_FORM, API_SETUP_DEPTH, out, &in, &e))
		return e;
	w.body = json_in_root(in);
	if ((e = db_begin(r->db)) == ERR_OK)
		e = db_end(r->db, change(&w));
	if (e != ERR_OK)
		e = refuse(&w, out, e);
	else if (w.stale)
		e = resp_problem(out, 412, NULL);
	else if ((e = read_row(&w, &row)) == ERR_OK)
		e = api_out_row(r, out, w.sheet, row);
	json_in_free(in);
	return e;
}

static enum err retire(struct work *w)
{
	const enum err e = look(w);

	return e == ERR_OK && !w->stale ? thing_do_retire(w->r, w->t, w->id)
					: e;
}

/* 409 that names what still uses it. */
static enum err refuse_held(const struct work *w, struct resp *out)
{
	const char *why = w->t->in_use;
	struct fields f;
	enum err e;

	fields_init(&f, w->t->fields, w->t->n_fields, w->r->arena);
	if (w->t->holders != NULL) {
		if ((e = w->t->holders(w->r, w->id, &f)) != ERR_OK)
			return e;
		why = held_text(w->r, &f, why);
		if (why == NULL || f.e != ERR_OK)
			return ERR_NOMEM;
	}
	return resp_problem(out, 409, why);
}

enum err api_setup_retire(const struct req *r, struct resp *out)
{
	struct work w;
	enum err e;

	if ((e = begin(r, &w)) != ERR_OK ||
	    (e = req_path_id(r, 0, w.t->id_kind, w.id)) != ERR_OK ||
	    !reaches(&w, out, true, &e) || (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, retire(&w));
	if (e == ERR_CONFLICT)
		return refuse_held(&w, out);
	if (e == ERR_OK && w.stale)
		return resp_problem(out, 412, NULL);
	return e == ERR_OK ? resp_empty(out, 204) : e;
}
