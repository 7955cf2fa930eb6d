#include "tests/support/dni_world.h"

#include <stdlib.h>
#include <string.h>

#include "cgi/dni/dni_batch.h"
#include "cgi/dni/dni_event.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "tests/support/cm.h"

#define MEM    ((size_t)1 << 20)
#define NUMBER WORLD_NUMBER
#define LEASE  WORLD_LEASE

const struct company_id world_company = { { 0xc1 } };
const struct pool_id world_pools[2] = { { { 0xb1 } }, { { 0xb2 } } };

static struct dni_pool *add_pool(struct dni_state *s, size_t n)
{
	const struct lease_holder nobody = { { 0 } };
	struct dni_pool *p = calloc(1, sizeof(*p));
	uint32_t at;

	assert_non_null(p);
	p->company = world_company;
	p->id = world_pools[n];
	p->owned = true;
	p->epoch = 1;
	p->lease_us = LEASE;
	p->n = p->max = 1;
	p->slots = calloc(1, sizeof(*p->slots));
	assert_non_null(p->slots);
	memset(p->slots[0].number.v, 0xa1 + (int)n, ID_BYTES);
	memcpy(p->slots[0].shown.e164, NUMBER, sizeof(NUMBER));
	assert_int_equal(lease_new(&p->leases, 1, LEASE, 0), ERR_OK);
	assert_int_equal(lease_add(p->leases, clk_wall_us(), &nobody, INT64_MIN,
			     0, &at),
	    ERR_OK);
	assert_int_equal(dni_state_add_pool(s, p), ERR_OK);
	return p;
}

/* One site and two pools of one number each; the site uses the first. */
int world_start(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct dni_conf *c = calloc(1, sizeof(*c));

	log_open("test", -1, LOG_ERROR);
	assert_non_null(w);
	assert_non_null(c);
	arena_init(&w->mem, MEM);
	arena_init(&c->mem, MEM);
	c->n_sites = 1;
	c->sites = arena_array(&c->mem, 1, sizeof(*c->sites));
	assert_non_null(c->sites);
	memset(c->sites, 0, sizeof(*c->sites));
	c->sites[0].company = world_company;
	memset(c->sites[0].id.v, 0x51, ID_BYTES);
	c->sites[0].pool = world_pools[0];
	c->sites[0].key = SLICE("demo");
	c->sites[0].seen = &w->seen;
	assert_int_equal(dni_state_new(&w->s, 10, 0), ERR_OK);
	w->s->conf = c;
	(void)add_pool(w->s, 0);
	(void)add_pool(w->s, 1);
	*state = w;
	return 0;
}

int world_stop(void **state)
{
	struct world *w = *state;

	dni_state_free(w->s);
	arena_fini(&w->mem);
	free(w);
	return 0;
}

/* --- what pages ask --------------------------------------------------------*/

static struct dni_who who(struct world *w)
{
	assert_true(w->n_asks < WORLD_ASKS);
	return (struct dni_who){ .address = SLICE("192.0.2.1"),
		.user_agent = SLICE("Mozilla/5.0 (X11; Linux) Firefox/140.0"),
		.later = &w->later[w->n_asks++] };
}

static struct dni_hit *hit(struct world *w, const struct tab *t)
{
	struct dni_hit *h = arena_alloc(&w->mem, sizeof(*h));

	assert_non_null(h);
	memset(h, 0, sizeof(*h));
	h->site = SLICE("demo");
	h->visitor = t->visitor;
	h->visit = t->visit;
	return h;
}

struct dni_answer *world_page(struct world *w, struct tab *t, const char *url)
{
	const struct dni_who by = who(w);
	struct dni_hit *h = hit(w, t);
	struct dni_answer *out = NULL;

	h->url = slice_from(url);
	assert_int_equal(dni_serve_visit(w->s, h, &by, &w->mem, &out), ERR_OK);
	assert_true(out->has_ids);
	t->visitor = out->visitor;
	t->visit = out->visit;
	return out;
}

static struct dni_answer *beat(struct world *w, const struct tab *t,
    bool hidden)
{
	const struct dni_who by = who(w);
	struct dni_hit *h = hit(w, t);
	struct dni_answer *out = NULL;

	h->hidden = hidden;
	assert_int_equal(dni_serve_beat(w->s, h, &by, &w->mem, &out), ERR_OK);
	return out;
}

struct dni_answer *world_beat(struct world *w, const struct tab *t)
{
	return beat(w, t, false);
}

struct dni_answer *world_leave(struct world *w, const struct tab *t)
{
	return beat(w, t, true);
}

void world_withdraw(struct world *w, const struct tab *t)
{
	const struct dni_who by = who(w);
	struct dni_hit *h = hit(w, t);

	h->event = DNI_EVENT_CONSENT_WITHDRAWN;
	assert_int_equal(dni_event_serve(w->s, h, &by), ERR_OK);
}

/* --- what the database does ------------------------------------------------*/

struct dni_write *world_take_batch(struct world *w)
{
	struct dni_write **end;

	w->s->open_batch++;
	return dni_batch_take_open(w->s, &end);
}

/* The lease that the write tells of, nil: none. Every write of the batch has
 * the same result, and those who wait are ready. */
struct lease_id world_settle(struct world *w, struct dni_write *batch,
    enum err result)
{
	struct lease_id last = { { 0 } };

	for (struct dni_write *i = batch; i != NULL; i = i->next) {
		i->result = result;
		if ((i->parts & DNI_WRITE_LEASE) != 0)
			last = i->lease.id;
	}
	w->s->done_batch++;
	(void)dni_state_settle(w->s, batch);
	w->n_asks = 0;
	return last;
}

void world_resume(struct dni_answer *a, const char *tier, const char *why)
{
	struct dni_serve *v = a->waits;

	assert_non_null(v);
	assert_int_equal(dni_serve_resume(v, false), ERR_OK);
	assert_string_equal(a->tier, tier);
	assert_string_equal(a->why, why);
}

struct lease_id world_stored(struct world *w, struct tab *t, const char *url)
{
	struct dni_answer *a = world_page(w, t, url);
	const struct lease_id id = world_settle(w, world_take_batch(w), ERR_OK);

	world_resume(a, "lease", "");
	return id;
}

/* So much time passes. */
void world_pass(struct world *w, int64_t us)
{
	for (size_t i = 0; i < w->s->n_pools; i++)
		lease_shift(w->s->pools[i]->leases, -us);
	dni_visits_shift(w->s->visits, -us);
}
