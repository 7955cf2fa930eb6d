#include "cgi/form/flow_world.h"

#include "cgi/form/flow_sound.h"
#include "lib/core/builtin.h"

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

static void put_prompts(const struct flowworld *w, struct json_out *j)
{
	const struct builtin *all;
	char audio[FLOW_SOUND_URL_MAX];
	size_t n;

	json_out_key(j, "prompts");
	json_out_array(j);
	for (size_t i = 0; i < w->n_prompts; i++) {
		const struct prompt_row *p = &w->prompts[i];

		flow_sound_url(w, slice_from(p->key), audio);
		put_thing(j, p->key, p->name, audio);
	}
	all = builtin_all(&n);
	for (size_t i = 0; i < n; i++)
		if (all[i].words != NULL) {
			flow_sound_url(w, slice_from(all[i].key), audio);
			put_thing(j, all[i].key, all[i].words, audio);
		}
	json_out_end(j);
}

void flow_world_json(const struct flowworld *w, struct json_out *j)
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
