/*
 * Tests of jobs/job_pool, jobs/job_attrib and jobs/job_usage on the real queue,
 * as the program "jobd": hours of a pool are made from its leases, who wants to
 * know is told that it is full, a law is learnt only where there are calls, and
 * numbers are counted by the day.
 */
#include <poll.h>
#include <string.h>

#include "jobs/job_attrib.h"
#include "jobs/job_pool.h"
#include "jobs/job_usage.h"
#include "lib/base/clk.h"
#include "lib/db/db_lease.h"
#include "lib/db/db_mail.h"
#include "lib/db/db_pool.h"
#include "lib/db/db_pool_count.h"
#include "lib/db/db_pool_use.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

#define LIMIT_US (30 * RT_SEC_US)

#define ok(call) FAIL_STMT_OK(call)

static struct testdb *t;
static struct settings settings;

static const struct queue_kind kinds[] = {
	{ "attrib", 1, RT_MIN_US, 3, 365 * RT_DAY_US, job_attrib, NULL },
	{ "pool", 1, RT_MIN_US, 3, 365 * RT_DAY_US, job_pool, NULL },
	{ "usage", 1, RT_MIN_US, 3, 365 * RT_DAY_US, job_usage, NULL },
};

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	assert_true(slice_to_cstr(SLICE("http://127.0.0.1"),
	    settings.public_url, sizeof(settings.public_url)));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	testdb_stop(t);
	return 0;
}

static enum err connect_jobd(const struct settings *s, struct db **out)
{
	(void)s;
	return db_open_as(out, t->secret_dir, t->socket, TESTDB_NAME, "jobd");
}

/* All three numbers of the pool, ten minutes of the hour before this one. */
static void fill_pool(int64_t hour_us)
{
	for (size_t i = 0; i < 3; i++) {
		struct lease_row l;
		const struct lease_row *rows[] = { &l };

		memset(&l, 0, sizeof(l));
		testdb_id(hour_us, l.id.v);
		testdb_id(hour_us, l.visit.v);
		l.pool = t->company[0].pool;
		l.number = t->company[0].pooled[i];
		memcpy(l.number_e164, "+14155550200", 13);
		l.epoch = 1;
		l.started_us = l.beat_us = hour_us + RT_MIN_US;
		l.expires_us = hour_us + 11 * RT_MIN_US;
		ok(db_lease_add(t->db, t->company[0].id, rows, 1));
	}
}

/* The other company's pool loses its numbers while visitors come. */
static void empty_pool(int64_t now_us)
{
	const struct testdb_company *c = &t->company[1];

	for (size_t i = 0; i < 3; i++)
		ok(db_pool_number_remove(t->db, c->id, c->pool, c->pooled[i],
		    now_us));
	ok(db_pool_count_add(t->db, c->id, c->pool,
	    now_us / RT_HOUR_US * RT_HOUR_US, "full", 3));
}

static void ask_to_be_told(const struct testdb_company *c)
{
	struct mail_rule_row r = { .user = c->user,
		.created_us = TESTDB_NOW_US };

	assert_true(
	    slice_to_cstr(slice_from(mail_rule_name(MAIL_RULE_POOL_FULL)),
		r.kind, sizeof(r.kind)));
	memset(r.unsubscribe, c == t->company ? 'u' : 'v',
	    sizeof(r.unsubscribe) - 1);
	testdb_id(TESTDB_NOW_US, r.id.v);
	ok(db_mail_rule_add(t->db, c->id, &r));
}

static void until_done(void)
{
	const int64_t until = clk_mono_us() + LIMIT_US;

	while (testdb_count(t,
		   "SELECT COUNT(*) FROM job WHERE state = 'done'"
		   " AND kind IN ('pool', 'attrib', 'usage')") < 3) {
		if (clk_mono_us() > until)
			fail_msg("not in time");
		(void)poll(NULL, 0, 5);
	}
}

