#include "jobs/job_sweep.h"

#include "jobs/job_prompt.h"
#include "lib/db/db_login.h"
#include "lib/db/db_speech.h"

enum err job_sweep(const struct queue_env *env, const struct job_row *job)
{
	uint64_t removed;
	enum err e;

	(void)job;
	e = db_login_sweep(env->db, env->now_us,
	    env->now_us - JOB_SWEEP_ATTEMPTS_US);
	if (e == ERR_OK)
		e = db_speech_sweep(env->db, env->now_us - JOB_PROMPT_KEEP_US,
		    JOB_SWEEP_BATCH);
	if (e != ERR_OK)
		return e;
	do {
		e = db_job_sweep(env->db, env->now_us - JOB_SWEEP_DONE_US,
		    JOB_SWEEP_BATCH, &removed);
	} while (e == ERR_OK && removed == JOB_SWEEP_BATCH &&
		 !queue_stopping(env->queue));
	return e;
}
