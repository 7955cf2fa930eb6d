#include "cgi/dni/dni_grant.h"

#include <stdlib.h>
#include <string.h>

/* Whose share of a pool a number is: that of the address, and of the network of
 * an IPv6 one. */
static struct lease_from from_of(const struct dni_serve *v)
{
	char mem[DNI_FLOOD_CLIENT_MAX], net_mem[DNI_FLOOD_NETWORK_BYTES];
	const struct slice net = dni_flood_network(v->who.address, net_mem);
	const struct dni_flood *f = v->s->hits_flood;
	struct lease_from from = { 0 };

	from.client = dni_flood_who(f, dni_flood_client(v->who.address, mem));
	from.network = net.n > 0 ? dni_flood_who(f, net) : 0;
	return from;
}

/* The visitor's lease goes on, and the row that is there says enough. */
static bool has_row(const struct dni_slot *slot, const struct dni_visit *visit)
{
	if (id_is_nil(slot->visit.v))
		return false;
	return id_eq(slot->visit.v, visit->id.v) ||
	       (id_eq(slot->number.v, visit->leased.v) &&
		   visit->turns >= DNI_VISITS_TURNS_MAX);
}

static void count_row(const struct dni_slot *slot, struct dni_visit *visit)
{
	if (!id_eq(slot->number.v, visit->leased.v))
		visit->turns = 0;
	visit->leased = slot->number;
	visit->turns++;
}

/* Later than the number's last lease began, by whichever clock: a start takes
 * the one that began last for the last one. */
static int64_t begin(struct dni_slot *slot, int64_t now_us)
{
	const int64_t at_us =
	    slot->after_us > now_us &&
		    slot->after_us <= now_us + DNI_POOL_ORDER_US
		? slot->after_us
		: now_us;

	slot->after_us = at_us + 1;
	return at_us;
}

static void fill_row(const struct dni_pool *p, const struct dni_visit *visit,
    const struct dni_slot *slot, int64_t began_us, struct lease_row *row)
{
	const int64_t ends_us = visit->beat_us + p->lease_us;

	*row = (struct lease_row){ .id = slot->lease,
		.pool = p->id,
		.number = slot->number,
		.visit = visit->id,
		.epoch = p->epoch,
		.started_us = began_us,
		.beat_us = began_us,
		.expires_us = ends_us > began_us ? ends_us : began_us };
	memcpy(row->number_e164, slot->shown.e164, sizeof(row->number_e164));
}

bool dni_grant_take(struct dni_serve *v, struct dni_visit *visit,
    struct dni_write *w, struct dni_grant *g)
{
	const struct lease_holder holder = dni_pool_holder(visit->visitor);
	const struct lease_from from = from_of(v);
	struct dni_pool *p = dni_state_pool(v->s, v->plan.pool);
	struct dni_slot *slot;
	int64_t began_us;

	memset(g, 0, sizeof(*g));
	g->pool = p;
	g->visitor = visit->visitor;
	g->visit = visit->id;
	if (p == NULL || p->leases == NULL)
		return false;
	if (!dni_pool_is_sure(p)) {
		g->unsure = true;
		return false;
	}
	g->grant = lease_take(p->leases, v->who.now_us, &holder, &from);
	g->too_many = g->grant.what == LEASE_MANY;
	if (g->too_many || g->grant.what == LEASE_NONE)
		return false;
	slot = &p->slots[g->grant.number];
	visit->pool = p;
	visit->beat_us = g->grant.beat_us;
	visit->falls_back = false;
	visit->overflow.on_page = false;
	v->out->tier = "lease";
	v->out->why = "";
	v->out->to = slot->shown;
	if (g->grant.what == LEASE_KEPT && has_row(slot, visit)) {
		if (slot->batch > v->s->done_batch)
			g->wait_batch = slot->batch;
		else
			p->given[DNI_GIVEN_EXTENDED]++;
		return true;
	}
	count_row(slot, visit);
	g->to_write = true;
	g->lease_before = slot->lease;
	g->given_up_before = slot->given_up;
	began_us = begin(slot, v->who.now_us);
	/* The visitor's visit before, or a holder who gave it up. */
	if (g->grant.what == LEASE_KEPT || slot->given_up) {
		slot->given_up = false;
		w->parts |= DNI_WRITE_ENDED;
		w->ended = (struct lease_end){ slot->lease, began_us };
		w->after = slot->batch;
	}
	dni_serve_id(v, 3, slot->lease.v);
	slot->visit = visit->id;
	slot->batch = v->s->open_batch;
	w->parts |= DNI_WRITE_LEASE;
	fill_row(p, visit, slot, began_us, &w->lease);
	return true;
}

void dni_grant_outlast(const struct dni_serve *v, struct dni_visit *visit)
{
	const struct lease_holder holder = dni_pool_holder(visit->visitor);
	uint32_t number;

	if (visit->pool->leases != NULL &&
	    lease_beat(visit->pool->leases, v->who.now_us, &holder, &number) &&
	    !visit->pool->slots[number].retired)
		visit->beat_us = v->who.now_us;
}

/* What may be stored ends where it began, once that can be said. */
static void end_unknown(struct dni_state *s, const struct dni_write *w)
{
	struct dni_write end = { 0 };

	end.parts = DNI_WRITE_ENDED;
	end.company = w->company;
	end.ended = (struct lease_end){ w->lease.id, w->lease.started_us };
	dni_state_later(s, &end);
}

