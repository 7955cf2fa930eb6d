/* Tests of the region that lib/db/db_filter makes of a place and its country.
 */
#include <stdio.h>
#include <string.h>

#include "lib/core/geo.h"
#include "lib/db/db_filter.h"
#include "lib/db/stmt.h"
#include "lib/phone/phone.h"
#include "tests/support/cm.h"
#include "tests/support/testdb.h"

static struct testdb *t;

/* What a place tells, as the statements work it out. */
static void region_of(const char *place, const char *country, char out[200])
{
	struct stmt *st = stmt_begin(t->db,
	    "SELECT " DB_FILTER_REGION_OF("x.place",
		"x.country") " FROM (SELECT ? AS place, ? AS country) x");

	stmt_in_text(st, slice_from(place));
	stmt_in_text(st, slice_from(country));
	stmt_out_text(st, out, 200);
	assert_int_equal(stmt_one(st), ERR_OK);
}

static void test_regions(void **state)
{
	static const char *const told[][3] = {
		{ "Oakland, CA", "US", "US-CA" },
		{ "California", "US", "US-CA" },
		{ "California", "MX", "" },
		{ "Central Drive, Bedford, TX", "US", "US-TX" },
		{ "Georgia", "US", "US-GA" },
		{ "Georgia", "GE", "" },
		{ "Ontario", "CA", "CA-ON" },
		{ "Kochi, Kerala", "IN", "IN-Kerala" },
		{ "Campinas - SP", "BR", "BR-SP" },
		{ "Köln", "DE", "" },
		{ "United States", "US", "" },
		{ "", "", "" },
	};
	char region[200];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(told); i++) {
		region_of(told[i][0], told[i][1], region);
		assert_string_equal(region, told[i][2]);
	}
}

/* Of every area code: the places of its numbers are in its state. */
static void test_regions_of_area_codes(void **state)
{
	size_t n = 0, wrong = 0;

	(void)state;
	for (int code = 200; code < 1000; code++) {
		char e164[16], place[PHONE_PLACE_MAX], region[200], want[8];
		struct geo_place where;

		(void)snprintf(e164, sizeof(e164), "+1%d5550123", code);
		if (!geo_of_number(slice_from(e164), &where) ||
		    (strcmp(where.country, "US") != 0 &&
			strcmp(where.country, "CA") != 0))
			continue;
		phone_place(slice_from(e164), place);
		region_of(place, where.country, region);
		if (region[0] == '\0')
			continue; /* the place is a country, or two provinces */
		(void)snprintf(want, sizeof(want), "%s-%s", where.country,
		    where.state);
		n++;
		if (strcmp(region, want) != 0) {
			print_message("%s: %s: %s\n", e164, place, region);
			wrong++;
		}
	}
	assert_int_equal(wrong, 0);
	assert_true(n > 300);
}

static int start(void **state)
{
	(void)state;
	t = testdb_start();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	testdb_stop(t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_regions_of_area_codes),
	};

	return cmocka_run_group_tests_name("db_region", tests, start, stop);
}
