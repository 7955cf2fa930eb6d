#include "cgi/dni/dni_pool.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/hang_thread.h"
#include "lib/base/log.h"
#include "lib/db/db_lease.h"

/* Room for rows as they come; the lease pool is made once they are counted. */
struct loader {
	struct lease_last *rows;
	size_t n;
	size_t cap;
	enum err e;
};

static void on_row(void *ctx, const struct lease_last *l)
{
	struct loader *r = ctx;

	hang_thread_round(); /* a million are a long work, here and below */
	if (r->e != ERR_OK)
		return;
	if (r->n == r->cap) {
		const size_t cap = r->cap == 0 ? 256 : r->cap * 2;
		void *p = cap > LEASE_POOL_MAX * 2
			      ? NULL
			      : realloc(r->rows, cap * sizeof(*r->rows));

		if (p == NULL) {
			r->e = ERR_NOMEM;
			return;
		}
		r->rows = p;
		r->cap = cap;
	}
	r->rows[r->n++] = *l;
}

static const char *const given_names[DNI_GIVEN_COUNT] = {
	[DNI_GIVEN_LEASED] = "leased",
	[DNI_GIVEN_EXTENDED] = "extended",
	[DNI_GIVEN_SOURCE] = "source",
	[DNI_GIVEN_OVERFLOW] = "overflow",
	[DNI_GIVEN_NONE] = "none",
	[DNI_GIVEN_ROBOT] = "robot",
	[DNI_GIVEN_NOCONSENT] = "noconsent",
	[DNI_GIVEN_HIDDEN] = "hidden",
	[DNI_GIVEN_FLOOD] = "flood",
	[DNI_GIVEN_FULL] = "full",
};

const char *dni_pool_given_name(enum dni_given g)
{
	return given_names[g];
}

struct lease_holder dni_pool_holder(struct visitor_id visitor)
{
	struct lease_holder h;

	memcpy(h.v, visitor.v, sizeof(h.v));
	return h;
}

/* The rows are in the order of their ends, as lease_add() wants them; only
 * those that may still live get the slack. */
static enum err add_row(struct dni_pool *p, const struct lease_last *l,
    int64_t now_us)
{
	struct lease_holder holder = dni_pool_holder(l->visitor);
	int64_t beat = INT64_MIN, released = 0;
	struct dni_slot *s;
	uint32_t i;
	enum err e;

	hang_thread_round();
	if (l->leased) {
		/* Later than this no lease ends, unless it was written while
		 * the clock was ahead. */
		const int64_t last_us = now_us + p->lease_us;
		const int64_t end_us =
		    l->end_us < last_us ? l->end_us : last_us;

		beat = end_us + DNI_POOL_SLACK_US - p->lease_us;
		if (end_us + DNI_POOL_SLACK_US <= now_us)
			released = end_us;
		if (id_is_nil(holder.v))
			memcpy(holder.v, l->visit.v, sizeof(holder.v));
	}
	e = lease_add(p->leases, now_us, &holder, beat, released, &i);
	if (e != ERR_OK)
		return e;
	s = &p->slots[i];
	s->number = l->number;
	dni_conf_number(slice_from(l->number_e164), &s->shown);
	if (l->leased) {
		s->lease = l->lease;
		s->visit = l->visit;
	}
	p->n++;
	return ERR_OK;
}

static enum err fill(struct dni_pool *p, const struct loader *r, int64_t now_us)
{
	enum err e;

	p->max = (uint32_t)r->n;
	if (p->max == 0)
		return ERR_OK;
	p->slots = calloc(p->max, sizeof(*p->slots));
	if (p->slots == NULL)
		return ERR_NOMEM;
	e = lease_new(&p->leases, p->max, p->lease_us, p->gap_us);
	for (size_t i = 0; e == ERR_OK && i < r->n; i++)
		e = add_row(p, &r->rows[i], now_us);
	return e;
}

enum err dni_pool_load(struct db *db, struct company_id company,
    struct pool_id id, int64_t lease_us, int64_t gap_us, int64_t now_us,
    struct dni_pool **out)
{
	struct dni_pool *p = calloc(1, sizeof(*p));
	struct loader r = { .e = ERR_OK };
	enum err e;

	if (p == NULL)
		return ERR_NOMEM;
	p->company = company;
	p->id = id;
	p->lease_us = lease_us;
	p->gap_us = gap_us;
	e = db_lease_pool_state(db, company, id, on_row, &r);
	if (e == ERR_OK)
		e = r.e;
	if (e == ERR_OK)
		e = fill(p, &r, now_us);
	free(r.rows);
	if (e != ERR_OK) {
		dni_pool_free(p);
		return e;
	}
	*out = p;
	return ERR_OK;
}

void dni_pool_free(struct dni_pool *p)
{
	if (p == NULL)
		return;
	lease_free(p->leases);
	free(p->slots);
	free(p);
}
