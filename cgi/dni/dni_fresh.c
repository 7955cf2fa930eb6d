#include "cgi/dni/dni_fresh.h"

#include "cgi/dni/dni_state.h"
#include "lib/base/clk.h"

bool dni_fresh_begin(struct dni_state *s, struct dni_fresh_wait *w,
    struct later *later)
{
	bool room;

	if (later == NULL)
		return false;
	*w = (struct dni_fresh_wait){ .later = later,
		.since_us = clk_mono_us() };
	(void)pthread_mutex_lock(&s->mu);
	room = s->fresh.n < DNI_FRESH_MAX && !s->stop && !s->away;
	if (room) {
		w->on = true;
		w->next = s->fresh.first;
		s->fresh.first = w;
		s->fresh.n++;
		(void)pthread_cond_broadcast(&s->halt);
	}
	(void)pthread_mutex_unlock(&s->mu);
	return room;
}

/* With mu. */
static void take(struct dni_state *s, struct dni_fresh_wait **at)
{
	struct dni_fresh_wait *w = *at;

	*at = w->next;
	w->on = false;
	s->fresh.n--;
}

bool dni_fresh_leave(struct dni_state *s, struct dni_fresh_wait *w)
{
	bool left = false;

	(void)pthread_mutex_lock(&s->mu);
	for (struct dni_fresh_wait **at = &s->fresh.first; *at != NULL && !left;
	     at = &(*at)->next) {
		left = *at == w;
		if (left) {
			take(s, at);
			break;
		}
	}
	(void)pthread_mutex_unlock(&s->mu);
	return left;
}

bool dni_fresh_due(const struct dni_state *s, int64_t mono_us)
{
	return s->fresh.first != NULL && mono_us >= s->fresh.next_us;
}

void dni_fresh_go_on(struct dni_state *s, int64_t looked_us)
{
	struct later *list = NULL;

	(void)pthread_mutex_lock(&s->mu);
	s->fresh.next_us = looked_us + DNI_FRESH_EVERY_US;
	for (struct dni_fresh_wait **at = &s->fresh.first; *at != NULL;) {
		struct dni_fresh_wait *w = *at;

		if (w->since_us > looked_us) {
			at = &w->next;
			continue;
		}
		take(s, at);
		w->later->next = list;
		list = w->later;
	}
	(void)pthread_mutex_unlock(&s->mu);
	later_ready(list);
}
