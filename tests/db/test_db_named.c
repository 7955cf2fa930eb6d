/* Tests of lib/db/db_named, and of the names that people choose from: each kind
 * by its name, and nothing of another company. */
#include "lib/db/db_named.h"

#include <string.h>

#include "lib/db/db_report_group.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

static struct testdb *t;
static struct db *db; /* the dashboard's own account */

static int begin(void **state)
{
	(void)state;
	t = testdb_start();
	db = testdb_connect(t, "dashboard");
	return 0;
}

static int end(void **state)
{
	(void)state;
	db_close(db);
	testdb_stop(t);
	return 0;
}

static void test_names(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const struct {
		enum id_kind kind;
		const uint8_t *id;
	} rows[] = {
		{ ID_KIND_tracker, c->tracker.v },
		{ ID_KIND_number, c->number.v },
		{ ID_KIND_pool, c->pool.v },
		{ ID_KIND_site, c->site.v },
		{ ID_KIND_destination, c->destination.v },
		{ ID_KIND_flow, c->flow.v },
		{ ID_KIND_location, c->location.v },
	};
	char key[ID_TEXT_MAX], name[DB_NAME_BYTES];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(rows); i++) {
		id_text(rows[i].kind, rows[i].id, key);
		name[0] = '\0';
		FAIL_STMT_OK(db_named(db, c->id, slice_from(key), name));
		if (name[0] == '\0')
			fail_msg("%s has no name", key);
		memset(name, 'x', sizeof(name));
		if (db_named(db, t->company[1].id, slice_from(key), name) !=
		    ERR_NOTFOUND)
			fail_msg("%s of another company", key);
		assert_int_equal(name[0], 'x');
	}
}

static void test_none(void **state)
{
	static const char *const keys[] = { "", "_", "trk_", "x",
		"cal_01h455vb4pex5vsknk084sn02q",
		"trk_01h455vb4pex5vsknk084sn02q",
		"TRK_01h455vb4pex5vsknk084sn02q" };
	char name[DB_NAME_BYTES];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(keys); i++)
		if (db_named(db, t->company[0].id, slice_from(keys[i]), name) !=
		    ERR_NOTFOUND)
			fail_msg("\"%s\"", keys[i]);
}

static bool among(const struct db_report_name *rows, size_t n,
    const uint8_t id[ID_BYTES])
{
	for (size_t i = 0; i < n; i++)
		if (id_eq(rows[i].id, id))
			return true;
	return false;
}

static void test_choices(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const uint8_t *const has[FILTER_ID_COUNT] = {
		[FILTER_NUMBER] = c->number.v,
		[FILTER_POOL] = c->pool.v,
		[FILTER_DESTINATION] = c->destination.v,
		[FILTER_LOCATION] = c->location.v,
	};
	struct db_report_name *rows = NULL;
	struct arena mem;
	size_t n = 0;

	(void)state;
	arena_init(&mem, 1 << 20);
	for (size_t k = 0; k < FILTER_ID_COUNT; k++) {
		FAIL_STMT_OK(db_report_group_choices(db, c->id,
		    (enum filter_id)k, &mem, &rows, &n));
		assert_true(among(rows, n, has[k]));
		for (size_t i = 1; i < n; i++)
			if (rows[i - 1].name[0] != '\0' &&
			    strcmp(rows[i - 1].name, rows[i].name) > 0 &&
			    rows[i].name[0] != '\0')
				fail_msg("%s after %s", rows[i].name,
				    rows[i - 1].name);
		FAIL_STMT_OK(db_report_group_choices(db, t->company[1].id,
		    (enum filter_id)k, &mem, &rows, &n));
		assert_false(among(rows, n, has[k]));
	}
	arena_fini(&mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_choices),
	};

	return cmocka_run_group_tests_name("db_named", tests, begin, end);
}
