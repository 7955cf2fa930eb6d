/* Tests of lib/db/db_attrib_run and db_attrib_run_page: a period's calls
 * credited again, by the programs' own accounts. Everything is company 0's. */
#include <stdio.h>
#include <string.h>

#include "lib/db/db_attrib_run_page.h"
#include "lib/db/db_hook.h"
#include "lib/db/db_policy.h"
#include "lib/db/db_pool.h"
#include "lib/db/db_stat.h"
#include "lib/db/db_tracker.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_attrib.h"
#include "tests/support/testdb_call.h"

#define NOW TESTDB_NOW_US

/* With each of its statements failing once. */
#define ok(call)  FAIL_STMT_OK(call)
#define did(call) assert_int_equal(call, ERR_OK)

static struct testdb *t;
static struct db *dni, *jobd, *dashboard;
static struct arena mem, page, scratch;

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	dni = testdb_connect(t, "dni");
	jobd = testdb_connect(t, "jobd");
	dashboard = testdb_connect(t, "dashboard");
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
	db_close(dashboard);
	db_close(jobd);
	db_close(dni);
	testdb_stop(t);
	return 0;
}

static struct company_id ours(void)
{
	return t->company[0].id;
}

static struct company_id theirs(void)
{
	return t->company[1].id;
}

/* --- calls and their visits ---------------------------------------------- */

/* A closed call that is credited to nothing, ten seconds after a visit. */
static void call_after(const char *source, int64_t at_us, int n)
{
	(void)testdb_attrib_visit(t, dni, source, at_us);
	(void)testdb_attrib_call(t, at_us + 10 * RT_SEC_US, n);
}

static struct attrib_run asked(int64_t from_us, int64_t to_us, bool applies)
{
	struct attrib_run run;

	memset(&run, 0, sizeof(run));
	testdb_id(NOW, run.id.v);
	run.applies = applies;
	run.from_us = from_us;
	run.to_us = to_us;
	run.threshold_bp = 6000;
	run.user = t->company[0].user;
	run.made_us = NOW;
	return run;
}

static struct attrib_run got(struct attrib_run_id id)
{
	struct attrib_run run;

	ok(db_attrib_run_get(dashboard, ours(), id, &run));
	return run;
}

static void to_its_end(struct attrib_run *run, const struct attrib_law *law,
    int64_t now_us)
{
	bool left = true;

	ok(db_attrib_run_page_begin(jobd, ours(), run));
	while (left)
		ok(db_attrib_run_page(jobd, ours(), run, law, now_us, &page,
		    &scratch, &left));
	ok(db_attrib_run_end(jobd, ours(), run->id, "done", now_us));
}

/* A day's calls credited again at now_us to all that is likely at all. */
static struct attrib_run day_again(int64_t from_us,
    const struct attrib_law *law, int64_t now_us)
{
	struct attrib_run run = asked(from_us, from_us + RT_DAY_US, true);

	run.threshold_bp = 100;
	ok(db_attrib_run_add(dashboard, ours(), &run));
	to_its_end(&run, law, now_us);
	return got(run.id);
}

/* The call that began then, as it is credited now. */
static struct attrib_call call_at(int64_t at_us)
{
	const struct call_id all = { { 0 } };
	struct attrib_call *rows = NULL;
	size_t n = 0;

	ok(db_attrib_calls(jobd, ours(), at_us, at_us + 1, 0, all, &mem, &rows,
	    &n));
	assert_int_equal(n, 1);
	return rows[0];
}

static uint64_t gone_of(struct attrib_run_id id)
{
	struct attrib_run_count *rows = NULL;
	size_t n = 0;

	ok(db_attrib_run_counts(dashboard, ours(), id, "gone", &mem, &rows,
	    &n));
	return n == 0 ? 0 : rows[0].now;
}

static uint64_t jobs(void)
{
	return (uint64_t)testdb_count(t,
	    "SELECT COUNT(*) FROM job WHERE kind = 'attrib_run'");
}

static uint64_t credited(void)
{
	return (uint64_t)testdb_count(t,
	    "SELECT COUNT(*) FROM interaction WHERE attributed_by = 'visit'");
}

