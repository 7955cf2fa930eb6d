/* Tests of lib/db/db_job: at least once, never two at a time, never lost. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/db/db_job.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static struct arena mem;

#define ok(call) FAIL_STMT_OK(call)
#define NOW      TESTDB_NOW_US

static const uint8_t claim_1[ID_BYTES] = { 1 }, claim_2[ID_BYTES] = { 2 };

static void add(int who, const char *key)
{
	ok(db_job_add(t->db, t->company[who].id, "waveform", slice_from(key),
	    SLICE("{}"), NOW, NOW));
}

static size_t claim(struct db *db, const uint8_t c[ID_BYTES], uint32_t max,
    int64_t now_us, struct job_row **rows)
{
	size_t n = 99;

	ok(db_job_claim(db, "waveform", max, c, now_us, RT_MIN_US, &mem, rows,
	    &n));
	return n;
}

static int empty(void **state)
{
	struct stmt *st;

	(void)state;
	st = stmt_begin(t->db, "DELETE FROM job");
	ok(stmt_exec(st, NULL));
	return 0;
}

/* What was not tried after all does not count as tried. */
static void test_put_off(void **state)
{
	struct job_row *rows;

	(void)state;
	add(0, "a");
	assert_int_equal(claim(t->db, claim_1, 10, NOW, &rows), 1);
	assert_int_equal(db_job_put_off(t->db, rows[0].id, claim_2, NOW),
	    ERR_CONFLICT);
	ok(db_job_put_off(t->db, rows[0].id, claim_1, NOW + RT_HOUR_US));
	assert_int_equal(claim(t->db, claim_1, 10, NOW + RT_HOUR_US - 1, &rows),
	    0);
	assert_int_equal(claim(t->db, claim_2, 10, NOW + RT_HOUR_US, &rows), 1);
	assert_int_equal(rows[0].attempts, 1);
}

static void test_once(void **state)
{
	struct job_row *rows;

	(void)state;
	add(0, "a");
	add(0, "a");
	assert_int_equal(claim(t->db, claim_1, 10, NOW, &rows), 1);
	assert_int_equal(rows[0].attempts, 1);
	assert_string_equal(rows[0].key, "a");
	assert_true(slice_eq(rows[0].payload, SLICE("{}")));
	assert_true(id_eq(rows[0].company.v, t->company[0].id.v));
	assert_int_equal(claim(t->db, claim_2, 10, NOW, &rows), 0);
	assert_int_equal(db_job_done(t->db, 0, claim_1, NOW), ERR_CONFLICT);
}

static void test_not_due(void **state)
{
	struct job_row *rows;

	(void)state;
	ok(db_job_add(t->db, t->company[0].id, "waveform", SLICE("later"),
	    SLICE(""), NOW + RT_SEC_US, NOW));
	assert_int_equal(claim(t->db, claim_1, 10, NOW, &rows), 0);
	assert_int_equal(claim(t->db, claim_1, 10, NOW + RT_SEC_US, &rows), 1);
}

/* Who is too slow loses the job, and is told so. */
static void test_visibility(void **state)
{
	struct job_row *rows;
	uint64_t id;

	(void)state;
	add(0, "slow");
	assert_int_equal(claim(t->db, claim_1, 1, NOW, &rows), 1);
	id = rows[0].id;
	assert_int_equal(claim(t->db, claim_2, 1, NOW + RT_MIN_US - 1, &rows),
	    0);
	assert_int_equal(claim(t->db, claim_2, 1, NOW + RT_MIN_US, &rows), 1);
	assert_int_equal(rows[0].attempts, 2);
	assert_int_equal(db_job_done(t->db, id, claim_1, NOW), ERR_CONFLICT);
	ok(db_job_done(t->db, id, claim_2, NOW));
	assert_int_equal(claim(t->db, claim_1, 1, NOW + RT_DAY_US, &rows), 0);
}

