/* Tests of lib/db/db and stmt: values there and back, and what a deadlock, a
 * duplicate and a wrong statement look like from outside. */

#include "lib/base/arena.h"
#include "lib/db/db_config.h"
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

static void make_scratch(void)
{
	ok(exec(t->db,
	    "CREATE TABLE IF NOT EXISTS scratch (id INT PRIMARY KEY,"
	    " a BIGINT UNSIGNED NULL, b BIGINT NULL, c VARCHAR(10) NULL,"
	    " d DATETIME(6) NULL, e BINARY(16) NULL, f BLOB NULL,"
	    " g TINYINT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"));
	ok(exec(t->db, "DELETE FROM scratch"));
}

static void insert_values(uint64_t a, int64_t b, int64_t d_us)
{
	static const char sql[] =
	    "INSERT INTO scratch (id, a, b, c, d, e, f, g)"
	    " VALUES (1, ?, ?, ?, ?, ?, ?, ?)";
	struct stmt *st;

	ok(exec(t->db, "DELETE FROM scratch"));
	st = stmt_begin(t->db, sql);
	stmt_in_u64(st, a);
	stmt_in_i64(st, b);
	stmt_in_text(st, SLICE("caf\xc3\xa9"));
	stmt_in_time_us(st, d_us);
	stmt_in_id(st, t->company[0].id.v);
	stmt_in_bytes(st, "\0\1\xff", 3);
	stmt_in_bool(st, true);
	ok(stmt_exec_one(st));
}

static void test_round_trip(void **state)
{
	static const struct {
		const char *why;
		uint64_t a;
		int64_t b;
		int64_t d_us;
	} cases[] = {
		{ "plain", 1, -1, TESTDB_NOW_US + 123456 },
		{ "largest", UINT64_MAX, INT64_MAX,
		    INT64_C(253402300799999999) },
		{ "smallest", 0, INT64_MIN, INT64_C(-62135596800000000) + 1 },
	};
	static const char sql[] =
	    "SELECT a, b, c, d, e, f, g FROM scratch WHERE id = 1";

	(void)state;
	make_scratch();
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct company_id id;
		uint64_t a = 0;
		int64_t b = 0, d = 0;
		char c[16], f[8];
		struct stmt *st;
		bool g = false;
		size_t n = 0;

		insert_values(cases[i].a, cases[i].b, cases[i].d_us);
		st = stmt_begin(t->db, sql);
		stmt_out_u64(st, &a);
		stmt_out_i64(st, &b);
		stmt_out_text(st, c, sizeof(c));
		stmt_out_time_us(st, &d);
		stmt_out_id(st, id.v);
		stmt_out_bytes(st, f, sizeof(f), &n);
		stmt_out_bool(st, &g);
		ok(stmt_one(st));
		if (a != cases[i].a || b != cases[i].b || d != cases[i].d_us ||
		    !g || n != 3)
			fail_msg("%s: a=%llu b=%lld d=%lld", cases[i].why,
			    (unsigned long long)a, (long long)b, (long long)d);
		assert_string_equal(c, "caf\xc3\xa9");
		assert_memory_equal(f, "\0\1\xff", 3);
		assert_true(id_eq(id.v, t->company[0].id.v));
	}
}

static void test_nulls(void **state)
{
	static const char in_sql[] =
	    "INSERT INTO scratch (id, a, c, d, e, f)"
	    " VALUES (2, ?, ?, ?, ?, ?)";
	static const char out_sql[] =
	    "SELECT a, b, c, d, e, f, g FROM scratch WHERE id = 2";
	static const uint8_t nil[ID_BYTES];
	uint8_t id[ID_BYTES] = { 1 };
	uint64_t a = 7;
	int64_t b = 7, d = 7;
	char c[4] = "x";
	struct stmt *st;
	struct slice f = SLICE("x");
	struct arena mem;
	bool g = true, b_null = false, a_null = false;

	(void)state;
	make_scratch();
	arena_init(&mem, 4096);
	st = stmt_begin(t->db, in_sql);
	stmt_in_null(st);
	stmt_in_text_null(st, slice_of(NULL, 0));
	stmt_in_time_us_null(st, 0);
	stmt_in_id_null(st, nil);
	stmt_in_bytes_null(st, NULL, 0);
	ok(stmt_exec_one(st));
	st = stmt_begin(t->db, out_sql);
	stmt_out_u64(st, &a);
	stmt_out_null(st, &a_null);
	stmt_out_i64(st, &b);
	stmt_out_null(st, &b_null);
	stmt_out_text(st, c, sizeof(c));
	stmt_out_time_us(st, &d);
	stmt_out_id(st, id);
	stmt_out_slice(st, &mem, 100, &f);
	stmt_out_bool(st, &g);
	ok(stmt_one(st));
	assert_true(a == 0 && b == 0 && d == 0 && !g && f.p == NULL);
	assert_true(a_null && b_null && id_is_nil(id));
	assert_string_equal(c, "");
	arena_fini(&mem);
}

