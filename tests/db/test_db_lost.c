/* Tests of lib/db when the server goes away, does not answer or says no. */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/db/db_account.h"
#include "lib/db/db_company.h"
#include "lib/db/db_pool_count.h"
#include "lib/db/db_tag.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

static struct testdb *t;

#define ok(call) assert_int_equal((call), ERR_OK)

static enum err exec(struct db *db, const char *sql)
{
	struct stmt *st = stmt_begin(db, sql);

	return stmt_exec(st, NULL);
}

static enum err account(struct db *db)
{
	struct account_row row = { .name = "x", .created_us = TESTDB_NOW_US };

	testdb_id(TESTDB_NOW_US, row.id.v);
	return db_account_add(db, &row);
}

static enum err read_company(struct db *db)
{
	struct company_row row;

	return db_company_get(db, t->company[0].id, &row);
}

static enum err count(struct db *db)
{
	return db_pool_count_add(db, t->company[0].id, t->company[0].pool,
	    TESTDB_NOW_US, "robot", 1);
}

static uint64_t connection_id(struct db *db)
{
	struct stmt *st = stmt_begin(db, "SELECT CONNECTION_ID()");
	uint64_t id = 0;

	stmt_out_u64(st, &id);
	ok(stmt_one(st));
	return id;
}

/* A connection that the server closed while we were idle. */
static enum err kill_own(struct db *db)
{
	struct db *killer = testdb_connect(t, NULL);
	const uint64_t id = connection_id(db);
	struct stmt *st = stmt_begin(killer, "KILL ?");
	enum err e;

	stmt_in_u64(st, id);
	e = stmt_exec(st, NULL);
	db_close(killer);
	return e;
}

static void test_lost_connection(void **state)
{
	struct db *db = testdb_connect(t, NULL);

	(void)state;
	/* Reading: nothing was done. */
	ok(account(db));
	ok(kill_own(db));
	assert_int_equal(read_company(db), ERR_UNAVAILABLE);
	assert_true(db_broken(db));
	assert_int_equal(read_company(db), ERR_UNAVAILABLE);
	assert_int_equal(account(db), ERR_UNAVAILABLE);
	assert_int_equal(db_ping(db), ERR_UNAVAILABLE);
	assert_int_equal(db_begin(db), ERR_UNAVAILABLE);
	/* The same statements are prepared anew. */
	ok(db_reconnect(db));
	ok(read_company(db));
	ok(account(db));
	/* In a transaction: lost, and surely not done. */
	ok(db_begin(db));
	ok(account(db));
	ok(kill_own(db));
	assert_int_equal(account(db), ERR_UNAVAILABLE);
	assert_int_equal(db_commit(db), ERR_UNAVAILABLE);
	assert_false(db_in_transaction(db));
	ok(db_reconnect(db));
	/* In the commit: nobody knows. */
	ok(db_begin(db));
	ok(account(db));
	ok(kill_own(db));
	assert_int_equal(db_commit(db), ERR_UNCERTAIN);
	ok(db_reconnect(db));
	db_close(db);
}

static void *slow_write(void *arg)
{
	static enum err e;

	e = exec(arg,
	    "INSERT INTO slow (a) SELECT 1 FROM"
	    " (SELECT SLEEP(60)) AS x");
	return &e;
}

static bool sleeping(uint64_t id)
{
	static const char sql[] =
	    "SELECT COUNT(*) FROM information_schema.processlist"
	    " WHERE id = ? AND state = 'User sleep'";
	struct stmt *st = stmt_begin(t->db, sql);
	bool yes = false;

	stmt_in_u64(st, id);
	stmt_out_bool(st, &yes);
	ok(stmt_one(st));
	return yes;
}

/* A single write that the server never answered. */
static void test_uncertain_write(void **state)
{
	struct db *db = testdb_connect(t, NULL);
	const uint64_t id = connection_id(db);
	pthread_t thread;
	struct stmt *st;
	void *result;

	(void)state;
	ok(exec(t->db, "CREATE TABLE slow (a INT NOT NULL)"));
	assert_int_equal(pthread_create(&thread, NULL, slow_write, db), 0);
	while (!sleeping(id))
		(void)sched_yield();
	st = stmt_begin(t->db, "KILL ?");
	stmt_in_u64(st, id);
	ok(stmt_exec(st, NULL));
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_int_equal(*(enum err *)result, ERR_UNCERTAIN);
	assert_true(db_broken(db));
	db_close(db);
}

