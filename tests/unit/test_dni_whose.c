/* Tests of what pages are told by a lease server that does not own their pool,
 * or cannot be sure of it any more, and of the order that rows of one number
 * have.
 */
#include <string.h>

#include "lib/base/clk.h"
#include "tests/support/cm.h"
#include "tests/support/dni_world.h"

#define LEASE WORLD_LEASE

static struct dni_pool *pool_of(struct world *w, const struct tab *t)
{
	return dni_visits_find(w->s->visits, w->s->now_us, t->visit)->pool;
}

static void says(struct world *w, const struct tab *t, const char *why)
{
	struct dni_answer *a = world_beat(w, t);

	w->n_asks = 0;
	assert_null(a->waits);
	assert_string_equal(a->tier, "none");
	assert_string_equal(a->why, why);
}

/* Another server has the pool: the page is told before its lease is over, and
 * not a minute too late, as it asks once a minute. */
static void test_lost(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 };

	(void)world_stored(w, &t, "https://a.example/");
	pool_of(w, &t)->owned = false;
	says(w, &t, "");
	world_pass(w, RT_MIN_US);
	says(w, &t, "");
	world_pass(w, RT_MIN_US);
	says(w, &t, "pool");
	/* While nobody knows who has what, it stays. */
	w->s->unread = true;
	says(w, &t, "");
}

/* A visit that this server only read of, and whose pool is another's. */
static void test_never_ours(void **state)
{
	struct world *w = *state;
	struct dni_conf_pool conf = { .company = world_company,
		.id = world_pools[0],
		.lease_us = LEASE };
	struct tab t = { 0 };
	struct dni_visit *visit;

	w->s->conf->pools = &conf;
	w->s->conf->n_pools = 1;
	w->s->pools[0]->owned = false;
	assert_string_equal(world_page(w, &t, "https://a.example/")->why,
	    "pool");
	w->n_asks = 0;
	visit = dni_visits_find(w->s->visits, w->s->now_us, t.visit);
	assert_null(visit->pool);
	says(w, &t, "");
	world_pass(w, LEASE);
	says(w, &t, "pool");
}

/* Who stood still does not know yet that another may have the pool; nor does
 * who is cut off. What was extended before is somebody's until its end. */
static void test_unsure(void **state)
{
	struct world *w = *state;
	const struct dni_visit *visit;
	struct tab t = { 0 }, other = { 0 };
	struct dni_pool *p;

	(void)world_stored(w, &t, "https://a.example/");
	p = pool_of(w, &t);
	p->rival = true;
	p->sure_us = clk_mono_us() + RT_HOUR_US;
	assert_string_equal(world_beat(w, &t)->tier, "lease");
	p->sure_us = clk_mono_us();
	assert_string_equal(world_page(w, &other, "https://a.example/")->why,
	    "database");
	world_pass(w, RT_MIN_US);
	says(w, &t, "");
	visit = dni_visits_find(w->s->visits, w->s->now_us, t.visit);
	assert_true(w->s->now_us - visit->beat_us >= RT_MIN_US);
	w->s->away = true;
	says(w, &t, "");
	assert_true(w->s->now_us - visit->beat_us >= RT_MIN_US);
	world_pass(w, RT_MIN_US);
	says(w, &t, "database");
	w->s->away = false;
	p->sure_us = clk_mono_us() + RT_HOUR_US;
	assert_string_equal(world_beat(w, &t)->tier, "lease");
}

/* The number's last row was written by a clock that is ahead: the next one is
 * later all the same, and that one ends; not where it is too far ahead. */
static void test_order(void **state)
{
	const int64_t now_us = clk_wall_us();
	const int64_t ahead_us = now_us + 5 * RT_MIN_US;
	struct world *w = *state;
	struct tab t = { 0 }, other = { 0 };
	struct dni_slot *slot = &w->s->pools[0]->slots[0];
	struct dni_write *batch;
	struct dni_answer *a;

	slot->after_us = ahead_us;
	slot->given_up = true;
	memset(slot->lease.v, 0x77, ID_BYTES);
	a = world_page(w, &t, "https://a.example/");
	batch = world_take_batch(w);
	assert_int_equal(batch->lease.started_us, ahead_us);
	assert_int_equal(batch->lease.beat_us, ahead_us);
	assert_int_equal(batch->lease.expires_us, ahead_us);
	assert_true((batch->parts & DNI_WRITE_ENDED) != 0);
	assert_int_equal(batch->ended.at_us, ahead_us);
	assert_int_equal(batch->ended.id.v[0], 0x77);
	(void)world_settle(w, batch, ERR_OK);
	world_resume(a, "lease", "");
	world_withdraw(w, &t);
	w->n_asks = 0;
	a = world_page(w, &other, "https://a.example/");
	batch = world_take_batch(w);
	assert_int_equal(batch->lease.started_us, ahead_us + 1);
	assert_true(batch->lease.expires_us > ahead_us);
	(void)world_settle(w, batch, ERR_OK);
	world_resume(a, "lease", "");

	slot->after_us = now_us + RT_HOUR_US;
	world_withdraw(w, &other);
	w->n_asks = 0;
	memset(&t, 0, sizeof(t));
	a = world_page(w, &t, "https://a.example/");
	batch = world_take_batch(w);
	assert_true(batch->lease.started_us < ahead_us);
	(void)world_settle(w, batch, ERR_OK);
	world_resume(a, "lease", "");
}

#define with_world(test) \
	cmocka_unit_test_setup_teardown((test), world_start, world_stop)

int main(void)
{
	const struct CMUnitTest tests[] = { with_world(test_lost),
		with_world(test_never_ours), with_world(test_unsure),
		with_world(test_order) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
