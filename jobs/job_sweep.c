#include "jobs/job_sweep.h"

#include "jobs/job_prompt.h"
#include "lib/base/settings.h"
#include "lib/db/db_attrib_run.h"
#include "lib/db/db_hook_out.h"
#include "lib/db/db_login.h"
#include "lib/db/db_mail.h"
#include "lib/db/db_number_use.h"
#include "lib/db/db_once.h"
#include "lib/db/db_site_number.h"
#include "lib/db/db_speech.h"
#include "lib/db/db_user_token.h"
#include "lib/db/db_web_sweep.h"

/* What webhooks, mails and jobs that were given up were, long after. */
static enum err sweep_logs(const struct queue_env *env)
{
	const int64_t before_us = env->now_us - JOB_SWEEP_LOGS_US;
	uint64_t removed = 0;
	enum err e;

	do {
		e = db_hook_out_sweep(env->db, before_us, JOB_SWEEP_BATCH,
		    &removed);
	} while (e == ERR_OK && removed == JOB_SWEEP_BATCH &&
		 !queue_stopping(env->queue));
	if (e == ERR_OK)
		e = db_once_sweep(env->db, env->now_us - RT_DAY_US,
		    JOB_SWEEP_BATCH);
	if (e == ERR_OK)
		e = db_job_sweep_dead(env->db, before_us, JOB_SWEEP_BATCH,
		    &removed);
	return e == ERR_OK ? db_mail_log_sweep(env->db, before_us,
				 JOB_SWEEP_BATCH, &removed)
			   : e;
}

/* Pages and events of visits, where the owner limits their time. */
static enum err sweep_pages(const struct queue_env *env)
{
	const int64_t keep_us =
	    (int64_t)env->settings->pages_keep_days * RT_DAY_US;
	uint64_t removed = 0;
	enum err e = ERR_OK;

	if (keep_us == 0)
		return ERR_OK;
	do {
		e = db_web_sweep(env->db, env->now_us - keep_us,
		    JOB_SWEEP_BATCH, env->arena, &removed);
	} while (e == ERR_OK && removed > 0 && !queue_stopping(env->queue));
	return e;
}

/* Reports of calls that were credited again. */
static enum err sweep_runs(const struct queue_env *env)
{
	uint64_t removed = 0;
	enum err e;

	do {
		e = db_attrib_run_sweep(env->db,
		    env->now_us - DB_ATTRIB_RUN_KEEP_US, &removed);
	} while (e == ERR_OK && removed > 0 && !queue_stopping(env->queue));
	return e;
}

/* What the tags of sites said of their pages. */
static enum err sweep_sites(const struct queue_env *env)
{
	uint64_t removed = 0;
	enum err e;

	do {
		e = db_site_number_sweep(env->db,
		    env->now_us - JOB_SWEEP_SITES_US, JOB_SWEEP_BATCH,
		    &removed);
	} while (e == ERR_OK && removed >= JOB_SWEEP_BATCH &&
		 !queue_stopping(env->queue));
	return e;
}

enum err job_sweep(const struct queue_env *env, const struct job_row *job)
{
	uint64_t removed;
	enum err e;

	(void)job;
	e = db_login_sweep(env->db, env->now_us,
	    env->now_us - JOB_SWEEP_ATTEMPTS_US);
	if (e == ERR_OK)
		e = db_user_token_sweep(env->db,
		    env->now_us - JOB_SWEEP_ATTEMPTS_US);
	if (e == ERR_OK)
		e = db_number_use_lift(env->db, env->now_us, &removed);
	if (e == ERR_OK)
		e = db_speech_sweep(env->db, env->now_us - JOB_PROMPT_KEEP_US,
		    JOB_SWEEP_BATCH);
	if (e == ERR_OK)
		e = sweep_logs(env);
	if (e == ERR_OK)
		e = sweep_pages(env);
	if (e == ERR_OK)
		e = sweep_runs(env);
	if (e == ERR_OK)
		e = sweep_sites(env);
	if (e != ERR_OK)
		return e;
	do {
		e = db_job_sweep(env->db, env->now_us - JOB_SWEEP_DONE_US,
		    JOB_SWEEP_BATCH, &removed);
	} while (e == ERR_OK && removed == JOB_SWEEP_BATCH &&
		 !queue_stopping(env->queue));
	return e;
}