static void test_server_down(void **state)
{
	struct db_options o = { .socket = t->socket,
		.user = "root",
		.password = "",
		.name = TESTDB_NAME,
		.timeout_ms = 2000 };
	struct db *db = testdb_connect(t, NULL), *broken = NULL, *none = NULL;

	(void)state;
	testdb_kill(t);
	assert_int_equal(read_company(db), ERR_UNAVAILABLE);
	assert_int_equal(db_reconnect(db), ERR_UNAVAILABLE);
	assert_int_equal(db_open(&none, &o), ERR_UNAVAILABLE);
	assert_null(none);
	assert_int_equal(db_open_broken(&broken, &o), ERR_UNAVAILABLE);
	assert_true(db_broken(broken));
	testdb_revive(t);
	ok(db_reconnect(db));
	ok(read_company(db));
	ok(db_reconnect(broken));
	ok(read_company(broken));
	db_close(db);
	db_close(broken);
	ok(db_reconnect(t->db));
}

/* However often it is tried: each connection says once that the server is away
 * and once that it is back. */
static void test_said_once(void **state)
{
	struct db *db = testdb_connect(t, NULL);
	char text[4096];
	size_t lost = 0, again = 0;
	ssize_t n;
	int ends[2];

	(void)state;
	ok(read_company(db));
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	log_open("test", ends[1], LOG_INFO);
	testdb_kill(t);
	assert_int_equal(read_company(db), ERR_UNAVAILABLE);
	for (int i = 0; i < 5; i++)
		assert_int_equal(db_reconnect(db), ERR_UNAVAILABLE);
	testdb_revive(t);
	ok(db_reconnect(db));
	ok(db_reconnect(db));
	n = read(ends[0], text, sizeof(text) - 1);
	log_open("test", STDERR_FILENO, LOG_WARN);
	assert_true(n > 0);
	text[n] = '\0';
	for (const char *p = text; (p = strstr(p, "lost code=")); p++)
		lost++;
	for (const char *p = text; (p = strstr(p, "connected again")); p++)
		again++;
	assert_int_equal(lost, 1);
	assert_int_equal(again, 1);
	(void)close(ends[0]);
	(void)close(ends[1]);
	db_close(db);
	ok(db_reconnect(t->db));
}

/* A server that takes no writes is away for them, and for nothing else. */
static void test_read_only(void **state)
{
	struct db *root = testdb_connect(t, NULL);
	struct db *db = testdb_connect(t, "dni");
	uint64_t version = 0;

	(void)state;
	ok(count(db));
	ok(exec(root, "SET GLOBAL read_only = 1"));
	assert_int_equal(count(db), ERR_UNAVAILABLE);
	assert_false(db_broken(db));
	ok(db_tag_version(db, &version));
	ok(db_begin(db));
	assert_int_equal(db_end(db, count(db)), ERR_UNAVAILABLE);
	assert_false(db_broken(db));
	/* It comes between a statement and its commit: nobody knows. */
	ok(exec(root, "SET GLOBAL read_only = 0"));
	ok(db_begin(db));
	ok(count(db));
	ok(exec(root, "SET GLOBAL read_only = 1"));
	assert_int_equal(db_end(db, ERR_OK), ERR_UNCERTAIN);
	assert_true(db_broken(db));
	ok(exec(root, "SET GLOBAL read_only = 0"));
	ok(db_reconnect(db));
	ok(count(db));
	assert_int_equal(testdb_count(t,
			     "SELECT SUM(amount) FROM pool_count"
			     " WHERE kind = 'robot'"),
	    2);
	db_close(db);
	db_close(root);
}

static void test_denied(void **state)
{
	struct db_options o = { .socket = t->socket,
		.user = "rt_dni",
		.password = "wrong",
		.name = TESTDB_NAME };
	struct db *db = NULL;

	(void)state;
	assert_int_equal(db_open(&db, &o), ERR_DENIED);
	assert_null(db);
	db_close(NULL);
}

static void test_time_limit(void **state)
{
	struct db_options o = { .socket = t->socket,
		.user = "root",
		.password = "",
		.name = TESTDB_NAME,
		.timeout_ms = 1000 };
	struct db *db;
	struct stmt *st;
	uint64_t v;
	enum err e;

	(void)state;
	ok(db_open(&db, &o));
	st = stmt_begin(db, "SELECT SLEEP(5)");
	stmt_out_u64(st, &v);
	e = stmt_one(st);
	/* The server gave up before our own patience ended. */
	assert_int_equal(e, ERR_TIMEOUT);
	assert_false(db_broken(db));
	ok(db_ping(db));
	/* And between two rows that are read as they come. */
	st =
	    stmt_begin(db, "SELECT SLEEP(0.2) FROM information_schema.columns");
	stmt_out_u64(st, &v);
	e = stmt_stream(st);
	while (e == ERR_OK)
		e = stmt_next(st);
	stmt_end(st);
	assert_int_equal(e, ERR_TIMEOUT);
	ok(db_ping(db));
	db_close(db);
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lost_connection),
		cmocka_unit_test(test_uncertain_write),
		cmocka_unit_test(test_server_down),
		cmocka_unit_test(test_said_once),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_time_limit),
	};

	return cmocka_run_group_tests_name("db", tests, start, stop);
}
