/* Tests of lib/db/db_pool_use, how full a pool is and was. Everything is
 * company 0's; company 1 must see nothing of it. */
#include <string.h>

#include "lib/db/db_lease.h"
#include "lib/db/db_number.h"
#include "lib/db/db_pool.h"
#include "lib/db/db_pool_count.h"
#include "lib/db/db_pool_use.h"
#include "lib/db/db_visit.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

#define NOW TESTDB_NOW_US /* a full hour */

#define ok(call) FAIL_STMT_OK(call)

static struct testdb *t;
static struct db *dni, *jobd, *dashboard;
static struct arena mem;

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	dni = testdb_connect(t, "dni");
	jobd = testdb_connect(t, "jobd");
	dashboard = testdb_connect(t, "dashboard");
	arena_init(&mem, (size_t)8 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	db_close(dashboard);
	db_close(jobd);
	db_close(dni);
	testdb_stop(t);
	return 0;
}

static struct company_id company(int who)
{
	return t->company[who].id;
}

static struct pool_id pool(void)
{
	return t->company[0].pool;
}

static void lease_by(const struct visit_id *visit, size_t number,
    int64_t from_us, int64_t to_us)
{
	struct lease_row l;
	const struct lease_row *rows[] = { &l };

	memset(&l, 0, sizeof(l));
	testdb_id(from_us, l.id.v);
	l.visit = *visit;
	l.pool = pool();
	l.number = t->company[0].pooled[number];
	memcpy(l.number_e164, "+14155550200", 13);
	l.epoch = 1;
	l.started_us = l.beat_us = from_us;
	l.expires_us = to_us;
	ok(db_lease_add(dni, company(0), rows, 1));
}

/* Of a visit that nobody has written down, or no longer. */
static void lease(size_t number, int64_t from_us, int64_t to_us)
{
	struct visit_id visit;

	testdb_id(from_us, visit.v);
	lease_by(&visit, number, from_us, to_us);
}

/* Of a new visit of this visitor. */
static void lease_of(const struct visitor_id *visitor, size_t number,
    int64_t from_us, int64_t to_us)
{
	struct visit_row v;
	const struct visit_row *rows[] = { &v };

	memset(&v, 0, sizeof(v));
	testdb_id(from_us, v.id.v);
	v.visitor = *visitor;
	v.site = t->company[0].site;
	v.started_us = from_us;
	v.landing_url = SLICE("https://site0.example/");
	ok(db_visit_add(dni, company(0), rows, 1));
	lease_by(&v.id, number, from_us, to_us);
}

static void test_span(void **state)
{
	struct pool_use u;
	struct pool_use_row row;

	(void)state;
	lease(0, NOW - 10 * RT_MIN_US, NOW + 5 * RT_MIN_US);
	lease(1, NOW, NOW + 10 * RT_MIN_US);
	lease(0, NOW + 5 * RT_MIN_US, NOW + 70 * RT_MIN_US);
	lease(2, NOW + 65 * RT_MIN_US, NOW + 70 * RT_MIN_US);
	ok(db_pool_use_span(jobd, company(0), pool(), NOW, NOW + RT_HOUR_US,
	    &u));
	assert_int_equal(u.leases, 2);
	assert_int_equal(u.peak, 2);
	assert_int_equal(u.held_us, (5 + 10 + 55) * RT_MIN_US);
	ok(db_pool_use_span(jobd, company(1), pool(), NOW, NOW + RT_HOUR_US,
	    &u));
	assert_int_equal(u.peak, 0);

	ok(db_pool_use_one(dashboard, company(0), pool(), NOW + RT_MIN_US,
	    &row));
	assert_int_equal(row.numbers, 3);
	assert_int_equal(row.held, 2);
	assert_int_equal(db_pool_use_one(dashboard, company(1), pool(), NOW,
			     &row),
	    ERR_NOTFOUND);
}

