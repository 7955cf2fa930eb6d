/* Tests of lib/db/db_touch, of lib/feed/feed_models, which shares out what it
 * reads, and of db_attrib_calib. Everything is company 0's;
 * company 1 must see nothing of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/db/db_attrib_calib.h"
#include "lib/db/db_call.h"
#include "lib/db/db_touch.h"
#include "lib/db/db_visit.h"
#include "lib/db/stmt.h"
#include "lib/feed/feed_models.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

#define NOW  TESTDB_NOW_US
#define MANY (TOUCH_MAX + 10)

#define ok(call) FAIL_STMT_OK(call)

static struct testdb *t;
static struct db *dashboard;
static struct arena mem;

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	dashboard = testdb_connect(t, "dashboard");
	arena_init(&mem, (size_t)8 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	db_close(dashboard);
	testdb_stop(t);
	return 0;
}

static struct company_id company(int who)
{
	return t->company[who].id;
}

static struct visit_id visit(struct visitor_id visitor, const char *source,
    const char *channel, int64_t at_us)
{
	struct visit_row v;
	const struct visit_row *rows[] = { &v };

	memset(&v, 0, sizeof(v));
	testdb_id(at_us, v.id.v);
	v.visitor = visitor;
	v.site = t->company[0].site;
	v.started_us = at_us;
	v.landing_url = SLICE("https://site0.example/");
	v.source.source = slice_from(source);
	v.source.medium = SLICE("cpc");
	v.source.channel = slice_from(channel);
	v.source.landing_page = SLICE("site0.example/");
	ok(db_visit_add(t->db, company(0), rows, 1));
	return v.id;
}

static struct call_id call_to(struct number_id number, int64_t at_us,
    const struct call_credit *credit)
{
	static const struct call_place place = { SLICE_INIT("US"),
		SLICE_INIT("") };
	struct call_id id;
	struct callrec r = { .head = { .kind = CALLREC_OPENED,
				 .company = company(0) } };

	testdb_id(at_us, id.v);
	r.head.call = id;
	r.u.opened = (struct callrec_opened){ .wall_us = at_us,
		.number = number,
		.trunk = t->company[0].trunk,
		.dialled = SLICE("+14155550200"),
		.caller = SLICE("+14155559999"),
		.caller_raw = SLICE("+14155559999") };
	ok(db_call_opened(t->db, company(0), &r, &place));
	r = (struct callrec){ .head = { .kind = CALLREC_CLOSED,
				  .call = id,
				  .company = company(0),
				  .seq = 1 } };
	r.u.closed = (struct callrec_closed){ .result = CALLRESULT_MISSED,
		.ended_by = CALLREC_BY_CALLER,
		.answered_us = CALLREC_NEVER,
		.bridged_us = CALLREC_NEVER,
		.ended_us = RT_SEC_US,
		.rec_start_us = CALLREC_NEVER,
		.notice_ended_us = CALLREC_NEVER };
	ok(db_call_closed(t->db, company(0), &r, credit, at_us));
	return id;
}

static struct call_id call(int64_t at_us, const struct call_credit *credit)
{
	return call_to(t->company[0].pooled[0], at_us, credit);
}

static void test_touches(void **state)
{
	struct visitor_id who, other;
	struct call_credit credit = { .by = CALL_CREDIT_VISIT,
		.probability_bp = 9000,
		.rule_version = 2,
		.evidence = SLICE("{\"sources\":[{\"bp\":9000}],\"rule\":2}") };
	struct touch_credit *credits = NULL;
	struct touch_row *rows = NULL;
	struct call_id one, none;
	size_t n = 0;

	(void)state;
	testdb_id(NOW, who.v);
	testdb_id(NOW, other.v);
	(void)visit(other, "stranger", "direct", NOW);
	(void)visit(who, "first '; --", "paid_search", NOW - 5 * RT_DAY_US);
	(void)visit(who, "second", "organic_search", NOW - RT_DAY_US);
	credit.visit = visit(who, "third", "display", NOW - RT_MIN_US);
	/* Back before the call, which came of what was shown before. */
	(void)visit(who, "back", "direct", NOW - RT_SEC_US);
	(void)visit(who, "after", "direct", NOW + RT_HOUR_US);
	one = call(NOW, &credit);
	none = call(NOW + RT_SEC_US, NULL);

	ok(db_touch_call(dashboard, company(0), one, &mem, &rows, &n));
	assert_int_equal(n, 3);
	assert_true(slice_eq_cstr(rows[0].source, "first '; --"));
	assert_true(rows[0].paid);
	assert_false(rows[1].paid);
	assert_true(slice_eq_cstr(rows[2].source, "third"));
	assert_true(rows[2].paid);
	ok(db_touch_call(dashboard, company(0), none, &mem, &rows, &n));
	assert_int_equal(n, 0);
	ok(db_touch_call(dashboard, company(1), one, &mem, &rows, &n));
	assert_int_equal(n, 0);

	ok(db_touch_credits(dashboard, company(0), NOW, NOW + RT_MIN_US, &mem,
	    &credits, &n));
	assert_int_equal(n, 2); /* the latest first */
	assert_true(id_eq(credits[1].call.v, one.v));
	assert_false(credits[1].by_tracker);
	assert_false(credits[0].by_tracker);
	assert_true(slice_eq_cstr(credits[1].source, "third"));
	assert_true(slice_eq(slice_head(credits[1].shares, 2), SLICE("[{")));
	assert_int_equal(credits[0].shares.n, 0);
	ok(db_touch_period(dashboard, company(0), NOW, NOW + RT_MIN_US, &mem,
	    &rows, &n));
	assert_int_equal(n, 3);
	assert_true(id_eq(rows[0].call.v, one.v));
	ok(db_touch_credits(dashboard, company(1), NOW, NOW + RT_MIN_US, &mem,
	    &credits, &n));
	assert_int_equal(n, 0);
	ok(db_touch_period(dashboard, company(1), NOW, NOW + RT_MIN_US, &mem,
	    &rows, &n));
	assert_int_equal(n, 0);
}

