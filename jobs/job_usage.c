#include "jobs/job_usage.h"

#include "lib/db/db_usage.h"

enum err job_usage(const struct queue_env *env, const struct job_row *job)
{
	(void)job;
	return db_usage_numbers(env->db, env->now_us);
}