static void test_hours(void **state)
{
	struct pool_hour h = { .hour_us = NOW,
		.leases = 2,
		.peak = 2,
		.held_s = 4200,
		.numbers = 3 };
	struct pool_use_pool *pools = NULL;
	struct pool_hour *rows = NULL;
	int64_t last_us = 0;
	size_t n = 0;

	(void)state;
	ok(db_pool_use_put(jobd, company(0), pool(), &h));
	h.peak = 3; /* made again: written over */
	h.numbers = 9;
	ok(db_pool_use_put(jobd, company(0), pool(), &h));
	h.hour_us = NOW + RT_HOUR_US;
	ok(db_pool_use_put(jobd, company(0), pool(), &h));
	ok(db_pool_use_hours(dashboard, company(0), pool(), NOW,
	    NOW + RT_HOUR_US, &mem, &rows, &n));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].peak, 3);
	assert_int_equal(rows[0].held_s, 4200);
	assert_int_equal(rows[0].numbers, 3); /* of then */
	ok(db_pool_use_hours(dashboard, company(1), pool(), NOW,
	    NOW + RT_HOUR_US, &mem, &rows, &n));
	assert_int_equal(n, 0);
	assert_int_equal(db_pool_use_put(dashboard, company(0), pool(), &h),
	    ERR_DENIED);

	ok(db_pool_use_pools(jobd, NOW, NOW, &mem, &pools, &n));
	assert_int_equal(n, 2); /* one of each company */
	for (size_t i = 0; i < n; i++)
		if (id_eq(pools[i].pool.v, pool().v))
			last_us = pools[i].last_us;
		else
			assert_int_equal(pools[i].last_us, 0);
	assert_int_equal(last_us, NOW + RT_HOUR_US);
}

/* The earliest hour of this pool that is to be made again; of others none. */
static void other_is(int64_t from_us, int64_t now_us, int64_t want_us)
{
	struct pool_use_pool *pools = NULL;
	size_t n = 0;

	ok(db_pool_use_pools(jobd, from_us, now_us, &mem, &pools, &n));
	for (size_t i = 0; i < n; i++)
		assert_int_equal(pools[i].other_us,
		    id_eq(pools[i].pool.v, pool().v) ? want_us : 0);
}

/* Which hours are to be made again, since numbers rest for another time. */
static void test_other_rest(void **state)
{
	const int64_t at_us = NOW + 150 * RT_DAY_US;
	struct pool_hour h = { .numbers = 3, .rest_s = 0 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		h.hour_us = at_us + i * RT_HOUR_US;
		h.rest_s = i == 0 ? 900 : 0;
		ok(db_pool_use_put(jobd, company(0), pool(), &h));
	}
	testdb_exec(t, "UPDATE pool SET min_reuse_s = 900");
	other_is(at_us - RT_DAY_US, at_us, at_us + RT_HOUR_US);
	other_is(at_us + 3 * RT_HOUR_US, at_us, 0);
	/* Not where the leases may be gone, for a day more than the term ends.
	 */
	testdb_exec(t, "UPDATE company SET keep_visits_days = 2");
	other_is(at_us - RT_DAY_US, at_us + RT_DAY_US, at_us + RT_HOUR_US);
	other_is(at_us - RT_DAY_US, at_us + RT_DAY_US + 90 * RT_MIN_US,
	    at_us + 2 * RT_HOUR_US);
	other_is(at_us - RT_DAY_US, at_us + RT_DAY_US + 2 * RT_HOUR_US, 0);
	testdb_exec(t, "UPDATE company SET keep_visits_days = 0");
	testdb_exec(t, "UPDATE pool SET min_reuse_s = 0");
	testdb_exec(t, "DELETE FROM pool_hour WHERE rest_s <> 0");
}

static void test_names(void **state)
{
	struct pool_use_name *rows = NULL;
	size_t n = 0;

	(void)state;
	for (int who = 0; who < 2; who++) {
		ok(db_pool_use_names(dashboard, company(who), &mem, &rows, &n));
		assert_int_equal(n, 1); /* its own */
		assert_true(id_eq(rows[0].id.v, t->company[who].pool.v));
	}
}

