#include "lib/flow/flowworld.h"

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
	struct flowworld w = { .db = db, .mem = mem };
	enum err e;

	if ((e = db_company_get(db, company, &w.company)) != ERR_OK ||
	    (e = db_prompt_list(db, company, mem, &w.prompts, &w.n_prompts)) !=
		ERR_OK ||
	    (e = db_destination_list(db, company, mem, &w.destinations,
		 &w.n_destinations)) != ERR_OK ||
	    (e = db_trunk_list(db, w.company.account, mem, &w.trunks,
		 &w.n_trunks)) != ERR_OK ||
	    (e = db_flow_list(db, company, mem, &w.flows, &w.n_flows)) !=
		ERR_OK)
		return e;
	*out = w;
	return ERR_OK;
}

/* --- looking up ------------------------------------------------------------*/

static bool find_prompt(void *arg, struct slice key, uint32_t *row)
{
	const struct flowworld *w = arg;

	for (size_t i = 0; i < w->n_prompts; i++)
		if (slice_eq_cstr(key, w->prompts[i].key)) {
			*row = (uint32_t)i;
			return true;
		}
	*row = (uint32_t)w->n_prompts;
	return builtin_find(key) != NULL;
}

static bool find_destination(void *arg, struct slice id, uint32_t *row)
{
	const struct flowworld *w = arg;
	struct destination_id key;

	if (id_parse(ID_KIND_destination, id, key.v) != ERR_OK)
		return false;
	for (size_t i = 0; i < w->n_destinations; i++)
		if (id_eq(w->destinations[i].id.v, key.v)) {
			*row = (uint32_t)i;
			return true;
		}
	return false;
}

static bool find_trunk(void *arg, struct slice id, uint32_t *row)
{
	const struct flowworld *w = arg;
	struct trunk_id key;

	if (id_parse(ID_KIND_trunk, id, key.v) != ERR_OK)
		return false;
	for (size_t i = 0; i < w->n_trunks; i++)
		if (id_eq(w->trunks[i].id.v, key.v)) {
			*row = (uint32_t)i;
			return true;
		}
	return false;
}

static bool find_flow(void *arg, struct slice id, uint32_t *row)
{
	const struct flowworld *w = arg;
	struct flow_id key;

	if (id_parse(ID_KIND_flow, id, key.v) != ERR_OK)
		return false;
	for (size_t i = 0; i < w->n_flows; i++)
		if (id_eq(w->flows[i].id.v, key.v) &&
		    (w->flows[i].published_version > 0 ||
			id_eq(w->self.v, key.v))) {
			*row = (uint32_t)i;
			return true;
		}
	return false;
}

static bool find_zone(void *arg, struct slice name, uint32_t *row)
{
	(void)arg;
	*row = 0;
	return tz_valid(name);
}

/* Where a flow may send calls without anybody having entered a destination:
 * SIP addresses, and real telephone numbers that cost what calls cost. */
static bool may_call(void *arg, struct slice address)
{
	const struct flowworld *w = arg;
	struct number_row own;
	struct phone p;

	if (!slice_starts(address, SLICE("+")))
		return nexthop_is_sip(address);
	/* A call to one of our own numbers would come in again, for ever. */
	return phone_parse(address, "", &p) == ERR_OK && p.valid &&
	       p.type != PHONE_PREMIUM && p.type != PHONE_SHARED_COST &&
	       p.type != PHONE_PAGER &&
	       db_number_by_e164(w->db, w->company.id, slice_from(p.e164),
		   &own) == ERR_NOTFOUND;
}

/* Names are looked up here, rows are the lists'. w must outlive it. */
static struct flow_json_resolver resolver_of(struct flowworld *w)
{
	return (struct flow_json_resolver){ .prompt = find_prompt,
		.destination = find_destination,
		.trunk = find_trunk,
		.zone = find_zone,
		.flow = find_flow,
		.address = may_call,
		.arg = w };
}

enum err flowworld_check(struct flowworld *w, struct slice document,
    struct flow_json_errors *errors)
{
	const struct flow_json_resolver resolver = resolver_of(w);
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
	return e;
}