/* --- tests --------------------------------------------------------------- */

static void test_added(void **state)
{
	struct attrib_run run = asked(NOW, NOW + RT_DAY_US, false), other;
	struct attrib_run *rows = NULL;
	size_t n = 9;

	(void)state;
	other = run;
	other.to_us = other.from_us;
	assert_int_equal(db_attrib_run_add(dashboard, ours(), &other),
	    ERR_RANGE);
	other.to_us = other.from_us + DB_ATTRIB_RUN_PERIOD_US + 1;
	assert_int_equal(db_attrib_run_add(dashboard, ours(), &other),
	    ERR_RANGE);
	other = run;
	other.threshold_bp = 0;
	assert_int_equal(db_attrib_run_add(dashboard, ours(), &other),
	    ERR_RANGE);
	other = run;
	other.law_version = 3;
	assert_int_equal(db_attrib_run_add(dashboard, ours(), &other),
	    ERR_NOTFOUND);
	assert_int_equal(jobs(), 0);
	ok(db_attrib_run_add(dashboard, ours(), &run));
	assert_int_equal(jobs(), 1);
	assert_string_equal(got(run.id).state, "waiting");
	other = asked(NOW, NOW + RT_DAY_US, true);
	assert_int_equal(db_attrib_run_add(dashboard, ours(), &other),
	    ERR_CONFLICT);
	assert_int_equal(jobs(), 1);
	assert_int_equal(db_attrib_run_get(dashboard, theirs(), run.id, &other),
	    ERR_NOTFOUND);
	assert_int_equal(db_attrib_run_end(dashboard, theirs(), run.id,
			     "stopped", NOW),
	    ERR_NOTFOUND);
	ok(db_attrib_run_list(dashboard, theirs(), &mem, &rows, &n));
	assert_int_equal(n, 0);
	ok(db_attrib_run_end(dashboard, ours(), run.id, "stopped", NOW));
	assert_int_equal(db_attrib_run_end(dashboard, ours(), run.id, "done",
			     NOW),
	    ERR_CONFLICT);
	assert_int_equal(db_attrib_run_page_begin(jobd, ours(), &run),
	    ERR_CONFLICT);
}

/* Looked at, written down, looked at again: counts, list and roll-ups. */
static void test_run(void **state)
{
	const int64_t at_us = NOW + RT_DAY_US;
	const struct call_id all = { { 0 } };
	struct attrib_run_count *counts = NULL;
	struct attrib_run_call *calls = NULL;
	uint64_t wrong = 99;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 7; i++)
		call_after(i % 2 == 0 ? "google" : "bing",
		    at_us + i * RT_HOUR_US, i);
	for (int applies = 0; applies <= 1; applies++) {
		struct attrib_run run =
		    asked(at_us, at_us + RT_DAY_US, applies == 1);

		ok(db_attrib_run_add(dashboard, ours(), &run));
		to_its_end(&run, attrib_law_prior(), NOW);
		run = got(run.id);
		assert_string_equal(run.state, "done");
		assert_int_equal(run.calls, 7);
		assert_int_equal(run.looked, 7);
		assert_int_equal(run.changed, 7);
		assert_int_equal(run.moved, 7);
		assert_int_equal(credited(), applies == 1 ? 7 : 0);
		ok(db_attrib_run_counts(dashboard, ours(), run.id, "source",
		    &mem, &counts, &n));
		assert_int_equal(n, 3);
		assert_string_equal(counts[0].a, "");
		assert_int_equal(counts[0].before, 7);
		assert_int_equal(counts[0].now, 0);
		assert_string_equal(counts[1].a, "google");
		assert_int_equal(counts[1].now, 4);
		ok(db_attrib_run_counts(dashboard, theirs(), run.id, "source",
		    &mem, &counts, &n));
		assert_int_equal(n, 0);
		ok(db_attrib_run_calls(dashboard, ours(), run.id, true, all, 5,
		    &mem, &calls, &n));
		assert_int_equal(n, 5);
		assert_string_equal(calls[0].was, "nothing");
		assert_string_equal(calls[0].is_now, "visit");
		assert_string_equal(calls[1].now_source, "bing");
		assert_string_equal(calls[1].now_campaign,
		    "spr\xc3\xadng '; --");
		ok(db_attrib_run_calls(dashboard, ours(), run.id, true,
		    calls[4].call, 5, &mem, &calls, &n));
		assert_int_equal(n, 2);
		ok(db_attrib_run_calls(dashboard, theirs(), run.id, true, all,
		    5, &mem, &calls, &n));
		assert_int_equal(n, 0);
		ok(db_stat_verify(t->db, ours(), at_us, at_us + RT_DAY_US,
		    &wrong));
		assert_int_equal(wrong, 0);
	}
}

