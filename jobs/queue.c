#include "jobs/queue.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/metric.h"
#include "lib/base/rnd.h"

#define ARENA_MAX    ((size_t)16 << 20)
#define RECONNECT_US RT_SEC_US
/* A connection that nobody needed for so long is closed. */
#define SPARE_US RT_MIN_US

struct kind_state {
	unsigned int running;
	int64_t poll_us;   /* monotonic: ask again from then on */
	int64_t last_slot; /* of every_us, added last */
};

struct queue {
	struct queue_conf conf;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct kind_state kinds[QUEUE_KINDS_MAX];
	size_t turn; /* where the next search begins: fair to all kinds */
	unsigned int looks; /* threads that look for a job */
	/* Connections that nobody uses now, the last used on top. */
	struct spare {
		struct db *db;
		int64_t since_us; /* monotonic */
	} spares[QUEUE_THREADS_MAX];
	size_t n_spares;
	atomic_bool stop;
	pthread_t threads[QUEUE_THREADS_MAX];
	unsigned int n_threads;
};

struct worker {
	struct queue *q;
	struct db *db; /* NULL: none at the moment */
	bool looks;
	struct arena arena;
};

enum queue_fate queue_fate(enum err e, uint32_t attempts, uint32_t max_attempts)
{
	if (e == ERR_OK)
		return QUEUE_DONE;
	if (e == ERR_SYNTAX || e == ERR_RANGE || e == ERR_UNSUPPORTED)
		return QUEUE_DEAD;
	return attempts >= max_attempts ? QUEUE_DEAD : QUEUE_RETRY;
}

bool queue_stopping(const struct queue *q)
{
	return atomic_load(&q->stop);
}

/* --- waiting ---------------------------------------------------------------
 */

/* Under the lock. Wakes at mono_us or when the queue stops. */
static void wait_until(struct queue *q, int64_t mono_us)
{
	struct timespec t = { .tv_sec = (time_t)(mono_us / RT_SEC_US),
		.tv_nsec = (long)(mono_us % RT_SEC_US) * 1000 };

	if (!queue_stopping(q))
		(void)pthread_cond_timedwait(&q->wake, &q->lock, &t);
}

static void rest(struct queue *q, int64_t us)
{
	(void)pthread_mutex_lock(&q->lock);
	wait_until(q, clk_mono_us() + us);
	(void)pthread_mutex_unlock(&q->lock);
}

/* The next kind that has room and may have work: waits for one. Its room and
 * one of the looks are taken. NULL: the queue stops. */
static const struct queue_kind *take_kind(struct queue *q)
{
	const struct queue_kind *kind = NULL;

	(void)pthread_mutex_lock(&q->lock);
	while (kind == NULL && !queue_stopping(q)) {
		const int64_t now_us = clk_mono_us();
		int64_t next_us = now_us + QUEUE_POLL_US;
		const size_t n =
		    q->looks < QUEUE_LOOKS_MAX ? q->conf.n_kinds : 0;

		for (size_t i = 0; i < n && kind == NULL; i++) {
			const size_t k = (q->turn + i) % q->conf.n_kinds;
			struct kind_state *s = &q->kinds[k];

			if (s->running >= q->conf.kinds[k].parallel)
				continue;
			if (s->poll_us > now_us) {
				if (s->poll_us < next_us)
					next_us = s->poll_us;
				continue;
			}
			s->running++;
			q->turn = k + 1;
			q->looks++;
			kind = &q->conf.kinds[k];
		}
		if (kind == NULL)
			wait_until(q, next_us);
	}
	(void)pthread_mutex_unlock(&q->lock);
	return kind;
}

/* found: there may be more of it at once. */
static void give_kind(struct queue *q, const struct queue_kind *kind,
    bool found)
{
	struct kind_state *s = &q->kinds[kind - q->conf.kinds];

	(void)pthread_mutex_lock(&q->lock);
	s->running--;
	s->poll_us = found ? 0 : clk_mono_us() + QUEUE_POLL_US;
	(void)pthread_cond_signal(&q->wake);
	(void)pthread_mutex_unlock(&q->lock);
}

/* The look is over: somebody else may. */
static void seen(struct worker *w)
{
	struct queue *q = w->q;

	if (!w->looks)
		return;
	w->looks = false;
	(void)pthread_mutex_lock(&q->lock);
	q->looks--;
	(void)pthread_cond_signal(&q->wake);
	(void)pthread_mutex_unlock(&q->lock);
}

/* --- one job ---------------------------------------------------------------
 */

/* Whoever waits for the job is told first: a job that is dead is never looked
 * at again. */
