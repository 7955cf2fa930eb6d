/* Tests of lib/db/db_login: signed in until it ends, and how often somebody
 * tried. */
#include <string.h>

#include "lib/base/arena.h"
#include "lib/db/db_login.h"
#include "lib/db/db_user.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static const struct testdb_company *a, *b;
static struct arena mem;

#define ok(call) FAIL_STMT_OK(call)
/* Counts before it answers: a failure lets nobody guess on. */
#define once(call)     assert_int_equal((call), ERR_OK)
#define gives(e, call) assert_int_equal((call), (e))
#define NOW            TESTDB_NOW_US

static void test_logins(void **state)
{
	struct login_row row = { .user = a->user,
		.created_us = NOW,
		.seen_us = NOW,
		.expires_us = NOW + RT_HOUR_US,
		.address = "192.0.2.1",
		.agent = "browser" };
	struct login_row got, *list;
	size_t n = 0;

	(void)state;
	memset(row.token_hash, 7, sizeof(row.token_hash));
	ok(db_login_add(t->db, &row));
	gives(ERR_CONFLICT, db_login_add(t->db, &row));
	ok(db_login_get(t->db, row.token_hash, NOW, &got));
	assert_true(id_eq(got.user.v, a->user.v));
	gives(ERR_NOTFOUND,
	    db_login_get(t->db, row.token_hash, NOW + RT_HOUR_US, &got));
	ok(db_login_seen(t->db, row.token_hash, NOW + 1, NOW + RT_DAY_US));
	ok(db_login_get(t->db, row.token_hash, NOW + RT_HOUR_US, &got));
	ok(db_login_list(t->db, a->user, NOW, &mem, &list, &n));
	assert_int_equal(n, 1);
	ok(db_login_list(t->db, b->user, NOW, &mem, &list, &n));
	assert_int_equal(n, 0);
	/* A new password ends every login. */
	ok(db_user_password(t->db, a->user, SLICE("$argon2id$x")));
	gives(ERR_NOTFOUND, db_login_get(t->db, row.token_hash, NOW, &got));
	ok(db_login_add(t->db, &row));
	ok(db_login_end(t->db, row.token_hash));
	ok(db_login_end(t->db, row.token_hash)); /* twice is no error */
	ok(db_login_add(t->db, &row));
	ok(db_login_sweep(t->db, NOW + 2 * RT_DAY_US, NOW));
	gives(ERR_NOTFOUND, db_login_get(t->db, row.token_hash, NOW, &got));
	/* A disabled user is signed out, and stays out. */
	ok(db_user_disable(t->db, b->user, NOW));
	row.user = b->user;
	ok(db_login_add(t->db, &row));
	gives(ERR_NOTFOUND, db_login_get(t->db, row.token_hash, NOW, &got));
	ok(db_login_end_all(t->db, b->user));
}

static void test_throttle(void **state)
{
	const struct slice who = SLICE("eve@example.com");
	uint32_t n = 0;
	int64_t last = 1;

	(void)state;
	ok(db_login_failures(t->db, LOGIN_BY_USER, who, NOW, RT_HOUR_US, &n,
	    &last));
	assert_true(n == 0 && last == 0);
	for (uint32_t i = 1; i <= 3; i++) {
		once(db_login_failed(t->db, LOGIN_BY_USER, who, NOW + i,
		    RT_HOUR_US, &n));
		assert_int_equal(n, i);
	}
	ok(db_login_failures(t->db, LOGIN_BY_ADDRESS, who, NOW, RT_HOUR_US, &n,
	    &last));
	assert_int_equal(n, 0);
	ok(db_login_failures(t->db, LOGIN_BY_USER, who, NOW + 4, RT_HOUR_US, &n,
	    &last));
	assert_true(n == 3 && last == NOW + 3);
	/* The window passes: it starts again. */
	once(db_login_failed(t->db, LOGIN_BY_USER, who, NOW + 2 * RT_HOUR_US,
	    RT_HOUR_US, &n));
	assert_int_equal(n, 1);
	ok(db_login_forgive(t->db, LOGIN_BY_USER, who));
	ok(db_login_failures(t->db, LOGIN_BY_USER, who, NOW, RT_HOUR_US, &n,
	    &last));
	assert_int_equal(n, 0);
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	a = &t->company[0];
	b = &t->company[1];
	arena_init(&mem, 16 * 1024 * 1024);
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
		cmocka_unit_test(test_logins),
		cmocka_unit_test(test_throttle),
	};

	return cmocka_run_group_tests_name("db_login", tests, start, stop);
}