static uint64_t of(const struct feed_models *m, enum touch_model model,
    const char *source)
{
	uint64_t bp = 0;

	for (size_t i = 0; i < m->n; i++)
		if (slice_eq_cstr(m->lines[i].source, source))
			bp += m->lines[i].bp[model];
	return bp;
}

/* The two calls of the test before, under every model: each is shared out
 * whole. */
static void test_models(void **state)
{
	struct feed_models *m = NULL;

	(void)state;
	ok(feed_models(dashboard, company(0), NOW, NOW + RT_MIN_US, &mem, &m));
	assert_int_equal(m->calls, 2);
	assert_int_equal(m->with_touches, 1);
	assert_int_equal(m->touches, 3);
	for (int i = 0; i < TOUCH_MODEL_COUNT; i++) {
		uint64_t all = m->others.bp[i];

		for (size_t k = 0; k < m->n; k++)
			all += m->lines[k].bp[i];
		assert_int_equal(all, 2 * TOUCH_WHOLE_BP);
		/* Nobody's visit came before the other call. */
		assert_true(of(m, (enum touch_model)i, "") >= TOUCH_WHOLE_BP);
	}
	assert_int_equal(of(m, TOUCH_FIRST, "first '; --"), TOUCH_WHOLE_BP);
	assert_int_equal(of(m, TOUCH_LAST, "third"), TOUCH_WHOLE_BP);
	assert_int_equal(of(m, TOUCH_LAST_PAID, "third"), TOUCH_WHOLE_BP);
	assert_true(of(m, TOUCH_LINEAR, "second") > TOUCH_WHOLE_BP / 4);
	/* The evidence names no source. */
	assert_int_equal(of(m, TOUCH_PROBABILITY, ""), 2 * TOUCH_WHOLE_BP);
	ok(feed_models(dashboard, company(1), NOW, NOW + RT_MIN_US, &mem, &m));
	assert_int_equal(m->calls, 0);
	assert_int_equal(m->n, 0);
}

