/* Tests of lib/db/db_verdict: judged in the transaction that closes a call,
 * overruled by a person, judged again; another company sees and changes
 * nothing. Calls are drained by the store's own account. */
#include <string.h>

#include "lib/db/db_call.h"
#include "lib/db/db_company.h"
#include "lib/db/db_hook.h"
#include "lib/db/db_mark.h"
#include "lib/db/db_stat.h"
#include "lib/db/db_verdict.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static struct db *store, *pages;
static int64_t clock_us = TESTDB_NOW_US;

#define ok(call) FAIL_STMT_OK(call)
/* A transaction for each call: says how many by itself. */
#define once(call) assert_int_equal((call), ERR_OK)
#define CALLER     "+12125550199"

static int begin(void **state)
{
	struct company_row row;

	(void)state;
	t = testdb_start();
	store = testdb_connect(t, "store");
	pages = testdb_connect(t, "dashboard");
	ok(db_company_get(t->db, t->company[0].id, &row));
	row.billable_s = 60;
	ok(db_company_update(t->db, &row));
	return 0;
}

static int end(void **state)
{
	(void)state;
	db_close(pages);
	db_close(store);
	testdb_stop(t);
	return 0;
}

/* Of a rerun that begins now. */
static struct hook_turn *turn(void)
{
	static struct hook_turn turn;

	turn = (struct hook_turn){ .from_us = clock_us, .now_us = clock_us };
	return &turn;
}

/* An answered call of so many seconds, a minute after the one before. */
static struct call_id drain(const char *caller, int64_t talk_s)
{
	static const struct call_place place = { SLICE_INIT("US"),
		SLICE_INIT("New York, NY") };
	const struct testdb_company *c = &t->company[0];
	struct callrec r = { .head = { .kind = CALLREC_OPENED,
				 .company = c->id } };

	clock_us += RT_MIN_US;
	testdb_id(clock_us, r.head.call.v);
	r.u.opened = (struct callrec_opened){ .wall_us = clock_us,
		.number = c->number,
		.trunk = c->trunk,
		.dialled = SLICE("+14155550100"),
		.caller = slice_from(caller),
		.caller_raw = slice_from(caller),
		.sip_call_id = SLICE("a@127.0.0.1") };
	ok(db_call_opened(store, c->id, &r, &place));
	r.head.kind = CALLREC_CLOSED;
	r.head.seq = 1;
	r.u.closed = (struct callrec_closed){
		.result = CALLRESULT_ANSWERED,
		.ended_by = CALLREC_BY_CALLER,
		.sip_code = 200,
		.answered_us = RT_SEC_US,
		.bridged_us = 2 * RT_SEC_US,
		.talk_us = talk_s * RT_SEC_US,
		.ended_us = (2 + talk_s) * RT_SEC_US,
		.rec_start_us = CALLREC_NEVER,
		.notice_ended_us = CALLREC_NEVER,
	};
	ok(db_call_closed(store, c->id, &r, NULL, clock_us));
	return r.head.call;
}

static struct verdict_row get(struct call_id id)
{
	struct verdict_row row;

	ok(db_verdict_get(pages, t->company[0].id, id, &row));
	return row;
}

static uint64_t wrong(void)
{
	uint64_t n = 99;

	ok(db_stat_verify(t->db, t->company[0].id, TESTDB_NOW_US,
	    TESTDB_NOW_US + RT_DAY_US, &n));
	return n;
}

static int64_t qualified(void)
{
	return testdb_count(t,
	    "SELECT COALESCE(SUM(qualified), 0) FROM call_rollup"
	    " WHERE dimension = 'total'");
}

static void test_at_hang_up(void **state)
{
	const struct call_id first = drain(CALLER, 60);
	const struct call_id again = drain(CALLER, 61);
	const struct call_id hidden = drain("", 3);
	struct verdict_row row = get(first);

	(void)state;
	assert_int_equal(row.version, VERDICT_VERSION);
	assert_true(row.qualified);
	assert_string_equal(row.reasons, "answered,long_enough");
	assert_string_equal(row.class, "lead");
	assert_int_equal(row.risk, 0);
	assert_false(row.own);
	row = get(again);
	assert_true(row.qualified); /* no window is set */
	assert_string_equal(row.class, "customer");
	row = get(hidden);
	assert_false(row.qualified);
	assert_string_equal(row.factors, "anonymous:20,hangs_up:20");
	assert_int_equal(row.risk, 40);
	assert_int_equal(qualified(), 2);
	assert_int_equal(wrong(), 0);
}

