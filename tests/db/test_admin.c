/* Tests of what the forms and the sign-in keep. Everywhere a second company
 * that must see and change nothing. */
#include <string.h>

#include "lib/core/scope.h"
#include "lib/db/db_api_key.h"
#include "lib/db/db_company.h"
#include "lib/db/db_config.h"
#include "lib/db/db_destination.h"
#include "lib/db/db_location.h"
#include "lib/db/db_login.h"
#include "lib/db/db_member.h"
#include "lib/db/db_number.h"
#include "lib/db/db_number_use.h"
#include "lib/db/db_outcome.h"
#include "lib/db/db_pool.h"
#include "lib/db/db_second.h"
#include "lib/db/db_setup.h"
#include "lib/db/db_site.h"
#include "lib/db/db_tracker.h"
#include "lib/db/db_user.h"
#include "lib/db/db_user_token.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static const struct testdb_company *a, *b;
static struct arena mem;

#define ok(call)       FAIL_STMT_OK(call)
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

static void test_places_and_sites(void **state)
{
	struct location_row place;
	struct site_row site;
	uint64_t before = 0, after = 0;

	(void)state;
	ok(db_location_get(t->db, a->id, a->location, &place));
	memcpy(place.name, "Moved", 6);
	gives(ERR_NOTFOUND, db_location_update(t->db, b->id, &place));
	ok(db_config_version(t->db, &before));
	ok(db_location_update(t->db, a->id, &place));
	ok(db_config_version(t->db, &after));
	assert_true(after > before);
	ok(db_location_get(t->db, a->id, a->location, &place));
	assert_string_equal(place.name, "Moved");
	new_id(place.id);
	ok(db_location_add(t->db, a->id, &place));
	gives(ERR_NOTFOUND, db_location_archive(t->db, b->id, place.id, NOW));
	ok(db_location_archive(t->db, a->id, place.id, NOW));
	gives(ERR_NOTFOUND, db_location_archive(t->db, a->id, place.id, NOW));
	gives(ERR_NOTFOUND, db_location_get(t->db, a->id, place.id, &place));

	ok(db_site_get(t->db, a->id, a->site, &site));
	new_id(site.id);
	memcpy(site.public_key, "other-key", 10);
	ok(db_site_add(t->db, a->id, &site));
	gives(ERR_NOTFOUND, db_site_archive(t->db, b->id, site.id, NOW));
	ok(db_site_archive(t->db, a->id, site.id, NOW));
	gives(ERR_NOTFOUND, db_site_get(t->db, a->id, site.id, &site));
}

static void test_destination_used(void **state)
{
	struct destination_row row;
	bool used = false;

	(void)state;
	/* The published flow of the company forwards to it. */
	ok(db_destination_used(t->db, a->id, a->destination, &used));
	assert_true(used);
	ok(db_destination_used(t->db, b->id, a->destination, &used));
	assert_false(used);
	ok(db_destination_get(t->db, a->id, a->destination, &row));
	new_id(row.id);
	ok(db_destination_add(t->db, a->id, &row));
	ok(db_destination_used(t->db, a->id, row.id, &used));
	assert_false(used);
}

