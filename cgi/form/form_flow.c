#include "cgi/form/form_flow.h"

#include <stdio.h>
#include <string.h>

#include "cgi/form/flow_edit.h"
#include "cgi/form/flow_store.h"
#include "cgi/form/flow_types.h"
#include "cgi/form/flow_world.h"
#include "cgi/form/held.h"
#include "cgi/form/json_copy.h"
#include "cgi/form/thing.h"
#include "cgi/web/frame.h"
#include "cgi/web/pager.h"
#include "cgi/web/stale.h"
#include "lib/core/flow_name.h"
#include "lib/core/flow_sample.h"
#include "lib/db/db_config.h"

#define PAGE_MAX       ((size_t)8 << 20)
#define DOCUMENT_DEPTH 12

/* --- the list --------------------------------------------------------------*/

static void view_flow(const struct flow_row *f, struct view *v)
{
	char id[ID_TEXT_MAX];

	id_text(ID_KIND_flow, f->id.v, id);
	view_cstr(v, "id", id);
	view_cstr(v, "flow_name", f->name);
	view_flag(v, "is_live", f->published_version > 0);
	view_u64(v, "published", f->published_version);
	view_flag(v, "has_draft", f->last_version > f->published_version);
	view_u64(v, "last", f->last_version);
	view_u64(v, "numbers", f->numbers);
	view_flag(v, "one_number", f->numbers == 1);
}

struct listing {
	struct pager pager;
	struct view *view;
};

static void list_flow(void *arg, const struct flow_row *f)
{
	struct listing *l = arg;

	if (pager_takes(&l->pager,
		(struct slice[]){ slice_from(f->name), { NULL, 0 } }))
		view_flow(f, view_item(l->view, "flows"));
}

static enum err show_list(const struct req *r, const char *problem,
    struct slice name, struct resp *out)
{
	struct view *v = view_new(r->arena, "flows.html");
	const struct flow_sample *samples;
	struct listing l = { .view = v };
	size_t n_samples;
	enum err e;

	view_list(v, "flows");
	if ((e = frame_page(r, FRAME_FLOWS, "Flows", SLICE(""), v)) != ERR_OK ||
	    (e = pager_read(r, &l.pager)) != ERR_OK ||
	    (e = db_flow_each(r->db, r->company, list_flow, &l)) != ERR_OK)
		return e;
	view_flag(v, "any", l.pager.all > 0);
	pager_show(&l.pager, "/flows", "Flows", v);
	view_flag(v, "none_fit", l.pager.all > 0 && l.pager.n == 0);
	samples = flow_sample_all(&n_samples);
	view_list(v, "samples");
	for (size_t i = 0; i < n_samples; i++) {
		struct view *item = view_item(v, "samples");

		view_cstr(item, "sample_key", samples[i].key);
		view_cstr(item, "sample_name", samples[i].name);
		view_cstr(item, "sample_help", samples[i].help);
		view_flag(item, "sample_on", i == 0);
	}
	thing_stamp(r, ID_KIND_flow, v);
	view_slice(v, "name", name);
	view_flag(v, "has_problem", problem != NULL);
	view_cstr(v, "problem", problem);
	resp_status(out, problem != NULL ? 422 : 200);
	return resp_view(out, v);
}

enum err form_flow_list(const struct req *r, struct resp *out)
{
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	return show_list(r, NULL, SLICE(""), out);
}

/* --- making, naming, retiring ----------------------------------------------*/

static enum err to_flow(struct resp *out, struct flow_id id,
    const struct flow_sample *sample)
{
	char text[ID_TEXT_MAX], path[128];

	id_text(ID_KIND_flow, id.v, text);
	(void)snprintf(path, sizeof(path), "/flows/%s%s%s", text,
	    sample != NULL ? "?template=" : "",
	    sample != NULL ? sample->key : "");
	return resp_redirect(out, slice_from(path));
}

static enum err read_name(const struct req *r, char out[DB_NAME_BYTES])
{
	struct slice name;
	enum err e;

	if ((e = req_need(req_form(r, "name", &name))) != ERR_OK)
		return e;
	name = slice_trim(name);
	return flow_name_ok(name) && slice_to_cstr(name, out, DB_NAME_BYTES)
		   ? ERR_OK
		   : ERR_RANGE;
}

/* "" when it was not sent. */
static struct slice sent(const struct req *r, const char *name)
{
	struct slice s;

	return req_form(r, name, &s) == ERR_OK ? s : SLICE("");
}