static void test_given(void **state)
{
	struct pool_given *rows = NULL;
	size_t n = 0;

	(void)state;
	ok(db_pool_count_add(dni, company(0), pool(), NOW, "leased", 7));
	ok(db_pool_count_add(dni, company(0), pool(), NOW + 15 * RT_MIN_US,
	    "leased", 3));
	ok(db_pool_count_add(dni, company(0), pool(), NOW, "overflow", 2));
	ok(db_pool_count_add(dni, company(0), pool(), NOW, "full", 2));
	ok(db_pool_count_add(dni, company(0), pool(), NOW, "none", 5));
	ok(db_pool_count_add(dni, company(0), pool(), NOW, "noconsent", 4));
	ok(db_pool_count_add(dni, company(0), pool(), NOW, "flood", 1));
	ok(db_pool_count_add(dni, company(0), pool(), NOW, "hidden", 6));
	ok(db_pool_count_add(dni, company(0), pool(), NOW, "away", 9));
	ok(db_pool_count_add(dni, company(0), pool(), NOW + RT_HOUR_US,
	    "source", 4));
	ok(db_pool_use_given(dashboard, company(0), pool(), NOW,
	    NOW + RT_DAY_US, &mem, &rows, &n));
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].at_us, NOW);
	assert_int_equal(rows[0].leased, 10);
	assert_int_equal(rows[0].overflow, 2);
	assert_int_equal(rows[0].full, 2);
	assert_int_equal(rows[0].none, 5);
	assert_int_equal(rows[0].noconsent, 4);
	assert_int_equal(rows[0].flood, 1);
	assert_int_equal(rows[0].hidden, 6);
	assert_int_equal(rows[0].away, 9);
	assert_int_equal(rows[1].source, 4);
	assert_int_equal(rows[1].full, 0);
	ok(db_pool_use_given(dashboard, company(1), pool(), NOW,
	    NOW + RT_DAY_US, &mem, &rows, &n));
	assert_int_equal(n, 0);
}

static void test_sample(void **state)
{
	struct pool_use_lease *rows = NULL;
	size_t n = 0;

	(void)state;
	/* All began less than an hour before: what has ended by then. */
	ok(db_pool_use_sample(dashboard, company(0), pool(),
	    NOW + 20 * RT_MIN_US, &mem, &rows, &n));
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].to_us, NOW + 10 * RT_MIN_US);
	assert_int_equal(rows[1].from_us, NOW - 10 * RT_MIN_US);
	/* Those of an hour ago, and one that lives counts until now. */
	ok(db_pool_use_sample(dashboard, company(0), pool(),
	    NOW + 68 * RT_MIN_US, &mem, &rows, &n));
	assert_int_equal(n, 3);
	assert_int_equal(rows[0].from_us, NOW + 5 * RT_MIN_US);
	assert_int_equal(rows[0].to_us, NOW + 68 * RT_MIN_US);
	ok(db_pool_use_sample(dashboard, company(1), pool(),
	    NOW + 20 * RT_MIN_US, &mem, &rows, &n));
	assert_int_equal(n, 0);
}

/* A number's rests: between two visitors, and not between two leases of one
 * who came back or has two tabs. */
static void test_rests(void **state)
{
	struct pool_use_lease *rows = NULL;
	const int64_t at_us = NOW + 10 * RT_DAY_US;
	struct visitor_id one, other;
	size_t n = 0;

	(void)state;
	testdb_id(at_us, one.v);
	testdb_id(at_us, other.v);
	lease_of(&one, 2, at_us, at_us + RT_MIN_US);
	lease_of(&one, 2, at_us + RT_MIN_US, at_us + 2 * RT_MIN_US);
	lease_of(&one, 2, at_us + 5 * RT_MIN_US, at_us + 6 * RT_MIN_US);
	lease_of(&other, 2, at_us + 9 * RT_MIN_US, at_us + 11 * RT_MIN_US);
	ok(db_pool_use_rests(dashboard, company(0), pool(),
	    at_us + 10 * RT_MIN_US, &mem, &rows, &n));
	/* Of number 2 the last, and its first here; of number 0 one. */
	assert_int_equal(n, 3);
	assert_int_equal(rows[0].from_us, at_us + 6 * RT_MIN_US);
	assert_int_equal(rows[0].to_us, at_us + 9 * RT_MIN_US);
	assert_int_equal(rows[1].from_us, NOW + 70 * RT_MIN_US);
	assert_int_equal(rows[1].to_us, at_us);
	assert_int_equal(rows[2].from_us, NOW + 5 * RT_MIN_US);
	assert_int_equal(rows[2].to_us, NOW + 5 * RT_MIN_US);
	ok(db_pool_use_rests(dashboard, company(1), pool(),
	    at_us + 10 * RT_MIN_US, &mem, &rows, &n));
	assert_int_equal(n, 0);
}

static struct pool_use_trend trend_at(int who, uint32_t numbers,
    uint32_t rest_s, int64_t now_us)
{
	const struct pool_use_size size = { numbers, rest_s };
	struct pool_use_trend trend;

	ok(db_pool_use_trend(jobd, company(who), pool(), &size, now_us, &mem,
	    &trend));
	return trend;
}

