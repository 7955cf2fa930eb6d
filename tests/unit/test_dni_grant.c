/* Tests of cgi/dni/dni_grant, dni_serve and dni_event without a database: the
 * batches are settled here, as a database would that stores them, refuses them
 * or dies in the middle. Nobody is shown a lease that may not be stored; one
 * that is withdrawn ends; and one that is looked at goes on while the database
 * is away. */
#include "cgi/dni/dni_grant.h"

#include <stdlib.h>
#include <string.h>

#include "cgi/dni/dni_batch.h"
#include "cgi/dni/dni_event.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "tests/support/cm.h"

#define LEASE    (180 * RT_SEC_US)
#define MEM      ((size_t)1 << 20)
#define NUMBER   "+14155550200"
#define ASKS_MAX 4

static const struct company_id ours = { { 0xc1 } };
static const struct pool_id pool_ids[] = { { { 0xb1 } }, { { 0xb2 } } };

struct world {
	struct dni_state *s;
	struct dni_seen seen;
	struct arena mem;
	struct later later[ASKS_MAX];
	size_t n_asks;
};

/* A visit, as its pages know it. */
struct tab {
	struct visitor_id visitor;
	struct visit_id visit;
};

static struct dni_pool *add_pool(struct dni_state *s, size_t n)
{
	const struct lease_holder nobody = { { 0 } };
	struct dni_pool *p = calloc(1, sizeof(*p));
	uint32_t at;

	assert_non_null(p);
	p->company = ours;
	p->id = pool_ids[n];
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
static int start(void **state)
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
	c->sites[0].company = ours;
	memset(c->sites[0].id.v, 0x51, ID_BYTES);
	c->sites[0].pool = pool_ids[0];
	c->sites[0].key = SLICE("demo");
	c->sites[0].seen = &w->seen;
	assert_int_equal(dni_state_new(&w->s, 10, 0), ERR_OK);
	w->s->conf = c;
	(void)add_pool(w->s, 0);
	(void)add_pool(w->s, 1);
	*state = w;
	return 0;
}

static int stop(void **state)
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
	assert_true(w->n_asks < ASKS_MAX);
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

static struct dni_answer *page(struct world *w, struct tab *t, const char *url)
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

static struct dni_answer *beat(struct world *w, const struct tab *t)
{
	const struct dni_who by = who(w);
	struct dni_answer *out = NULL;

	assert_int_equal(dni_serve_beat(w->s, hit(w, t), &by, &w->mem, &out),
	    ERR_OK);
	return out;
}

static void withdraw(struct world *w, const struct tab *t)
{
	const struct dni_who by = who(w);
	struct dni_hit *h = hit(w, t);

	h->event = DNI_EVENT_CONSENT_WITHDRAWN;
	assert_int_equal(dni_event_serve(w->s, h, &by), ERR_OK);
}

/* --- what the database does ------------------------------------------------*/

static struct dni_write *take_batch(struct world *w)
{
	struct dni_write **end;

	w->s->open_batch++;
	return dni_batch_take_open(w->s, &end);
}

/* The lease that the write tells of, nil: none. Every write of the batch has
 * the same result, and those who wait are ready. */