/* In a transaction. What is sent twice is made once, as its key came with the
 * form. */
static enum err add_once(const struct req *r, struct flow_row *row)
{
	struct flow_row made;
	struct flow_id key;
	enum err e = db_config_lock(r->db);

	if (e != ERR_OK || !thing_stamp_sent(r, ID_KIND_flow, key.v))
		return e == ERR_OK ? flow_store_add(r, row) : e;
	e = db_flow_get(r->db, r->company, key, &made);
	if (e == ERR_NOTFOUND ||
	    (e == ERR_OK && strcmp(made.name, row->name) == 0))
		row->id = key;
	if (e == ERR_OK && id_eq(row->id.v, key.v))
		return ERR_OK;
	return e == ERR_OK || e == ERR_NOTFOUND ? flow_store_add(r, row) : e;
}

enum err form_flow_add(const struct req *r, struct resp *out)
{
	struct flow_row row = { .last_version = 0 };
	const struct flow_sample *sample;
	const struct slice name = sent(r, "name");
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	if (read_name(r, row.name) != ERR_OK)
		return show_list(r, FLOW_NAME_RULE, name, out);
	if ((sample = flow_sample_find(sent(r, "template"))) == NULL)
		return show_list(r, "There is no such template.", name, out);
	if ((e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, add_once(r, &row));
	if (e == ERR_CONFLICT)
		return show_list(r, FLOW_STORE_TAKEN, name, out);
	return e == ERR_OK ? to_flow(out, row.id, sample) : e;
}

/* In a transaction. *shown: somebody was faster, and the page says so. */
static enum err rename_it(const struct req *r, struct resp *out,
    const char *name, struct flow_row *row, bool *shown)
{
	char id[ID_TEXT_MAX], back[64];
	enum err e;

	if ((e = db_config_lock(r->db)) != ERR_OK ||
	    (e = flow_store_get(r, row)) != ERR_OK)
		return e;
	id_text(ID_KIND_flow, row->id.v, id);
	(void)snprintf(back, sizeof(back), "/flows/%s", id);
	e = stale_named(r, out, FRAME_FLOWS, "flow.rename", row->id.v,
	    slice_from(row->name), slice_from(back), shown);
	return e == ERR_OK && !*shown
		   ? flow_store_rename(r, row, slice_from(name))
		   : e;
}

enum err form_flow_name(const struct req *r, struct resp *out)
{
	char name[DB_NAME_BYTES];
	struct flow_row row;
	bool shown = false;
	enum err e;

	if ((e = flow_store_get(r, &row)) != ERR_OK ||
	    (e = read_name(r, name)) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, rename_it(r, out, name, &row, &shown));
	if (e == ERR_CONFLICT)
		return resp_problem(out, 409, FLOW_STORE_TAKEN);
	return e == ERR_OK && !shown ? to_flow(out, row.id, NULL) : e;
}

/* It was not put away: why, what stands against it, and the way back. */
static enum err stays(const struct req *r, struct resp *out,
    unsigned int status, const struct flow_row *row, const struct fields *f)
{
	struct view *v = view_new(r->arena, "refused.html");
	char id[ID_TEXT_MAX], back[64];
	enum err e;

	if (f->e != ERR_OK)
		return f->e;
	e = frame_page(r, FRAME_FLOWS, "Not retired", SLICE(""), v);
	if (e != ERR_OK)
		return e;
	id_text(ID_KIND_flow, row->id.v, id);
	(void)snprintf(back, sizeof(back), "/flows/%s", id);
	view_cstr(v, "refused", "Not retired");
	view_cstr(v, "back", back);
	view_cstr(v, "back_name", row->name);
	fields_show(f, v);
	resp_status(out, status);
	return resp_view(out, v);
}

enum err form_flow_retire(const struct req *r, struct resp *out)
{
	struct flow_row row;
	struct fields f;
	enum err e;

