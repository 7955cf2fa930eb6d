/* Tests of what the tag said of a site: of all its numbers, and of each.
 * Written for company 0 with the lease server's account and read with the
 * dashboard's; company 1 must see nothing of it. */
#include <string.h>

#include "lib/db/db_site.h"
#include "lib/db/db_site_health.h"
#include "lib/db/db_site_number.h"
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

static void test_health(void **state)
{
	struct site_health_row row, sum;
	const struct site_id site = t->company[0].site;

	(void)state;
	memset(&row, 0, sizeof(row));
	row.site = site;
	row.said_us = NOW;
	row.version = 2;
	row.reports = 10;
	row.unasked = 2;
	row.without = 3;
	row.found = 40;
	row.swapped = 38;
	row.late = 1;
	row.causes[TAGHEALTH_TWICE] = 4;
	row.causes[TAGHEALTH_CLICK_LOST] = 2;
	row.causes[TAGHEALTH_FORGOTTEN] = 7;
	row.refused = 1;
	row.error_us = NOW;
	memcpy(row.error, "too many", 9);
	memcpy(row.refused_origin, "https://evil.example", 21);
	assert_int_equal(db_site_health_read(dashboard, ours(), site, NOW,
			     &sum),
	    ERR_OK);
	assert_int_equal(sum.reports, 0);
	assert_int_equal(db_site_health_add(dni, ours(), &row), ERR_OK);
	row.said_us = NOW + RT_DAY_US;
	row.refused_origin[0] = '\0';
	row.error[0] = '\0';
	row.error_us = 0;
	row.version = 1;
	assert_int_equal(db_site_health_add(dni, ours(), &row), ERR_OK);
	assert_int_equal(db_site_health_add(dni, ours(), &row), ERR_OK);
	assert_int_equal(db_site_health_read(dashboard, ours(), site, NOW,
			     &sum),
	    ERR_OK);
	assert_int_equal(sum.reports, 30);
	assert_int_equal(sum.unasked, 6);
	assert_int_equal(sum.without, 9);
	assert_int_equal(sum.found, 120);
	assert_int_equal(sum.swapped, 114);
	assert_int_equal(sum.causes[TAGHEALTH_TWICE], 12);
	assert_int_equal(sum.causes[TAGHEALTH_CLICK_LOST], 6);
	assert_int_equal(sum.causes[TAGHEALTH_FORGOTTEN], 21);
	assert_int_equal(sum.version, 2);
	assert_int_equal(sum.said_us, NOW + RT_DAY_US);
	assert_string_equal(sum.refused_origin, "https://evil.example");
	assert_string_equal(sum.error, "too many");
	assert_int_equal(sum.error_us, NOW);
	/* From the second day on. */
	assert_int_equal(db_site_health_read(dashboard, ours(), site,
			     NOW + RT_DAY_US, &sum),
	    ERR_OK);
	assert_int_equal(sum.reports, 20);
	assert_string_equal(sum.refused_origin, "");
	assert_string_equal(sum.error, "");
	assert_int_equal(sum.error_us, 0);
	assert_int_equal(db_site_health_read(dashboard, theirs(), site, NOW,
			     &sum),
	    ERR_NOTFOUND);
}

/* What is said of a number; NULL: it is not the site's. */
static const struct site_number_row *row_of(const char *e164,
    struct company_id company, int64_t since_us)
{
	struct site_number_row *rows = NULL;
	size_t n = 0;

	assert_int_equal(db_site_number_list(dashboard, company,
			     t->company[0].site, since_us, &mem, &rows, &n),
	    ERR_OK);
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].e164, e164) == 0)
			return &rows[i];
	return NULL;
}

/* Which of its numbers: added up by day, for those it has now. */
static void test_numbers(void **state)
{
	struct site_number_row row = { "+14155550123", 10, 4, 9 };
	const struct site_number_row *found;
	const struct site_id site = t->company[0].site;
	struct db *admin = testdb_connect(t, "admin");
	struct db *jobd = testdb_connect(t, "jobd");
	uint64_t removed = 0;

	(void)state;
	assert_int_equal(db_site_target_add(admin, ours(), site,
			     SLICE("+14155550123")),
	    ERR_OK);
	assert_int_equal(db_site_target_add(admin, ours(), site,
			     SLICE("+14155550124")),
	    ERR_OK);
	assert_int_equal(db_site_number_add(dni, ours(), site, NOW, &row),
	    ERR_OK);
	assert_int_equal(db_site_number_add(dni, ours(), site, NOW, &row),
	    ERR_OK);
	assert_int_equal(db_site_number_add(dni, ours(), site, NOW + RT_DAY_US,
			     &row),
	    ERR_OK);
	/* One that the site has no more. */
	memcpy(row.e164, "+14155550129", 13);
	assert_int_equal(db_site_number_add(dni, ours(), site, NOW, &row),
	    ERR_OK);
	found = row_of("+14155550123", ours(), NOW);
	assert_non_null(found);
	assert_int_equal(found->reports, 30);
	assert_int_equal(found->pages, 12);
	assert_int_equal(found->places, 27);
	found = row_of("+14155550124", ours(), NOW);
	assert_non_null(found);
	assert_int_equal(found->reports, 0);
	assert_null(row_of("+14155550129", ours(), NOW));
	found = row_of("+14155550123", ours(), NOW + RT_DAY_US);
	assert_int_equal(found->reports, 10);
	assert_null(row_of("+14155550123", theirs(), NOW));
	/* The first day goes, with the site's health of then. */
	assert_int_equal(db_site_number_sweep(jobd, NOW + RT_DAY_US / 2, 9,
			     &removed),
	    ERR_OK);
	assert_int_equal(removed, 3);
	assert_int_equal(row_of("+14155550123", ours(), NOW)->reports, 10);
	db_close(jobd);
	db_close(admin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_health),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests_name("site_health", tests, start, stop);
}
