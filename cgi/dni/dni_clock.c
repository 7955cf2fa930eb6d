#include "cgi/dni/dni_clock.h"

#include <string.h>

#include "lib/base/clk.h"
#include "lib/base/log.h"

#define LOOK_MAX 20000 /* numbers, of which few may be held: mu is */

static void shift(struct dni_state *s, int64_t by_us)
{
	for (size_t i = 0; i < s->n_pools; i++) {
		struct dni_pool *p = s->pools[i];

		if (p->leases == NULL)
			continue;
		lease_shift(p->leases, by_us);
		if (by_us > 0)
			p->n_behind = p->n;
	}
	s->behind = s->behind || by_us > 0;
	dni_visits_shift(s->visits, by_us);
	s->now_us += by_us;
	s->moved_us += by_us;
	s->late_us = s->late_us + by_us > 0 ? s->late_us + by_us : 0;
	log_warn("dni: the clock was set by_ms=%lld: leases go on",
	    (long long)(by_us / 1000));
}

int64_t dni_clock_at(struct dni_state *s, int64_t wall_us, int64_t mono_us)
{
	const int64_t ahead_us = wall_us - mono_us;
	const int64_t step_us = ahead_us - s->ahead_us;

	if (s->now_us != 0 &&
	    (step_us >= DNI_CLOCK_STEP_US || step_us <= -DNI_CLOCK_STEP_US))
		shift(s, step_us);
	s->ahead_us = ahead_us;
	if (wall_us > s->now_us)
		s->now_us = wall_us;
	return s->now_us;
}

/* Rows of what is held end too soon from now on, as after a step forward. */
static void stood_still(struct dni_state *s, int64_t by_us)
{
	for (size_t i = 0; i < s->n_pools; i++) {
		struct dni_pool *p = s->pools[i];

		if (p->leases == NULL)
			continue;
		lease_stood(p->leases, by_us);
		p->n_behind = p->n;
	}
	s->behind = true;
	log_warn("dni: nobody was heard for_ms=%lld: leases go on",
	    (long long)(by_us / 1000));
}

int64_t dni_clock_now(struct dni_state *s)
{
	const int64_t mono_us = clk_mono_us();

	if (s->asked_us != 0 && mono_us - s->asked_us >= DNI_CLOCK_STOOD_US)
		stood_still(s, mono_us - s->asked_us);
	s->asked_us = mono_us;
	return dni_clock_at(s, clk_wall_us(), mono_us);
}

struct dni_clock_read dni_clock_read(struct dni_state *s)
{
	struct dni_clock_read r;

	(void)pthread_mutex_lock(&s->mu);
	r.now_us = dni_clock_now(s);
	r.now_us -= s->late_us; /* as it is after that */
	r.moved_us = s->moved_us - s->late_us;
	(void)pthread_mutex_unlock(&s->mu);
	return r;
}

int64_t dni_clock_since(struct dni_state *s, const struct dni_clock_read *r)
{
	(void)dni_clock_now(s);
	return s->moved_us - r->moved_us;
}

/* beat_us says up to when the number was surely shown, which calls are credited
 * by: only its visit knows. */
static void fill(const struct dni_pool *p, const struct dni_slot *slot,
    int64_t end_us, struct dni_write *w)
{
	memset(w, 0, sizeof(*w));
	w->parts = DNI_WRITE_BEAT;
	w->company = p->company;
	w->lease.pool = p->id;
	w->lease.epoch = p->epoch;
	w->lease.id = slot->lease;
	w->lease.expires_us = end_us;
}

/* False: the row of the next is not there yet, or it is enough for now. */
static bool take_of(const struct dni_state *s, struct dni_pool *p,
    struct dni_write *rows, size_t max, size_t *n)
{
	uint32_t looks = LOOK_MAX;
	int64_t end_us;

	if (!p->owned)
		p->n_behind = 0;
	for (; p->n_behind > 0; p->n_behind--) {
		const uint32_t i = p->n_behind - 1;

		if (*n == max || p->slots[i].batch > s->done_batch ||
		    looks-- == 0)
			return false;
		if (lease_is_held(p->leases, s->now_us, i, &end_us))
			fill(p, &p->slots[i], end_us, &rows[(*n)++]);
	}
	return true;
}

size_t dni_clock_take_behind(struct dni_state *s, struct dni_write *rows,
    size_t max)
{
	size_t n = 0;

	for (size_t i = 0; s->behind && i < s->n_pools; i++)
		if (!take_of(s, s->pools[i], rows, max, &n))
			return n;
	s->behind = false;
	return n;
}

void dni_clock_still_behind(struct dni_state *s, const struct dni_write *row)
{
	struct dni_pool *p = dni_state_pool(s, row->lease.pool);

	if (p == NULL)
		return;
	p->n_behind = p->n;
	s->behind = true;
}
