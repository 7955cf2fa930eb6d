/* Tests of what people set up: accounts, companies, users, numbers, trackers,
 * pools, sites, places, trunks, destinations, flows, the snapshot, the audit
 * log. Everywhere a second company (or account) that must see and change
 * nothing. */
#include <string.h>

#include "lib/base/arena.h"
#include "lib/db/db_account.h"
#include "lib/db/db_company.h"
#include "lib/db/db_config.h"
#include "lib/db/db_destination.h"
#include "lib/db/db_flow.h"
#include "lib/db/db_location.h"
#include "lib/db/db_number.h"
#include "lib/db/db_pool.h"
#include "lib/db/db_site.h"
#include "lib/db/db_snap.h"
#include "lib/db/db_tracker.h"
#include "lib/db/db_trunk.h"
#include "lib/db/db_user.h"
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

/* Every change of what a snapshot holds moves the counter, by any amount. */
static uint64_t version(void)
{
	uint64_t v = 0;

	ok(db_config_version(t->db, &v));
	return v;
}

static void test_accounts(void **state)
{
	struct account_row account = { .id = a->account, .created_us = NOW };
	struct company_row company, *list;
	const uint64_t before = version();
	size_t n = 0;

	(void)state;
	gives(ERR_CONFLICT, db_account_add(t->db, &account));
	ok(db_company_get(t->db, a->id, &company));
	assert_string_equal(company.time_zone, "America/New_York");
	assert_int_equal(company.created_us, NOW);
	company.billable_s = 90;
	company.credit_min_bp = 7000;
	ok(db_company_update(t->db, &company));
	ok(db_company_get(t->db, a->id, &company));
	assert_true(company.billable_s == 90 && company.credit_min_bp == 7000);
	company.billable_s = 0;
	ok(db_company_update(t->db, &company));
	assert_true(version() > before);
	new_id(company.id);
	gives(ERR_NOTFOUND, db_company_update(t->db, &company));
	new_id(company.account);
	gives(ERR_RANGE, db_company_add(t->db, &company)); /* no account */
	ok(db_company_list(t->db, a->account, &mem, &list, &n));
	assert_int_equal(n, 1);
	assert_true(id_eq(list[0].id.v, a->id.v));
}

static void test_users(void **state)
{
	struct user_row user, other;
	struct user_company *where;
	struct db *api;
	enum user_role role = USER_ROLE_NONE;
	static const struct company_id all;
	size_t n = 0;

	(void)state;
	ok(db_user_by_email(t->db, SLICE("OWNER0@example.com"), &user));
	assert_true(id_eq(user.id.v, a->user.v));
	gives(ERR_NOTFOUND,
	    db_user_by_email(t->db, SLICE("nobody@example.com"), &other));
	/* To the column's order of letters these are the same. */
	gives(ERR_NOTFOUND, db_user_by_email(t->db,
				SLICE("\xc3\xb3wner0@example.com"), &other));
	gives(ERR_NOTFOUND,
	    db_user_card_by_email(t->db,
		SLICE("owner0\xe2\x80\x8b@example.com"), &other));
	other = user;
	new_id(other.id);
	gives(ERR_CONFLICT, db_user_add(t->db, &other)); /* e-mail is taken */
	memcpy(other.email, "eve@example.com", 16);
	ok(db_user_add(t->db, &other));
	ok(db_user_get(t->db, other.id, &other));
	/* A program that may not read hashes knows people without them. */
	api = testdb_connect(t, "api");
	ok(db_user_card(api, a->user, &user));
	assert_string_equal(user.password_hash, "");
	ok(db_user_card_by_email(api, SLICE("EVE@example.com"), &user));
	assert_true(id_eq(user.id.v, other.id.v));
	gives(ERR_NOTFOUND, db_user_card_by_email(api, SLICE("x"), &user));
	gives(ERR_DENIED, db_user_get(api, a->user, &user));
	db_close(api);
	/* Rights: none, one company, all; the higher one counts. */
	ok(db_user_role(t->db, other.id, a->id, &role));
	assert_int_equal(role, USER_ROLE_NONE);
	ok(db_user_grant(t->db, other.id, a->account, a->id, USER_ROLE_AGENT,
	    NOW));
	ok(db_user_grant(t->db, other.id, a->account, all, USER_ROLE_READ_ONLY,
	    NOW));
	ok(db_user_role(t->db, other.id, a->id, &role));
	assert_int_equal(role, USER_ROLE_AGENT);
	ok(db_user_grant(t->db, other.id, a->account, a->id, USER_ROLE_ADMIN,
	    NOW));
	ok(db_user_role(t->db, other.id, a->id, &role));
	assert_int_equal(role, USER_ROLE_ADMIN);
	ok(db_user_companies(t->db, other.id, &mem, &where, &n));
	assert_int_equal(n, 1);
	assert_int_equal(where[0].role, USER_ROLE_ADMIN);
	ok(db_user_revoke(t->db, other.id, a->id));
	ok(db_user_role(t->db, other.id, a->id, &role));
	assert_int_equal(role, USER_ROLE_READ_ONLY);
	/* Never in another account, whatever is asked for. */
	ok(db_user_role(t->db, other.id, b->id, &role));
	assert_int_equal(role, USER_ROLE_NONE);
	gives(ERR_NOTFOUND, db_user_grant(t->db, other.id, b->account, b->id,
				USER_ROLE_OWNER, NOW));
	gives(ERR_NOTFOUND, db_user_grant(t->db, other.id, a->account, b->id,
				USER_ROLE_OWNER, NOW));
	gives(ERR_RANGE, db_user_grant(t->db, other.id, a->account, all,
			     USER_ROLE_NONE, NOW));
	assert_true(db_user_role_parse(SLICE("admin"), &role));
	assert_false(db_user_role_parse(SLICE("none"), &role));
}

