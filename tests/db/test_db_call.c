/* Tests of lib/db/db_call, db_stat, db_mark, db_recording and db_usage: calls
 * drained from records, by the store's own account, twice and in pieces; and
 * roll-ups that equal the calls whatever was done to them. */

#include "lib/base/arena.h"
#include "lib/db/db_call.h"
#include "lib/db/db_company.h"
#include "lib/db/db_job.h"
#include "lib/db/db_pool.h"
#include "lib/db/db_recording.h"
#include "lib/db/db_report_call.h"
#include "lib/db/db_stat.h"
#include "lib/db/db_tracker.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

static struct testdb *t;
static struct db *store;

#define ok(call) FAIL_STMT_OK(call)

#define CALLER "+12125550199"

static int64_t count(const char *sql)
{
	return testdb_count(t, sql);
}

static int empty(void **state)
{
	(void)state;
	testdb_call_empty(t);
	return 0;
}

static void test_whole_call(void **state)
{
	const struct testdb_company *c = &t->company[0];
	struct call_state s;
	struct call_key key;

	(void)state;
	const struct call_id id = testdb_call_drain(t, store, 0, c->number,
	    CALLER, NULL, 61 * RT_SEC_US);

	ok(db_call_state(store, c->id, id, &s));
	assert_true(s.closed && s.result == CALLRESULT_ANSWERED);
	assert_int_equal(s.last_seq, 3);
	ok(db_call_key(store, c->id, id, &key));
	assert_true(key.closed && id_is_nil(key.pool.v));
	assert_string_equal(key.caller_e164, CALLER);
	assert_int_equal(key.started_us, TESTDB_NOW_US + RT_SEC_US);
	assert_int_equal(
	    count(
		"SELECT COUNT(*) FROM phone_call WHERE first_time = 1 AND"
		" talk_ms = 61000 AND duration_ms = 66000 AND cause = 16 AND"
		" destination_id IS NOT NULL AND location_id IS NOT NULL AND"
		" hangup_by = 'caller' AND qualified = 0 AND record = 'notice'"
		" AND TIMESTAMPDIFF(SECOND, started_at, bridged_at) = 5"),
	    1);
	/* Hostile bytes in the display name became U+FFFD. */
	assert_int_equal(
	    count("SELECT COUNT(*) FROM phone_call WHERE"
		  " HEX(caller_name) = '4A6F20EFBFBDEFBFBD203C623E'"),
	    1);
	assert_int_equal(
	    count("SELECT amount FROM usage_day WHERE kind = 'outbound_s'"),
	    61);
	assert_int_equal(
	    count("SELECT amount FROM usage_day WHERE kind = 'inbound_s'"), 64);
	assert_int_equal(count("SELECT COUNT(*) FROM call_rollup"), 31);
	assert_int_equal(
	    count("SELECT talk_60 FROM call_rollup WHERE dimension = 'total'"),
	    1);
	assert_int_equal(
	    count("SELECT COUNT(*) FROM call_rollup WHERE dimension = 'place/1'"
		  " AND value = 'New York, NY' AND value2 = 'US'"),
	    1);
	assert_int_equal(testdb_call_wrong(t, 0), 0);
}

/* Drained again in any order, nothing changes. */
static void test_idempotent(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const struct call_id id = testdb_call_drain(t, store, 0, c->number,
	    CALLER, NULL, 30 * RT_SEC_US);
	struct callrec again[4];
	int64_t before;

	(void)state;
	again[0] =
	    testdb_call_opened(t, 0, id, c->number, CALLER, TESTDB_NOW_US);
	again[1] = testdb_call_leg(t, 0, id, 1, 1, 5, 6);
	again[2] = testdb_call_event(t, 0, id, 2);
	again[3] = testdb_call_closed(t, 0, id, 3, CALLRESULT_FAILED, 0);
	before = count("SELECT SUM(amount) FROM usage_day");
	for (int i = 0; i < 2; i++) {
		ok(db_call_opened(store, c->id, &again[0], &testdb_call_place));
		ok(db_call_leg(store, c->id, &again[1]));
		ok(db_call_event(store, c->id, &again[2]));
		ok(db_call_closed(store, c->id, &again[3], NULL,
		    TESTDB_NOW_US));
	}
	/* After the end nothing is added, whatever its number. */
	again[2].head.seq = 9;
	ok(db_call_event(store, c->id, &again[2]));
	assert_int_equal(count("SELECT SUM(amount) FROM usage_day"), before);
	assert_int_equal(count("SELECT COUNT(*) FROM call_event"), 0);
	assert_int_equal(count("SELECT COUNT(*) FROM caller"), 1);
	assert_int_equal(count("SELECT SUM(calls) FROM call_rollup"), 31);
	assert_int_equal(testdb_call_wrong(t, 0), 0);
}

