/* Tests of the verbs behind forms and the health of a site. Everything is
 * written for company 0 with the lease server's account and read with the
 * dashboard's; company 1 must see nothing of it. */
#include "lib/db/db_form_log.h"

#include <string.h>

#include "lib/db/db_number.h"
#include "lib/db/db_site.h"
#include "lib/db/db_site_health.h"
#include "lib/db/db_tag.h"
#include "lib/db/db_visit.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"
#include "tests/support/testdb_call.h"

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

static struct visit_id add_visit(const char *campaign)
{
	struct visit_row v;
	const struct visit_row *rows[] = { &v };

	memset(&v, 0, sizeof(v));
	testdb_id(NOW, v.id.v);
	testdb_id(NOW, v.visitor.v);
	v.site = t->company[0].site;
	v.started_us = NOW;
	v.landing_url = SLICE("https://site0.example/");
	v.fbc = SLICE("fb.1.1.AbC");
	v.fbp = SLICE("fb.1.2.3");
	v.ga_session_id = SLICE("1700000000");
	v.source.source = SLICE("google");
	v.source.medium = SLICE("cpc");
	v.source.campaign = slice_from(campaign);
	assert_int_equal(db_visit_add(dni, ours(), rows, 1), ERR_OK);
	return v.id;
}

static struct form_row make_form(struct visit_id visit, int64_t at_us)
{
	struct form_row f;

	memset(&f, 0, sizeof(f));
	testdb_id(at_us, f.id.v);
	f.site = t->company[0].site;
	f.visit = visit;
	f.submitted_us = at_us;
	f.form_name = SLICE("contact");
	f.page_url = SLICE("https://site0.example/contact");
	f.fields = SLICE("[[\"name\",\"\xc3\x84nne '; --\"]]");
	f.contact_name = SLICE("\xc3\x84nne '; --");
	f.contact_email = SLICE("anne@example.com");
	memcpy(f.contact_e164, "+14155550123", 13);
	return f;
}

/* What the browser says later fills in, and never empties. */
static void test_about(void **state)
{
	struct visit_about a = { .visit = add_visit("about"),
		.browser_zone = SLICE("Europe/Berlin"),
		.ga_client_id = SLICE("12.34"),
		.causes = 1U << TAGHEALTH_CLICK_LOST };

	(void)state;
	assert_int_equal(db_visit_about(dni, theirs(), &a), ERR_OK);
	assert_int_equal(testdb_count(t,
			     "SELECT count(*) FROM visit"
			     " WHERE browser_zone = 'Europe/Berlin'"),
	    0);
	assert_int_equal(db_visit_about(dni, ours(), &a), ERR_OK);
	a.browser_zone = SLICE("");
	a.fbp = SLICE("fb.1.9.9");
	a.causes = 1U << TAGHEALTH_KEPT_LATE;
	a.tells_use = true;
	assert_int_equal(db_visit_about(dni, ours(), &a), ERR_OK);
	a.tells_use = false; /* never taken back */
	assert_int_equal(db_visit_about(dni, ours(), &a), ERR_OK);
	assert_int_equal(testdb_count(t,
			     "SELECT count(*) FROM visit"
			     " WHERE browser_zone = 'Europe/Berlin'"
			     " AND ga_client_id = '12.34'"
			     " AND ga_session_id = '1700000000'"
			     " AND fbc = 'fb.1.1.AbC' AND fbp = 'fb.1.9.9'"
			     " AND causes = 32776 AND tells_use = 1"),
	    1);
}

static void test_form(void **state)
{
	const struct form_row f = make_form(add_visit("spring"), NOW);
	struct form_log_row row;
	struct form_row back;

	(void)state;
	for (int twice = 0; twice < 2; twice++)
		assert_int_equal(db_form_add(dni, ours(), &f), ERR_OK);
	assert_int_equal(testdb_count(t,
			     "SELECT count(*) FROM form_entry f"
			     " JOIN interaction i"
			     " ON i.company_id = f.company_id AND i.id = f.id"
			     " WHERE i.kind = 'form'"
			     " AND i.attributed_by = 'visit'"
			     " AND i.visit_id = f.visit_id"
			     " AND i.probability_bp = 10000"
			     " AND i.source = 'google' AND i.medium = 'cpc'"
			     " AND i.campaign = 'spring'"),
	    1);
	assert_int_equal(db_form_log_one(dashboard, ours(), f.id, &mem, &row),
	    ERR_OK);
	back = row.form;
	assert_true(testdb_same_document(back.fields, f.fields));
	assert_true(slice_eq(back.contact_name, f.contact_name));
	assert_true(slice_eq(back.contact_email, f.contact_email));
	assert_string_equal(back.contact_e164, "+14155550123");
	assert_true(id_eq(back.visit.v, f.visit.v));
}