static void test_another_company(void **state)
{
	const struct call_id id = drain(CALLER, 60);
	const struct company_id other = t->company[1].id;
	const struct verdict_own own = { .set = true };
	struct call_id after = { { 0 } };
	struct verdict_row row;
	size_t n = 9;

	(void)state;
	assert_int_equal(db_verdict_get(pages, other, id, &row), ERR_NOTFOUND);
	assert_int_equal(db_verdict_overrule(pages, other, id, &own, clock_us),
	    ERR_NOTFOUND);
	once(db_verdict_rerun(t->db, other, TESTDB_NOW_US,
	    TESTDB_NOW_US + RT_DAY_US, &after, 100, turn(), &n));
	assert_int_equal(n, 0);
	assert_false(get(id).own);
}

static void test_a_persons_word(void **state)
{
	const struct company_id co = t->company[0].id;
	const struct call_id id = drain("+12125550123", 5);
	struct verdict_own own = { .set = true,
		.qualified = true,
		.class = VERDICT_CUSTOMER,
		.user = t->company[0].user };
	struct call_id after = { { 0 } };
	const int64_t before = qualified();
	struct verdict_row row;
	size_t n = 0;

	(void)state;
	ok(db_verdict_overrule(pages, co, id, &own, clock_us));
	row = get(id);
	assert_true(row.own && row.own_qualified);
	assert_string_equal(row.own_class, "customer");
	assert_false(row.qualified); /* the rule's word is kept beside it */
	assert_int_equal(qualified(), before + 1);
	assert_int_equal(wrong(), 0);
	/* A rerun leaves it. */
	once(db_verdict_rerun(t->db, co, TESTDB_NOW_US,
	    TESTDB_NOW_US + RT_DAY_US, &after, 1000, turn(), &n));
	assert_true(n > 0);
	assert_true(get(id).own_qualified);
	assert_int_equal(qualified(), before + 1);
	own.set = false;
	ok(db_verdict_overrule(pages, co, id, &own, clock_us));
	assert_false(get(id).own);
	assert_int_equal(qualified(), before);
	assert_int_equal(wrong(), 0);
}

static void set_window(const char *sql)
{
	struct stmt *st = stmt_begin(t->db, sql);

	ok(stmt_exec(st, NULL));
}

static void test_rerun(void **state)
{
	const struct company_id co = t->company[0].id;
	const struct call_id one = drain("+12125550144", 90);
	const struct call_id two = drain("+12125550144", 90);
	struct call_id after = { { 0 } };
	size_t n = 1, all = 0;

	(void)state;
	assert_true(get(one).qualified && get(two).qualified);
	set_window("UPDATE company SET duplicate_s = 3600");
	while (n > 0) { /* in small steps, each from where the last ended */
		once(db_verdict_rerun(t->db, co, TESTDB_NOW_US,
		    TESTDB_NOW_US + RT_DAY_US, &after, 2, turn(), &n));
		all += n;
	}
	assert_int_equal(all,
	    testdb_count(t, "SELECT COUNT(*) FROM phone_call"));
	assert_true(get(one).qualified);
	assert_false(get(two).qualified);
	assert_string_equal(get(two).reasons, "answered,long_enough,duplicate");
	assert_int_equal(wrong(), 0);
	set_window("UPDATE company SET duplicate_s = 0");
}

static void rerun_all(void)
{
	struct call_id after = { { 0 } };
	size_t n;

	once(db_verdict_rerun(t->db, t->company[0].id, TESTDB_NOW_US,
	    TESTDB_NOW_US + RT_DAY_US, &after, 1000, turn(), &n));
}

/* Of all calls, to find out which of them were written. */
static void age(void)
{
	set_window("UPDATE phone_call SET updated_at = '2020-01-01'");
}