/* What does not fit is refused, never cut. */
static void test_too_small(void **state)
{
	static const char sql[] = "SELECT c, e, a FROM scratch WHERE id = 1";
	uint8_t id[ID_BYTES];
	uint32_t a;
	char c[8];
	struct stmt *st;

	(void)state;
	make_scratch();
	insert_values(UINT64_MAX, 0, 0);
	st = stmt_begin(t->db, sql);
	stmt_out_text(st, c, 5); /* "caf\xc3\xa9" needs 6 */
	stmt_out_id(st, id);
	stmt_out_u32(st, &a);
	assert_int_equal(stmt_one(st), ERR_RANGE);
	st = stmt_begin(t->db, sql);
	stmt_out_text(st, c, 6);
	stmt_out_id(st, id);
	stmt_out_u32(st, &a); /* 64 bits do not fit */
	assert_int_equal(stmt_one(st), ERR_RANGE);
	assert_int_equal(
	    exec(t->db,
		"INSERT INTO scratch (id, c) VALUES (5, '12345678901')"),
	    ERR_RANGE);
}

static void test_counts(void **state)
{
	static const char sql[] = "SELECT a, b FROM scratch WHERE id = ?";
	uint64_t a, b, c;
	struct stmt *st;

	(void)state;
	make_scratch();
	st = stmt_begin(t->db, sql); /* a parameter and a column short */
	stmt_out_u64(st, &a);
	assert_int_equal(stmt_one(st), ERR_INTERNAL);
	st = stmt_begin(t->db, sql); /* one too many of both */
	stmt_in_u64(st, 1);
	stmt_in_u64(st, 1);
	stmt_out_u64(st, &a);
	stmt_out_u64(st, &b);
	stmt_out_u64(st, &c);
	assert_int_equal(stmt_one(st), ERR_INTERNAL);
	st = stmt_begin(t->db, sql); /* and the same text still works */
	stmt_in_u64(st, 1);
	stmt_out_u64(st, &a);
	stmt_out_u64(st, &b);
	assert_int_equal(stmt_one(st), ERR_NOTFOUND);
}

static void test_each_and_all(void **state)
{
	static const char sql[] = "SELECT id FROM scratch ORDER BY id";
	struct arena mem;
	uint64_t id = 0, sum = 0;
	struct stmt *st;
	void *rows;
	size_t n = 0;

	(void)state;
	make_scratch();
	arena_init(&mem, 4096);
	ok(exec(t->db, "INSERT INTO scratch (id) VALUES (3), (4), (5)"));
	st = stmt_begin(t->db, sql);
	stmt_out_u64(st, &id);
	assert_int_equal(stmt_one(st), ERR_INTERNAL); /* more than one */
	st = stmt_begin(t->db, sql);
	stmt_out_u64(st, &id);
	ok(stmt_each(st));
	assert_int_equal(stmt_rows(st), 3);
	while (stmt_next(st) == ERR_OK)
		sum += id;
	stmt_end(st);
	assert_int_equal(sum, 12);
	st = stmt_begin(t->db, sql);
	stmt_out_u64(st, &id);
	ok(stmt_all(st, &mem, &id, sizeof(id), &rows, &n));
	assert_int_equal(n, 3);
	assert_int_equal(((uint64_t *)rows)[2], 5);
	arena_fini(&mem);
}

