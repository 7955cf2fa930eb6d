#include "lib/flow/flowround.h"

#include "lib/core/flow_leads.h"

/* A document lives there while it is compiled. */
#define DOCUMENT_MEM_MAX (2 * FLOW_JSON_BYTES_MAX)

enum state {
	NEW,
	OPEN, /* on the path at hand */
	DONE
};

struct lead {
	uint32_t row;  /* of the company's flows */
	uint16_t step; /* of the flow that leads there */
	struct lead *next;
};

struct node {
	enum state state;
	bool endless; /* leads into a round */
	struct lead *leads;
	struct lead *at; /* the one that is being followed */
};

/* Rows are those of w->flows; the one after them is a flow that is not among
 * them. */
struct work {
	const struct flowworld *w;
	struct node *nodes;
	uint32_t root;
	uint32_t *path;
	size_t depth;
	struct node *adding;
	bool no_memory;
};

static bool find(const struct flowworld *w, struct slice id, uint32_t *row)
{
	struct flow_id key;

	if (id_parse(ID_KIND_flow, id, key.v) != ERR_OK)
		return false;
	for (size_t i = 0; i < w->n_flows; i++)
		if (id_eq(w->flows[i].id.v, key.v)) {
			*row = (uint32_t)i;
			return true;
		}
	return false;
}

static void add_lead(void *arg, uint16_t step, struct slice flow)
{
	struct work *k = arg;
	struct lead *lead;
	uint32_t row;

	if (!find(k->w, flow, &row))
		return;
	lead = arena_array(k->w->mem, 1, sizeof(*lead));
	if (lead == NULL) {
		k->no_memory = true;
		return;
	}
	*lead = (struct lead){ row, step, k->adding->leads };
	k->adding->leads = lead;
}

/* Where the flow leads by itself. */
static enum err open_node(struct work *k, uint32_t row, const struct flow *f)
{
	struct node *node = &k->nodes[row];

	k->adding = node;
	flow_leads(f, add_lead, k);
	node->at = node->leads;
	node->state = OPEN;
	k->path[k->depth++] = row;
	return k->no_memory ? ERR_NOMEM : ERR_OK;
}

static enum err open_document(struct work *k, uint32_t row,
    struct slice document, struct buf *b)
{
	struct flow_json_errors unused;
	struct flow f;
	enum err e;

	e = flow_json_compile(document, NULL, b, &unused);
	if (e == ERR_NOMEM)
		return e;
	if (e != ERR_OK || flow_open(buf_slice(b), &f) != ERR_OK)
		return ERR_OK; /* no call goes through it */
	return open_node(k, row, &f);
}

/* The same of what is live of it. */
static enum err open_row(struct work *k, uint32_t row)
{
	const struct flow_row *r = &k->w->flows[row];
	struct slice document;
	struct arena mem;
	struct buf b;
	enum err e;

	k->nodes[row].state = DONE; /* for what cannot run */
	if (r->published_version == 0)
		return ERR_OK;
	arena_init(&mem, DOCUMENT_MEM_MAX);
	buf_init(&b, FLOW_JSON_BYTES_MAX);
	e = db_flow_document(k->w->db, k->w->company.id, r->id,
	    r->published_version, &mem, &document);
	if (e == ERR_OK)
		e = open_document(k, row, document, &b);
	buf_fini(&b);
	arena_fini(&mem);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Depth first; a flow that leads back into the path at hand closes a round. */
static enum err follow(struct work *k)
{
	enum err e;

	while (k->depth > 0) {
		struct node *node = &k->nodes[k->path[k->depth - 1]];
		const struct lead *lead = node->at;
		const struct node *to;

		if (lead == NULL) {
			node->state = DONE;
			k->depth--;
			continue;
		}
		to = &k->nodes[lead->row];
		if (to->state == NEW) {
			if ((e = open_row(k, lead->row)) != ERR_OK)
				return e;
			continue; /* it is followed when that one is done */
		}
		node->endless =
		    node->endless || to->state == OPEN || to->endless;
		node->at = lead->next;
	}
	return ERR_OK;
}

static void tell(const struct work *k, const struct flow *f,
    struct flow_json_errors *errors)
{
	for (const struct lead *l = k->nodes[k->root].leads; l != NULL;
	     l = l->next) {
		struct flow_view v;

		if (l->row != k->root && !k->nodes[l->row].endless)
			continue;
		flow_view(f, l->step, &v);
		flow_json_complain(errors, flow_view_key(&v),
		    "flow: leads through \"%.40s\" round and round without the"
		    " caller doing anything",
		    k->w->flows[l->row].name);
	}
}

enum err flowround_check(const struct flowworld *w, const struct flow *f,
    struct flow_json_errors *errors)
{
	struct work k = { .w = w, .root = (uint32_t)w->n_flows };
	enum err e;

	for (size_t i = 0; i < w->n_flows; i++)
		if (id_eq(w->flows[i].id.v, w->self.v))
			k.root = (uint32_t)i;
	k.nodes = arena_array(w->mem, w->n_flows + 1, sizeof(*k.nodes));
	k.path = arena_array(w->mem, w->n_flows + 1, sizeof(*k.path));
	if (k.nodes == NULL || k.path == NULL)
		return ERR_NOMEM;
	if ((e = open_node(&k, k.root, f)) != ERR_OK ||
	    (e = follow(&k)) != ERR_OK)
		return e;
	tell(&k, f, errors);
	return ERR_OK;
}
