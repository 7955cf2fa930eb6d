/* Tests of cgi/dni/dni_grant, dni_serve and dni_event without a database: the
 * batches are settled here, as a database would that stores them, refuses them
 * or dies in the middle. Nobody is shown a lease that may not be stored; one
 * that is withdrawn ends; and one that is looked at goes on while the database
 * is away. */
#include <string.h>

#include "lib/base/clk.h"
#include "tests/support/cm.h"
#include "tests/support/dni_world.h"

#define LEASE  WORLD_LEASE
#define NUMBER WORLD_NUMBER

/* A new lease is on its way, and the answer waits for it. */
static void writes_anew(struct world *w, struct dni_answer *a,
    struct lease_id before)
{
	struct dni_write *batch;

	assert_non_null(a->waits);
	batch = world_take_batch(w);
	assert_non_null(batch);
	assert_true((batch->parts & DNI_WRITE_LEASE) != 0);
	assert_memory_not_equal(batch->lease.id.v, before.v, ID_BYTES);
	(void)world_settle(w, batch, ERR_OK);
	world_resume(a, "lease", "");
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

/* --- what was not stored ---------------------------------------------------*/

/* The database died in the middle: the lease may be stored, and ends. */
static void test_uncertain(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 };
	struct dni_answer *first =
	    world_page(w, &t, "https://a.example/?gclid=1");
	struct dni_answer *second = world_page(w, &t, "https://a.example/two");
	struct dni_write *batch = world_take_batch(w);
	const int64_t began_us = batch->lease.started_us;
	const struct lease_id id = world_settle(w, batch, ERR_UNCERTAIN);

	world_resume(first, "none", "database");
	world_resume(second, "none", "database");
	assert_true(ends(w, id, began_us));
	writes_anew(w, world_beat(w, &t), id);
	/* From now on it is there. */
	assert_string_equal(world_beat(w, &t)->tier, "lease");
}

/* The second tab of a visitor, whose rows are as many as there may be. */
static void test_uncertain_turns(void **state)
{
	struct world *w = *state;
	struct tab one = { 0 }, two;
	struct dni_visit *visit;
	struct lease_id id;
	struct dni_answer *a;

	(void)world_stored(w, &one, "https://a.example/?gclid=1");
	visit = dni_visits_find(w->s->visits, w->s->now_us, one.visit);
	visit->turns = DNI_VISITS_TURNS_MAX;
	two = one;
	a = world_page(w, &two, "https://a.example/?gclid=2");
	assert_memory_not_equal(one.visit.v, two.visit.v, ID_BYTES);
	id = world_settle(w, world_take_batch(w), ERR_UNCERTAIN);
	world_resume(a, "none", "database");
	writes_anew(w, world_beat(w, &one), id);
}

/* The lease before ends with the new one in one transaction: where nobody
 * knows of that, it ends for itself. */
static void test_uncertain_before(void **state)
{
	struct world *w = *state;
	struct tab one = { 0 }, two;
	struct lease_id before;
	struct dni_answer *a;

	before = world_stored(w, &one, "https://a.example/?gclid=1");
	two = one;
	a = world_page(w, &two, "https://a.example/?gclid=2");
	(void)world_settle(w, world_take_batch(w), ERR_UNCERTAIN);
	world_resume(a, "none", "database");
	assert_true(ends(w, before, 0));
}

/* Two tabs, and neither's lease was stored: what is put back was none. */
static void test_refused_twice(void **state)
{
	struct world *w = *state;
	struct tab one = { 0 }, two;
	struct dni_answer *first =
	    world_page(w, &one, "https://a.example/?gclid=1");
	struct dni_write *batch = world_take_batch(w);
	struct dni_answer *second;
	struct lease_id id;

	two = one;
	second = world_page(w, &two, "https://a.example/?gclid=2");
	(void)world_settle(w, batch, ERR_UNAVAILABLE);
	id = world_settle(w, world_take_batch(w), ERR_UNAVAILABLE);
	world_resume(first, "none", "database");
	world_resume(second, "none", "database");
	writes_anew(w, world_beat(w, &one), id);
}

