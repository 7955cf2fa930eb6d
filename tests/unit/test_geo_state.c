/* Tests of lib/core/geo_state: names of regions, and what people write. */
#include <stdio.h>
#include <string.h>

#include "lib/core/geo.h"
#include "lib/core/geo_state.h"
#include "tests/support/cm.h"

static void label_is(const char *region, const char *label)
{
	assert_true(slice_eq_cstr(geo_state_label(slice_from(region)), label));
}

static void region_is(const char *text, const char *region)
{
	assert_true(slice_eq_cstr(geo_state_region(slice_from(text)), region));
}

static void test_labels(void **state)
{
	(void)state;
	label_is("US-CA", "California");
	label_is("CA-QC", "Quebec");
	label_is("IN-Kerala", "Kerala");
	label_is("BR-SP", "SP");
	label_is("US-", "US-");
	label_is("Kerala", "Kerala");
	label_is("", "");
}

static void test_what_people_write(void **state)
{
	(void)state;
	region_is("california", "US-CA");
	region_is("CA", "US-CA");
	region_is("us-ca", "US-CA");
	region_is("British Columbia", "CA-BC");
	region_is("IN-Kerala", "IN-Kerala");
	region_is("Kerala", "Kerala");
	region_is("", "");
}

/* Every state that an area code is of has a name. */
static void test_all_states(void **state)
{
	size_t n = 0;

	(void)state;
	for (int code = 200; code < 1000; code++) {
		char e164[16], region[8];
		struct geo_place at;
		struct slice label;

		(void)snprintf(e164, sizeof(e164), "+1%d5550123", code);
		if (!geo_of_number(slice_from(e164), &at) ||
		    (strcmp(at.country, "US") != 0 &&
			strcmp(at.country, "CA") != 0) ||
		    at.state[0] == '\0')
			continue;
		(void)snprintf(region, sizeof(region), "%s-%s", at.country,
		    at.state);
		label = geo_state_label(slice_from(region));
		assert_true(label.n > 3);
		assert_true(slice_eq_cstr(geo_state_region(label), region));
		n++;
	}
	assert_true(n > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_what_people_write),
		cmocka_unit_test(test_all_states),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
