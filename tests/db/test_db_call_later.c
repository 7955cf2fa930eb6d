/* Tests of lib/db/db_call_later and of what else the store writes for many
 * calls at once: it comes to the same as one by one. */
#include <string.h>

#include "lib/base/rnd.h"
#include "lib/db/db_call.h"
#include "lib/db/db_mark.h"
#include "lib/db/db_stat.h"
#include "lib/db/stmt.h"
#include "sipworker/store/drain.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

static struct testdb *t;
static struct db *store;

#define ok(call)   FAIL_STMT_OK(call)
#define once(call) assert_int_equal((call), ERR_OK) /* in a transaction */

/* More than are held back at a time, more than one statement takes. */
#define MANY 200

struct ending {
	int who;
	struct callrec opened;
	struct callrec closed;
};

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

static void make(struct ending *x, int who, struct number_id number,
    const char *caller, int64_t at_us, enum callresult result, int64_t talk_us)
{
	const struct call_id id = testdb_call_id();

	*x = (struct ending){ .who = who,
		.opened = testdb_call_opened(t, who, id, number, caller, at_us),
		.closed = testdb_call_closed(t, who, id, 2, result, talk_us) };
}

/* As a flow does in mid-call. */
static void tag(const struct callrec *r)
{
	struct interaction_id id;

	memcpy(id.v, r->head.call.v, sizeof(id.v));
	once(db_mark_tag_named(store, r->head.company, id, SLICE("often"),
	    TESTDB_NOW_US));
}

static void open_all(const struct ending *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct callrec leg =
		    testdb_call_leg(t, x[i].who, x[i].opened.head.call, 1,
			(uint8_t)(i % 2), RT_SEC_US, 3 * RT_SEC_US + 1);

		once(db_call_opened(store, leg.head.company, &x[i].opened,
		    &testdb_call_place));
		once(db_call_leg(store, leg.head.company, &leg));
		if (i % 3 == 0)
			tag(&leg);
	}
}

static enum err close_in_one(const struct ending *x, size_t n)
{
	struct call_later later = { .n = 0 };
	enum err e = db_begin(store);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = db_call_closed_with(store, x[i].closed.head.company,
		    &x[i].closed, NULL, &later, TESTDB_NOW_US);
	if (e == ERR_OK)
		e = db_call_later_write(store, &later);
	return db_end(store, e);
}

struct sums {
	int64_t usage;
	int64_t rollups;
	int64_t facts;
	int64_t tagged;
};

static struct sums sums(void)
{
	return (struct sums){
		.usage = count("SELECT SUM(CRC32(CONCAT_WS('|',"
			       " HEX(company_id), day_at, kind, amount)))"
			       " FROM usage_day"),
		.rollups =
		    count("SELECT SUM(CRC32(CONCAT_WS('|',"
			  " HEX(company_id), dimension, bucket_at, value,"
			  " value2, value3, value4, calls, answered, missed,"
			  " qualified, value_micros, talk_ms, ring_ms,"
			  " duration_ms, talk_60, answer_ms)))"
			  " FROM call_rollup"),
		.facts = count("SELECT COUNT(*) FROM call_fact"),
		.tagged = count("SELECT COUNT(*) FROM call_fact_tag"),
	};
}

/* Two companies' calls of three days, in no order. */
static void deal(struct ending *x, size_t n)
{
	static const char *const callers[] = { "", "+12125550190",
		"+12125550191", "+12125550192" };
	struct rnd_dice dice;

	rnd_seed(&dice, 20261129);
	for (size_t i = 0; i < n; i++) {
		const int who = (int)rnd_below(&dice, 2);
		const struct testdb_company *c = &t->company[who];
		const struct number_id numbers[] = { c->number, c->tracked,
			c->pooled[0], c->pooled[1] };

		make(&x[i], who, numbers[rnd_below(&dice, 4)],
		    callers[rnd_below(&dice, 4)],
		    TESTDB_NOW_US +
			(int64_t)rnd_below(&dice, 3 * 86400) * RT_SEC_US,
		    (enum callresult)rnd_below(&dice, CALLRESULT_COUNT),
		    (int64_t)rnd_below(&dice, 200) * RT_SEC_US);
	}
}

static void test_same_as_one_by_one(void **state)
{
	static struct ending x[MANY];
	struct sums alone, together;

	(void)state;
	deal(x, MANY);
	open_all(x, MANY);
	for (size_t i = 0; i < MANY; i++)
		once(db_call_closed(store, x[i].closed.head.company,
		    &x[i].closed, NULL, TESTDB_NOW_US));
	alone = sums();
	assert_int_equal(testdb_call_wrong(t, 0) + testdb_call_wrong(t, 1), 0);
	(void)empty(NULL);
	open_all(x, MANY);
	once(close_in_one(x, MANY));
	together = sums();
	assert_int_equal(testdb_call_wrong(t, 0) + testdb_call_wrong(t, 1), 0);
	assert_int_equal(together.usage, alone.usage);
	assert_int_equal(together.rollups, alone.rollups);
	assert_int_equal(together.facts, MANY);
	assert_int_equal(alone.tagged, (MANY + 2) / 3);
	assert_int_equal(together.tagged, alone.tagged);
	/* Again, as after an end that nobody heard of. */
	once(close_in_one(x, MANY));
	assert_int_equal(sums().rollups, alone.rollups);
	assert_int_equal(sums().usage, alone.usage);
}

