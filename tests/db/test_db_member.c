/* Tests of lib/db/db_member: the people of a company, in pages and by name, and
 * nobody of another. */
#include "lib/db/db_member.h"

#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static const struct testdb_company *a, *b;
static struct arena mem;

#define ok(call)       FAIL_STMT_OK(call)
#define gives(e, call) assert_int_equal((call), (e))
#define NOW            TESTDB_NOW_US

static size_t members(struct company_id company, struct user_id after,
    const char *text, struct member_row **rows)
{
	size_t n = 99;

	ok(db_member_list(t->db, company, after, slice_from(text), 9, &mem,
	    rows, &n));
	return n;
}

static void test_members(void **state)
{
	static const struct company_id all;
	static const struct user_id nobody;
	struct user_row eve = { .account = b->account,
		.email = "eve@example.com",
		.name = "\xc3\x89ve",
		.created_us = NOW };
	enum user_role highest = USER_ROLE_NONE;
	struct member_row got, *rows;
	uint64_t owners = 9;
	bool elsewhere = true;

	(void)state;
	assert_int_equal(members(b->id, nobody, "", &rows), 1);
	assert_int_equal(rows[0].wide, USER_ROLE_OWNER);
	assert_int_equal(rows[0].role, USER_ROLE_NONE);
	testdb_id(NOW, eve.id.v);
	ok(db_user_add(t->db, &eve));
	gives(ERR_NOTFOUND, db_member_get(t->db, b->id, eve.id, &got));
	ok(db_user_grant(t->db, eve.id, b->account, b->id, USER_ROLE_MANAGER,
	    NOW));
	ok(db_member_get(t->db, b->id, eve.id, &got));
	assert_int_equal(got.role, USER_ROLE_MANAGER);
	assert_int_equal(got.wide, USER_ROLE_NONE);
	assert_false(got.has_password);
	gives(ERR_NOTFOUND, db_member_get(t->db, a->id, eve.id, &got));
	ok(db_member_highest(t->db, eve.id, &highest));
	assert_int_equal(highest, USER_ROLE_MANAGER);
	ok(db_member_elsewhere(t->db, b->id, eve.id, &elsewhere));
	assert_false(elsewhere);
	ok(db_member_elsewhere(t->db, a->id, eve.id, &elsewhere));
	assert_true(elsewhere);
	assert_int_equal(members(b->id, nobody, "", &rows), 2);
	assert_string_equal(rows[0].name, eve.name); /* before the owner */
	/* From behind her, and by parts of name and address, whatever the
	 * accents; nobody of another company, and its people are no place. */
	assert_int_equal(members(b->id, eve.id, "", &rows), 1);
	assert_memory_equal(rows[0].id.v, b->user.v, ID_BYTES);
	assert_int_equal(members(b->id, b->user, "", &rows), 0);
	assert_int_equal(members(b->id, nobody, "eve", &rows), 1);
	assert_int_equal(members(b->id, nobody, "EVE@EX", &rows), 1);
	assert_int_equal(members(b->id, nobody, "owner0", &rows), 0);
	assert_int_equal(members(b->id, a->user, "", &rows), 2);
	assert_int_equal(members(a->id, nobody, "eve", &rows), 0);
	ok(db_member_owners(t->db, b->account, &owners));
	assert_int_equal(owners, 1);
	ok(db_user_disable(t->db, b->user, NOW));
	ok(db_member_owners(t->db, b->account, &owners));
	assert_int_equal(owners, 0);
	ok(db_member_enable(t->db, b->user));
	ok(db_user_grant(t->db, eve.id, b->account, all, USER_ROLE_AGENT, NOW));
	ok(db_member_get(t->db, b->id, eve.id, &got));
	assert_int_equal(got.wide, USER_ROLE_AGENT);
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
		cmocka_unit_test(test_members),
	};

	return cmocka_run_group_tests_name("db_member", tests, start, stop);
}
