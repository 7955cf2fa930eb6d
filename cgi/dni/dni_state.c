#include "cgi/dni/dni_state.h"

#include <stdlib.h>
#include <time.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/metric.h"

/* A page that is opened and reloaded asks a few times; an office behind one
 * address has many people, and a link that all of them get at once. */
#define HITS_BURST   600
#define HITS_PER_MIN 1200
#define VISITS_BURST 4 /* minutes of what an address may begin */

#define OPEN_MAX 8192 /* writes of one batch, each of a connection of nginx */

enum err dni_state_new(struct dni_state **out, uint32_t visits_max,
    uint64_t visits_per_min)
{
	struct dni_state *s = calloc(1, sizeof(*s));
	pthread_condattr_t mono;
	enum err e;

	if (s == NULL)
		return ERR_NOMEM;
	s->open_end = &s->open;
	s->later_end = &s->later;
	s->open_batch = 1;
	s->stored_us = clk_wall_us();
	if (pthread_condattr_init(&mono) != 0 ||
	    pthread_condattr_setclock(&mono, CLOCK_MONOTONIC) != 0 ||
	    pthread_rwlock_init(&s->conf_lock, NULL) != 0 ||
	    pthread_mutex_init(&s->mu, NULL) != 0 ||
	    pthread_cond_init(&s->work, &mono) != 0 ||
	    pthread_cond_init(&s->turn, &mono) != 0 ||
	    pthread_cond_init(&s->halt, &mono) != 0) {
		free(s);
		return ERR_INTERNAL;
	}
	(void)pthread_condattr_destroy(&mono);
	e = dni_visits_new(&s->visits, visits_max);
	if (e == ERR_OK)
		e = dni_flood_new(&s->visits_flood,
		    VISITS_BURST * visits_per_min, visits_per_min);
	if (e == ERR_OK)
		e = visits_per_min == 0 ? dni_flood_new(&s->hits_flood, 0, 0)
					: dni_flood_new(&s->hits_flood,
					      HITS_BURST, HITS_PER_MIN);
	if (e != ERR_OK) {
		dni_state_free(s);
		return e;
	}
	*out = s;
	return ERR_OK;
}

void dni_state_free(struct dni_state *s)
{
	if (s == NULL)
		return;
	while (s->later != NULL) {
		struct dni_write *w = s->later;

		s->later = w->next;
		free(w);
	}
	for (size_t i = 0; i < s->n_pools; i++)
		dni_pool_free(s->pools[i]);
	free(s->pools);
	dni_visits_free(s->visits);
	dni_flood_free(s->visits_flood);
	dni_flood_free(s->hits_flood);
	dni_conf_free(s->conf);
	(void)pthread_cond_destroy(&s->work);
	(void)pthread_cond_destroy(&s->turn);
	(void)pthread_cond_destroy(&s->halt);
	(void)pthread_mutex_destroy(&s->mu);
	(void)pthread_rwlock_destroy(&s->conf_lock);
	free(s);
}

enum err dni_state_write(struct dni_state *s, const struct dni_write *w,
    struct dni_wait *wait)
{
	struct dni_write *copy;

	if (s->n_open >= OPEN_MAX)
		return ERR_TOOBIG;
	if ((copy = dni_write_copy(w)) == NULL)
		return ERR_NOMEM;
	copy->wait = wait;
	if (s->open == NULL)
		s->open_since_us = clk_mono_us();
	*s->open_end = copy;
	s->open_end = &copy->next;
	s->n_open++;
	if (s->n_open == 1 || s->n_open == DNI_STATE_SECOND)
		(void)pthread_cond_signal(&s->work);
	return ERR_OK;
}

bool dni_state_away(const struct dni_state *s)
{
	const int64_t before = clk_mono_us() - DNI_STATE_STALL_US;

	if (s->away || (s->open_since_us != 0 && s->open_since_us < before))
		return true;
	for (size_t i = 0; i < DNI_STATE_WRITERS; i++)
		if (s->batch_since_us[i] != 0 && s->batch_since_us[i] < before)
			return true;
	return false;
}

void dni_state_settle_all(struct dni_state *s)
{
	uint64_t last;

	(void)pthread_mutex_lock(&s->mu);
	last = s->open == NULL ? s->open_batch - 1 : s->open_batch;
	while (!s->stop && s->done_batch < last)
		(void)pthread_cond_wait(&s->turn, &s->mu);
	(void)pthread_mutex_unlock(&s->mu);
}

struct later *dni_state_settle(struct dni_state *s, struct dni_write *list)
{
	struct later *ready = NULL, **end = &ready;

	while (list != NULL) {
		struct dni_write *w = list;
		struct dni_wait *wait = w->wait;

		list = w->next;
		wait->settled = true;
		wait->result = w->result;
		wait->settle(s, wait, w);
		if (wait->later == NULL) {
			dni_state_wait_free(wait);
			continue;
		}
		*end = wait->later;
		end = &wait->later->next;
	}
	*end = NULL;
	return ready;
}

void dni_state_wait_free(struct dni_wait *wait)
{
	if (wait == NULL)
		return;
	free(wait->state);
	free(wait);
}

static void count_lost(struct dni_state *s, const struct dni_write *w)
{
	const int64_t now_us = clk_mono_us();
	struct dni_visit *visit = NULL;

	if ((w->parts & DNI_WRITE_VISIT) != 0)
		visit = dni_visits_find(s->visits, 0, w->visit.id);
	if (visit != NULL)
		visit->unstored = true;
	s->lost++;
	metric_add(METRIC_DNI_LOST, 1);
	if (now_us < s->lost_next_us)
		return;
	log_error("dni: no room for what visitors do: lost=%llu waiting=%zu",
	    (unsigned long long)(s->lost - s->lost_told), s->n_later);
	s->lost_told = s->lost;
	s->lost_next_us = now_us + RT_MIN_US;
}

void dni_state_later_own(struct dni_state *s, struct dni_write *copy)
{
	if (s->n_later >= DNI_STATE_LATER_MAX ||
	    s->later_bytes + copy->bytes > DNI_STATE_LATER_BYTES) {
		count_lost(s, copy);
		free(copy);
		return;
	}
	copy->next = NULL;
	copy->wait = NULL;
	if (s->later == NULL)
		s->later_since_us = clk_mono_us();
	*s->later_end = copy;
	s->later_end = &copy->next;
	s->n_later++;
	s->later_bytes += copy->bytes;
}

void dni_state_later(struct dni_state *s, const struct dni_write *w)
{
	struct dni_write *copy = dni_write_copy(w);

	if (copy == NULL)
		count_lost(s, w);
	else
		dni_state_later_own(s, copy);
}

struct dni_pool *dni_state_any_pool(struct dni_state *s, struct pool_id id)
{
	for (size_t i = 0; i < s->n_pools; i++)
		if (id_eq(s->pools[i]->id.v, id.v))
			return s->pools[i];
	return NULL;
}

struct dni_pool *dni_state_pool(struct dni_state *s, struct pool_id id)
{
	struct dni_pool *p = dni_state_any_pool(s, id);

	return p != NULL && p->owned ? p : NULL;
}

enum err dni_state_add_pool(struct dni_state *s, struct dni_pool *p)
{
	struct dni_pool **all =
	    realloc(s->pools, (s->n_pools + 1) * sizeof(*all));

	if (all == NULL) {
		dni_pool_free(p);
		return ERR_NOMEM;
	}
	all[s->n_pools++] = p;
	s->pools = all;
	return ERR_OK;
}