/* Nobody's visit is weighed for a number of one source: by probability, too, it
 * is all that source's. */
static void test_models_tracker(void **state)
{
	const int64_t at_us = NOW + 3 * RT_DAY_US;
	const struct call_credit credit = { .by = CALL_CREDIT_NONE,
		.rule_version = 5,
		.evidence = SLICE("{\"sources\":[],\"rule\":5,"
				  "\"none_bp\":10000,\"candidates\":[]}") };
	struct feed_models *m = NULL;

	(void)state;
	(void)call_to(t->company[0].tracked, at_us, &credit);
	ok(feed_models(dashboard, company(0), at_us, at_us + RT_MIN_US, &mem,
	    &m));
	assert_int_equal(m->calls, 1);
	for (int i = 0; i < TOUCH_MODEL_COUNT; i++)
		assert_int_equal(of(m, (enum touch_model)i, "billboard"),
		    TOUCH_WHOLE_BP);
}

/* A call that came between the two readings has touches and no credit yet: the
 * others keep theirs. */
static void test_models_meanwhile(void **state)
{
	const struct touch_credit credit = { .call = { { 1 } },
		.source = SLICE("last"),
		.medium = SLICE(""),
		.shares = SLICE("") };
	struct touch_row rows[3];
	struct feed_models *m = NULL;

	(void)state;
	memset(rows, 0, sizeof(rows));
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		rows[i].source = SLICE("last");
		rows[i].medium = SLICE("");
		rows[i].call.v[0] = i == 0 ? 2 : 1;
	}
	rows[1].source = SLICE("between");
	ok(feed_models_share(&credit, 1, rows, RT_ARRAY_LEN(rows), &mem, &m));
	assert_int_equal(m->with_touches, 1);
	assert_int_equal(m->touches, 2);
	assert_int_equal(of(m, TOUCH_FIRST, "between"), TOUCH_WHOLE_BP);
	assert_int_equal(of(m, TOUCH_LAST, "last"), TOUCH_WHOLE_BP);
}

/* Where touches were cut off only calls that have all theirs count. */
static void test_models_cut(void **state)
{
	struct touch_credit credits[3];
	struct touch_row *rows = calloc(DB_TOUCH_ROWS_MAX, sizeof(*rows));
	struct feed_models *m = NULL;

	(void)state;
	assert_non_null(rows);
	memset(credits, 0, sizeof(credits));
	for (size_t i = 0; i < RT_ARRAY_LEN(credits); i++) {
		credits[i].call.v[0] = (uint8_t)(i + 1);
		credits[i].source = credits[i].medium = credits[i].shares =
		    SLICE("");
	}
	for (size_t i = 0; i < DB_TOUCH_ROWS_MAX; i++) {
		rows[i].call = credits[i < 3 ? 0 : 1].call;
		rows[i].source = i == 0   ? SLICE("first")
				 : i == 2 ? SLICE("last")
					  : SLICE("between");
		rows[i].medium = SLICE("");
	}
	ok(feed_models_share(credits, 3, rows, DB_TOUCH_ROWS_MAX - 1, &mem,
	    &m));
	assert_int_equal(m->calls, 3);
	assert_int_equal(m->with_touches, 2);
	assert_false(m->cut);
	ok(feed_models_share(credits, 3, rows, DB_TOUCH_ROWS_MAX, &mem, &m));
	assert_int_equal(m->calls, 1);
	assert_true(m->cut);
	assert_int_equal(of(m, TOUCH_FIRST, "first"), TOUCH_WHOLE_BP);
	assert_int_equal(of(m, TOUCH_LAST, "last"), TOUCH_WHOLE_BP);
	assert_int_equal(of(m, TOUCH_LAST, "between"), 0);
	/* One call alone has that many. */
	ok(feed_models_share(credits + 1, 1, rows + 3, DB_TOUCH_ROWS_MAX - 3,
	    &mem, &m));
	assert_int_equal(m->calls, 1);
	free(rows);
}

