#include "cgi/form/flow_cases.h"

#include <stdio.h>

#include "cgi/form/flow_edit.h"
#include "cgi/form/flow_store.h"
#include "cgi/form/json_copy.h"
#include "cgi/web/trail.h"
#include "lib/flow/flowtry.h"

#define BODY_DEPTH 10

/* --- trying ----------------------------------------------------------------*/

static void tell(struct flow_json_errors *errors, struct slice name,
    struct slice what)
{
	struct flow_json_error *e;
	struct buf b;

	if (errors->n == FLOW_JSON_ERRORS_MAX) {
		errors->more = true;
		return;
	}
	e = &errors->item[errors->n++];
	e->step[0] = '\0';
	e->warning = true;
	buf_over(&b, e->what, sizeof(e->what) - 1);
	buf_cstr(&b, "Case ");
	buf_put(&b, slice_head(name, 40));
	buf_cstr(&b, ": ");
	buf_put(&b, slice_head(what, sizeof(e->what) - 64));
	e->what[buf_err(&b) == ERR_OK ? b.n : 0] = '\0';
}

struct trying {
	struct flow_json_errors *errors;
	bool failed;
};

static enum err tried(void *arg, const struct flow_case *c,
    const struct flowtry_report *report)
{
	struct trying *t = arg;

	if (report == NULL) {
		tell(t->errors, c->name, SLICE("there is no such time zone"));
		t->failed = true;
		return ERR_OK;
	}
	for (size_t i = 0; i < report->n_fails; i++)
		tell(t->errors, c->name, report->fails[i]);
	t->failed = t->failed || report->n_fails > 0;
	return ERR_OK;
}

enum err flow_cases_kept(const struct req *r, const struct flow_row *f,
    struct flow_case **cases, size_t *n, bool *block)
{
	struct flow_json_errors unused = { .n = 0 };
	struct slice kept;
	enum err e;

	*n = 0;
	e = db_flow_cases(r->db, r->company, f->id, r->arena, &kept, block);
	if (e != ERR_OK || kept.n == 0)
		return e;
	e = flow_case_read(kept, r->arena, cases, n, &unused);
	/* They were checked before they were kept. */
	return e == ERR_SYNTAX ? ERR_INTERNAL : e;
}

enum err flow_cases_try(const struct req *r, const struct flow_row *f,
    struct slice document, struct flow_json_errors *errors, bool *forbidden)
{
	struct trying t = { .errors = errors };
	const struct flowtry_each each = { tried, &t };
	struct flow_json_errors unused = { .n = 0 };
	struct flow_case *cases = NULL;
	bool block = false;
	size_t n = 0;
	enum err e;

	*forbidden = false;
	if ((e = flow_cases_kept(r, f, &cases, &n, &block)) != ERR_OK)
		return e;
	e = flowtry_cases(r->db, r->company, f->id, document, cases, n, &each,
	    &unused);
	*forbidden = t.failed && block;
	return e;
}

enum err flow_cases_publish(const struct req *r, uint32_t version,
    struct flow_row *f, struct flow_json_errors *errors, const char **why)
{
	struct slice document;
	bool ok = false, forbidden = false;
	enum err e;

	*why = NULL;
	e = db_flow_document(r->db, r->company, f->id, version, r->arena,
	    &document);
	if (e != ERR_OK ||
	    (e = flow_store_check(r, document, errors, &ok)) != ERR_OK)
		return e;
	if (ok)
		e = flow_cases_try(r, f, document, errors, &forbidden);
	if (e != ERR_OK)
		return e;
	if (!ok)
		*why = "Not published: this version could not run any more.";
	else if (forbidden)
		*why =
		    "Not published: a case that is kept beside this flow"
		    " fails.";
	else if ((e = flow_store_publish(r, version, f)) == ERR_CONFLICT)
		*why =
		    "Not published: something that this flow leads to was"
		    " changed at the same time. Try again.";
	return *why != NULL ? ERR_OK : e;
}