static void test_numbers(void **state)
{
	struct number_row row, got, *list;
	struct company_id whose;
	struct number_id which;
	const uint64_t before = version();
	size_t n = 0;

	(void)state;
	ok(db_number_get(t->db, a->id, a->number, &row));
	assert_string_equal(row.e164, "+14155550100");
	gives(ERR_NOTFOUND, db_number_get(t->db, b->id, a->number, &got));
	gives(ERR_NOTFOUND,
	    db_number_by_e164(t->db, b->id, SLICE("+14155550100"), &got));
	ok(db_number_find(t->db, SLICE("+14155550100"), &whose, &which));
	assert_true(id_eq(whose.v, a->id.v) && id_eq(which.v, a->number.v));
	gives(ERR_NOTFOUND,
	    db_number_find(t->db, SLICE("+14155559999"), &whose, &which));
	/* One owner at a time. */
	got = row;
	new_id(got.id);
	got.flow = b->flow;
	gives(ERR_CONFLICT, db_number_add(t->db, b->id, &got));
	/* Nothing of another company, no silence without a name. */
	row.flow = b->flow;
	gives(ERR_RANGE, db_number_update(t->db, a->id, &row));
	row.flow = a->flow;
	row.destination = b->destination;
	gives(ERR_RANGE, db_number_update(t->db, a->id, &row));
	row.destination = a->destination;
	row.trunk = b->trunk;
	gives(ERR_RANGE, db_number_update(t->db, a->id, &row));
	row.trunk = a->trunk;
	row.record = FLOW_RECORD_SILENT;
	gives(ERR_DENIED, db_number_update(t->db, a->id, &row));
	row.record_confirmed_by = a->user;
	row.location = a->location;
	gives(ERR_RANGE, db_number_update(t->db, b->id, &row));
	ok(db_number_update(t->db, a->id, &row));
	ok(db_number_get(t->db, a->id, a->number, &got));
	assert_true(got.record == FLOW_RECORD_SILENT &&
		    id_eq(got.location.v, a->location.v));
	assert_true(version() > before);
	ok(db_number_list(t->db, a->id, SLICE(""), 2, &mem, &list, &n));
	assert_int_equal(n, 2);
	ok(db_number_list(t->db, a->id, slice_from(list[1].e164), 10, &mem,
	    &list, &n));
	assert_int_equal(n, 3);
	/* Released: free for another company, and its calls keep their row. */
	gives(ERR_CONFLICT, db_number_release(t->db, a->id, a->pooled[0], NOW));
	gives(ERR_CONFLICT, db_number_release(t->db, a->id, a->tracked, NOW));
	gives(ERR_NOTFOUND, db_number_release(t->db, b->id, a->number, NOW));
	new_id(row.id);
	memcpy(row.e164, "+14155550177", 13);
	ok(db_number_add(t->db, a->id, &row));
	ok(db_number_release(t->db, a->id, row.id, NOW));
	ok(db_number_get(t->db, a->id, row.id, &got));
	assert_int_equal(got.released_us, NOW);
	gives(ERR_NOTFOUND, db_number_release(t->db, a->id, row.id, NOW));
	got = (struct number_row){ .kind = "local", .country = "US" };
	memcpy(got.e164, row.e164, sizeof(got.e164));
	new_id(got.id);
	ok(db_number_add(t->db, b->id, &got));
}

