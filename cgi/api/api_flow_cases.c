#include "cgi/api/api_flow_cases.h"

#include "cgi/api/api_fault.h"
#include "cgi/api/api_flow.h"
#include "cgi/api/api_head.h"
#include "cgi/api/api_setup.h"
#include "cgi/api/api_who.h"
#include "cgi/form/flow_store.h"
#include "lib/base/clk.h"
#include "lib/flow/flowtry.h"

#define ANSWER_MAX ((size_t)4 << 20)

/* --- kept ------------------------------------------------------------------
 */

enum err api_flow_cases(const struct req *r, struct resp *out)
{
	struct flow_row f;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	e = flow_store_get(r, &f);
	return e == ERR_OK ? flow_cases_show(r, &f, out) : e;
}

static void check_members(const struct json_node *body,
    struct api_faults *faults)
{
	const struct json_node *block = json_in_get(body, "block"), *value;
	struct slice key;
	void *at = NULL;

	if (json_in_kind(body) != JSON_IN_OBJECT)
		api_fault(faults, API_FAULT_WHOLE, "This is an object.");
	else if (json_in_kind(json_in_get(body, "cases")) != JSON_IN_ARRAY)
		api_fault(faults, SLICE("cases"), "This is a list.");
	if (json_in_kind(block) != JSON_IN_MISSING &&
	    json_in_kind(block) != JSON_IN_BOOL)
		api_fault(faults, SLICE("block"), "This is true or false.");
	while (json_in_next(body, &at, &key, &value))
		if (!slice_eq_cstr(key, "cases") &&
		    !slice_eq_cstr(key, "block"))
			api_fault(faults, key,
			    "There is no such member to set.");
}

/* The place of the case that has this name, which may be cut. */
static size_t place_of(const struct json_node *cases, const char *name)
{
	struct slice s;
	size_t i = 0;

	for (; i < json_in_count(cases); i++)
		if (json_in_text(json_in_get(json_in_at(cases, i), "name"),
			SIZE_MAX, &s) == ERR_OK &&
		    slice_eq_cstr(slice_head(s, FLOW_KEY_MAX), name))
			return i;
	return i;
}

static void case_faults(const struct json_node *body,
    const struct flow_json_errors *errors, struct api_faults *faults)
{
	const struct json_node *cases = json_in_get(body, "cases");

	for (size_t i = 0; i < errors->n; i++) {
		const size_t at = place_of(cases, errors->item[i].step);

		if (at < json_in_count(cases))
			api_fault_at(faults, "cases", at, "",
			    errors->item[i].what);
		else
			api_fault(faults, SLICE("cases"), errors->item[i].what);
	}
	if (errors->n == 0)
		api_fault(faults, SLICE("cases"),
		    "This is nothing that can be tried.");
}

enum err api_flow_cases_put(const struct req *r, struct resp *out)
{
	struct flow_json_errors errors = { .n = 0 };
	struct api_faults faults = { .n = 0 };
	struct json_in *in = NULL;
	struct slice text = SLICE("");
	struct flow_row f;
	bool block = false;
	size_t n = 0;
	enum err e;

	if (!api_who_company(r, out, &e) || !api_head_unversioned(r, out, &e))
		return e;
	if ((e = flow_store_get(r, &f)) != ERR_OK)
		return e;
	if (!api_setup_body(r, FLOW_CASES_BODY_MAX, API_FLOW_DEPTH, out, &in,
		&e))
		return e;
	check_members(json_in_root(in), &faults);
	if (faults.n == 0)
		e = flow_cases_body(r, in, &text, &n, &block, &errors);
	if (e == ERR_SYNTAX || e == ERR_TOOBIG)
		case_faults(json_in_root(in), &errors, &faults);
	json_in_free(in);
	if (e != ERR_OK && faults.n == 0)
		return e;
	if (faults.n > 0)
		return api_fault_answer(out, 422, NULL, &faults);
	e = flow_cases_keep(r, &f, text, n, block);
	return e == ERR_OK ? flow_cases_show(r, &f, out) : e;
}

enum err api_flow_cases_drop(const struct req *r, struct resp *out)
{
	struct flow_row f;
	enum err e;

	if (!api_who_company(r, out, &e) || !api_head_unversioned(r, out, &e))
		return e;
	if ((e = flow_store_get(r, &f)) != ERR_OK ||
	    (e = flow_cases_keep(r, &f, SLICE(""), 0, false)) != ERR_OK)
		return e;
	return resp_empty(out, 204);
}

