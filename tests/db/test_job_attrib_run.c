/*
 * Tests of jobs/job_attrib_run: a period credited again by the real queue, as
 * the program "jobd"; what becomes of a run whose job is given up, and what
 * happens to people and visits while it is under way.
 */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "jobs/job_attrib_run.h"
#include "lib/base/clk.h"
#include "lib/db/db_attrib_again.h"
#include "lib/db/db_attrib_run_page.h"
#include "lib/db/db_job.h"
#include "lib/db/db_overflow.h"
#include "lib/db/db_person_erase.h"
#include "lib/db/db_policy.h"
#include "lib/db/db_stat.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_attrib.h"
#include "tests/support/testdb_call.h"

#define NOW      TESTDB_NOW_US
#define LIMIT_US (30 * RT_SEC_US)

#define ok(call)  FAIL_STMT_OK(call)
#define did(call) assert_int_equal(call, ERR_OK)

static struct testdb *t;
static struct settings settings;
static struct db *dni, *jobd;
static struct arena mem, page, scratch;

static enum err connect_jobd(const struct settings *s, struct db **out)
{
	(void)s;
	return db_open_as(out, t->secret_dir, t->socket, TESTDB_NAME, "jobd");
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	dni = testdb_connect(t, "dni");
	jobd = testdb_connect(t, "jobd");
	arena_init(&mem, (size_t)8 << 20);
	arena_init(&page, (size_t)4 << 20);
	arena_init(&scratch, (size_t)1 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&scratch);
	arena_fini(&page);
	arena_fini(&mem);
	db_close(jobd);
	db_close(dni);
	testdb_stop(t);
	return 0;
}

static struct company_id ours(void)
{
	return t->company[0].id;
}

static struct attrib_run added(int64_t from_us, uint16_t threshold_bp,
    bool applies)
{
	struct attrib_run run;

	memset(&run, 0, sizeof(run));
	testdb_id(NOW, run.id.v);
	run.applies = applies;
	run.from_us = from_us;
	run.to_us = from_us + RT_DAY_US;
	run.threshold_bp = threshold_bp;
	run.user = t->company[0].user;
	run.made_us = NOW;
	did(db_attrib_run_add(t->db, ours(), &run));
	return run;
}

static struct attrib_run got(struct attrib_run_id id)
{
	struct attrib_run run;

	did(db_attrib_run_get(t->db, ours(), id, &run));
	return run;
}

static void until_count(const char *sql, int64_t want)
{
	const int64_t until = clk_mono_us() + LIMIT_US;

	while (testdb_count(t, sql) != want) {
		if (clk_mono_us() > until)
			fail_msg("not in time: %s", sql);
		(void)poll(NULL, 0, 5);
	}
}

static struct queue *queue(const struct queue_kind *kinds, size_t n)
{
	struct queue *q = NULL;

	did(queue_start(&q, &(struct queue_conf){ .settings = &settings,
				.kinds = kinds,
				.n_kinds = n,
				.connect = connect_jobd }));
	return q;
}

/* --- given up -------------------------------------------------------------*/

static atomic_int told;

/* Hears it at the second time: the first one must not be the end. */
static enum err hear(const struct queue_env *env, const struct job_row *job)
{
	(void)env;
	(void)job;
	return atomic_fetch_add(&told, 1) == 0 ? ERR_UNAVAILABLE : ERR_OK;
}

static enum err fails(const struct queue_env *env, const struct job_row *job)
{
	(void)env;
	(void)job;
	return ERR_IO;
}

/* Who waits for a job hears that it is given up, and until then it is not:
 * it is due again once its millisecond is over, and is then not run again. */
static void test_given_up(void **state)
{
	static const struct queue_kind kind = { .name = "mourned",
		.parallel = 1,
		.visible_us = 1000,
		.max_attempts = 1,
		.run = fails,
		.given_up = hear };
	const int64_t now_us = clk_wall_us();
	struct queue *q;

	(void)state;
	did(db_job_add(t->db, ours(), "mourned", SLICE("m"), SLICE("{}"),
	    now_us, now_us));
	q = queue(&kind, 1);
	until_count(
	    "SELECT COUNT(*) FROM job WHERE kind = 'mourned'"
	    " AND state = 'dead' AND attempts = 2 AND last_error = 'closed'",
	    1);
	queue_stop(q);
	assert_int_equal(atomic_load(&told), 2);
}