static void test_trackers_and_pools(void **state)
{
	static const struct tracker_id none;
	struct tracker_row tr, *trackers;
	struct pool_row pool;
	struct pool_number_row *in;
	size_t n = 0;

	(void)state;
	ok(db_tracker_get(t->db, a->id, a->tracker, &tr));
	assert_string_equal(tr.source, "billboard");
	gives(ERR_NOTFOUND, db_tracker_get(t->db, b->id, a->tracker, &tr));
	new_id(tr.id);
	gives(ERR_CONFLICT, db_tracker_add(t->db, a->id, &tr));
	tr.number = a->pooled[0];
	gives(ERR_CONFLICT, db_tracker_add(t->db, a->id, &tr));
	tr.number = b->number;
	gives(ERR_RANGE, db_tracker_add(t->db, a->id, &tr));
	tr.number = a->number;
	tr.site = b->site;
	gives(ERR_RANGE, db_tracker_add(t->db, a->id, &tr));
	ok(db_tracker_list(t->db, b->id, none, SLICE(""), 9, &mem, &trackers,
	    &n));
	assert_int_equal(n, 1);
	assert_true(id_eq(trackers[0].id.v, b->tracker.v));
	gives(ERR_NOTFOUND, db_tracker_archive(t->db, b->id, a->tracker, NOW));

	ok(db_pool_get(t->db, a->id, a->pool, &pool));
	gives(ERR_NOTFOUND, db_pool_get(t->db, b->id, a->pool, &pool));
	pool.overflow = b->number;
	gives(ERR_RANGE, db_pool_update(t->db, a->id, &pool));
	pool.overflow = a->number;
	pool.min_reuse_s = 60;
	assert_string_equal(pool.policy, "source");
	memcpy(pool.policy, "own", 4);
	ok(db_pool_update(t->db, a->id, &pool));
	ok(db_pool_get(t->db, a->id, a->pool, &pool));
	assert_string_equal(pool.policy, "own");
	gives(ERR_CONFLICT, db_number_release(t->db, a->id, a->number, NOW));
	pool.overflow = (struct number_id){ { 0 } };
	ok(db_pool_update(t->db, a->id, &pool));
	gives(ERR_NOTFOUND, db_pool_update(t->db, b->id, &pool));
	ok(db_pool_get(t->db, a->id, a->pool, &pool));
	assert_true(pool.min_reuse_s == 60 && pool.numbers == 3);
	ok(db_pool_numbers(t->db, a->id, a->pool, 9, &mem, &in, &n));
	assert_int_equal(n, 3);
	assert_string_equal(in[2].e164, "+14155550202");
	ok(db_pool_numbers(t->db, a->id, a->pool, 2, &mem, &in, &n));
	assert_int_equal(n, 2);
	ok(db_pool_numbers(t->db, b->id, a->pool, 9, &mem, &in, &n));
	assert_int_equal(n, 0);
	gives(ERR_CONFLICT,
	    db_pool_number_add(t->db, a->id, a->pool, a->tracked, NOW));
	gives(ERR_RANGE,
	    db_pool_number_add(t->db, a->id, a->pool, b->number, NOW));
	gives(ERR_RANGE,
	    db_pool_number_add(t->db, a->id, b->pool, a->number, NOW));
	gives(ERR_NOTFOUND,
	    db_pool_number_remove(t->db, b->id, a->pool, a->pooled[0], NOW));
	ok(db_pool_number_remove(t->db, a->id, a->pool, a->pooled[0], NOW));
	ok(db_pool_number_add(t->db, a->id, a->pool, a->pooled[0], NOW));
}