/* Busier every day: the verb says when it ends, as the pure rule does. */
static void test_trend(void **state)
{
	const int64_t now_us = NOW + 60 * RT_DAY_US;
	struct pool_use_trend trend;

	(void)state;
	for (int day = 0; day < 5; day++) {
		const struct pool_hour h = {
			.hour_us = now_us - (5 - day) * RT_DAY_US + RT_HOUR_US,
			.leases = 9,
			.peak = (uint32_t)day + 1,
			.numbers = 10
		};

		ok(db_pool_use_put(jobd, company(0), pool(), &h));
	}
	trend = trend_at(0, 10, 0, now_us);
	assert_int_equal(trend.state, POOL_USE_SOON);
	assert_true(trend.days > 0 && trend.days <= POOL_USE_SOON_DAYS);
	/* Of numbers that rest nothing is known yet. */
	trend = trend_at(0, 10, 900, now_us);
	assert_int_equal(trend.state, POOL_USE_UNKNOWN);
	trend = trend_at(0, 5, 0, now_us);
	assert_int_equal(trend.state, POOL_USE_FULL);
	/* The site's own number for want of consent: the pool was not asked. */
	ok(db_pool_count_add(dni, company(0), pool(), now_us - RT_HOUR_US,
	    "none", 9));
	trend = trend_at(0, 10, 0, now_us);
	assert_int_equal(trend.state, POOL_USE_SOON);
	ok(db_pool_count_add(dni, company(0), pool(), now_us - RT_HOUR_US,
	    "full", 1));
	trend = trend_at(0, 10, 0, now_us);
	assert_int_equal(trend.state, POOL_USE_FULL);
	trend = trend_at(1, 10, 0, now_us);
	assert_int_equal(trend.state, POOL_USE_UNUSED);
}

/* What was taken out of the pool while visitors held it counts until then. */
static void test_left(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const int64_t at_us = NOW + 20 * RT_DAY_US;
	const int64_t later_us = at_us + 30 * RT_MIN_US;
	struct pool_use_row row;
	struct pool_use u;

	(void)state;
	lease(0, at_us - RT_HOUR_US, at_us + 10 * RT_MIN_US);
	lease(1, at_us - RT_MIN_US, at_us + RT_DAY_US);
	ok(db_pool_number_remove(t->db, c->id, c->pool, c->pooled[1],
	    at_us + 5 * RT_MIN_US));
	ok(db_pool_use_one(dashboard, c->id, c->pool, at_us + 6 * RT_MIN_US,
	    &row));
	assert_int_equal(row.numbers, 2);
	assert_int_equal(row.held, 1);
	assert_int_equal(row.held_left, 1);
	ok(db_pool_use_span(jobd, c->id, c->pool, at_us, at_us + RT_HOUR_US,
	    &u));
	assert_int_equal(u.peak, 2);
	assert_int_equal(u.held_us, 15 * RT_MIN_US);
	ok(db_pool_use_span(jobd, c->id, c->pool, at_us + 5 * RT_MIN_US,
	    at_us + RT_HOUR_US, &u));
	assert_int_equal(u.peak, 1);
	assert_int_equal(u.held_us, 5 * RT_MIN_US);
	/* Held, it is not forgotten. */
	ok(db_pool_use_forget(jobd, c->id, c->pool, later_us));
	ok(db_pool_use_one(dashboard, c->id, c->pool, later_us, &row));
	assert_int_equal(row.held, 0);
	assert_int_equal(row.held_left, 1);
	/* It comes back: once. */
	ok(db_pool_number_add(t->db, c->id, c->pool, c->pooled[1], later_us));
	ok(db_pool_use_one(dashboard, c->id, c->pool, later_us, &row));
	assert_int_equal(row.held, 1);
	assert_int_equal(row.held_left, 0);
	ok(db_pool_number_remove(t->db, c->id, c->pool, c->pooled[1],
	    later_us));
	ok(db_pool_use_forget(jobd, t->company[1].id, c->pool,
	    at_us + 9 * RT_DAY_US));
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM pool_number_left"),
	    1);
	ok(db_pool_use_forget(jobd, c->id, c->pool, at_us + 9 * RT_DAY_US));
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM pool_number_left"),
	    0);
	ok(db_pool_number_add(t->db, c->id, c->pool, c->pooled[1], later_us));
}

/* The hour of a span, as jobd would note it, and what it says of the pool. */
static enum pool_use_state told(int64_t hour_us)
{
	struct pool_hour h = { .hour_us = hour_us };
	struct pool_use_row row;
	struct pool_use u;