static void test_jobs(void **state)
{
	const int64_t now_us = clk_wall_us();
	const int64_t hour_us =
	    (now_us - 3 * RT_MIN_US) / RT_HOUR_US * RT_HOUR_US - RT_HOUR_US;
	struct pool_hour *rows = NULL;
	struct queue *q = NULL;
	struct arena mem;
	size_t n = 0;

	(void)state;
	fill_pool(hour_us);
	empty_pool(now_us);
	ask_to_be_told(&t->company[0]);
	ask_to_be_told(&t->company[1]);
	testdb_exec(t,
	    "UPDATE number SET added_at = UTC_TIMESTAMP(6) - INTERVAL 2 DAY");
	ok(queue_start(&q, &(struct queue_conf){ .settings = &settings,
			       .kinds = kinds,
			       .n_kinds = RT_ARRAY_LEN(kinds),
			       .threads = 2,
			       .connect = connect_jobd }));
	until_done();
	queue_stop(q);

	arena_init(&mem, (size_t)4 << 20);
	ok(db_pool_use_hours(t->db, t->company[0].id, t->company[0].pool,
	    now_us - JOB_POOL_BACK_US, now_us, &mem, &rows, &n));
	/* A run makes so many; all of them are old ones when there are more. */
	assert_true(n > 0 && n <= JOB_POOL_HOURS_MAX);
	assert_int_equal(rows[0].peak, 0);
	assert_int_equal(rows[0].numbers, 3);
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM attrib_law"), 0);
	/* Three days of two companies, and a fourth if midnight has passed. */
	assert_true(testdb_count(t,
			"SELECT COUNT(*) FROM usage_day WHERE amount = 5"
			" AND kind = 'number_days'") >= 6);
	arena_fini(&mem);
}

/* One run, by a key of one sign. */
static void run(const char *key, int64_t now_us)
{
	struct queue *q = NULL;

	ok(queue_start(&q, &(struct queue_conf){ .settings = &settings,
			       .kinds = &(struct queue_kind){ "pool", 1,
				   RT_MIN_US, 3, 0, job_pool, NULL },
			       .n_kinds = 1,
			       .threads = 1,
			       .connect = connect_jobd }));
	ok(db_job_add(t->db, t->company[0].id, "pool", slice_of(key, 1),
	    SLICE("{}"), now_us, now_us));
	while (testdb_count(t,
		   "SELECT COUNT(*) FROM job WHERE kind = 'pool' AND"
		   " state <> 'done'") > 0)
		(void)poll(NULL, 0, 5);
	queue_stop(q);
}

/* The next runs follow, hour by hour, and the last one tells. */
static void test_told(void **state)
{
	const int64_t now_us = clk_wall_us();
	struct pool_use_pool *pools = NULL;
	struct arena mem;
	size_t n = 0;

	(void)state;
	arena_init(&mem, (size_t)4 << 20);
	for (int i = 0; i < 5; i++)
		run(&"01234"[i], now_us);
	ok(db_pool_use_pools(t->db, now_us - JOB_POOL_BACK_US, now_us, &mem,
	    &pools, &n));
	for (size_t i = 0; i < n; i++)
		assert_true(pools[i].last_us > now_us - 3 * RT_HOUR_US);
	assert_int_equal(testdb_count(t,
			     "SELECT CAST(MAX(peak) AS SIGNED) FROM pool_hour"),
	    3);
	/* Once, not with every hour. */
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM job WHERE kind = 'mail'"
			     " AND payload LIKE '%/pools/pol\\_%'"
			     " AND payload LIKE '%all 3 numbers%'"),
	    1);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM job WHERE kind = 'mail'"
			     " AND payload LIKE '%/pools/pol\\_%'"
			     " AND payload LIKE '%has no numbers%'"),
	    1);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM job WHERE kind = 'mail'"
			     " AND payload LIKE '%/pools/pol\\_%'"),
	    2);
	arena_fini(&mem);
}

/* A rest of another length, where most visits are forgotten after five days:
 * what their leases told before is kept, and the rest is made again. */
static void test_kept(void **state)
{
	const int64_t now_us = clk_wall_us();
	struct pool_hour h = { .leases = 90, .peak = 40, .numbers = 60 };

	(void)state;
	testdb_exec(t, "DELETE FROM pool_hour");
	for (int day = 1; day <= 20; day++) {
		h.hour_us =
		    (now_us - day * RT_DAY_US) / RT_HOUR_US * RT_HOUR_US;
		ok(db_pool_use_put(t->db, t->company[0].id, t->company[0].pool,
		    &h));
	}
	testdb_exec(t, "UPDATE company SET keep_visits_days = 5");
	testdb_exec(t, "UPDATE pool SET min_reuse_s = 900");
	run("5", now_us);
	/* Of the fourth day some leases may be gone before it is made. */
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM pool_hour WHERE rest_s = 0"
			     " AND peak = 40 AND leases = 90"),
	    17);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM pool_hour WHERE rest_s = 900"
			     " AND (peak = 40 OR leases = 90)"),
	    0);
	assert_true(
	    testdb_count(t,
		"SELECT COUNT(*) FROM pool_hour WHERE rest_s = 900"
		" AND hour_at > UTC_TIMESTAMP(6) - INTERVAL 73 HOUR") >= 71);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jobs),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_kept),
	};

	return cmocka_run_group_tests_name("job_pool", tests, start, stop);
}
