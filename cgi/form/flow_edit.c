#include "cgi/form/flow_edit.h"

#include "cgi/form/flow_cases.h"
#include "cgi/form/flow_store.h"
#include "cgi/form/flow_world.h"
#include "cgi/form/json_copy.h"
#include "lib/base/scan.h"
#include "lib/phone/tz.h"

#define BODY_DEPTH     12
#define ANSWER_MAX     (4 * FLOW_JSON_BYTES_MAX)
#define VERSIONS_SHOWN 100

/* --- parts of answers ------------------------------------------------------*/

void flow_edit_state(const struct flow_row *f, struct json_out *j)
{
	json_out_object(j);
	json_out_key(j, "version");
	json_out_u64(j, f->last_version);
	json_out_key(j, "published");
	json_out_u64(j, f->published_version);
	json_out_end(j);
}

void flow_edit_problems(const struct flow_json_errors *errors,
    struct json_out *j)
{
	json_out_array(j);
	for (size_t i = 0; i < errors->n; i++) {
		json_out_object(j);
		json_out_key(j, "step");
		json_out_cstr(j, errors->item[i].step);
		json_out_key(j, "what");
		json_out_cstr(j, errors->item[i].what);
		json_out_key(j, "error");
		json_out_bool(j, !errors->item[i].warning);
		json_out_end(j);
	}
	json_out_end(j);
}

