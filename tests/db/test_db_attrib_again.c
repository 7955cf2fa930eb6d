/* Tests of lib/db/db_attrib_again: closed calls looked at again when something
 * that they were judged by is not as it was. Everything is company 0's. */
#include <stdio.h>
#include <string.h>

#include "lib/db/db_attrib_again.h"
#include "lib/db/db_policy.h"
#include "lib/db/db_pool.h"
#include "lib/db/db_stat.h"
#include "tests/support/attrib_rig.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb_attrib.h"
#include "tests/support/testdb_call.h"

#define NOW TESTDB_NOW_US

/* With each of its statements failing once. */
#define ok(call)  FAIL_STMT_OK(call)
#define did(call) assert_int_equal(call, ERR_OK)

/* Of what is likely at all, and of nothing. */
#define LOW_BP  100
#define HIGH_BP 10000

/* --- calls --------------------------------------------------------------- */

/* A call of caller n to the first number of the pool, credited as it ends. */
static void call_judged(int64_t at_us, int n, uint16_t threshold_bp)
{
	struct call_credit credit;
	struct candidate_call key;
	struct judged j;
	struct buf evidence;
	struct call_id id;
	struct callrec r;
	char caller[24];

	testdb_id(at_us, id.v);
	testdb_attrib_caller(n, caller);
	r = testdb_call_opened(rig.t, 0, id, rig.t->company[0].pooled[0],
	    caller, at_us);
	did(db_call_opened(rig.store, attrib_rig_ours(), &r,
	    &testdb_call_place));
	key = (struct candidate_call){ .id = id,
		.number = rig.t->company[0].pooled[0],
		.at_us = at_us,
		.caller_e164 = slice_from(caller) };
	did(db_judge(rig.store, attrib_rig_ours(), &key, threshold_bp,
	    attrib_law_prior(), &rig.mem, &j));
	buf_init(&evidence, DB_JUDGE_EVIDENCE_MAX);
	did(db_judge_credit(&j, &evidence, &credit));
	r = testdb_call_closed(rig.t, 0, id, 1, CALLRESULT_MISSED, 0);
	did(db_call_closed(rig.store, attrib_rig_ours(), &r, &credit, NOW));
	buf_fini(&evidence);
}

/* The call that began then, as it is credited now. */
static struct attrib_call call_at(int64_t at_us)
{
	const struct call_id all = { { 0 } };
	struct attrib_call *rows = NULL;
	size_t n = 0;

	did(db_attrib_calls(rig.jobd, attrib_rig_ours(), at_us, at_us + 1, 0,
	    all, &rig.mem, &rows, &n));
	assert_int_equal(n, 1);
	return rows[0];
}

/* That call again, written down. */
static struct attrib_again again(int64_t at_us, const struct attrib_law *law,
    uint16_t threshold_bp)
{
	const struct attrib_again_rules rules = { .law = law,
		.threshold_bp = threshold_bp,
		.apply = true,
		.turn = { .from_us = NOW, .now_us = NOW } };
	const struct attrib_call call = call_at(at_us);
	struct attrib_again a;
	uint64_t wrong = 9;

	ok(db_attrib_again(rig.jobd, attrib_rig_ours(), &call, &rules, &rig.mem,
	    &a));
	did(db_stat_verify(rig.t->db, attrib_rig_ours(), at_us,
	    at_us + RT_DAY_US, &wrong));
	assert_int_equal(wrong, 0);
	return a;
}

/* --- the law ------------------------------------------------------------- */

/* A call of nobody shows how likely its visits are by the law that it is
 * credited by. */
static void test_other_law(void **state)
{
	const int64_t at_us = NOW + RT_DAY_US;
	struct attrib_law law = *attrib_law_prior();
	struct attrib_again a;

	(void)state;
	(void)testdb_attrib_visit(rig.t, rig.dni, "google", at_us);
	call_judged(at_us + RT_MIN_US, 1, HIGH_BP);
	assert_string_equal(call_at(at_us + RT_MIN_US).law, "0");
	law.version = 7;
	law.stray_hz *= 10.0;
	a = again(at_us + RT_MIN_US, &law, HIGH_BP);
	assert_true(a.changed);
	assert_int_equal(a.before, ATTRIB_AGAIN_NONE);
	assert_int_equal(a.now, ATTRIB_AGAIN_NONE);
	assert_string_equal(call_at(at_us + RT_MIN_US).law, "7");
	a = again(at_us + RT_MIN_US, &law, HIGH_BP);
	assert_false(a.changed);
}

/* --- who called ---------------------------------------------------------- */

/* Two calls of one caller: the second one, a day later, is the first visit's,
 * though it saw another one's number a minute ago. */