	fields_init(&f, NULL, 0, r->arena);
	if ((e = flow_store_get(r, &row)) != ERR_OK)
		return e;
	if (!thing_sure(r)) {
		f.problem = THING_UNSURE;
		return stays(r, out, 422, &row, &f);
	}
	if ((e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, flow_store_retire(r, &row));
	if (e == ERR_CONFLICT) {
		f.problem =
		    "Numbers or other flows still use this flow. Give"
		    " them another one first.";
		if ((e = held_flow(r, row.id.v, &f)) != ERR_OK)
			return e;
		return stays(r, out, 409, &row, &f);
	}
	return e == ERR_OK ? resp_redirect(out, SLICE("/flows")) : e;
}

/* --- the builder's page ----------------------------------------------------*/

/* "Main line (new)" -> "main-line-new": of the file that is exported. */
static void file_name(const char *name, char *out, size_t cap)
{
	size_t n = 0;

	for (; *name != '\0' && n + 1 < cap; name++) {
		const bool upper = *name >= 'A' && *name <= 'Z';

		if (upper)
			out[n++] = (char)(*name - 'A' + 'a');
		else if ((*name >= 'a' && *name <= 'z') ||
			 (*name >= '0' && *name <= '9'))
			out[n++] = *name;
		else if (n > 0 && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	if (n == 0)
		(void)snprintf(out, cap, "flow");
}

static void put_flow(const struct flow_row *f, struct json_out *j)
{
	char id[ID_TEXT_MAX], text[128];

	id_text(ID_KIND_flow, f->id.v, id);
	json_out_object(j);
	json_out_key(j, "id");
	json_out_cstr(j, id);
	json_out_key(j, "name");
	json_out_cstr(j, f->name);
	(void)snprintf(text, sizeof(text), "/flows/%s", id);
	json_out_key(j, "url");
	json_out_cstr(j, text);
	file_name(f->name, text, sizeof(text));
	json_out_key(j, "file");
	json_out_cstr(j, text);
	json_out_end(j);
}

static enum err page_data(const struct req *r, const struct flow_row *f,
    struct flowworld *w, const struct flow_json_errors *errors,
    const struct json_node *document, struct json_out *j)
{
	enum err e;

	json_out_object(j);
	json_out_key(j, "flow");
	put_flow(f, j);
	json_out_key(j, "document");
	json_copy(document, j);
	json_out_key(j, "types");
	flow_types_json(j);
	json_out_key(j, "words");
	flow_types_words(j);
	json_out_key(j, "world");
	if ((e = flow_world_json(w, j)) != ERR_OK)
		return e;
	json_out_key(j, "state");
	flow_edit_state(f, j);
	json_out_key(j, "problems");
	flow_edit_problems(errors, j);
	json_out_key(j, "csrf");
	json_out_str(j, r->csrf);
	json_out_end(j);
	return json_out_done(j);
}

/* The list of forms begins with it, too. */
static void view_template(const struct req *r, const struct flow_row *f,
    struct view *v)
{
	struct slice key = SLICE("");
	const bool has = f->last_version == 0 &&
			 req_query(r, "template", &key) == ERR_OK &&
			 flow_sample_find(key) != NULL;

	view_flag(v, "has_template", has);
	view_slice(v, "template", has ? key : SLICE(""));
}

static enum err show(const struct req *r, const struct flow_row *f,
    struct slice text, const struct json_node *document, struct resp *out)
{
	struct view *v = view_new(r->arena, "flow.html");
	struct flow_json_errors errors;
	struct flowworld w;
	struct json_out j;
	struct buf b;
	bool ok;
	enum err e;

	if ((e = frame_page(r, FRAME_FLOWS, f->name, SLICE(""), v)) != ERR_OK ||
	    (e = flow_store_check_in(r, text, &w, &errors, &ok)) != ERR_OK)
		return e;
	buf_init(&b, PAGE_MAX);
	json_out_init(&j, &b);
	e = page_data(r, f, &w, &errors, document, &j);
	if (e == ERR_OK) {
		view_flow(f, v);
		view_template(r, f, v);
		view_json(v, "data", &j);
		e = stale_name(slice_from(f->name), v);
	}
	if (e == ERR_OK)
		e = resp_view(out, v);
	buf_fini(&b);
	return e;
}

enum err form_flow(const struct req *r, struct resp *out)
{
	struct slice document;
	struct json_in *in;
	struct flow_row f;
	struct flow_id id;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_flow, id.v)) != ERR_OK ||
	    (e = db_flow_get(r->db, r->company, id, &f)) != ERR_OK ||
	    (e = flow_store_beginning(r, &f, &document)) != ERR_OK)
		return e;
	e = json_in_parse(document, FLOW_JSON_BYTES_MAX, DOCUMENT_DEPTH, &in,
	    NULL);
	if (e != ERR_OK)
		return ERR_INTERNAL; /* checked before it was stored */
	e = show(r, &f, document, json_in_root(in), out);
	json_in_free(in);
	return e;
}
