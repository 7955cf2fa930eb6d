/*
 * dni_state.h - the lease server's memory and the queue to its writers.
 *
 * Two locks. conf_lock: the configuration may be read while it is held for
 * reading, and is replaced while held for writing. mu: pools, visits, counts
 * and queue; held for microseconds, never across input or output but in the
 * rare reload of a pool. Order: conf_lock before mu.
 *
 * A request that changes a lease puts a copy of its write into the open batch
 * and lets its connection wait (cgi/web/later.h), without a thread. A writer
 * (dni_writer.h) closes the batch, writes it in one transaction while the next
 * one fills, settles what it changed, and lets the waiting answers go on. A
 * database that neither answers nor refuses is noticed by the age of the oldest
 * write: after a second new visitors are not made to wait for it, and who waits
 * already is answered without it. What nobody waits for is copied into a
 * bounded list and goes with the next batch; it survives the database being
 * away.
 */
#ifndef RT_CGI_DNI_DNI_STATE_H
#define RT_CGI_DNI_DNI_STATE_H

#include <pthread.h>

#include "cgi/dni/dni_conf.h"
#include "cgi/dni/dni_flood.h"
#include "cgi/dni/dni_fresh.h"
#include "cgi/dni/dni_pool.h"
#include "cgi/dni/dni_visitor.h"
#include "cgi/dni/dni_visits.h"
#include "cgi/dni/dni_write.h"
#include "cgi/web/later.h"

/* Writes that wait for the database, and their memory. */
#define DNI_STATE_LATER_MAX   50000
#define DNI_STATE_LATER_BYTES ((size_t)128 << 20)
#define DNI_STATE_STALL_US    RT_SEC_US
#define DNI_STATE_WRITERS     2
/* So many writes are worth a transaction beside the one under way. */
#define DNI_STATE_SECOND 16

struct dni_state;

/* A request that waits for its write; on the heap. */
struct dni_wait {
	struct later *later; /* NULL: it was answered without the result */
	/* With mu held, once, by the writer: puts right in memory what the
	 * database did not take (w->result), and takes w. */
	void (*settle)(struct dni_state *s, struct dni_wait *wait,
	    struct dni_write *w);
	void *state; /* settle's; freed with the wait */
	bool settled;
	enum err result;
};

struct dni_state {
	pthread_rwlock_t conf_lock;
	struct dni_conf *conf;

	pthread_mutex_t mu;
	uint8_t visitor_key[KEYED_KEY_BYTES]; /* of visitors' ids */
	/* Visits and leases of before are in the database, which was away when
	 * we started: nobody knows who is missing. */
	bool unread;
	struct dni_pool **pools;
	size_t n_pools;
	struct dni_visits *visits;
	struct dni_flood *visits_flood; /* new visits of an address */
	struct dni_flood *hits_flood;   /* requests of an address or visitor */
	int64_t now_us;                 /* dni_clock.h; 0: nobody asked yet */
	int64_t asked_us; /* monotonic: for the time, last; 0: nobody yet */
	int64_t ahead_us; /* the wall's of the monotonic clock */
	int64_t moved_us; /* by all steps */
	int64_t late_us;  /* of what is stored, at most: dni_clock_read() */
	bool behind;      /* a pool's n_behind may not be 0 */
	bool away;        /* the database does not answer */

	pthread_cond_t work; /* for writers */
	pthread_cond_t turn; /* a batch is done, or nothing is alone any more */
	pthread_cond_t halt; /* stop was set, or a site is looked for; for the
				keeper */
	struct dni_write *open;
	struct dni_write **open_end;
	size_t n_open;
	/* Monotonic: since when the oldest write waits, in the open batch, in
	 * those being written and in what nobody waits for. 0: none waits. */
	int64_t open_since_us;
	int64_t batch_since_us[DNI_STATE_WRITERS];
	int64_t later_since_us;
	uint64_t open_batch;    /* number of the batch being filled, from 1 */
	uint64_t done_batch;    /* all up to it are settled */
	unsigned int n_running; /* being written */
	bool alone;             /* one that lets no other begin */
	int64_t flush_us;       /* monotonic: the next heartbeats are due */
	bool flushing;          /* and there were more of them */
	int64_t stored_us;      /* heartbeats that came before are stored */
	struct dni_write *later;
	struct dni_write **later_end;
	size_t n_later;
	size_t later_bytes;
	uint64_t lost;          /* writes that did not fit */
	uint64_t lost_told;     /* of these are in the log */
	int64_t lost_next_us;   /* monotonic: not before */
	struct dni_fresh fresh; /* who waits for a site that may be new */
	bool stop;
};

/* An empty state. ERR_NOMEM, ERR_INTERNAL. */
RT_MUST_USE enum err dni_state_new(struct dni_state **out, uint32_t visits_max,
    uint64_t visits_per_min);
/* No thread uses it any more. */
void dni_state_free(struct dni_state *s);

/* All with mu held, but dni_state_settle_all(). */

/* Puts a copy of w into the open batch; the writer will settle wait, and give
 * wait->later to later_ready() if it is still there. ERR_NOMEM; ERR_TOOBIG:
 * too many wait already. */
RT_MUST_USE enum err dni_state_write(struct dni_state *s,
    const struct dni_write *w, struct dni_wait *wait);
/* Is the database away, or as good as? */
bool dni_state_away(const struct dni_state *s);
/* The writer's: settles a list of its batch. The answers to be given to
 * later_ready(), without mu; NULL: none. */
struct later *dni_state_settle(struct dni_state *s, struct dni_write *list);
void dni_state_wait_free(struct dni_wait *wait);
/* Returns when all that was in the open batch before has been settled: what
 * memory said until then, the database says now, or never will. Writers must
 * be at work, or about to; at once when the server stops. */
void dni_state_settle_all(struct dni_state *s);
/* Copies w for later; what does not fit is counted as lost, in /metrics too,
 * and told in the log once a minute. */
void dni_state_later(struct dni_state *s, const struct dni_write *w);
/* The same for a copy, which is taken. */
void dni_state_later_own(struct dni_state *s, struct dni_write *copy);
/* NULL: no such pool, or it is not ours. */
struct dni_pool *dni_state_pool(struct dni_state *s, struct pool_id id);
/* Also one that is not; NULL: no such pool. */
struct dni_pool *dni_state_any_pool(struct dni_state *s, struct pool_id id);
/* Another pool, which is the state's from now on, also when this fails.
 * ERR_NOMEM. */
RT_MUST_USE enum err dni_state_add_pool(struct dni_state *s,
    struct dni_pool *p);

#endif
