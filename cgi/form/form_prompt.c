#include "cgi/form/form_prompt.h"

#include <stdio.h>

#include "cgi/form/flow_sound.h"
#include "cgi/form/prompt_do.h"
#include "cgi/form/thing.h"
#include "cgi/web/frame.h"
#include "cgi/web/pager.h"
#include "cgi/web/stale.h"
#include "lib/base/scan.h"
#include "lib/core/voice.h"
#include "lib/db/db_config.h"
#include "lib/phone/tz.h"
#include "lib/snd/snd_prompt.h"

#define NAME_MAX_CHARS 100

/* What somebody sent; shown again with what is wrong. */
struct sent {
	struct prompt_said said;
	const char *problem; /* NULL: good */
};

/* --- reading ---------------------------------------------------------------*/

static struct slice field(const struct req *r, const char *name)
{
	struct slice s;

	return req_form(r, name, &s) == ERR_OK ? slice_trim(s) : SLICE("");
}

static void read_sent(const struct req *r, bool with_name, struct sent *s)
{
	const struct req_file *file = req_file(r, "file");
	const char *where;

	*s = (struct sent){ .said = { .name = field(r, "name"),
				.text = field(r, "text"),
				.voice = field(r, "voice"),
				.file =
				    file == NULL ? SLICE("") : file->bytes } };
	s->problem = prompt_do_wrong(&s->said, with_name, &where);
}

static enum err to_prompt(struct resp *out, struct prompt_id id)
{
	char text[ID_TEXT_MAX], path[64];

	id_text(ID_KIND_prompt, id.v, text);
	(void)snprintf(path, sizeof(path), "/settings/prompts/%s", text);
	return resp_redirect(out, slice_from(path));
}

/* --- showing ---------------------------------------------------------------*/

static const struct {
	const char *word;
	const char *icon;
} states[] = {
	[PROMPT_PENDING] = { "being made", "dates" },
	[PROMPT_READY] = { "ready", "answered" },
	[PROMPT_FAILED] = { "could not be made", "failed" },
};

static void view_length(struct view *v, const char *key, uint32_t samples)
{
	char text[32];
	const uint32_t tenths = samples / (SND_PROMPT_RATE_HZ / 10);

	(void)snprintf(text, sizeof(text), "%u.%u s", tenths / 10, tenths % 10);
	view_cstr(v, key, samples > 0 ? text : "");
}

static void view_sent(const struct sent *s, struct view *v)
{
	const struct voice *voices;
	size_t n;

	view_flag(v, "has_problem", s->problem != NULL);
	view_cstr(v, "problem", s->problem != NULL ? s->problem : "");
	view_slice(v, "name", s->said.name);
	view_slice(v, "text", s->said.text);
	voices = voice_all(&n);
	view_list(v, "voices");
	for (size_t i = 0; i < n; i++) {
		struct view *item = view_item(v, "voices");

		view_cstr(item, "voice_key", voices[i].key);
		view_cstr(item, "voice_label", voices[i].label);
		view_flag(item, "voice_on",
		    slice_eq_cstr(s->said.voice, voices[i].key));
	}
}

static void view_prompt(const struct prompt_row *row, struct view *item)
{
	char id[ID_TEXT_MAX];

	id_text(ID_KIND_prompt, row->id.v, id);
	view_cstr(item, "id", id);
	view_cstr(item, "prompt_name", row->name);
	view_cstr(item, "key", row->key);
	view_cstr(item, "language", row->language);
	view_cstr(item, "state", states[row->state].word);
	view_cstr(item, "icon", states[row->state].icon);
	view_flag(item, "has_reason", row->reason[0] != '\0');
	view_cstr(item, "reason", row->reason);
	view_flag(item, "playable", row->live_version > 0);
	view_u64(item, "live", row->live_version);
	view_length(item, "length", row->samples);
}

static enum err show_list(const struct req *r, const struct sent *s,
    struct resp *out)
{
	struct view *v = view_new(r->arena, "prompts.html");
	struct prompt_row *rows = NULL;
	bool waiting = false;
	struct pager p;
	size_t n = 0;
	enum err e;

	if ((e = frame_page(r, FRAME_SETTINGS, "Prompts", SLICE(""), v)) !=
		ERR_OK ||
	    (e = pager_read(r, &p)) != ERR_OK ||
	    (e = db_prompt_list(r->db, r->company, r->arena, &rows, &n)) !=
		ERR_OK)
		return e;
	view_list(v, "prompts");
	for (size_t i = 0; i < n; i++) {
		waiting = waiting || rows[i].state == PROMPT_PENDING;
		if (pager_takes(&p, (struct slice[]){ slice_from(rows[i].name),
					slice_from(rows[i].key), { NULL, 0 } }))
			view_prompt(&rows[i], view_item(v, "prompts"));
	}
	pager_show(&p, "/settings/prompts", "Prompts", v);
	view_flag(v, "none_fit", n > 0 && p.n == 0);
	view_flag(v, "any", n > 0);
	view_flag(v, "waiting", waiting);
	thing_stamp(r, ID_KIND_prompt, v);
	view_sent(s, v);
	resp_status(out, s->problem != NULL ? 422 : 200);
	return resp_view(out, v);
}

