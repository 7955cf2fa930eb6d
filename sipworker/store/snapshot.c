#include "sipworker/store/snapshot.h"

#include <stdio.h>

#include "lib/base/arena.h"
#include "lib/base/log.h"
#include "lib/core/snap_write.h"
#include "lib/db/db_snap.h"
#include "lib/json/flow_json.h"

#define MEM_MAX_BYTES  ((size_t)512 << 20)
#define FLOW_MAX_BYTES ((size_t)1 << 20)

/* Everything of one building. */
struct job {
	struct arena mem;
	const struct seal_key *key;
	const struct prompts *prompts;
	struct db_snap in;
	struct snap_source out;
	struct snap_flow *flows;
	size_t n_flows;
};

/* What a trunk's sealed password is bound to (lib/hash/seal). */
static struct slice about_trunk(const struct snap_trunk *t, char *mem,
    size_t cap)
{
	char id[ID_TEXT_MAX];
	struct buf b;

	id_text(ID_KIND_trunk, t->id.v, id);
	buf_over(&b, mem, cap);
	buf_cstr(&b, "trunk:");
	buf_cstr(&b, id);
	return buf_slice(&b);
}

static enum err unseal(struct job *j)
{
	for (size_t i = 0; i < j->in.n_trunks; i++) {
		struct snap_trunk *t = &j->in.trunks[i];
		char mem[64], id[ID_TEXT_MAX];
		struct buf plain;
		enum err e;

		if (j->in.sealed[i].n == 0)
			continue;
		buf_init(&plain, SEAL_PLAIN_MAX);
		e = seal_open(j->key, about_trunk(t, mem, sizeof(mem)),
		    j->in.sealed[i], &plain);
		if (e == ERR_OK &&
		    !arena_copy(&j->mem, buf_slice(&plain), &t->auth_password))
			e = ERR_NOMEM;
		buf_fini(&plain);
		if (e == ERR_NOMEM)
			return e;
		if (e != ERR_OK) {
			id_text(ID_KIND_trunk, t->id.v, id);
			log_error(
			    "snapshot: password not opened trunk=%s "
			    "err=%s",
			    id, err_name(e));
		}
	}
	return ERR_OK;
}

/* Whose flow is compiled, for the resolver. */
struct scope {
	const struct job *j;
	struct company_id company;
};

static bool resolve_prompt(void *arg, struct slice key, uint32_t *row)
{
	const struct scope *s = arg;

	return prompts_find(s->j->prompts, s->company, key, row);
}

static enum err keep_flow(struct job *j, struct flow_id id,
    struct company_id company, uint32_t version, struct slice compiled)
{
	struct snap_flow *f = &j->flows[j->n_flows];

	*f = (struct snap_flow){ .id = id,
		.company = company,
		.version = version };
	if (!arena_copy(&j->mem, compiled, &f->flow.bytes))
		return ERR_NOMEM;
	j->n_flows++;
	return ERR_OK;
}

static enum err compile_flow(struct job *j, const struct db_snap_flow *f)
{
	struct scope scope = { .j = j, .company = f->company };
	const struct flow_json_resolver resolver = { .prompt = resolve_prompt,
		.arg = &scope };
	struct flow_json_errors errors = { .n = 0 };
	char id[ID_TEXT_MAX];
	struct buf b;
	enum err e;

	buf_init(&b, FLOW_MAX_BYTES);
	e = flow_json_compile(f->document, &resolver, &b, &errors);
	if (e == ERR_OK) {
		e = keep_flow(j, f->id, f->company, f->version, buf_slice(&b));
	} else if (e != ERR_NOMEM) {
		id_text(ID_KIND_flow, f->id.v, id);
		log_error(
		    "snapshot: flow left out flow=%s version=%u "
		    "step=%s why=%s",
		    id, f->version, errors.n > 0 ? errors.item[0].step : "",
		    errors.n > 0 ? errors.item[0].what : err_name(e));
		e = ERR_OK;
	}
	buf_fini(&b);
	return e;
}

