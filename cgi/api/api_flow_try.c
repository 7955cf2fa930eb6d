#include "cgi/api/api_flow_try.h"

#include "cgi/api/api_flow.h"
#include "cgi/api/api_setup.h"
#include "cgi/api/api_who.h"
#include "cgi/form/flow_store.h"
#include "cgi/form/flow_try.h"

#define ANSWER_MAX ((size_t)4 << 20)

/* One trial under way. */
struct trial {
	const struct req *r;
	struct flow_id id; /* nil: a flow that is not saved */
	struct flow_row flow;
	struct slice document;
	struct flow_case *c;
	struct flow_json_errors errors;
	struct api_faults faults;
};

static enum err answer(const struct flowtry_report *report, struct resp *out)
{
	struct json_out j;
	struct buf b;
	enum err e;

	buf_init(&b, ANSWER_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	flow_try_write(report, &j);
	json_out_key(&j, "fails");
	json_out_array(&j);
	for (size_t i = 0; i < report->n_fails; i++)
		json_out_str(&j, report->fails[i]);
	json_out_end(&j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

/* The version that is asked for, or that live calls run, or the last. */
static enum err stored(struct trial *t, const struct json_node *body)
{
	const struct json_node *node = json_in_get(body, "version");
	int64_t version = t->flow.published_version > 0
			      ? t->flow.published_version
			      : t->flow.last_version;
	enum err e = ERR_OK;

	if (json_in_kind(node) != JSON_IN_MISSING &&
	    json_in_i64(node, 1, UINT32_MAX, &version) != ERR_OK)
		version = 0;
	if (version > 0)
		e = db_flow_document(t->r->db, t->r->company, t->id,
		    (uint32_t)version, t->r->arena, &t->document);
	if (version == 0 || e == ERR_NOTFOUND) {
		api_fault(&t->faults, SLICE("version"),
		    "The flow has no such version.");
		return ERR_OK;
	}
	return e;
}

static enum err read_body(struct trial *t, const struct json_node *body)
{
	static const char *const of_new[] = { "document", "case", NULL };
	static const char *const of_one[] = { "document", "case", "version",
		NULL };
	const struct json_node *document = json_in_get(body, "document");
	const struct json_node *c = json_in_get(body, "case");
	enum err e = ERR_OK;

	api_setup_only(body, id_is_nil(t->id.v) ? of_new : of_one, &t->faults);

	if (json_in_kind(document) == JSON_IN_OBJECT)
		e = flow_edit_text(t->r, document, &t->document);
	else if (json_in_kind(document) != JSON_IN_MISSING ||
		 id_is_nil(t->id.v))
		api_fault(&t->faults, SLICE("document"), "This is an object.");
	else
		e = stored(t, body);
	if (json_in_kind(c) != JSON_IN_OBJECT)
		api_fault(&t->faults, SLICE("case"), "This is an object.");
	if (e != ERR_OK || t->faults.n > 0)
		return e;
	e = flow_try_case(t->r, c, &t->c, &t->errors);
	if (e != ERR_SYNTAX && e != ERR_TOOBIG)
		return e;
	for (size_t i = 0; i < t->errors.n; i++)
		api_fault(&t->faults, SLICE("case"), t->errors.item[i].what);
	if (t->errors.n == 0)
		api_fault(&t->faults, SLICE("case"),
		    "This is nothing that can be tried.");
	return ERR_OK;
}

static enum err run(struct trial *t, struct resp *out)
{
	struct flowtry_report report;
	struct json_in *in = NULL;
	enum err e;

	if (!api_setup_body(t->r, API_FLOW_BODY_MAX, API_FLOW_DEPTH, out, &in,
		&e))
		return e;
	e = read_body(t, json_in_root(in));
	json_in_free(in);
	if (e != ERR_OK)
		return e;
	if (t->faults.n > 0)
		return api_fault_answer(out, 422, NULL, &t->faults);
	e = flow_try_run(t->r, t->id, t->document, t->c, &t->errors, &report);
	if (e == ERR_NOTFOUND)
		api_fault_in(&t->faults, "/case", SLICE("zone"),
		    "There is no such time zone.");
	else if (e == ERR_SYNTAX)
		api_flow_faults(&t->errors, "/document", false, &t->faults);
	if (e == ERR_NOTFOUND || e == ERR_SYNTAX)
		return api_fault_answer(out, 422, "This cannot be tried.",
		    &t->faults);
	return e == ERR_OK ? answer(&report, out) : e;
}

enum err api_flow_try_new(const struct req *r, struct resp *out)
{
	struct trial t = { .r = r };
	enum err e;

	return api_who_company(r, out, &e) ? run(&t, out) : e;
}

enum err api_flow_try(const struct req *r, struct resp *out)
{
	struct trial t = { .r = r };
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = flow_store_get(r, &t.flow)) != ERR_OK)
		return e;
	t.id = t.flow.id;
	return run(&t, out);
}
