#include "lib/flow/flowneed.h"

#include <stdlib.h>
#include <string.h>

#include "lib/db/db_config.h"
#include "lib/json/flow_json.h"

/* What was named, in the order it was met; each once. */
struct need {
	uint8_t id[ID_BYTES];
	bool there;               /* a flow that is live, or the draft */
	struct db_snap_flow flow; /* that */
	struct need *next;
};

struct needs {
	struct need *first, *last;
	size_t n;
};

struct work {
	struct db *db;
	struct arena *mem;
	struct company_id company;
	struct needs flows, destinations;
	bool no_memory;
};

static void want(struct work *k, struct needs *of, const uint8_t id[ID_BYTES])
{
	struct need *n = of->first;

	while (n != NULL && !id_eq(n->id, id))
		n = n->next;
	if (n != NULL)
		return;
	if ((n = arena_alloc(k->mem, sizeof(*n))) == NULL) {
		k->no_memory = true;
		return;
	}
	memcpy(n->id, id, ID_BYTES);
	if (of->last == NULL)
		of->first = n;
	else
		of->last->next = n;
	of->last = n;
	of->n++;
}

static bool want_flow(void *arg, struct slice text, uint32_t *row)
{
	struct work *k = arg;
	uint8_t id[ID_BYTES];

	*row = FLOW_NO_ROW;
	if (id_parse(ID_KIND_flow, text, id) == ERR_OK)
		want(k, &k->flows, id);
	return true;
}

static bool want_destination(void *arg, struct slice text, uint32_t *row)
{
	struct work *k = arg;
	uint8_t id[ID_BYTES];

	*row = FLOW_NO_ROW;
	if (id_parse(ID_KIND_destination, text, id) == ERR_OK)
		want(k, &k->destinations, id);
	return true;
}

/* What a document names; whoever compiles it says what is wrong with it. */
static enum err read_names(struct work *k, struct slice document)
{
	const struct flow_json_resolver resolver = { .destination =
							 want_destination,
		.flow = want_flow,
		.arg = k };
	struct flow_json_errors unused;
	struct buf b;
	enum err e;

	buf_init(&b, FLOW_JSON_BYTES_MAX);
	e = flow_json_compile(document, &resolver, &b, &unused);
	buf_fini(&b);
	return k->no_memory || e == ERR_NOMEM ? ERR_NOMEM : ERR_OK;
}

static int by_id(const void *a, const void *b)
{
	const struct db_snap_flow *f = a, *g = b;

	return memcmp(f->id.v, g->id.v, ID_BYTES);
}

/* What the draft may come to: each flow that is read may name more. */
static enum err take_flows(struct work *k, const struct db_snap_flow *draft,
    struct db_snap *out)
{
	struct need *n;
	enum err e = ERR_OK;

	want(k, &k->flows, draft->id.v);
	for (n = k->flows.first; n != NULL && e == ERR_OK; n = n->next) {
		struct flow_id id;

		memcpy(id.v, n->id, ID_BYTES);
		n->flow = *draft;
		if (n != k->flows.first)
			e = db_snap_flow(k->db, k->company, id, k->mem,
			    &n->flow);
		n->there = e == ERR_OK;
		if (e == ERR_OK)
			e = read_names(k, n->flow.document);
		else if (e == ERR_NOTFOUND)
			e = ERR_OK; /* leads nowhere */
	}
	if (e != ERR_OK)
		return e;
	out->flows = arena_array(k->mem, k->flows.n, sizeof(*out->flows));
	if (k->no_memory || out->flows == NULL)
		return ERR_NOMEM;
	for (n = k->flows.first; n != NULL; n = n->next)
		if (n->there)
			out->flows[out->n_flows++] = n->flow;
	qsort(out->flows, out->n_flows, sizeof(*out->flows), by_id);
	return ERR_OK;
}

static int by_row_id(const void *a, const void *b)
{
	const struct db_snap_destination *d = a, *f = b;

	return memcmp(d->row.id.v, f->row.id.v, ID_BYTES);
}

static enum err take_destinations(struct work *k, struct db_snap *out)
{
	out->destinations =
	    arena_array(k->mem, k->destinations.n, sizeof(*out->destinations));
	if (out->destinations == NULL)
		return ERR_NOMEM;
	for (const struct need *n = k->destinations.first; n != NULL;
	     n = n->next) {
		struct destination_id id;
		enum err e;

		memcpy(id.v, n->id, ID_BYTES);
		e = db_snap_destination(k->db, k->company, id, out, k->mem,
		    &out->destinations[out->n_destinations]);
		if (e == ERR_OK)
			out->n_destinations++;
		else if (e != ERR_NOTFOUND)
			return e;
	}
	qsort(out->destinations, out->n_destinations,
	    sizeof(*out->destinations), by_row_id);
	return ERR_OK;
}

enum err flowneed_read(struct db *db, const struct db_snap_flow *draft,
    struct arena *mem, struct db_snap *out)
{
	struct work k = { .db = db, .mem = mem, .company = draft->company };
	uint64_t before = 0, after = 0;
	bool mine;
	enum err e;

	if ((e = db_join(db, &mine)) != ERR_OK)
		return e;
	if ((e = db_config_version(db, &before)) == ERR_OK &&
	    (e = db_snap_company(db, draft->company, mem, out)) == ERR_OK &&
	    (e = take_flows(&k, draft, out)) == ERR_OK &&
	    (e = take_destinations(&k, out)) == ERR_OK)
		e = db_config_version(db, &after);
	out->config_version = before;
	if (e == ERR_OK && after != before)
		e = ERR_BUSY;
	return db_join_end(db, mine, e);
}
