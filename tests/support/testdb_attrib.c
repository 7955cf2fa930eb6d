#include "tests/support/testdb_attrib.h"

#include <stdio.h>
#include <string.h>

#include "lib/db/db_lease.h"
#include "lib/db/db_visit.h"
#include "tests/support/cm.h"
#include "tests/support/testdb_call.h"

struct visit_id testdb_attrib_visit(const struct testdb *t, struct db *dni,
    const char *source, int64_t at_us)
{
	const struct company_id ours = t->company[0].id;
	struct visit_row v;
	const struct visit_row *visits[] = { &v };
	struct lease_row l;
	const struct lease_row *leases[] = { &l };

	memset(&v, 0, sizeof(v));
	testdb_id(at_us, v.id.v);
	testdb_id(at_us, v.visitor.v);
	v.site = t->company[0].site;
	v.started_us = at_us;
	v.landing_url = SLICE("https://site0.example/");
	v.source.source = slice_from(source);
	v.source.medium = SLICE("cpc");
	v.source.campaign = SLICE("spr\xc3\xadng '; --");
	v.source.landing_page = SLICE("site0.example/");
	assert_int_equal(db_visit_add(dni, ours, visits, 1), ERR_OK);
	memset(&l, 0, sizeof(l));
	testdb_id(at_us, l.id.v);
	l.pool = t->company[0].pool;
	l.number = t->company[0].pooled[0];
	memcpy(l.number_e164, "+14155550200", 13);
	l.visit = v.id;
	l.epoch = 1;
	l.started_us = l.beat_us = at_us;
	l.expires_us = at_us + 180 * RT_SEC_US;
	assert_int_equal(db_lease_add(dni, ours, leases, 1), ERR_OK);
	return v.id;
}

void testdb_attrib_caller(int n, char out[24])
{
	(void)snprintf(out, 24, "+1415557%04d", n);
}

struct call_id testdb_attrib_call(const struct testdb *t, int64_t at_us, int n)
{
	const struct company_id ours = t->company[0].id;
	struct call_id id;
	struct callrec r;
	char caller[24];

	testdb_id(at_us, id.v);
	testdb_attrib_caller(n, caller);
	r = testdb_call_opened(t, 0, id, t->company[0].pooled[0], caller,
	    at_us);
	assert_int_equal(db_call_opened(t->db, ours, &r, &testdb_call_place),
	    ERR_OK);
	r = testdb_call_closed(t, 0, id, 1, CALLRESULT_MISSED, 0);
	assert_int_equal(db_call_closed(t->db, ours, &r, NULL, TESTDB_NOW_US),
	    ERR_OK);
	return id;
}
