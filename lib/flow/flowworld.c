#include "lib/flow/flowworld.h"

#include <string.h>

#include "lib/core/builtin.h"
#include "lib/core/nexthop.h"
#include "lib/db/db_number.h"
#include "lib/flow/flownames.h"
#include "lib/flow/flowround.h"
#include "lib/phone/phone.h"
#include "lib/phone/tz.h"

enum err flowworld_load(struct db *db, struct company_id company,
    struct arena *mem, struct flowworld *out)
{
	*out = (struct flowworld){ .db = db, .mem = mem };
	return db_company_get(db, company, &out->company);
}

/* --- looking up ------------------------------------------------------------*/

/* FNV-1a */
static size_t bucket(struct slice key)
{
	uint32_t h = UINT32_C(2166136261);

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (uint8_t)key.p[i]) * UINT32_C(16777619);
	return h % FLOWWORLD_BUCKETS;
}

static enum err ask(const struct flowworld *w, enum db_choice kind,
    struct slice key, struct db_choice_row *row)
{
	enum id_kind of = ID_KIND_destination;
	uint8_t id[ID_BYTES];

	if (kind == DB_CHOICE_PROMPT)
		return db_choice_called(w->db, w->company.id, kind, key, row);
	if (kind == DB_CHOICE_TRUNK)
		of = ID_KIND_trunk;
	else if (kind == DB_CHOICE_FLOW)
		of = ID_KIND_flow;
	if (id_parse(of, key, id) != ERR_OK)
		return ERR_NOTFOUND;
	return db_choice_get(w->db, w->company.id, kind, id, row);
}

/* NULL: it cannot be known now. */
static struct flowworld_thing *look_up(struct flowworld *w, enum db_choice kind,
    struct slice key)
{
	struct flowworld_thing *t = arena_alloc(w->mem, sizeof(*t));
	struct db_choice_row row;
	enum err e;

	if (t == NULL || !arena_copy(w->mem, key, &t->key))
		return NULL;
	t->kind = kind;
	e = ask(w, kind, key, &row);
	if (e != ERR_OK && e != ERR_NOTFOUND) {
		w->e = w->e == ERR_OK ? e : w->e;
		return NULL;
	}
	if (e == ERR_NOTFOUND)
		return t;
	t->there = true;
	t->version = row.version;
	memcpy(t->id, row.id, ID_BYTES);
	return arena_copy(w->mem, slice_from(row.name), &t->name) ? t : NULL;
}

const struct flowworld_thing *flowworld_find(struct flowworld *w,
    enum db_choice kind, struct slice key)
{
	struct flowworld_thing **first = &w->things[bucket(key)];
	struct flowworld_thing *t = *first;

	while (t != NULL && !(t->kind == kind && slice_eq(t->key, key)))
		t = t->next;
	if (t == NULL) {
		if ((t = look_up(w, kind, key)) == NULL) {
			w->e = w->e == ERR_OK ? ERR_NOMEM : w->e;
			return NULL;
		}
		t->next = *first;
		*first = t;
	}
	return t->there ? t : NULL;
}

static bool find_prompt(void *arg, struct slice key, uint32_t *row)
{
	*row = 0;
	return flowworld_find(arg, DB_CHOICE_PROMPT, key) != NULL ||
	       builtin_find(key) != NULL;
}

static bool find_destination(void *arg, struct slice id, uint32_t *row)
{
	*row = 0;
	return flowworld_find(arg, DB_CHOICE_DESTINATION, id) != NULL;
}

static bool find_trunk(void *arg, struct slice id, uint32_t *row)
{
	*row = 0;
	return flowworld_find(arg, DB_CHOICE_TRUNK, id) != NULL;
}

static bool find_flow(void *arg, struct slice id, uint32_t *row)
{
	struct flowworld *w = arg;
	const struct flowworld_thing *t = flowworld_find(w, DB_CHOICE_FLOW, id);

	*row = 0;
	return t != NULL && (t->version > 0 || id_eq(t->id, w->self.v));
}

static bool find_zone(void *arg, struct slice name, uint32_t *row)
{
	(void)arg;
	*row = 0;
	return tz_valid(name);
}

/* A call to one of our own numbers would come in again, for ever. */
static bool is_own(struct flowworld *w, const char *e164)
{
	struct number_row own;
	const enum err e =
	    db_number_by_e164(w->db, w->company.id, slice_from(e164), &own);

	if (e != ERR_OK && e != ERR_NOTFOUND && w->e == ERR_OK)
		w->e = e;
	return e != ERR_NOTFOUND;
}

/* Where a flow may send calls without anybody having entered a destination:
 * SIP addresses, and real telephone numbers that cost what calls cost. */
static bool may_call(void *arg, struct slice address)
{
	struct phone p;

	if (!slice_starts(address, SLICE("+")))
		return nexthop_is_sip(address);
	return phone_parse(address, "", &p) == ERR_OK && p.valid &&
	       p.type != PHONE_PREMIUM && p.type != PHONE_SHARED_COST &&
	       p.type != PHONE_PAGER && !is_own(arg, p.e164);
}

/* What is compiled has no rows: it is thrown away. */
enum err flowworld_check(struct flowworld *w, struct slice document,
    struct flow_json_errors *errors)
{
	const struct flow_json_resolver resolver = { .prompt = find_prompt,
		.destination = find_destination,
		.trunk = find_trunk,
		.zone = find_zone,
		.flow = find_flow,
		.address = may_call,
		.arg = w };
	struct buf compiled;
	struct flow f;
	enum err e;

	buf_init(&compiled, FLOW_JSON_BYTES_MAX);
	e = flow_json_compile(document, &resolver, &compiled, errors);
	if (e == ERR_OK &&
	    (e = flow_open(buf_slice(&compiled), &f)) == ERR_OK &&
	    (e = flowround_check(w, &f, errors)) == ERR_OK &&
	    (e = flownames_check(w, &f, errors)) == ERR_OK)
		e = errors->n_errors > 0 ? ERR_SYNTAX : ERR_OK;
	buf_fini(&compiled);
	/* What could not be looked up is not missing. */
	return w->e != ERR_OK ? w->e : e;
}