static enum err give_up(struct worker *w, const struct queue_kind *kind,
    const struct queue_env *env, const struct job_row *job,
    const uint8_t claim[ID_BYTES], enum err result)
{
	enum err e = ERR_OK;

	if (kind->given_up != NULL) {
		e = kind->given_up(env, job);
		db_rollback(w->db); /* what a function left open */
	}
	if (e != ERR_OK)
		return e;
	metric_add(METRIC_JOBS_DEAD, 1);
	log_error("queue: given up kind=%s job=%llu attempt=%u error=%s",
	    kind->name, (unsigned long long)job->id, job->attempts,
	    err_name(result));
	return db_job_dead(w->db, job->id, claim, clk_wall_us(),
	    slice_from(err_name(result)));
}

static enum err write_fate(struct worker *w, const struct queue_kind *kind,
    const struct queue_env *env, const struct job_row *job,
    const uint8_t claim[ID_BYTES], enum err result)
{
	const int64_t now_us = clk_wall_us();
	uint64_t dice;

	if (result != ERR_OK && *env->later_us != 0)
		return db_job_put_off(w->db, job->id, claim, *env->later_us);
	switch (queue_fate(result, job->attempts, kind->max_attempts)) {
	case QUEUE_DONE:
		metric_add(METRIC_JOBS_DONE, 1);
		return db_job_done(w->db, job->id, claim, now_us);
	case QUEUE_DEAD:
		return give_up(w, kind, env, job, claim, result);
	case QUEUE_RETRY:
		break;
	}
	metric_add(METRIC_JOBS_AGAIN, 1);
	log_warn("queue: again later kind=%s job=%llu attempt=%u error=%s",
	    kind->name, (unsigned long long)job->id, job->attempts,
	    err_name(result));
	rnd_bytes(&dice, sizeof(dice));
	return db_job_retry(w->db, job->id, claim,
	    now_us + db_job_backoff_us(job->attempts, dice),
	    slice_from(err_name(result)));
}

static void settle(struct worker *w, const struct queue_kind *kind,
    const struct queue_env *env, const struct job_row *job,
    const uint8_t claim[ID_BYTES], enum err result)
{
	const enum err e = write_fate(w, kind, env, job, claim, result);

	/* Not written down: it becomes due again, which is harmless. */
	if (e != ERR_OK)
		log_warn("queue: result not stored kind=%s job=%llu error=%s",
		    kind->name, (unsigned long long)job->id, err_name(e));
}

/* Adds this period's job of a kind that runs by the clock. */
static void add_periodic(struct worker *w, const struct queue_kind *kind)
{
	struct kind_state *s = &w->q->kinds[kind - w->q->conf.kinds];
	const struct company_id nobody = { { 0 } };
	const int64_t now_us = clk_wall_us();
	int64_t slot, last;
	char key[24];
	struct buf b;

	if (kind->every_us == 0)
		return;
	slot = now_us / kind->every_us;
	(void)pthread_mutex_lock(&w->q->lock);
	last = s->last_slot;
	s->last_slot = slot;
	(void)pthread_mutex_unlock(&w->q->lock);
	if (slot == last)
		return;
	buf_over(&b, key, sizeof(key));
	buf_i64(&b, slot);
	/* The key makes it one a period, however many processes there are. */
	if (db_job_add(w->db, nobody, kind->name, buf_slice(&b), SLICE("{}"),
		now_us, now_us) != ERR_OK) {
		(void)pthread_mutex_lock(&w->q->lock);
		s->last_slot = last;
		(void)pthread_mutex_unlock(&w->q->lock);
	}
}

/* Takes and runs one job of the kind. False: none is due. */
static bool run_one(struct worker *w, const struct queue_kind *kind)
{
	uint8_t claim[ID_BYTES];
	struct job_row *jobs, job;
	struct queue_env env;
	int64_t start_us, later_us = 0;
	size_t n = 0;
	enum err e;

	add_periodic(w, kind);
	rnd_bytes(claim, sizeof(claim));
	env = (struct queue_env){ .settings = w->q->conf.settings,
		.db = w->db,
		.arena = &w->arena,
		.now_us = clk_wall_us(),
		.app = w->q->conf.app,
		.queue = w->q,
		.later_us = &later_us };
	e = db_job_claim(w->db, kind->name, 1, claim, env.now_us,
	    kind->visible_us, &w->arena, &jobs, &n);
	seen(w);
	if (e != ERR_OK || n == 0)
		return false;
	job = jobs[0]; /* the function may empty the arena */
	if (job.attempts > kind->max_attempts) {
		settle(w, kind, &env, &job, claim, ERR_CLOSED);
		return true;
	}
	start_us = clk_mono_us();
	e = kind->run(&env, &job);
	log_info("queue: ran kind=%s job=%llu attempt=%u result=%s us=%lld",
	    kind->name, (unsigned long long)job.id, job.attempts, err_name(e),
	    (long long)(clk_mono_us() - start_us));
	db_rollback(w->db); /* what a function left open */
	settle(w, kind, &env, &job, claim, e);
	return true;
}

