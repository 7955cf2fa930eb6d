#include "cgi/api/api_flow.h"

#include <stdio.h>
#include <string.h>

#include "cgi/api/api_list.h"
#include "cgi/api/api_out.h"
#include "cgi/api/api_setup.h"
#include "cgi/api/api_who.h"
#include "cgi/form/flow_cases.h"
#include "cgi/form/flow_store.h"
#include "cgi/form/held.h"
#include "cgi/form/json_copy.h"
#include "lib/base/scan.h"
#include "lib/core/flow_name.h"
#include "lib/db/db_config.h"
#include "lib/db/db_sheet_setup.h"

#define ANSWER_MAX  (4 * FLOW_JSON_BYTES_MAX)
#define ROW_MAX     4096
#define VERSION_TAG 16

/* --- parts -----------------------------------------------------------------
 */

void api_flow_faults(const struct flow_json_errors *errors, const char *at,
    bool warnings, struct api_faults *faults)
{
	char steps[64];

	(void)snprintf(steps, sizeof(steps), "%s/steps", at);
	for (size_t i = 0; i < errors->n; i++) {
		const struct flow_json_error *e = &errors->item[i];
		const struct slice step =
		    e->step[0] == '\0' ? API_FAULT_WHOLE : slice_from(e->step);

		if (e->warning && !warnings)
			continue;
		api_fault_in(faults, step.n > 0 ? steps : at, step, e->what);
	}
}

static void version_tag(uint32_t version, char out[VERSION_TAG])
{
	(void)snprintf(out, VERSION_TAG, "\"v%u\"", version);
}

