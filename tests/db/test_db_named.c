/* Tests of lib/db/db_named and lib/db/db_choice: each kind by its name, and
 * nothing of another company; pools, destinations and origins as they are
 * called. */
#include "lib/db/db_named.h"

#include <string.h>

#include "lib/db/db_choice.h"
#include "lib/db/db_destination.h"
#include "lib/db/db_number.h"
#include "lib/db/db_number_use.h"
#include "lib/db/db_pool.h"
#include "lib/db/db_search.h"
#include "lib/db/db_sheet_setup.h"
#include "lib/db/db_site.h"
#include "lib/db/db_tracker.h"
#include "tests/support/cm.h"
#include "tests/support/fail_stmt.h"
#include "tests/support/testdb.h"

#define NOW INT64_C(1800000000000000)

static struct testdb *t;
static struct db *db; /* the dashboard's own account */
static struct db *admin;

static int begin(void **state)
{
	(void)state;
	t = testdb_start();
	db = testdb_connect(t, "dashboard");
	admin = testdb_connect(t, "admin");
	return 0;
}

static int end(void **state)
{
	(void)state;
	db_close(db);
	db_close(admin);
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

static bool among(const struct db_choice_row *rows, size_t n,
    const uint8_t id[ID_BYTES])
{
	for (size_t i = 0; i < n; i++)
		if (id_eq(rows[i].id, id))
			return true;
	return false;
}

/* Of each kind one that company 0 has, and nobody else; NULL: it has none. */
static void each_kind(const uint8_t *has[DB_CHOICE_COUNT])
{
	const struct testdb_company *c = &t->company[0];

	memset(has, 0, DB_CHOICE_COUNT * sizeof(*has));
	has[DB_CHOICE_FLOW] = c->flow.v;
	has[DB_CHOICE_DESTINATION] = c->destination.v;
	has[DB_CHOICE_LOCATION] = c->location.v;
	has[DB_CHOICE_POOL] = c->pool.v;
	has[DB_CHOICE_SITE] = c->site.v;
	has[DB_CHOICE_TRUNK] = c->trunk.v;
	has[DB_CHOICE_TRACKER] = c->tracker.v;
	has[DB_CHOICE_PERSON] = c->user.v;
	has[DB_CHOICE_NUMBER] = c->tracked.v;
	has[DB_CHOICE_NUMBER_FREE] = c->number.v;
	has[DB_CHOICE_ANY_DESTINATION] = c->destination.v;
	has[DB_CHOICE_ANY_LOCATION] = c->location.v;
	has[DB_CHOICE_ANY_POOL] = c->pool.v;
	has[DB_CHOICE_ANY_NUMBER] = c->pooled[1].v;
}

/* Who chooses: filters are the dashboard's. */
static struct db *who(size_t kind)
{
	return kind >= DB_CHOICE_ANY_DESTINATION || kind == DB_CHOICE_TAG
		   ? db
		   : admin;
}

static size_t list(size_t company, size_t kind, const char *text, uint32_t max,
    struct arena *mem, struct db_choice_row **rows)
{
	size_t n = 0;

	*rows = NULL;
	FAIL_STMT_OK(db_choice_list(who(kind), t->company[company].id,
	    (enum db_choice)kind, slice_from(text), max, mem, rows, &n));
	return n;
}

static void test_choices(void **state)
{
	const uint8_t *has[DB_CHOICE_COUNT];
	struct db_choice_row *rows, one;
	struct arena mem;

	(void)state;
	each_kind(has);
	arena_init(&mem, 1 << 20);
	for (size_t k = 0; k < DB_CHOICE_COUNT; k++) {
		const enum db_choice kind = (enum db_choice)k;
		size_t n = list(0, k, "", 1000, &mem, &rows);

		if (has[k] == NULL)
			continue;
		assert_true(among(rows, n, has[k]));
		assert_int_equal(list(0, k, "", 1, &mem, &rows), 1);
		FAIL_STMT_OK(db_choice_get(who(k), t->company[0].id, kind,
		    has[k], &one));
		n = list(0, k, one.key[0] != '\0' ? one.key + 1 : one.name,
		    1000, &mem, &rows);
		assert_true(among(rows, n, has[k]));
		FAIL_STMT_OK(db_choice_called(who(k), t->company[0].id, kind,
		    slice_from(one.key[0] != '\0' ? one.key : one.name), &one));
		assert_int_equal(list(0, k, "no such name", 9, &mem, &rows), 0);
		/* Another company has none of it. */
		n = list(1, k, "", 1000, &mem, &rows);
		assert_false(among(rows, n, has[k]));
		assert_int_equal(db_choice_get(who(k), t->company[1].id, kind,
				     has[k], &one),
		    ERR_NOTFOUND);
	}
	arena_fini(&mem);
}

/* What a tracker may have: neither a pool's, nor another's, nor the overflow,
 * nor one that rests; but one that it has is known still. */
static void test_free_numbers(void **state)
{
	const struct testdb_company *c = &t->company[0];
	const enum db_choice kind = DB_CHOICE_NUMBER_FREE;
	struct db_choice_row *rows, one;
	struct arena mem;
	size_t n;

	(void)state;
	arena_init(&mem, 1 << 20);
	n = list(0, kind, "", 1000, &mem, &rows);
	assert_false(among(rows, n, c->tracked.v));
	for (size_t i = 0; i < RT_ARRAY_LEN(c->pooled); i++)
		assert_false(among(rows, n, c->pooled[i].v));
	assert_true(among(rows, n, c->number.v));
	FAIL_STMT_OK(db_choice_get(admin, c->id, kind, c->tracked.v, &one));
	FAIL_STMT_OK(db_number_quarantine(t->db, c->id, c->number, 1));
	n = list(0, kind, "", 1000, &mem, &rows);
	assert_false(among(rows, n, c->number.v));
	FAIL_STMT_OK(db_number_lift(t->db, c->id, c->number));
	/* As people write it. */
	n = list(0, DB_CHOICE_NUMBER, "(415) 555-0100", 9, &mem, &rows);
	assert_true(n == 1 && id_eq(rows[0].id, c->number.v));
	/* % and _ are themselves. */
	assert_int_equal(list(0, DB_CHOICE_FLOW, "%", 9, &mem, &rows), 0);
	assert_int_equal(list(0, DB_CHOICE_FLOW, "_", 9, &mem, &rows), 0);
	arena_fini(&mem);
}

/* Every list of numbers finds one in whatever way it is written. */
static void test_numbers_as_written(void **state)
{
	static const char *const texts[] = { "+14155550300", "14155550300",
		"4155550300", "(415) 555-0300", "415-555-0300", "415.555.0300",
		"+1 415 555 0300", "+1 (415) 555 0300", "001 415 555 0300",
		"011 1 415 555 0300", "0 415 555 0300", "tel:+1-415-555-0300",
		"415\xc2\xa0"
		"555\xc2\xa0"
		"0300",
		"415\xe2\x80\x93"
		"555\xe2\x80\x93"
		"0300",
		"\xe2\x80\xaa+1 415 555 0300\xe2\x80\xac",
		"\xef\xbc\x94\xef\xbc\x91\xef\xbc\x95 555 0300" };
	static const char *const sheets[] = { "numbers", "trackers" };
	const struct testdb_company *c = &t->company[0];
	const struct db_sheet_scope scope = { .company = c->id };
	const struct tracker_id first = { { 0 } };
	struct db_choice_row *rows;
	struct tracker_row *trackers;
	struct number_use *uses;
	struct db_sheet_cell *cells;
	struct arena mem;
	size_t n;

	(void)state;
	arena_init(&mem, 1 << 22);
	for (size_t i = 0; i < RT_ARRAY_LEN(texts); i++) {
		const struct slice text = slice_from(texts[i]);

		n = list(0, DB_CHOICE_ANY_NUMBER, texts[i], 9, &mem, &rows);
		assert_true(n == 1 && id_eq(rows[0].id, c->tracked.v));
		FAIL_STMT_OK(db_number_use_list(admin, c->id, SLICE(""), text,
		    9, &mem, &uses, &n));
		assert_true(n == 1 && id_eq(uses[0].id.v, c->tracked.v));
		FAIL_STMT_OK(db_tracker_list(admin, c->id, first, text, 9, &mem,
		    &trackers, &n));
		assert_true(n == 1 && id_eq(trackers[0].id.v, c->tracker.v));
		for (size_t k = 0; k < RT_ARRAY_LEN(sheets); k++) {
			FAIL_STMT_OK(db_sheet_page(admin,
			    db_sheet_setup_find(slice_from(sheets[k])), &scope,
			    &(struct db_sheet_filter){ .search = text,
				.to_us = DB_SHEET_TO_MAX_US },
			    (struct db_sheet_order){ .by = DB_SHEET_BY_ID },
			    NULL, 9, &mem, &cells, &n));
			assert_int_equal(n, 1);
		}
	}
	/* What looks like no number is one of no list. */
	FAIL_STMT_OK(db_number_use_list(admin, c->id, SLICE(""),
	    SLICE("x 415 555 0300"), 9, &mem, &uses, &n));
	assert_int_equal(n, 0);
	arena_fini(&mem);
}

/* What the operator's command asks for by exactly its name or target. */
static void test_exactly(void **state)
{
	const struct testdb_company *c = &t->company[0];
	struct destination_row dest;
	struct destination_id at;
	struct pool_row pool;
	struct pool_id found;
	uint32_t count;

	(void)state;
	FAIL_STMT_OK(db_pool_get(admin, c->id, c->pool, &pool));
	FAIL_STMT_OK(db_pool_called(admin, c->id, slice_from(pool.name), &found,
	    &count));
	assert_true(count == 1 && id_eq(found.v, c->pool.v));
	FAIL_STMT_OK(
	    db_pool_called(admin, c->id, SLICE("no such"), &found, &count));
	assert_int_equal(count, 0);
	FAIL_STMT_OK(db_destination_get(admin, c->id, c->destination, &dest));
	FAIL_STMT_OK(
	    db_destination_at(admin, c->id, slice_from(dest.target), &at));
	assert_true(id_eq(at.v, c->destination.v));
	assert_int_equal(db_destination_at(admin, c->id, SLICE("sip:no@one"),
			     &at),
	    ERR_NOTFOUND);
}

/* Behind a country's code that is known, and one that is not. */
static void test_patterns(void **state)
{
	struct db_search p;

	(void)state;
	assert_int_equal(db_search_make(SLICE("8 (495) 123"), &p), ERR_OK);
	assert_int_equal(p.n_numbers, 5);
	assert_true(slice_eq(p.number[0], SLICE("%8495123%")));
	assert_true(slice_eq(p.number[1], SLICE("+7495123%")));
	assert_true(slice_eq(p.number[4], SLICE("+993495123%")));
	assert_int_equal(db_search_make(SLICE("0221 5"), &p), ERR_OK);
	assert_true(slice_eq(p.number[3], SLICE("+___2215%")));
	assert_int_equal(db_search_make(SLICE("8901234567890123456"), &p),
	    ERR_OK);
	assert_true(slice_eq(p.number[4], SLICE("+993901234567890123456%")));
}

/* One site of a company has an origin; those of others have their own. */
static void test_origins(void **state)
{
	const struct slice two = SLICE("https://two.example");
	const struct testdb_company *c = &t->company[0], *b = &t->company[1];
	struct site_row site;
	char name[DB_NAME_BYTES];

	(void)state;
	FAIL_STMT_OK(db_site_get(admin, c->id, c->site, &site));
	testdb_id(NOW, site.id.v);
	memcpy(site.public_key, "second", 7);
	FAIL_STMT_OK(db_site_origin_add(admin, c->id, c->site, two));
	FAIL_STMT_OK(db_site_add(admin, c->id, &site));
	FAIL_STMT_OK(db_site_origin_other(admin, c->id, site.id,
	    SLICE("https://TWO.example"), name));
	assert_string_equal(name, site.name);
	assert_int_equal(db_site_origin_other(admin, c->id, c->site, two, name),
	    ERR_NOTFOUND);
	FAIL_STMT_OK(db_site_origin_add(admin, b->id, b->site, two));
	FAIL_STMT_OK(db_site_archive(admin, c->id, c->site, NOW));
	assert_int_equal(db_site_origin_other(admin, c->id, site.id, two, name),
	    ERR_NOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_free_numbers),
		cmocka_unit_test(test_numbers_as_written),
		cmocka_unit_test(test_exactly),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_patterns),
	};

	return cmocka_run_group_tests_name("db_named", tests, begin, end);
}
