/* Tests of what the forms and the sign-in keep: API keys. Everywhere a second
 * company that must see and change nothing. */
#include <string.h>

#include "lib/core/scope.h"
#include "lib/db/db_api_key.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static const struct testdb_company *a, *b;
static struct arena mem;

#define ok(call)       assert_int_equal((call), ERR_OK)
#define gives(e, call) assert_int_equal((call), (e))
#define NOW            TESTDB_NOW_US
#define new_id(id)     testdb_id(NOW, (id).v)

static struct api_key_row add_key(struct company_id company, uint8_t first,
    int64_t expires_us)
{
	uint8_t hash[DB_API_KEY_HASH_BYTES] = { first };
	struct api_key_row row = { .account = a->account,
		.company = company,
		.name = "Warehouse",
		.hint = "rtk_abcd",
		.scopes = SCOPE(CALLS_READ) | SCOPE(SETUP_WRITE),
		.created_by = a->user,
		.created_us = NOW,
		.expires_us = expires_us };

	new_id(row.id);
	ok(db_api_key_add(t->db, company, &row, hash));
	gives(ERR_CONFLICT, db_api_key_add(t->db, company, &row, hash));
	return row;
}

static void test_api_keys(void **state)
{
	static const struct company_id every;
	const uint8_t one[DB_API_KEY_HASH_BYTES] = { 1 };
	const uint8_t two[DB_API_KEY_HASH_BYTES] = { 2 };
	const uint8_t none[DB_API_KEY_HASH_BYTES] = { 9 };
	const struct api_key_row key = add_key(a->id, 1, 0);
	struct api_key_row got, *list;
	size_t n = 0;

	(void)state;
	ok(db_api_key_find(t->db, one, NOW, &got));
	assert_true(id_eq(got.company.v, a->id.v));
	assert_true(id_eq(got.account.v, a->account.v));
	assert_int_equal(got.scopes, key.scopes);
	assert_int_equal(got.used_us, 0);
	gives(ERR_NOTFOUND, db_api_key_find(t->db, none, NOW, &got));

	ok(db_api_key_used(t->db, a->id, key.id, NOW + 5, SLICE("192.0.2.7")));
	gives(ERR_NOTFOUND,
	    db_api_key_used(t->db, b->id, key.id, NOW + 9, SLICE("x")));
	ok(db_api_key_get(t->db, a->id, key.id, &got));
	assert_int_equal(got.used_us, NOW + 5);
	assert_string_equal(got.used_address, "192.0.2.7");
	gives(ERR_NOTFOUND, db_api_key_get(t->db, b->id, key.id, &got));

	/* A key of all companies, with an end. */
	(void)add_key(every, 2, NOW + 10);
	ok(db_api_key_find(t->db, two, NOW + 9, &got));
	assert_true(id_is_nil(got.company.v));
	gives(ERR_NOTFOUND, db_api_key_find(t->db, two, NOW + 10, &got));

	got = key;
	got.scopes = SCOPE(EXPORT_READ);
	ok(db_api_key_update(t->db, a->id, &got));
	gives(ERR_NOTFOUND, db_api_key_update(t->db, b->id, &got));
	ok(db_api_key_list(t->db, a->id, &mem, &list, &n));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].scopes, SCOPE(EXPORT_READ));
	ok(db_api_key_list(t->db, b->id, &mem, &list, &n));
	assert_int_equal(n, 0);

	gives(ERR_NOTFOUND, db_api_key_revoke(t->db, b->id, key.id, NOW));
	ok(db_api_key_revoke(t->db, a->id, key.id, NOW + 20));
	gives(ERR_NOTFOUND, db_api_key_revoke(t->db, a->id, key.id, NOW + 21));
	gives(ERR_NOTFOUND, db_api_key_find(t->db, one, NOW, &got));
	gives(ERR_NOTFOUND, db_api_key_update(t->db, a->id, &key));
	ok(db_api_key_get(t->db, a->id, key.id, &got));
	assert_int_equal(got.revoked_us, NOW + 20);
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
		cmocka_unit_test(test_api_keys),
	};

	return cmocka_run_group_tests_name("admin", tests, start, stop);
}