static enum err view_versions(const struct req *r, struct prompt_id id,
    uint32_t live, struct tz *z, struct view *v)
{
	struct prompt_version *rows = NULL;
	size_t n = 0;
	const enum err e =
	    db_prompt_versions(r->db, r->company, id, r->arena, &rows, &n);

	view_list(v, "versions");
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct view *item = view_item(v, "versions");
		const struct voice *voice =
		    voice_find(slice_from(rows[i].voice));
		char when[TZ_TEXT_MAX];

		tz_text_short(z, rows[i].created_us, r->now_us, when);
		view_u64(item, "version", rows[i].version);
		view_flag(item, "live", rows[i].version == live);
		view_flag(item, "speech", rows[i].speech);
		view_slice(item, "spoken", rows[i].text);
		view_cstr(item, "voice", voice != NULL ? voice->label : "");
		view_cstr(item, "state", states[rows[i].state].word);
		view_cstr(item, "icon", states[rows[i].state].icon);
		view_flag(item, "has_reason", rows[i].reason[0] != '\0');
		view_cstr(item, "reason", rows[i].reason);
		view_flag(item, "playable", rows[i].state == PROMPT_READY);
		view_length(item, "length", rows[i].samples);
		view_cstr(item, "when", when);
	}
	return e;
}

/* Who plays it: without it, they have a problem. */
static enum err view_flows(const struct req *r, const char *key, struct view *v)
{
	struct prompt_flow *rows = NULL;
	size_t n = 0;
	const enum err e = db_prompt_flows(r->db, r->company, slice_from(key),
	    r->arena, &rows, &n);

	view_list(v, "flows");
	view_flag(v, "in_flows", n > 0);
	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct view *item = view_item(v, "flows");
		char id[ID_TEXT_MAX];

		id_text(ID_KIND_flow, rows[i].id.v, id);
		view_cstr(item, "flow", id);
		view_cstr(item, "flow_name", rows[i].name);
	}
	return e;
}

static enum err show_one(const struct req *r, struct prompt_id id,
    const struct sent *s, struct resp *out)
{
	struct view *v = view_new(r->arena, "prompt.html");
	struct prompt_row row;
	char text[ID_TEXT_MAX];
	struct tz *z;
	enum err e;

	if ((e = db_prompt_get(r->db, r->company, id, &row)) != ERR_OK ||
	    (e = frame_page(r, FRAME_SETTINGS, row.name, SLICE(""), v)) !=
		ERR_OK ||
	    (e = tz_open(r->company_zone, &z)) != ERR_OK)
		return e;
	e = view_versions(r, id, row.live_version, z, v);
	tz_close(z);
	if (e != ERR_OK || (e = view_flows(r, row.key, v)) != ERR_OK ||
	    (e = stale_name(slice_from(row.name), v)) != ERR_OK)
		return e;
	id_text(ID_KIND_prompt, id.v, text);
	view_cstr(v, "id", text);
	view_cstr(v, "prompt_name", row.name);
	view_cstr(v, "key", row.key);
	view_cstr(v, "language", row.language);
	view_flag(v, "waiting", row.state == PROMPT_PENDING);
	view_sent(s, v);
	resp_status(out, s->problem != NULL ? 422 : 200);
	return resp_view(out, v);
}

/* --- handlers --------------------------------------------------------------*/

static enum err path_id(const struct req *r, struct prompt_id *id)
{
	return req_path_id(r, 0, ID_KIND_prompt, id->v);
}

enum err form_prompt_list(const struct req *r, struct resp *out)
{
	const struct sent nothing = { .said = { .voice = SLICE("slt") } };
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	return show_list(r, &nothing, out);
}

/* Whether the prompt of that key was made of the same. Of a file only the sound
 * is kept: it is the same for as long as a second click is one. */
static enum err made_of(const struct req *r, const struct prompt_said *s,
    struct prompt_id key, bool *same)
{
	struct prompt_version v;
	struct prompt_row row;
	enum err e;

	*same = false;
	e = db_prompt_get(r->db, r->company, key, &row);
	if (e != ERR_OK)
		return e;
	e = db_prompt_version(r->db, r->company, key, 1, r->arena, &v);
	if (e != ERR_OK)
		return e;
	*same = slice_eq_cstr(s->name, row.name) &&
		v.speech == (s->file.n == 0) &&
		(v.speech ? slice_eq(s->text, v.text) &&
				slice_eq_cstr(s->voice, v.voice)
			  : row.created_us >= r->now_us - THING_AGAIN_US);
	return ERR_OK;
}

/* In a transaction. What is sent twice is made once, as its key came with the
 * form. */
static enum err add_once(const struct req *r, const struct prompt_said *s,
    struct prompt_id *id)
{
	struct prompt_id key;
	bool same = false;
	enum err e = db_config_lock(r->db);