static int64_t written(void)
{
	return testdb_count(t,
	    "SELECT COUNT(*) FROM phone_call WHERE updated_at > '2020-01-01'");
}

static int64_t told(void)
{
	return testdb_count(t,
	    "SELECT COUNT(*) FROM webhook_delivery"
	    " WHERE kind = 'call.changed' AND detail = 'verdict'");
}

/* Whoever reads what changed, or is told, reads nothing again that came out as
 * it was. */
static void test_rerun_of_the_same(void **state)
{
	static const struct hook_row hook = { .id = { { 1 } },
		.name = "CRM",
		.url = "https://crm.example/hook",
		.secret = { 1 },
		.secret_n = 1,
		.signature = "v1",
		.events = HOOK_BIT(HOOK_CALL_CHANGED),
		.per_second = 10,
		.parallel = 1 };
	const struct call_id one = drain("+12125550166", 90);
	const struct call_id two = drain("+12125550166", 90);
	const int64_t decided_us = get(two).decided_us;

	(void)state;
	rerun_all();
	age();
	clock_us += RT_MIN_US;
	ok(db_hook_add(t->db, t->company[0].id, &hook));
	ok(db_hook_add(t->db, t->company[1].id, &hook));
	rerun_all();
	assert_int_equal(written(), 0);
	assert_int_equal(told(), 0);
	assert_int_equal(get(two).decided_us, decided_us);
	set_window("UPDATE company SET duplicate_s = 3600");
	rerun_all();
	assert_true(written() >= 1);
	assert_int_equal(told(), written());
	assert_int_equal(get(two).decided_us, clock_us);
	assert_true(get(one).decided_us < clock_us);
	set_window("UPDATE company SET duplicate_s = 0");
	rerun_all();
	/* The verdict is right and the call is not: that is mended. */
	age();
	set_window(
	    "UPDATE phone_call SET qualified = 0, updated_at ="
	    " updated_at WHERE caller_e164 = '+12125550166'");
	rerun_all();
	assert_int_equal(written(), 2);
	assert_int_equal(wrong(), 0);
}

/* Somebody marked the number's last call as spam: the next one is suspect. */
static void test_marked_before(void **state)
{
	const struct company_id co = t->company[0].id;
	const struct call_id one = drain("+12125550155", 30);
	struct interaction_id itn;
	struct verdict_row row;

	(void)state;
	memcpy(itn.v, one.v, sizeof(itn.v));
	ok(db_mark_outcome(pages, co, itn, SLICE("spam"), MARK_BY_PERSON,
	    t->company[0].user, clock_us));
	row = get(drain("+12125550155", 3));
	assert_string_equal(row.factors, "hangs_up:20,was_spam:45");
	assert_string_equal(row.class, "spam");
	assert_int_equal(wrong(), 0);
}

/* The same by a word over the rule's, for as long as it stands. */
static void test_called_spam_before(void **state)
{
	const struct company_id co = t->company[0].id;
	const struct call_id one = drain("+12125550156", 30);
	struct verdict_own own = { .set = true,
		.class = VERDICT_SPAM,
		.user = t->company[0].user };

	(void)state;
	ok(db_verdict_overrule(pages, co, one, &own, clock_us));
	assert_string_equal(get(drain("+12125550156", 3)).factors,
	    "hangs_up:20,was_spam:45");
	assert_string_equal(get(drain("+12125550157", 3)).factors,
	    "hangs_up:20"); /* another number's */
	own.set = false;
	ok(db_verdict_overrule(pages, co, one, &own, clock_us));
	assert_string_equal(get(drain("+12125550156", 30)).factors, "burst:20");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_at_hang_up),
		cmocka_unit_test(test_another_company),
		cmocka_unit_test(test_a_persons_word),
		cmocka_unit_test(test_rerun),
		cmocka_unit_test(test_rerun_of_the_same),
		cmocka_unit_test(test_marked_before),
		cmocka_unit_test(test_called_spam_before),
	};

	return cmocka_run_group_tests_name("db_verdict", tests, begin, end);
}