/* --- keeping ---------------------------------------------------------------*/

enum err flow_cases_show(const struct req *r, const struct flow_row *f,
    struct resp *out)
{
	struct json_in *in = NULL;
	struct slice kept;
	struct json_out j;
	struct buf b;
	bool block;
	enum err e;

	e = db_flow_cases(r->db, r->company, f->id, r->arena, &kept, &block);
	if (e != ERR_OK)
		return e;
	if (kept.n > 0 && json_in_parse(kept, DB_FLOW_DOCUMENT_MAX, BODY_DEPTH,
			      &in, NULL) != ERR_OK)
		return ERR_INTERNAL;
	buf_init(&b, 4 * FLOW_CASES_BODY_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "cases");
	if (in != NULL) {
		json_copy(json_in_get(json_in_root(in), "cases"), &j);
	} else {
		json_out_array(&j);
		json_out_end(&j);
	}
	json_out_key(&j, "block");
	json_out_bool(&j, block);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	json_in_free(in);
	return e;
}

enum err flow_cases(const struct req *r, struct resp *out)
{
	struct flow_row f;
	const enum err e = flow_store_get(r, &f);

	return e == ERR_OK ? flow_cases_show(r, &f, out) : e;
}

enum err flow_cases_keep(const struct req *r, const struct flow_row *f,
    struct slice cases, size_t n, bool block)
{
	char text[80];
	struct trail a = { .action = "flow.cases",
		.object_kind = "flow",
		.object = f->id.v };
	enum err e;

	(void)snprintf(text, sizeof(text), "{\"cases\":%zu,\"block\":%s}", n,
	    block ? "true" : "false");
	a.after = slice_from(text);
	if ((e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_flow_cases_set(r->db, r->company, f->id,
	    n > 0 ? cases : SLICE(""), block);
	if (e == ERR_OK)
		e = trail_add(r, &a);
	return db_end(r->db, e);
}

/* {"cases": [...]} alone, as it is kept. */
static enum err take_cases(const struct json_in *in, struct buf *b)
{
	struct json_out j;

	json_out_init(&j, b);
	json_out_object(&j);
	json_out_key(&j, "cases");
	json_copy(json_in_get(json_in_root(in), "cases"), &j);
	json_out_end(&j);
	return json_out_done(&j);
}

enum err flow_cases_body(const struct req *r, const struct json_in *in,
    struct slice *text, size_t *n, bool *block, struct flow_json_errors *errors)
{
	struct flow_case *cases;
	struct buf b;
	enum err e;

	*block = false;
	buf_init(&b, FLOW_CASES_BODY_MAX);
	e = json_in_opt_bool(json_in_root(in), "block", block);
	if (e == ERR_OK)
		e = take_cases(in, &b);
	if (e == ERR_OK)
		e = flow_case_read(buf_slice(&b), r->arena, &cases, n, errors);
	if (e == ERR_OK && !arena_copy(r->arena, buf_slice(&b), text))
		e = ERR_NOMEM;
	buf_fini(&b);
	return e;
}

enum err flow_cases_post(const struct req *r, struct resp *out)
{
	struct flow_json_errors errors = { .n = 0 };
	struct slice text = SLICE("");
	struct flow_row f;
	struct json_in *in;
	bool block;
	size_t n = 0;
	enum err e;

	if ((e = flow_store_get(r, &f)) != ERR_OK ||
	    (e = json_in_parse(r->body, FLOW_CASES_BODY_MAX, BODY_DEPTH, &in,
		 NULL)) != ERR_OK)
		return e;
	e = flow_cases_body(r, in, &text, &n, &block, &errors);
	json_in_free(in);
	if (e == ERR_OK)
		e = flow_cases_keep(r, &f, text, n, block);
	if (e == ERR_SYNTAX && errors.n > 0)
		return flow_edit_refuse(out,
		    "Not kept: a case says something that cannot be tried.",
		    &errors);
	return e == ERR_OK ? flow_cases_show(r, &f, out) : e;
}
