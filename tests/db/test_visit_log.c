/* Tests of visits as a list. Everything is written for company 0 with the
 * lease server's account and read with the dashboard's; company 1 must see
 * nothing of it. */
#include "lib/db/db_visit_log.h"

#include <string.h>

#include "lib/db/db_form.h"
#include "lib/db/db_lease.h"
#include "lib/db/db_overflow.h"
#include "lib/db/db_visit.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

#define NOW TESTDB_NOW_US

static struct testdb *t;
static struct db *dni, *dashboard;
static struct arena mem;

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	dni = testdb_connect(t, "dni");
	dashboard = testdb_connect(t, "dashboard");
	arena_init(&mem, (size_t)1 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	db_close(dashboard);
	db_close(dni);
	testdb_stop(t);
	return 0;
}

static struct company_id ours(void)
{
	return t->company[0].id;
}

static struct company_id theirs(void)
{
	return t->company[1].id;
}

static struct visit_id add_visit(const char *campaign, int64_t at_us)
{
	struct visit_row v;
	const struct visit_row *rows[] = { &v };

	memset(&v, 0, sizeof(v));
	testdb_id(at_us, v.id.v);
	testdb_id(at_us, v.visitor.v);
	v.site = t->company[0].site;
	v.started_us = at_us;
	v.landing_url = SLICE("https://site0.example/start?x=1");
	v.source.landing_page = SLICE("site0.example/start");
	v.source.source = SLICE("google");
	v.source.medium = SLICE("cpc");
	v.source.campaign = slice_from(campaign);
	assert_int_equal(db_visit_add(dni, ours(), rows, 1), ERR_OK);
	return v.id;
}

/* Hours around now. */
static struct visit_log_filter around(const char *campaign)
{
	struct visit_log_filter f = { .f = { .from_us = NOW - RT_HOUR_US,
					  .to_us = NOW + RT_HOUR_US } };

	f.f.by_text[FILTER_CAMPAIGN] = true;
	f.f.text[FILTER_CAMPAIGN] = slice_from(campaign);
	return f;
}

static size_t count(struct company_id company, const struct visit_log_filter *f,
    const struct visit_log_place *below, uint32_t max,
    struct visit_log_row **rows)
{
	size_t n = 0;

	assert_int_equal(db_visit_log_page(dashboard, company, f, below, max,
			     &mem, rows, &n),
	    ERR_OK);
	return n;
}

/* Also where all began at the same moment: nobody twice, nobody left out. */
static void test_pages(void **state)
{
	const struct visit_log_filter f = around("pages");
	struct visit_log_place place = { .started_us = NOW + RT_HOUR_US };
	uint8_t last[ID_BYTES];
	struct visit_log_row *rows;
	size_t seen = 0, n;

	(void)state;
	memset(last, 0xff, sizeof(last));
	for (int i = 0; i < 7; i++)
		(void)add_visit("pages", NOW);
	do {
		n = count(ours(), &f, seen == 0 ? NULL : &place, 3, &rows);
		for (size_t i = 0; i < n; i++) {
			assert_true(memcmp(rows[i].id.v, last, ID_BYTES) < 0);
			memcpy(last, rows[i].id.v, ID_BYTES);
			assert_string_equal(rows[i].campaign, "pages");
			assert_string_equal(rows[i].landing_page,
			    "site0.example/start");
		}
		seen += n;
		place.started_us = n > 0 ? rows[n - 1].started_us : 0;
		memcpy(place.id.v, last, ID_BYTES);
	} while (n > 0);
	assert_int_equal(seen, 7);
	assert_int_equal(count(theirs(), &f, NULL, 10, &rows), 0);
}

static struct lease_row shown(struct visit_id visit)
{
	struct lease_row l;
	const struct lease_row *rows[] = { &l };

	memset(&l, 0, sizeof(l));
	testdb_id(NOW, l.id.v);
	l.pool = t->company[0].pool;
	l.number = t->company[0].pooled[0];
	memcpy(l.number_e164, "+14155550200", 13);
	l.visit = visit;
	l.epoch = 1;
	l.started_us = NOW + 1;
	l.beat_us = NOW + 1;
	l.expires_us = NOW + 180 * RT_SEC_US;
	assert_int_equal(db_lease_add(dni, ours(), rows, 1), ERR_OK);
	return l;
}

static struct form_row wrote(struct visit_id visit)
{
	struct form_row f;