static void called_twice(int64_t at_us, int n)
{
	(void)testdb_attrib_visit(rig.t, rig.dni, "first", at_us);
	call_judged(at_us + 10 * RT_SEC_US, n, LOW_BP);
	(void)testdb_attrib_visit(rig.t, rig.dni, "second", at_us + RT_DAY_US);
	call_judged(at_us + RT_DAY_US + RT_MIN_US, n, LOW_BP);
	assert_string_equal(call_at(at_us + RT_DAY_US + RT_MIN_US).source,
	    "first");
}

/* Forgets who made the calls that began before. */
static void forget_before(int64_t at_us)
{
	size_t n = 0;

	testdb_exec(rig.t, "UPDATE company SET keep_calls_days = 100");
	did(db_policy_callers(rig.jobd, at_us + 100 * RT_DAY_US, 100, &rig.mem,
	    &n));
	testdb_exec(rig.t, "UPDATE company SET keep_calls_days = 0");
}

static void test_forgotten(void **state)
{
	const int64_t at_us = NOW + 100 * RT_DAY_US;
	const int64_t second_us = at_us + RT_DAY_US + RT_MIN_US;
	struct attrib_call was;
	struct attrib_again a;

	(void)state;
	called_twice(at_us, 2);
	was = call_at(second_us);
	a = again(second_us, attrib_law_prior(), LOW_BP);
	assert_false(a.gone || a.changed);
	/* First whom the caller was known by, then the caller. */
	for (int64_t hours = 1; hours <= 48; hours += 47) {
		forget_before(at_us + hours * RT_HOUR_US);
		assert_int_equal(call_at(second_us).forgotten, hours == 48);
		a = again(second_us, attrib_law_prior(), LOW_BP);
		assert_true(a.gone);
		assert_false(a.changed);
		assert_string_equal(call_at(second_us).source, "first");
		assert_int_equal(call_at(second_us).probability_bp,
		    was.probability_bp);
	}
}

/* What the caller's first call is credited to now is no reason to leave the
 * second one as it was. */
static void test_first_is_nobodys(void **state)
{
	const int64_t at_us = NOW + 200 * RT_DAY_US;
	struct attrib_again a;

	(void)state;
	called_twice(at_us, 3);
	a = again(at_us + 10 * RT_SEC_US, attrib_law_prior(), HIGH_BP);
	assert_int_equal(a.now, ATTRIB_AGAIN_NONE);
	a = again(at_us + RT_DAY_US + RT_MIN_US, attrib_law_prior(), LOW_BP);
	assert_false(a.gone);
	assert_true(a.changed && a.now_bp < a.before_bp);
}

/* --- the number ---------------------------------------------------------- */

/* A number that had left its pool when the call came: the call is judged by
 * who saw it before, then and again, to nobody and back. */
static void test_had_left(void **state)
{
	const int64_t at_us = NOW + 300 * RT_DAY_US;
	const struct testdb_company *c = &rig.t->company[0];
	uint64_t n = 9;

	(void)state;
	(void)testdb_attrib_visit(rig.t, rig.dni, "google", at_us);
	did(db_pool_number_remove(rig.t->db, attrib_rig_ours(), c->pool,
	    c->pooled[0], at_us + RT_SEC_US));
	call_judged(at_us + RT_MIN_US, 4, LOW_BP);
	(void)testdb_attrib_call(rig.t, at_us + 5 * RT_MIN_US,
	    5); /* never was */
	assert_false(call_at(at_us + RT_MIN_US).pooled);
	for (int i = 0; i < 3; i++) {
		ok(db_attrib_calls_judged(rig.jobd, attrib_rig_ours(), at_us,
		    at_us + RT_DAY_US, &n));
		assert_int_equal(n, 1);
		assert_true(call_at(at_us + RT_MIN_US).judged);
		assert_false(call_at(at_us + 5 * RT_MIN_US).judged);
		assert_string_equal(call_at(at_us + RT_MIN_US).attributed_by,
		    i == 1 ? "none" : "visit");
		(void)again(at_us + RT_MIN_US, attrib_law_prior(),
		    i == 0 ? HIGH_BP : LOW_BP);
	}
	did(db_pool_number_add(rig.t->db, attrib_rig_ours(), c->pool,
	    c->pooled[0], at_us));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_other_law),
		cmocka_unit_test(test_forgotten),
		cmocka_unit_test(test_first_is_nobodys),
		cmocka_unit_test(test_had_left),
	};

	return cmocka_run_group_tests_name("db_attrib_again", tests,
	    attrib_rig_start, attrib_rig_stop);
}
