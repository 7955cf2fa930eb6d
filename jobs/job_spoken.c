#include "jobs/job_spoken.h"

#include "jobs/speak.h"
#include "lib/base/log.h"
#include "lib/core/flow_say.h"
#include "lib/db/db_config.h"
#include "lib/db/db_spoken.h"
#include "lib/json/json_in.h"
#include "lib/snd/snd_prompt.h"

#define DOCUMENT_DEPTH 8
#define DOCUMENT_MAX   ((size_t)1 << 20)

/* Which variable asks for which values. */
static const enum spoken_variable variables[FLOW_SAY_KIND_COUNT] = {
	[FLOW_SAY_SOURCE] = SPOKEN_SOURCE,
	[FLOW_SAY_MEDIUM] = SPOKEN_MEDIUM,
	[FLOW_SAY_CAMPAIGN] = SPOKEN_CAMPAIGN,
	[FLOW_SAY_KEYWORD] = SPOKEN_KEYWORD,
	[FLOW_SAY_NUMBER] = SPOKEN_NUMBER,
};

/* --- asking ----------------------------------------------------------------*/

static enum err want(const struct queue_env *env, struct slice language,
    struct slice text)
{
	char key[FLOW_SAY_KEY_MAX];

	/* Longer ones are nothing to say to somebody who waits. */
	if (text.n == 0 || text.n > FLOW_TEXT_MAX)
		return ERR_OK;
	flow_say_key(text, language, key);
	return db_spoken_want(env->db, slice_from(key), text, language,
	    env->now_us);
}

static enum err want_values(const struct queue_env *env,
    struct company_id company, struct slice language,
    enum spoken_variable variable)
{
	struct slice *rows = NULL;
	size_t n = 0;
	enum err e;

	e = db_spoken_values(env->db, company, variable,
	    env->now_us - JOB_SPOKEN_SINCE_US, env->arena, &rows, &n);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = want(env, language, rows[i]);
	return e;
}

static enum err want_say(const struct queue_env *env, struct company_id company,
    struct slice language, struct slice say)
{
	struct flow_say_segment part[FLOW_SAY_SEGMENTS_MAX];
	size_t n = 0;
	enum err e;

	if (flow_say_cut(say, part, &n) != ERR_OK)
		return ERR_OK; /* the flow's own check has said so */
	for (size_t i = 0; i < n; i++) {
		e = part[i].kind == FLOW_SAY_TEXT
			? want(env, language, part[i].text)
			: want_values(env, company, language,
			      variables[part[i].kind]);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static struct slice language_of(const struct json_node *step)
{
	struct slice s;

	return json_in_text(json_in_get(step, "language"), FLOW_TEXT_MAX, &s) ==
		       ERR_OK
		   ? s
		   : slice_from(voice_languages[0]);
}

static enum err want_flow(const struct queue_env *env,
    const struct spoken_flow *f)
{
	const struct json_node *steps, *step;
	struct json_in *in;
	struct slice key, say;
	void *at = NULL;
	enum err e;

	e = json_in_parse(f->document, DOCUMENT_MAX, DOCUMENT_DEPTH, &in, NULL);
	if (e != ERR_OK)
		return e == ERR_NOMEM ? e : ERR_OK;
	steps = json_in_get(json_in_root(in), "steps");
	while (e == ERR_OK && json_in_next(steps, &at, &key, &step))
		if (json_in_text(json_in_get(step, "say"), FLOW_TEXT_MAX,
			&say) == ERR_OK)
			e = want_say(env, f->company, language_of(step), say);
	json_in_free(in);
	return e;
}

static enum err want_all(const struct queue_env *env)
{
	struct spoken_flow *flows = NULL;
	size_t n = 0;
	enum err e = db_spoken_flows(env->db, env->arena, &flows, &n);

	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = want_flow(env, &flows[i]);
	return e;
}

/* --- speaking --------------------------------------------------------------*/

static enum err speak_one(const struct queue_env *env,
    const struct spoken_row *row)
{
	const struct voice *voice = voice_of(slice_from(row->language));
	struct buf wav, ulaw;
	enum err e = ERR_NOTFOUND;

	buf_init(&wav, SPEAK_FILE_MAX);
	buf_init(&ulaw, DB_SPOKEN_ULAW_MAX);
	if (voice != NULL && voice_reads(voice, slice_from(row->text)))
		e = speak(voice, slice_from(row->text), env->settings->run_dir,
		    &wav);
	if (e == ERR_OK)
		e = snd_prompt_speech(buf_slice(&wav), &ulaw);
	/* What cannot be said stays so; what was in the way does not. */
	if (e == ERR_OK || e == ERR_SYNTAX || e == ERR_NOTFOUND ||
	    e == ERR_TOOBIG)
		e = db_spoken_set(env->db, slice_from(row->key),
		    e == ERR_OK ? buf_slice(&ulaw) : SLICE(""));
	buf_fini(&ulaw);
	buf_fini(&wav);
	return e;
}

static enum err speak_pending(const struct queue_env *env)
{
	struct spoken_row *rows = NULL;
	size_t n = 0;
	enum err e;

	e = db_spoken_pending(env->db, JOB_SPOKEN_BATCH, env->arena, &rows, &n);
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		if (env->queue != NULL && queue_stopping(env->queue))
			return ERR_UNAVAILABLE;
		e = speak_one(env, &rows[i]);
	}
	if (e == ERR_OK && n > 0)
		e = db_config_bump(env->db); /* workers load them */
	return e;
}

enum err job_spoken(const struct queue_env *env, const struct job_row *job)
{
	uint64_t removed = 0;
	enum err e;

	(void)job;
	if ((e = want_all(env)) != ERR_OK || (e = speak_pending(env)) != ERR_OK)
		return e;
	return db_spoken_sweep(env->db, env->now_us - JOB_SPOKEN_KEEP_US,
	    JOB_SPOKEN_BATCH, &removed);
}
