#include "cgi/api/api_number.h"

#include "cgi/api/api_list.h"
#include "cgi/api/api_things.h"
#include "cgi/api/api_who.h"
#include "cgi/form/number_form.h"
#include "cgi/form/thing_do.h"
#include "cgi/form/thing_number.h"
#include "lib/db/db_config.h"

#define ANSWER_MAX ((size_t)65536)

/* --- many at once ----------------------------------------------------------
 */

/* Faults of one number become those of the list. */
static void move_faults(size_t i, const struct api_faults *of,
    struct api_faults *to)
{
	for (size_t k = 0; k < of->n; k++)
		api_fault_at(to, "numbers", i, of->at[k].pointer,
		    of->at[k].detail);
}

/* empty: the form's beginning, with its choices. */
static enum err add_one(const struct req *r, const struct fields *empty,
    const struct json_node *node, struct api_faults *faults,
    uint8_t id[ID_BYTES])
{
	const struct api_setup *s = &api_things_number;
	struct fields f = *empty;
	enum err e;

	e = api_merge(&f, node, s->members, s->n_members, NULL, faults);
	if (e == ERR_SYNTAX)
		api_fault(faults, API_FAULT_WHOLE, "This is an object.");
	if (e != ERR_OK || faults->n > 0)
		return e == ERR_SYNTAX ? ERR_OK : e;
	e = thing_do_add(r, s->thing, &f, id);
	if (e == ERR_OK || fields_good(&f))
		return e;
	api_merge_faults(&f, s->members, s->n_members, faults);
	return ERR_OK;
}

static enum err add_all(const struct req *r, const struct json_node *list,
    struct api_faults *faults, struct json_out *j)
{
	struct fields empty;
	enum err e;

	if ((e = db_config_lock(r->db)) != ERR_OK ||
	    (e = thing_do_prepare(r, &thing_number, &empty)) != ERR_OK)
		return e;
	empty.fresh = true;
	thing_number.begin(r, &empty);
	for (size_t i = 0; e == ERR_OK && i < json_in_count(list); i++) {
		struct api_faults of_one = { .n = 0 };
		uint8_t id[ID_BYTES];
		char text[ID_TEXT_MAX];

		e = add_one(r, &empty, json_in_at(list, i), &of_one, id);
		move_faults(i, &of_one, faults);
		if (e != ERR_OK || of_one.n > 0)
			continue;
		id_text(ID_KIND_number, id, text);
		json_out_cstr(j, text);
	}
	return e == ERR_OK && faults->n > 0 ? ERR_RANGE : e;
}

/* In a transaction. */
static enum err import(const struct req *r, const struct json_node *list,
    struct api_faults *faults, struct buf *text)
{
	struct json_out j;
	enum err e;

	json_out_init(&j, text);
	json_out_object(&j);
	json_out_key(&j, "numbers");
	json_out_array(&j);
	e = add_all(r, list, faults, &j);
	json_out_end(&j);
	json_out_end(&j);
	return e == ERR_OK ? json_out_done(&j) : e;
}

/* The list of the body: NULL, with a fault, when it is none. */
static const struct json_node *read_list(const struct json_node *body,
    struct api_faults *faults)
{
	static const char *const names[] = { "numbers", NULL };
	const struct json_node *list = json_in_get(body, "numbers");
	const size_t n = json_in_count(list);

	api_setup_only(body, names, faults);
	if (faults->n > 0)
		return NULL;
	if (json_in_kind(list) == JSON_IN_ARRAY && n > 0 &&
	    n <= API_NUMBER_IMPORT_MAX)
		return list;
	api_fault(faults, SLICE("numbers"), "A list of 1 to 1000 numbers.");
	return NULL;
}

enum err api_number_import(const struct req *r, struct resp *out)
{
	struct api_faults faults = { .n = 0 };
	const struct json_node *list;
	struct json_in *in = NULL;
	struct buf text;
	enum err e;

	if (!api_who_company(r, out, &e) ||
	    !api_setup_body(r, API_NUMBER_IMPORT_BYTES, API_SETUP_DEPTH, out,
		&in, &e))
		return e;
	buf_init(&text, ANSWER_MAX);
	list = read_list(json_in_root(in), &faults);
	if (list == NULL)
		e = ERR_RANGE;
	else if ((e = db_begin(r->db)) == ERR_OK)
		e = db_end(r->db, import(r, list, &faults, &text));
	json_in_free(in);
	if (e == ERR_OK) {
		resp_status(out, 201);
		e = resp_bytes(out, "application/json", buf_slice(&text));
	} else if (faults.n > 0) {
		e = api_fault_answer(out, 422, NULL, &faults);
	}
	buf_fini(&text);
	return e;
}

/* --- rest ------------------------------------------------------------------
 */

enum err api_number_rest(const struct req *r, struct resp *out)
{
	struct number_id id;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = req_path_id(r, 0, ID_KIND_number, id.v)) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, number_form_do_rest(r, id));
	if (e == ERR_CONFLICT)
		return resp_problem(out, 409,
		    "A source tracker has this number, or it is the overflow"
		    " of a pool, or it rests already.");
	return e == ERR_OK ? api_list_one(r, out) : e;
}

enum err api_number_lift(const struct req *r, struct resp *out)
{
	struct number_id id;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = req_path_id(r, 0, ID_KIND_number, id.v)) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, number_form_do_lift(r, id));
	return e == ERR_OK ? api_list_one(r, out) : e;
}