	memset(&f, 0, sizeof(f));
	testdb_id(NOW, f.id.v);
	f.site = t->company[0].site;
	f.visit = visit;
	f.submitted_us = NOW + 9;
	f.form_name = SLICE("quote");
	f.fields = SLICE("[]");
	assert_int_equal(db_form_add(dni, ours(), &f), ERR_OK);
	return f;
}

static void test_came(void **state)
{
	static const size_t expect[VISIT_CAME_COUNT] = {
		[VISIT_CAME_ANY] = 2,
		[VISIT_CAME_SHOWN] = 1,
		[VISIT_CAME_TOUCHED] = 0,
		[VISIT_CAME_CALLED] = 0,
		[VISIT_CAME_WROTE] = 1,
	};
	const struct visit_id a = add_visit("came", NOW);
	struct visit_log_filter f = around("came");
	struct visit_log_row *rows;

	(void)state;
	(void)add_visit("came", NOW + 1);
	(void)shown(a);
	(void)wrote(a);
	for (int i = 0; i < VISIT_CAME_COUNT; i++) {
		f.came = (enum visit_came)i;
		assert_int_equal(count(ours(), &f, NULL, 10, &rows), expect[i]);
		assert_int_equal(count(theirs(), &f, NULL, 10, &rows), 0);
	}
	f.came = VISIT_CAME_WROTE;
	assert_int_equal(count(ours(), &f, NULL, 10, &rows), 1);
	assert_memory_equal(rows[0].id.v, a.v, ID_BYTES);
	assert_string_equal(rows[0].number, "+14155550200");
	assert_int_equal(rows[0].forms, 1);
	assert_int_equal(rows[0].calls, 0);
}

static void test_deeds(void **state)
{
	const struct visit_id id = add_visit("deeds", NOW);
	const struct lease_row l = shown(id);
	const struct form_row w = wrote(id);
	const struct overflow_row o = { t->company[0].tracked, id,
		NOW + RT_SEC_US, NOW + RT_MIN_US, 0 };
	const struct overflow_row *rows[] = { &o };
	struct visit_log_deed *deeds;
	struct visit_log_row row;
	size_t n;

	(void)state;
	assert_int_equal(db_overflow_put(dni, ours(), rows, 1), ERR_OK);
	assert_int_equal(db_visit_log_deeds(dashboard, ours(), id, &mem, &deeds,
			     &n),
	    ERR_OK);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++)
		if (strcmp(deeds[i].detail, "overflow") == 0) {
			assert_int_equal(deeds[i].came, VISIT_CAME_SHOWN);
			assert_int_equal(deeds[i].at_us, o.shown_us);
			assert_int_equal(deeds[i].until_us, o.seen_us);
			memmove(&deeds[i], &deeds[i + 1],
			    (--n - i) * sizeof(*deeds));
		}
	assert_int_equal(n, 2);
	assert_int_equal(deeds[0].came, VISIT_CAME_SHOWN);
	assert_int_equal(deeds[0].at_us, l.started_us);
	assert_int_equal(deeds[0].until_us, l.expires_us);
	assert_int_equal(deeds[1].came, VISIT_CAME_WROTE);
	assert_memory_equal(deeds[1].id, w.id.v, ID_BYTES);
	assert_int_equal(deeds[1].until_us, 0);
	assert_string_equal(deeds[1].detail, "quote");
	assert_int_equal(db_visit_log_deeds(dashboard, theirs(), id, &mem,
			     &deeds, &n),
	    ERR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(db_visit_log_one(dashboard, ours(), id, &row), ERR_OK);
	assert_string_equal(row.campaign, "deeds");
	assert_int_equal(db_visit_log_one(dashboard, theirs(), id, &row),
	    ERR_NOTFOUND);
}

static void test_refused(void **state)
{
	struct visit_log_filter f = around("x");
	struct visit_log_row *rows;
	size_t n;

	(void)state;
	assert_int_equal(db_visit_log_page(dashboard, ours(), &f, NULL, 0, &mem,
			     &rows, &n),
	    ERR_RANGE);
	assert_int_equal(db_visit_log_page(dashboard, ours(), &f, NULL,
			     DB_VISIT_LOG_MAX + 1, &mem, &rows, &n),
	    ERR_RANGE);
	f.f.by_text[FILTER_OUTCOME] = true;
	assert_int_equal(db_visit_log_page(dashboard, ours(), &f, NULL, 9, &mem,
			     &rows, &n),
	    ERR_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_pages),
		cmocka_unit_test(test_came), cmocka_unit_test(test_deeds),
		cmocka_unit_test(test_refused) };

	return cmocka_run_group_tests(tests, start, stop);
}