/* The site's own parameters and the secret of its server. */
static void test_params(void **state)
{
	const struct site_id site = t->company[0].site;
	const uint8_t hash[DB_SITE_TOKEN_BYTES] = { 7 };
	struct db *admin = testdb_connect(t, "admin");
	struct site_param *rows;
	bool has = true;
	size_t n;

	(void)state;
	assert_int_equal(db_site_param_set(admin, ours(), site, SLICE("kw"),
			     SLICE("keyword")),
	    ERR_OK);
	assert_int_equal(db_site_param_set(admin, ours(), site, SLICE("ad"),
			     SLICE("ad_id")),
	    ERR_OK);
	assert_int_equal(db_site_params(admin, ours(), site, &mem, &rows, &n),
	    ERR_OK);
	assert_int_equal(n, 2);
	assert_true(slice_eq_cstr(rows[0].param, "ad"));
	assert_true(slice_eq_cstr(rows[1].field, "keyword"));
	assert_int_equal(db_site_params(admin, theirs(), site, &mem, &rows, &n),
	    ERR_OK);
	assert_int_equal(n, 0);
	assert_int_equal(db_site_param_set(admin, ours(), site, SLICE("ad"),
			     SLICE("")),
	    ERR_OK);
	assert_int_equal(db_site_params(admin, ours(), site, &mem, &rows, &n),
	    ERR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(db_site_token_has(admin, ours(), site, &has), ERR_OK);
	assert_false(has);
	assert_int_equal(db_site_token_set(admin, theirs(), site, hash),
	    ERR_NOTFOUND);
	assert_int_equal(db_site_token_set(admin, ours(), site, hash), ERR_OK);
	assert_int_equal(db_site_token_has(admin, ours(), site, &has), ERR_OK);
	assert_true(has);
	assert_int_equal(db_site_token_has(admin, theirs(), site, &has),
	    ERR_NOTFOUND);
	assert_int_equal(db_site_token_set(admin, ours(), site, NULL), ERR_OK);
	assert_int_equal(db_site_param_set(admin, ours(), site, SLICE("kw"),
			     SLICE("")),
	    ERR_OK);
	db_close(admin);
}

/* Another company's visit, or none: nothing is kept. */
static void test_form_without_visit(void **state)
{
	const struct form_row f = make_form(add_visit("x"), NOW);
	const int64_t had = testdb_count(t, "SELECT count(*) FROM form_entry");

	(void)state;
	assert_int_equal(db_form_add(dni, theirs(), &f), ERR_NOTFOUND);
	assert_int_equal(testdb_count(t, "SELECT count(*) FROM form_entry"),
	    had);
	assert_int_equal(testdb_count(t,
			     "SELECT count(*) FROM interaction i"
			     " LEFT JOIN form_entry f ON f.id = i.id"
			     " WHERE i.kind = 'form' AND f.id IS NULL"),
	    0);
}

static void test_form_page(void **state)
{
	const struct visit_id visit = add_visit("page");
	struct form_log_row *rows;
	struct form_place at = { .submitted_us = NOW + RT_HOUR_US };
	struct form_filter all = { .f = { .from_us = 0,
				       .to_us = NOW + RT_DAY_US } };
	size_t n, seen = 0;

	(void)state;
	for (int i = 1; i <= 5; i++) {
		/* Two of one instant. */
		const struct form_row f =
		    make_form(visit, NOW + (i - i % 2) * RT_MIN_US);

		assert_int_equal(db_form_add(dni, ours(), &f), ERR_OK);
	}
	memset(at.id.v, 0xff, sizeof(at.id.v));
	for (;;) {
		assert_int_equal(db_form_log_page(dashboard, ours(), &all, &at,
				     2, &mem, &rows, &n),
		    ERR_OK);
		if (n == 0)
			break;
		assert_true(n <= 2);
		for (size_t i = 0; i < n; i++) {
			assert_true(
			    rows[i].form.submitted_us <= at.submitted_us);
			assert_string_equal(rows[i].source, "google");
			at.submitted_us = rows[i].form.submitted_us;
			at.id = rows[i].form.id;
			seen++;
		}
	}
	assert_int_equal(seen,
	    testdb_count(t, "SELECT count(*) FROM form_entry"));
	assert_int_equal(db_form_log_page(dashboard, theirs(), &all, NULL, 10,
			     &mem, &rows, &n),
	    ERR_OK);
	assert_int_equal(n, 0);
}

static size_t forms_of(const struct form_filter *filter)
{
	struct form_log_row *rows = NULL;
	size_t n = 0;

	assert_int_equal(db_form_log_page(dashboard, ours(), filter, NULL,
			     DB_FORM_LOG_MAX, &mem, &rows, &n),
	    ERR_OK);
	return n;
}

static void test_form_filter(void **state)
{
	const struct form_filter all = { .f = { .from_us = 0,
					     .to_us = NOW + RT_DAY_US } };
	struct form_filter some = all;
	const size_t count = forms_of(&all);
	struct form_log_row row, *rows = NULL;
	size_t n = 0;

	(void)state;
	some.f.by_text[FILTER_SOURCE] = true;
	some.f.text[FILTER_SOURCE] = SLICE("google");
	assert_int_equal(forms_of(&some), count);
	some.f.text[FILTER_SOURCE] = SLICE("bing");
	assert_int_equal(forms_of(&some), 0);
	some = all;
	some.search = SLICE("no_such%");
	assert_int_equal(forms_of(&some), 0);
	some = all;
	some.f.by_text[FILTER_OUTCOME] = true;
	some.f.text[FILTER_OUTCOME] = SLICE("");
	assert_int_equal(forms_of(&some), count);
	some.f.by_tag = true;
	assert_int_equal(forms_of(&some), 0);
	some = all;
	some.f.to_us = some.f.from_us;
	assert_int_equal(forms_of(&some), 0);
	/* What no form has is refused, not passed over. */
	some = all;
	some.f.by_id[FILTER_NUMBER] = true;
	assert_int_equal(db_form_log_page(dashboard, ours(), &some, NULL, 1,
			     &mem, &rows, &n),
	    ERR_RANGE);
	assert_int_equal(db_form_log_page(dashboard, ours(), &all, NULL,
			     DB_FORM_LOG_MAX + 1, &mem, &rows, &n),
	    ERR_RANGE);
	assert_int_equal(db_form_log_page(dashboard, ours(), &all, NULL, 1,
			     &mem, &rows, &n),
	    ERR_OK);
	assert_int_equal(db_form_log_one(dashboard, ours(), rows[0].form.id,
			     &mem, &row),
	    ERR_OK);
	assert_int_equal(row.form.submitted_us, rows[0].form.submitted_us);
	assert_int_equal(db_form_log_one(dashboard, theirs(), rows[0].form.id,
			     &mem, &row),
	    ERR_NOTFOUND);
}

static void test_traffic(void **state)
{
	/* A call that is credited to what its visits have in common names one
	 * of them, too. */
	static const char *const by[] = { "visit", "source" };
	static const char call_sql[] =
	    "INSERT INTO interaction (company_id, id, kind, happened_at,"
	    " attributed_by, visit_id) SELECT company_id, ?, 'call',"
	    " started_at, ?, id FROM visit WHERE company_id = ? AND id = ?";
	const struct visit_id visit = add_visit("called");
	struct db *admin = testdb_connect(t, NULL);
	struct site_traffic a, b;

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(by); i++) {
		struct stmt *st = stmt_begin(admin, call_sql);
		uint8_t id[ID_BYTES];

		testdb_id(NOW, id);
		stmt_in_id(st, id);
		stmt_in_text(st, slice_from(by[i]));
		stmt_in_id(st, ours().v);
		stmt_in_id(st, visit.v);
		assert_int_equal(stmt_exec_one(st), ERR_OK);
	}
	db_close(admin);
	assert_int_equal(db_site_health_traffic(dashboard, ours(),
			     t->company[0].site, NOW - RT_DAY_US, &a),
	    ERR_OK);
	assert_int_equal(a.calls, 1);
	assert_true(a.visits > 0);
	assert_true(a.forms > 0);
	/* As all that is said of the site, of whole days. */
	assert_int_equal(db_site_health_traffic(dashboard, ours(),
			     t->company[0].site,
			     NOW - NOW % RT_DAY_US + RT_DAY_US - 1, &b),
	    ERR_OK);
	assert_int_equal(b.calls, 1);
	assert_int_equal(db_site_health_traffic(dashboard, ours(),
			     t->company[0].site,
			     NOW - NOW % RT_DAY_US + RT_DAY_US, &b),
	    ERR_OK);
	assert_int_equal(b.calls, 0);
	assert_int_equal(db_site_health_traffic(dashboard, theirs(),
			     t->company[0].site, NOW - RT_DAY_US, &b),
	    ERR_OK);
	assert_int_equal(b.visits + b.leases + b.calls + b.forms, 0);
}

