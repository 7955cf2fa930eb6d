/* Tests of persons (visitors and callers that are one) and of removing old
 * pages. Everything is company 0's; company 1 must see nothing of it. */
#include <stdio.h>
#include <string.h>

#include "lib/db/db_form.h"
#include "lib/db/db_page_view.h"
#include "lib/db/db_person_erase.h"
#include "lib/db/db_person_show.h"
#include "lib/db/db_visit.h"
#include "lib/db/db_visit_erased.h"
#include "lib/db/db_visitor.h"
#include "lib/db/db_web_sweep.h"
#include "lib/db/stmt.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

#define NOW TESTDB_NOW_US

static struct testdb *t;
static struct arena mem;
static struct db *dni, *admin;
static struct db *forms; /* with the rights of the forms' program */

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	dni = testdb_connect(t, "dni");
	admin = testdb_connect(t, NULL);
	forms = testdb_connect(t, "admin");
	arena_init(&mem, (size_t)1 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_fini(&mem);
	db_close(forms);
	db_close(admin);
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

static struct visitor_id a_visitor(void)
{
	struct visitor_id v;

	testdb_id(NOW, v.v);
	return v;
}

static void run(const char *sql)
{
	assert_int_equal(stmt_exec(stmt_begin(admin, sql), NULL), ERR_OK);
}

static struct person_id fresh_id(void)
{
	static int64_t at_us = NOW; /* the older person stays */
	struct person_id fresh;

	at_us += RT_SEC_US;
	testdb_id(at_us, fresh.v);
	return fresh;
}

static struct person_id of_browser(struct visitor_id v)
{
	struct person_id p = { { 0 } };
	const enum err e = db_person_of_visitor(dni, ours(), v, &p);

	assert_true(e == ERR_OK || e == ERR_NOTFOUND);
	return p;
}

/* What a form does; the browser's person, nil for none. */
static struct person_id link(struct visitor_id v, const char *e164)
{
	assert_int_equal(db_person_link(dni, ours(), v, slice_from(e164), NOW,
			     fresh_id()),
	    ERR_OK);
	return of_browser(v);
}

static struct person_id join(struct visitor_id v, const char *e164)
{
	const struct person_key a = { v, SLICE("") };
	const struct person_key b = { .e164 = slice_from(e164) };
	struct person_id p = { { 0 } };

	assert_int_equal(db_person_join(forms, ours(), &a, &b, PERSON_BY_HAND,
			     NOW, fresh_id(), &p),
	    ERR_OK);
	return p;
}

static bool nobody(struct person_id p)
{
	return id_is_nil(p.v);
}

static struct person_erased erased;

static void gone_is(struct company_id company, struct slice e164, enum err want)
{
	const struct person_key key = { .e164 = e164 };
	struct person_id fresh;

	testdb_id(NOW, fresh.v);
	memset(&erased, 0, sizeof(erased));
	assert_int_equal(db_person_erase(forms, company, &key, NOW, fresh,
			     &erased),
	    want);
}

struct parts {
	size_t visitors, callers, by_form;
};

static void on_part(void *ctx, const struct person_part *p)
{
	struct parts *all = ctx;

	all->visitors += p->e164[0] == '\0';
	all->callers += id_is_nil(p->visitor.v);
	all->by_form += p->by == PERSON_BY_FORM;
	assert_int_equal(p->linked_us, NOW);
}

static struct parts parts_of(struct company_id company, struct person_id p)
{
	struct parts all = { 0 };

	assert_int_equal(db_person_parts(dni, company, p, on_part, &all),
	    ERR_OK);
	return all;
}

static void test_link(void **state)
{
	const struct visitor_id a = a_visitor(), b = a_visitor();
	struct person_id first, second, p;

	(void)state;
	first = link(a, "+14155550301");
	p = link(a, "+14155550301"); /* again */
	assert_true(id_eq(p.v, first.v));
	p = link(b, "+14155550301"); /* another browser */
	assert_true(id_eq(p.v, first.v));
	p = link(a, "+14155550302"); /* another telephone */
	assert_true(id_eq(p.v, first.v));
	assert_int_equal(parts_of(ours(), first).visitors, 2);
	assert_int_equal(parts_of(ours(), first).callers, 2);
	assert_int_equal(parts_of(ours(), first).by_form, 4);
	/* Two persons turn out to be one: not because a form says so. */
	second = link(a_visitor(), "+14155550303");
	assert_false(id_eq(second.v, first.v));
	(void)link(b, "+14155550303");
	assert_int_equal(parts_of(ours(), second).callers, 1);
	assert_int_equal(parts_of(ours(), first).callers, 2);
	p = join(b, "+14155550303");
	assert_true(id_eq(p.v, first.v));
	assert_int_equal(parts_of(ours(), first).visitors, 3);
	assert_int_equal(parts_of(ours(), first).callers, 3);
	assert_int_equal(parts_of(ours(), second).visitors, 0);
	assert_int_equal(db_person_of_caller(dni, ours(), SLICE("+14155550303"),
			     &p),
	    ERR_OK);
	assert_true(id_eq(p.v, first.v));
	assert_int_equal(db_person_of_visitor(dni, ours(), b, &p), ERR_OK);
	assert_int_equal(testdb_count(t, "SELECT count(*) FROM person"), 1);
	/* Nobody else's. */
	assert_int_equal(db_person_of_visitor(dni, theirs(), a, &p),
	    ERR_NOTFOUND);
	assert_int_equal(db_person_of_caller(dni, theirs(),
			     SLICE("+14155550301"), &p),
	    ERR_NOTFOUND);
	assert_int_equal(parts_of(theirs(), first).visitors, 0);
	gone_is(theirs(), SLICE("+14155550301"), ERR_NOTFOUND);
	assert_int_equal(parts_of(ours(), first).visitors, 3);
}

/* A counter's browser with its customers, a number that many make up. */
static void test_form_adds_little(void **state)
{
	const struct visitor_id counter = a_visitor();
	char e164[DB_E164_BYTES];
	struct person_id p = { { 0 } };

	(void)state;
	for (int i = 0; i < 10; i++) {
		(void)snprintf(e164, sizeof(e164), "+1415555031%d", i);
		p = link(counter, e164);
	}
	assert_int_equal(parts_of(ours(), p).callers,
	    DB_PERSON_FORM_PHONES_MAX);
	assert_int_equal(parts_of(ours(), p).visitors, 1);
	for (int i = 0; i < 12; i++)
		(void)link(a_visitor(), "+14155555555");
	assert_int_equal(db_person_of_caller(dni, ours(), SLICE("+14155555555"),
			     &p),
	    ERR_OK);
	assert_int_equal(parts_of(ours(), p).visitors,
	    DB_PERSON_FORM_BROWSERS_MAX);
	/* By hand there is no most. */
	(void)join(counter, "+14155550319");
	assert_int_equal(parts_of(ours(), of_browser(counter)).callers,
	    DB_PERSON_FORM_PHONES_MAX + 1);
}

/* The company's own numbers are no visitor's; another company's may be. */
static void test_form_names_own_number(void **state)
{
	(void)state;
	assert_true(nobody(link(a_visitor(), "+14155550100")));
	run("INSERT INTO site_target (company_id, site_id, e164)"
	    " SELECT company_id, id, '+14155550330' FROM site");
	assert_true(nobody(link(a_visitor(), "+14155550330")));
	run("DELETE FROM site_target WHERE e164 = '+14155550330'");
	assert_false(nobody(link(a_visitor(), "+14155550330")));
}

static enum err part(struct company_id company, struct person_id p,
    struct visitor_id v, const char *e164)
{
	const struct person_key key = { v, slice_from(e164) };

	return db_person_part(forms, company, p, &key, NOW);
}

static void test_part(void **state)
{
	static const struct visitor_id none;
	const struct visitor_id a = a_visitor(), b = a_visitor();
	const struct person_id p = link(a, "+14155550341");

	(void)state;
	(void)link(b, "+14155550341");
	assert_int_equal(part(theirs(), p, a, ""), ERR_NOTFOUND);
	assert_int_equal(part(ours(), fresh_id(), a, ""), ERR_NOTFOUND);
	assert_int_equal(part(ours(), p, none, "+14155550342"), ERR_NOTFOUND);
	assert_int_equal(part(ours(), p, a, ""), ERR_OK);
	assert_true(nobody(of_browser(a)));
	assert_int_equal(parts_of(ours(), p).visitors, 1);
	assert_int_equal(part(ours(), p, a, ""), ERR_NOTFOUND);
	/* One alone is joined with nothing. */
	assert_int_equal(part(ours(), p, none, "+14155550341"), ERR_OK);
	assert_true(nobody(of_browser(b)));
	/* No form knows better, but somebody may. */
	assert_true(nobody(link(a, "+14155550341")));
	assert_true(nobody(link(b, "+14155550341")));
	assert_false(nobody(join(a, "+14155550341")));
}

static int64_t n_apart(void)
{
	return testdb_count(t, "SELECT count(*) FROM person_apart");
}

/* Also where another browser or telephone stands between them. */
static void test_parted_for_good(void **state)
{
	static const struct visitor_id none;
	const struct visitor_id a = a_visitor(), b = a_visitor(),
				c = a_visitor();
	const int64_t before = n_apart();
	const struct person_id p = link(a, "+14155550351");

	(void)state;
	(void)link(a, "+14155550352");
	(void)link(b, "+14155550351");
	assert_int_equal(part(ours(), p, none, "+14155550352"), ERR_OK);
	/* From two browsers and a telephone, in both orders. */
	assert_int_equal(n_apart() - before, 6);
	(void)link(a, "+14155550352");
	assert_int_equal(parts_of(ours(), p).callers, 1);
	(void)link(c, "+14155550351");
	assert_int_equal(parts_of(ours(), p).visitors, 3);
	(void)link(c, "+14155550352");
	assert_int_equal(parts_of(ours(), p).callers, 1);
	/* It may be somebody else's; and another company knows nothing. */
	assert_false(nobody(link(a_visitor(), "+14155550352")));
	assert_int_equal(db_person_link(dni, theirs(), a, SLICE("+14155550352"),
			     NOW, fresh_id()),
	    ERR_OK);
	assert_int_equal(testdb_count(t,
			     "SELECT count(*) FROM person_caller"
			     " WHERE e164 = '+14155550352'"),
	    2);
	/* By hand they are one: then nothing is between them any more. */
	(void)join(a, "+14155550352");
	assert_int_equal(n_apart(), before);
	run("DELETE FROM person_caller WHERE e164 LIKE '+1415555035%'");
}

/* Who is erased was parted from nobody. */
static void test_parted_and_erased(void **state)
{
	static const struct visitor_id none;
	const struct visitor_id a = a_visitor();
	const int64_t before = n_apart();
	const struct person_id p = link(a, "+14155550361");

	(void)state;
	assert_int_equal(part(ours(), p, none, "+14155550361"), ERR_OK);
	assert_int_equal(n_apart(), before + 2);
	gone_is(theirs(), SLICE("+14155550361"), ERR_NOTFOUND);
	assert_int_equal(n_apart(), before + 2);
	(void)link(a_visitor(), "+14155550361"); /* so that it is known */
	gone_is(ours(), SLICE("+14155550361"), ERR_OK);
	assert_int_equal(n_apart(), before);
}

static struct visit_id add_visit(struct visitor_id visitor, int64_t at_us)
{
	struct visit_row v;
	struct visitor_seen seen;
	struct page_view_row page;
	const struct visit_row *visits[] = { &v };
	const struct visitor_seen *visitors[] = { &seen };
	const struct page_view_row *pages[] = { &page };

	memset(&v, 0, sizeof(v));
	memset(&page, 0, sizeof(page));
	testdb_id(at_us, v.id.v);
	testdb_id(at_us, page.id.v);
	v.visitor = visitor;
	v.site = t->company[0].site;
	v.started_us = at_us;
	v.landing_url = SLICE("https://site0.example/?gclid=secret");
	v.landing_title = SLICE("secret");
	v.source.source = SLICE("google");
	v.source.medium = SLICE("cpc");
	v.source.gclid = SLICE("secret");
	page.visit = v.id;
	page.viewed_us = at_us;
	page.url = v.landing_url;
	seen = (struct visitor_seen){ visitor, v.id, true, at_us };
	assert_int_equal(db_visitor_seen(dni, ours(), visitors, 1), ERR_OK);
	assert_int_equal(db_visit_add(dni, ours(), visits, 1), ERR_OK);
	assert_int_equal(db_page_view_add(dni, ours(), pages, 1), ERR_OK);
	return v.id;
}

static void would_is(struct company_id company, const char *e164,
    uint64_t visits, uint64_t named)
{
	const struct person_key key = { .e164 = slice_from(e164) };
	struct person_would w;

	assert_int_equal(db_person_show_would(forms, company, &key, &w),
	    ERR_OK);
	assert_int_equal(w.calls, 0);
	assert_int_equal(w.visits, visits);
	assert_int_equal(w.forms, named);
	assert_int_equal(w.others, 0);
}

/* A form with a telephone makes the link; erasing forgets what it may. */
static void test_form_and_erase(void **state)
{
	const struct visitor_id visitor = a_visitor(), other = a_visitor();
	const struct visit_id visit = add_visit(visitor, NOW);
	struct form_row f;
	struct person_id p;

	(void)state;
	(void)add_visit(other, NOW);
	memset(&f, 0, sizeof(f));
	testdb_id(NOW, f.id.v);
	f.site = t->company[0].site;
	f.visit = visit;
	f.submitted_us = NOW;
	f.fields = SLICE("[[\"name\",\"Secret\"]]");
	f.contact_name = SLICE("Secret");
	memcpy(f.contact_e164, "+14155550399", 13);
	f.contact_real = true;
	assert_int_equal(db_form_add(dni, ours(), &f), ERR_OK);
	assert_int_equal(db_form_add(dni, ours(), &f), ERR_OK);
	assert_int_equal(db_person_of_visitor(dni, ours(), visitor, &p),
	    ERR_OK);
	would_is(theirs(), "+14155550399", 0, 0);
	would_is(ours(), "+14155550399", 1, 1);
	gone_is(theirs(), SLICE("+14155550399"), ERR_NOTFOUND);
	gone_is(ours(), SLICE("+14155550399"), ERR_OK);
	assert_int_equal(erased.forms, 1);
	assert_int_equal(erased.visits, 1);
	assert_int_equal(erased.pages, 1);
	gone_is(ours(), SLICE("+14155550399"), ERR_NOTFOUND);
	assert_int_equal(db_person_of_caller(dni, ours(), SLICE("+14155550399"),
			     &p),
	    ERR_NOTFOUND);
	assert_int_equal(testdb_count(t,
			     "SELECT count(*) FROM form_entry"
			     " WHERE fields LIKE '%Secret%'"
			     " OR contact_name <> '' OR contact_e164 <> ''"),
	    0);
	/* The other visitor's stays, and so do the sums. */
	assert_int_equal(testdb_count(t,
			     "SELECT count(*) FROM visit"
			     " WHERE gclid = 'secret'"
			     " OR landing_title = 'secret'"),
	    1);
	assert_int_equal(testdb_count(t,
			     "SELECT count(*) FROM page_view"
			     " WHERE url LIKE '%secret%'"),
	    1);
	assert_int_equal(testdb_count(t,
			     "SELECT count(*) FROM visit"
			     " WHERE source = 'google' AND medium = 'cpc'"),
	    2);
	assert_int_equal(testdb_count(t, "SELECT count(*) FROM visitor"), 1);
}

/* "555-555-5555" has the length of a telephone, and is nobody's: two who type
 * it are two. */
static void test_form_with_no_real_number(void **state)
{
	struct form_row f;

	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct visitor_id visitor = a_visitor();

		memset(&f, 0, sizeof(f));
		testdb_id(NOW, f.id.v);
		f.site = t->company[0].site;
		f.visit = add_visit(visitor, NOW);
		f.submitted_us = NOW;
		f.fields = SLICE("[]");
		memcpy(f.contact_e164, "+15555555555", 13);
		assert_int_equal(db_form_add(dni, ours(), &f), ERR_OK);
		assert_true(nobody(of_browser(visitor)));
	}
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM form_entry"
			     " WHERE contact_e164 = '+15555555555'"),
	    2);
	assert_int_equal(testdb_count(t,
			     "SELECT COUNT(*) FROM person_caller"
			     " WHERE e164 = '+15555555555'"),
	    0);
	run("DELETE FROM visitor");
}

