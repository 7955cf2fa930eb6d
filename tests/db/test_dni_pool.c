/* Tests of how cgi/dni/dni_pool begins: what each number was last lent for is
 * found wherever it is, and nothing that may be somebody's is given out. */
#include <string.h>

#include "cgi/dni/dni_clock.h"
#include "cgi/dni/dni_owner.h"
#include "cgi/dni/dni_pool_change.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/db/db_tag.h"
#include "lib/db/db_visit.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

#define NOW   (TESTDB_NOW_US + 10 * RT_DAY_US)
#define LEASE (180 * RT_SEC_US)
#define FIRST 2000 /* numbers that are asked for at once, at least */

static struct testdb *t;
static struct db *dni;
static struct pool_id elsewhere;

#define ok(call) assert_int_equal((call), ERR_OK)

/* No limit. */
static const struct lease_from anywhere;

static int start(void **state)
{
	(void)state;
	log_open("test", -1, LOG_ERROR);
	t = testdb_start();
	dni = testdb_connect(t, "dni");
	testdb_id(NOW, elsewhere.v);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	db_close(dni);
	testdb_stop(t);
	return 0;
}

static void exec(const char *sql)
{
	struct stmt *st = stmt_begin(t->db, sql);

	ok(stmt_exec(st, NULL));
}

/* A lease of a visitor of its own, who is returned. */
static struct lease_holder lend_until(struct pool_id pool,
    struct number_id number, int64_t started_us, int64_t beat_us)
{
	struct visit_row v;
	struct lease_row l;
	const struct visit_row *visits[] = { &v };
	const struct lease_row *leases[] = { &l };

	memset(&v, 0, sizeof(v));
	testdb_id(started_us, v.id.v);
	testdb_id(started_us, v.visitor.v);
	v.site = t->company[0].site;
	v.started_us = started_us;
	v.landing_url = SLICE("https://site0.example/");
	v.source.source = SLICE("google");
	v.source.medium = SLICE("cpc");
	v.source.landing_page = SLICE("site0.example/");
	memset(&l, 0, sizeof(l));
	testdb_id(started_us, l.id.v);
	l.pool = pool;
	l.number = number;
	memcpy(l.number_e164, "+14155550200", 13);
	l.visit = v.id;
	l.epoch = 1;
	l.started_us = started_us;
	l.beat_us = beat_us;
	l.expires_us = beat_us + LEASE;
	ok(db_visit_add(dni, t->company[0].id, visits, 1));
	ok(db_lease_add(dni, t->company[0].id, leases, 1));
	return dni_pool_holder(v.visitor);
}

static struct lease_holder lend(struct pool_id pool, struct number_id number,
    int64_t started_us)
{
	return lend_until(pool, number, started_us, started_us);
}

static struct dni_pool *load_as(size_t company, struct dni_pool_how how)
{
	const struct dni_conf_pool conf = { .company = t->company[company].id,
		.id = t->company[company].pool,
		.lease_us = LEASE };
	struct dni_pool *p = NULL;

	if (how.now_us == 0)
		how.now_us = NOW;
	ok(dni_pool_load(dni, &conf, &how, &p));
	return p;
}

static struct dni_pool *load(void)
{
	return load_as(0, (struct dni_pool_how){ .whole = true });
}

static void check(struct dni_pool *p, uint32_t numbers, uint32_t held)
{
	struct lease_stat stat;

	lease_stat(p->leases, NOW, &stat);
	assert_int_equal(stat.numbers, numbers);
	assert_int_equal(stat.held, held);
	assert_int_equal(p->n, numbers);
	assert_true(lease_is_sound(p->leases));
}

/* What the holder is given, by its place in company[0].pooled. */
static void takes(struct dni_pool *p, struct lease_holder holder,
    enum lease_what what, size_t number)
{
	const struct lease_grant g =
	    lease_take(p->leases, NOW, &holder, &anywhere);

	assert_int_equal(g.what, what);
	assert_memory_equal(p->slots[g.number].number.v,
	    t->company[0].pooled[number].v, ID_BYTES);
}

