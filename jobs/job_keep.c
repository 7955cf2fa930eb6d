#include "jobs/job_keep.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "jobs/rec_path.h"
#include "lib/base/log.h"
#include "lib/db/db_audit.h"
#include "lib/db/db_forget_again.h"
#include "lib/db/db_policy.h"
#include "lib/db/db_visit_erased.h"

static enum err erase_file(int dir, const char *path)
{
	if (!rec_path_ok(path))
		return ERR_RANGE;
	if (unlinkat(dir, path, 0) == -1 && errno != ENOENT) {
		log_sys("job_keep: remove %s", path);
		return ERR_IO;
	}
	return ERR_OK;
}

static enum err note(const struct queue_env *env,
    const struct policy_recording *r)
{
	struct audit_row row = { .account = r->account,
		.action = "recording.erase",
		.object_kind = "recording",
		.after = r->asked ? SLICE("{\"why\":\"the person was erased\"}")
				  : SLICE("{\"why\":\"the company's term\"}") };

	memcpy(row.object, r->id.v, ID_BYTES);
	return db_audit_add(env->db, r->company, &row);
}

static enum err erase(const struct queue_env *env, int dir,
    const struct policy_recording *r)
{
	enum err e;

	if ((e = erase_file(dir, r->path)) != ERR_OK ||
	    (e = db_begin(env->db)) != ERR_OK)
		return e;
	e = db_policy_erased(env->db, r->company, r->id, env->now_us);
	if (e == ERR_OK)
		e = note(env, r);
	e = db_end(env->db, e);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* One run of the job. */
struct run {
	const struct queue_env *env;
	size_t removed;
	size_t stayed; /* files that could not be removed */
};

/* What became of a recording that is over its term. */
static enum err count(struct run *r, enum err e)
{
	if (e == ERR_OK)
		r->removed++;
	if (e != ERR_IO && e != ERR_RANGE)
		return e;
	r->stayed++;
	return ERR_OK;
}

/* A file that cannot be removed stays in the list, and keeps nobody else's: the
 * next batch begins behind all of these. */
static enum err recordings(struct run *r, size_t *n)
{
	const struct queue_env *env = r->env;
	struct policy_recording *rows;
	enum err e = db_policy_recordings(env->db, env->now_us, r->stayed,
	    JOB_KEEP_BATCH, env->arena, &rows, n);
	int dir;

	if (e != ERR_OK || *n == 0)
		return e;
	dir = open(env->settings->recordings_dir,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1) {
		log_sys("job_keep: open the recordings");
		return ERR_IO;
	}
	for (size_t i = 0; i < *n && e == ERR_OK; i++)
		e = count(r, erase(env, dir, &rows[i]));
	(void)close(dir); /* nothing was written through it */
	return e == ERR_OK && r->stayed >= JOB_KEEP_STAY_MAX ? ERR_IO : e;
}

static enum err visits(struct run *r, size_t *n)
{
	const enum err e = db_policy_visits(r->env->db, r->env->now_us,
	    JOB_KEEP_BATCH, r->env->arena, n);

	if (e == ERR_OK)
		r->removed += *n;
	return e;
}

static enum err callers(struct run *r, size_t *n)
{
	const enum err e = db_policy_callers(r->env->db, r->env->now_us,
	    JOB_KEEP_BATCH, r->env->arena, n);

	if (e == ERR_OK)
		r->removed += *n;
	return e;
}

/* All at once: few are erased while a page of theirs is open. */
static enum err late(struct run *r, size_t *n)
{
	*n = 0;
	return db_visit_erased_clear(r->env->db, r->env->now_us, r->env->arena);
}

static enum err left_before(struct run *r, size_t *n)
{
	return db_forget_again(r->env->db, JOB_KEEP_BATCH, r->env->arena, n);
}

static enum err (*const kinds[])(struct run *r, size_t *n) = {
	recordings,
	visits,
	callers,
	late,
	left_before,
};

/* Batch after batch until nothing of the kind is over its term. */
static enum err whole(struct run *r, size_t kind)
{
	const struct queue_env *env = r->env;
	size_t n;
	enum err e;

	do {
		arena_reset(env->arena);
		n = 0;
		e = kinds[kind](r, &n);
	} while (
	    e == ERR_OK && n == JOB_KEEP_BATCH && !queue_stopping(env->queue));
	return e;
}

enum err job_keep(const struct queue_env *env, const struct job_row *job)
{
	struct run r = { .env = env };
	enum err first = ERR_OK;

	(void)job;
	for (size_t i = 0; i < RT_ARRAY_LEN(kinds); i++) {
		const enum err e = whole(&r, i);

		if (first == ERR_OK)
			first = e;
	}
	if (r.removed > 0 || r.stayed > 0)
		log_info("job_keep: removed=%zu stayed=%zu", r.removed,
		    r.stayed);
	return first == ERR_OK && r.stayed > 0 ? ERR_IO : first;
}
