#include "lib/flow/flowkeep.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/json/flow_json.h"

#define FLOW_MAX_BYTES ((size_t)1 << 20)
#define SLOTS_LEAST    64

struct kept {
	struct flow_id id;
	struct company_id company;
	uint32_t version;
	uint64_t round; /* of the last get */
	size_t n_refs;
	size_t n_bytes; /* 0: the document is broken */
	/* refs, then bytes, follow in the same piece of memory */
	struct flow_ref refs[];
};

struct flowkeep {
	struct kept **slot; /* by hash, the next free one after it */
	size_t n_slots;     /* a power of two, at least twice n */
	size_t n;
	uint64_t round;
	const struct tz_file_all *zones;
};

enum err flowkeep_new(struct flowkeep **out)
{
	struct flowkeep *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return ERR_NOMEM;
	k->slot = calloc(SLOTS_LEAST, sizeof(struct kept *));
	if (k->slot == NULL) {
		free(k);
		return ERR_NOMEM;
	}
	k->n_slots = SLOTS_LEAST;
	*out = k;
	return ERR_OK;
}

void flowkeep_free(struct flowkeep *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->n_slots; i++)
		free(k->slot[i]);
	free(k->slot);
	free(k);
}

void flowkeep_set_zones(struct flowkeep *k, const struct tz_file_all *zones)
{
	k->zones = zones;
}

const struct tz_file_all *flowkeep_zones(const struct flowkeep *k)
{
	return k->zones;
}

/* --- finding ---------------------------------------------------------------*/

/* Ids end in random bits; versions of one flow need not lie apart. */
static size_t home(size_t n_slots, const struct flow_id *id, uint32_t version)
{
	uint64_t h = version;

	for (size_t i = 0; i < ID_BYTES; i++)
		h = (h ^ id->v[i]) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32) & (n_slots - 1);
}

/* Where it is, or would be. */
static size_t probe(const struct flowkeep *k, const struct db_snap_flow *f)
{
	size_t i = home(k->n_slots, &f->id, f->version);

	while (k->slot[i] != NULL &&
	       (k->slot[i]->version != f->version ||
		   !id_eq(k->slot[i]->id.v, f->id.v) ||
		   !id_eq(k->slot[i]->company.v, f->company.v)))
		i = (i + 1) & (k->n_slots - 1);
	return i;
}

bool flowkeep_has(const void *arg, const struct db_snap_flow *f)
{
	const struct flowkeep *k = arg;

	return k->slot[probe(k, f)] != NULL;
}

static void put(struct kept **slot, size_t n_slots, struct kept *e)
{
	size_t i = home(n_slots, &e->id, e->version);

	while (slot[i] != NULL)
		i = (i + 1) & (n_slots - 1);
	slot[i] = e;
}

/* All entries in n_slots new slots, but for those of another round than
 * `only` (0: all are moved). */
static enum err rehash(struct flowkeep *k, size_t n_slots, uint64_t only)
{
	struct kept **slot = calloc(n_slots, sizeof(struct kept *));
	size_t n = 0;

	if (slot == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < k->n_slots; i++) {
		struct kept *e = k->slot[i];

		if (e == NULL)
			continue;
		if (only != 0 && e->round != only) {
			free(e);
			continue;
		}
		put(slot, n_slots, e);
		n++;
	}
	free(k->slot);
	k->slot = slot;
	k->n_slots = n_slots;
	k->n = n;
	return ERR_OK;
}

/* --- compiling -------------------------------------------------------------*/

static void log_errors(const struct db_snap_flow *f,
    const struct flow_json_errors *errors)
{
	char id[ID_TEXT_MAX];

	id_text(ID_KIND_flow, f->id.v, id);
	for (size_t i = 0; i < errors->n; i++)
		if (!errors->item[i].warning)
			log_error(
			    "snapshot: flow left out flow=%s version=%u "
			    "step=%s why=%s",
			    id, f->version, errors->item[i].step,
			    errors->item[i].what);
}

static void count_ref(void *arg, const struct flow_ref *r)
{
	(void)r;
	++*(size_t *)arg;
}

static void keep_ref(void *arg, const struct flow_ref *r)
{
	struct kept *e = arg;

	e->refs[e->n_refs++] = *r;
}

/* bytes: n 0 for a broken one. */
static struct kept *new_kept(const struct db_snap_flow *f, struct slice bytes)
{
	struct flow flow = { .n_steps = 0 };
	struct kept *e;
	size_t refs = 0;

	if (bytes.n > 0) {
		flow_reopen(bytes, &flow);
		flow_refs(&flow, count_ref, &refs);
	}
	e = calloc(1, sizeof(*e) + refs * sizeof(e->refs[0]) + bytes.n);
	if (e == NULL)
		return NULL;
	e->id = f->id;
	e->company = f->company;
	e->version = f->version;
	e->n_bytes = bytes.n;
	if (bytes.n > 0) {
		flow_refs(&flow, keep_ref, e);
		memcpy(e->refs + refs, bytes.p, bytes.n);
	}
	return e;
}

static enum err compile(const struct db_snap_flow *f, struct kept **out)
{
	struct flow_json_errors errors;
	struct buf b;
	enum err e;

	buf_init(&b, FLOW_MAX_BYTES);
	e = flow_json_compile(f->document, NULL, &b, &errors);
	if (e == ERR_NOMEM)
		goto done;
	if (e != ERR_OK)
		log_errors(f, &errors);
	*out = new_kept(f, e == ERR_OK ? buf_slice(&b) : SLICE(""));
	e = *out == NULL ? ERR_NOMEM : ERR_OK;
done:
	buf_fini(&b);
	return e;
}

enum err flowkeep_get(struct flowkeep *k, const struct db_snap_flow *f,
    struct flowkeep_flow *out)
{
	size_t at = probe(k, f);
	struct kept *e = k->slot[at];
	enum err err;

	if (e == NULL) {
		if (2 * (k->n + 1) > k->n_slots) {
			if ((err = rehash(k, 2 * k->n_slots, 0)) != ERR_OK)
				return err;
			at = probe(k, f);
		}
		if ((err = compile(f, &e)) != ERR_OK)
			return err;
		k->slot[at] = e;
		k->n++;
	}
	e->round = k->round + 1;
	if (e->n_bytes == 0)
		return ERR_SYNTAX;
	*out = (struct flowkeep_flow){
		.compiled =
		    slice_of((const char *)(e->refs + e->n_refs), e->n_bytes),
		.refs = e->refs,
		.n_refs = e->n_refs,
	};
	return ERR_OK;
}

void flowkeep_sweep(struct flowkeep *k)
{
	k->round++;
	/* Without memory they stay for another round. */
	(void)rehash(k, k->n_slots, k->round);
}
