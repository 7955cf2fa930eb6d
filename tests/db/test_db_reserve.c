/* Tests of lib/db/db_reserve and sipworker/store/reserve: limits that four
 * workers at once never pass by one call, turns that stay even, and what comes
 * back when a call or its engine ends. By the store's own account. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "lib/db/db_call_close.h"
#include "lib/db/db_call_hold.h"
#include "lib/db/db_call_later.h"
#include "lib/db/db_reserve.h"
#include "lib/db/stmt.h"
#include "sipworker/store/reserve.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

#define WORKERS 4
#define ROUNDS  60

static struct testdb *t;
static struct db *store;

#define ok(call) FAIL_STMT_OK(call)
/* Goes on where it was interrupted: says how many by itself. */
#define once(call) assert_int_equal((call), ERR_OK)
#define NOW        TESTDB_NOW_US
#define KEY        SLICE("dst_one")

static const struct ask plain = { .kind = ASK_RESERVE,
	.key = SLICE_INIT("dst_one"),
	.hold_s = 600 };

static struct call_id new_call(void)
{
	struct call_id id;

	testdb_id(NOW, id.v);
	return id;
}

static bool take(int who, struct call_id call, const struct ask *a,
    int64_t now_us)
{
	bool granted = false;

	ok(db_reserve_take(store, t->company[who].id, call, a, now_us,
	    &granted));
	return granted;
}

static void give(int who, struct call_id call)
{
	ok(db_reserve_give(store, t->company[who].id, call, KEY));
}

static void confirm(int who, struct call_id call)
{
	ok(db_reserve_confirm(store, t->company[who].id, call, KEY));
}

static void execute(const char *sql)
{
	struct stmt *st = stmt_begin(t->db, sql);

	ok(stmt_exec(st, NULL));
}

static int empty(void **state)
{
	(void)state;
	if (db_ping(t->db) != ERR_OK) /* the server was away */
		ok(db_reconnect(t->db));
	execute("DELETE FROM reservation");
	execute("DELETE FROM reserve_gate");
	execute("DELETE FROM turn");
	return 0;
}

/* --- limits ----------------------------------------------------------------*/

static void test_at_once(void **state)
{
	const struct call_id a = new_call(), b = new_call(), c = new_call();
	struct ask two = plain;

	(void)state;
	two.at_once = 2;
	assert_true(take(0, a, &two, NOW));
	assert_true(take(0, b, &two, NOW));
	assert_false(take(0, c, &two, NOW));
	assert_true(take(0, a, &two, NOW)); /* it has a place, asked again */
	/* The other company's destination of the same name is another. */
	assert_true(take(1, c, &two, NOW));
	give(1, a); /* not its place */
	assert_false(take(0, c, &two, NOW));
	give(0, a);
	assert_true(take(0, c, &two, NOW));
	give(0, a); /* twice is harmless */
	assert_false(take(0, a, &two, NOW));
}

/* Of each window: reached, given back, reached again, and the next one. */
static void test_windows(void **state)
{
	static const struct {
		const char *why;
		size_t at; /* of the window in struct ask */
	} windows[] = {
		{ "hour", offsetof(struct ask, hour) },
		{ "day", offsetof(struct ask, day) },
		{ "month", offsetof(struct ask, month) },
	};

	for (size_t i = 0; i < RT_ARRAY_LEN(windows); i++) {
		const struct call_id a = new_call(), b = new_call(),
				     c = new_call();
		struct ask q = plain;
		struct ask_window w = { 2, NOW - 5 };

		(void)empty(state);
		memcpy((char *)&q + windows[i].at, &w, sizeof(w));
		if (!take(0, a, &q, NOW) || !take(0, b, &q, NOW))
			fail_msg("%s: not granted", windows[i].why);
		confirm(0, a);
		give(0, a); /* the call is over, and has counted */
		if (take(0, c, &q, NOW))
			fail_msg("%s: passed", windows[i].why);
		give(0, b); /* rang in vain */
		if (!take(0, c, &q, NOW))
			fail_msg("%s: what came to nothing counts",
			    windows[i].why);
		confirm(0, c);
		if (take(0, b, &q, NOW))
			fail_msg("%s: passed", windows[i].why);
		w.from_us = NOW + 5; /* the next one */
		memcpy((char *)&q + windows[i].at, &w, sizeof(w));
		if (!take(0, b, &q, NOW + 5))
			fail_msg("%s: does not begin anew", windows[i].why);
		w.from_us = NOW - 5; /* a worker whose clock is behind */
		memcpy((char *)&q + windows[i].at, &w, sizeof(w));
		if (!take(0, new_call(), &q, NOW) ||
		    take(0, new_call(), &q, NOW))
			fail_msg("%s: an old question opens it",
			    windows[i].why);
		/* c was counted before: giving it back changes nothing now. */
		give(0, c);
		if (take(0, new_call(), &q, NOW))
			fail_msg("%s: given back into another", windows[i].why);
	}
}