/* More sources than are told apart are counted in one line, and evidence that
 * claims more than the whole is not believed. */
static void test_models_many(void **state)
{
	const int64_t at_us = NOW + 5 * RT_DAY_US;
	struct call_credit credit = { .by = CALL_CREDIT_VISIT,
		.probability_bp = 9000,
		.evidence =
		    SLICE("{\"sources\":[{\"bp\":8000,\"source\":\"a\"},"
			  "{\"bp\":8000,\"source\":\"b\"},{\"bp\":-1},7,"
			  "{\"source\":\"c\",\"bp\":\"1\"}]}") };
	struct feed_models_line sum = { .bp = { 0 } };
	struct feed_models *m = NULL;

	(void)state;
	for (int i = 0; i < FEED_MODELS_SOURCES + 2; i++) {
		char name[16];
		struct visitor_id who;

		testdb_id(at_us, who.v);
		(void)snprintf(name, sizeof(name), "s%03d", i);
		credit.visit = visit(who, name, "display", at_us);
		(void)call(at_us + RT_SEC_US,
		    i == 0 ? &credit
			   : &(struct call_credit){ .by = CALL_CREDIT_VISIT,
				 .visit = credit.visit,
				 .probability_bp = 9000 });
	}
	ok(feed_models(dashboard, company(0), at_us, at_us + RT_MIN_US, &mem,
	    &m));
	assert_int_equal(m->calls, FEED_MODELS_SOURCES + 2);
	assert_int_equal(m->n, FEED_MODELS_SOURCES);
	assert_true(m->others.bp[TOUCH_FIRST] > 0);
	for (size_t i = 0; i < m->n; i++)
		feed_models_add(&sum, &m->lines[i]);
	feed_models_add(&sum, &m->others);
	for (int i = 0; i < TOUCH_MODEL_COUNT; i++)
		assert_int_equal(sum.bp[i],
		    m->calls * (uint64_t)TOUCH_WHOLE_BP);
	assert_int_equal(of(m, TOUCH_PROBABILITY, "b"), 0);
	assert_int_equal(of(m, TOUCH_PROBABILITY, "c"), 0);
}

/* Where memory ends, that is said, whatever was read by then. */
static void test_models_memory(void **state)
{
	const int64_t at_us = NOW + 5 * RT_DAY_US;
	struct feed_models *m = NULL;
	struct arena small;
	enum err e = ERR_NOMEM;
	int refused = 0;

	(void)state;
	for (size_t max = 256; e != ERR_OK; max += 512) {
		arena_init(&small, max);
		e = feed_models(dashboard, company(0), at_us, at_us + RT_MIN_US,
		    &small, &m);
		if (e != ERR_OK) {
			assert_int_equal(e, ERR_NOMEM);
			refused++;
		}
		arena_fini(&small);
	}
	assert_true(refused > 10);
}

/* What the period tells of a call is what its own page does: no more rows than
 * count, or one visitor's calls would leave no room for others'. */
static void check_period(const struct call_id *ids, size_t n_ids, int64_t at_us)
{
	struct touch_row *all = NULL, *rows = NULL;
	size_t n_all = 0, n = 0, at = 0;

	ok(db_touch_period(dashboard, company(0), at_us, at_us + RT_DAY_US,
	    &mem, &all, &n_all));
	for (size_t i = n_ids; i-- > 0;) { /* the latest first */
		const size_t begin = at;

		while (at < n_all && id_eq(all[at].call.v, ids[i].v))
			at++;
		ok(db_touch_call(dashboard, company(0), ids[i], &mem, &rows,
		    &n));
		assert_in_range(at - begin, n, TOUCH_MAX);
		assert_int_equal(all[begin].at_us, rows[0].at_us);
		for (size_t k = 1; k < n; k++)
			assert_int_equal(all[at - k].at_us, rows[n - k].at_us);
	}
	assert_int_equal(at, n_all);
}

