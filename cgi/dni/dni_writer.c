#include "cgi/dni/dni_writer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cgi/dni/dni_batch.h"
#include "cgi/dni/dni_clock.h"
#include "cgi/dni/dni_overflow.h"
#include "lib/base/clk.h"
#include "lib/base/hang_thread.h"
#include "lib/base/log.h"
#include "lib/db/db.h"

#define TICK_US   (250 * 1000)
#define FLUSH_US  RT_SEC_US
#define MORE_US   (20 * 1000) /* heartbeats are left: the next of them */
#define LATER_US  (10 * 1000) /* what nobody waits for, while others do */
#define FLUSH_MAX 64          /* heartbeats a transaction: leases wait */

#define NEW_ROWS                                                              \
	((unsigned int)DNI_WRITE_VISITOR | DNI_WRITE_VISIT | DNI_WRITE_PAGE | \
	    DNI_WRITE_LEASE | DNI_WRITE_ENDED | DNI_WRITE_OVERFLOW)

struct writer {
	struct dni_state *s;
	struct db *db;
	size_t i;
	pthread_t thread;
	bool started;
	struct dni_write *beats; /* FLUSH_MAX of them */
};

struct dni_writers {
	size_t n;
	struct writer at[DNI_STATE_WRITERS];
};

bool dni_writer_alone(const struct dni_write *list, uint64_t done)
{
	for (; list != NULL; list = list->next)
		if ((list->parts & ~NEW_ROWS) != 0 || list->after > done)
			return true;
	return false;
}

/* --- turns: all with mu held ----------------------------------------------*/

/* After the batches that are on their way, where it has to be alone. */
static void turn_begin(struct dni_state *s, bool alone)
{
	s->alone = alone;
	while (alone && s->n_running > 0)
		(void)pthread_cond_wait(&s->turn, &s->mu);
	s->n_running++;
}

static void turn_end(struct dni_state *s, bool alone)
{
	s->n_running--;
	if (alone)
		s->alone = false;
	(void)pthread_cond_broadcast(&s->turn);
	(void)pthread_cond_signal(&s->work);
}

/* --- batches --------------------------------------------------------------*/

/* With mu held: is it time for what nobody waits for? */
static bool later_due(const struct dni_state *s)
{
	if (s->later == NULL || s->away)
		return false;
	return s->stop || s->open == NULL || s->n_later >= DNI_BATCH_LATER ||
	       clk_mono_us() - s->later_since_us >= LATER_US;
}

/* With mu held, and again at its end: takes the open batch and some of what
 * nobody waits for, writes it, and lets those go on who wait. */
static void run_batch(struct writer *w)
{
	struct dni_state *s = w->s;
	const bool more = later_due(s);
	const int64_t since_us = s->open_since_us;
	struct dni_write **end, *waiting = dni_batch_take_open(s, &end);
	struct dni_write *later = more ? dni_batch_take_later(s) : NULL, *list;
	const uint64_t batch = s->open_batch++;
	struct later *ready;
	bool alone;
	enum err e;

	if (waiting != NULL)
		*end = later;
	list = waiting != NULL ? waiting : later;
	alone = dni_writer_alone(list, s->done_batch);
	s->batch_since_us[w->i] = since_us != 0 ? since_us : clk_mono_us();
	turn_begin(s, alone);
	(void)pthread_mutex_unlock(&s->mu);
	e = dni_batch_write(w->db, list);
	(void)pthread_mutex_lock(&s->mu);
	while (s->done_batch + 1 != batch)
		(void)pthread_cond_wait(&s->turn, &s->mu);
	if (waiting != NULL)
		*end = NULL;
	dni_batch_end_later(s, later);
	s->done_batch = batch;
	s->batch_since_us[w->i] = 0;
	ready = dni_state_settle(s, waiting);
	dni_batch_away(s, dni_write_is_away(e));
	turn_end(s, alone);
	(void)pthread_mutex_unlock(&s->mu);
	later_ready(ready);
	(void)pthread_mutex_lock(&s->mu);
}

/* --- heartbeats -----------------------------------------------------------*/

static void fill_beat(struct dni_visit *v, struct dni_write *w)
{
	const struct dni_slot *slot;

	memset(w, 0, sizeof(*w));
	w->parts = DNI_WRITE_PROGRESS;
	w->company = v->company;
	w->progress = (struct visit_progress){ v->id, v->seen_us, v->engaged_s,
		v->page_views, v->tel_clicked_us, v->used_us };
	dni_overflow_put(v, w);
	slot = dni_pool_leased(v->pool, v->visitor, v->seen_us);
	if (slot == NULL || !v->pool->owned)
		return;
	/* The row may be of another visit of the same visitor, which goes on
	 * for both (DNI_VISITS_TURNS_MAX); an older beat alters nothing. */
	w->parts |= DNI_WRITE_BEAT;
	w->lease.pool = v->pool->id;
	w->lease.epoch = v->pool->epoch;
	w->lease.id = slot->lease;
	w->lease.beat_us = v->beat_us;
	w->lease.expires_us = v->beat_us + v->pool->lease_us;
}

static struct dni_write *take_beats(struct writer *w)
{
	size_t n = dni_clock_take_behind(w->s, w->beats, FLUSH_MAX);
	struct dni_visit *v;

