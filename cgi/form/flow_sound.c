#include "cgi/form/flow_sound.h"

#include <fcntl.h>
#include <stdio.h>

#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/base/settings.h"
#include "lib/core/builtin.h"
#include "lib/db/db_prompt.h"
#include "lib/db/db_spoken.h"
#include "lib/snd/snd_prompt.h"

/* --- names and addresses ---------------------------------------------------*/

static bool is_spoken(struct slice key)
{
	return slice_starts(key, SLICE("say."));
}

void flow_sound_own(const uint8_t id[ID_BYTES], uint32_t version,
    char out[FLOW_SOUND_URL_MAX])
{
	char text[ID_TEXT_MAX];

	id_text(ID_KIND_prompt, id, text);
	out[0] = '\0';
	if (version > 0)
		(void)snprintf(out, FLOW_SOUND_URL_MAX,
		    "/settings/prompts/%s/%lu", text, (unsigned long)version);
}

/* "": the key is too long for one. */
static void url(const char *of, struct slice key, char out[FLOW_SOUND_URL_MAX])
{
	struct buf b;

	buf_over(&b, out, FLOW_SOUND_URL_MAX - 1);
	buf_printf(&b, "/settings/prompts/%s/%.*s", of, SLICE_FMT(key));
	out[buf_err(&b) == ERR_OK ? b.n : 0] = '\0';
}

void flow_sound_built_in_url(struct slice key, char out[FLOW_SOUND_URL_MAX])
{
	url("built-in", key, out);
}

void flow_sound_url(struct flowworld *w, struct slice key,
    char out[FLOW_SOUND_URL_MAX])
{
	const struct flowworld_thing *own =
	    flowworld_find(w, DB_CHOICE_PROMPT, key);

	out[0] = '\0';
	if (own != NULL)
		flow_sound_own(own->id, own->version, out);
	else if (builtin_find(key) != NULL)
		flow_sound_built_in_url(key, out);
	else if (is_spoken(key))
		url("spoken", key, out);
}

struct slice flow_sound_name(struct flowworld *w, struct slice key)
{
	const struct flowworld_thing *own =
	    flowworld_find(w, DB_CHOICE_PROMPT, key);
	const struct builtin *b = builtin_find(key);

	if (own != NULL)
		return own->name;
	if (b != NULL && b->words != NULL)
		return slice_from(b->words);
	return is_spoken(key) ? SLICE("a part of the whisper") : key;
}

/* --- sounds ----------------------------------------------------------------*/

static enum err answer(struct slice ulaw, struct resp *out)
{
	struct buf wav;
	enum err e;

	buf_init(&wav, DB_PROMPT_ULAW_MAX + 1024);
	e = snd_prompt_wav(ulaw, &wav);
	resp_header(out, "Cache-Control", SLICE("private, max-age=86400"));
	if (e == ERR_OK)
		e = resp_bytes(out, "audio/wav", buf_slice(&wav));
	buf_fini(&wav);
	return e;
}

enum err flow_sound_built_in(const struct req *r, struct slice key,
    struct resp *out)
{
	const struct builtin *b = builtin_find(key);
	char path[SETTINGS_PATH_MAX + 64];
	struct buf ulaw;
	enum err e;

	if (b == NULL)
		return ERR_NOTFOUND;
	(void)snprintf(path, sizeof(path), "%s/prompts/%s",
	    r->settings->share_dir, b->file);
	buf_init(&ulaw, DB_PROMPT_ULAW_MAX);
	e = file_read(AT_FDCWD, path, &ulaw);
	if (e == ERR_OK)
		e = answer(buf_slice(&ulaw), out);
	buf_fini(&ulaw);
	return e;
}

enum err flow_sound_spoken(const struct req *r, struct slice key,
    struct resp *out)
{
	struct slice ulaw;
	const enum err e = db_spoken_audio(r->db, key, r->arena, &ulaw);

	return e == ERR_OK ? answer(ulaw, out) : e;
}