/* The database did not store the lease. What was surely not written is taken
 * back. What may have been written stays held, so that nobody else gets the
 * number. Either way the slot has no row that says enough (has_row()): its
 * holder's next request writes one. */
static void ungrant(struct dni_state *s, struct dni_write *w,
    const struct dni_grant *g)
{
	struct dni_visit *visit =
	    dni_visits_find(s->visits, s->now_us, g->visit);
	struct dni_slot *slot = NULL;
	bool undone = false;

	if (visit != NULL)
		memset(&visit->leased, 0, sizeof(visit->leased));
	/* The pool may have been read anew while we waited. */
	if (g->grant.number < g->pool->n)
		slot = &g->pool->slots[g->grant.number];
	/* The epoch moved on, and not because we took the pool again. */
	if (w->result == ERR_CONFLICT && w->lease.epoch == g->pool->epoch)
		g->pool->owned = false;
	if (w->result == ERR_UNCERTAIN)
		end_unknown(s, w);
	if (slot != NULL && id_eq(slot->lease.v, w->lease.id.v)) {
		memset(&slot->visit, 0, sizeof(slot->visit));
		undone = w->result != ERR_UNCERTAIN;
	}
	if (undone) {
		lease_undo(g->pool->leases, &g->grant);
		slot->lease = g->lease_before;
		slot->given_up = g->given_up_before;
	}
	w->parts &= ~(unsigned int)DNI_WRITE_LEASE;
	/* The lease before goes on, or is for whoever has the pool now; else it
	 * has been over since then. */
	if (undone || !g->pool->owned || w->lease.epoch != g->pool->epoch)
		w->parts &= ~(unsigned int)DNI_WRITE_ENDED;
}

/* --- storing --------------------------------------------------------------*/

static void settle(struct dni_state *s, struct dni_wait *wait,
    struct dni_write *w)
{
	const struct dni_grant *g = wait->state;

	if (g->to_write && w->result != ERR_OK)
		ungrant(s, w, g);
	else if (g->to_write && wait->later != NULL)
		g->pool->given[DNI_GIVEN_LEASED]++;
	if (w->result != ERR_OK && w->parts != 0)
		dni_state_later_own(s, w);
	else
		free(w);
}

static struct dni_wait *new_wait(struct dni_serve *v, const struct dni_grant *g)
{
	struct dni_wait *wait = calloc(1, sizeof(*wait));
	struct dni_grant *own = malloc(sizeof(*own));

	if (wait == NULL || own == NULL) {
		free(own);
		free(wait);
		return NULL;
	}
	*own = *g;
	*wait = (struct dni_wait){ .later = v->who.later,
		.settle = settle,
		.state = own };
	return wait;
}

/* Into the open batch, which is written after those before it: an empty write
 * there waits for them. */
static enum err enqueue(struct dni_serve *v, const struct dni_write *w,
    const struct dni_grant *g)
{
	struct dni_wait *wait = new_wait(v, g);
	enum err e;

	if (wait == NULL)
		return ERR_NOMEM;
	if ((e = dni_state_write(v->s, w, wait)) != ERR_OK) {
		dni_state_wait_free(wait);
		return e;
	}
	v->wait = wait;
	return ERR_OK;
}

/* The answer was made without the lease after all. */
static void away(struct dni_serve *v, const struct dni_grant *g)
{
	struct dni_visit *visit =
	    dni_visits_find(v->s->visits, v->s->now_us, g->visit);

	dni_serve_away(v, visit);
	if (visit != NULL && visit->overflow.due)
		dni_visits_mark(v->s->visits, visit);
}

void dni_grant_store(struct dni_serve *v, const struct dni_write *w,
    const struct dni_grant *g)
{
	static const struct dni_write nothing;
	struct dni_write own;

	if (!g->to_write && w->parts != 0)
		dni_state_later(v->s, w);
	if (!g->to_write && g->wait_batch == 0)
		return;
	if (enqueue(v, g->to_write ? w : &nothing, g) == ERR_OK)
		return;
	if (g->to_write) {
		own = *w;
		own.result = ERR_NOMEM;
		ungrant(v->s, &own, g);
		if (own.parts != 0)
			dni_state_later(v->s, &own);
	}
	away(v, g);
}

/* The same visit asked twice at once, and this one waited for the lease that
 * the first one got. */
static bool first_has_it(const struct dni_serve *v, const struct dni_grant *g)
{
	const struct dni_visit *visit =
	    dni_visits_find(v->s->visits, v->s->now_us, g->visit);
	const struct dni_slot *slot =
	    dni_pool_leased(g->pool, g->visitor, v->s->now_us);

	if (visit == NULL || slot == NULL || !has_row(slot, visit) ||
	    slot->batch > v->s->done_batch)
		return false;
	v->out->to = slot->shown;
	return true;
}

enum err dni_grant_resume(struct dni_serve *v, bool late)
{
	struct dni_wait *wait = v->wait;
	const struct dni_grant *g = wait->state;
	bool has_it;

	if (late && wait->settled)
		return ERR_BUSY;
	if (late) {
		/* The lease is held and may yet be stored; it ends by itself.
		 */
		wait->later = NULL;
		away(v, g);
		return ERR_OK;
	}
	has_it = g->to_write ? wait->result == ERR_OK : first_has_it(v, g);
	if (!has_it)
		away(v, g);
	else if (!g->to_write)
		g->pool->given[DNI_GIVEN_EXTENDED]++;
	dni_state_wait_free(wait);
	return ERR_OK;
}