static const struct queue_kind rerun = { .name = DB_ATTRIB_RUN_JOB,
	.parallel = 1,
	.visible_us = JOB_ATTRIB_RUN_VISIBLE_US,
	.max_attempts = JOB_ATTRIB_RUN_ATTEMPTS,
	.run = job_attrib_run,
	.given_up = job_attrib_run_given_up };

/* Five times the process went down with it: the run has failed, says so, and
 * another one may begin. */
static void test_run_given_up(void **state)
{
	const int64_t at_us = NOW + RT_DAY_US;
	struct attrib_run run = added(at_us, 6000, true), next;
	uint8_t claim[ID_BYTES] = { 7 };
	struct job_row *rows;
	struct queue *q;
	size_t n = 0;

	(void)state;
	did(db_attrib_run_page_begin(jobd, ours(), &run));
	for (uint8_t i = 0; i < JOB_ATTRIB_RUN_ATTEMPTS; i++) {
		claim[1] = i;
		did(db_job_claim(t->db, DB_ATTRIB_RUN_JOB, 1, claim,
		    clk_wall_us(), -1000, &mem, &rows, &n));
		assert_int_equal(n, 1);
	}
	assert_string_equal(got(run.id).state, "running");
	q = queue(&rerun, 1);
	until_count(
	    "SELECT COUNT(*) FROM job WHERE state = 'dead'"
	    " AND kind = 'attrib_run'",
	    1);
	queue_stop(q);
	assert_string_equal(got(run.id).state, "failed");
	assert_true(got(run.id).ended_us > 0);
	next = added(at_us, 6000, false);
	did(db_attrib_run_end(t->db, ours(), next.id, "stopped", NOW));
}

/* Said again, of a run that has ended, and of none. */
static void test_given_up_again(void **state)
{
	static const char *const payloads[] = { "",
		"arn_00000000000000000000000000", "call_x" };
	const int64_t at_us = NOW + RT_DAY_US;
	const struct queue_env env = { .settings = &settings, .db = jobd };
	const struct attrib_run run = added(at_us, 6000, false);
	struct job_row job = { .company = ours() };
	char id[ID_TEXT_MAX];

	(void)state;
	id_text(ID_KIND_attrib_run, run.id.v, id);
	job.payload = slice_from(id);
	job.company = t->company[1].id;
	ok(job_attrib_run_given_up(&env, &job));
	assert_string_equal(got(run.id).state, "waiting");
	job.company = ours();
	ok(job_attrib_run_given_up(&env, &job));
	ok(job_attrib_run_given_up(&env, &job));
	assert_string_equal(got(run.id).state, "failed");
	for (size_t i = 0; i < RT_ARRAY_LEN(payloads); i++) {
		job.payload = slice_from(payloads[i]);
		ok(job_attrib_run_given_up(&env, &job));
	}
}

/* --- meanwhile ------------------------------------------------------------*/

static void to_its_end(struct attrib_run *run)
{
	bool left = true;

	while (left)
		ok(db_attrib_run_page(jobd, ours(), run, attrib_law_prior(),
		    NOW, &page, &scratch, &left));
	ok(db_attrib_run_end(jobd, ours(), run->id, "done", NOW));
	*run = got(run->id);
}

static uint64_t credited(const char *by)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM interaction WHERE attributed_by = ?";
	struct stmt *st = stmt_begin(t->db, sql);
	uint64_t n = 0;

	stmt_in_text(st, slice_from(by));
	stmt_out_u64(st, &n);
	did(stmt_one(st));
	return n;
}

static void add_calls(int64_t at_us, int n)
{
	for (int i = 0; i < n; i++) {
		const int64_t then_us = at_us + i * RT_HOUR_US;

		(void)testdb_attrib_visit(t, dni, "google", then_us);
		(void)testdb_attrib_call(t, then_us + 10 * RT_SEC_US, i);
	}
}

static void erase(const char *caller)
{
	const struct person_key key = { .e164 = slice_from(caller) };
	struct person_erased erased;
	struct person_id fresh;

	testdb_id(NOW, fresh.v);
	did(db_person_erase(t->db, ours(), &key, NOW, fresh, &erased));
	assert_int_equal(erased.calls, 1);
}

