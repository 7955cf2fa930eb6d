#include "jobs/job_attrib_run.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/db/db_attrib_again.h"
#include "lib/db/db_attrib_run_page.h"
#include "lib/db/db_audit.h"
#include "lib/db/db_company.h"

#define PAGE_MAX_BYTES ((size_t)4 << 20)
#define CALL_MAX_BYTES ((size_t)512 * 1024)

static enum err audit(const struct queue_env *env, struct company_id company,
    const struct attrib_run *run)
{
	struct audit_row row = { .user = run->user,
		.action = "attrib.rerun.done",
		.object_kind = "attrib_run",
		.before = SLICE(""),
		.address = SLICE("") };
	struct company_row c;
	char mem[120];
	struct buf b;
	enum err e;

	if ((e = db_company_get(env->db, company, &c)) != ERR_OK)
		return e;
	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b,
	    "{\"rule\":%u,\"law\":%u,\"calls\":%" PRIu64 ",\"changed\":%" PRIu64
	    "}",
	    (unsigned int)run->rule_version, (unsigned int)run->law_version,
	    run->looked, run->changed);
	row.account = c.account;
	row.after = buf_slice(&b);
	memcpy(row.object, run->id.v, ID_BYTES);
	return db_audit_add(env->db, company, &row);
}

/* The end and its line in the audit log, or neither. */
static enum err finish(const struct queue_env *env, struct company_id company,
    const struct attrib_run *run)
{
	bool mine;
	enum err e;

	if ((e = db_join(env->db, &mine)) != ERR_OK)
		return e;
	e = db_attrib_run_end(env->db, company, run->id, "done", clk_wall_us());
	if (e == ERR_OK)
		e = run->applies
			? audit(env, company, run)
			: db_attrib_again_forget(env->db, company, run->id);
	return db_join_end(env->db, mine, e);
}

static enum err pages(const struct queue_env *env, struct company_id company,
    struct attrib_run *run, const struct attrib_law *law)
{
	const int64_t until_us = clk_mono_us() + JOB_ATTRIB_RUN_PIECE_US;
	struct arena page, scratch;
	bool left = true;
	enum err e = ERR_OK;

	arena_init(&page, PAGE_MAX_BYTES);
	arena_init(&scratch, CALL_MAX_BYTES);
	while (e == ERR_OK && left && clk_mono_us() < until_us)
		e = queue_stopping(env->queue)
			? ERR_UNAVAILABLE
			: db_attrib_run_page(env->db, company, run, law,
			      clk_wall_us(), &page, &scratch, &left);
	arena_fini(&scratch);
	arena_fini(&page);
	if (e != ERR_OK)
		return e;
	return left ? db_attrib_run_due(env->db, company, run, clk_wall_us())
		    : finish(env, company, run);
}

static enum err piece(const struct queue_env *env, struct company_id company,
    struct attrib_run *run)
{
	struct attrib_law law;
	enum err e = ERR_OK;

	if (strcmp(run->state, "waiting") == 0)
		e = db_attrib_run_page_begin(env->db, company, run);
	if (e == ERR_OK)
		e = db_attrib_law_of(env->db, company, run->law_version, &law);
	return e == ERR_OK ? pages(env, company, run, &law) : e;
}

static enum err the_run(const struct queue_env *env, const struct job_row *job,
    struct attrib_run *run)
{
	struct attrib_run_id id;
	const enum err e = id_parse(ID_KIND_attrib_run, job->payload, id.v);

	return e == ERR_OK ? db_attrib_run_get(env->db, job->company, id, run)
			   : e;
}

/* Who stops a run leaves what it kept to the piece that comes after. */
static enum err clear_up(const struct queue_env *env, const struct job_row *job)
{
	struct attrib_run run;
	enum err e = the_run(env, job, &run);

	if (e == ERR_OK && !db_attrib_run_under_way(&run))
		e = db_attrib_again_forget(env->db, job->company, run.id);
	return e == ERR_NOTFOUND ? ERR_OK : e; /* swept */
}

enum err job_attrib_run(const struct queue_env *env, const struct job_row *job)
{
	struct attrib_run run;
	enum err e = the_run(env, job, &run);

	if (e == ERR_NOTFOUND)
		return ERR_OK; /* swept */
	if (e != ERR_OK)
		return e;
	e = db_attrib_run_under_way(&run) ? piece(env, job->company, &run)
					  : ERR_CONFLICT;
	/* Stopped, or another piece is at it. */
	return e == ERR_CONFLICT ? clear_up(env, job) : e;
}

enum err job_attrib_run_given_up(const struct queue_env *env,
    const struct job_row *job)
{
	struct attrib_run run;
	enum err e = the_run(env, job, &run);

	if (e == ERR_OK && db_attrib_run_under_way(&run))
		e = db_attrib_run_end(env->db, job->company, run.id, "failed",
		    clk_wall_us());
	if (e == ERR_OK || e == ERR_CONFLICT)
		e = clear_up(env, job);
	/* It has ended, is swept, or never was one: nobody waits for it. */
	return e == ERR_NOTFOUND || e == ERR_CONFLICT || e == ERR_SYNTAX
		   ? ERR_OK
		   : e;
}
