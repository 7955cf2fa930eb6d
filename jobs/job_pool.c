#include "jobs/job_pool.h"

#include "lib/db/db_pool_use.h"

/* Heartbeats are written some seconds after they came. */
#define SETTLED_US (2 * RT_MIN_US)

static enum err one_hour(const struct queue_env *env,
    const struct pool_use_pool *p, int64_t hour_us)
{
	struct pool_hour row = { .hour_us = hour_us, .numbers = p->numbers };
	struct pool_use use;
	enum err e;

	e = db_pool_use_span(env->db, p->company, p->pool, hour_us,
	    hour_us + RT_HOUR_US, &use);
	if (e != ERR_OK)
		return e;
	row.leases = use.leases;
	row.peak = use.peak;
	row.held_s = use.held_us / (uint64_t)RT_SEC_US;
	return db_pool_use_put(env->db, p->company, p->pool, &row);
}

static enum err one_pool(const struct queue_env *env,
    const struct pool_use_pool *p)
{
	const int64_t end_us = env->now_us - SETTLED_US;
	int64_t at_us = env->now_us - JOB_POOL_BACK_US;
	enum err e = ERR_OK;

	if (p->created_us > at_us)
		at_us = p->created_us;
	if (p->last_us >= at_us)
		at_us = p->last_us + RT_HOUR_US;
	at_us = at_us / RT_HOUR_US * RT_HOUR_US;
	for (int i = 0; i < JOB_POOL_HOURS_MAX && e == ERR_OK &&
			at_us + RT_HOUR_US <= end_us;
	     i++, at_us += RT_HOUR_US)
		e = queue_stopping(env->queue) ? ERR_UNAVAILABLE
					       : one_hour(env, p, at_us);
	return e;
}

enum err job_pool(const struct queue_env *env, const struct job_row *job)
{
	struct pool_use_pool *pools = NULL;
	size_t n = 0;
	enum err e;

	(void)job;
	e = db_pool_use_pools(env->db, env->arena, &pools, &n);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = one_pool(env, &pools[i]);
	return e;
}