	if (e != ERR_OK || !thing_stamp_sent(r, ID_KIND_prompt, key.v))
		return e == ERR_OK ? prompt_do_add(r, s, id) : e;
	e = made_of(r, s, key, &same);
	if (e == ERR_NOTFOUND || same)
		*id = key;
	if (e == ERR_NOTFOUND || (e == ERR_OK && !same))
		e = prompt_do_add(r, s, id);
	return e;
}

enum err form_prompt_add(const struct req *r, struct resp *out)
{
	struct prompt_id id = { { 0 } };
	struct sent s;
	enum err e;

	if (!frame_company(r, out, &e))
		return e;
	read_sent(r, true, &s);
	if (s.problem != NULL)
		return show_list(r, &s, out);
	if ((e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, add_once(r, &s.said, &id));
	if (e == ERR_RANGE) {
		s.problem = "There are 500 prompts already: retire some first.";
		return show_list(r, &s, out);
	}
	return e == ERR_OK ? to_prompt(out, id) : e;
}

enum err form_prompt(const struct req *r, struct resp *out)
{
	const struct sent nothing = { .said = { .voice = SLICE("slt") } };
	struct prompt_id id;
	enum err e;

	if ((e = path_id(r, &id)) != ERR_OK)
		return e;
	return show_one(r, id, &nothing, out);
}

enum err form_prompt_version(const struct req *r, struct resp *out)
{
	struct prompt_row row;
	struct prompt_id id;
	struct sent s;
	enum err e;

	if ((e = path_id(r, &id)) != ERR_OK ||
	    (e = db_prompt_get(r->db, r->company, id, &row)) != ERR_OK)
		return e;
	read_sent(r, false, &s);
	if (s.problem != NULL)
		return show_one(r, id, &s, out);
	if ((e = db_begin(r->db)) != ERR_OK ||
	    (e = db_end(r->db, prompt_do_version(r, id, &s.said))) != ERR_OK)
		return e;
	return to_prompt(out, id);
}

/* In a transaction. *shown: somebody was faster, and the page says so. */
static enum err rename_it(const struct req *r, struct resp *out,
    struct slice name, struct prompt_id id, bool *shown)
{
	struct prompt_row row;
	char text[ID_TEXT_MAX], back[64];
	enum err e;

	if ((e = db_config_lock(r->db)) != ERR_OK ||
	    (e = db_prompt_get(r->db, r->company, id, &row)) != ERR_OK)
		return e;
	id_text(ID_KIND_prompt, id.v, text);
	(void)snprintf(back, sizeof(back), "/settings/prompts/%s", text);
	e = stale_named(r, out, FRAME_SETTINGS, "prompt.rename", id.v,
	    slice_from(row.name), slice_from(back), shown);
	return e == ERR_OK && !*shown ? prompt_do_rename(r, id, name) : e;
}

enum err form_prompt_name(const struct req *r, struct resp *out)
{
	struct prompt_id id;
	struct slice name;
	bool shown = false;
	enum err e;

	if ((e = path_id(r, &id)) != ERR_OK ||
	    (e = req_need(req_form_text(r, "name", 1, NAME_MAX_CHARS,
		 &name))) != ERR_OK ||
	    (e = db_begin(r->db)) != ERR_OK)
		return e;
	e = db_end(r->db, rename_it(r, out, name, id, &shown));
	return e == ERR_OK && !shown ? to_prompt(out, id) : e;
}

enum err form_prompt_retire(const struct req *r, struct resp *out)
{
	const struct sent unsure = { .said = { .voice = SLICE("slt") },
		.problem = THING_UNSURE };
	struct prompt_id id;
	enum err e;

	if ((e = path_id(r, &id)) != ERR_OK)
		return e;
	if (!thing_sure(r))
		return show_one(r, id, &unsure, out);
	if ((e = db_begin(r->db)) != ERR_OK ||
	    (e = db_end(r->db, prompt_do_retire(r, id))) != ERR_OK)
		return e;
	return resp_redirect(out, SLICE("/settings/prompts"));
}

enum err form_prompt_audio(const struct req *r, struct resp *out)
{
	struct slice number = req_path_text(r, 1);
	struct prompt_id id;
	struct buf wav;
	uint32_t version;
	enum err e;

	if (slice_eq_cstr(req_path_text(r, 0), "built-in"))
		return flow_sound_built_in(r, number, out);
	if (slice_eq_cstr(req_path_text(r, 0), "spoken"))
		return flow_sound_spoken(r, number, out);
	if ((e = path_id(r, &id)) != ERR_OK)
		return e;
	if (scan_u32(&number, &version) != ERR_OK || number.n > 0)
		return ERR_NOTFOUND;
	buf_init(&wav, DB_PROMPT_ULAW_MAX + 1024);
	e = prompt_do_wav(r, id, version, &wav);
	/* A version never changes. */
	resp_header(out, "Cache-Control", SLICE("private, max-age=86400"));
	if (e == ERR_OK)
		e = resp_bytes(out, "audio/wav", buf_slice(&wav));
	buf_fini(&wav);
	return e;
}