/* Several at once are as they are one by one, and what was applied is not
 * applied again. */
static void test_together(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const struct call_id id = testdb_call_id();
	struct callrec o, r[5];
	const struct callrec *all[] = { &r[0], &r[1], &r[2], &r[3], &r[4] };

	(void)state;
	o = testdb_call_opened(t, 0, id, c->number, CALLER, TESTDB_NOW_US);
	for (uint32_t i = 0; i < 5; i++)
		r[i] = i == 2 ? testdb_call_leg(t, 0, id, 4, 1, 5, 6)
			      : testdb_call_event(t, 0, id, 2 + i);
	assert_int_equal(db_call_add(store, c->id, all, 5), ERR_NOTFOUND);
	ok(db_call_opened(store, c->id, &o, &testdb_call_place));
	ok(db_call_add(store, c->id, all, 2));
	ok(db_call_add(store, c->id, all, 5));
	ok(db_call_add(store, c->id, all, 5));
	ok(db_call_add(store, c->id, all + 1, 2));
	assert_int_equal(count("SELECT COUNT(*) FROM call_event e JOIN"
			       " phone_call p ON p.id = e.call_id"
			       " WHERE p.state = 'open' AND p.last_seq = 6"),
	    4);
	assert_int_equal(count("SELECT COUNT(*) FROM call_leg l JOIN"
			       " phone_call p ON p.id = l.call_id"
			       " WHERE p.state = 'open' AND l.seq = 1"),
	    1);
	/* Of another call, company or kind: nothing of it. */
	r[4].head.seq = 8;
	r[3].head.seq = 7;
	r[4].head.call = testdb_call_id();
	assert_int_equal(db_call_add(store, c->id, all, 5), ERR_INTERNAL);
	r[4] = testdb_call_closed(t, 0, id, 8, CALLRESULT_MISSED, 0);
	assert_int_equal(db_call_add(store, c->id, all, 5), ERR_INTERNAL);
	assert_int_equal(db_call_add(store, t->company[1].id, all, 4),
	    ERR_INTERNAL);
	assert_int_equal(count("SELECT MAX(seq) FROM call_event"), 6);
}

static void test_refusals(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const struct call_id id = testdb_call_id();
	struct callrec r = testdb_call_event(t, 0, id, 1);

	(void)state;
	assert_int_equal(db_call_event(store, c->id, &r), ERR_NOTFOUND);
	assert_int_equal(db_call_leg(store, c->id, &r), ERR_INTERNAL);
	/* The claim must be the record's own company. */
	assert_int_equal(db_call_event(store, t->company[1].id, &r),
	    ERR_INTERNAL);
	r = testdb_call_closed(t, 0, id, 1, CALLRESULT_MISSED, 0);
	assert_int_equal(db_call_closed(store, c->id, &r, NULL, TESTDB_NOW_US),
	    ERR_NOTFOUND);
	assert_int_equal(db_call_credit(t->db, c->id, id, NULL), ERR_NOTFOUND);
	r = testdb_call_opened(t, 0, id, c->number, "", TESTDB_NOW_US);
	ok(db_call_opened(store, c->id, &r, &testdb_call_place));
	assert_int_equal(db_call_credit(t->db, c->id, id, NULL), ERR_CONFLICT);
}

