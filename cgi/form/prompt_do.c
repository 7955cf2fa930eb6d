#include "cgi/form/prompt_do.h"

#include <stdio.h>
#include <string.h>

#include "cgi/web/trail.h"
#include "lib/base/rnd.h"
#include "lib/base/utf8.h"
#include "lib/core/visible.h"
#include "lib/core/voice.h"
#include "lib/snd/snd_prompt.h"
#include "lib/text/json_out.h"

#define NAME_MAX_CHARS 100
#define TEXT_MAX_CHARS 1000
#define AUDIT_MAX      16384

/* --- reading ---------------------------------------------------------------*/

static bool has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' && s.p[i] != '\n' &&
		    s.p[i] != '\r' && s.p[i] != '\t')
			return true;
	return false;
}

/* A line end is one, as boxes of browsers count it, which send two bytes. */
static size_t letters(struct slice s)
{
	size_t n = utf8_count(s);

	for (size_t i = 0; i + 1 < s.n; i++)
		n -= s.p[i] == '\r' && s.p[i + 1] == '\n';
	return n;
}

const char *prompt_do_wrong(const struct prompt_said *s, bool with_name,
    const char **field)
{
	*field = "name";
	if (with_name &&
	    (!visible_any(s->name) || utf8_count(s->name) > NAME_MAX_CHARS ||
		has_control(s->name)))
		return "A prompt needs a name of 1 to 100 characters.";
	*field = "text";
	if (s->file.n == 0 && s->text.n == 0)
		return "Choose a sound file, or write what a voice shall say.";
	if (s->file.n > 0 && s->text.n > 0)
		return "A sound file or a text, but not both: clear one of"
		       " them.";
	if (s->file.n > DB_PROMPT_UPLOAD_MAX)
		return "The file is larger than 8 MB.";
	if (s->text.n > DB_PROMPT_TEXT_MAX ||
	    letters(s->text) > TEXT_MAX_CHARS || has_control(s->text))
		return "The text has at most 1,000 characters.";
	*field = "voice";
	if (s->text.n > 0 && voice_find(s->voice) == NULL)
		return "There is no such voice.";
	return NULL;
}

/* "Welcome (long)" -> "welcome.long": what flows call it. */
static void key_of(struct slice name, char *out, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < name.n && n + 1 < cap; i++) {
		const char c = name.p[i];
		const bool upper = c >= 'A' && c <= 'Z';

		if (upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[n++] = upper ? (char)(c - 'A' + 'a') : c;
		else if (n > 0 && out[n - 1] != '.')
			out[n++] = '.';
	}
	while (n > 0 && out[n - 1] == '.')
		n--;
	out[n] = '\0';
	if (n == 0)
		(void)snprintf(out, cap, "prompt");
	/* Calls find these by key alone, for everybody. */
	if (strncmp(out, "digit.", 6) == 0 || strncmp(out, "say.", 4) == 0)
		out[strcspn(out, ".")] = '-';
}

/* --- changing --------------------------------------------------------------*/

static enum err say_audit(const struct req *r, const char *action,
    struct prompt_id id, const char *name, const struct prompt_said *s)
{
	struct trail a = { .action = action,
		.object_kind = "prompt",
		.object = id.v };
	struct json_out j;
	struct buf b;
	enum err e;

	buf_init(&b, AUDIT_MAX);
	json_out_init(&j, &b);
	json_out_object(&j);
	json_out_key(&j, "name");
	json_out_cstr(&j, name);
	if (s != NULL && s->file.n > 0) {
		json_out_key(&j, "file_bytes");
		json_out_u64(&j, s->file.n);
	} else if (s != NULL) {
		json_out_key(&j, "text");
		json_out_str(&j, s->text);
		json_out_key(&j, "voice");
		json_out_str(&j, s->voice);
	}
	json_out_end(&j);
	if ((e = json_out_done(&j)) == ERR_OK) {
		a.after = json_out_text(&j);
		e = trail_add(r, &a);
	}
	buf_fini(&b);
	return e;
}

static enum err write_version(const struct req *r, struct prompt_id id,
    const struct prompt_said *s)
{
	struct prompt_version v = { .speech = s->file.n == 0,
		.text = s->text,
		.by = r->user,
		.created_us = r->now_us };
	uint32_t version;

	if (v.speech && !slice_to_cstr(s->voice, v.voice, sizeof(v.voice)))
		return ERR_RANGE;
	return db_prompt_write(r->db, r->company, id, &v, s->file, &version);
}

static const char *language_of(const struct prompt_said *s)
{
	const struct voice *v = voice_find(s->voice);

	return v != NULL ? v->language : "en-US";
}

/* A key that is taken gets a number: "welcome.2". */
static enum err add_row(const struct req *r, const struct prompt_said *s,
    struct prompt_row *row)
{
	char stem[DB_PROMPT_KEY_MAX - 4];
	uint8_t dice[10];
	enum err e;

	if (!slice_to_cstr(s->name, row->name, sizeof(row->name)))
		return ERR_RANGE;
	key_of(s->name, stem, sizeof(stem));
	(void)snprintf(row->key, sizeof(row->key), "%s", stem);
	if (id_is_nil(row->id.v)) {
		rnd_bytes(dice, sizeof(dice));
		id_make(r->now_us, dice, row->id.v);
	}
	for (unsigned int n = 2;; n++) {
		e = db_prompt_add(r->db, r->company, row);
		if (e != ERR_CONFLICT || n > 99)
			return e;
		(void)snprintf(row->key, sizeof(row->key), "%s.%u", stem, n);
	}
}

enum err prompt_do_add(const struct req *r, const struct prompt_said *s,
    struct prompt_id *id)
{
	struct prompt_row row = { .id = *id, .created_us = r->now_us };
	enum err e;

	(void)snprintf(row.language, sizeof(row.language), "%s",
	    language_of(s));
	if ((e = add_row(r, s, &row)) == ERR_OK &&
	    (e = write_version(r, row.id, s)) == ERR_OK)
		e = say_audit(r, "prompt.add", row.id, row.name, s);
	*id = row.id;
	return e;
}

enum err prompt_do_version(const struct req *r, struct prompt_id id,
    const struct prompt_said *s)
{
	struct prompt_row row;
	enum err e;

	if ((e = db_prompt_get(r->db, r->company, id, &row)) == ERR_OK &&
	    (e = write_version(r, id, s)) == ERR_OK)
		e = say_audit(r, "prompt.version", id, row.name, s);
	return e;
}

enum err prompt_do_rename(const struct req *r, struct prompt_id id,
    struct slice name)
{
	char text[DB_NAME_BYTES];
	enum err e;

	if (!slice_to_cstr(name, text, sizeof(text)))
		return ERR_RANGE;
	e = db_prompt_rename(r->db, r->company, id, name);
	return e == ERR_OK ? say_audit(r, "prompt.rename", id, text, NULL) : e;
}

enum err prompt_do_retire(const struct req *r, struct prompt_id id)
{
	struct prompt_row row;
	enum err e;

	if ((e = db_prompt_get(r->db, r->company, id, &row)) != ERR_OK ||
	    (e = db_prompt_archive(r->db, r->company, id, r->now_us)) != ERR_OK)
		return e;
	return say_audit(r, "prompt.retire", id, row.name, NULL);
}

enum err prompt_do_wav(const struct req *r, struct prompt_id id,
    uint32_t version, struct buf *out)
{
	struct slice ulaw;
	enum err e;

	e = db_prompt_audio(r->db, r->company, id, version, r->arena, &ulaw);
	return e == ERR_OK ? snd_prompt_wav(ulaw, out) : e;
}