/* The second tab's lease was stored and the first one's was not, which was to
 * end that of before. */
static void test_refused_between(void **state)
{
	struct world *w = *state;
	struct tab zero = { 0 }, one, two;
	const struct lease_id before =
	    world_stored(w, &zero, "https://a.example/?gclid=0");
	struct dni_answer *first, *second;
	struct dni_write *batch;

	two = one = zero;
	first = world_page(w, &one, "https://a.example/?gclid=1");
	batch = world_take_batch(w);
	second = world_page(w, &two, "https://a.example/?gclid=2");
	(void)world_settle(w, batch, ERR_UNAVAILABLE);
	(void)world_settle(w, world_take_batch(w), ERR_OK);
	world_resume(first, "none", "database");
	world_resume(second, "lease", "");
	assert_true(ends(w, before, 0));
}

/* Who has as many rows as there may be waits for the other tab's. */
static void test_turns(void **state)
{
	struct world *w = *state;
	struct tab one = { 0 }, two;
	struct dni_answer *first, *second;

	(void)world_stored(w, &one, "https://a.example/?gclid=1");
	dni_visits_find(w->s->visits, w->s->now_us, one.visit)->turns =
	    DNI_VISITS_TURNS_MAX;
	two = one;
	second = world_page(w, &two, "https://a.example/?gclid=2");
	first = world_beat(w, &one);
	(void)world_settle(w, world_take_batch(w), ERR_OK);
	world_resume(second, "lease", "");
	world_resume(first, "lease", "");
}

/* Surely not stored: the lease of before goes on, and is not ended. */
static void test_refused(void **state)
{
	struct world *w = *state;
	struct tab one = { 0 }, two;
	const struct lease_id before =
	    world_stored(w, &one, "https://a.example/?gclid=1");
	struct dni_answer *a;

	two = one;
	a = world_page(w, &two, "https://a.example/?gclid=2");
	(void)world_settle(w, world_take_batch(w), ERR_UNAVAILABLE);
	world_resume(a, "none", "database");
	assert_false(ends(w, before, 0));
	assert_memory_equal(w->s->pools[0]->slots[0].lease.v, before.v,
	    ID_BYTES);
}

/* --- what is counted -------------------------------------------------------*/

static void counted(const struct world *w, enum dni_given what, uint64_t n)
{
	assert_int_equal(w->s->pools[0]->given[what], n);
}

/* A lease that was not stored is none that was given, and a visit that waited
 * for one is counted by what it saw in the end. */
static void test_counts_refused(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 };
	struct dni_answer *first =
	    world_page(w, &t, "https://a.example/?gclid=1");
	struct dni_answer *second = world_page(w, &t, "https://a.example/two");

	(void)world_settle(w, world_take_batch(w), ERR_UNAVAILABLE);
	world_resume(first, "none", "database");
	world_resume(second, "none", "database");
	counted(w, DNI_GIVEN_LEASED, 0);
	counted(w, DNI_GIVEN_EXTENDED, 0);
	counted(w, DNI_GIVEN_AWAY, 2);
	counted(w, DNI_GIVEN_NONE, 2);
	first = world_page(w, &t, "https://a.example/three");
	second = world_page(w, &t, "https://a.example/four");
	(void)world_settle(w, world_take_batch(w), ERR_OK);
	world_resume(first, "lease", "");
	world_resume(second, "lease", "");
	counted(w, DNI_GIVEN_LEASED, 1);
	counted(w, DNI_GIVEN_EXTENDED, 1);
	(void)world_page(w, &t, "https://a.example/five");
	counted(w, DNI_GIVEN_EXTENDED, 2);
	counted(w, DNI_GIVEN_AWAY, 2);
}