static void test_conflict_and_changed(void **state)
{
	uint64_t n = 9;
	struct stmt *st;

	(void)state;
	make_scratch();
	ok(exec(t->db, "INSERT INTO scratch (id) VALUES (1)"));
	assert_int_equal(exec(t->db, "INSERT INTO scratch (id) VALUES (1)"),
	    ERR_CONFLICT);
	/* Found rows count, changed or not. */
	st = stmt_begin(t->db, "UPDATE scratch SET a = NULL WHERE id = 1");
	ok(stmt_exec(st, &n));
	assert_int_equal(n, 1);
	st = stmt_begin(t->db, "UPDATE scratch SET a = NULL WHERE id = 2");
	assert_int_equal(stmt_exec_one(st), ERR_NOTFOUND);
}

static const char many_sql[] =
    "INSERT INTO scratch (id, a, b, c, d, e, g) VALUES (?, ?, ?, ?, ?, ?, ?)";

/* Of three rows one has nothing, and of one column no row has anything. */
static struct stmt *begin_many(uint64_t first)
{
	static const uint8_t nil[ID_BYTES];
	struct stmt *st = stmt_begin(t->db, many_sql);

	stmt_rows_begin(st, 3);
	for (uint64_t i = 0; i < 3; i++) {
		const bool has = i != 1;

		stmt_in_u64(st, first + i);
		if (has)
			stmt_in_u64(st, UINT64_MAX - i);
		else
			stmt_in_null(st);
		stmt_in_i64(st, -1 - (int64_t)i);
		stmt_in_text_null(st,
		    has ? SLICE("caf\xc3\xa9") : slice_of(NULL, 0));
		stmt_in_time_us_null(st, has ? TESTDB_NOW_US + (int64_t)i : 0);
		stmt_in_id_null(st, has ? t->company[i / 2].id.v : nil);
		stmt_in_null(st);
	}
	return st;
}

/* What the row of an id has, of begin_many()'s i-th. */
static void check_many(uint64_t id, uint64_t i)
{
	static const char sql[] =
	    "SELECT a, b, c, d, e, g FROM scratch WHERE id = ?";
	struct stmt *st = stmt_begin(t->db, sql);
	uint8_t e[ID_BYTES];
	uint64_t a = 0;
	int64_t b = 0, d = 0;
	char c[8];
	bool a_null, c_null, g_null, g;

	stmt_in_u64(st, id);
	stmt_out_u64(st, &a);
	stmt_out_null(st, &a_null);
	stmt_out_i64(st, &b);
	stmt_out_text(st, c, sizeof(c));
	stmt_out_null(st, &c_null);
	stmt_out_time_us(st, &d);
	stmt_out_id(st, e);
	stmt_out_bool(st, &g);
	stmt_out_null(st, &g_null);
	ok(stmt_one(st));
	assert_true(g_null && b == -1 - (int64_t)i);
	assert_true(a_null == (i == 1) && c_null == (i == 1));
	if (i == 1) {
		assert_true(d == 0 && id_is_nil(e));
		return;
	}
	assert_true(a == UINT64_MAX - i && d == TESTDB_NOW_US + (int64_t)i);
	assert_string_equal(c, "caf\xc3\xa9");
	assert_true(id_eq(e, t->company[i / 2].id.v));
}

/* Many rows for a text of one, then one for the same text, and many again. */
static void test_rows(void **state)
{
	struct stmt *st;
	uint64_t n = 0;

	(void)state;
	assert_true(stmt_rows_can(t->db));
	make_scratch();
	ok(stmt_exec(begin_many(1), &n));
	assert_int_equal(n, 3);
	st = stmt_begin(t->db, many_sql);
	stmt_in_u64(st, 4);
	for (int i = 0; i < 6; i++)
		stmt_in_null(st);
	ok(stmt_exec_one(st));
	ok(stmt_exec(begin_many(5), NULL));
	for (uint64_t i = 0; i < 3; i++) {
		check_many(1 + i, i);
		check_many(5 + i, i);
	}
	/* The last is there already: none of the statement's rows is kept. */
	ok(exec(t->db, "INSERT INTO scratch (id) VALUES (13)"));
	assert_int_equal(stmt_exec(begin_many(11), NULL), ERR_CONFLICT);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM scratch WHERE id > 7"),
	    1);
}