/* A number that a pool holds, an anonymous caller, no destination rang. */
static void test_interrupted_and_anonymous(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const struct call_id id = testdb_call_id();
	const struct callrec o =
	    testdb_call_opened(t, 0, id, c->pooled[0], "", TESTDB_NOW_US);
	struct callrec end;
	struct call_state s;
	struct call_key key;

	(void)state;
	ok(db_call_opened(store, c->id, &o, &testdb_call_place));
	ok(db_call_key(store, c->id, id, &key));
	assert_true(id_eq(key.pool.v, c->pool.v) && !key.closed);
	callrec_interrupted(&o, 1, RT_SEC_US, &end);
	ok(db_call_closed(store, c->id, &end, NULL, TESTDB_NOW_US));
	ok(db_call_state(store, c->id, id, &s));
	assert_true(s.closed && s.result == CALLRESULT_INTERRUPTED);
	assert_int_equal(count("SELECT COUNT(*) FROM caller"), 0);
	assert_int_equal(testdb_call_wrong(t, 0), 0);
}

static struct visit_id add_visit(int who)
{
	static const char sql[] =
	    "INSERT INTO visit (company_id, id, site_id, visitor_id,"
	    " started_at, seen_at, landing_url, landing_page, referrer_host,"
	    " ad_group_id, source, medium, campaign, keyword, channel)"
	    " VALUES (?, ?, ?, ?, ?, ?, 'https://a/b?c', 'a/b', 'google.com',"
	    " '77', 'google', 'cpc', 'spring', 'emergency plumber', 'paid')";
	struct visit_id id;
	struct stmt *st;

	testdb_id(TESTDB_NOW_US, id.v);
	st = stmt_begin(t->db, sql);
	stmt_in_id(st, t->company[who].id.v);
	stmt_in_id(st, id.v);
	stmt_in_id(st, t->company[who].site.v);
	stmt_in_id(st, id.v);
	stmt_in_time_us(st, TESTDB_NOW_US);
	stmt_in_time_us(st, TESTDB_NOW_US);
	ok(stmt_exec_one(st));
	return id;
}

static void test_credit(void **state)
{
	const struct testdb_company *c = &t->company[0];
	struct call_credit credit = { .by = CALL_CREDIT_VISIT,
		.visit = add_visit(0),
		.probability_bp = 9400,
		.rule_version = 1,
		.evidence = SLICE("{\"rule\":1}") };
	const struct call_id id = testdb_call_drain(t, store, 0, c->pooled[0],
	    CALLER, &credit, 95 * RT_SEC_US);

	(void)state;
	assert_int_equal(
	    count("SELECT COUNT(*) FROM interaction WHERE source = 'google' AND"
		  " medium = 'cpc' AND campaign = 'spring' AND ad_group = '77'"
		  " AND keyword = 'emergency plumber' AND channel = 'paid' AND"
		  " landing_page = 'a/b' AND attributed_by = 'visit' AND"
		  " probability_bp = 9400 AND rule_version = 1"),
	    1);
	assert_int_equal(testdb_call_wrong(t, 0), 0);
	/* Again under another rule: only the source. */
	credit.by = CALL_CREDIT_SOURCE;
	credit.source = SLICE("bing");
	credit.medium = SLICE("cpc");
	credit.campaign = SLICE("autumn");
	ok(db_call_credit(t->db, c->id, id, &credit));
	assert_int_equal(
	    count("SELECT COUNT(*) FROM interaction WHERE source = 'bing' AND"
		  " keyword = '' AND attributed_by = 'source'"),
	    1);
	assert_int_equal(
	    count("SELECT calls FROM call_rollup WHERE dimension = 'source/1'"
		  " AND value = 'bing'"),
	    1);
	assert_int_equal(
	    count("SELECT calls FROM call_rollup WHERE dimension = 'source/1'"
		  " AND value = 'google'"),
	    0);
	assert_int_equal(testdb_call_wrong(t, 0), 0);
	/* Another company's visit is no visit, and none is credited to that is
	 * gone: the call is to be judged again. */
	credit.by = CALL_CREDIT_VISIT;
	credit.visit = add_visit(1);
	assert_int_equal(db_call_credit(t->db, c->id, id, &credit), ERR_BUSY);
	assert_int_equal(
	    count("SELECT COUNT(*) FROM interaction WHERE source = 'bing'"), 1);
}

static void test_tracker_wins(void **state)
{
	const struct testdb_company *c = &t->company[0];

	(void)state;
	(void)testdb_call_drain(t, store, 0, c->tracked, CALLER, NULL,
	    RT_SEC_US);
	assert_int_equal(
	    count("SELECT COUNT(*) FROM interaction WHERE source = 'billboard'"
		  " AND attributed_by = 'tracker' AND probability_bp = 10000"
		  " AND tracker_id IS NOT NULL"),
	    1);
	assert_int_equal(testdb_call_wrong(t, 0), 0);
}