/* Another piece has moved it on, or somebody has stopped it: nothing of this
 * page stays, neither counts nor credits. */
static void test_fenced(void **state)
{
	const int64_t at_us = NOW + 3 * RT_DAY_US;
	struct attrib_run run = asked(at_us, at_us + RT_DAY_US, true), stale;
	const uint64_t before = credited();
	bool left = false;

	(void)state;
	call_after("late", at_us, 100);
	call_after("late", at_us + RT_HOUR_US, 101);
	ok(db_attrib_run_add(dashboard, ours(), &run));
	ok(db_attrib_run_page_begin(jobd, ours(), &run));
	stale = run;
	ok(db_attrib_run_page(jobd, ours(), &run, attrib_law_prior(), NOW,
	    &page, &scratch, &left));
	assert_false(left);
	assert_int_equal(credited(), before + 2);
	assert_int_equal(db_attrib_run_page(jobd, ours(), &stale,
			     attrib_law_prior(), NOW, &page, &scratch, &left),
	    ERR_CONFLICT);
	assert_int_equal(got(run.id).looked, 2);
	ok(db_attrib_run_end(dashboard, ours(), run.id, "stopped", NOW));
	call_after("later", at_us + 2 * RT_HOUR_US, 102);
	assert_int_equal(db_attrib_run_page(jobd, ours(), &run,
			     attrib_law_prior(), NOW, &page, &scratch, &left),
	    ERR_CONFLICT);
	assert_int_equal(credited(), before + 2);
}

/* Programs that keep a copy: what a run that applies changed is found by the
 * time of the last change and told by webhooks, each call in its turn; what it
 * only looked at is neither. */
static void test_told(void **state)
{
	static const char turns[] =
	    "SELECT CAST(COUNT(*) * 1000000 + TIMESTAMPDIFF(MICROSECOND,"
	    " MIN(due_at), MAX(due_at)) AS SIGNED) FROM webhook_delivery"
	    " WHERE kind = 'call.changed' AND detail = 'attribution'"
	    " AND state = 'ready'";
	static const char touched[] =
	    "SELECT COUNT(*) FROM phone_call"
	    " WHERE updated_at > '2020-01-01'";
	static const struct hook_row hook = { .id = { { 1 } },
		.name = "CRM",
		.url = "https://crm.example/hook",
		.secret = { 1 },
		.secret_n = 1,
		.signature = "v1",
		.events = HOOK_BIT(HOOK_CALL_CHANGED),
		.per_second = 10,
		.parallel = 1 };
	const int64_t at_us = NOW + 30 * RT_DAY_US;
	struct attrib_run run;
	struct stmt *st;

	(void)state;
	ok(db_hook_add(t->db, ours(), &hook));
	ok(db_hook_add(t->db, theirs(), &hook));
	for (int i = 0; i < 3; i++)
		call_after("told", at_us + i * RT_HOUR_US, 200 + i);
	for (int applies = 0; applies < 3; applies++) {
		st = stmt_begin(t->db,
		    "UPDATE phone_call SET updated_at = '2020-01-01'");
		ok(stmt_exec(st, NULL));
		run = asked(at_us, at_us + RT_DAY_US, applies > 0);
		ok(db_attrib_run_add(dashboard, ours(), &run));
		to_its_end(&run, attrib_law_prior(), NOW);
		/* The third finds them as the second left them. */
		assert_int_equal(testdb_count(t, touched),
		    applies == 1 ? 3 : 0);
		if (applies > 0)
			assert_int_equal(testdb_count(t, turns),
			    3 * 1000000 + 2 * 200000);
		else
			assert_int_equal(
			    testdb_count(t,
				"SELECT COUNT(*) FROM webhook_delivery"),
			    0);
	}
}