static void test_confirm(void **state)
{
	const struct call_id a = new_call();

	(void)state;
	assert_int_equal(db_reserve_confirm(store, t->company[0].id, a, KEY),
	    ERR_NOTFOUND);
	assert_true(take(0, a, &plain, NOW));
	assert_int_equal(db_reserve_confirm(store, t->company[1].id, a, KEY),
	    ERR_NOTFOUND);
	confirm(0, a);
	assert_int_equal(testdb_count(t, "SELECT confirmed FROM reservation"),
	    1);
}

/* After a talk the place is free and the call has counted, whether or not its
 * confirmation arrived. */
static void test_leave(void **state)
{
	const struct call_id a = new_call(), b = new_call();
	struct ask q = plain;

	(void)state;
	q.at_once = 1;
	q.day = (struct ask_window){ 2, NOW };
	assert_true(take(0, a, &q, NOW));
	ok(db_reserve_leave(store, t->company[1].id, a,
	    KEY)); /* not its place */
	assert_false(take(0, b, &q, NOW));
	ok(db_reserve_leave(store, t->company[0].id, a, KEY));
	ok(db_reserve_leave(store, t->company[0].id, a, KEY));
	assert_true(take(0, b, &q, NOW));
	confirm(0, b);
	ok(db_reserve_leave(store, t->company[0].id, b, KEY));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM reservation"),
	    0);
	assert_false(take(0, new_call(), &q, NOW)); /* both have counted */
}

/* --- the end of calls and engines ------------------------------------------*/

static void test_call_ends(void **state)
{
	struct ask one = plain, other = plain;
	const struct call_id a = new_call();

	(void)state;
	one.hour = (struct ask_window){ 1, NOW };
	other.key = SLICE("dst_other");
	other.hour = one.hour;
	assert_true(take(0, a, &one, NOW));
	assert_true(take(0, a, &other, NOW));
	ok(db_reserve_confirm(store, t->company[0].id, a, other.key));
	ok(db_reserve_end(store, t->company[1].id, a)); /* not its call */
	assert_false(take(0, new_call(), &one, NOW));
	ok(db_reserve_end(store, t->company[0].id, a));
	ok(db_reserve_end(store, t->company[0].id, a));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM reservation"),
	    0);
	assert_true(take(0, new_call(), &one, NOW));
	assert_false(take(0, new_call(), &other, NOW)); /* it has counted */
}

/* A question that waited for the database, answered when its call is over. */
static void test_too_late(void **state)
{
	const struct call_id over = testdb_call_drain(t, store, 0,
	    t->company[0].number, "+12125550123", NULL, RT_SEC_US);

	(void)state;
	assert_false(take(0, over, &plain, NOW));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM reservation"),
	    0);
	assert_true(take(1, over, &plain, NOW)); /* another's of that id */
}

static struct call_id open_call(void)
{
	const struct call_id id = testdb_call_id();
	const struct callrec r = testdb_call_opened(t, 0, id,
	    t->company[0].number, "+12125550123", NOW);

	ok(db_call_opened(store, t->company[0].id, &r, &testdb_call_place));
	return id;
}

/* A batch of records holds the call's row for as long as it takes. */
static void test_row_held(void **state)
{
	const struct call_id call = open_call();
	struct db *batch = testdb_connect(t, "store");

	(void)state;
	once(db_begin(batch));
	once(db_call_hold(batch, t->company[0].id, call.v));
	assert_true(take(0, call, &plain, NOW));
	once(db_end(batch, ERR_OK));
	db_close(batch);
}

/* Taken between the moment at which a call's end looks for its places and the
 * one at which others see that it has ended. */
