#include "lib/flow/flowround.h"

#include <string.h>

#include "lib/core/flow_leads.h"
#include "lib/db/db_flow.h"

/* A document lives there while it is compiled. */
#define DOCUMENT_MEM_MAX (2 * FLOW_JSON_BYTES_MAX)

enum state {
	NEW,
	OPEN, /* on the path at hand */
	DONE
};

struct node;

struct lead {
	struct node *to;
	struct slice name; /* of the flow it leads to */
	uint16_t step;     /* of the flow that leads there */
	struct lead *next;
};

/* A flow that was come upon. */
struct node {
	struct flow_id id;
	uint32_t version; /* that is live; 0: none */
	enum state state;
	bool endless; /* leads into a round */
	struct lead *leads;
	struct lead *at;    /* the one that is being followed */
	struct node *below; /* on the path */
	struct node *next;
};

struct work {
	struct flowworld *w;
	struct node *nodes; /* all of them */
	struct node *path;  /* its end */
	struct node *adding;
	bool no_memory;
};

/* NULL: no memory. */
static struct node *node_of(struct work *k, const uint8_t id[ID_BYTES],
    uint32_t version)
{
	struct node *n = k->nodes;

	while (n != NULL && !id_eq(n->id.v, id))
		n = n->next;
	if (n != NULL)
		return n;
	if ((n = arena_alloc(k->w->mem, sizeof(*n))) == NULL)
		return NULL;
	memcpy(n->id.v, id, ID_BYTES);
	n->version = version;
	n->next = k->nodes;
	k->nodes = n;
	return n;
}

static void add_lead(void *arg, uint16_t step, struct slice flow)
{
	struct work *k = arg;
	const struct flowworld_thing *t =
	    flowworld_find(k->w, DB_CHOICE_FLOW, flow);
	struct lead *lead;

	if (t == NULL)
		return;
	lead = arena_alloc(k->w->mem, sizeof(*lead));
	if (lead == NULL ||
	    (lead->to = node_of(k, t->id, t->version)) == NULL) {
		k->no_memory = true;
		return;
	}
	lead->name = t->name;
	lead->step = step;
	lead->next = k->adding->leads;
	k->adding->leads = lead;
}

/* Where the flow leads by itself. */
static enum err open_node(struct work *k, struct node *node,
    const struct flow *f)
{
	k->adding = node;
	flow_leads(f, add_lead, k);
	node->at = node->leads;
	node->state = OPEN;
	node->below = k->path;
	k->path = node;
	return k->no_memory ? ERR_NOMEM : k->w->e;
}

static enum err open_document(struct work *k, struct node *node,
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
	return open_node(k, node, &f);
}

/* The same of what is live of it. */
static enum err open_live(struct work *k, struct node *node)
{
	struct slice document;
	struct arena mem;
	struct buf b;
	enum err e;

	node->state = DONE; /* for what cannot run */
	if (node->version == 0)
		return ERR_OK;
	arena_init(&mem, DOCUMENT_MEM_MAX);
	buf_init(&b, FLOW_JSON_BYTES_MAX);
	e = db_flow_document(k->w->db, k->w->company.id, node->id,
	    node->version, &mem, &document);
	if (e == ERR_OK)
		e = open_document(k, node, document, &b);
	buf_fini(&b);
	arena_fini(&mem);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* Depth first; a flow that leads back into the path at hand closes a round. */
static enum err follow(struct work *k)
{
	enum err e;

	while (k->path != NULL) {
		struct node *node = k->path;
		const struct lead *lead = node->at;

		if (lead == NULL) {
			node->state = DONE;
			k->path = node->below;
			continue;
		}
		if (lead->to->state == NEW) {
			if ((e = open_live(k, lead->to)) != ERR_OK)
				return e;
			continue; /* it is followed when that one is done */
		}
		node->endless = node->endless || lead->to->state == OPEN ||
				lead->to->endless;
		node->at = lead->next;
	}
	return ERR_OK;
}

static void tell(const struct node *root, const struct flow *f,
    struct flow_json_errors *errors)
{
	for (const struct lead *l = root->leads; l != NULL; l = l->next) {
		struct flow_view v;

		if (l->to != root && !l->to->endless)
			continue;
		flow_view(f, l->step, &v);
		flow_json_complain(errors, flow_view_key(&v),
		    "flow: leads through \"%.*s\" round and round without the"
		    " caller doing anything",
		    SLICE_FMT(slice_head(l->name, 40)));
	}
}

enum err flowround_check(struct flowworld *w, const struct flow *f,
    struct flow_json_errors *errors)
{
	struct work k = { .w = w };
	struct node *root = node_of(&k, w->self.v, 0);
	enum err e;

	if (root == NULL)
		return ERR_NOMEM;
	if ((e = open_node(&k, root, f)) != ERR_OK ||
	    (e = follow(&k)) != ERR_OK)
		return e;
	tell(root, f, errors);
	return ERR_OK;
}