static struct lease_id settle(struct world *w, struct dni_write *batch,
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

static void resume(struct dni_answer *a, const char *tier, const char *why)
{
	struct dni_serve *v = a->waits;

	assert_non_null(v);
	assert_int_equal(dni_serve_resume(v, false), ERR_OK);
	assert_string_equal(a->tier, tier);
	assert_string_equal(a->why, why);
}

/* A new lease is on its way, and the answer waits for it. */
static void writes_anew(struct world *w, struct dni_answer *a,
    struct lease_id before)
{
	struct dni_write *batch;

	assert_non_null(a->waits);
	batch = take_batch(w);
	assert_non_null(batch);
	assert_true((batch->parts & DNI_WRITE_LEASE) != 0);
	assert_memory_not_equal(batch->lease.id.v, before.v, ID_BYTES);
	(void)settle(w, batch, ERR_OK);
	resume(a, "lease", "");
}

/* What nobody waits for ends the lease, at at_us unless that is 0. */
static bool ends(const struct world *w, struct lease_id lease, int64_t at_us)
{
	for (const struct dni_write *i = w->s->later; i != NULL; i = i->next)
		if ((i->parts & DNI_WRITE_ENDED) != 0 &&
		    id_eq(i->ended.id.v, lease.v) &&
		    (at_us == 0 || i->ended.at_us == at_us))
			return true;
	return false;
}

static struct lease_id stored(struct world *w, struct tab *t, const char *url)
{
	struct dni_answer *a = page(w, t, url);
	const struct lease_id id = settle(w, take_batch(w), ERR_OK);

	resume(a, "lease", "");
	return id;
}

/* --- what was not stored ---------------------------------------------------*/

/* The database died in the middle: the lease may be stored, and ends. */
static void test_uncertain(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 };
	struct dni_answer *first = page(w, &t, "https://a.example/?gclid=1");
	struct dni_answer *second = page(w, &t, "https://a.example/two");
	struct dni_write *batch = take_batch(w);
	const int64_t began_us = batch->lease.started_us;
	const struct lease_id id = settle(w, batch, ERR_UNCERTAIN);

	resume(first, "none", "database");
	resume(second, "none", "database");
	assert_true(ends(w, id, began_us));
	writes_anew(w, beat(w, &t), id);
	/* From now on it is there. */
	assert_string_equal(beat(w, &t)->tier, "lease");
}

/* The second tab of a visitor, whose rows are as many as there may be. */
static void test_uncertain_turns(void **state)
{
	struct world *w = *state;
	struct tab one = { 0 }, two;
	struct dni_visit *visit;
	struct lease_id id;
	struct dni_answer *a;

	(void)stored(w, &one, "https://a.example/?gclid=1");
	visit = dni_visits_find(w->s->visits, w->s->now_us, one.visit);
	visit->turns = DNI_VISITS_TURNS_MAX;
	two = one;
	a = page(w, &two, "https://a.example/?gclid=2");
	assert_memory_not_equal(one.visit.v, two.visit.v, ID_BYTES);
	id = settle(w, take_batch(w), ERR_UNCERTAIN);
	resume(a, "none", "database");
	writes_anew(w, beat(w, &one), id);
}

/* The lease before ends with the new one in one transaction: where nobody
 * knows of that, it ends for itself. */
static void test_uncertain_before(void **state)
{
	struct world *w = *state;
	struct tab one = { 0 }, two;
	struct lease_id before;
	struct dni_answer *a;

	before = stored(w, &one, "https://a.example/?gclid=1");
	two = one;
	a = page(w, &two, "https://a.example/?gclid=2");
	(void)settle(w, take_batch(w), ERR_UNCERTAIN);
	resume(a, "none", "database");
	assert_true(ends(w, before, 0));
}

/* Two tabs, and neither's lease was stored: what is put back was none. */
static void test_refused_twice(void **state)
{
	struct world *w = *state;
	struct tab one = { 0 }, two;
	struct dni_answer *first = page(w, &one, "https://a.example/?gclid=1");
	struct dni_write *batch = take_batch(w);
	struct dni_answer *second;
	struct lease_id id;

	two = one;
	second = page(w, &two, "https://a.example/?gclid=2");
	(void)settle(w, batch, ERR_UNAVAILABLE);
	id = settle(w, take_batch(w), ERR_UNAVAILABLE);
	resume(first, "none", "database");
	resume(second, "none", "database");
	writes_anew(w, beat(w, &one), id);
}

/* The second tab's lease was stored and the first one's was not, which was to
 * end that of before. */