static void test_taken_meanwhile(void **state)
{
	const struct call_id call = open_call(), other = new_call();
	const struct callrec end =
	    testdb_call_closed(t, 0, call, 1, CALLRESULT_MISSED, 0);
	struct db *batch = testdb_connect(t, "store");
	struct call_later later = { .n = 0 };
	struct ask one = plain;
	uint32_t n = 0;

	(void)state;
	one.at_once = 1;
	one.day = (struct ask_window){ 1, NOW };
	once(db_begin(batch));
	once(db_call_close(batch, t->company[0].id, &end, NULL, &later, NOW));
	assert_true(take(0, call, &one, NOW));
	once(db_reserve_sweep(store, NOW, 10, &n));
	assert_int_equal(n, 0); /* for all that anybody knows */
	once(db_call_later_write(batch, &later));
	once(db_end(batch, ERR_OK));
	db_close(batch);
	assert_false(take(0, other, &one, NOW));
	ok(db_reserve_sweep(store, NOW, 10, &n));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM reservation"),
	    0);
	assert_true(take(0, other, &one, NOW)); /* it came to nothing */
}

static void test_expired(void **state)
{
	const struct call_id a = new_call(), b = new_call();
	const int64_t later = NOW + 601 * RT_SEC_US;
	struct ask one = plain;
	uint32_t n = 0;

	(void)state;
	one.at_once = 1;
	assert_true(take(0, a, &one, NOW));
	once(db_reserve_sweep(store, NOW, 10, &n));
	assert_int_equal(n, 0);
	assert_false(take(0, b, &one, NOW + 599 * RT_SEC_US));
	/* Nobody swept, and yet it does not stand in the way. */
	assert_true(take(0, b, &one, later));
	once(db_reserve_sweep(store, later, 10, &n));
	assert_int_equal(n, 1);
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM reservation"),
	    1);
	for (int i = 0; i < 3; i++) {
		struct ask more = plain;

		more.key = i == 0   ? SLICE("x")
			   : i == 1 ? SLICE("y")
				    : SLICE("z");
		assert_true(take(i % 2, new_call(), &more, NOW));
	}
	once(db_reserve_sweep(store, later, 2, &n));
	assert_int_equal(n, 2);
	once(db_reserve_sweep(store, later, 10, &n));
	assert_int_equal(n, 1);
}

/* --- four workers ----------------------------------------------------------*/

struct worker {
	pthread_t thread;
	struct db *db;
	const struct ask *ask;
	uint32_t granted;
	uint32_t failed;
	uint64_t turn[ROUNDS];
	_Atomic uint32_t *inside;
	uint32_t most;
};

/* Takes places and keeps them all. */
static void *keep_all(void *arg)
{
	struct worker *w = arg;

	for (int i = 0; i < ROUNDS; i++) {
		struct ask_reply r;

		reserve_ask(w->db, t->company[0].id, new_call(), w->ask, NOW,
		    &r);
		w->granted += r.answer == ASK_YES;
		w->failed += r.answer == ASK_AWAY;
	}
	return NULL;
}

/* Takes a place, says that it is inside, gives it back. */
static void *come_and_go(void *arg)
{
	struct worker *w = arg;
	struct ask back = *w->ask;

	back.kind = ASK_RELEASE;
	for (int i = 0; i < ROUNDS; i++) {
		const struct call_id call = new_call();
		struct ask_reply r;
		uint32_t now;

		reserve_ask(w->db, t->company[0].id, call, w->ask, NOW, &r);
		w->failed += r.answer == ASK_AWAY;
		if (r.answer != ASK_YES)
			continue;
		w->granted++;
		now = atomic_fetch_add(w->inside, 1) + 1;
		w->most = now > w->most ? now : w->most;
		(void)atomic_fetch_sub(w->inside, 1);
		reserve_ask(w->db, t->company[0].id, call, &back, NOW, &r);
	}
	return NULL;
}

static void *take_turns(void *arg)
{
	struct worker *w = arg;

	for (int i = 0; i < ROUNDS; i++) {
		struct ask_reply r;

		reserve_ask(w->db, t->company[0].id, new_call(), w->ask, NOW,
		    &r);
		w->failed += r.answer != ASK_YES;
		w->turn[i] = r.turn;
	}
	return NULL;
}

static void run(struct worker w[WORKERS], const struct ask *a,
    void *(*body)(void *arg))
{
	static _Atomic uint32_t inside;

	for (int i = 0; i < WORKERS; i++) {
		w[i] = (struct worker){ .db = testdb_connect(t, "store"),
			.ask = a,
			.inside = &inside };
		assert_int_equal(pthread_create(&w[i].thread, NULL, body,
				     &w[i]),
		    0);
	}
	for (int i = 0; i < WORKERS; i++) {
		assert_int_equal(pthread_join(w[i].thread, NULL), 0);
		db_close(w[i].db);
	}
}