static struct lease_holder free_of, live, away;

/* One is free since an hour, one lives, and the third was here an hour ago, is
 * somebody's of another pool since, and came back. */
static void test_few(void **state)
{
	const struct testdb_company *c = &t->company[0];
	struct dni_pool *p;

	(void)state;
	p = load();
	check(p, 3, 0);
	assert_false(p->partial);
	dni_pool_free(p);

	(void)lend(c->pool, c->pooled[1], NOW - 2 * RT_HOUR_US);
	free_of = lend(c->pool, c->pooled[0], NOW - RT_HOUR_US);
	(void)lend(c->pool, c->pooled[2], NOW - 3 * RT_HOUR_US);
	away = lend(elsewhere, c->pooled[2], NOW - RT_MIN_US);
	live = lend(c->pool, c->pooled[1], NOW - RT_MIN_US);
	exec(
	    "UPDATE pool_number SET added_at = '2026-11-30 11:59:30'"
	    " ORDER BY number_id = (SELECT number_id FROM lease"
	    " GROUP BY number_id HAVING count(DISTINCT pool_id) = 2) DESC"
	    " LIMIT 1");
	p = load();
	check(p, 3, 2);
	assert_false(p->partial);
	takes(p, live, LEASE_KEPT, 1);
	takes(p, away, LEASE_KEPT, 2);
	takes(p, free_of, LEASE_AGAIN, 0);
	dni_pool_free(p);
}

static uint32_t held_at(struct dni_pool *p, int64_t now_us)
{
	struct lease_stat stat;

	lease_stat(p->leases, now_us, &stat);
	return stat.held;
}

/* What its owner of before showed yet when it was heard of last is held for a
 * lease's time, whatever the rows say by now, and given to whom it was. */
static void test_lived(void **state)
{
	const int64_t mono_us = clk_mono_us();
	struct dni_pool_how how = { .whole = true,
		.now_us = NOW + RT_DAY_US,
		.lived_us = NOW - RT_MIN_US,
		.held_us = mono_us + LEASE };
	struct dni_pool *p;

	(void)state;
	p = load_as(0, how);
	assert_int_equal(held_at(p, how.now_us), 2);
	assert_int_equal(held_at(p, how.now_us + LEASE), 2);
	assert_int_equal(held_at(p, how.now_us + LEASE + DNI_POOL_SLACK_US), 0);
	assert_true(lease_is_sound(p->leases));
	dni_pool_free(p);

	how.lived_us = NOW - 2 * RT_HOUR_US;
	p = load_as(0, how);
	assert_int_equal(held_at(p, how.now_us), 3);
	assert_int_equal(lease_take(p->leases, how.now_us, &free_of, &anywhere)
			     .what,
	    LEASE_KEPT);
	dni_pool_free(p);

	how.held_us = mono_us - RT_SEC_US; /* that time is over */
	p = load_as(0, how);
	assert_int_equal(held_at(p, how.now_us), 0);
	dni_pool_free(p);
}

/* By the clock of another pool's owner it may live; by our own it does not. */
static void test_shared(void **state)
{
	struct dni_pool_how how = { .whole = true,
		.now_us = NOW + 10 * RT_MIN_US };
	struct dni_pool *p;

	(void)state;
	p = load_as(0, how);
	assert_int_equal(held_at(p, how.now_us), 0);
	dni_pool_free(p);
	how.shared = true;
	p = load_as(0, how);
	assert_int_equal(held_at(p, how.now_us), 1);
	assert_int_equal(lease_take(p->leases, how.now_us, &away, &anywhere)
			     .what,
	    LEASE_KEPT);
	dni_pool_free(p);
	how.now_us = NOW + RT_DAY_US; /* nor by any other */
	p = load_as(0, how);
	assert_int_equal(held_at(p, how.now_us), 0);
	dni_pool_free(p);
}