/* Who was answered before the lease was stored did not see it. */
static void test_counts_late(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 };
	struct dni_answer *a = world_page(w, &t, "https://a.example/?gclid=1");

	assert_int_equal(dni_serve_resume(a->waits, true), ERR_OK);
	(void)world_settle(w, world_take_batch(w), ERR_OK);
	counted(w, DNI_GIVEN_LEASED, 0);
	counted(w, DNI_GIVEN_AWAY, 1);
	counted(w, DNI_GIVEN_NONE, 1);
}

/* Another server's pool may be full or not: what was shown is counted all the
 * same. */
static void test_counts_not_ours(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 };

	w->s->pools[0]->owned = false;
	assert_string_equal(world_page(w, &t, "https://a.example/")->why,
	    "pool");
	counted(w, DNI_GIVEN_FULL, 0);
	counted(w, DNI_GIVEN_AWAY, 1);
	counted(w, DNI_GIVEN_NONE, 1);
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
	const struct lease_id id = world_stored(w, &t, "https://a.example/");
	struct dni_visit *visit =
	    dni_visits_find(w->s->visits, w->s->now_us, t.visit);

	visit->pool = NULL;
	world_withdraw(w, &t);
	assert_true(ends(w, id, 0));
	assert_true(tells_of(w, w->s->pools[0]->slots[0].number));
	(void)world_stored(w, &other, "https://a.example/");
}

/* Another visit of the same visitor has the number, and this one never had. */
static void test_withdrawn_other(void **state)
{
	struct world *w = *state;
	struct tab one = { 0 }, two;
	struct lease_id id;

	(void)world_stored(w, &one, "https://a.example/?gclid=1");
	two = one;
	id = world_stored(w, &two, "https://a.example/?gclid=2");
	dni_visits_find(w->s->visits, w->s->now_us, one.visit)->pool = NULL;
	world_withdraw(w, &one);
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

	(void)world_stored(w, &one, "https://a.example/?gclid=1");
	two = one;
	id = world_stored(w, &two, "https://a.example/?gclid=2");
	visit = dni_visits_find(w->s->visits, w->s->now_us, one.visit);
	owner = dni_visits_find(w->s->visits, w->s->now_us, two.visit);
	visit->pool = owner->pool = NULL;
	visit->of_before = owner->of_before = true;
	memset(owner->site.v, 0x52, ID_BYTES);
	world_withdraw(w, &one);
	assert_false(ends(w, id, 0));

	one = (struct tab){ .visitor = two.visitor };
	(void)world_stored(w, &one, "https://a.example/?gclid=3");
	two = one;
	id = world_stored(w, &two, "https://a.example/?gclid=4");
	visit = dni_visits_find(w->s->visits, w->s->now_us, one.visit);
	visit->pool = NULL;
	visit->of_before = true;
	world_withdraw(w, &one);
	assert_true(ends(w, id, 0));
}

/* The site went over to another pool, and the visit has a number of both. */
static void test_withdrawn_moved(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 };
	const struct lease_id first = world_stored(w, &t, "https://a.example/");
	struct lease_id second;

	w->s->conf->sites[0].pool = world_pools[1];
	second = world_stored(w, &t, "https://a.example/two");
	world_withdraw(w, &t);
	assert_true(ends(w, first, 0));
	assert_true(ends(w, second, 0));
}

/* --- pages that are left ---------------------------------------------------*/

/* Its last beat, whose answer nobody reads, extends the lease it has, also of
 * before a restart, and takes none. */
static void test_left(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 }, other = { 0 };
	struct dni_visit *visit;
	int64_t seen_us;

	(void)world_stored(w, &t, "https://a.example/");
	visit = dni_visits_find(w->s->visits, w->s->now_us, t.visit);
	world_pass(w, LEASE - RT_MIN_US);
	assert_string_equal(world_leave(w, &t)->tier, "lease");
	visit->pool = NULL;
	visit->of_before = true;
	world_pass(w, LEASE - RT_MIN_US);
	seen_us = visit->seen_us;
	assert_string_equal(world_leave(w, &t)->tier, "lease");
	assert_true(visit->beat_us > seen_us);

	world_pass(w, LEASE);
	assert_string_equal(world_leave(w, &t)->tier, "none");
	assert_null(w->s->open);
	(void)world_stored(w, &other, "https://a.example/");
	assert_string_equal(world_leave(w, &t)->tier, "none");
	assert_false(visit->falls_back); /* it shows the number yet */
	assert_string_equal(world_beat(w, &t)->why, "pool");
}

