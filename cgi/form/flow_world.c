#include "cgi/form/flow_world.h"

#include <stdio.h>

#include "lib/core/builtin.h"
#include "lib/db/db_number.h"
#include "lib/phone/phone.h"
#include "lib/phone/tz.h"

enum err flow_world_load(const struct req *r, struct flow_world *out)
{
	struct flow_world w = { .db = r->db };
	enum err e;

	if ((e = db_company_get(r->db, r->company, &w.company)) != ERR_OK ||
	    (e = db_prompt_list(r->db, r->company, r->arena, &w.prompts,
		 &w.n_prompts)) != ERR_OK ||
	    (e = db_destination_list(r->db, r->company, r->arena,
		 &w.destinations, &w.n_destinations)) != ERR_OK ||
	    (e = db_trunk_list(r->db, w.company.account, r->arena, &w.trunks,
		 &w.n_trunks)) != ERR_OK ||
	    (e = db_flow_list(r->db, r->company, r->arena, &w.flows,
		 &w.n_flows)) != ERR_OK)
		return e;
	*out = w;
	return ERR_OK;
}

/* --- looking up ------------------------------------------------------------*/

static bool find_prompt(void *arg, struct slice key, uint32_t *row)
{
	const struct flow_world *w = arg;

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
	const struct flow_world *w = arg;
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
	const struct flow_world *w = arg;
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
	const struct flow_world *w = arg;
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

static bool find_zone(void *arg, struct slice name, uint32_t *row)
{
	(void)arg;
	*row = 0;
	return tz_valid(name);
}

/* Where a flow may send calls without anybody having entered a destination:
 * real telephone numbers that cost what calls cost. */
static bool may_call(void *arg, struct slice address)
{
	const struct flow_world *w = arg;
	struct number_row own;
	struct phone p;

	if (!slice_starts(address, SLICE("+")))
		return true; /* a SIP address goes to a trunk of the account */
	/* A call to one of our own numbers would come in again, for ever. */
	return phone_parse(address, "", &p) == ERR_OK && p.valid &&
	       p.type != PHONE_PREMIUM && p.type != PHONE_SHARED_COST &&
	       p.type != PHONE_PAGER &&
	       db_number_by_e164(w->db, w->company.id, slice_from(p.e164),
		   &own) == ERR_NOTFOUND;
}

struct flow_json_resolver flow_world_resolver(struct flow_world *w)
{
	return (struct flow_json_resolver){ .prompt = find_prompt,
		.destination = find_destination,
		.trunk = find_trunk,
		.zone = find_zone,
		.flow = find_flow,
		.address = may_call,
		.arg = w };
}

/* --- for the builder -------------------------------------------------------*/

static void put_thing(struct json_out *j, const char *id, const char *name,
    const char *audio)
{
	json_out_object(j);
	json_out_key(j, "id");
	json_out_cstr(j, id);
	json_out_key(j, "name");
	json_out_cstr(j, name);
	if (audio != NULL) {
		json_out_key(j, "audio");
		json_out_cstr(j, audio);
	}
	json_out_end(j);
}

static void put_prompts(const struct flow_world *w, struct json_out *j)
{
	const struct builtin *all;
	size_t n;

	json_out_key(j, "prompts");
	json_out_array(j);
	for (size_t i = 0; i < w->n_prompts; i++) {
		const struct prompt_row *p = &w->prompts[i];
		char id[ID_TEXT_MAX], audio[96];

		id_text(ID_KIND_prompt, p->id.v, id);
		(void)snprintf(audio, sizeof(audio), "/settings/prompts/%s/%lu",
		    id, (unsigned long)p->live_version);
		put_thing(j, p->key, p->name, p->live_version > 0 ? audio : "");
	}
	all = builtin_all(&n);
	for (size_t i = 0; i < n; i++)
		if (all[i].words != NULL)
			put_thing(j, all[i].key, all[i].words, "");
	json_out_end(j);
}

void flow_world_json(const struct flow_world *w, struct json_out *j)
{
	char id[ID_TEXT_MAX];

	json_out_object(j);
	json_out_key(j, "zone");
	json_out_cstr(j, w->company.time_zone);
	put_prompts(w, j);
	json_out_key(j, "destinations");
	json_out_array(j);
	for (size_t i = 0; i < w->n_destinations; i++) {
		id_text(ID_KIND_destination, w->destinations[i].id.v, id);
		put_thing(j, id, w->destinations[i].name, NULL);
	}
	json_out_end(j);
	json_out_key(j, "trunks");
	json_out_array(j);
	for (size_t i = 0; i < w->n_trunks; i++) {
		id_text(ID_KIND_trunk, w->trunks[i].id.v, id);
		put_thing(j, id, w->trunks[i].name, NULL);
	}
	json_out_end(j);
	json_out_key(j, "flows");
	json_out_array(j);
	for (size_t i = 0; i < w->n_flows; i++) {
		id_text(ID_KIND_flow, w->flows[i].id.v, id);
		put_thing(j, id, w->flows[i].name, NULL);
	}
	json_out_end(j);
	json_out_end(j);
}