/* More sources than are listed: the rest is summed up, none is lost. */
static void test_many_sources(void **state)
{
	enum {
		MANY = DB_ATTRIB_RUN_SOURCES + 30
	};
	const int64_t at_us = NOW + 5 * RT_DAY_US;
	struct attrib_run run = asked(at_us, at_us + 20 * RT_DAY_US, false);
	struct attrib_run_count *counts = NULL;
	bool left = true;
	uint64_t sum = 0;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		char name[24];

		(void)snprintf(name, sizeof(name), "source %d", i);
		call_after(name, at_us + i * RT_HOUR_US, 200 + i);
	}
	ok(db_attrib_run_add(dashboard, ours(), &run));
	ok(db_attrib_run_page_begin(jobd, ours(), &run));
	while (left)
		did(db_attrib_run_page(jobd, ours(), &run, attrib_law_prior(),
		    NOW, &page, &scratch, &left));
	did(db_attrib_run_end(jobd, ours(), run.id, "done", NOW));
	run = got(run.id);
	assert_int_equal(run.looked, MANY);
	ok(db_attrib_run_counts(dashboard, ours(), run.id, "source", &mem,
	    &counts, &n));
	assert_int_equal(n, DB_ATTRIB_RUN_SOURCES);
	for (size_t i = 0; i < n; i++)
		sum += counts[i].now;
	ok(db_attrib_run_counts(dashboard, ours(), run.id, "others", &mem,
	    &counts, &n));
	assert_int_equal(n, 1);
	assert_string_equal(counts[0].a, "source");
	assert_int_equal(sum + counts[0].now, MANY);
}

static void test_swept(void **state)
{
	uint64_t removed = 9, sum = 0;

	(void)state;
	ok(db_attrib_run_sweep(jobd, NOW - RT_DAY_US, &removed));
	assert_int_equal(removed, 0);
	do {
		ok(db_attrib_run_sweep(jobd, NOW + RT_DAY_US, &removed));
		sum += removed;
	} while (removed > 0);
	assert_true(sum >= 5);
	assert_int_equal(testdb_count(t,
			     "SELECT (SELECT COUNT(*) FROM attrib_run)"
			     " + (SELECT COUNT(*) FROM attrib_run_count)"
			     " + (SELECT COUNT(*) FROM attrib_run_call)"),
	    0);
}

/* Another company's law is no law of ours. */
static void test_laws(void **state)
{
	struct attrib_law_row row = { .law = *attrib_law_prior(),
		.calls = 100,
		.visits = 3000,
		.from_us = NOW,
		.to_us = NOW + RT_DAY_US,
		.fitted_us = NOW + RT_DAY_US };
	struct attrib_law_row *rows = NULL;
	struct attrib_law law;
	size_t n = 0;

	(void)state;
	ok(db_attrib_law_add(t->db, ours(), &row));
	row.calls = 200;
	ok(db_attrib_law_add(t->db, ours(), &row));
	ok(db_attrib_laws(dashboard, ours(), &mem, &rows, &n));
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].law.version, 2);
	assert_int_equal(rows[0].calls, 200);
	ok(db_attrib_laws(dashboard, theirs(), &mem, &rows, &n));
	assert_int_equal(n, 0);
	ok(db_attrib_law_of(jobd, ours(), 1, &law));
	assert_int_equal(law.version, 1);
	ok(db_attrib_law_of(jobd, theirs(), 0, &law));
	assert_int_equal(law.version, 0);
	assert_int_equal(db_attrib_law_of(jobd, theirs(), 1, &law),
	    ERR_NOTFOUND);
	assert_int_equal(db_attrib_law_of(jobd, ours(), 3, &law), ERR_NOTFOUND);
}

/* --- what is not as it was ----------------------------------------------- */