/* A call that began while its number was a pool's and nobody's tracker is not
 * a tracker's for what becomes of the number while it is up, and one that began
 * when it was a tracker's stays its. */
static void test_tracker_meanwhile(void **state)
{
	static const char now_sql[] =
	    "SELECT COUNT(*) FROM interaction"
	    " WHERE attributed_by = 'tracker'";
	const struct testdb_company *c = &t->company[0];
	struct tracker_row tracker = { .number = c->pooled[2],
		.created_us = TESTDB_NOW_US + RT_SEC_US,
		.match_kind = "none",
		.name = "Bus",
		.source = "bus",
		.medium = "offline" };
	struct call_id ids[3];
	struct callrec r;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(ids); i++) {
		ids[i] = testdb_call_id();
		r = testdb_call_opened(t, 0, ids[i],
		    i == 2 ? c->tracked : c->pooled[2], CALLER, TESTDB_NOW_US);
		/* The second is read after the number has left. */
		if (i == 1)
			ok(db_pool_number_remove(t->db, c->id, c->pool,
			    c->pooled[2], TESTDB_NOW_US));
		ok(db_call_opened(store, c->id, &r, &testdb_call_place));
	}
	testdb_id(TESTDB_NOW_US, tracker.id.v);
	ok(db_tracker_add(t->db, c->id, &tracker));
	ok(db_tracker_archive(t->db, c->id, c->tracker,
	    TESTDB_NOW_US + RT_SEC_US));
	for (size_t i = 0; i < RT_ARRAY_LEN(ids); i++) {
		r = testdb_call_closed(t, 0, ids[i], 1, CALLRESULT_MISSED, 0);
		ok(db_call_closed(store, c->id, &r, NULL,
		    TESTDB_NOW_US + 2 * RT_SEC_US));
		assert_int_equal(count(now_sql), i == 2 ? 1 : 0);
	}
	assert_int_equal(testdb_call_wrong(t, 0), 0);
	testdb_exec(t,
	    "UPDATE tracker SET archived_at ="
	    " IF(source = 'bus', created_at, NULL)");
	ok(db_pool_number_add(t->db, c->id, c->pool, c->pooled[2],
	    TESTDB_NOW_US));
}

/* A clock that was ahead, and was set right since: the number was taken from
 * one tracker and given to another, both at a time to come. */
static void test_tracker_to_come(void **state)
{
	const struct testdb_company *c = &t->company[0];
	struct tracker_row tracker = { .number = c->tracked,
		.created_us = TESTDB_NOW_US + RT_HOUR_US,
		.match_kind = "none",
		.name = "Tram",
		.source = "tram",
		.medium = "offline" };

	(void)state;
	ok(db_tracker_archive(t->db, c->id, c->tracker, tracker.created_us));
	testdb_id(tracker.created_us, tracker.id.v);
	ok(db_tracker_add(t->db, c->id, &tracker));
	(void)testdb_call_drain(t, store, 0, c->tracked, CALLER, NULL,
	    RT_SEC_US);
	assert_int_equal(count("SELECT COUNT(*) FROM interaction"
			       " WHERE attributed_by = 'tracker' AND"
			       " source = 'tram'"),
	    1);
	assert_int_equal(testdb_call_wrong(t, 0), 0);
	testdb_exec(t,
	    "UPDATE tracker SET archived_at ="
	    " IF(source IN ('bus', 'tram'), created_at, NULL)");
}

static void test_qualified(void **state)
{
	const struct testdb_company *c = &t->company[0];
	struct company_row row;

	(void)state;
	ok(db_company_get(t->db, c->id, &row));
	row.billable_s = 60;
	ok(db_company_update(t->db, &row));
	(void)testdb_call_drain(t, store, 0, c->number, CALLER, NULL,
	    59 * RT_SEC_US);
	assert_int_equal(count("SELECT SUM(qualified) FROM phone_call"), 0);
	(void)testdb_call_drain(t, store, 0, c->number, CALLER, NULL,
	    60 * RT_SEC_US);
	assert_int_equal(count("SELECT SUM(qualified) FROM phone_call"), 1);
	assert_int_equal(count("SELECT SUM(first_time) FROM phone_call"), 1);
	assert_int_equal(testdb_call_wrong(t, 0), 0);
}