/* Each statement fails once: then nothing of any of them is there. */
static void test_all_or_nothing(void **state)
{
	struct ending x[3];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(x); i++)
		make(&x[i], i == 2, t->company[i == 2].number, "+12125550199",
		    TESTDB_NOW_US, CALLRESULT_ANSWERED, RT_SEC_US);
	open_all(x, RT_ARRAY_LEN(x));
	ok(close_in_one(x, RT_ARRAY_LEN(x)));
	assert_int_equal(testdb_call_wrong(t, 0) + testdb_call_wrong(t, 1), 0);
	assert_int_equal(
	    count("SELECT SUM(amount) FROM usage_day WHERE kind = 'calls'"), 3);
	assert_int_equal(count("SELECT COUNT(*) FROM phone_call"
			       " WHERE state = 'closed'"),
	    3);
}

static void test_rolled_back(void **state)
{
	struct call_later later = { .n = 0 };
	struct ending x;

	(void)state;
	make(&x, 0, t->company[0].number, "", TESTDB_NOW_US, CALLRESULT_MISSED,
	    0);
	open_all(&x, 1);
	/* Out of a transaction nobody would write what waits. */
	assert_int_equal(db_call_closed_with(store, t->company[0].id, &x.closed,
			     NULL, &later, TESTDB_NOW_US),
	    ERR_INTERNAL);
	assert_int_equal(later.n, 0);
	once(db_begin(store));
	once(db_call_closed_with(store, t->company[0].id, &x.closed, NULL,
	    &later, TESTDB_NOW_US));
	assert_int_equal(later.n, 1);
	assert_int_equal(db_end(store, ERR_IO), ERR_IO);
	assert_int_equal(count("SELECT COUNT(*) FROM call_rollup"), 0);
	assert_int_equal(count("SELECT COUNT(*) FROM usage_day"), 0);
	/* Another company closes nothing of it. */
	x.closed.head.company = t->company[1].id;
	assert_int_equal(close_in_one(&x, 1), ERR_NOTFOUND);
	x.closed.head.company = t->company[0].id;
	once(close_in_one(&x, 1));
	assert_int_equal(testdb_call_wrong(t, 0) + testdb_call_wrong(t, 1), 0);
	assert_int_equal(count("SELECT COUNT(*) FROM call_fact"), 1);
}

static enum err drain_with(const struct callrec *r, struct call_later *later)
{
	struct buf b;
	enum err e;

	buf_init(&b, CALLREC_BYTES_MAX);
	callrec_encode(r, &b);
	e = buf_err(&b);
	if (e == ERR_OK)
		e = drain_record_with(store, buf_slice(&b), later,
		    TESTDB_NOW_US);
	buf_fini(&b);
	return e;
}

/* A flow's mark moves its call in the sums, where it does not stand yet. */
static void test_mark_behind(void **state)
{
	struct call_later later = { .n = 0 };
	struct callrec mark;
	struct ending x;

	(void)state;
	make(&x, 0, t->company[0].number, "+12125550199", TESTDB_NOW_US,
	    CALLRESULT_ANSWERED, RT_SEC_US);
	open_all(&x, 1);
	mark = testdb_call_event(t, 0, x.closed.head.call, 3);
	mark.u.event.what = CALLREC_EV_OUTCOME;
	mark.u.event.text = SLICE("lead");
	once(db_begin(store));
	once(drain_with(&x.closed, &later));
	once(drain_with(&mark, &later));
	once(db_call_later_write(store, &later));
	once(db_commit(store));
	assert_int_equal(testdb_call_wrong(t, 0), 0);
	assert_int_equal(
	    count("SELECT leads FROM call_rollup WHERE dimension = 'total'"),
	    1);
}

#define EVENTS 20

/* Events go in by the handful, each once, whatever lies between them. */
static void test_events_together(void **state)
{
	struct callrec r[EVENTS + 1];
	const struct callrec *list[EVENTS + 1];
	struct ending x;

	(void)state;
	make(&x, 0, t->company[0].number, "+12125550199", TESTDB_NOW_US,
	    CALLRESULT_ANSWERED, RT_SEC_US);
	once(db_call_opened(store, t->company[0].id, &x.opened,
	    &testdb_call_place));
	for (uint32_t i = 0; i <= EVENTS; i++) {
		r[i] = testdb_call_event(t, 0, x.opened.head.call, i + 1);
		list[i] = &r[i];
	}
	r[4] = testdb_call_leg(t, 0, x.opened.head.call, 5, 1, RT_SEC_US,
	    2 * RT_SEC_US);
	r[8].head.seq = 8; /* said twice: only the first counts */
	ok(db_call_add(store, t->company[0].id, list, 12));
	ok(db_call_add(store, t->company[0].id, list, EVENTS + 1));
	assert_int_equal(count("SELECT COUNT(*) FROM call_leg"), 1);
	assert_int_equal(count("SELECT COUNT(*) FROM call_event"), EVENTS - 1);
	assert_int_equal(count("SELECT COUNT(DISTINCT seq) FROM call_event"),
	    EVENTS - 1);
	assert_int_equal(count("SELECT last_seq FROM phone_call"), EVENTS + 1);
	/* One of another call among them. */
	r[EVENTS] = testdb_call_event(t, 0, testdb_call_id(), EVENTS + 2);
	r[EVENTS - 1].head.seq = EVENTS + 2;
	assert_int_equal(db_call_add(store, t->company[0].id, list, EVENTS + 1),
	    ERR_INTERNAL);
	assert_int_equal(count("SELECT COUNT(*) FROM call_event"), EVENTS - 1);
	assert_int_equal(db_call_add(store, t->company[1].id, list, 1),
	    ERR_INTERNAL);
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
		cmocka_unit_test_setup(test_same_as_one_by_one, empty),
		cmocka_unit_test_setup(test_all_or_nothing, empty),
		cmocka_unit_test_setup(test_rolled_back, empty),
		cmocka_unit_test_setup(test_mark_behind, empty),
		cmocka_unit_test_setup(test_events_together, empty),
	};

	return cmocka_run_group_tests_name("db_call_later", tests, start, stop);
}
