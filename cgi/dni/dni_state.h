/*
 * dni_state.h - the lease server's memory and the queue to its one writer.
 *
 * Two locks. conf_lock: the configuration may be read while it is held for
 * reading, and is replaced while held for writing. mu: pools, visits, counts
 * and queue; held for microseconds, never across input or output but in the
 * rare reload of a pool. Order: conf_lock before mu.
 *
 * A request that changes a lease puts its write, which lies in its own stack,
 * into the open batch and waits for the write's own semaphore, without any
 * lock: a commit wakes many at once, and none of them has to queue for mu to
 * learn that all is well. The writer closes the batch, writes it in one
 * transaction while the next one fills, and wakes those who wait. Who waits
 * for another's write uses the batch's condition variable, of which there are
 * two in turn, so that a commit wakes only its own.
 * What nobody waits for is copied into a bounded list and goes with the next
 * batch; it survives the database being away.
 */
#ifndef RT_CGI_DNI_DNI_STATE_H
#define RT_CGI_DNI_DNI_STATE_H

#include <pthread.h>

#include "cgi/dni/dni_conf.h"
#include "cgi/dni/dni_flood.h"
#include "cgi/dni/dni_pool.h"
#include "cgi/dni/dni_visits.h"
#include "cgi/dni/dni_write.h"

#define DNI_STATE_LATER_MAX 50000 /* writes that wait for the database */

struct dni_state {
	pthread_rwlock_t conf_lock;
	struct dni_conf *conf;

	pthread_mutex_t mu;
	struct dni_pool **pools;
	size_t n_pools;
	struct dni_visits *visits;
	struct dni_flood *visits_flood; /* new visits of an address */
	struct dni_flood *hits_flood;   /* requests of an address or visitor */
	struct dni_flood *pool_flood;   /* a pool's numbers of an address */
	int64_t now_us;                 /* of the latest request */
	bool away;                      /* the database does not answer */

	pthread_cond_t work;
	pthread_cond_t done[2];
	struct dni_write *open;
	struct dni_write **open_end;
	uint64_t open_batch; /* number of the batch being filled, from 1 */
	uint64_t done_batch;
	struct dni_write *later;
	struct dni_write **later_end;
	size_t n_later;
	uint64_t lost; /* writes that did not fit */
	bool stop;
};

/* An empty state. ERR_NOMEM, ERR_INTERNAL. */
RT_MUST_USE enum err dni_state_new(struct dni_state **out, uint32_t visits_max,
    uint64_t visits_per_min);
/* No thread uses it any more. */
void dni_state_free(struct dni_state *s);

/* All with mu held. */

/* Puts w into the open batch and waits for its result, which it returns. Gives
 * mu up, and does not take it again. */
RT_MUST_USE enum err dni_state_write(struct dni_state *s, struct dni_write *w);
/* The writer's, without mu: those who wait for the writes of a list go on.
 * Nothing of the list may be used afterwards. */
void dni_state_wake(struct dni_write *list);
/* Waits until that batch has been written, or failed. */
void dni_state_wait(struct dni_state *s, uint64_t batch);
/* Copies w for later; counted as lost when it does not fit. */
void dni_state_later(struct dni_state *s, const struct dni_write *w);
/* NULL: no such pool, or it is not ours. */
struct dni_pool *dni_state_pool(struct dni_state *s, struct pool_id id);

#endif