/* Of very many touches the first and the latest are kept. */
static void test_many(void **state)
{
	const int64_t at_us = NOW + 10 * RT_DAY_US;
	struct visitor_id who;
	struct call_credit credit = { .by = CALL_CREDIT_VISIT,
		.probability_bp = 9000 };
	struct touch_row *rows = NULL;
	struct call_id ids[MANY];
	size_t n = 0, n_ids = 0;

	(void)state;
	testdb_id(at_us, who.v);
	for (int i = 0; i < MANY; i++) {
		credit.visit = visit(who, i == 0 ? "very first" : "later",
		    "direct", at_us + i * RT_MIN_US);
		if (i == 0 || i >= TOUCH_MAX - 3)
			ids[n_ids++] =
			    call(at_us + i * RT_MIN_US + RT_SEC_US, &credit);
	}
	check_period(ids, n_ids, at_us);
	ok(db_touch_call(dashboard, company(0), ids[n_ids - 1], &mem, &rows,
	    &n));
	assert_int_equal(n, TOUCH_MAX);
	assert_true(slice_eq_cstr(rows[0].source, "very first"));
	assert_int_equal(rows[TOUCH_MAX - 1].at_us,
	    at_us + (MANY - 1) * RT_MIN_US);
	assert_int_equal(rows[1].at_us,
	    at_us + (MANY - TOUCH_MAX + 1) * RT_MIN_US);
}

/* --- what came of probabilities ---------------------------------------------
 */

static struct attrib_candidate seen(uint8_t id, int64_t ago_s, int64_t touch_s)
{
	struct attrib_candidate c = { .shown_us =
					  NOW - (ago_s + 60) * RT_SEC_US,
		.seen_us = NOW - ago_s * RT_SEC_US,
		.source = SLICE(""),
		.medium = SLICE(""),
		.campaign = SLICE("") };

	c.visit.v[0] = c.visitor.v[0] = id;
	if (touch_s >= 0)
		c.tel_clicked_us = NOW - touch_s * RT_SEC_US;
	return c;
}

static void test_confirmed(void **state)
{
	static struct candidates k;
	const struct visitor_id nobody = { { 0 } }, filled = { { 2 } },
				stranger = { { 9 } };
	struct calib c = { { { 0, 0, 0 } } };

	(void)state;
	/* The latest touched the link: it would have been named without. */
	k.ask.call_us = NOW;
	k.n = 2;
	k.c[0] = seen(1, 5, 4);
	k.c[1] = seen(2, 3000, -1);
	ok(db_attrib_calib_take(&k, attrib_law_prior(), attrib_law_prior(),
	    nobody, &c));
	assert_int_equal(calib_calls(&c), 1);
	assert_int_equal(c.bins[9].right, 1);
	/* The older one did: it would not. */
	k.c[0] = seen(1, 5, -1);
	k.c[1] = seen(2, 3000, 4);
	ok(db_attrib_calib_take(&k, attrib_law_prior(), attrib_law_prior(),
	    nobody, &c));
	assert_int_equal(c.bins[9].calls, 2);
	assert_int_equal(c.bins[9].right, 1);
	/* Both, nobody, too long ago: says nothing. */
	k.c[0] = seen(1, 5, 3);
	k.c[1] = seen(2, 3000, 4);
	ok(db_attrib_calib_take(&k, attrib_law_prior(), attrib_law_prior(),
	    nobody, &c));
	k.c[0] = seen(1, 5, 31);
	k.c[1] = seen(2, 3000, -1);
	ok(db_attrib_calib_take(&k, attrib_law_prior(), attrib_law_prior(),
	    nobody, &c));
	/* A form names the older one; who saw no number says nothing. */
	k.c[0] = seen(1, 5, -1);
	ok(db_attrib_calib_take(&k, attrib_law_prior(), attrib_law_prior(),
	    stranger, &c));
	assert_int_equal(calib_calls(&c), 2);
	ok(db_attrib_calib_take(&k, attrib_law_prior(), attrib_law_prior(),
	    filled, &c));
	assert_int_equal(calib_calls(&c), 3);
	assert_int_equal(c.bins[9].right, 1);
	k.n = 0;
	ok(db_attrib_calib_take(&k, attrib_law_prior(), attrib_law_prior(),
	    nobody, &c));
	assert_int_equal(calib_calls(&c), 3);
}

