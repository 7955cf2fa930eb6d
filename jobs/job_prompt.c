#include "jobs/job_prompt.h"

#include "jobs/speak.h"
#include "lib/base/log.h"
#include "lib/base/scan.h"
#include "lib/db/db_prompt.h"
#include "lib/db/db_speech.h"
#include "lib/hash/sha256.h"
#include "lib/snd/snd_prompt.h"

/* One version at work. */
struct work {
	const struct queue_env *env;
	struct company_id company;
	struct prompt_id id;
	uint32_t version;
	struct prompt_version row;
};

/* What people read, by what went wrong. Errors that are not here are tried
 * again. */
static const struct {
	enum err e;
	const char *upload;
	const char *speech;
} reasons[] = {
	{ ERR_SYNTAX,
	    "This is not a sound file that we can read, or it is damaged: it could"
	    " not be decoded.",
	    "The voice could not say this text." },
	{ ERR_RANGE,
	    "The sound has an unusual form: 4 to 192 kHz and up to 8"
	    " channels can be read.",
	    "The voice gave a sound of an unusual form." },
	{ ERR_TOOBIG, "The sound is longer than five minutes.",
	    "Spoken, the text is longer than five minutes." },
	{ ERR_NOTFOUND,
	    "There is nothing but silence in this file, or less than a tenth of"
	    " a second of sound.",
	    "The voice has nothing to say in this text: it may be in letters"
	    " that this voice does not read. Choose a voice of its language." },
	{ ERR_UNSUPPORTED, "Files of this kind cannot be read here.",
	    "The speech program is not installed on this machine: Debian's"
	    " packages flite and espeak-ng." },
};

static const char *reason(const struct work *w, enum err e)
{
	for (size_t i = 0; i < RT_ARRAY_LEN(reasons); i++)
		if (reasons[i].e == e)
			return w->row.speech ? reasons[i].speech
					     : reasons[i].upload;
	return NULL;
}

/* --- uploads ---------------------------------------------------------------*/

static enum err from_upload(const struct work *w, struct buf *ulaw)
{
	struct slice file;
	enum err e;

	e = db_prompt_upload(w->env->db, w->company, w->id, w->version,
	    w->env->arena, &file);
	if (e == ERR_NOTFOUND)
		return ERR_INTERNAL; /* a pending version has its file */
	return e == ERR_OK ? snd_prompt_make(file, ulaw) : e;
}

/* --- speech ----------------------------------------------------------------*/

static enum err digest(const struct voice *v, struct slice text,
    uint8_t out[SHA256_BYTES])
{
	const struct slice key = slice_from(v->key);
	struct sha256 *h;
	enum err e;

	if ((e = sha256_new(&h)) != ERR_OK)
		return e;
	if ((e = sha256_more(h, key.p, key.n + 1)) == ERR_OK && /* with NUL */
	    (e = sha256_more(h, text.p, text.n)) == ERR_OK)
		e = sha256_end(h, out);
	sha256_free(h);
	return e;
}

static enum err say(const struct work *w, const struct voice *v,
    struct buf *ulaw)
{
	struct buf wav;
	enum err e;

	buf_init(&wav, SPEAK_FILE_MAX);
	e = speak(v, w->row.text, w->env->settings->run_dir, &wav);
	if (e == ERR_OK)
		e = snd_prompt_speech(buf_slice(&wav), ulaw);
	buf_fini(&wav);
	return e;
}

static enum err from_speech(const struct work *w, struct buf *ulaw)
{
	const struct voice *v = voice_find(slice_from(w->row.voice));
	uint8_t key[SHA256_BYTES];
	struct slice known;
	enum err e;

	if (v == NULL)
		return ERR_SYNTAX;
	if (!voice_reads(v, w->row.text))
		return ERR_NOTFOUND;
	if ((e = digest(v, w->row.text, key)) != ERR_OK)
		return e;
	e = db_speech_get(w->env->db, key, w->env->now_us, w->env->arena,
	    &known);
	if (e == ERR_OK) {
		buf_put(ulaw, known);
		return buf_err(ulaw);
	}
	if (e != ERR_NOTFOUND || (e = say(w, v, ulaw)) != ERR_OK)
		return e;
	return db_speech_put(w->env->db, key, buf_slice(ulaw), w->env->now_us);
}

/* --- the job ---------------------------------------------------------------*/

static enum err read_payload(struct slice s, struct work *w)
{
	struct slice id;
	enum err e;

	if (!slice_cut(&s, ' ', &id))
		return ERR_SYNTAX;
	if ((e = id_parse(ID_KIND_prompt, id, w->id.v)) != ERR_OK ||
	    (e = scan_u32(&s, &w->version)) != ERR_OK)
		return e;
	return s.n == 0 ? ERR_OK : ERR_SYNTAX;
}

static enum err finish(const struct work *w, enum err made,
    const struct buf *ulaw)
{
	const char *why = reason(w, made);
	enum err e;

	if (made == ERR_OK)
		e = db_prompt_ready(w->env->db, w->company, w->id, w->version,
		    buf_slice(ulaw), w->env->now_us);
	else if (why != NULL)
		e = db_prompt_failed(w->env->db, w->company, w->id, w->version,
		    slice_from(why));
	else
		return made;
	return e == ERR_NOTFOUND ? ERR_OK : e; /* somebody else was faster */
}

enum err job_prompt(const struct queue_env *env, const struct job_row *job)
{
	struct work w = { .env = env, .company = job->company };
	struct buf ulaw;
	enum err e;

	if ((e = read_payload(job->payload, &w)) != ERR_OK)
		return e;
	e = db_prompt_version(env->db, w.company, w.id, w.version, env->arena,
	    &w.row);
	if (e == ERR_NOTFOUND || (e == ERR_OK && w.row.state != PROMPT_PENDING))
		return ERR_OK; /* nothing is left to do */
	if (e != ERR_OK)
		return e;
	buf_init(&ulaw, DB_PROMPT_ULAW_MAX);
	e = w.row.speech ? from_speech(&w, &ulaw) : from_upload(&w, &ulaw);
	e = finish(&w, e, &ulaw);
	buf_fini(&ulaw);
	return e;
}
