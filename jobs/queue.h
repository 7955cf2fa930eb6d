/*
 * queue.h - runs jobs from the database: threads, limits, retries.
 *
 * Each thread takes one due job at a time of a kind that has room, runs its
 * function and writes down what came of it: done, again later (backoff with
 * jitter), or dead, for a person to see and replay. A kind has a limit of jobs
 * that run at once, so that one slow kind holds up no other; for that there is
 * a thread for each job that may run, but a connection only for each that does,
 * and QUEUE_LOOKS_MAX for those who look for one. A job whose
 * process dies becomes due again when its time is over; functions must
 * therefore be harmless when run twice. One whose last attempt never came to
 * an end is given up unrun: it may be what took the process down.
 */
#ifndef RT_JOBS_QUEUE_H
#define RT_JOBS_QUEUE_H

#include "lib/base/settings.h"
#include "lib/db/db_job.h"

#define QUEUE_KINDS_MAX   32
#define QUEUE_THREADS_MAX 64
#define QUEUE_LOOKS_MAX   2
#define QUEUE_POLL_US     (RT_SEC_US / 2) /* of a kind that had nothing due */

struct queue;

/* What a job's function works with; its own thread's. */
struct queue_env {
	const struct settings *settings;
	struct db *db;
	struct arena *arena; /* emptied after the job; the payload lies in it */
	int64_t now_us;      /* wall time of the job's start */
	const void *app;     /* the program's own, of queue_conf */
	const struct queue *queue;
	/* A function that ends with an error after it has set this is run again
	 * at that time, and this was no attempt. */
	int64_t *later_us;
};

struct queue_kind {
	const char *name;
	unsigned int parallel; /* jobs of this kind at once, in this process */
	int64_t visible_us;    /* longest time one may take */
	uint32_t max_attempts;
	/* Not 0: the queue itself adds one job of the kind in each period. */
	int64_t every_us;
	/* ERR_OK: done. ERR_SYNTAX, ERR_RANGE, ERR_UNSUPPORTED: will never
	 * work: dead at once. Others: again later. */
	enum err (*run)(const struct queue_env *env, const struct job_row *job);
	/* The job is about to be given up, after run() or unrun: whatever waits
	 * for it is told here. May be called more than once; on an error the
	 * job stays, and is given up again when its time is over. NULL: nothing
	 * waits. */
	enum err (
	    *given_up)(const struct queue_env *env, const struct job_row *job);
};

struct queue_conf {
	const struct settings *settings;
	const struct queue_kind *kinds;
	size_t n_kinds;
	/* 0: one for each job that may run at once. */
	unsigned int threads;
	const void *app; /* env->app of every job; NULL: none */
	/* Opens a connection; NULL: as the program "jobd". */
	enum err (*connect)(const struct settings *s, struct db **out);
};

/* Starts the threads. The caller owns *out. ERR_RANGE, ERR_NOMEM. */
RT_MUST_USE enum err queue_start(struct queue **out,
    const struct queue_conf *conf);
/* Lets running jobs end, joins the threads and frees q. NULL is allowed. */
void queue_stop(struct queue *q);
/* True once queue_stop() was called: a long job may give up with
 * ERR_UNAVAILABLE and will run again. */
bool queue_stopping(const struct queue *q);

/* What becomes of a job; pure, for tests. */
enum queue_fate {
	QUEUE_DONE,
	QUEUE_RETRY,
	QUEUE_DEAD
};
enum queue_fate queue_fate(enum err e, uint32_t attempts,
    uint32_t max_attempts);

#endif
