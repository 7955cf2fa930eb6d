#include "cgi/form/flow_world.h"

#include "cgi/form/flow_sound.h"
#include "cgi/form/flow_store.h"
#include "cgi/web/find.h"
#include "lib/base/utf8.h"
#include "lib/core/builtin.h"
#include "lib/db/db_report_calls.h"

#define ANSWER_MAX ((size_t)1 << 20)

static const struct {
	const char *name;
	enum db_choice kind;
	enum id_kind id; /* but of a prompt, which flows call by its key */
} lists[] = {
	{ "prompts", DB_CHOICE_PROMPT, ID_KIND_prompt },
	{ "destinations", DB_CHOICE_DESTINATION, ID_KIND_destination },
	{ "trunks", DB_CHOICE_TRUNK, ID_KIND_trunk },
	{ "flows", DB_CHOICE_FLOW, ID_KIND_flow },
};

static void put(struct json_out *j, struct slice id, struct slice name,
    const char *audio)
{
	json_out_object(j);
	json_out_key(j, "id");
	json_out_str(j, id);
	json_out_key(j, "name");
	json_out_str(j, name);
	if (audio != NULL) {
		json_out_key(j, "audio");
		json_out_cstr(j, audio);
	}
	json_out_end(j);
}

static void put_row(struct json_out *j, size_t list,
    const struct db_choice_row *row)
{
	char id[ID_TEXT_MAX], audio[FLOW_SOUND_URL_MAX];

	if (lists[list].kind == DB_CHOICE_PROMPT) {
		flow_sound_own(row->id, row->version, audio);
		put(j, slice_from(row->key), slice_from(row->name), audio);
		return;
	}
	id_text(lists[list].id, row->id, id);
	put(j, slice_from(id), slice_from(row->name), NULL);
}

static bool has(const struct db_choice_row *rows, size_t n,
    const uint8_t id[ID_BYTES])
{
	for (size_t i = 0; i < n; i++)
		if (id_eq(rows[i].id, id))
			return true;
	return false;
}

/* What was looked up of one kind, but for those that are among rows. */
static void put_named(const struct flowworld *w, size_t list,
    const struct db_choice_row *rows, size_t n, struct json_out *j)
{
	char audio[FLOW_SOUND_URL_MAX];

	for (size_t i = 0; i < FLOWWORLD_BUCKETS; i++)
		for (const struct flowworld_thing *t = w->things[i]; t != NULL;
		     t = t->next) {
			const bool heard = t->kind == DB_CHOICE_PROMPT;

			if (t->kind != lists[list].kind || !t->there ||
			    has(rows, n, t->id))
				continue;
			if (heard)
				flow_sound_own(t->id, t->version, audio);
			put(j, t->key, t->name, heard ? audio : NULL);
		}
}

static void put_builtins(struct json_out *j)
{
	char audio[FLOW_SOUND_URL_MAX];
	const struct builtin *all;
	size_t n;

	all = builtin_all(&n);
	for (size_t i = 0; i < n; i++)
		if (all[i].words != NULL) {
			flow_sound_built_in_url(slice_from(all[i].key), audio);
			put(j, slice_from(all[i].key), slice_from(all[i].words),
			    audio);
		}
}

/* The first of one kind and the named ones. */
static enum err put_list(struct flowworld *w, size_t list, bool *more,
    struct json_out *j)
{
	struct db_choice_row *rows = NULL;
	size_t n = 0;
	enum err e;

	e = db_choice_list(w->db, w->company.id, lists[list].kind, SLICE(""),
	    FIND_MAX + 1, w->mem, &rows, &n);
	if (e != ERR_OK)
		return e;
	*more = n > FIND_MAX;
	n = *more ? FIND_MAX : n;
	json_out_key(j, lists[list].name);
	json_out_array(j);
	for (size_t i = 0; i < n; i++)
		put_row(j, list, &rows[i]);
	put_named(w, list, rows, n, j);
	if (lists[list].kind == DB_CHOICE_PROMPT)
		put_builtins(j);
	json_out_end(j);
	return ERR_OK;
}

enum err flow_world_json(struct flowworld *w, struct json_out *j)
{
	bool more[RT_ARRAY_LEN(lists)];
	enum err e;

	json_out_object(j);
	json_out_key(j, "zone");
	json_out_cstr(j, w->company.time_zone);
	for (size_t i = 0; i < RT_ARRAY_LEN(lists); i++)
		if ((e = put_list(w, i, &more[i], j)) != ERR_OK)
			return e;
	json_out_key(j, "more");
	json_out_object(j);
	for (size_t i = 0; i < RT_ARRAY_LEN(lists); i++) {
		json_out_key(j, lists[i].name);
		json_out_bool(j, more[i]);
	}
	json_out_end(j);
	json_out_end(j);
	return ERR_OK;
}

void flow_world_named(const struct flowworld *w, struct json_out *j)
{
	json_out_object(j);
	for (size_t i = 0; i < RT_ARRAY_LEN(lists); i++) {
		json_out_key(j, lists[i].name);
		json_out_array(j);
		put_named(w, i, NULL, 0, j);
		json_out_end(j);
	}
	json_out_end(j);
}

/* --- finding others --------------------------------------------------------*/

static enum err answer(size_t list, const struct db_choice_row *rows, size_t n,
    struct resp *out)
{
	struct json_out j;
	struct buf b;
	enum err e;

	buf_init(&b, ANSWER_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "things");
	json_out_array(&j);
	for (size_t i = 0; i < n && i < FIND_MAX; i++)
		put_row(&j, list, &rows[i]);
	json_out_end(&j);
	json_out_key(&j, "more");
	json_out_bool(&j, n > FIND_MAX);
	json_out_end(&j);
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}

enum err flow_world_things(const struct req *r, struct resp *out)
{
	struct db_choice_row *rows = NULL;
	struct slice kind, text;
	size_t n = 0, list = 0;
	struct flow_row f;
	enum err e;

	if ((e = flow_store_get(r, &f)) != ERR_OK ||
	    (e = req_need(req_query(r, "kind", &kind))) != ERR_OK ||
	    (e = req_need(req_query(r, "text", &text))) != ERR_OK)
		return e;
	while (list < RT_ARRAY_LEN(lists) &&
	       !slice_eq_cstr(kind, lists[list].name))
		list++;
	if (list == RT_ARRAY_LEN(lists))
		return ERR_RANGE;
	text = utf8_head(slice_trim(text), DB_REPORT_CALLS_SEARCH_MAX);
	e = db_choice_list(r->db, r->company, lists[list].kind, text,
	    FIND_MAX + 1, r->arena, &rows, &n);
	return e == ERR_OK ? answer(list, rows, n, out) : e;
}