/* What came lately may be another server's pool's yet: it comes later. */
static void test_late(void **state)
{
	struct dni_pool_change c = { 0 };
	struct dni_pool *p;

	(void)state;
	p = load_as(0, (struct dni_pool_how){ .whole = false });
	check(p, 2, 1);
	assert_true(p->partial);
	ok(dni_pool_change_read(dni, p, 10, &c));
	assert_int_equal(c.n_fresh, 1);
	ok(dni_pool_change_add(p, NOW, &c));
	dni_pool_change_end(&c);
	check(p, 3, 2);
	takes(p, away, LEASE_KEPT, 2);
	dni_pool_free(p);
}

/* Of what cannot be read nothing is known: an older lease of the number does
 * not stand for it. */
static void test_unfit(void **state)
{
	struct dni_pool *p;

	(void)state;
	exec("SET SESSION sql_mode = ''");
	exec(
	    "UPDATE lease SET beat_at = '2026-00-00'"
	    " ORDER BY pool_id = (SELECT id FROM pool ORDER BY id LIMIT 1),"
	    " started_at DESC LIMIT 1");
	p = load();
	check(p, 2, 1);
	assert_true(p->partial);
	takes(p, free_of, LEASE_AGAIN, 0);
	dni_pool_free(p);
	exec("UPDATE lease SET beat_at = started_at");
}

/* More than are asked for at once: the pool is used with those that are known,
 * and the others come. */
static void test_many(void **state)
{
	struct dni_pool_change c = { 0 };
	struct number_id far = { 0 };
	struct dni_pool *p;
	int64_t held;

	(void)state;
	exec(
	    "INSERT INTO number (company_id, id, e164, active_e164, kind,"
	    " country, added_at) WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL"
	    " SELECT n + 1 FROM s WHERE n < 1000) SELECT p.company_id,"
	    " unhex(concat('F', lpad(n + k, 31, '0'))),"
	    " concat('+1', 6000000 + n + k), concat('+1', 6000000 + n + k),"
	    " 'local', 'US', '2026-11-21' FROM s, (SELECT 0 AS k UNION"
	    " SELECT 1000 UNION SELECT 2000 UNION SELECT 3000) d,"
	    " pool_number q JOIN pool p ON p.id = q.pool_id"
	    " WHERE q.added_at = '2026-11-30 11:59:30'");
	exec(
	    "INSERT INTO pool_number (company_id, pool_id, number_id, added_at)"
	    " SELECT n.company_id, p.id, n.id, '2026-11-21' FROM number n JOIN"
	    " pool p ON p.company_id = n.company_id"
	    " WHERE n.added_at = '2026-11-21'");
	far.v[0] = 0xf0;
	far.v[14] = 0x40; /* number 4000, the last one */
	(void)lend(elsewhere, far, NOW - RT_MIN_US);
	p = load();
	assert_true(p->partial);
	check(p, p->n, 2);
	/* A thousand at a time; three may be known without, wherever they are
	 * among them. */
	assert_in_range(p->n, FIRST, FIRST + 1003);
	takes(p, away, LEASE_KEPT, 2);
	held = (int64_t)p->n;
	ok(dni_pool_change_read(dni, p, 2, &c));
	assert_int_equal(c.n_fresh, 2);
	assert_true(c.more);
	ok(dni_pool_change_add(p, NOW, &c));
	dni_pool_change_end(&c);
	held += 2;
	ok(dni_pool_change_read(dni, p, 4003, &c));
	assert_int_equal(c.n_fresh, 4003 - held);
	assert_false(c.more);
	ok(dni_pool_change_add(p, NOW, &c));
	dni_pool_change_end(&c);
	check(p, 4003, 3);
	takes(p, live, LEASE_KEPT, 1);
	takes(p, free_of, LEASE_AGAIN, 0);
	dni_pool_free(p);
}

/* What is read after a change that the other pools have not followed yet may
 * have come from one of them, which still gives it out: it waits for them. */
