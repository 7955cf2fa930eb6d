#include "cgi/api/api_flow.h"
#include "cgi/api/api_out.h"
#include "cgi/api/api_query.h"
#include "cgi/api/api_who.h"
#include "cgi/form/flow_store.h"
#include "lib/base/scan.h"
#include "lib/json/flow_diff.h"

#define ANSWER_MAX    ((size_t)8 << 20)
#define VERSION_CHARS 16

/* --- versions --------------------------------------------------------------
 */

static void put_version(const struct flow_version *v, struct json_out *j)
{
	json_out_object(j);
	json_out_key(j, "version");
	json_out_u64(j, v->version);
	json_out_key(j, "by");
	json_out_cstr(j, v->by_name);
	json_out_key(j, "created_at");
	json_out_time_us(j, v->created_us);
	json_out_key(j, "published_at");
	if (v->published_us == 0)
		json_out_null(j);
	else
		json_out_time_us(j, v->published_us);
	json_out_end(j);
}

/* As text, like every cursor. */
static void put_cursor(uint32_t version, struct json_out *j)
{
	char mem[VERSION_CHARS];
	struct buf b;

	buf_over(&b, mem, sizeof(mem));
	buf_u64(&b, version);
	json_out_str(j, buf_slice(&b));
}

static enum err write_versions(struct resp *out,
    const struct flow_version *rows, size_t n, size_t limit)
{
	const bool more = n > limit;
	struct json_out j;
	struct buf b;
	enum err e;

	buf_init(&b, ANSWER_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "data");
	json_out_array(&j);
	for (size_t i = 0; i < (more ? limit : n); i++)
		put_version(&rows[i], &j);
	json_out_end(&j);
	json_out_key(&j, "next_cursor");
	if (more)
		put_cursor(rows[limit - 1].version, &j);
	else
		json_out_null(&j);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

enum err api_flow_read_versions(const struct req *r, struct resp *out)
{
	struct flow_version *rows = NULL;
	struct flow_row f;
	uint64_t before = 0;
	size_t limit, n = 0;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = flow_store_get(r, &f)) != ERR_OK)
		return e;
	e = req_query_u64(r, "cursor", 1, UINT32_MAX, &before);
	if (e != ERR_OK && e != ERR_NOTFOUND)
		return api_query_wrong(r, "cursor", e);
	if ((e = api_out_limit(r, &limit)) != ERR_OK ||
	    (e = db_flow_versions(r->db, r->company, f.id, (uint32_t)before,
		 (uint32_t)limit + 1, r->arena, &rows, &n)) != ERR_OK)
		return e;
	return write_versions(out, rows, n, limit);
}

static enum err document(const struct req *r, const struct flow_row *f,
    uint32_t version, struct slice *text)
{
	return db_flow_document(r->db, r->company, f->id, version, r->arena,
	    text);
}

enum err api_flow_read_version(const struct req *r, struct resp *out)
{
	struct slice number = req_path_text(r, 1), text;
	struct flow_row f;
	uint32_t version;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = flow_store_get(r, &f)) != ERR_OK)
		return e;
	if (scan_u32(&number, &version) != ERR_OK || number.n > 0)
		return ERR_NOTFOUND;
	e = document(r, &f, version, &text);
	return e == ERR_OK ? api_flow_write(out, version, text) : e;
}

/* --- what two differ in ----------------------------------------------------
 */

static void tell(void *arg, enum flow_diff_what what, struct slice step,
    struct slice member, struct slice from, struct slice to)
{
	static const char *const words[] = {
		[FLOW_DIFF_ADDED] = "added",
		[FLOW_DIFF_REMOVED] = "removed",
		[FLOW_DIFF_CHANGED] = "changed",
		[FLOW_DIFF_FIRST] = "first",
	};
	struct json_out *j = arg;

	json_out_object(j);
	json_out_key(j, "what");
	json_out_cstr(j, words[what]);
	json_out_key(j, "step");
	json_out_str(j, step);
	json_out_key(j, "member");
	json_out_str(j, member);
	json_out_key(j, "from");
	json_out_str(j, from);
	json_out_key(j, "to");
	json_out_str(j, to);
	json_out_end(j);
}

static enum err read_version(const struct req *r, const char *name,
    uint64_t *out)
{
	return api_query_wrong_as(r, name, "The number of a version.",
	    req_need(req_query_u64(r, name, 1, UINT32_MAX, out)));
}

enum err api_flow_read_diff(const struct req *r, struct resp *out)
{
	uint64_t from = 0, to = 0;
	struct slice old, new;
	struct flow_row f;
	struct json_out j;
	struct buf b;
	enum err e;

	if (!api_who_company(r, out, &e))
		return e;
	if ((e = flow_store_get(r, &f)) != ERR_OK ||
	    (e = read_version(r, "from", &from)) != ERR_OK ||
	    (e = read_version(r, "to", &to)) != ERR_OK ||
	    (e = document(r, &f, (uint32_t)from, &old)) != ERR_OK ||
	    (e = document(r, &f, (uint32_t)to, &new)) != ERR_OK)
		return e;
	buf_init(&b, ANSWER_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "changes");
	json_out_array(&j);
	e = flow_diff(old, new, &(struct flow_diff_sink){ tell, &j });
	json_out_end(&j);
	json_out_end(&j);
	if (e == ERR_OK)
		e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}