static void join(const char *a, const char *b)
{
	const struct person_key keys[] = { { .e164 = slice_from(a) },
		{ .e164 = slice_from(b) } };
	struct person_id fresh, who;

	testdb_id(NOW, fresh.v);
	did(db_person_join(t->db, ours(), &keys[0], &keys[1], PERSON_BY_HAND,
	    NOW, fresh, &who));
}

/* While a run is under way one caller is erased, two others turn out to be one
 * person, and visits that no call is credited to are past their term: every
 * call that was counted is looked at, who was erased stays erased, and the
 * sums are those of the rows. */
static void test_meanwhile(void **state)
{
	const int64_t at_us = NOW + 3 * RT_DAY_US;
	struct attrib_run run;
	char caller[3][24];
	uint64_t wrong = 9;
	size_t n = 0;

	(void)state;
	add_calls(at_us, 4);
	for (int i = 0; i < 3; i++)
		testdb_attrib_caller(i, caller[i]);
	run = added(at_us, 6000, true);
	did(db_attrib_run_page_begin(jobd, ours(), &run));
	assert_int_equal(run.calls, 4);
	erase(caller[0]);
	join(caller[1], caller[2]);
	to_its_end(&run);
	assert_int_equal(run.looked, 4);
	assert_int_equal(credited("visit"), 3); /* all but the erased one's */

	/* Of the same calls again, so that nobody is credited to anybody: their
	 * visits go in the middle. */
	run = added(at_us, 10000, true);
	did(db_attrib_run_page_begin(jobd, ours(), &run));
	testdb_exec(t,
	    "UPDATE interaction SET attributed_by = 'none',"
	    " visit_id = NULL, lease_id = NULL LIMIT 1");
	testdb_exec(t, "UPDATE company SET keep_visits_days = 1");
	did(db_policy_visits(jobd, at_us + 90 * RT_DAY_US, 100, &mem, &n));
	assert_int_equal(n, 1);
	to_its_end(&run);
	assert_int_equal(run.looked, 4);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM phone_call"
			     " WHERE caller_e164 = '+14155570000'"),
	    0);
	ok(db_stat_verify(t->db, ours(), at_us, at_us + RT_DAY_US, &wrong));
	assert_int_equal(wrong, 0);
}

/* Of two visits past their term the second is credited with a call while the
 * first one goes: it stays, and so does what it was shown. */
static void test_credited_meanwhile(void **state)
{
	const int64_t at_us = NOW + 20 * RT_DAY_US;
	struct overflow_row seen = { t->company[0].tracked, { { 0 } }, at_us,
		at_us, 0 };
	const struct overflow_row *rows[] = { &seen };
	size_t n = 0;

	(void)state;
	seen.visit = testdb_attrib_visit(t, dni, "past", at_us);
	(void)testdb_attrib_visit(t, dni, "past and credited",
	    at_us + RT_MIN_US);
	did(db_overflow_put(dni, ours(), rows, 1));
	(void)testdb_attrib_call(t, at_us + RT_HOUR_US, 9);
	testdb_exec(t,
	    "CREATE TRIGGER meanwhile AFTER DELETE ON lease FOR EACH ROW"
	    " UPDATE interaction SET attributed_by = 'visit', visit_id ="
	    " (SELECT id FROM visit WHERE source = 'past and credited')"
	    " WHERE id = (SELECT id FROM phone_call"
	    " WHERE caller_e164 = '+14155570009')");
	testdb_exec(t, "UPDATE company SET keep_visits_days = 1");
	did(db_policy_visits(jobd, at_us + 2 * RT_DAY_US, 100, &mem, &n));
	testdb_exec(t, "DROP TRIGGER meanwhile");
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM visit"
			     " WHERE source = 'past'"),
	    0);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM visit v JOIN lease l"
			     " ON l.visit_id = v.id"
			     " WHERE v.source = 'past and credited'"),
	    1);
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM overflow_shown"),
	    0);
}

struct one_page {
	struct attrib_run run;
	enum err e;
};