static void test_sites(void **state)
{
	struct site_row site, *sites;
	struct company_id whose;
	struct slice *items;
	size_t n = 0;

	(void)state;
	ok(db_site_by_key(t->db, SLICE("site-key-0"), &whose, &site));
	assert_true(id_eq(whose.v, a->id.v) && id_eq(site.id.v, a->site.v));
	gives(ERR_NOTFOUND,
	    db_site_by_key(t->db, SLICE("SITE-KEY-0"), &whose, &site));
	gives(ERR_NOTFOUND, db_site_get(t->db, b->id, a->site, &site));
	ok(db_site_get(t->db, a->id, a->site, &site));
	site.pool = b->pool;
	gives(ERR_RANGE, db_site_update(t->db, a->id, &site));
	site.pool = a->pool;
	site.consent_required = true;
	ok(db_site_update(t->db, a->id, &site));
	gives(ERR_NOTFOUND, db_site_update(t->db, b->id, &site));
	ok(db_site_get(t->db, a->id, a->site, &site));
	assert_true(site.consent_required);
	new_id(site.id);
	gives(ERR_CONFLICT, db_site_add(t->db, a->id, &site)); /* the key */
	ok(db_site_list(t->db, b->id, &mem, &sites, &n));
	assert_int_equal(n, 1);
	for (int i = 0; i < 2; i++)
		ok(db_site_origin_add(t->db, a->id, a->site,
		    SLICE("https://two.example")));
	ok(db_site_origins(t->db, a->id, a->site, &mem, &items, &n));
	assert_int_equal(n, 2);
	assert_true(slice_eq(items[1], SLICE("https://two.example")));
	ok(db_site_origins(t->db, b->id, a->site, &mem, &items, &n));
	assert_int_equal(n, 0);
	gives(ERR_RANGE, db_site_origin_add(t->db, b->id, a->site,
			     SLICE("https://evil.example")));
	gives(ERR_NOTFOUND, db_site_origin_remove(t->db, b->id, a->site,
				SLICE("https://two.example")));
	ok(db_site_origin_remove(t->db, a->id, a->site,
	    SLICE("https://two.example")));
	ok(db_site_targets(t->db, a->id, a->site, &mem, &items, &n));
	assert_int_equal(n, 1);
	gives(ERR_NOTFOUND, db_site_target_remove(t->db, b->id, a->site,
				SLICE("+18005550100")));
	ok(db_site_target_remove(t->db, a->id, a->site, SLICE("+18005550100")));
	gives(ERR_RANGE,
	    db_site_target_add(t->db, b->id, a->site, SLICE("+18005550100")));
	ok(db_site_target_add(t->db, a->id, a->site, SLICE("+18005550100")));
}