/* The site's secret and its own parameters reach the lease server. */
struct site_conf {
	bool has_token;
	uint8_t hash[DB_TAG_TOKEN_BYTES];
	size_t params;
};

static void on_site(void *ctx, const struct tag_site *s)
{
	struct site_conf *c = ctx;

	if (!id_eq(s->id.v, t->company[0].site.v))
		return;
	c->has_token = s->has_token;
	memcpy(c->hash, s->token_hash, sizeof(c->hash));
}

static void on_param(void *ctx, const struct tag_param *p)
{
	struct site_conf *c = ctx;

	c->params += id_eq(p->site.v, t->company[0].site.v) &&
		     strcmp(p->param, "kw") == 0 &&
		     strcmp(p->field, "utm_term") == 0;
}

static void on_origin(void *ctx, const struct tag_origin *o)
{
	(void)ctx;
	(void)o;
}

static void on_target(void *ctx, const struct tag_target *o)
{
	(void)ctx;
	(void)o;
}

static void on_tracker(void *ctx, const struct tag_tracker *o)
{
	(void)ctx;
	(void)o;
}

static void on_pool(void *ctx, const struct tag_pool *o)
{
	(void)ctx;
	(void)o;
}

static struct site_conf read_conf(void)
{
	struct site_conf c = { 0 };
	const struct tag_reader to = { &c, on_site, on_origin, on_target,
		on_tracker, on_param, on_pool };