static void *page_of(void *ctx)
{
	struct one_page *p = ctx;
	bool left;

	p->e = db_attrib_run_page(jobd, ours(), &p->run, attrib_law_prior(),
	    NOW, &page, &scratch, &left);
	return NULL;
}

/* A visit past its term goes between the look at a call and its credit: the
 * call is looked at without it. threshold_bp: for the visit, or its source. */
static void gone_meanwhile(int64_t at_us, uint16_t threshold_bp, int n)
{
	struct one_page p = { .e = ERR_INTERNAL };
	pthread_t thread;

	(void)testdb_attrib_visit(t, dni, "goes", at_us);
	(void)testdb_attrib_visit(t, dni, "goes", at_us + RT_SEC_US);
	(void)testdb_attrib_call(t, at_us + RT_MIN_US, n);
	p.run = added(at_us, threshold_bp, true);
	did(db_attrib_run_page_begin(jobd, ours(), &p.run));
	testdb_exec(t, "BEGIN");
	testdb_exec(t, "DELETE FROM visit WHERE source = 'goes'");
	testdb_exec(t,
	    "DELETE l FROM lease l LEFT JOIN visit v"
	    " ON v.company_id = l.company_id AND v.id = l.visit_id"
	    " WHERE v.id IS NULL");
	assert_int_equal(pthread_create(&thread, NULL, page_of, &p), 0);
	until_count(
	    "SELECT variable_value FROM information_schema.global_status"
	    " WHERE variable_name = 'INNODB_ROW_LOCK_CURRENT_WAITS'",
	    1);
	testdb_exec(t, "COMMIT");
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(p.e, ERR_OK);
	assert_int_equal(p.run.looked, 1);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM interaction i"
			     " LEFT JOIN visit v"
			     " ON v.company_id = i.company_id"
			     " AND v.id = i.visit_id WHERE"
			     " i.visit_id IS NOT NULL AND v.id IS NULL"),
	    0);
	did(db_attrib_run_end(jobd, ours(), p.run.id, "done", NOW));
}

static void test_gone_meanwhile(void **state)
{
	const int64_t at_us = NOW + 40 * RT_DAY_US;

	(void)state;
	gone_meanwhile(at_us, 1000, 20);
	gone_meanwhile(at_us + RT_DAY_US, 9000, 21);
}

/* A call that a tracker's rule credits keeps its credit and is not looked at. A
 * call of a pool that is credited so was taken by what its number became: it is
 * judged as any, and the report says of what it was. */
static void test_tracker(void **state)
{
	const int64_t at_us = NOW + 6 * RT_DAY_US;
	struct attrib_run_count *rows = NULL;
	struct attrib_run run;
	size_t n = 0;

	(void)state;
	testdb_call_empty(t);
	add_calls(at_us, 3);
	testdb_exec(t,
	    "UPDATE interaction SET attributed_by = 'tracker',"
	    " source = 'billboard', probability_bp = 10000 LIMIT 2");
	testdb_exec(t,
	    "UPDATE phone_call SET pool_id = NULL ORDER BY started_at LIMIT 1");
	run = added(at_us, 6000, true);
	did(db_attrib_run_page_begin(jobd, ours(), &run));
	to_its_end(&run);
	assert_int_equal(run.looked, 2);
	assert_int_equal(run.changed, 2);
	assert_int_equal(credited("tracker"), 1);
	assert_int_equal(credited("visit"), 2);
	ok(db_attrib_run_counts(t->db, ours(), run.id, "move", &mem, &rows,
	    &n));
	assert_int_equal(n, 2);
	assert_string_equal(rows[0].a, "nothing");
	assert_string_equal(rows[0].b, "visit");
	assert_string_equal(rows[1].a, "tracker");
	assert_string_equal(rows[1].b, "visit");
	ok(db_attrib_run_counts(t->db, ours(), run.id, "gone", &mem, &rows,
	    &n));
	assert_int_equal(n, 0);
}

/* What the first calls of a run list, in the order of time. */
static size_t listed(struct attrib_run_id id, struct attrib_run_call **rows)
{
	static const struct call_id all;
	size_t n = 0;

	did(db_attrib_run_calls(t->db, ours(), id, true, all, 10, &mem, rows,
	    &n));
	return n;
}