/* {"version":…,"published_version":…,"problems":…} */
static enum err answer_state(struct resp *out, const struct flow_row *f,
    const struct flow_json_errors *errors)
{
	char tag[VERSION_TAG];
	struct json_out j;
	struct buf b;
	enum err e;

	version_tag(f->last_version, tag);
	resp_header(out, "ETag", slice_from(tag));
	buf_init(&b, ANSWER_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "version");
	json_out_u64(&j, f->last_version);
	json_out_key(&j, "published_version");
	json_out_u64(&j, f->published_version);
	json_out_key(&j, "problems");
	flow_edit_problems(errors, &j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

static enum err refuse(struct resp *out, const char *detail, const char *at,
    const struct flow_json_errors *errors)
{
	struct api_faults faults = { .n = 0 };

	api_flow_faults(errors, at, false, &faults);
	return api_fault_answer(out, 422, detail, &faults);
}

/* The body's `document` as text; missing: "" and ERR_NOTFOUND. */
static enum err document_of(const struct req *r, const struct json_node *body,
    struct slice *document)
{
	const struct json_node *n = json_in_get(body, "document");

	*document = SLICE("");
	if (json_in_kind(n) == JSON_IN_MISSING)
		return ERR_NOTFOUND;
	return json_in_kind(n) == JSON_IN_OBJECT
		   ? flow_edit_text(r, n, document)
		   : ERR_SYNTAX;
}

static void read_name(const struct json_node *body, char out[DB_NAME_BYTES],
    struct api_faults *faults)
{
	struct slice name = SLICE("");
	const enum err e =
	    json_in_text(json_in_get(body, "name"), DB_NAME_BYTES - 1, &name);

	name = slice_trim(name);
	if (e != ERR_OK || !flow_name_ok(name) ||
	    !slice_to_cstr(name, out, DB_NAME_BYTES))
		api_fault(faults, SLICE("name"), FLOW_NAME_RULE);
}

/* --- making, naming, putting away ------------------------------------------
 */

static enum err write_row(const struct req *r, struct flow_id id,
    struct buf *text)
{
	const struct db_sheet *sheet = db_sheet_setup_find(SLICE("flows"));
	const struct db_sheet_scope scope = { .account = r->account,
		.company = r->company };
	struct db_sheet_cell *row = NULL;
	struct feed_fields all;
	struct json_out j;
	enum err e;

	e = db_sheet_one(r->db, sheet, &scope, id.v, r->arena, &row);
	if (e != ERR_OK)
		return e;
	feed_fields_all(sheet, &all);
	json_out_init(&j, text);
	feed_row_write(sheet, row, &all, &j);
	return json_out_done(&j);
}

/* In a transaction. */
static enum err add(const struct req *r, struct flow_row *row,
    struct slice document, struct buf *text)
{
	enum err e;

	if ((e = flow_store_add(r, row)) != ERR_OK)
		return e;
	if (document.n > 0)
		e = flow_store_put(r, document, 0, row);
	return e == ERR_OK ? write_row(r, row->id, text) : e;
}

static enum err answer_taken(struct resp *out)
{
	struct api_faults faults = { .n = 0 };

	api_fault(&faults, SLICE("name"), FLOW_STORE_TAKEN);
	return api_fault_answer(out, 409, FLOW_STORE_TAKEN, &faults);
}

static enum err store_new(const struct req *r, struct flow_row *row,
    struct slice document, struct resp *out)
{
	char mem[ROW_MAX];
	struct buf text;
	enum err e;

	buf_over(&text, mem, sizeof(mem));
	if ((e = db_begin(r->db)) == ERR_OK)
		e = db_end(r->db, add(r, row, document, &text));
	if (e == ERR_CONFLICT)
		return answer_taken(out);
	return e == ERR_OK ? api_setup_added(out, "flows", buf_slice(&text))
			   : e;
}

enum err api_flow_add(const struct req *r, struct resp *out)
{
	static const char *const names[] = { "name", "document", NULL };
	struct api_faults faults = { .n = 0 };
	struct flow_json_errors errors = { .n = 0 };
	struct flow_row row = { .last_version = 0 };
	struct json_in *in = NULL;
	struct slice document;
	bool ok = true;
	enum err e;

	if (!api_who_company(r, out, &e) ||
	    !api_setup_body(r, API_FLOW_BODY_MAX, API_FLOW_DEPTH, out, &in, &e))
		return e;
	api_setup_only(json_in_root(in), names, &faults);
	read_name(json_in_root(in), row.name, &faults);
	e = document_of(r, json_in_root(in), &document);
	json_in_free(in);
	if (e == ERR_SYNTAX)
		api_fault(&faults, SLICE("document"), "This is an object.");
	else if (e != ERR_OK && e != ERR_NOTFOUND)
		return e;
	if (faults.n > 0)
		return api_fault_answer(out, 422, NULL, &faults);
	if (document.n > 0 &&
	    (e = flow_store_check(r, document, &errors, &ok)) != ERR_OK)
		return e;
	return ok ? store_new(r, &row, document, out)
		  : refuse(out, "The flow could not run.", "/document",
			&errors);
}

/* The flow of the path, held until the transaction's end, if it is as the
 * request expects it. */
static enum err hold(const struct req *r, struct flow_row *f, bool *stale)
{
	const struct db_sheet *sheet = db_sheet_setup_find(SLICE("flows"));
	const struct db_sheet_scope scope = { .account = r->account,
		.company = r->company };
	struct db_sheet_cell *row = NULL;
	char etag[API_OUT_ETAG];
	enum err e;

	if ((e = db_config_lock(r->db)) != ERR_OK ||
	    (e = flow_store_get(r, f)) != ERR_OK ||
	    (e = db_sheet_one(r->db, sheet, &scope, f->id.v, r->arena, &row)) !=
		ERR_OK ||
	    (e = api_out_etag(sheet, row, etag)) != ERR_OK)
		return e;
	*stale = !api_out_matches(r, etag);
	return ERR_OK;
}

/* name: NULL: it stays. */
static enum err rename_it(const struct req *r, const char *name, bool *stale)
{
	struct flow_row f;
	const enum err e = hold(r, &f, stale);

	return e == ERR_OK && !*stale && name != NULL &&
		       strcmp(f.name, name) != 0
		   ? flow_store_rename(r, &f, slice_from(name))
		   : e;
}

enum err api_flow_change(const struct req *r, struct resp *out)
{
	static const char *const names[] = { "name", NULL };
	struct api_faults faults = { .n = 0 };
	struct json_in *in = NULL;
	char name[DB_NAME_BYTES];
	bool stale = false, given;
	enum err e;

	if (!api_who_company(r, out, &e) ||
	    !api_setup_body(r, REQ_BODY_FORM, API_SETUP_DEPTH, out, &in, &e))
		return e;
	api_setup_only(json_in_root(in), names, &faults);
	given = json_in_kind(json_in_get(json_in_root(in), "name")) !=
		JSON_IN_MISSING;
	if (given)
		read_name(json_in_root(in), name, &faults);
	json_in_free(in);
	if (faults.n > 0)
		return api_fault_answer(out, 422, NULL, &faults);
	if ((e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, rename_it(r, given ? name : NULL, &stale));
	if (e == ERR_CONFLICT)
		return answer_taken(out);
	if (e != ERR_OK)
		return e;
	return stale ? resp_problem(out, 412, NULL) : api_list_one(r, out);
}

static enum err retire_it(const struct req *r, bool *stale)
{
	struct flow_row f;
	const enum err e = hold(r, &f, stale);

	return e == ERR_OK && !*stale ? flow_store_retire(r, &f) : e;
}

/* 409 that names who still uses it. */
static enum err refuse_held(const struct req *r, struct resp *out)
{
	struct fields f;
	struct flow_id id;
	const char *why;
	enum err e;

	fields_init(&f, NULL, 0, r->arena);
	if ((e = req_path_id(r, 0, ID_KIND_flow, id.v)) != ERR_OK ||
	    (e = held_flow(r, id.v, &f)) != ERR_OK)
		return e;
	why =
	    held_text(r, &f, "Numbers or published flows still use this flow.");
	return why != NULL && f.e == ERR_OK ? resp_problem(out, 409, why)
					    : ERR_NOMEM;
}

enum err api_flow_retire(const struct req *r, struct resp *out)
{
	bool stale = false;
	enum err e;

	if (!api_who_company(r, out, &e) || (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, retire_it(r, &stale));
	if (e == ERR_CONFLICT)
		return refuse_held(r, out);
	if (e != ERR_OK)
		return e;
	return stale ? resp_problem(out, 412, NULL) : resp_empty(out, 204);
}

/* --- checking and drafting -------------------------------------------------
 */

/* The document of the body: false, with the answer made, when there is none. */
static bool read_document(const struct req *r, struct resp *out,
    struct slice *document, enum err *e)
{
	static const char *const names[] = { "document", NULL };
	struct api_faults faults = { .n = 0 };
	struct json_in *in = NULL;

	if (!api_setup_body(r, API_FLOW_BODY_MAX, API_FLOW_DEPTH, out, &in, e))
		return false;
	api_setup_only(json_in_root(in), names, &faults);
	*e = document_of(r, json_in_root(in), document);
	json_in_free(in);
	if (*e == ERR_SYNTAX || *e == ERR_NOTFOUND)
		api_fault(&faults, SLICE("document"), "This is an object.");
	else if (*e != ERR_OK)
		return false;
	if (faults.n == 0)
		return true;
	*e = api_fault_answer(out, 422, NULL, &faults);
	return false;
}

enum err api_flow_validate(const struct req *r, struct resp *out)
{
	struct flow_json_errors errors;
	struct slice document;
	struct json_out j;
	struct buf b;
	bool ok;
	enum err e;

	if (!api_who_company(r, out, &e) ||
	    !read_document(r, out, &document, &e))
		return e;
	if ((e = flow_store_check(r, document, &errors, &ok)) != ERR_OK)
		return e;
	buf_init(&b, ANSWER_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "ok");
	json_out_bool(&j, ok);
	json_out_key(&j, "problems");
	flow_edit_problems(&errors, &j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

enum err api_flow_write(struct resp *out, uint32_t version,
    struct slice document)
{
	struct json_in *in = NULL;
	struct json_out j;
	struct buf b;
	enum err e;

	if (version > 0 && json_in_parse(document, FLOW_JSON_BYTES_MAX,
			       API_FLOW_DEPTH, &in, NULL) != ERR_OK)
		return ERR_INTERNAL; /* checked before it was stored */
	buf_init(&b, ANSWER_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "version");
	json_out_u64(&j, version);
	json_out_key(&j, "document");
	json_copy(in == NULL ? NULL : json_in_root(in), &j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	json_in_free(in);
	return e;
}

enum err api_flow_draft(const struct req *r, struct resp *out)
{
	struct slice document = SLICE("");
	char tag[VERSION_TAG];
	struct flow_row f;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = flow_store_get(r, &f)) != ERR_OK)
		return e;
	if (f.last_version > 0)
		e = db_flow_document(r->db, r->company, f.id, f.last_version,
		    r->arena, &document);
	if (e != ERR_OK)
		return e;
	version_tag(f.last_version, tag);
	resp_header(out, "ETag", slice_from(tag));
	return api_flow_write(out, f.last_version, document);
}

/* The version that If-Match names, with or without nginx's mark of a weak one.
 * ERR_NOTFOUND: nothing was said. */
static enum err expected(const struct req *r, uint32_t *version)
{
	struct slice s = slice_trim(req_env(r, "HTTP_IF_MATCH"));

	if (s.n == 0)
		return ERR_NOTFOUND;
	if (slice_starts(s, SLICE("W/")))
		s = slice_skip(s, 2);
	if (!slice_starts(s, SLICE("\"v")))
		return ERR_CONFLICT;
	s = slice_skip(s, 2);
	if (scan_u32(&s, version) != ERR_OK || !slice_eq_cstr(s, "\""))
		return ERR_CONFLICT;
	return ERR_OK;
}

enum err api_flow_draft_put(const struct req *r, struct resp *out)
{
	struct flow_json_errors errors;
	struct slice document;
	struct flow_row f;
	uint32_t base = 0;
	bool ok;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = flow_store_get(r, &f)) != ERR_OK)
		return e;
	e = expected(r, &base);
	if (e == ERR_NOTFOUND)
		return resp_problem(out, 428,
		    "Say by If-Match which version this is to replace.");
	if (e == ERR_CONFLICT || base != f.last_version)
		return resp_problem(out, 412, NULL);
	if (!read_document(r, out, &document, &e))
		return e;
	if ((e = flow_store_check(r, document, &errors, &ok)) != ERR_OK)
		return e;
	if (!ok)
		return refuse(out, "Not saved: the flow could not run.",
		    "/document", &errors);
	e = flow_store_write(r, document, base, &f);
	if (e == ERR_CONFLICT)
		return resp_problem(out, 412, NULL);
	return e == ERR_OK ? answer_state(out, &f, &errors) : e;
}

/* --- publishing ------------------------------------------------------------
 */

static bool read_version(const struct req *r, struct resp *out,
    uint32_t *version, enum err *e)
{
	static const char *const names[] = { "version", NULL };
	struct api_faults faults = { .n = 0 };
	struct json_in *in = NULL;
	int64_t n = 0;

	if (!api_setup_body(r, 1024, 2, out, &in, e))
		return false;
	api_setup_only(json_in_root(in), names, &faults);
	if (json_in_i64(json_in_get(json_in_root(in), "version"), 1, UINT32_MAX,
		&n) != ERR_OK)
		api_fault(&faults, SLICE("version"),
		    "The number of a version.");
	json_in_free(in);
	*version = (uint32_t)n;
	if (faults.n == 0)
		return true;
	*e = api_fault_answer(out, 422, NULL, &faults);
	return false;
}

static enum err publish(const struct req *r, struct resp *out,
    struct flow_row *f, uint32_t version)
{
	struct flow_json_errors errors;
	struct slice document;
	bool ok, forbidden;
	enum err e;

	e = db_flow_document(r->db, r->company, f->id, version, r->arena,
	    &document);
	if (e == ERR_NOTFOUND) {
		struct api_faults faults = { .n = 0 };

		api_fault(&faults, SLICE("version"),
		    "The flow has no such version.");
		return api_fault_answer(out, 422, NULL, &faults);
	}
	if (e != ERR_OK ||
	    (e = flow_store_check(r, document, &errors, &ok)) != ERR_OK)
		return e;
	if (!ok)
		return refuse(out,
		    "Not published: this version could not run any more.", "",
		    &errors);
	if ((e = flow_cases_try(r, f, document, &errors, &forbidden)) != ERR_OK)
		return e;
	if (forbidden) {
		struct api_faults faults = { .n = 0 };

		api_flow_faults(&errors, "", true, &faults);
		return api_fault_answer(out, 422,
		    "Not published: a case that is kept beside this flow"
		    " fails.",
		    &faults);
	}
	e = flow_store_publish(r, version, f);
	return e == ERR_OK ? answer_state(out, f, &errors) : e;
}

enum err api_flow_publish(const struct req *r, struct resp *out)
{
	struct flow_row f;
	uint32_t version;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = flow_store_get(r, &f)) != ERR_OK)
		return e;
	return read_version(r, out, &version, &e) ? publish(r, out, &f, version)
						  : e;
}