static void test_routing(void **state)
{
	struct location_row place;
	struct destination_row dest;
	struct trunk_row trunk, *trunks;
	struct trunk_acl_row acl = { .cidr = "192.0.2.0/24" }, *acls;
	size_t n = 0;

	(void)state;
	ok(db_location_get(t->db, a->id, a->location, &place));
	gives(ERR_NOTFOUND, db_location_get(t->db, b->id, a->location, &place));

	ok(db_destination_get(t->db, a->id, a->destination, &dest));
	gives(ERR_NOTFOUND,
	    db_destination_get(t->db, b->id, a->destination, &dest));
	dest.ring_s = 4;
	gives(ERR_RANGE, db_destination_update(t->db, a->id, &dest));
	dest.ring_s = 45;
	dest.trunk = b->trunk;
	gives(ERR_RANGE, db_destination_update(t->db, a->id, &dest));
	dest.trunk = a->trunk;
	ok(db_destination_update(t->db, a->id, &dest));
	ok(db_destination_get(t->db, a->id, a->destination, &dest));
	assert_int_equal(dest.ring_s, 45);
	gives(ERR_NOTFOUND,
	    db_destination_archive(t->db, b->id, a->destination, NOW));

	ok(db_trunk_get(t->db, a->account, a->trunk, &trunk));
	gives(ERR_NOTFOUND, db_trunk_get(t->db, b->account, a->trunk, &trunk));
	assert_true(trunk.max_calls == 0 && trunk.calls_per_s == 0);
	trunk.dialled = SNAP_DIALLED_DIVERSION;
	trunk.max_calls = 30;
	trunk.calls_per_s = 2;
	trunk.register_s = 300;
	memcpy(trunk.password_sealed, "sealed\0bytes", 12);
	trunk.password_sealed_n = 12;
	ok(db_trunk_update(t->db, a->account, &trunk));
	gives(ERR_NOTFOUND, db_trunk_update(t->db, b->account, &trunk));
	ok(db_trunk_list(t->db, a->account, &mem, &trunks, &n));
	assert_true(n == 1 && trunks[0].password_sealed_n == 12 &&
		    trunks[0].dialled == SNAP_DIALLED_DIVERSION &&
		    trunks[0].max_calls == 30 && trunks[0].calls_per_s == 2 &&
		    trunks[0].register_s == 300);
	for (int i = 0; i < 2; i++)
		ok(db_trunk_acl_add(t->db, a->account, a->trunk, &acl));
	ok(db_trunk_acls(t->db, a->account, a->trunk, &mem, &acls, &n));
	assert_int_equal(n, 2);
	gives(ERR_RANGE, db_trunk_acl_add(t->db, b->account, a->trunk, &acl));
	gives(ERR_NOTFOUND,
	    db_trunk_acl_remove(t->db, b->account, a->trunk, &acl));
	ok(db_trunk_acls(t->db, b->account, a->trunk, &mem, &acls, &n));
	assert_int_equal(n, 0);
	gives(ERR_NOTFOUND, db_trunk_archive(t->db, b->account, a->trunk, NOW));
}

static void add_numbers(void *n, const struct flow_row *row)
{
	*(size_t *)n += row->numbers;
}

static void test_flows(void **state)
{
	struct flow_row flow;
	struct slice document;
	uint32_t v = 0;
	uint64_t before;
	size_t n = 0;

	(void)state;
	ok(db_flow_get(t->db, a->id, a->flow, &flow));
	assert_true(flow.last_version == 1 && flow.published_version == 1);
	gives(ERR_NOTFOUND, db_flow_get(t->db, b->id, a->flow, &flow));
	before = version();
	ok(db_flow_write(t->db, a->id, a->flow, SLICE("{\"v\":2}"), a->user,
	    NOW, &v));
	assert_int_equal(v, 2);
	assert_true(version() == before); /* not yet live */
	gives(ERR_NOTFOUND, db_flow_write(t->db, b->id, a->flow, SLICE("{}"),
				b->user, NOW, &v));
	gives(ERR_RANGE, db_flow_write(t->db, a->id, a->flow, SLICE("{"),
			     a->user, NOW, &v)); /* no JSON */
	gives(ERR_NOTFOUND, db_flow_publish(t->db, a->id, a->flow, 99, NOW));
	gives(ERR_NOTFOUND, db_flow_publish(t->db, b->id, a->flow, 2, NOW));
	ok(db_flow_publish(t->db, a->id, a->flow, 2, NOW));
	assert_true(version() > before);
	ok(db_flow_document(t->db, a->id, a->flow, 2, &mem, &document));
	assert_true(testdb_same_document(document, SLICE("{\"v\":2}")));
	gives(ERR_NOTFOUND,
	    db_flow_document(t->db, b->id, a->flow, 2, &mem, &document));
	ok(db_flow_each(t->db, b->id, add_numbers, &n));
	assert_int_equal(n, 5);
	ok(db_flow_publish(t->db, a->id, a->flow, 1, NOW)); /* back */
}