static void test_changed_meanwhile(void **state)
{
	struct dni_conf_pool pool = { .company = t->company[0].id,
		.id = t->company[0].pool,
		.lease_us = LEASE };
	struct dni_pool_change left = { 0 };
	uint32_t slot = 0;
	struct dni_conf conf = { .version = 0 };
	struct dni_pool *p = load();
	const uint32_t first = p->n;
	struct dni_state *s = NULL;
	struct dni_owner o = { .db = dni, .name = "here" };
	bool all;

	(void)state;
	assert_true(p->partial);
	p->owned = true;
	p->sure_us = clk_mono_us() + RT_HOUR_US; /* no sign is due */
	ok(dni_state_new(&s, 10, 0));
	ok(dni_state_add_pool(s, p));
	s->conf = &conf;
	o.s = s;
	ok(db_tag_version(dni, &conf.version));
	exec("UPDATE config_version SET version = version + 1");
	ok(dni_owner_complete(&o, &all));
	assert_false(all);
	assert_int_equal(p->n, first);
	assert_true(p->partial);
	ok(db_tag_version(dni, &conf.version));
	ok(dni_owner_complete(&o, &all));
	assert_true(all);
	assert_int_equal(p->n, 4003);
	assert_false(p->partial);
	/* The same with one number that came. */
	left.gone = &slot;
	left.n_gone = 1;
	dni_pool_change_retire(p, NOW, &left);
	conf.pools = &pool;
	conf.n_pools = 1;
	exec("UPDATE config_version SET version = version + 1");
	ok(dni_owner_refresh(&o));
	ok(dni_owner_complete(&o, &all));
	assert_false(all);
	ok(db_tag_version(dni, &conf.version));
	ok(dni_owner_complete(&o, &all));
	assert_true(all);
	assert_int_equal(p->n_retired, 0);
	s->conf = NULL;
	dni_state_free(s);
}

static void on_visit(void *ctx, const struct visit_live *l)
{
	size_t *n = ctx;

	(void)l;
	++*n;
}

static size_t live_since(int64_t us)
{
	size_t n = 0;

	ok(db_visit_each_live(dni, us, 100, on_visit, &n));
	return n;
}

/* A server that starts anew knows no visit whose visitor has taken the consent
 * back: what is said of it again is said of nothing. */
static void test_taken_back(void **state)
{
	const int64_t later = NOW + RT_HOUR_US;

	(void)state;
	(void)lend(elsewhere, t->company[0].pooled[0], later);
	(void)lend(elsewhere, t->company[0].pooled[1], later);
	exec(
	    "INSERT INTO visit_event (company_id, visit_id, id, kind, happened_at)"
	    " SELECT company_id, id, id, 'tel_click', started_at FROM visit");
	assert_int_equal(live_since(later), 2);
	exec(
	    "UPDATE visit_event SET kind = 'consent_withdrawn'"
	    " ORDER BY happened_at DESC LIMIT 1");
	assert_int_equal(live_since(later), 1);
}

/* A number leaves and comes back while it is shown, and its lease began after
 * what tells of the last one was read, or is not stored: it stays its holder's,
 * and is nobody else's. */
static void test_back(void **state)
{
	const struct dni_pool_how how = { .whole = true };
	const struct lease_holder ann = { { 1 } };
	struct dni_pool_change left = { 0 }, back = { 0 };
	struct dni_pool *p = load_as(1, how);
	struct lease_grant g;
	uint32_t slot;

	(void)state;
	slot = lease_take(p->leases, NOW, &ann, &anywhere).number;
	left.gone = &slot;
	left.n_gone = 1;
	dni_pool_change_retire(p, NOW, &left);
	ok(dni_pool_change_read(dni, p, 3, &back));
	assert_int_equal(back.n_fresh, 1);
	testdb_id(NOW, p->slots[slot].lease.v);
	ok(dni_pool_change_add(p, NOW, &back));
	dni_pool_change_end(&back);
	assert_int_equal(p->n, 3);
	assert_int_equal(p->n_retired, 0);
	for (uint8_t i = 2; i < 6; i++) {
		const struct lease_holder other = { { i } };

		g = lease_take(p->leases, NOW, &other, &anywhere);
		assert_int_equal(g.what, i < 4 ? LEASE_NEW : LEASE_NONE);
		assert_true(g.what == LEASE_NONE || g.number != slot);
	}
	g = lease_take(p->leases, NOW + RT_MIN_US, &ann, &anywhere);
	assert_int_equal(g.what, LEASE_KEPT);
	assert_int_equal(g.number, slot);
	assert_true(g.beat_us == NOW + RT_MIN_US); /* as if it had stayed */
	dni_pool_free(p);
}

