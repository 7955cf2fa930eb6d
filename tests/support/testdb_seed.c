#include "tests/support/testdb_seed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/db/db_account.h"
#include "lib/db/db_company.h"
#include "lib/db/db_destination.h"
#include "lib/db/db_flow.h"
#include "lib/db/db_location.h"
#include "lib/db/db_number.h"
#include "lib/db/db_pool.h"
#include "lib/db/db_site.h"
#include "lib/db/db_tracker.h"
#include "lib/db/db_trunk.h"
#include "lib/db/db_user.h"

#define FILE_NAME "companies"

static void need(enum err e, const char *what)
{
	if (e == ERR_OK)
		return;
	fprintf(stderr, "testdb: seed %s: %s\n", what, err_name(e));
	exit(1);
}

#define SET(field, ...) ((void)snprintf((field), sizeof(field), __VA_ARGS__))

static void people(struct db *db, struct testdb_company *c, unsigned int n)
{
	struct account_row account = { .created_us = TESTDB_NOW_US };
	struct company_row company = { .created_us = TESTDB_NOW_US,
		.credit_min_bp = 6000 };
	struct user_row user = { .created_us = TESTDB_NOW_US };
	static const struct company_id all;

	account.id = c->account;
	SET(account.name, "Account %u", n);
	need(db_account_add(db, &account), "account");
	company.id = c->id;
	company.account = c->account;
	SET(company.name, "Company %u", n);
	SET(company.time_zone, "America/New_York");
	SET(company.country, "US");
	SET(company.currency, "USD");
	need(db_company_add(db, &company), "company");
	user.id = c->user;
	user.account = c->account;
	SET(user.email, "owner%u@example.com", n);
	SET(user.name, "Owner %u", n);
	need(db_user_add(db, &user), "user");
	need(db_user_grant(db, c->user, c->account, all, USER_ROLE_OWNER,
		 TESTDB_NOW_US),
	    "grant");
}

static void routing(struct db *db, struct testdb_company *c, unsigned int n)
{
	struct location_row location = { .created_us = TESTDB_NOW_US };
	struct destination_row dest = { .created_us = TESTDB_NOW_US,
		.ring_s = 30 };
	struct flow_row flow = { .created_us = TESTDB_NOW_US };
	const struct trunk_acl_row acl = { .cidr = "127.0.0.1/32" };
	struct trunk_row trunk;
	char document[512], target[ID_TEXT_MAX];
	uint32_t version;

	db_trunk_init(&trunk);
	trunk.id = c->trunk;
	trunk.created_us = TESTDB_NOW_US;
	SET(trunk.name, "Carrier %u", n);
	SET(trunk.next_hop, "127.0.0.1:5070");
	need(db_trunk_add(db, c->account, &trunk), "trunk");
	need(db_trunk_acl_add(db, c->account, c->trunk, &acl), "acl");
	location.id = c->location;
	SET(location.name, "Main street %u", n);
	SET(location.time_zone, "America/New_York");
	need(db_location_add(db, c->id, &location), "location");
	dest.id = c->destination;
	dest.trunk = c->trunk;
	dest.location = c->location;
	SET(dest.name, "Front desk %u", n);
	SET(dest.target, "+1212555010%u", n);
	need(db_destination_add(db, c->id, &dest), "destination");
	flow.id = c->flow;
	SET(flow.name, "Forward %u", n);
	need(db_flow_add(db, c->id, &flow), "flow");
	id_text(ID_KIND_destination, c->destination.v, target);
	SET(document,
	    "{\"version\":1,\"first\":\"ring\",\"steps\":{\"ring\":"
	    "{\"type\":\"forward\",\"to\":\"%s\"}}}",
	    target);
	need(db_flow_write(db, c->id, c->flow, slice_from(document), c->user,
		 TESTDB_NOW_US, &version),
	    "flow version");
	need(db_flow_publish(db, c->id, c->flow, version, TESTDB_NOW_US),
	    "publish");
}

static void number(struct db *db, struct testdb_company *c, struct number_id id,
    const char *e164)
{
	struct number_row row = { .id = id,
		.kind = "local",
		.country = "US",
		.flow = c->flow,
		.added_us = TESTDB_NOW_US };

	SET(row.e164, "%s", e164);
	need(db_number_add(db, c->id, &row), e164);
}

/* 0 to 9 as its character. */
static char digit(unsigned int n)
{
	return (char)('0' + n % 10);
}

static void numbers(struct db *db, struct testdb_company *c, unsigned int n)
{
	struct tracker_row tracker = { .created_us = TESTDB_NOW_US,
		.match_kind = "none" };
	struct pool_row pool = { .created_us = TESTDB_NOW_US, .lease_s = 180 };
	struct site_row site = { .created_us = TESTDB_NOW_US };
	char e164[DB_E164_BYTES], origin[64];

	SET(e164, "+1415555010%c", digit(n));
	number(db, c, c->number, e164);
	SET(e164, "+1415555030%c", digit(n));
	number(db, c, c->tracked, e164);
	tracker.id = c->tracker;
	tracker.number = c->tracked;
	SET(tracker.name, "Billboard %u", n);
	SET(tracker.source, "billboard");
	SET(tracker.medium, "offline");
	need(db_tracker_add(db, c->id, &tracker), "tracker");
	pool.id = c->pool;
	SET(pool.name, "Pool %u", n);
	need(db_pool_add(db, c->id, &pool), "pool");
	for (unsigned int i = 0; i < RT_ARRAY_LEN(c->pooled); i++) {
		SET(e164, "+1415555%c20%c", digit(n), digit(i));
		number(db, c, c->pooled[i], e164);
		need(db_pool_number_add(db, c->id, c->pool, c->pooled[i],
			 TESTDB_NOW_US),
		    "pool number");
	}
	site.id = c->site;
	site.pool = c->pool;
	SET(site.public_key, "site-key-%u", n);
	SET(site.name, "Site %u", n);
	need(db_site_add(db, c->id, &site), "site");
	SET(origin, "https://site%u.example", n);
	need(db_site_origin_add(db, c->id, c->site, slice_from(origin)),
	    "origin");
	SET(e164, "+1800555010%c", digit(n));
	need(db_site_target_add(db, c->id, c->site, slice_from(e164)),
	    "target");
}

void testdb_seed(struct db *db, struct testdb_company out[2])
{
	for (unsigned int n = 0; n < 2; n++) {
		struct testdb_company *c = &out[n];
		uint8_t *id = (uint8_t *)c;

		/* All members are ids. */
		for (size_t i = 0; i < sizeof(*c); i += ID_BYTES)
			testdb_id(TESTDB_NOW_US, id + i);
		people(db, c, n);
		routing(db, c, n);
		numbers(db, c, n);
	}
}

static FILE *open_ids(const char *dir, const char *mode)
{
	char file[512];
	FILE *f;

	SET(file, "%s/" FILE_NAME, dir);
	f = fopen(file, mode);
	if (f == NULL) {
		perror(file);
		exit(1);
	}
	return f;
}

void testdb_seed_save(const char *dir, const struct testdb_company c[2])
{
	FILE *f = open_ids(dir, "w");

	if (fwrite(c, sizeof(*c), 2, f) != 2 || fclose(f) != 0)
		need(ERR_IO, "save");
}

void testdb_seed_load(const char *dir, struct testdb_company c[2])
{
	FILE *f = open_ids(dir, "r");

	if (fread(c, sizeof(*c), 2, f) != 2)
		need(ERR_IO, "load");
	(void)fclose(f);
}