	ok(db_pool_use_span(jobd, company(0), pool(), hour_us,
	    hour_us + RT_HOUR_US, &u));
	ok(db_pool_use_one(dashboard, company(0), pool(), hour_us, &row));
	h.leases = u.leases;
	h.peak = u.peak;
	h.numbers = row.numbers;
	h.rest_s = row.min_reuse_s;
	ok(db_pool_use_put(jobd, company(0), pool(), &h));
	return trend_at(0, row.numbers, row.min_reuse_s, hour_us + RT_HOUR_US)
	    .state;
}

static struct number_id number_new(unsigned int i, int64_t now_us)
{
	struct number_row row;

	memset(&row, 0, sizeof(row));
	memcpy(row.e164, "+14155550400", 13);
	row.e164[11] = "012"[i];
	memcpy(row.kind, "local", 6);
	memcpy(row.country, "US", 3);
	row.added_us = now_us;
	testdb_id(now_us, row.id.v);
	ok(db_number_add(t->db, company(0), &row));
	return row.id;
}

static void change(const struct number_id *from, const struct number_id *to,
    int64_t now_us)
{
	for (size_t i = 0; i < 3; i++)
		ok(db_pool_number_remove(t->db, company(0), pool(), from[i],
		    now_us));
	for (size_t i = 0; i < 3; i++)
		ok(db_pool_number_add(t->db, company(0), pool(), to[i],
		    now_us));
}

/* Two of three numbers held, then all three changed for others, of which one
 * goes to a visitor: never were all in use, nor are they. */
static void test_swapped(void **state)
{
	const int64_t at_us = NOW + 90 * RT_DAY_US;
	const int64_t swap_us = at_us + 30 * RT_MIN_US;
	struct number_id old[3], new[3];

	(void)state;
	memcpy(old, t->company[0].pooled, sizeof(old));
	for (unsigned int i = 0; i < 3; i++)
		new[i] = number_new(i, swap_us);
	lease(0, at_us + RT_MIN_US, at_us + RT_HOUR_US);
	lease(1, at_us + RT_MIN_US, at_us + RT_HOUR_US);
	change(old, new, swap_us);
	t->company[0].pooled[0] = new[0];
	lease(0, swap_us, at_us + RT_HOUR_US);
	t->company[0].pooled[0] = old[0];
	assert_int_not_equal(told(at_us), POOL_USE_FULL);
	change(new, old, at_us + RT_HOUR_US);
}

/* With a minimum gap a pool is full before all of its numbers are held. */
static void test_resting(void **state)
{
	const int64_t at_us = NOW + 120 * RT_DAY_US;
	struct pool_use_row row;
	struct pool_use u;

	(void)state;
	lease(0, at_us - 10 * RT_MIN_US, at_us - 5 * RT_MIN_US);
	lease(1, at_us + RT_MIN_US, at_us + 4 * RT_MIN_US);
	lease(2, at_us + 10 * RT_MIN_US, at_us + 13 * RT_MIN_US);
	/* Back before its time. */
	lease(1, at_us + 20 * RT_MIN_US, at_us + 22 * RT_MIN_US);
	assert_int_not_equal(told(at_us), POOL_USE_FULL);
	testdb_exec(t, "UPDATE pool SET min_reuse_s = 1800");
	ok(db_pool_use_span(jobd, company(0), pool(), at_us, at_us + RT_HOUR_US,
	    &u));
	assert_int_equal(u.leases, 3);
	assert_int_equal(u.peak, 3);
	assert_int_equal(u.held_us, 8 * RT_MIN_US);
	ok(db_pool_use_one(dashboard, company(0), pool(),
	    at_us + 11 * RT_MIN_US, &row));
	assert_int_equal(row.held, 1);
	assert_int_equal(row.resting, 2);
	ok(db_pool_use_one(dashboard, company(0), pool(),
	    at_us + 26 * RT_MIN_US, &row));
	assert_int_equal(row.held, 0);
	assert_int_equal(row.resting, 2); /* the first one's are over */
	assert_int_equal(told(at_us), POOL_USE_FULL);
	testdb_exec(t, "UPDATE pool SET min_reuse_s = 0");
	ok(db_pool_use_one(dashboard, company(0), pool(),
	    at_us + 26 * RT_MIN_US, &row));
	assert_int_equal(row.resting, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_other_rest),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_trend),
		cmocka_unit_test(test_rests),
		cmocka_unit_test(test_left),
		cmocka_unit_test(test_swapped),
		cmocka_unit_test(test_resting),
	};

	return cmocka_run_group_tests_name("db_pool_use", tests, start, stop);
}