static void test_rest(void **state)
{
	struct number_use *rows;
	struct pool_id pool;
	bool rests = true;
	uint64_t lifted = 0;
	size_t n = 0;

	(void)state;
	ok(db_pool_of(t->db, a->id, a->pooled[0], &pool));
	assert_true(id_eq(pool.v, a->pool.v));
	gives(ERR_NOTFOUND, db_pool_of(t->db, b->id, a->pooled[0], &pool));
	gives(ERR_NOTFOUND, db_pool_of(t->db, a->id, a->number, &pool));
	gives(ERR_CONFLICT,
	    db_number_quarantine(t->db, a->id, a->pooled[0], NOW));
	gives(ERR_CONFLICT,
	    db_number_quarantine(t->db, a->id, a->tracked, NOW));
	gives(ERR_NOTFOUND, db_number_quarantine(t->db, b->id, a->number, NOW));
	ok(db_number_rests(t->db, a->id, a->number, &rests));
	assert_false(rests);
	ok(db_number_quarantine(t->db, a->id, a->number, NOW));
	gives(ERR_CONFLICT, db_number_quarantine(t->db, a->id, a->number, NOW));
	ok(db_number_rests(t->db, a->id, a->number, &rests));
	assert_true(rests);
	gives(ERR_NOTFOUND, db_number_rests(t->db, b->id, a->number, &rests));
	gives(ERR_CONFLICT,
	    db_pool_number_add(t->db, a->id, a->pool, a->number, NOW));
	gives(ERR_NOTFOUND, db_number_lift(t->db, b->id, a->number));

	/* The list knows it, page by page. */
	ok(db_number_use_list(t->db, a->id, SLICE(""), SLICE(""), 100, &mem,
	    &rows, &n));
	assert_int_equal(n, 5);
	assert_true(id_eq(rows[0].id.v, a->number.v));
	assert_true(rows[0].quarantined_us == NOW);
	ok(db_number_use_list(t->db, a->id, slice_from(rows[0].e164), SLICE(""),
	    1, &mem, &rows, &n));
	assert_int_equal(n, 1);
	assert_true(rows[0].tracker[0] != '\0' || rows[0].pool[0] != '\0');
	ok(db_number_use_list(t->db, a->id, SLICE(""), SLICE("%"), 100, &mem,
	    &rows, &n));
	assert_int_equal(n, 0);

	/* Thirty days are the usual term. */
	ok(db_number_use_lift(t->db, NOW + 29 * RT_DAY_US, &lifted));
	assert_int_equal(lifted, 0);
	ok(db_number_use_lift(t->db, NOW + 31 * RT_DAY_US, &lifted));
	assert_int_equal(lifted, 1);
	ok(db_number_quarantine(t->db, a->id, a->number, NOW));
	ok(db_number_lift(t->db, a->id, a->number));
	gives(ERR_NOTFOUND, db_number_lift(t->db, a->id, a->number));
	/* A number that rests can be given back. */
	ok(db_number_quarantine(t->db, a->id, a->number, NOW));
	ok(db_number_release(t->db, a->id, a->number, NOW));
}

static void test_pools_and_trackers(void **state)
{
	struct tracker_row tracker;
	struct pool_row pool;

	(void)state;
	gives(ERR_CONFLICT, db_pool_archive(t->db, a->id, a->pool, NOW));
	ok(db_pool_get(t->db, a->id, a->pool, &pool));
	new_id(pool.id);
	memset(pool.overflow.v, 0, ID_BYTES);
	ok(db_pool_add(t->db, a->id, &pool));
	gives(ERR_NOTFOUND, db_pool_archive(t->db, b->id, pool.id, NOW));
	ok(db_pool_archive(t->db, a->id, pool.id, NOW));
	gives(ERR_NOTFOUND, db_pool_get(t->db, a->id, pool.id, &pool));

	ok(db_tracker_get(t->db, a->id, a->tracker, &tracker));
	memcpy(tracker.source, "radio", 6);
	gives(ERR_NOTFOUND, db_tracker_update(t->db, b->id, &tracker));
	tracker.site = b->site;
	gives(ERR_RANGE, db_tracker_update(t->db, a->id, &tracker));
	tracker.site = a->site;
	ok(db_tracker_update(t->db, a->id, &tracker));
	ok(db_tracker_get(t->db, a->id, a->tracker, &tracker));
	assert_string_equal(tracker.source, "radio");
}

static int64_t live_quotes(void)
{
	return testdb_count(t,
	    "SELECT count(*) FROM outcome WHERE code = 'quote' AND is_lead"
	    " AND NOT is_sale AND archived_at IS NULL");
}

static void test_marks(void **state)
{
	struct outcome_row quote = { .code = "quote",
		.name = "Quote",
		.is_lead = true };
	struct tag_row tag = { .name = "Urgent" }, other = { .name = "Late" };

	(void)state;
	ok(db_outcome_add(t->db, a->id, &quote));
	gives(ERR_CONFLICT, db_outcome_add(t->db, a->id, &quote));
	assert_int_equal(live_quotes(), 1);
	gives(ERR_NOTFOUND,
	    db_outcome_rename(t->db, b->id, SLICE("quote"), SLICE("x")));
	ok(db_outcome_rename(t->db, a->id, SLICE("quote"), SLICE("Offer")));
	gives(ERR_NOTFOUND,
	    db_outcome_archive(t->db, b->id, SLICE("quote"), NOW));
	ok(db_outcome_archive(t->db, a->id, SLICE("quote"), NOW));
	assert_int_equal(live_quotes(), 0);

	new_id(tag.id);
	new_id(other.id);
	ok(db_mark_tag_add(t->db, a->id, &tag, NOW));
	ok(db_mark_tag_add(t->db, a->id, &other, NOW));
	memcpy(other.name, "Urgent", 7);
	gives(ERR_CONFLICT, db_mark_tag_rename(t->db, a->id, &other));
	memcpy(tag.name, "Urging", 7);
	gives(ERR_NOTFOUND, db_mark_tag_rename(t->db, b->id, &tag));
	ok(db_mark_tag_rename(t->db, a->id, &tag));
	gives(ERR_CONFLICT, db_mark_tag_remove(t->db, b->id, tag.id));
	ok(db_mark_tag_remove(t->db, a->id, tag.id));
}