	assert_int_equal(db_tag_read(dni, &to), ERR_OK);
	return c;
}

/* Of the company's pools, and of the site's own sources while they have one. */
static void test_shown(void **state)
{
	struct db *admin = testdb_connect(t, NULL);
	struct slice *rows = NULL;
	size_t n[2], with[2];

	(void)state;
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(db_number_shown(admin, t->company[i].id,
				     t->company[i].site, &mem, &rows, &n[i]),
		    ERR_OK);
	assert_true(n[0] > 0 && n[1] > 0 && rows[0].p[0] == '+');
	testdb_exec(t,
	    "UPDATE tracker SET match_kind = 'always', site_id = (SELECT id"
	    " FROM site WHERE site.company_id = tracker.company_id LIMIT 1)");
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(db_number_shown(admin, t->company[i].id,
				     t->company[i].site, &mem, &rows, &with[i]),
		    ERR_OK);
		assert_int_equal(with[i], n[i] + 1);
	}
	for (size_t i = 1; i < with[1]; i++)
		assert_true(slice_cmp(rows[i - 1], rows[i]) < 0);
	testdb_exec(t,
	    "UPDATE tracker SET match_kind = 'none', site_id = NULL");
	db_close(admin);
}

static void test_site_settings(void **state)
{
	struct db *admin = testdb_connect(t, NULL);
	const struct site_id site = t->company[0].site;
	uint8_t hash[DB_SITE_TOKEN_BYTES];
	struct site_conf c;
	uint64_t before = 0, after = 0;

	(void)state;
	memset(hash, 7, sizeof(hash));
	assert_int_equal(db_tag_version(dni, &before), ERR_OK);
	assert_int_equal(db_site_token_set(admin, theirs(), site, hash),
	    ERR_NOTFOUND);
	assert_false(read_conf().has_token);
	assert_int_equal(db_site_token_set(admin, ours(), site, hash), ERR_OK);
	assert_int_equal(db_site_param_set(admin, ours(), site, SLICE("kw"),
			     SLICE("campaign_id")),
	    ERR_OK);
	assert_int_equal(db_site_param_set(admin, ours(), site, SLICE("kw"),
			     SLICE("utm_term")),
	    ERR_OK);
	assert_true(db_site_param_set(admin, theirs(), site, SLICE("kw"),
			SLICE("utm_term")) != ERR_OK);
	c = read_conf();
	assert_true(c.has_token);
	assert_memory_equal(c.hash, hash, sizeof(hash));
	assert_int_equal(c.params, 1);
	assert_int_equal(db_site_token_set(admin, ours(), site, NULL), ERR_OK);
	assert_int_equal(db_site_param_set(admin, ours(), site, SLICE("kw"),
			     SLICE("")),
	    ERR_OK);
	c = read_conf();
	assert_false(c.has_token);
	assert_int_equal(c.params, 0);
	assert_int_equal(db_tag_version(dni, &after), ERR_OK);
	assert_true(after > before);
	db_close(admin);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_about),
		cmocka_unit_test(test_params), cmocka_unit_test(test_form),
		cmocka_unit_test(test_form_without_visit),
		cmocka_unit_test(test_form_page),
		cmocka_unit_test(test_form_filter),
		cmocka_unit_test(test_traffic), cmocka_unit_test(test_shown),
		cmocka_unit_test(test_site_settings) };

	return cmocka_run_group_tests(tests, start, stop);
}