	while (
	    n < FLUSH_MAX && (v = dni_visits_take_dirty(w->s->visits)) != NULL)
		fill_beat(v, &w->beats[n++]);
	for (size_t i = 1; i < n; i++)
		w->beats[i - 1].next = &w->beats[i];
	return n == 0 ? NULL : w->beats;
}

static bool any_beats(const struct dni_state *s)
{
	return s->behind || dni_visits_any_dirty(s->visits);
}

/* What was not written and is to be. */
static void mark_again(struct dni_state *s, const struct dni_write *w)
{
	struct dni_visit *v;

	if ((w->parts & DNI_WRITE_PROGRESS) == 0) {
		dni_clock_still_behind(s, w);
		return;
	}
	v = dni_visits_find(s->visits, 0, w->progress.id);
	if (v == NULL)
		return;
	v->overflow.due |= (w->parts & DNI_WRITE_OVERFLOW) != 0;
	dni_visits_mark(s->visits, v);
}

/* With mu held, and again at its end: writes the progress of some visits, when
 * the rows that it changes are there. */
static void flush_beats(struct writer *w)
{
	struct dni_state *s = w->s;
	struct dni_write *list;
	int64_t until_us;
	bool all;
	enum err e = ERR_OK;

	turn_begin(s, true);
	until_us = dni_clock_now(s);
	list = take_beats(w);
	s->flushing = any_beats(s);
	all = !s->flushing;
	s->flush_us = clk_mono_us() + (s->flushing ? MORE_US : FLUSH_US);
	(void)pthread_mutex_unlock(&s->mu);
	if (list != NULL)
		e = dni_batch_write(w->db, list);
	(void)pthread_mutex_lock(&s->mu);
	if (list != NULL)
		dni_batch_away(s, dni_write_is_away(e));
	for (; list != NULL; list = list->next) {
		if (!dni_batch_is_due(s, list->result))
			continue;
		mark_again(s, list);
		all = false;
	}
	if (all)
		s->stored_us = until_us;
	turn_end(s, true);
}

/* --- the threads ----------------------------------------------------------*/

static bool flush_due(const struct dni_state *s)
{
	if (s->away || !any_beats(s))
		return false;
	return (s->flushing && s->open == NULL) || s->stop ||
	       clk_mono_us() >= s->flush_us;
}

static bool batch_due(const struct dni_state *s)
{
	if (s->open == NULL)
		return later_due(s);
	return s->n_running == 0 || s->n_open >= DNI_STATE_SECOND;
}

/* With mu held. Whoever is woken for nothing sleeps again. */
static void wait_for_work(struct dni_state *s)
{
	const int64_t until = clk_mono_us() + TICK_US;
	const struct timespec t = { until / RT_SEC_US,
		(long)(until % RT_SEC_US) * 1000 };

	(void)pthread_cond_timedwait(&s->work, &s->mu, &t);
}

static void *work(void *ctx)
{
	struct writer *w = ctx;
	struct dni_state *s = w->s;

	hang_thread_begin("writer");
	(void)pthread_mutex_lock(&s->mu);
	for (;;) {
		hang_thread_round();
		if (s->alone)
			(void)pthread_cond_wait(&s->turn, &s->mu);
		else if (batch_due(s))
			run_batch(w);
		else if (flush_due(s))
			flush_beats(w);
		else if (s->stop)
			break;
		else
			wait_for_work(s);
	}
	(void)pthread_mutex_unlock(&s->mu);
	hang_thread_end();
	return NULL;
}

/* --- start and stop -------------------------------------------------------*/

static enum err start(struct writer *w)
{
	w->beats = calloc(FLUSH_MAX, sizeof(*w->beats));
	if (w->beats == NULL)
		return ERR_NOMEM;
	if (pthread_create(&w->thread, NULL, work, w) != 0) {
		log_sys("dni_writer: thread");
		return ERR_IO;
	}
	w->started = true;
	return ERR_OK;
}

enum err dni_writer_start(struct dni_writers **out, struct dni_state *s,
    struct db *const dbs[], size_t n)
{
	struct dni_writers *all = calloc(1, sizeof(*all));
	enum err e = ERR_OK;

	assert(n > 0 && n <= DNI_STATE_WRITERS);
	if (all == NULL) {
		for (size_t i = 0; i < n; i++)
			db_close(dbs[i]);
		return ERR_NOMEM;
	}
	all->n = n;
	for (size_t i = 0; i < n; i++)
		all->at[i] = (struct writer){ .s = s, .db = dbs[i], .i = i };
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = start(&all->at[i]);
	if (e != ERR_OK) {
		dni_writer_stop(all);
		return e;
	}
	*out = all;
	return ERR_OK;
}

void dni_writer_stop(struct dni_writers *all)
{
	struct dni_state *s;

	if (all == NULL)
		return;
	s = all->at[0].s;
	(void)pthread_mutex_lock(&s->mu);
	s->stop = true;
	(void)pthread_cond_broadcast(&s->work);
	(void)pthread_cond_broadcast(&s->turn);
	(void)pthread_cond_broadcast(&s->halt);
	(void)pthread_mutex_unlock(&s->mu);
	for (size_t i = 0; i < all->n; i++)
		if (all->at[i].started)
			(void)pthread_join(all->at[i].thread, NULL);
	for (size_t i = 0; i < all->n; i++) {
		db_close(all->at[i].db);
		free(all->at[i].beats);
	}
	free(all);
}