static void test_companies(void **state)
{
	static const struct company_id all;
	enum user_role role = USER_ROLE_NONE;
	struct company_row row;

	(void)state;
	ok(db_user_account_role(t->db, a->user, &role));
	assert_int_equal(role, USER_ROLE_OWNER);
	ok(db_user_revoke(t->db, a->user, all));
	ok(db_user_account_role(t->db, a->user, &role));
	assert_int_equal(role, USER_ROLE_NONE);

	gives(ERR_CONFLICT, db_company_archive(t->db, a->account, a->id, NOW));
	ok(db_company_get(t->db, a->id, &row));
	new_id(row.id);
	ok(db_company_add(t->db, &row));
	gives(ERR_NOTFOUND, db_company_archive(t->db, b->account, row.id, NOW));
	ok(db_company_archive(t->db, a->account, row.id, NOW));
	gives(ERR_NOTFOUND, db_company_get(t->db, row.id, &row));
}

static void test_links(void **state)
{
	const uint8_t one[DB_USER_TOKEN_HASH] = { 1 };
	const uint8_t two[DB_USER_TOKEN_HASH] = { 2 };
	const uint8_t other[DB_USER_TOKEN_HASH] = { 3 };
	static const struct user_id nobody;
	struct user_id who;

	(void)state;
	ok(db_user_token_add(t->db, b->user, USER_TOKEN_RESET, one, nobody, NOW,
	    NOW + 10));
	ok(db_user_token_get(t->db, USER_TOKEN_RESET, one, NOW + 9, &who));
	assert_true(id_eq(who.v, b->user.v));
	gives(ERR_NOTFOUND,
	    db_user_token_get(t->db, USER_TOKEN_INVITE, one, NOW, &who));
	gives(ERR_NOTFOUND,
	    db_user_token_get(t->db, USER_TOKEN_RESET, one, NOW + 10, &who));
	/* A newer one ends it. */
	ok(db_user_token_add(t->db, b->user, USER_TOKEN_RESET, two, b->user,
	    NOW, NOW + 10));
	gives(ERR_NOTFOUND,
	    db_user_token_get(t->db, USER_TOKEN_RESET, one, NOW, &who));
	/* Good once. */
	ok(db_user_token_use(t->db, USER_TOKEN_RESET, two, NOW, &who));
	assert_true(id_eq(who.v, b->user.v));
	gives(ERR_NOTFOUND,
	    db_user_token_use(t->db, USER_TOKEN_RESET, two, NOW, &who));
	ok(db_user_token_sweep(t->db, NOW + 11));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM user_token"), 0);
	/* Nothing for who may not sign in. */
	ok(db_user_token_add(t->db, b->user, USER_TOKEN_INVITE, one, nobody,
	    NOW, NOW + 10));
	ok(db_user_disable(t->db, b->user, NOW));
	assert_int_equal(testdb_count(t, "SELECT COUNT(*) FROM user_token"), 0);
	ok(db_user_token_add(t->db, b->user, USER_TOKEN_INVITE, one, nobody,
	    NOW, NOW + 10));
	gives(ERR_NOTFOUND,
	    db_user_token_use(t->db, USER_TOKEN_INVITE, one, NOW, &who));
	ok(db_member_enable(t->db, b->user));
	gives(ERR_NOTFOUND, db_member_enable(t->db, b->user));
	ok(db_user_token_use(t->db, USER_TOKEN_INVITE, one, NOW, &who));
	/* A new password ends those of every kind. */
	ok(db_user_token_add(t->db, b->user, USER_TOKEN_RESET, two, nobody, NOW,
	    NOW + 10));
	ok(db_user_token_add(t->db, a->user, USER_TOKEN_RESET, other, nobody,
	    NOW, NOW + 10));
	ok(db_user_password(t->db, b->user, SLICE("$argon2id$x")));
	gives(ERR_NOTFOUND,
	    db_user_token_get(t->db, USER_TOKEN_RESET, two, NOW, &who));
	ok(db_user_token_get(t->db, USER_TOKEN_RESET, other, NOW, &who));
}