/* --- tried -----------------------------------------------------------------
 */

struct results {
	struct json_out *j;
	uint64_t passed;
	uint64_t failed;
};

static enum err put_result(void *arg, const struct flow_case *c,
    const struct flowtry_report *report)
{
	const bool ok = report != NULL && report->n_fails == 0;
	struct results *k = arg;
	struct json_out *j = k->j;

	k->passed += ok ? 1 : 0;
	k->failed += ok ? 0 : 1;
	json_out_object(j);
	json_out_key(j, "name");
	json_out_str(j, c->name);
	json_out_key(j, "ok");
	json_out_bool(j, ok);
	json_out_key(j, "result");
	json_out_cstr(j,
	    report == NULL ? NULL : callresult_name(report->sim.result));
	json_out_key(j, "duration_ms");
	json_out_i64(j,
	    report == NULL ? 0 : report->sim.lasted_us / (RT_SEC_US / 1000));
	json_out_key(j, "words");
	json_out_str(j, report == NULL ? SLICE("") : report->words);
	json_out_key(j, "fails");
	json_out_array(j);
	if (report == NULL)
		json_out_cstr(j, "there is no such time zone");
	for (size_t i = 0; report != NULL && i < report->n_fails; i++)
		json_out_str(j, report->fails[i]);
	json_out_end(j);
	json_out_end(j);
	return ERR_OK;
}

static enum err answer(const struct req *r, const struct flow_row *f,
    struct slice document, struct resp *out)
{
	struct flow_json_errors errors = { .n = 0 };
	struct results k = { .passed = 0 };
	const struct flowtry_each each = { put_result, &k };
	struct flow_case *cases = NULL;
	struct json_out j;
	struct buf b;
	bool block;
	size_t n = 0;
	enum err e;

	if ((e = flow_cases_kept(r, f, &cases, &n, &block)) != ERR_OK)
		return e;
	buf_init(&b, ANSWER_MAX);
	json_out_init(&j, &b);
	k.j = &j;
	json_out_object(&j);
	json_out_key(&j, "results");
	json_out_array(&j);
	e = flowtry_cases(r->db, r->company, f->id, document, cases, n, &each,
	    &errors);
	json_out_end(&j);
	json_out_key(&j, "passed");
	json_out_u64(&j, k.passed);
	json_out_key(&j, "failed");
	json_out_u64(&j, k.failed);
	json_out_end(&j);
	if (e == ERR_OK)
		e = resp_json(out, &j);
	buf_fini(&b);
	if (e == ERR_SYNTAX) {
		struct api_faults faults = { .n = 0 };

		api_flow_faults(&errors, "", false, &faults);
		return api_fault_answer(out, 422,
		    "This version could not run any more.", &faults);
	}
	return e;
}

enum err api_flow_cases_run(const struct req *r, struct resp *out)
{
	struct api_faults faults = { .n = 0 };
	struct json_in *in = NULL;
	struct slice document;
	struct flow_row f;
	int64_t version;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = flow_store_get(r, &f)) != ERR_OK)
		return e;
	if (!api_setup_body(r, 1024, 2, out, &in, &e))
		return e;
	version = f.last_version;
	if (json_in_kind(json_in_root(in)) != JSON_IN_OBJECT)
		api_fault(&faults, API_FAULT_WHOLE, "This is an object.");
	else if (json_in_opt_i64(json_in_root(in), "version", 1, UINT32_MAX,
		     &version) != ERR_OK ||
		 json_in_count(json_in_root(in)) >
		     (json_in_get(json_in_root(in), "version") != NULL ? 1U
								       : 0U))
		api_fault(&faults, SLICE("version"),
		    "The number of a version, and nothing else.");
	json_in_free(in);
	if (faults.n > 0)
		return api_fault_answer(out, 422, NULL, &faults);
	e = db_flow_document(r->db, r->company, f.id, (uint32_t)version,
	    r->arena, &document);
	if (e == ERR_NOTFOUND) {
		api_fault(&faults, SLICE("version"),
		    "The flow has no such version.");
		return api_fault_answer(out, 422, NULL, &faults);
	}
	return e == ERR_OK ? answer(r, &f, document, out) : e;
}