static void form(struct visit_id visit, const char *caller, int64_t at_us)
{
	static const char sql[] =
	    "INSERT INTO form_entry (company_id, id, site_id, visit_id,"
	    " submitted_at, fields, contact_e164)"
	    " VALUES (?, ?, REPEAT('s', 16), ?, ?, '[]', ?)";
	uint8_t id[ID_BYTES];
	struct stmt *st;

	testdb_id(at_us, id);
	st = stmt_begin(t->db, sql);
	stmt_in_id(st, t->company[0].id.v);
	stmt_in_id(st, id);
	stmt_in_id(st, visit.v);
	stmt_in_time_us(st, at_us);
	stmt_in_text(st, slice_from(caller));
	ok(stmt_exec(st, NULL));
}

static void test_form(void **state)
{
	const int64_t at_us = NOW + 20 * RT_DAY_US;
	struct visitor_id who, other, got;
	struct visit_id v;

	(void)state;
	testdb_id(at_us, who.v);
	testdb_id(at_us, other.v);
	v = visit(who, "form", "direct", at_us);
	form(v, "+14155550001", at_us);
	form(v, "+14155550001", at_us + RT_HOUR_US); /* the same person twice */
	ok(db_attrib_calib_form(t->db, company(0), SLICE("+14155550001"),
	    at_us + RT_DAY_US, &got));
	assert_true(id_eq(got.v, who.v));
	assert_int_equal(db_attrib_calib_form(t->db, company(1),
			     SLICE("+14155550001"), at_us, &got),
	    ERR_NOTFOUND);
	assert_int_equal(db_attrib_calib_form(t->db, company(0),
			     SLICE("+14155550001"), at_us + 9 * RT_DAY_US,
			     &got),
	    ERR_NOTFOUND);
	assert_int_equal(db_attrib_calib_form(t->db, company(0), SLICE(""),
			     at_us, &got),
	    ERR_NOTFOUND);
	form(visit(other, "form", "direct", at_us), "+14155550001", at_us);
	assert_int_equal(db_attrib_calib_form(t->db, company(0),
			     SLICE("+14155550001"), at_us, &got),
	    ERR_NOTFOUND); /* two visitors: nobody knows */
}

static void test_kept(void **state)
{
	struct calib c = { { { 0, 0, 0 } } }, got;

	(void)state;
	calib_add(&c, 9400, true);
	calib_add(&c, 9100, false);
	calib_add(&c, 300, false);
	ok(db_attrib_calib_put(t->db, company(0), 4, &c));
	ok(db_attrib_calib_put(t->db, company(0), 4, &c)); /* again: the same */
	ok(db_attrib_calib_get(dashboard, company(0), 4, &got));
	assert_memory_equal(&got, &c, sizeof(c));
	ok(db_attrib_calib_get(dashboard, company(0), 5, &got));
	assert_int_equal(calib_calls(&got), 0);
	ok(db_attrib_calib_get(dashboard, company(1), 4, &got));
	assert_int_equal(calib_calls(&got), 0);
	assert_int_equal(db_attrib_calib_put(dashboard, company(0), 4, &c),
	    ERR_DENIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_touches),
		cmocka_unit_test(test_models),
		cmocka_unit_test(test_models_tracker),
		cmocka_unit_test(test_models_meanwhile),
		cmocka_unit_test(test_models_cut),
		cmocka_unit_test(test_models_many),
		cmocka_unit_test(test_models_memory),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_confirmed),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_kept),
	};

	return cmocka_run_group_tests_name("db_touch", tests, start, stop);
}
