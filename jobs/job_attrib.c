#include "jobs/job_attrib.h"

#include "lib/base/log.h"
#include "lib/db/db_attrib_fit.h"

static bool is_fresh(const struct queue_env *env, struct company_id company)
{
	struct attrib_law_row row;

	return db_attrib_law_newest(env->db, company, &row) == ERR_OK &&
	       row.fitted_us > env->now_us - JOB_ATTRIB_EVERY_US / 2;
}

enum err job_attrib(const struct queue_env *env, const struct job_row *job)
{
	struct company_id *companies = NULL;
	struct attrib_law_row row;
	size_t n = 0, fitted = 0;
	enum err e;

	(void)job;
	e = db_attrib_fit_companies(env->db, env->arena, &companies, &n);
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		if (queue_stopping(env->queue))
			return ERR_UNAVAILABLE;
		if (is_fresh(env, companies[i]))
			continue;
		e = db_attrib_fit(env->db, companies[i],
		    env->now_us - DB_ATTRIB_FIT_PERIOD_US, env->now_us,
		    env->now_us, &row);
		fitted += e == ERR_OK;
		if (e == ERR_NOTFOUND)
			e = ERR_OK; /* too few calls: the law stays */
	}
	if (fitted > 0)
		log_info("attrib: laws fitted companies=%zu", fitted);
	return e;
}
