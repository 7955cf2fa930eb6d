#include "cgi/dni/dni_batch.h"

#include <stdlib.h>

#include "lib/base/log.h"

#define LATER_MAX 256 /* waiting writes that join a batch */

static bool is_away(enum err e)
{
	return e == ERR_UNAVAILABLE || e == ERR_UNCERTAIN || e == ERR_TIMEOUT;
}

void dni_batch_away(struct dni_state *s, bool away)
{
	if (s->away == away)
		return;
	s->away = away;
	if (away)
		log_error(
		    "dni: the database is away: visitors see "
		    "source-level numbers");
	else
		log_info("dni: the database is back waiting=%zu", s->n_later);
}

enum err dni_batch_write(struct db *db, struct dni_write *list)
{
	enum err first, e;

	if (db_broken(db) && db_reconnect(db) != ERR_OK) {
		for (struct dni_write *w = list; w != NULL; w = w->next)
			w->result = ERR_UNAVAILABLE;
		return ERR_UNAVAILABLE;
	}
	first = dni_write_run(db, list);
	if (!is_away(first))
		return first;
	e = db_reconnect(db) == ERR_OK ? dni_write_run(db, list)
				       : ERR_UNAVAILABLE;
	if (is_away(e) && (first == ERR_UNCERTAIN || e == ERR_UNCERTAIN))
		for (struct dni_write *w = list; w != NULL; w = w->next)
			w->result = ERR_UNCERTAIN;
	return e;
}

/* With mu held: some of what waits, in the order it came. */
static struct dni_write *take_later(struct dni_state *s)
{
	struct dni_write *later = s->later, **cut = &s->later;

	for (size_t n = 0; n < LATER_MAX && *cut != NULL; n++) {
		cut = &(*cut)->next;
		s->n_later--;
	}
	if (later == *cut)
		return NULL;
	s->later = *cut;
	*cut = NULL;
	if (s->later == NULL)
		s->later_end = &s->later;
	return later;
}

/* With mu held: what the database did not take for being away waits again. */
static void end_later(struct dni_state *s, struct dni_write *later)
{
	while (later != NULL) {
		struct dni_write *w = later;

		later = w->next;
		if (is_away(w->result) && s->n_later < DNI_STATE_LATER_MAX) {
			w->next = NULL;
			*s->later_end = w;
			s->later_end = &w->next;
			s->n_later++;
		} else {
			free(w);
		}
	}
}

/* With mu held: the open batch is the writer's. */
static struct dni_write *take_open(struct dni_state *s, struct dni_write ***end)
{
	struct dni_write *all = s->open;

	*end = s->open_end;
	s->open = NULL;
	s->open_end = &s->open;
	s->n_open = 0;
	s->batch_since_us = s->open_since_us;
	s->open_since_us = 0;
	return all;
}

void dni_batch_run(struct dni_state *s, struct db *db)
{
	struct dni_write **end, *waiting = take_open(s, &end);
	struct dni_write *later = take_later(s), *list;
	const uint64_t batch = s->open_batch++;
	struct later *ready;
	enum err e;

	if (waiting != NULL)
		*end = later;
	list = waiting != NULL ? waiting : later;
	(void)pthread_mutex_unlock(&s->mu);
	e = list == NULL ? ERR_OK : dni_batch_write(db, list);
	if (waiting != NULL)
		*end = NULL;
	(void)pthread_mutex_lock(&s->mu);
	end_later(s, later);
	s->done_batch = batch;
	s->batch_since_us = 0;
	ready = dni_state_settle(s, waiting);
	if (list != NULL)
		dni_batch_away(s, is_away(e));
	(void)pthread_mutex_unlock(&s->mu);
	later_ready(ready);
	(void)pthread_mutex_lock(&s->mu);
}