/* --- threads ---------------------------------------------------------------
 */

static enum err connect_as_jobd(const struct settings *s, struct db **out)
{
	return db_open_as(out, s->secret_dir, s->db_socket, s->db_name, "jobd");
}

/* One that worked, and one that nobody needs any more; NULL: none. */
static struct db *take_spare(struct queue *q, struct db **old)
{
	struct db *db = NULL;

	*old = NULL;
	(void)pthread_mutex_lock(&q->lock);
	if (q->n_spares > 0)
		db = q->spares[--q->n_spares].db;
	if (q->n_spares > 0 &&
	    clk_mono_us() - q->spares[0].since_us > SPARE_US) {
		*old = q->spares[0].db;
		q->n_spares--;
		for (size_t i = 0; i < q->n_spares; i++)
			q->spares[i] = q->spares[i + 1];
	}
	(void)pthread_mutex_unlock(&q->lock);
	return db;
}

/* True: there is a working connection. */
static bool connected(struct worker *w)
{
	const struct queue_conf *c = &w->q->conf;
	struct db *old;
	enum err e = ERR_OK;

	w->db = take_spare(w->q, &old);
	db_close(old);
	if (w->db == NULL)
		e = c->connect(c->settings, &w->db);
	else if (db_broken(w->db))
		e = db_reconnect(w->db);
	return e == ERR_OK;
}

static void disconnected(struct worker *w)
{
	struct queue *q = w->q;

	if (w->db == NULL)
		return;
	(void)pthread_mutex_lock(&q->lock);
	/* There is room: each thread has one at most. */
	q->spares[q->n_spares++] =
	    (struct spare){ .db = w->db, .since_us = clk_mono_us() };
	(void)pthread_mutex_unlock(&q->lock);
	w->db = NULL;
}

static void *work(void *arg)
{
	struct queue *q = arg;
	struct worker w = { .q = q };
	const struct queue_kind *kind;

	arena_init(&w.arena, ARENA_MAX);
	while ((kind = take_kind(q)) != NULL) {
		bool found = false, there;

		w.looks = true;
		there = connected(&w);
		if (there)
			found = run_one(&w, kind);
		disconnected(&w);
		seen(&w);
		give_kind(q, kind, found);
		arena_reset(&w.arena);
		if (!there)
			rest(q, RECONNECT_US);
	}
	arena_fini(&w.arena);
	return NULL;
}

static enum err init_waiting(struct queue *q)
{
	pthread_condattr_t attr;
	int rc;

	if (pthread_condattr_init(&attr) != 0)
		return ERR_NOMEM;
	rc = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	if (rc == 0)
		rc = pthread_cond_init(&q->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
	if (rc != 0)
		return ERR_NOMEM;
	if (pthread_mutex_init(&q->lock, NULL) == 0)
		return ERR_OK;
	(void)pthread_cond_destroy(&q->wake);
	return ERR_NOMEM;
}

static unsigned int threads_of(const struct queue_conf *conf)
{
	unsigned int n = conf->threads;

	for (size_t i = 0; conf->threads == 0 && i < conf->n_kinds; i++)
		n += conf->kinds[i].parallel;
	return n;
}

enum err queue_start(struct queue **out, const struct queue_conf *conf)
{
	const unsigned int threads = threads_of(conf);
	struct queue *q;

	if (conf->n_kinds == 0 || conf->n_kinds > QUEUE_KINDS_MAX ||
	    threads == 0 || threads > QUEUE_THREADS_MAX)
		return ERR_RANGE;
	q = calloc(1, sizeof(*q));
	if (q == NULL)
		return ERR_NOMEM;
	q->conf = *conf;
	if (q->conf.connect == NULL)
		q->conf.connect = connect_as_jobd;
	for (size_t i = 0; i < conf->n_kinds; i++)
		q->kinds[i].last_slot = -1;
	if (init_waiting(q) != ERR_OK) {
		free(q);
		return ERR_NOMEM;
	}
	for (; q->n_threads < threads; q->n_threads++) {
		if (pthread_create(&q->threads[q->n_threads], NULL, work, q) !=
		    0) {
			queue_stop(q);
			return ERR_NOMEM;
		}
	}
	*out = q;
	return ERR_OK;
}

void queue_stop(struct queue *q)
{
	if (q == NULL)
		return;
	(void)pthread_mutex_lock(&q->lock);
	atomic_store(&q->stop, true);
	(void)pthread_cond_broadcast(&q->wake);
	(void)pthread_mutex_unlock(&q->lock);
	for (unsigned int i = 0; i < q->n_threads; i++)
		(void)pthread_join(q->threads[i], NULL);
	for (size_t i = 0; i < q->n_spares; i++)
		db_close(q->spares[i].db);
	(void)pthread_cond_destroy(&q->wake);
	(void)pthread_mutex_destroy(&q->lock);
	free(q);
}