static void test_refused_between(void **state)
{
	struct world *w = *state;
	struct tab zero = { 0 }, one, two;
	const struct lease_id before =
	    stored(w, &zero, "https://a.example/?gclid=0");
	struct dni_answer *first, *second;
	struct dni_write *batch;

	two = one = zero;
	first = page(w, &one, "https://a.example/?gclid=1");
	batch = take_batch(w);
	second = page(w, &two, "https://a.example/?gclid=2");
	(void)settle(w, batch, ERR_UNAVAILABLE);
	(void)settle(w, take_batch(w), ERR_OK);
	resume(first, "none", "database");
	resume(second, "lease", "");
	assert_true(ends(w, before, 0));
}

/* Who has as many rows as there may be waits for the other tab's. */
static void test_turns(void **state)
{
	struct world *w = *state;
	struct tab one = { 0 }, two;
	struct dni_answer *first, *second;

	(void)stored(w, &one, "https://a.example/?gclid=1");
	dni_visits_find(w->s->visits, w->s->now_us, one.visit)->turns =
	    DNI_VISITS_TURNS_MAX;
	two = one;
	second = page(w, &two, "https://a.example/?gclid=2");
	first = beat(w, &one);
	(void)settle(w, take_batch(w), ERR_OK);
	resume(second, "lease", "");
	resume(first, "lease", "");
}

/* Surely not stored: the lease of before goes on, and is not ended. */
static void test_refused(void **state)
{
	struct world *w = *state;
	struct tab one = { 0 }, two;
	const struct lease_id before =
	    stored(w, &one, "https://a.example/?gclid=1");
	struct dni_answer *a;

	two = one;
	a = page(w, &two, "https://a.example/?gclid=2");
	(void)settle(w, take_batch(w), ERR_UNAVAILABLE);
	resume(a, "none", "database");
	assert_false(ends(w, before, 0));
	assert_memory_equal(w->s->pools[0]->slots[0].lease.v, before.v,
	    ID_BYTES);
}

/* --- consent withdrawn -----------------------------------------------------*/

/* The event that nobody waits for names the number. */
static bool tells_of(const struct world *w, struct number_id number)
{
	for (const struct dni_write *i = w->s->later; i != NULL; i = i->next)
		if ((i->parts & DNI_WRITE_EVENT) != 0 &&
		    id_eq(i->event.number.v, number.v))
			return true;
	return false;
}

/* After a restart the visit has not said yet which pool it leases from. */
static void test_withdrawn(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 }, other = { 0 };
	const struct lease_id id = stored(w, &t, "https://a.example/");
	struct dni_visit *visit =
	    dni_visits_find(w->s->visits, w->s->now_us, t.visit);

	visit->pool = NULL;
	withdraw(w, &t);
	assert_true(ends(w, id, 0));
	assert_true(tells_of(w, w->s->pools[0]->slots[0].number));
	(void)stored(w, &other, "https://a.example/");
}

/* Another visit of the same visitor has the number, and this one never had. */
static void test_withdrawn_other(void **state)
{
	struct world *w = *state;
	struct tab one = { 0 }, two;
	struct lease_id id;

	(void)stored(w, &one, "https://a.example/?gclid=1");
	two = one;
	id = stored(w, &two, "https://a.example/?gclid=2");
	dni_visits_find(w->s->visits, w->s->now_us, one.visit)->pool = NULL;
	withdraw(w, &one);
	assert_false(ends(w, id, 0));
}

/* Two tabs share a row, and after a restart the one that is not its owner takes
 * the consent back; but not for another site, which uses the same pool. */