/* Nor is it told of another number where its pool is another server's. */
static void test_left_elsewhere(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 };
	struct dni_visit *visit;

	(void)world_stored(w, &t, "https://a.example/");
	visit = dni_visits_find(w->s->visits, w->s->now_us, t.visit);
	visit->pool->owned = false;
	world_pass(w, LEASE);
	assert_string_equal(world_leave(w, &t)->why, "");
	assert_false(visit->falls_back);
	assert_string_equal(world_beat(w, &t)->why, "pool");
	assert_true(visit->falls_back);
}

/* --- a long time without the database --------------------------------------*/

/* A page that is looked at keeps its number, however long it takes. */
static void test_away(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 }, other = { 0 };
	const struct dni_visit *visit;
	struct dni_answer *a;

	(void)world_stored(w, &t, "https://a.example/");
	w->s->away = true;
	for (int i = 0; i < 10; i++) {
		world_pass(w, RT_MIN_US);
		a = world_beat(w, &t);
		w->n_asks = 0;
		assert_null(a->waits);
		assert_string_equal(a->tier, "none");
		assert_string_equal(a->why, "");
	}
	w->s->away = false;
	assert_string_equal(world_page(w, &other, "https://a.example/")->why,
	    "pool");
	/* And so its row goes on. */
	visit = dni_visits_find(w->s->visits, w->s->now_us, t.visit);
	assert_true(w->s->now_us - visit->beat_us < RT_MIN_US);
	a = world_beat(w, &t);
	assert_string_equal(a->tier, "lease");
	assert_string_equal(a->to.e164, NUMBER);
}

/* One that nobody looks at does not. */
static void test_away_closed(void **state)
{
	struct world *w = *state;
	struct tab t = { 0 }, other = { 0 };

	(void)world_stored(w, &t, "https://a.example/");
	w->s->away = true;
	world_pass(w, LEASE);
	assert_string_equal(world_beat(w, &t)->tier, "none");
	w->s->away = false;
	(void)world_stored(w, &other, "https://a.example/");
}

/* Nor one whose number left the pool. */
static void test_away_left(void **state)
{
	struct world *w = *state;
	const struct dni_visit *visit;
	struct tab t = { 0 };
	struct dni_pool *p;

	(void)world_stored(w, &t, "https://a.example/");
	visit = dni_visits_find(w->s->visits, w->s->now_us, t.visit);
	p = visit->pool;
	lease_retire(p->leases, w->s->now_us, 0);
	p->slots[0].retired = true;
	w->s->away = true;
	world_pass(w, RT_MIN_US);
	(void)world_beat(w, &t);
	visit = dni_visits_find(w->s->visits, w->s->now_us, t.visit);
	assert_true(w->s->now_us - visit->beat_us >= RT_MIN_US);
	w->s->away = false;
}

#define with_world(test) \
	cmocka_unit_test_setup_teardown((test), world_start, world_stop)

int main(void)
{
	const struct CMUnitTest tests[] = { with_world(test_uncertain),
		with_world(test_uncertain_turns),
		with_world(test_uncertain_before), with_world(test_turns),
		with_world(test_refused_twice),
		with_world(test_refused_between), with_world(test_refused),
		with_world(test_counts_refused), with_world(test_counts_late),
		with_world(test_counts_not_ours), with_world(test_withdrawn),
		with_world(test_withdrawn_other),
		with_world(test_withdrawn_shared),
		with_world(test_withdrawn_moved), with_world(test_left),
		with_world(test_left_elsewhere), with_world(test_away),
		with_world(test_away_closed), with_world(test_away_left) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