/* The one-step flow of a number that simply forwards. */
static enum err forward_flow(struct job *j, const struct db_snap_number *n)
{
	char compiled[1024], target[ID_TEXT_MAX];
	struct flow_step step;
	struct buf b;
	enum err e;

	id_text(ID_KIND_destination, n->destination.v, target);
	flow_step_init(&step, FLOW_FORWARD);
	step.key = SLICE("forward");
	step.text[FLOW_FORWARD_TO] = slice_from(target);
	buf_over(&b, compiled, sizeof(compiled));
	if ((e = flow_write(&step, 1, 0, &b)) != ERR_OK)
		return e;
	return keep_flow(j, (struct flow_id){ { 0 } }, n->row.company, 0,
	    buf_slice(&b));
}

static uint32_t find_flow(const struct job *j, const struct db_snap_number *n)
{
	for (size_t i = 0; i < j->n_flows; i++) {
		if (id_eq(j->flows[i].id.v, n->flow.v) &&
		    id_eq(j->flows[i].company.v, n->row.company.v))
			return (uint32_t)i;
	}
	return SNAP_NO_ROW;
}

static enum err route_number(struct job *j, const struct db_snap_number *n,
    struct snap_number *out)
{
	enum err e;

	*out = n->row;
	out->flow = SNAP_NO_ROW;
	out->notice_prompt = FLOW_NO_PROMPT;
	if (n->notice_key.n > 0 && !prompts_find(j->prompts, n->row.company,
				       n->notice_key, &out->notice_prompt))
		log_warn("snapshot: no such notice key=%.*s",
		    SLICE_FMT(n->notice_key));
	if (!id_is_nil(n->flow.v)) {
		out->flow = find_flow(j, n);
		return ERR_OK;
	}
	if (id_is_nil(n->destination.v))
		return ERR_OK;
	e = forward_flow(j, n);
	if (e == ERR_OK)
		out->flow = (uint32_t)j->n_flows - 1;
	return e;
}

static enum err route_numbers(struct job *j)
{
	struct snap_number *rows =
	    arena_array(&j->mem, j->in.n_numbers, sizeof(*rows));
	enum err e = ERR_OK;

	if (rows == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < j->in.n_numbers && e == ERR_OK; i++)
		e = route_number(j, &j->in.numbers[i], &rows[i]);
	j->out.numbers = rows;
	j->out.n_numbers = j->in.n_numbers;
	return e;
}

static enum err compile_flows(struct job *j)
{
	/* Every number may need a flow of its own. */
	j->flows = arena_array(&j->mem, j->in.n_flows + j->in.n_numbers,
	    sizeof(*j->flows));
	if (j->flows == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < j->in.n_flows; i++) {
		const enum err e = compile_flow(j, &j->in.flows[i]);

		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err snapshot_build(struct db *db, const struct seal_key *key,
    const struct prompts *prompts, struct buf *out, uint64_t *version)
{
	struct job j = { .key = key, .prompts = prompts };
	enum err e;

	arena_init(&j.mem, MEM_MAX_BYTES);
	e = db_snap_read(db, &j.mem, &j.in);
	if (e == ERR_OK)
		e = unseal(&j);
	if (e == ERR_OK)
		e = compile_flows(&j);
	if (e == ERR_OK)
		e = route_numbers(&j);
	if (e == ERR_OK) {
		j.out.config_version = j.in.config_version;
		j.out.trunks = j.in.trunks;
		j.out.n_trunks = j.in.n_trunks;
		j.out.acls = j.in.acls;
		j.out.n_acls = j.in.n_acls;
		j.out.flows = j.flows;
		j.out.n_flows = j.n_flows;
		j.out.destinations = j.in.destinations;
		j.out.n_destinations = j.in.n_destinations;
		j.out.prompts = prompts->row;
		j.out.n_prompts = prompts->n;
		e = snap_write(&j.out, out);
	}
	if (e == ERR_OK)
		*version = j.in.config_version;
	arena_fini(&j.mem);
	return e;
}