static void test_withdrawn_shared(void **state)
{
	struct world *w = *state;
	struct tab one = { 0 }, two;
	struct dni_visit *visit, *owner;
	struct lease_id id;

	(void)stored(w, &one, "https://a.example/?gclid=1");
	two = one;
	id = stored(w, &two, "https://a.example/?gclid=2");
	visit = dni_visits_find(w->s->visits, w->s->now_us, one.visit);
	owner = dni_visits_find(w->s->visits, w->s->now_us, two.visit);
	visit->pool = owner->pool = NULL;
	visit->of_before = owner->of_before = true;
	memset(owner->site.v, 0x52, ID_BYTES);
	withdraw(w, &one);
	assert_false(ends(w, id, 0));

	one = (struct tab){ .visitor = two.visitor };
	(void)stored(w, &one, "https://a.example/?gclid=3");
	two = one;
	id = stored(w, &two, "https://a.example/?gclid=4");
	visit = dni_visits_find(w->s->visits, w->s->now_us, one.visit);
	visit->pool = NULL;
	visit->of_before = true;
	withdraw(w, &one);
	assert_true(ends(w, id, 0));
}

/* The site went over to another pool, and the visit has a number of both. */
static void test_withdrawn_moved(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 };
	const struct lease_id first = stored(w, &t, "https://a.example/");
	struct lease_id second;

	w->s->conf->sites[0].pool = pool_ids[1];
	second = stored(w, &t, "https://a.example/two");
	withdraw(w, &t);
	assert_true(ends(w, first, 0));
	assert_true(ends(w, second, 0));
}

/* --- a long time without the database --------------------------------------*/

/* So much time passes. */
static void pass(struct world *w, int64_t us)
{
	for (size_t i = 0; i < w->s->n_pools; i++)
		lease_shift(w->s->pools[i]->leases, -us);
	dni_visits_shift(w->s->visits, -us);
}

/* A page that is looked at keeps its number, however long it takes. */
static void test_away(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 }, other = { 0 };
	const struct dni_visit *visit;
	struct dni_answer *a;

	(void)stored(w, &t, "https://a.example/");
	w->s->away = true;
	for (int i = 0; i < 10; i++) {
		pass(w, RT_MIN_US);
		a = beat(w, &t);
		w->n_asks = 0;
		assert_null(a->waits);
		assert_string_equal(a->tier, "none");
		assert_string_equal(a->why, "");
	}
	w->s->away = false;
	assert_string_equal(page(w, &other, "https://a.example/")->why, "pool");
	/* And so its row goes on. */
	visit = dni_visits_find(w->s->visits, w->s->now_us, t.visit);
	assert_true(w->s->now_us - visit->beat_us < RT_MIN_US);
	a = beat(w, &t);
	assert_string_equal(a->tier, "lease");
	assert_string_equal(a->to.e164, NUMBER);
}

/* One that nobody looks at does not. */
static void test_away_closed(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 }, other = { 0 };

	(void)stored(w, &t, "https://a.example/");
	w->s->away = true;
	pass(w, LEASE);
	assert_string_equal(beat(w, &t)->tier, "none");
	w->s->away = false;
	(void)stored(w, &other, "https://a.example/");
}

/* Nor one whose number left the pool. */
static void test_away_left(void **state)
{
	struct world *w = *state;
	const struct dni_visit *visit;
	struct tab t = { 0 };
	struct dni_pool *p;

	(void)stored(w, &t, "https://a.example/");
	visit = dni_visits_find(w->s->visits, w->s->now_us, t.visit);
	p = visit->pool;
	lease_retire(p->leases, w->s->now_us, 0);
	p->slots[0].retired = true;
	w->s->away = true;
	pass(w, RT_MIN_US);
	(void)beat(w, &t);
	visit = dni_visits_find(w->s->visits, w->s->now_us, t.visit);
	assert_true(w->s->now_us - visit->beat_us >= RT_MIN_US);
	w->s->away = false;
}

#define with_world(test) cmocka_unit_test_setup_teardown((test), start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = { with_world(test_uncertain),
		with_world(test_uncertain_turns),
		with_world(test_uncertain_before), with_world(test_turns),
		with_world(test_refused_twice),
		with_world(test_refused_between), with_world(test_refused),
		with_world(test_withdrawn), with_world(test_withdrawn_other),
		with_world(test_withdrawn_shared),
		with_world(test_withdrawn_moved), with_world(test_away),
		with_world(test_away_closed), with_world(test_away_left) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
