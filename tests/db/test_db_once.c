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
    const uint8_t hash[DB_ONCE_HASH_BYTES], struct slice *answer)
{
	ok(db_begin(api));
	return db_once_begin(api, t->company[who].id, key, SLICE("one"), hash,
	    NOW, &mem, answer);
}

static void test_once(void **state)
{
	struct slice answer = SLICE("?");

	(void)state;
	/* It failed: nothing is remembered. */
	ok(begin(0, key_1, hash_1, &answer));
	assert_int_equal(answer.n, 0);
	db_rollback(api);
	ok(begin(0, key_1, hash_1, &answer));
	assert_int_equal(answer.n, 0);
	ok(db_once_end(api, t->company[0].id, key_1, SLICE("one"),
	    SLICE("{\"rows\":1}")));
	ok(db_commit(api));
	ok(begin(0, key_1, hash_1, &answer));
	assert_true(slice_eq_cstr(answer, "{\"rows\":1}"));
	db_rollback(api);
	assert_int_equal(begin(0, key_1, hash_2, &answer), ERR_CONFLICT);
	db_rollback(api);
	ok(begin(0, key_2, hash_2, &answer));
	assert_int_equal(answer.n, 0);
	db_rollback(api);
	ok(begin(1, key_1, hash_2, &answer));
	assert_int_equal(answer.n, 0);
	assert_int_equal(db_once_end(api, t->company[1].id, key_2, SLICE("one"),
			     SLICE("x")),
	    ERR_NOTFOUND);
	db_rollback(api);
}

static void test_sweep(void **state)
{
	(void)state;
	ok(db_once_sweep(jobd, NOW, 10));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM api_once"), 1);
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
		cmocka_unit_test(test_sweep),
	};

	return cmocka_run_group_tests_name("db_once", tests, start, stop);
}