/* Calls before it may have lost visits they are to be weighed against. */
static void test_whole_from(void **state)
{
	static const struct {
		const char *sql;
		int64_t want_us;
	} terms[] = {
		{ "UPDATE company SET keep_visits_days = 30",
		    NOW - 25 * RT_DAY_US },
		{ "UPDATE company SET keep_visits_days = 10",
		    NOW - 5 * RT_DAY_US },
		{ "UPDATE company SET keep_visits_days = 3",
		    NOW - 36 * RT_HOUR_US },
		{ "UPDATE company SET keep_visits_days = 0", 0 },
	};
	static const struct company_id nobody;
	int64_t whole_us = 9;

	(void)state;
	assert_int_equal(db_attrib_whole_from(jobd, nobody, NOW, &whole_us),
	    ERR_NOTFOUND);
	for (size_t i = 0; i < RT_ARRAY_LEN(terms); i++) {
		testdb_exec(t, terms[i].sql);
		ok(db_attrib_whole_from(jobd, ours(), NOW, &whole_us));
		assert_int_equal(whole_us, terms[i].want_us);
	}
}

/* Visits past their term go, but the one that a call is credited to: neither is
 * that call now certain, nor is another one made by who is left. */
static void test_past_term(void **state)
{
	const int64_t at_us = NOW + 400 * RT_DAY_US;
	const int64_t second_us = at_us + 10 * RT_MIN_US;
	struct attrib_call first;
	struct attrib_run run;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		(void)testdb_attrib_visit(t, dni, "rival",
		    at_us + i * RT_SEC_US);
	(void)testdb_attrib_call(t, at_us + RT_MIN_US, 600);
	run = day_again(at_us, attrib_law_prior(), at_us + RT_DAY_US);
	assert_int_equal(run.changed, 1);
	first = call_at(at_us + RT_MIN_US);
	assert_string_equal(first.attributed_by, "visit");
	assert_in_range(first.probability_bp, 2000, 6000);
	(void)testdb_attrib_call(t, second_us, 601);
	testdb_exec(t, "UPDATE company SET keep_visits_days = 30");
	ok(db_policy_visits(jobd, at_us + 32 * RT_DAY_US, 1000, &mem, &n));
	assert_true(n >= 2);
	run = day_again(at_us, attrib_law_prior(), at_us + 32 * RT_DAY_US);
	assert_int_equal(run.looked, 2);
	assert_int_equal(run.changed, 0);
	assert_int_equal(gone_of(run.id), 2);
	assert_int_equal(call_at(at_us + RT_MIN_US).probability_bp,
	    first.probability_bp);
	assert_string_equal(call_at(second_us).attributed_by, "none");
	testdb_exec(t, "UPDATE company SET keep_visits_days = 0");
}

/* The number of a pool is a tracker's by now: its calls of before are not. */
static void test_then_tracker(void **state)
{
	const int64_t at_us = NOW + 500 * RT_DAY_US;
	const struct number_id number = t->company[0].pooled[0];
	struct tracker_row tracker = { .number = number,
		.created_us = at_us + RT_HOUR_US,
		.match_kind = "none",
		.name = "Bus",
		.source = "bus",
		.medium = "offline" };
	struct attrib_call c;

	(void)state;
	call_after("google", at_us, 610);
	ok(db_pool_number_remove(t->db, ours(), t->company[0].pool, number,
	    at_us + RT_HOUR_US));
	testdb_id(at_us, tracker.id.v);
	ok(db_tracker_add(t->db, ours(), &tracker));
	for (int i = 0; i < 2; i++) {
		(void)day_again(at_us, attrib_law_prior(), at_us + RT_DAY_US);
		c = call_at(at_us + 10 * RT_SEC_US);
		assert_string_equal(c.attributed_by, "visit");
		assert_string_equal(c.source, "google");
	}
	ok(db_tracker_archive(t->db, ours(), tracker.id, at_us + RT_DAY_US));
	ok(db_pool_number_add(t->db, ours(), t->company[0].pool, number,
	    at_us + RT_DAY_US));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_added),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_fenced),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_many_sources),
		cmocka_unit_test(test_swept),
		cmocka_unit_test(test_laws),
		cmocka_unit_test(test_whole_from),
		cmocka_unit_test(test_past_term),
		cmocka_unit_test(test_then_tracker),
	};

	return cmocka_run_group_tests_name("db_attrib_run", tests, start, stop);
}
