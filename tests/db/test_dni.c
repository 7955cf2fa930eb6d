/* Tests of the verbs behind the lease server and attribution: visitors, visits,
 * page views, leases. Everything is written for company 0 with the server's own
 * account; company 1 must see nothing of it. */
#include <string.h>

#include "lib/db/db_lease.h"
#include "lib/db/db_page_view.h"
#include "lib/db/db_pool_count.h"
#include "lib/db/db_priv.h"
#include "lib/db/db_tag.h"
#include "lib/db/db_visit.h"
#include "lib/db/db_visitor.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

#define NOW   TESTDB_NOW_US
#define LEASE (180 * RT_SEC_US)
#define MANY  67 /* more than any statement takes */

static struct testdb *t;
static struct db *dni;

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	dni = testdb_connect(t, "dni");
	return 0;
}

static int stop(void **state)
{
	(void)state;
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

/* One visit by a visitor of its own. */
static struct visit_row make_visit(const char *source)
{
	struct visit_row v;

	memset(&v, 0, sizeof(v));
	testdb_id(NOW, v.id.v);
	testdb_id(NOW, v.visitor.v);
	v.site = t->company[0].site;
	v.started_us = NOW;
	v.landing_url = SLICE("https://site0.example/?gclid=x");
	v.source.source = slice_from(source);
	v.source.medium = SLICE("cpc");
	v.source.campaign = SLICE("spr\xc3\xadng '; --");
	v.source.gclid = SLICE("x");
	v.source.landing_page = SLICE("site0.example/");
	return v;
}

static struct lease_row make_lease(const struct visit_row *v, size_t number,
    int64_t started_us)
{
	struct lease_row l;

	memset(&l, 0, sizeof(l));
	testdb_id(started_us, l.id.v);
	l.pool = t->company[0].pool;
	l.number = t->company[0].pooled[number];
	memcpy(l.number_e164, "+14155550200", 13);
	l.visit = v->id;
	l.epoch = 1;
	l.started_us = l.beat_us = started_us;
	l.expires_us = started_us + LEASE;
	return l;
}

static void add_visit(const struct visit_row *v)
{
	const struct visit_row *rows[] = { v };

	assert_int_equal(db_visit_add(dni, ours(), rows, 1), ERR_OK);
}

static void add_lease(const struct lease_row *l)
{
	const struct lease_row *rows[] = { l };

	assert_int_equal(db_lease_add(dni, ours(), rows, 1), ERR_OK);
}

/* Many rows at once, and everything twice: nothing is doubled. */
static void test_many(void **state)
{
	const struct visitor_seen *seen[MANY];
	const struct visit_row *visits[MANY];
	const struct page_view_row *pages[MANY];
	struct visitor_seen seen_rows[MANY];
	static struct visit_row visit_rows[MANY];
	struct page_view_row page_rows[MANY];
	static const char paid_sql[] =
	    "SELECT count(*) FROM visitor"
	    " WHERE last_paid_visit_id = first_visit_id";
	int64_t before[4];

	(void)state;
	before[0] = testdb_count(t, "SELECT count(*) FROM visitor");
	before[1] = testdb_count(t, "SELECT count(*) FROM visit");
	before[2] = testdb_count(t, "SELECT count(*) FROM page_view");
	before[3] = testdb_count(t, paid_sql);
	for (size_t i = 0; i < MANY; i++) {
		visit_rows[i] = make_visit("google");
		seen_rows[i] = (struct visitor_seen){ visit_rows[i].visitor,
			visit_rows[i].id, i % 2 == 0, NOW };
		memset(&page_rows[i], 0, sizeof(page_rows[i]));
		testdb_id(NOW, page_rows[i].id.v);
		page_rows[i].visit = visit_rows[i].id;
		page_rows[i].viewed_us = NOW;
		page_rows[i].url = SLICE("https://site0.example/");
		page_rows[i].title = SLICE("Pl\xc3\xbcmber");
		seen[i] = &seen_rows[i];
		visits[i] = &visit_rows[i];
		pages[i] = &page_rows[i];
	}
	for (int twice = 0; twice < 2; twice++) {
		assert_int_equal(db_visitor_seen(dni, ours(), seen, MANY),
		    ERR_OK);
		assert_int_equal(db_visit_add(dni, ours(), visits, MANY),
		    ERR_OK);
		assert_int_equal(db_page_view_add(dni, ours(), pages, MANY),
		    ERR_OK);
	}
	assert_int_equal(testdb_count(t, "SELECT count(*) FROM visitor"),
	    before[0] + MANY);
	assert_int_equal(testdb_count(t, "SELECT count(*) FROM visit"),
	    before[1] + MANY);
	assert_int_equal(testdb_count(t, "SELECT count(*) FROM page_view"),
	    before[2] + MANY);
	/* All of them are ours. */
	assert_int_equal(testdb_count(t,
			     "SELECT count(*) FROM visit v JOIN page_view p"
			     " ON p.company_id = v.company_id"
			     " AND p.visit_id = v.id JOIN visitor x"
			     " ON x.company_id = v.company_id"
			     " AND x.id = v.visitor_id JOIN site s"
			     " ON s.company_id = v.company_id"
			     " AND s.id = v.site_id"),
	    MANY);
	/* Every other one had been paid for. */
	assert_int_equal(testdb_count(t, paid_sql), before[3] + (MANY + 1) / 2);
}

static void test_progress(void **state)
{
	const struct visit_row v = make_visit("progress");
	struct visit_progress p = { v.id, NOW + 60 * RT_SEC_US, 55, 3,
		NOW + RT_SEC_US, NOW + 2 * RT_SEC_US };
	const struct visit_progress *rows[] = { &p };

	(void)state;
	add_visit(&v);
	assert_int_equal(db_visit_progress(dni, theirs(), rows, 1), ERR_OK);
	assert_int_equal(testdb_count(t,
			     "SELECT engaged_s FROM visit"
			     " WHERE source = 'progress'"),
	    0); /* another company's verb moves nothing of ours */
	assert_int_equal(db_visit_progress(dni, ours(), rows, 1), ERR_OK);
	p.engaged_s = 10; /* an older total, written late */
	p.tel_clicked_us = 0;
	p.used_us = NOW + RT_HOUR_US; /* a server that started anew */
	assert_int_equal(db_visit_progress(dni, ours(), rows, 1), ERR_OK);
	assert_int_equal(testdb_count(t,
			     "SELECT engaged_s * 100 + page_views * 10"
			     " + TIMESTAMPDIFF(SECOND, tel_clicked_at, used_at)"
			     " FROM visit WHERE source = 'progress'"),
	    5531);
}

static enum err beat(struct company_id company, const struct lease_row *l,
    int64_t beat_us, int64_t expires_us)
{
	struct lease_row row = *l;
	const struct lease_row *rows[] = { &row };

	row.beat_us = beat_us;
	row.expires_us = expires_us;
	return db_lease_beat(dni, company, rows, 1);
}

static void end(struct company_id company, const struct lease_row *l,
    int64_t at_us)
{
	const struct lease_end row = { l->id, at_us };
	const struct lease_end *rows[] = { &row };

	assert_int_equal(db_lease_release(dni, company, rows, 1), ERR_OK);
}

struct seen_state {
	size_t n;
	size_t leased;
	struct lease_last last;
};

static void on_state(void *ctx, const struct lease_last *l)
{
	struct seen_state *s = ctx;

	s->n++;
	s->leased += l->leased;
	s->last = *l;
}

static struct seen_state some_state(struct company_id company,
    struct number_id from, struct number_id to)
{
	struct seen_state s = { 0 };

	assert_int_equal(db_lease_pool_state(dni, company, t->company[0].pool,
			     from, to, on_state, &s),
	    ERR_OK);
	return s;
}

static struct seen_state pool_state(struct company_id company)
{
	const struct number_id from = { { 0 } };
	struct number_id to;

	memset(&to, 0xff, sizeof(to));
	return some_state(company, from, to);
}

static struct seen_state number_state(struct company_id company,
    struct number_id number)
{
	return some_state(company, number, number);
}

static void test_lease(void **state)
{
	const struct visit_row v = make_visit("lease");
	const struct lease_row old = make_lease(&v, 1, NOW - RT_HOUR_US);
	const struct lease_row l = make_lease(&v, 1, NOW);
	struct seen_state s;

	(void)state;
	add_visit(&v);
	add_lease(&old);
	add_lease(&l);
	s = pool_state(ours());
	assert_int_equal(s.n, 3);
	assert_int_equal(s.leased, 1);
	assert_int_equal(pool_state(theirs()).n, 0);
	s = number_state(ours(), l.number);
	assert_int_equal(s.n, 1);
	assert_true(id_eq(s.last.lease.v, l.id.v)); /* the last, by end */
	assert_true(id_eq(s.last.visitor.v, v.visitor.v));
	assert_int_equal(s.last.end_us, NOW + LEASE);
	assert_int_equal(number_state(theirs(), l.number).n, 0);
	assert_int_equal(number_state(ours(), t->company[0].tracked).n, 0);

	assert_int_equal(beat(ours(), &l, NOW + RT_MIN_US,
			     NOW + RT_MIN_US + LEASE),
	    ERR_OK);
	assert_int_equal(beat(ours(), &l, NOW, NOW + LEASE),
	    ERR_OK); /* late: never back */
	assert_int_equal(beat(theirs(), &l, NOW + RT_DAY_US, NOW + RT_DAY_US),
	    ERR_OK);
	assert_int_equal(number_state(ours(), l.number).last.end_us,
	    NOW + RT_MIN_US + LEASE);

	end(theirs(), &l, NOW);
	assert_int_equal(number_state(ours(), l.number).last.end_us,
	    NOW + RT_MIN_US + LEASE);
	for (int i = 0; i < 3; i++) /* the earliest counts */
		end(ours(), &l, NOW + (int64_t[]){ 9, 5, 7 }[i]);
	assert_int_equal(beat(ours(), &l, NOW + RT_DAY_US, NOW + RT_DAY_US),
	    ERR_OK); /* released: no more */
	assert_int_equal(number_state(ours(), l.number).last.end_us, NOW + 5);
}

static void test_counts(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(db_pool_count_add(dni, ours(),
				     t->company[0].pool, NOW, "leased", 5),
		    ERR_OK);
	assert_int_equal(testdb_count(t, "SELECT sum(amount) FROM pool_count"),
	    10);
}

struct seen_tag {
	size_t sites, origins, pools, targets, trackers, params;
};

static void on_site(void *ctx, const struct tag_site *s)
{
	struct seen_tag *seen = ctx;

	seen->sites += strncmp(s->key, "site-key-", 9) == 0;
}

static void on_origin(void *ctx, const struct tag_origin *o)
{
	struct seen_tag *seen = ctx;

	seen->origins += strncmp(o->origin, "https://site", 12) == 0;
}

static void on_target(void *ctx, const struct tag_target *target)
{
	struct seen_tag *seen = ctx;

	seen->targets += target->e164[0] == '+';
}

static void on_tracker(void *ctx, const struct tag_tracker *tracker)
{
	struct seen_tag *seen = ctx;

	seen->trackers += tracker->e164[0] == '+';
}

static void on_param(void *ctx, const struct tag_param *p)
{
	struct seen_tag *seen = ctx;

	seen->params += strcmp(p->param, "kw") == 0;
}

static void on_pool(void *ctx, const struct tag_pool *p)
{
	struct seen_tag *seen = ctx;

	seen->pools +=
	    p->lease_s == 180 && strcmp(p->overflow_policy, "source") == 0;
}

static void test_tag(void **state)
{
	struct seen_tag seen = { 0 };
	const struct tag_reader to = { &seen, on_site, on_origin, on_target,
		on_tracker, on_param, on_pool };
	uint64_t version = 0;

	(void)state;
	assert_int_equal(db_tag_version(dni, &version), ERR_OK);
	assert_true(version > 0);
	assert_int_equal(db_tag_read(dni, &to), ERR_OK);
	assert_int_equal(seen.sites, 2);
	assert_int_equal(seen.origins, 2);
	assert_int_equal(seen.pools, 2);
}

/* Every number of rows, with a server that takes them all for a text of one
 * and without: every text of db_rows.h and every padding. */
static void test_sizes(void **state)
{
	static struct visit_row visit_rows[MANY];
	static struct visitor_seen seen_rows[MANY];
	static const struct visitor_seen *seen[MANY];
	static const struct visit_row *visits[MANY];
	static struct visit_progress progress[MANY];
	static const struct visit_progress *moved[MANY];
	static struct lease_row lease_rows[MANY];
	static const struct lease_row *leases[MANY];
	int64_t all = 0;

	(void)state;
	for (size_t k = 0; k < 2 * (size_t)MANY; k++) {
		const size_t n = 1 + k / 2;
		const int64_t had =
		    testdb_count(t, "SELECT count(*) FROM visitor");

		for (size_t i = 0; i < n; i++) {
			visit_rows[i] = make_visit("sizes");
			seen_rows[i] =
			    (struct visitor_seen){ visit_rows[i].visitor,
				    visit_rows[i].id, false, NOW };
			seen[i] = &seen_rows[i];
			visits[i] = &visit_rows[i];
			lease_rows[i] = make_lease(&visit_rows[i], 0, NOW);
			leases[i] = &lease_rows[i];
			progress[i] = (struct visit_progress){ visit_rows[i].id,
				NOW + (int64_t)n, (uint32_t)(100 * n + i), 2,
				i % 2 == 0 ? 0 : NOW, NOW + (int64_t)i };
			moved[i] = &progress[i];
		}
		dni->rows = k % 2 == 0;
		all += (int64_t)n;
		assert_int_equal(db_visitor_seen(dni, ours(), seen, n), ERR_OK);
		assert_int_equal(db_visit_add(dni, ours(), visits, n), ERR_OK);
		assert_int_equal(db_lease_add(dni, ours(), leases, n), ERR_OK);
		assert_int_equal(db_visit_progress(dni, ours(), moved, n),
		    ERR_OK);
		for (size_t i = 0; i < n; i++)
			lease_rows[i].beat_us = NOW + (int64_t)(100 * n + i);
		assert_int_equal(db_lease_beat(dni, ours(), leases, n), ERR_OK);
		assert_int_equal(testdb_count(t,
				     "SELECT count(*) FROM visitor"),
		    had + (int64_t)n);
		/* Each got its own values and no other's. */
		assert_int_equal(
		    testdb_count(t,
			"SELECT count(*) FROM visit v JOIN lease l"
			" ON l.company_id = v.company_id AND l.visit_id = v.id"
			" WHERE v.source = 'sizes' AND v.page_views = 2"
			" AND (v.tel_clicked_at IS NOT NULL)"
			" = (v.engaged_s % 100 % 2)"
			" AND MICROSECOND(l.beat_at) = v.engaged_s"
			" AND MICROSECOND(v.seen_at) = v.engaged_s DIV 100"
			" AND MICROSECOND(v.used_at) = v.engaged_s % 100"),
		    all);
	}
	dni->rows = true;
}

/* The same for events and for leases that end, of which some do twice. */
static void test_ends(void **state)
{
	static struct visit_row v;
	static struct visit_event_row event_rows[MANY];
	static const struct visit_event_row *events[MANY];
	static struct lease_row lease_rows[MANY];
	static const struct lease_row *leases[MANY];
	static struct lease_end end_rows[MANY + 1];
	static const struct lease_end *ends[MANY + 1];

	(void)state;
	v = make_visit("ends");
	add_visit(&v);
	for (size_t n = 1; n <= MANY; n++) {
		for (size_t i = 0; i < n; i++) {
			event_rows[i] = (struct visit_event_row){ .visit = v.id,
				.kind = "custom",
				.happened_us = NOW + (int64_t)n,
				.name = SLICE("ends"),
				.detail = SLICE("'; --") };
			testdb_id(NOW, event_rows[i].id);
			events[i] = &event_rows[i];
			lease_rows[i] = make_lease(&v, 2, NOW + (int64_t)n);
			leases[i] = &lease_rows[i];
			end_rows[i] = (struct lease_end){ lease_rows[i].id,
				NOW + (int64_t)(n + i) };
			ends[i] = &end_rows[i];
		}
		end_rows[n] = (struct lease_end){ lease_rows[0].id,
			NOW + RT_DAY_US }; /* said again: the first counts */
		ends[n] = &end_rows[n];
		for (int twice = 0; twice < 2; twice++)
			assert_int_equal(db_visit_event_add(dni, ours(), events,
					     n),
			    ERR_OK);
		assert_int_equal(db_lease_add(dni, ours(), leases, n), ERR_OK);
		assert_int_equal(db_lease_release(dni, theirs(), ends, n + 1),
		    ERR_OK); /* changes nothing of ours */
		assert_int_equal(db_lease_release(dni, ours(), ends, n + 1),
		    ERR_OK);
		assert_int_equal(testdb_count(t,
				     "SELECT count(*) FROM visit_event"
				     " WHERE name = 'ends'"),
		    (int64_t)(n * (n + 1) / 2));
		/* Of n leases, ended 0 to n - 1 microseconds after they began.
		 */
		assert_int_equal(
		    testdb_count(t,
			"SELECT CAST(sum(TIMESTAMPDIFF(MICROSECOND,"
			" l.started_at, l.released_at)) AS SIGNED)"
			" FROM lease l JOIN visit v"
			" ON v.company_id = l.company_id AND v.id = l.visit_id"
			" WHERE v.source = 'ends'"),
		    (int64_t)((n - 1) * n * (n + 1) / 6));
	}
}

static void on_live(void *ctx, const struct visit_live *l)
{
	size_t *n = ctx;

	assert_string_equal(l->source, "unfit");
	++*n;
}

static void exec(const char *sql)
{
	struct stmt *st = stmt_begin(t->db, sql);

	assert_int_equal(stmt_exec(st, NULL), ERR_OK);
}

/* Rows that nobody can have meant keep the lease server from nothing: they are
 * left out where it reads them, and the rest is there. */
static void test_unfit(void **state)
{
	const int64_t now = NOW + 30 * RT_DAY_US;
	struct seen_tag seen = { 0 };
	const struct tag_reader to = { &seen, on_site, on_origin, on_target,
		on_tracker, on_param, on_pool };
	struct visit_row v[3];
	struct lease_row l;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		v[i] = make_visit("unfit");
		testdb_id(now, v[i].id.v);
		v[i].started_us = now;
		add_visit(&v[i]);
	}
	l = make_lease(&v[0], 0, now);
	add_lease(&l);
	assert_int_equal(pool_state(ours()).n, 3);
	/* A hundred characters fit the column, and not a hundred bytes. */
	exec(
	    "UPDATE visit SET medium = REPEAT(_utf8mb4 0xF09F988A, 100)"
	    " WHERE source = 'unfit' ORDER BY id LIMIT 1");
	assert_int_equal(db_visit_each_live(dni, now, 100, on_live, &n),
	    ERR_OK);
	assert_int_equal(n, 2);
	n = 0;
	/* At most so many, of which one may be the one left out. */
	assert_int_equal(db_visit_each_live(dni, now, 2, on_live, &n), ERR_OK);
	assert_true(n == 1 || n == 2);
	n = 0;
	assert_int_equal(db_visit_each_live(dni, now + 1, 100, on_live, &n),
	    ERR_OK);
	assert_int_equal(n, 0);
	exec("SET SESSION sql_mode = ''");
	exec(
	    "UPDATE lease SET beat_at = '2026-00-00' ORDER BY started_at DESC"
	    " LIMIT 1");
	assert_int_equal(pool_state(ours()).n, 2);
	assert_int_equal(pool_state(theirs()).n, 0);
	exec(
	    "UPDATE site SET public_key = REPEAT('\xc3\x9c', 40)"
	    " WHERE public_key = 'site-key-1'");
	assert_int_equal(db_tag_read(dni, &to), ERR_OK);
	assert_int_equal(seen.sites, 1);
	assert_int_equal(seen.pools, 2);
}

static void test_seen(void **state)
{
	(void)state;
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM site"
			     " WHERE seen_at IS NOT NULL"),
	    0);
	assert_int_equal(db_tag_seen(dni, ours(), t->company[0].site, NOW),
	    ERR_OK);
	assert_int_equal(db_tag_seen(dni, theirs(), t->company[0].site, NOW),
	    ERR_OK);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM site"
			     " WHERE seen_at IS NOT NULL"),
	    1);
}

/* Whoever comes first makes it; it stays for all who come later. */
static void test_key(void **state)
{
	const uint8_t first[DB_VISITOR_KEY_BYTES] = { 1, 0, 3 };
	const uint8_t second[DB_VISITOR_KEY_BYTES] = { 4, 5, 6 };
	uint8_t got[DB_VISITOR_KEY_BYTES];

	(void)state;
	assert_int_equal(db_visitor_key(dni, first, got), ERR_OK);
	assert_memory_equal(got, first, sizeof(got));
	memset(got, 0, sizeof(got));
	assert_int_equal(db_visitor_key(dni, second, got), ERR_OK);
	assert_memory_equal(got, first, sizeof(got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_lease),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_tag),
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_unfit),
	};

	return cmocka_run_group_tests_name("dni verbs", tests, start, stop);
}
