/* Tests of db_audit: who did what, in the order in which it was done. */
#include <stdio.h>
#include <string.h>

#include "lib/base/clk.h"
#include "lib/db/db_audit.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static const struct testdb_company *a, *b;
static struct arena mem;

#define ok(call)       FAIL_STMT_OK(call)
#define gives(e, call) assert_int_equal((call), (e))
#define NOW            TESTDB_NOW_US

static void test_audit(void **state)
{
	struct audit_row row = { .account = a->account,
		.user = a->user,
		.action = "number.add",
		.object_kind = "number",
		.after = SLICE("{\"e164\":\"+1\"}"),
		.address = SLICE("192.0.2.1") };
	const struct audit_filter newest = { .action = SLICE(""), .max = 1 };
	struct audit_found *rows;
	size_t n = 0;

	(void)state;
	memcpy(row.object, a->number.v, ID_BYTES);
	for (int i = 0; i < 3; i++) {
		testdb_id(NOW + i * RT_SEC_US, row.id);
		ok(db_audit_add(t->db, a->id, &row));
	}
	gives(ERR_CONFLICT, db_audit_add(t->db, a->id, &row));
	ok(db_audit_find(t->db, a->account, a->id, &newest, &mem, &rows, &n));
	assert_int_equal(n, 1);
	assert_true(id_eq(rows[0].seen.id, row.id));
	assert_true(rows[0].seen.before.p == NULL);
	assert_true(testdb_same_document(rows[0].seen.after, row.after));
}

static void add_audit(const struct testdb_company *c, struct company_id of,
    int64_t at_us, const char *action)
{
	struct audit_row row = { .account = c->account,
		.user = c->user,
		.action = action,
		.object_kind = "number",
		.address = SLICE("192.0.2.1") };

	memcpy(row.object, c->number.v, ID_BYTES);
	testdb_id(at_us, row.id);
	ok(db_audit_add(t->db, of, &row));
}

/* Rows of one moment stand as they were written, at the time of writing. */
static void test_audit_order(void **state)
{
	enum {
		ROWS = 400
	};
	const struct audit_filter f = { .action = SLICE("order"), .max = ROWS };
	struct audit_row row = { .account = a->account,
		.user = a->user,
		.object_kind = "",
		.address = SLICE("") };
	const int64_t from_us = clk_wall_us();
	struct audit_found *rows;
	char action[32];
	size_t n = 0;

	(void)state;
	gives(ERR_OK, db_begin(t->db));
	for (unsigned int i = 0; i < ROWS; i++) {
		(void)snprintf(action, sizeof(action), "order.%u", i);
		row.action = action;
		gives(ERR_OK, db_audit_add(t->db, a->id, &row));
	}
	gives(ERR_OK, db_end(t->db, ERR_OK));
	ok(db_audit_find(t->db, a->account, a->id, &f, &mem, &rows, &n));
	assert_int_equal(n, ROWS);
	for (unsigned int i = 0; i < ROWS; i++) {
		(void)snprintf(action, sizeof(action), "order.%u", i);
		assert_string_equal(rows[ROWS - 1 - i].seen.action, action);
		assert_true(rows[i].seen.happened_us >= from_us &&
			    rows[i].seen.happened_us <= clk_wall_us());
	}
}

static void test_audit_find(void **state)
{
	static const struct company_id none;
	struct audit_filter f = { .action = SLICE(""), .max = 10 };
	struct audit_found *rows;
	size_t n = 0;

	(void)state;
	add_audit(b, b->id, NOW, "number.add");
	add_audit(b, b->id, NOW + RT_SEC_US, "number.change");
	add_audit(b, b->id, NOW + 2 * RT_SEC_US, "numbers.x");
	add_audit(b, none, NOW + 3 * RT_SEC_US, "trunk.add");
	add_audit(a, none, NOW + 4 * RT_SEC_US, "trunk.add");
	ok(db_audit_find(t->db, b->account, b->id, &f, &mem, &rows, &n));
	assert_int_equal(n, 3);
	assert_string_equal(rows[0].seen.action, "numbers.x");
	assert_string_equal(rows[0].address, "192.0.2.1");
	assert_true(rows[0].user_name[0] != '\0');
	/* Another account's rows about itself are not ours. */
	ok(db_audit_find(t->db, b->account, none, &f, &mem, &rows, &n));
	assert_int_equal(n, 1);
	ok(db_audit_find(t->db, a->account, b->id, &f, &mem, &rows, &n));
	assert_int_equal(n, 0);
	f.action = SLICE("number");
	ok(db_audit_find(t->db, b->account, b->id, &f, &mem, &rows, &n));
	assert_int_equal(n, 2);
	memcpy(f.before, rows[0].seen.id, ID_BYTES);
	ok(db_audit_find(t->db, b->account, b->id, &f, &mem, &rows, &n));
	assert_int_equal(n, 1);
	f.action = SLICE("number.add");
	f.user = a->user;
	ok(db_audit_find(t->db, b->account, b->id, &f, &mem, &rows, &n));
	assert_int_equal(n, 0);
	f.user = b->user;
	memcpy(f.object, b->number.v, ID_BYTES);
	ok(db_audit_find(t->db, b->account, b->id, &f, &mem, &rows, &n));
	assert_int_equal(n, 1);
	f.action = SLICE("%");
	ok(db_audit_find(t->db, b->account, b->id, &f, &mem, &rows, &n));
	assert_int_equal(n, 0);
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	a = &t->company[0];
	b = &t->company[1];
	arena_init(&mem, (size_t)4 << 20);
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
		cmocka_unit_test(test_audit),
		cmocka_unit_test(test_audit_order),
		cmocka_unit_test(test_audit_find),
	};

	return cmocka_run_group_tests_name("audit", tests, start, stop);
}
