#include "cgi/dni/dni_batch.h"

#include <stdlib.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"

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
	if (!dni_write_is_away(first))
		return first;
	e = db_reconnect(db) == ERR_OK ? dni_write_run(db, list)
				       : ERR_UNAVAILABLE;
	if (dni_write_is_away(e) &&
	    (first == ERR_UNCERTAIN || e == ERR_UNCERTAIN))
		for (struct dni_write *w = list; w != NULL; w = w->next)
			w->result = ERR_UNCERTAIN;
	return e;
}

struct dni_write *dni_batch_take_later(struct dni_state *s)
{
	struct dni_write *later = s->later, **cut = &s->later;

	for (size_t n = 0; n < DNI_BATCH_LATER && *cut != NULL; n++) {
		s->n_later--;
		s->later_bytes -= (*cut)->bytes;
		cut = &(*cut)->next;
	}
	if (later == *cut)
		return NULL;
	s->later = *cut;
	*cut = NULL;
	if (s->later == NULL)
		s->later_end = &s->later;
	else
		s->later_since_us = clk_mono_us();
	return later;
}

bool dni_batch_is_due(const struct dni_state *s, enum err result)
{
	return dni_write_is_away(result) || (result == ERR_BUSY && !s->stop);
}

void dni_batch_end_later(struct dni_state *s, struct dni_write *later)
{
	while (later != NULL) {
		struct dni_write *w = later;

		later = w->next;
		if (dni_batch_is_due(s, w->result))
			dni_state_later_own(s, w);
		else
			free(w);
	}
}

struct dni_write *dni_batch_take_open(struct dni_state *s,
    struct dni_write ***end)
{
	struct dni_write *all = s->open;

	*end = s->open_end;
	s->open = NULL;
	s->open_end = &s->open;
	s->n_open = 0;
	s->open_since_us = 0;
	return all;
}