static void test_retry_dead_replay(void **state)
{
	struct job_row *rows;
	uint64_t id, removed = 9;
	size_t n = 9;

	(void)state;
	add(0, "bad");
	assert_int_equal(claim(t->db, claim_1, 1, NOW, &rows), 1);
	id = rows[0].id;
	ok(db_job_retry(t->db, id, claim_1, NOW + 10, SLICE("timed out")));
	assert_int_equal(claim(t->db, claim_1, 1, NOW + 9, &rows), 0);
	assert_int_equal(claim(t->db, claim_1, 1, NOW + 10, &rows), 1);
	assert_string_equal(rows[0].error, "timed out");
	ok(db_job_dead(t->db, id, claim_1, NOW, SLICE("gave up")));
	assert_int_equal(claim(t->db, claim_1, 1, NOW + RT_DAY_US, &rows), 0);
	/* Seen and replayed by its own company only. */
	ok(db_job_dead_list(t->db, t->company[1].id, 0, 10, &mem, &rows, &n));
	assert_int_equal(n, 0);
	assert_int_equal(db_job_replay(t->db, t->company[1].id, id, NOW),
	    ERR_NOTFOUND);
	ok(db_job_sweep(t->db, NOW + RT_DAY_US, 10, &removed));
	assert_int_equal(removed, 0);
	ok(db_job_sweep_dead(t->db, NOW, 10, &removed));
	assert_int_equal(removed, 0);
	ok(db_job_dead_list(t->db, t->company[0].id, 0, 10, &mem, &rows, &n));
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].error, "gave up");
	ok(db_job_dead_list(t->db, t->company[0].id, id, 10, &mem, &rows, &n));
	assert_int_equal(n, 0);
	ok(db_job_replay(t->db, t->company[0].id, id, NOW));
	assert_int_equal(db_job_replay(t->db, t->company[0].id, id, NOW),
	    ERR_NOTFOUND);
	assert_int_equal(claim(t->db, claim_1, 1, NOW, &rows), 1);
	assert_int_equal(rows[0].attempts, 1);
	ok(db_job_done(t->db, id, claim_1, NOW));
	ok(db_job_sweep(t->db, NOW, 10, &removed));
	assert_int_equal(removed, 0);
	ok(db_job_sweep(t->db, NOW + 1, 10, &removed));
	assert_int_equal(removed, 1);
	add(0, "never");
	assert_int_equal(claim(t->db, claim_1, 1, NOW, &rows), 1);
	ok(db_job_dead(t->db, rows[0].id, claim_1, NOW, SLICE("gave up")));
	ok(db_job_sweep_dead(t->db, NOW + 1, 10, &removed));
	assert_int_equal(removed, 1);
}

#define WORKERS 4
#define JOBS    60

struct worker {
	struct db *db;
	uint8_t claim[ID_BYTES];
	unsigned int done;
	pthread_t thread;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	struct arena own;
	struct job_row *rows;
	size_t n = 0;
	enum err e;

	arena_init(&own, 1024 * 1024);
	do {
		e = db_job_claim(w->db, "waveform", 3, w->claim, NOW, RT_MIN_US,
		    &own, &rows, &n);
		if (e == ERR_BUSY) {
			n = 1; /* begin again */
			continue;
		}
		if (e != ERR_OK)
			break;
		for (size_t i = 0; i < n; i++)
			if (db_job_done(w->db, rows[i].id, w->claim, NOW) ==
			    ERR_OK)
				w->done++;
	} while (n > 0);
	arena_fini(&own);
	return NULL;
}

/* Many at once: every job is done by exactly one. */
static void test_many_workers(void **state)
{
	struct worker w[WORKERS];
	unsigned int done = 0;
	char key[16];

	(void)state;
	for (int i = 0; i < JOBS; i++) {
		(void)snprintf(key, sizeof(key), "j%d", i);
		add(i % 2, key);
	}
	for (int i = 0; i < WORKERS; i++) {
		w[i] = (struct worker){ .db = testdb_connect(t, "jobd") };
		testdb_id(NOW, w[i].claim);
	}
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&w[i].thread, NULL, work,
				     &w[i]),
		    0);
	for (int i = 0; i < WORKERS; i++) {
		(void)pthread_join(w[i].thread, NULL);
		done += w[i].done;
		db_close(w[i].db);
	}
	/* SKIP LOCKED may let a worker see nothing while another holds the
	 * last ones, but none is left behind and none is done twice. */
	assert_int_equal(done, JOBS);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM job WHERE state = 'done'"
			     " AND attempts = 1"),
	    JOBS);
}

static void test_backoff(void **state)
{
	static const struct {
		uint32_t attempts;
		int64_t least_us;
	} cases[] = {
		{ 0, 5 * RT_SEC_US },
		{ 1, 5 * RT_SEC_US },
		{ 2, 10 * RT_SEC_US },
		{ 5, 80 * RT_SEC_US },
		{ 20, RT_HOUR_US },
		{ UINT32_MAX, RT_HOUR_US },
	};

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		for (uint64_t dice = 0; dice < 3; dice++) {
			const int64_t us = db_job_backoff_us(cases[i].attempts,
			    dice * (UINT64_MAX / 2));

			assert_true(us >= cases[i].least_us &&
				    us < cases[i].least_us * 5 / 4);
		}
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	arena_init(&mem, 16 * 1024 * 1024);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_put_off, empty),
		cmocka_unit_test_setup(test_once, empty),
		cmocka_unit_test_setup(test_not_due, empty),
		cmocka_unit_test_setup(test_visibility, empty),
		cmocka_unit_test_setup(test_retry_dead_replay, empty),
		cmocka_unit_test_setup(test_many_workers, empty),
		cmocka_unit_test(test_backoff),
	};

	return cmocka_run_group_tests_name("db_job", tests, start, stop);
}
