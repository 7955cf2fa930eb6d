/* Tests of what is said to hold a thing: the same that refuses its retirement,
 * by name, and nothing of another company. */
#include "lib/db/db_holder.h"

#include <string.h>

#include "lib/db/db_company.h"
#include "lib/db/db_destination.h"
#include "lib/db/db_flow.h"
#include "lib/db/db_number.h"
#include "lib/db/db_pool.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static const struct testdb_company *a, *b;
static struct arena mem;

#define ok(call)       FAIL_STMT_OK(call)
#define gives(e, call) assert_int_equal((call), (e))
#define NOW            TESTDB_NOW_US

static bool has(const struct db_holder *rows, size_t n, uint32_t kind,
    const uint8_t id[ID_BYTES])
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].kind == kind && id_eq(rows[i].id, id) &&
		    rows[i].name[0] != '\0')
			return true;
	return false;
}

static void test_number(void **state)
{
	struct db_holder *rows = NULL;
	struct pool_row pool;
	size_t n = 0;

	(void)state;
	gives(ERR_CONFLICT, db_number_release(t->db, a->id, a->tracked, NOW));
	ok(db_holder_of_number(t->db, a->id, a->tracked, &mem, &rows, &n));
	assert_int_equal(n, 1);
	assert_true(has(rows, n, DB_HOLDER_TRACKER, a->tracker.v));
	gives(ERR_CONFLICT, db_number_release(t->db, a->id, a->pooled[0], NOW));
	ok(db_holder_of_number(t->db, a->id, a->pooled[0], &mem, &rows, &n));
	assert_int_equal(n, 1);
	assert_true(has(rows, n, DB_HOLDER_POOL, a->pool.v));
	ok(db_holder_of_number(t->db, b->id, a->pooled[0], &mem, &rows, &n));
	assert_int_equal(n, 0);

	ok(db_holder_of_number(t->db, a->id, a->number, &mem, &rows, &n));
	assert_int_equal(n, 0);
	ok(db_pool_get(t->db, a->id, a->pool, &pool));
	pool.overflow = a->number;
	ok(db_pool_update(t->db, a->id, &pool));
	gives(ERR_CONFLICT, db_number_release(t->db, a->id, a->number, NOW));
	ok(db_holder_of_number(t->db, a->id, a->number, &mem, &rows, &n));
	assert_int_equal(n, 1);
	assert_true(has(rows, n, DB_HOLDER_OVERFLOW, a->pool.v));
}

static void test_pool(void **state)
{
	struct db_holder *rows = NULL;
	size_t n = 0;

	(void)state;
	gives(ERR_CONFLICT, db_pool_archive(t->db, a->id, a->pool, NOW));
	ok(db_holder_of_pool(t->db, a->id, a->pool, &mem, &rows, &n));
	assert_int_equal(n, 4);
	for (size_t i = 0; i < 3; i++)
		assert_true(has(rows, n, DB_HOLDER_NUMBER, a->pooled[i].v));
	assert_true(has(rows, n, DB_HOLDER_SITE, a->site.v));
	ok(db_holder_of_pool(t->db, b->id, a->pool, &mem, &rows, &n));
	assert_int_equal(n, 0);
}

static void test_destination(void **state)
{
	struct db_holder *rows = NULL;
	struct number_row number;
	size_t n = 0;

	(void)state;
	ok(db_holder_of_destination(t->db, a->id, a->destination, &mem, &rows,
	    &n));
	assert_int_equal(n, 1);
	assert_true(has(rows, n, DB_HOLDER_FLOW, a->flow.v));
	ok(db_number_get(t->db, a->id, a->tracked, &number));
	memset(number.flow.v, 0, ID_BYTES);
	number.destination = a->destination;
	ok(db_number_update(t->db, a->id, &number));
	ok(db_holder_of_destination(t->db, a->id, a->destination, &mem, &rows,
	    &n));
	assert_int_equal(n, 2);
	assert_true(has(rows, n, DB_HOLDER_NUMBER, a->tracked.v));
	ok(db_holder_of_destination(t->db, b->id, a->destination, &mem, &rows,
	    &n));
	assert_int_equal(n, 0);
}

static void test_flow(void **state)
{
	struct db_holder *rows = NULL;
	size_t n = 0;

	(void)state;
	gives(ERR_CONFLICT, db_flow_archive(t->db, a->id, a->flow, NOW));
	ok(db_holder_of_flow(t->db, a->id, a->flow, &mem, &rows, &n));
	assert_true(n > 0);
	assert_true(has(rows, n, DB_HOLDER_NUMBER, a->number.v));
	assert_false(has(rows, n, DB_HOLDER_FLOW, a->flow.v)); /* itself */
	ok(db_holder_of_flow(t->db, b->id, a->flow, &mem, &rows, &n));
	assert_int_equal(n, 0);
}

static void test_company(void **state)
{
	struct db_holder *rows = NULL;
	size_t n = 0;

	(void)state;
	gives(ERR_CONFLICT, db_company_archive(t->db, a->account, a->id, NOW));
	ok(db_holder_of_company(t->db, a->id, &mem, &rows, &n));
	assert_int_equal(n, 5);
	assert_true(has(rows, n, DB_HOLDER_NUMBER, a->number.v));
	assert_false(has(rows, n, DB_HOLDER_NUMBER, b->number.v));
}

static int start(void **state)
{
	(void)state;
	arena_init(&mem, 1 << 20);
	t = testdb_start();
	a = &t->company[0];
	b = &t->company[1];
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_pool),
		cmocka_unit_test(test_destination),
		cmocka_unit_test(test_flow),
		cmocka_unit_test(test_company),
	};

	return cmocka_run_group_tests_name("db_holder", tests, start, stop);
}