static void holds(const struct dni_state *s, uint32_t held)
{
	struct lease_stat stat;

	lease_stat(s->pools[0]->leases, s->now_us, &stat);
	assert_int_equal(stat.held, held);
}

/* The clock was set forward by an hour since the leases were stored: they live,
 * those that are known at once and those that come behind. */
static void test_set_forward(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const int64_t stored_us = clk_wall_us() - RT_HOUR_US - RT_SEC_US;
	struct dni_conf_pool pool = { .company = c->id,
		.id = c->pool,
		.lease_us = LEASE };
	struct dni_conf conf = { .pools = &pool, .n_pools = 1 };
	struct dni_state *s = NULL;
	struct dni_owner o = { .db = dni, .name = "here" };
	struct number_id far = { 0 };
	bool all;

	(void)state;
	exec("DELETE FROM lease");
	far.v[0] = 0xf0;
	far.v[14] = 0x40;
	(void)lend(c->pool, c->pooled[1], stored_us);
	(void)lend(elsewhere, far, stored_us);
	(void)lend(c->pool, c->pooled[2], stored_us - 2 * LEASE);
	ok(dni_state_new(&s, 10, 0));
	(void)dni_clock_now(s);
	s->ahead_us -= RT_HOUR_US;
	s->now_us -= RT_HOUR_US;
	o.s = s;
	s->conf = &conf;
	ok(db_tag_version(dni, &conf.version));
	ok(dni_owner_refresh(&o));
	assert_true(s->pools[0]->partial);
	holds(s, 1);
	ok(dni_owner_complete(&o, &all));
	assert_false(s->pools[0]->partial);
	holds(s, 2);
	s->conf = NULL;
	dni_state_free(s);
}

/* The clock was an hour ahead and was set back: what began last by the rows was
 * before what lives. */
static void test_set_back(void **state)
{
	const struct testdb_company *c = &t->company[0];
	struct lease_holder ahead, now, lives;
	struct lease_grant g;
	struct dni_pool *p;

	(void)state;
	exec("DELETE FROM lease");
	/* Who of the two has it? */
	ahead = lend(c->pool, c->pooled[0], NOW + RT_HOUR_US);
	now = lend(c->pool, c->pooled[0], NOW - RT_MIN_US);
	/* The hour has passed again, and the one is over. */
	(void)lend(c->pool, c->pooled[1], NOW - LEASE - RT_MIN_US);
	lives = lend_until(c->pool, c->pooled[1], NOW - LEASE - 2 * RT_MIN_US,
	    NOW - RT_MIN_US);
	p = load();
	check(p, p->n, 2);
	takes(p, lives, LEASE_KEPT, 1);
	g = lease_take(p->leases, NOW, &ahead, &anywhere);
	assert_int_equal(g.what, LEASE_NEW);
	assert_memory_not_equal(p->slots[g.number].number.v, c->pooled[0].v,
	    ID_BYTES);
	g = lease_take(p->leases, NOW, &now, &anywhere);
	assert_int_equal(g.what, LEASE_NEW);
	assert_memory_not_equal(p->slots[g.number].number.v, c->pooled[0].v,
	    ID_BYTES);
	dni_pool_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_lived),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_unfit),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_changed_meanwhile),
		cmocka_unit_test(test_taken_back),
		cmocka_unit_test(test_back),
		cmocka_unit_test(test_set_forward),
		cmocka_unit_test(test_set_back),
	};

	return cmocka_run_group_tests_name("dni pool", tests, start, stop);
}
