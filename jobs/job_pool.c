#include "jobs/job_pool.h"

#include <stdio.h>

#include "jobs/mail_notice.h"
#include "lib/db/db_attrib_fit.h"
#include "lib/db/db_pool_use.h"

/* Heartbeats are written some seconds after they came. */
#define SETTLED_US (2 * RT_MIN_US)

static enum err one_hour(const struct queue_env *env,
    const struct pool_use_pool *p, int64_t hour_us)
{
	struct pool_hour row = { .hour_us = hour_us,
		.numbers = p->numbers,
		.rest_s = p->rest_s };
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

/* Once a week for each state: the page shows the rest. */
#define TOLD_AGAIN_US (7 * RT_DAY_US)
#define LINE_BYTES    1000

/* NULL: nothing to tell. */
static const char *word_of(const struct pool_use_trend *t)
{
	switch (t->state) {
	case POOL_USE_FULL:
		return "full";
	case POOL_USE_SOON:
		return "soon";
	case POOL_USE_EMPTY:
		return t->turned_away > 0 ? "empty" : NULL;
	case POOL_USE_UNUSED:
	case POOL_USE_UNKNOWN:
	case POOL_USE_CALM:
		break;
	}
	return NULL;
}

static void subject_of(const struct pool_use_pool *p,
    const struct pool_use_trend *t, char out[LINE_BYTES])
{
	const char *what = t->state == POOL_USE_FULL   ? "is full"
			   : t->state == POOL_USE_SOON ? "fills up"
						       : "has no numbers";

	(void)snprintf(out, LINE_BYTES, "The pool %.400s %s", p->name, what);
}

static void text_of(const struct pool_use_pool *p,
    const struct pool_use_trend *t, char out[LINE_BYTES])
{
	const unsigned int n = p->numbers;
	const char *in_use = p->rest_s > 0 ? "in use or resting" : "in use";

	if (t->state == POOL_USE_FULL)
		(void)snprintf(out, LINE_BYTES,
		    "Within the last day all %u numbers of %.400s were %s,"
		    " or visitors went without one. Their calls are credited"
		    " less exactly.",
		    n, p->name, in_use);
	else if (t->state == POOL_USE_SOON)
		(void)snprintf(out, LINE_BYTES,
		    "At the trend of the last weeks all %u numbers of %.400s"
		    " will be %s in about %u %s.",
		    n, p->name, in_use, (unsigned int)t->days,
		    t->days == 1 ? "day" : "days");
	else
		(void)snprintf(out, LINE_BYTES,
		    "The pool %.400s has no numbers, and within the last day"
		    " visitors of its sites went without one. Their calls are"
		    " credited less exactly.",
		    p->name);
}

static enum err tell(const struct queue_env *env, const struct pool_use_pool *p,
    const struct pool_use_trend *t)
{
	char subject[LINE_BYTES], text[LINE_BYTES], path[ID_TEXT_MAX + 16],
	    key[ID_TEXT_MAX + 48], id[ID_TEXT_MAX];

	id_text(ID_KIND_pool, p->pool.v, id);
	subject_of(p, t, subject);
	text_of(p, t, text);
	(void)snprintf(path, sizeof(path), "/pools/%s", id);
	(void)snprintf(key, sizeof(key), "%s:%s:%lld", id, word_of(t),
	    (long long)(env->now_us / TOLD_AGAIN_US));
	return mail_notice_tell(env,
	    &(struct mail_notice){ .company = p->company,
		.kind = MAIL_RULE_POOL_FULL,
		.subject = subject,
		.text = text,
		.path = path,
		.key = key });
}

/* The hours of a trend, of each pool anew: the job's own memory holds the
 * pools. */
#define TREND_BYTES ((size_t)4 << 20)

/* After a new hour, so once an hour and pool. */
static enum err watch(const struct queue_env *env,
    const struct pool_use_pool *p)
{
	const struct pool_use_size size = { p->numbers, p->rest_s };
	struct pool_use_trend t;
	struct arena mem;
	enum err e;

	arena_init(&mem, TREND_BYTES);
	e = db_pool_use_trend(env->db, p->company, p->pool, &size, env->now_us,
	    &mem, &t);
	arena_fini(&mem);
	return e == ERR_OK && word_of(&t) != NULL ? tell(env, p, &t) : e;
}

/* The first hour that is to be made, or to be made again. */
static int64_t first_hour(const struct queue_env *env,
    const struct pool_use_pool *p)
{
	int64_t at_us = env->now_us - JOB_POOL_BACK_US;

	if (p->created_us > at_us)
		at_us = p->created_us;
	if (p->last_us >= at_us)
		at_us = p->last_us + RT_HOUR_US;
	if (p->other_us != 0 && p->other_us < at_us)
		at_us = p->other_us;
	return at_us / RT_HOUR_US * RT_HOUR_US;
}

static enum err one_pool(const struct queue_env *env,
    const struct pool_use_pool *p)
{
	const int64_t end_us = env->now_us - SETTLED_US;
	int64_t at_us = first_hour(env, p);
	enum err e = ERR_OK;
	int made = 0;

	for (; made < JOB_POOL_HOURS_MAX && e == ERR_OK &&
	       at_us + RT_HOUR_US <= end_us;
	     made++, at_us += RT_HOUR_US)
		e = queue_stopping(env->queue) ? ERR_UNAVAILABLE
					       : one_hour(env, p, at_us);
	if (e == ERR_OK && made > 0)
		/* The delays are learnt from calls to them for longer. */
		e = db_pool_use_forget(env->db, p->company, p->pool,
		    env->now_us - DB_ATTRIB_FIT_PERIOD_US);
	/* While some are missing, the others tell nothing. */
	return e == ERR_OK && made > 0 && at_us + RT_HOUR_US > end_us
		   ? watch(env, p)
		   : e;
}

enum err job_pool(const struct queue_env *env, const struct job_row *job)
{
	struct pool_use_pool *pools = NULL;
	size_t n = 0;
	enum err e;

	(void)job;
	e = db_pool_use_pools(env->db, env->now_us - JOB_POOL_BACK_US,
	    env->now_us, env->arena, &pools, &n);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = one_pool(env, &pools[i]);
	return e;
}