static void test_second(void **state)
{
	const uint8_t codes[2][DB_SECOND_CODE_HASH] = { { 1 }, { 2 } };
	struct second_row row;
	uint64_t left = 0;

	(void)state;
	gives(ERR_NOTFOUND, db_second_get(t->db, b->user, &row));
	ok(db_second_begin(t->db, b->user, SLICE("sealed one"), NOW));
	ok(db_second_begin(t->db, b->user, SLICE("sealed two"), NOW));
	ok(db_second_get(t->db, b->user, &row));
	assert_false(row.confirmed);
	assert_memory_equal(row.sealed, "sealed two", 10);
	gives(ERR_NOTFOUND, db_second_get(t->db, a->user, &row));
	ok(db_second_confirm(t->db, b->user, 100, NOW));
	gives(ERR_NOTFOUND, db_second_confirm(t->db, b->user, 101, NOW));
	gives(ERR_CONFLICT,
	    db_second_begin(t->db, b->user, SLICE("sealed three"), NOW));
	/* No step twice, and none before it. */
	gives(ERR_AUTH, db_second_take(t->db, b->user, 100));
	gives(ERR_AUTH, db_second_take(t->db, b->user, 99));
	ok(db_second_take(t->db, b->user, 101));
	gives(ERR_AUTH, db_second_take(t->db, b->user, 101));
	gives(ERR_AUTH, db_second_take(t->db, a->user, 200));

	ok(db_second_codes(t->db, b->user, codes, 2));
	gives(ERR_AUTH, db_second_use_code(t->db, a->user, codes[0], NOW));
	ok(db_second_use_code(t->db, b->user, codes[0], NOW));
	gives(ERR_AUTH, db_second_use_code(t->db, b->user, codes[0], NOW));
	ok(db_second_codes_left(t->db, b->user, &left));
	assert_int_equal(left, 1);
	ok(db_second_codes(t->db, b->user, codes, 2));
	ok(db_second_codes_left(t->db, b->user, &left));
	assert_int_equal(left, 2);
	ok(db_second_remove(t->db, b->user));
	ok(db_second_remove(t->db, b->user));
	gives(ERR_AUTH, db_second_use_code(t->db, b->user, codes[1], NOW));
	gives(ERR_NOTFOUND, db_second_get(t->db, b->user, &row));
}

static void test_logins(void **state)
{
	struct login_row row = { .user = b->user,
		.created_us = NOW,
		.seen_us = NOW,
		.expires_us = NOW + RT_HOUR_US };
	struct login_row *rows;
	size_t n = 0;

	(void)state;
	for (uint8_t i = 1; i <= 3; i++) {
		row.token_hash[0] = i;
		ok(db_login_add(t->db, &row));
	}
	gives(ERR_NOTFOUND, db_login_end_one(t->db, a->user, row.token_hash));
	ok(db_login_end_one(t->db, b->user, row.token_hash));
	gives(ERR_NOTFOUND, db_login_end_one(t->db, b->user, row.token_hash));
	row.token_hash[0] = 1;
	ok(db_login_end_others(t->db, a->user, row.token_hash));
	ok(db_login_list(t->db, b->user, NOW, &mem, &rows, &n));
	assert_int_equal(n, 2);
	ok(db_login_end_others(t->db, b->user, row.token_hash));
	ok(db_login_list(t->db, b->user, NOW, &mem, &rows, &n));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].token_hash[0], 1);
}

static void test_setup(void **state)
{
	static const struct company_id none;
	struct setup_state s;
	bool any = false;

	(void)state;
	ok(db_setup_any_user(t->db, &any));
	assert_true(any);
	ok(db_setup_state(t->db, b->account, b->id, &s));
	/* One pool of three numbers, and a tracker: nobody else's. */
	assert_int_equal(s.pools, 1);
	assert_int_equal(s.sources, 4);
	assert_int_equal(s.trunks, 1);
	assert_int_equal(s.numbers, 5);
	assert_int_equal(s.destinations, 1);
	assert_true(s.routed > 0);
	assert_int_equal(s.sites, 1);
	assert_true(s.calls == 0 && id_is_nil(s.first_credited.v));
	ok(db_setup_state(t->db, b->account, none, &s));
	assert_true(s.trunks == 1 && s.numbers == 0 && s.sites == 0);
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
		cmocka_unit_test(test_places_and_sites),
		cmocka_unit_test(test_destination_used),
		cmocka_unit_test(test_rest),
		cmocka_unit_test(test_pools_and_trackers),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_second),
		cmocka_unit_test(test_logins),
		cmocka_unit_test(test_setup),
		cmocka_unit_test(test_companies),
	};

	return cmocka_run_group_tests_name("admin", tests, start, stop);
}
