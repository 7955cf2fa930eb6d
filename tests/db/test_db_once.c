/* Tests of lib/db/db_once: done once, answered the same, free after failure;
 * another company and another key know nothing of it. */
#include <string.h>

#include "lib/db/db_once.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static struct db *api, *jobd;
static struct arena mem;

#define ok(call) assert_int_equal((call), ERR_OK)
#define NOW      TESTDB_NOW_US

static const struct api_key_id key_1 = { { 1 } }, key_2 = { { 2 } };
static const uint8_t hash_1[DB_ONCE_HASH_BYTES] = { 1 },
		     hash_2[DB_ONCE_HASH_BYTES] = { 2 };

static enum err begin(int who, struct api_key_id key,
    const uint8_t hash[DB_ONCE_HASH_BYTES], struct once_answer *answer)
{
	ok(db_begin(api));
	return db_once_begin(api, t->company[who].id, key, SLICE("one"), hash,
	    NOW, &mem, answer);
}

static enum err end(int who, struct api_key_id key, struct slice body)
{
	const struct once_answer a = { .status = 201,
		.head = SLICE("Location: /x\r\n"),
		.body = body };

	return db_once_end(api, t->company[who].id, key, SLICE("one"), &a);
}

static void test_once(void **state)
{
	struct once_answer answer = { .status = 7 };

	(void)state;
	/* It failed: nothing is remembered. */
	ok(begin(0, key_1, hash_1, &answer));
	assert_int_equal(answer.status, 0);
	db_rollback(api);
	ok(begin(0, key_1, hash_1, &answer));
	assert_int_equal(answer.status, 0);
	ok(end(0, key_1, SLICE("{\"rows\":1}")));
	ok(db_commit(api));
	ok(begin(0, key_1, hash_1, &answer));
	assert_int_equal(answer.status, 201);
	assert_true(slice_eq_cstr(answer.head, "Location: /x\r\n"));
	assert_true(slice_eq_cstr(answer.body, "{\"rows\":1}"));
	db_rollback(api);
	assert_int_equal(begin(0, key_1, hash_2, &answer), ERR_CONFLICT);
	db_rollback(api);
	ok(begin(0, key_2, hash_2, &answer));
	assert_int_equal(answer.status, 0);
	db_rollback(api);
	ok(begin(1, key_1, hash_2, &answer));
	assert_int_equal(answer.status, 0);
	assert_int_equal(end(1, key_2, SLICE("x")), ERR_NOTFOUND);
	db_rollback(api);
}

/* Who is at work with a name is not waited for. */
static void test_at_work(void **state)
{
	struct once_answer answer = { .status = 7 };
	struct db *other = testdb_connect(t, "api");

	(void)state;
	ok(begin(0, key_2, hash_1, &answer));
	ok(db_begin(other));
	assert_int_equal(db_once_begin(other, t->company[0].id, key_2,
			     SLICE("one"), hash_1, NOW, &mem, &answer),
	    ERR_BUSY);
	db_rollback(other);
	ok(db_begin(other));
	ok(db_once_begin(other, t->company[0].id, key_2, SLICE("two"), hash_1,
	    NOW, &mem, &answer));
	db_rollback(other);
	db_rollback(api);
	db_close(other);
}

/* A transaction around another's: a part is taken back alone, the whole with
 * all its parts. */
static void test_wrap(void **state)
{
	struct once_answer answer = { .status = 7 };

	(void)state;
	for (int keep = 0; keep < 2; keep++) {
		ok(db_wrap(api));
		ok(begin(0, (struct api_key_id){ { 3 } }, hash_1, &answer));
		ok(db_end(api,
		    end(0, (struct api_key_id){ { 3 } }, SLICE(""))));
		ok(begin(0, (struct api_key_id){ { 4 } }, hash_1, &answer));
		assert_int_equal(db_end(api, ERR_RANGE), ERR_RANGE);
		assert_int_equal(db_wrap_end(api, keep ? ERR_OK : ERR_IO),
		    keep ? ERR_OK : ERR_IO);
		assert_false(db_in_transaction(api));
		assert_int_equal(testdb_count(t,
				     "SELECT COUNT(*) FROM api_once"
				     " WHERE HEX(key_id) LIKE '03%'"),
		    keep);
		assert_int_equal(testdb_count(t,
				     "SELECT COUNT(*) FROM api_once"
				     " WHERE HEX(key_id) LIKE '04%'"),
		    0);
	}
}

static void test_sweep(void **state)
{
	(void)state;
	ok(db_once_sweep(jobd, NOW, 10));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM api_once"), 2);
	ok(db_once_sweep(jobd, NOW + 1, 10));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM api_once"), 0);
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	api = testdb_connect(t, "api");
	jobd = testdb_connect(t, "jobd");
	arena_init(&mem, 1 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	db_close(api);
	db_close(jobd);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_at_work),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_sweep),
	};

	return cmocka_run_group_tests_name("db_once", tests, start, stop);
}