static void test_recording(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const struct call_id id = testdb_call_id(), late = testdb_call_id();
	struct callrec r =
	    testdb_call_opened(t, 0, id, c->number, CALLER, TESTDB_NOW_US);
	struct recording_row row, pending;
	struct arena mem;
	struct slice peaks;

	(void)state;
	arena_init(&mem, 65536);
	ok(db_call_opened(store, c->id, &r, &testdb_call_place));
	r = testdb_call_closed(t, 0, id, 1, CALLRESULT_ANSWERED, RT_SEC_US);
	testdb_call_recording(&r, CALLREC_REC_DONE, "com/2026-11-20/one.wav");
	ok(db_call_closed(store, c->id, &r, NULL, TESTDB_NOW_US));
	ok(db_recording_by_call(t->db, c->id, id, &row));
	assert_string_equal(row.state, "ready");
	assert_string_equal(row.path, "com/2026-11-20/one.wav");
	assert_int_equal(row.duration_ms, 1000);
	assert_int_equal(row.pcm_sha256[31], 0xab);
	assert_int_equal(count("SELECT COUNT(*) FROM job"), 1);
	/* One that the recorder finishes later. */
	r = testdb_call_opened(t, 0, late, c->number, CALLER, TESTDB_NOW_US);
	ok(db_call_opened(store, c->id, &r, &testdb_call_place));
	r = testdb_call_closed(t, 0, late, 1, CALLRESULT_ANSWERED, RT_SEC_US);
	testdb_call_recording(&r, CALLREC_REC_PENDING,
	    "com/2026-11-20/two.wav");
	ok(db_call_closed(store, c->id, &r, NULL, TESTDB_NOW_US));
	ok(db_recording_by_call(t->db, c->id, late, &pending));
	for (int i = 0; i < 2; i++) /* twice counts once */
		ok(db_recording_ready(store, c->id, &pending, TESTDB_NOW_US));
	assert_int_equal(count("SELECT COUNT(*) FROM job"), 2);
	assert_int_equal(
	    count("SELECT amount FROM usage_day WHERE kind = 'recorded_s'"), 2);
	assert_int_equal(db_report_call_peaks(t->db, c->id, id, &mem, &peaks),
	    ERR_NOTFOUND);
	ok(db_recording_set_peaks(t->db, c->id, row.id, SLICE("\1\2\3")));
	ok(db_report_call_peaks(t->db, c->id, id, &mem, &peaks));
	assert_int_equal(peaks.n, 3);
	/* Not for others. */
	assert_int_equal(db_recording_by_call(t->db, t->company[1].id, id,
			     &row),
	    ERR_NOTFOUND);
	assert_int_equal(db_recording_get(t->db, t->company[1].id, row.id,
			     &row),
	    ERR_NOTFOUND);
	assert_int_equal(db_recording_set_peaks(t->db, t->company[1].id, row.id,
			     SLICE("x")),
	    ERR_NOTFOUND);
	assert_int_equal(db_report_call_peaks(t->db, t->company[1].id, id, &mem,
			     &peaks),
	    ERR_NOTFOUND);
	arena_fini(&mem);
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	store = testdb_connect(t, "store");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	db_close(store);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_whole_call, empty),
		cmocka_unit_test_setup(test_idempotent, empty),
		cmocka_unit_test_setup(test_together, empty),
		cmocka_unit_test_setup(test_refusals, empty),
		cmocka_unit_test_setup(test_interrupted_and_anonymous, empty),
		cmocka_unit_test_setup(test_credit, empty),
		cmocka_unit_test_setup(test_tracker_wins, empty),
		cmocka_unit_test_setup(test_tracker_meanwhile, empty),
		cmocka_unit_test_setup(test_tracker_to_come, empty),
		cmocka_unit_test_setup(test_qualified, empty),
		cmocka_unit_test_setup(test_recording, empty),
	};

	return cmocka_run_group_tests_name("db_call", tests, start, stop);
}