/* What cannot be sent is refused, and nothing of it is. */
static void test_rows_wrong(void **state)
{
	static const char sql[] = "INSERT INTO scratch (id, a) VALUES (?, ?)";
	struct stmt *st;

	(void)state;
	make_scratch();
	for (int wrong = 0; wrong < 4; wrong++) {
		st = stmt_begin(t->db, sql);
		stmt_rows_begin(st, wrong == 0   ? 0
				    : wrong == 1 ? STMT_ROWS_MAX + 1
						 : 2);
		stmt_in_u64(st, 1);
		stmt_in_u64(st, 1);
		stmt_in_u64(st, 2);
		/* Values that are missing; another type than in the row above.
		 */
		if (wrong == 3)
			stmt_in_text(st, SLICE("2"));
		assert_int_equal(stmt_exec(st, NULL), ERR_INTERNAL);
	}
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM scratch"), 0);
}

static void test_transactions(void **state)
{
	bool mine = true, inner = true;

	(void)state;
	make_scratch();
	ok(db_begin(t->db));
	ok(exec(t->db, "INSERT INTO scratch (id) VALUES (1)"));
	assert_int_equal(db_end(t->db, ERR_RANGE), ERR_RANGE);
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM scratch"), 0);
	ok(db_join(t->db, &mine));
	ok(db_join(t->db, &inner));
	assert_true(mine && !inner);
	ok(exec(t->db, "INSERT INTO scratch (id) VALUES (1)"));
	ok(db_join_end(t->db, inner, ERR_OK));
	assert_true(db_in_transaction(t->db));
	ok(db_join_end(t->db, mine, ERR_OK));
	assert_false(db_in_transaction(t->db));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM scratch"), 1);
}

/* A transaction that the server gave up can only be rolled back. */
static void test_busy(void **state)
{
	struct db *other = testdb_connect(t, NULL);

	(void)state;
	make_scratch();
	ok(exec(t->db, "INSERT INTO scratch (id) VALUES (1), (2)"));
	ok(exec(other, "SET SESSION innodb_lock_wait_timeout = 1"));
	ok(db_begin(t->db));
	ok(exec(t->db, "UPDATE scratch SET a = 1 WHERE id = 1"));
	ok(db_begin(other));
	ok(exec(other, "UPDATE scratch SET a = 2 WHERE id = 2"));
	assert_int_equal(exec(other, "UPDATE scratch SET a = 2 WHERE id = 1"),
	    ERR_BUSY);
	assert_int_equal(exec(other, "UPDATE scratch SET a = 3 WHERE id = 2"),
	    ERR_BUSY);
	assert_int_equal(db_commit(other), ERR_BUSY);
	ok(db_commit(t->db));
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM scratch WHERE a = 2"),
	    0);
	/* Begun again it goes through. */
	ok(db_begin(other));
	ok(exec(other, "UPDATE scratch SET a = 2 WHERE id = 1"));
	ok(db_commit(other));
	db_close(other);
}

/* What waits for a row in vain has an error amid its result. The same statement
 * is good again: the driver would wait for the rest of the rows otherwise. */
static void test_select_that_waited(void **state)
{
	static const char sql[] =
	    "SELECT COALESCE(SUM(a), 0) FROM scratch WHERE id >= 1 FOR UPDATE";
	struct db *other = testdb_connect(t, NULL);
	uint64_t sum = 0;

	(void)state;
	insert_values(7, 0, 0);
	ok(exec(other, "SET SESSION innodb_lock_wait_timeout = 0"));
	ok(db_begin(t->db));
	ok(exec(t->db, "UPDATE scratch SET a = 8 WHERE id = 1"));
	for (int i = 0; i < 2; i++) {
		struct stmt *st;
		enum err e;

		ok(db_begin(other));
		st = stmt_begin(other, sql);
		stmt_out_u64(st, &sum);
		e = stmt_one(st);
		assert_int_equal(e, i == 0 ? ERR_BUSY : ERR_OK);
		assert_int_equal(db_end(other, e), e);
		if (i == 0)
			ok(db_commit(t->db));
	}
	assert_int_equal(sum, 8);
	db_close(other);
}

static void test_config_version(void **state)
{
	uint64_t a = 0, b = 0;

	(void)state;
	ok(db_config_version(t->db, &a));
	ok(db_config_bump(t->db));
	ok(db_config_version(t->db, &b));
	assert_int_equal(b, a + 1);
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
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_nulls),
		cmocka_unit_test(test_too_small),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_each_and_all),
		cmocka_unit_test(test_conflict_and_changed),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_rows_wrong),
		cmocka_unit_test(test_transactions),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_select_that_waited),
		cmocka_unit_test(test_config_version),
	};

	return cmocka_run_group_tests_name("db", tests, start, stop);
}