/* {"state":…,"problems":…}, or with detail RFC 9457's members, too. */
static enum err answer(struct resp *out, unsigned int status,
    const char *detail, const struct flow_row *f,
    const struct flow_json_errors *errors)
{
	struct json_out j;
	struct buf b;
	enum err e;

	buf_init(&b, ANSWER_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	if (detail != NULL) {
		json_out_key(&j, "status");
		json_out_u64(&j, status);
		json_out_key(&j, "detail");
		json_out_cstr(&j, detail);
	}
	if (f != NULL) {
		json_out_key(&j, "state");
		flow_edit_state(f, &j);
	}
	json_out_key(&j, "problems");
	flow_edit_problems(errors, &j);
	json_out_end(&j);
	resp_status(out, status);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

enum err flow_edit_refuse(struct resp *out, const char *detail,
    const struct flow_json_errors *errors)
{
	return answer(out, 422, detail, NULL, errors);
}

/* --- what comes in ---------------------------------------------------------*/

enum err flow_edit_text(const struct req *r, const struct json_node *n,
    struct slice *out)
{
	struct json_out j;
	struct buf b;
	enum err e;

	buf_init(&b, FLOW_JSON_BYTES_MAX);
	json_out_init(&j, &b);
	json_copy(n, &j);
	e = json_out_done(&j);
	if (e == ERR_OK && !arena_copy(r->arena, json_out_text(&j), out))
		e = ERR_NOMEM;
	buf_fini(&b);
	return e;
}

enum err flow_edit_body(const struct req *r, struct json_in **in,
    struct slice *document)
{
	const struct json_node *n;
	struct json_in *body;
	enum err e;

	e = json_in_parse(r->body, FLOW_EDIT_BODY_MAX, BODY_DEPTH, &body, NULL);
	if (e != ERR_OK)
		return e;
	n = json_in_get(json_in_root(body), "document");
	if (json_in_kind(n) != JSON_IN_OBJECT)
		e = ERR_SYNTAX;
	else
		e = flow_edit_text(r, n, document);
	if (e == ERR_OK)
		*in = body;
	else
		json_in_free(body);
	return e;
}

/* --- checking and saving ---------------------------------------------------*/

static enum err checked(struct resp *out, const struct flow_json_errors *errors,
    const struct flowworld *w)
{
	struct json_out j;
	struct buf b;
	enum err e;

	buf_init(&b, ANSWER_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "problems");
	flow_edit_problems(errors, &j);
	json_out_key(&j, "named");
	flow_world_named(w, &j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

enum err flow_edit_check(const struct req *r, struct resp *out)
{
	struct flow_json_errors errors;
	struct flowworld w;
	struct slice document;
	struct json_in *in;
	struct flow_row f;
	bool ok;
	enum err e;

	if ((e = flow_store_get(r, &f)) != ERR_OK ||
	    (e = flow_edit_body(r, &in, &document)) != ERR_OK)
		return e;
	e = flow_store_check_in(r, document, &w, &errors, &ok);
	json_in_free(in);
	return e == ERR_OK ? checked(out, &errors, &w) : e;
}

static enum err save(const struct req *r, const struct json_in *in,
    struct slice document, struct flow_row *f, struct resp *out)
{
	struct flow_json_errors errors;
	int64_t base = -1;
	bool ok = false;
	enum err e;

	e = json_in_i64(json_in_get(json_in_root(in), "base"), 0, UINT32_MAX,
	    &base);
	if (e != ERR_OK)
		return ERR_SYNTAX;
	if ((e = flow_store_check(r, document, &errors, &ok)) != ERR_OK)
		return e;
	if (!ok)
		return answer(out, 422,
		    "Not saved: the flow could not run. What is wrong stands"
		    " beside the steps.",
		    f, &errors);
	e = flow_store_write(r, document, (uint32_t)base, f);
	if (e == ERR_CONFLICT)
		return answer(out, 409,
		    "Somebody else saved this flow meanwhile. Export yours,"
		    " load the page again and bring your changes in.",
		    f, &errors);
	return e == ERR_OK ? answer(out, 200, NULL, f, &errors) : e;
}

enum err flow_edit_save(const struct req *r, struct resp *out)
{
	struct slice document;
	struct json_in *in;
	struct flow_row f;
	enum err e;

	if ((e = flow_store_get(r, &f)) != ERR_OK ||
	    (e = flow_edit_body(r, &in, &document)) != ERR_OK)
		return e;
	e = save(r, in, document, &f, out);
	json_in_free(in);
	return e;
}

/* --- publishing ------------------------------------------------------------*/

static enum err asked_version(const struct req *r, uint32_t *version)
{
	struct json_in *in;
	int64_t n = 0;
	enum err e;

	if ((e = json_in_parse(r->body, 1024, 2, &in, NULL)) != ERR_OK)
		return e;
	e = json_in_i64(json_in_get(json_in_root(in), "version"), 1, UINT32_MAX,
	    &n);
	json_in_free(in);
	*version = (uint32_t)n;
	return e == ERR_OK ? ERR_OK : ERR_SYNTAX;
}

enum err flow_edit_publish(const struct req *r, struct resp *out)
{
	struct flow_json_errors errors;
	struct flow_row f;
	const char *why;
	uint32_t version;
	enum err e;

	if ((e = flow_store_get(r, &f)) != ERR_OK ||
	    (e = asked_version(r, &version)) != ERR_OK ||
	    (e = flow_cases_publish(r, version, &f, &errors, &why)) != ERR_OK)
		return e;
	return answer(out, why == NULL ? 200 : 422, why, &f, &errors);
}

/* --- versions --------------------------------------------------------------*/

static void put_version(const struct req *r, struct tz *z,
    const struct flow_version *v, struct json_out *j)
{
	char when[TZ_TEXT_MAX];

	json_out_object(j);
	json_out_key(j, "version");
	json_out_u64(j, v->version);
	json_out_key(j, "by");
	json_out_cstr(j, v->by_name);
	json_out_key(j, "created");
	tz_text_short(z, v->created_us, r->now_us, when);
	json_out_cstr(j, when);
	json_out_key(j, "published");
	if (v->published_us == 0) {
		json_out_null(j);
	} else {
		tz_text_short(z, v->published_us, r->now_us, when);
		json_out_cstr(j, when);
	}
	json_out_end(j);
}

enum err flow_edit_versions(const struct req *r, struct resp *out)
{
	struct flow_version *rows = NULL;
	struct flow_row f;
	struct json_out j;
	struct buf b;
	struct tz *z;
	size_t n = 0;
	enum err e;

	if ((e = flow_store_get(r, &f)) != ERR_OK ||
	    (e = db_flow_versions(r->db, r->company, f.id, 0, VERSIONS_SHOWN,
		 r->arena, &rows, &n)) != ERR_OK ||
	    (e = tz_open(r->company_zone, &z)) != ERR_OK)
		return e;
	buf_init(&b, ANSWER_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "versions");
	json_out_array(&j);
	for (size_t i = 0; i < n; i++)
		put_version(r, z, &rows[i], &j);
	json_out_end(&j);
	json_out_end(&j);
	tz_close(z);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

static enum err put_document(struct slice document, struct resp *out)
{
	struct json_in *in;
	struct json_out j;
	struct buf b;
	enum err e;

	e = json_in_parse(document, FLOW_JSON_BYTES_MAX, BODY_DEPTH, &in, NULL);
	if (e != ERR_OK)
		return ERR_INTERNAL; /* what was checked before it was stored */
	buf_init(&b, ANSWER_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "document");
	json_copy(json_in_root(in), &j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	json_in_free(in);
	return e;
}

enum err flow_edit_version(const struct req *r, struct resp *out)
{
	struct slice number = req_path_text(r, 1), document;
	struct flow_row f;
	uint32_t version;
	enum err e;

	if ((e = flow_store_get(r, &f)) != ERR_OK)
		return e;
	if (scan_u32(&number, &version) != ERR_OK || number.n > 0)
		return ERR_NOTFOUND;
	e = db_flow_document(r->db, r->company, f.id, version, r->arena,
	    &document);
	return e == ERR_OK ? put_document(document, out) : e;
}