static void test_sweep(void **state)
{
	struct db *jobd = testdb_connect(t, "jobd");
	const int64_t before[2] = { testdb_count(t,
					"SELECT count(*) FROM page_view"),
		testdb_count(t, "SELECT count(*) FROM visit") };
	uint64_t removed = 0, all = 0;

	(void)state;
	for (int i = 0; i < 5; i++)
		(void)add_visit(a_visitor(), NOW - 30 * RT_DAY_US);
	do {
		assert_int_equal(db_web_sweep(jobd, NOW - 20 * RT_DAY_US, 2,
				     &mem, &removed),
		    ERR_OK);
		all += removed;
	} while (removed > 0);
	assert_int_equal(all, 5);
	assert_int_equal(testdb_count(t, "SELECT count(*) FROM page_view"),
	    before[0]);
	assert_int_equal(testdb_count(t, "SELECT count(*) FROM visit"),
	    before[1] + 5);
	db_close(jobd);
}

/* Three pieces of two: two moments, both companies, each row once. */
static void test_erased_in_pieces(void **state)
{
	struct visit_erased after = { 0 }, *rows = NULL;
	size_t n = 2, all = 0;
	uint8_t last = 0;

	(void)state;
	run("DELETE FROM visit_erased");
	run("INSERT INTO visit_erased (company_id, visit_id, erased_at) SELECT"
	    " CHAR(1 + (seq IN (2, 4, 5)), REPEAT(CHAR(0), 15)),"
	    " CHAR(seq, REPEAT(CHAR(0), 15)),"
	    " '2026-11-20 12:00:00' + INTERVAL (seq > 2) SECOND"
	    " FROM seq_1_to_5");
	while (n == 2) {
		assert_int_equal(db_visit_erased_list(dni, &after, 2, &mem,
				     &rows, &n),
		    ERR_OK);
		for (size_t i = 0; i < n; i++, all++) {
			assert_int_equal(rows[i].visit.v[0], last + 1);
			last = rows[i].visit.v[0];
		}
		if (n > 0)
			after = rows[n - 1];
	}
	assert_int_equal(all, 5);
	memset(&after, 0, sizeof(after));
	after.erased_us = NOW + RT_SEC_US;
	assert_int_equal(db_visit_erased_list(dni, &after, 9, &mem, &rows, &n),
	    ERR_OK);
	assert_int_equal(n, 3);
	run("DELETE FROM visit_erased");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_link),
		cmocka_unit_test(test_form_adds_little),
		cmocka_unit_test(test_form_names_own_number),
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_parted_for_good),
		cmocka_unit_test(test_parted_and_erased),
		cmocka_unit_test(test_form_and_erase),
		cmocka_unit_test(test_form_with_no_real_number),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_erased_in_pieces) };

	return cmocka_run_group_tests(tests, start, stop);
}