/* A caller's second call is judged by what the first one is credited to: a
 * preview says of both what writing them down then does. What it kept for that
 * is nobody else's, and goes with its end. */
static void test_chain(void **state)
{
	const int64_t at_us = NOW + 9 * RT_DAY_US;
	struct attrib_run_call *seen = NULL, *done = NULL;
	struct attrib_run run;
	struct queue *q;

	(void)state;
	testdb_call_empty(t);
	(void)testdb_attrib_visit(t, dni, "google", at_us);
	(void)testdb_attrib_call(t, at_us + 10 * RT_SEC_US, 70);
	(void)testdb_attrib_visit(t, dni, "bing", at_us + 10 * RT_MIN_US);
	(void)testdb_attrib_call(t, at_us + 15 * RT_MIN_US, 70);
	run = added(at_us, 100, false);
	did(db_attrib_run_page_begin(jobd, ours(), &run));
	{
		bool left = false;

		ok(db_attrib_run_page(jobd, ours(), &run, attrib_law_prior(),
		    NOW, &page, &scratch, &left));
	}
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM attrib_run_guess"),
	    2);
	assert_int_equal(credited("visit"), 0);
	assert_int_equal(listed(run.id, &seen), 2);
	ok(db_attrib_again_forget(jobd, t->company[1].id, run.id));
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM attrib_run_guess"),
	    2);
	q = queue(&rerun, 1); /* the rest of it: its end */
	until_count("SELECT COUNT(*) FROM attrib_run_guess", 0);
	until_count("SELECT COUNT(*) FROM attrib_run WHERE state = 'running'",
	    0);
	queue_stop(q);
	assert_string_equal(got(run.id).state, "done");
	assert_int_equal(got(run.id).looked, 2);

	run = added(at_us, 100, true);
	did(db_attrib_run_page_begin(jobd, ours(), &run));
	to_its_end(&run);
	assert_int_equal(listed(run.id, &done), 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(seen[i].now_source, done[i].now_source);
		assert_int_equal(seen[i].now_bp, done[i].now_bp);
	}
	/* It is the first visitor's telephone, by what was said of it first. */
	assert_string_equal(done[1].now_source, "google");
}

/* A preview that somebody stops, before its first piece or after one, or that
 * fails keeps nothing of what it said: the piece that comes after clears up. */
static void test_stopped(void **state)
{
	static const char all_sql[] = "SELECT COUNT(*) FROM attrib_run_guess";
	const int64_t at_us = NOW + 12 * RT_DAY_US;
	struct job_row job = { .company = ours() };
	const struct queue_env env = { .settings = &settings, .db = jobd };
	char id[ID_TEXT_MAX];
	struct queue *q;

	(void)state;
	testdb_call_empty(t);
	add_calls(at_us, 3);
	for (int how = 0; how < 3; how++) {
		struct attrib_run run = added(at_us, 100, false);
		bool left = false;

		did(db_attrib_run_page_begin(jobd, ours(), &run));
		ok(db_attrib_run_page(jobd, ours(), &run, attrib_law_prior(),
		    NOW, &page, &scratch, &left));
		assert_int_equal(testdb_count(t, all_sql), 3);
		id_text(ID_KIND_attrib_run, run.id.v, id);
		job.payload = slice_from(id);
		if (how < 2)
			did(db_attrib_run_end(t->db, ours(), run.id, "stopped",
			    NOW));
		if (how == 0) {
			q = queue(&rerun, 1);
			until_count(all_sql, 0);
			queue_stop(q);
		} else if (how == 1) {
			ok(job_attrib_run(&env, &job));
		} else {
			ok(job_attrib_run_given_up(&env, &job));
		}
		assert_int_equal(testdb_count(t, all_sql), 0);
		assert_string_equal(got(run.id).state,
		    how < 2 ? "stopped" : "failed");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_run_given_up),
		cmocka_unit_test(test_given_up_again),
		cmocka_unit_test(test_meanwhile),
		cmocka_unit_test(test_credited_meanwhile),
		cmocka_unit_test(test_gone_meanwhile),
		cmocka_unit_test(test_tracker),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_stopped),
	};

	return cmocka_run_group_tests_name("job_attrib_run", tests, start,
	    stop);
}