static void test_snapshot(void **state)
{
	struct trunk_row bad;
	const struct trunk_acl_row odd = { .cidr = "not/an/address" };
	struct db *store = testdb_connect(t, "store");
	struct db_snap s;
	size_t tied = 0;

	(void)state;
	/* One row that nobody can read stops nothing. */
	db_trunk_init(&bad);
	new_id(bad.id);
	bad.created_us = NOW;
	memcpy(bad.next_hop, "no such place", 14);
	ok(db_trunk_add(t->db, a->account, &bad));
	ok(db_trunk_acl_add(t->db, a->account, a->trunk, &odd));
	ok(db_snap_read(store, &mem, NULL, NULL, &s));
	assert_int_equal(s.config_version, version());
	assert_int_equal(s.n_trunks, 2);
	assert_int_equal(s.n_flows, 2);
	assert_int_equal(s.n_destinations, 2);
	assert_true(s.n_numbers >= 10);
	for (size_t i = 1; i < s.n_numbers; i++)
		assert_true(slice_cmp(s.numbers[i - 1].row.e164,
				s.numbers[i].row.e164) < 0);
	assert_true(memcmp(s.destinations[0].row.id.v,
			s.destinations[1].row.id.v, ID_BYTES) < 0);
	for (size_t i = 0; i < s.n_trunks; i++) {
		assert_int_equal(s.trunks[i].next_hop_ip, 0x7f000001);
		assert_int_equal(s.trunks[i].next_hop_port, 5070);
		assert_int_equal(s.trunks[i].register_s,
		    id_eq(s.trunks[i].id.v, a->trunk.v) ? 300 : 0);
		assert_int_equal(s.trunks[i].max_calls,
		    id_eq(s.trunks[i].id.v, a->trunk.v) ? 30 : 0);
		assert_int_equal(s.sealed[i].n,
		    id_eq(s.trunks[i].id.v, a->trunk.v) ? 12 : 0);
	}
	for (size_t i = 0; i < s.n_acls; i++)
		assert_true(s.acls[i].trunk < s.n_trunks);
	/* Who named a trunk that is disabled has none, not another. */
	{
		struct trunk_row off;
		bool met = false;

		ok(db_trunk_get(t->db, a->account, a->trunk, &off));
		off.enabled = false;
		ok(db_trunk_update(t->db, a->account, &off));
		ok(db_snap_read(store, &mem, NULL, NULL, &s));
		assert_int_equal(s.n_trunks, 1);
		for (size_t i = 0; i < s.n_destinations; i++) {
			const struct snap_destination *d =
			    &s.destinations[i].row;

			if (!id_eq(d->id.v, a->destination.v))
				continue;
			met = true;
			assert_true(d->trunk == SNAP_TRUNK_OFF);
		}
		assert_true(met);
		off.enabled = true;
		ok(db_trunk_update(t->db, a->account, &off));
		ok(db_snap_read(store, &mem, NULL, NULL, &s));
	}
	/* Each trunk carries its own account's calls only. */
	for (size_t i = 0; i < s.n_trunks; i++)
		assert_true(id_eq(s.trunks[i].account.v,
		    id_eq(s.trunks[i].id.v, a->trunk.v) ? a->account.v
							: b->account.v));
	for (size_t i = 0; i < s.n_numbers; i++) {
		const struct snap_number *n = &s.numbers[i].row;

		assert_true(id_eq(n->account.v, id_eq(n->company.v, a->id.v)
						    ? a->account.v
						    : b->account.v));
		tied += !id_is_nil(n->trunk.v);
		assert_true(
		    id_is_nil(n->trunk.v) || id_eq(n->trunk.v, a->trunk.v));
	}
	assert_true(tied > 0);
	assert_int_equal(s.n_acls, 3);
	ok(db_trunk_archive(t->db, a->account, bad.id, NOW));
	ok(db_trunk_acl_remove(t->db, a->account, a->trunk, &odd));
	db_close(store);
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
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_trackers_and_pools),
		cmocka_unit_test(test_sites),
		cmocka_unit_test(test_routing),
		cmocka_unit_test(test_flows),
		cmocka_unit_test(test_snapshot),
	};

	return cmocka_run_group_tests_name("db_setup", tests, start, stop);
}