static uint32_t granted_by_all(const struct worker w[WORKERS])
{
	uint32_t n = 0;

	for (int i = 0; i < WORKERS; i++)
		n += w[i].granted;
	return n;
}

static void test_four_at_once(void **state)
{
	static struct worker w[WORKERS];
	struct ask a = plain;

	a.at_once = 37;
	run(w, &a, keep_all);
	assert_int_equal(granted_by_all(w), 37);

	(void)empty(state);
	a = plain;
	a.day = (struct ask_window){ 101, NOW };
	run(w, &a, keep_all);
	assert_int_equal(granted_by_all(w), 101);

	(void)empty(state);
	a = plain;
	a.at_once = 2;
	run(w, &a, come_and_go);
	assert_true(granted_by_all(w) > 0);
	for (int i = 0; i < WORKERS; i++)
		assert_in_range(w[i].most, 0, 2);
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM reservation"),
	    0);
}

/* Every number once, none left out, whoever asks; and on after a crash. */
static void test_turns(void **state)
{
	static struct worker w[WORKERS];
	static bool seen[WORKERS * ROUNDS];
	const struct ask a = { .kind = ASK_NEXT, .key = SLICE("flo/sales") };
	uint64_t turn = 99;

	(void)state;
	/* As in production; other tests need no disk. */
	execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1");
	run(w, &a, take_turns);
	for (int i = 0; i < WORKERS; i++) {
		assert_int_equal(w[i].failed, 0);
		for (int k = 0; k < ROUNDS; k++) {
			assert_true(w[i].turn[k] < WORKERS * ROUNDS);
			assert_false(seen[w[i].turn[k]]);
			seen[w[i].turn[k]] = true;
		}
	}
	ok(db_reserve_turn(store, t->company[1].id, a.key, &turn));
	assert_int_equal(turn, 0); /* its own */
	ok(db_reserve_turn(store, t->company[0].id, SLICE("flo/other"), &turn));
	assert_int_equal(turn, 0);
	testdb_kill(t);
	testdb_revive(t);
	ok(db_reconnect(store));
	ok(db_reserve_turn(store, t->company[0].id, a.key, &turn));
	assert_int_equal(turn, WORKERS * ROUNDS);
}

/* Nobody vouches for a place when the database is away, or slow. */
static void test_away(void **state)
{
	struct ask a = plain;
	struct ask_reply r = { ASK_YES, 5 };

	(void)state;
	a.at_once = 100;
	testdb_kill(t);
	reserve_ask(store, t->company[0].id, new_call(), &a, NOW, &r);
	assert_int_equal(r.answer, ASK_AWAY);
	a.kind = ASK_NEXT;
	reserve_ask(store, t->company[0].id, new_call(), &a, NOW, &r);
	assert_int_equal(r.answer, ASK_AWAY);
	testdb_revive(t);
	ok(db_reconnect(store));
	reserve_ask(store, t->company[0].id, new_call(), &a, NOW, &r);
	assert_int_equal(r.answer, ASK_YES);
}

static void test_key_too_long(void **state)
{
	static char text[ASK_KEY_MAX + 1];
	struct ask a = plain;
	uint64_t turn;
	bool granted;

	(void)state;
	memset(text, 'k', sizeof(text));
	a.key = slice_of(text, sizeof(text));
	assert_int_equal(db_reserve_take(store, t->company[0].id, new_call(),
			     &a, NOW, &granted),
	    ERR_RANGE);
	assert_int_equal(db_reserve_turn(store, t->company[0].id, a.key, &turn),
	    ERR_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_at_once, empty),
		cmocka_unit_test_setup(test_windows, empty),
		cmocka_unit_test_setup(test_confirm, empty),
		cmocka_unit_test_setup(test_leave, empty),
		cmocka_unit_test_setup(test_call_ends, empty),
		cmocka_unit_test_setup(test_too_late, empty),
		cmocka_unit_test_setup(test_row_held, empty),
		cmocka_unit_test_setup(test_taken_meanwhile, empty),
		cmocka_unit_test_setup(test_expired, empty),
		cmocka_unit_test_setup(test_four_at_once, empty),
		cmocka_unit_test_setup(test_turns, empty),
		cmocka_unit_test_setup(test_away, empty),
		cmocka_unit_test_setup(test_key_too_long, empty),
	};
	int rc;

	t = testdb_start();
	store = testdb_connect(t, "store");
	rc = cmocka_run_group_tests_name("db_reserve", tests, NULL, NULL);
	db_close(store);
	testdb_stop(t);
	return rc;
}
