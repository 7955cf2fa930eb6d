#include "jobs/job_pack.h"

#include "lib/db/db_pack.h"

enum err job_pack(const struct queue_env *env, const struct job_row *job)
{
	size_t n = 0;

	(void)job;
	return db_pack_make_all(env->db, env->now_us, DB_PACK_LEAST,
	    JOB_PACK_DAYS, &n);
}
