/* Tests of lib/core/attrib_place. */
#include "lib/base/rt.h"
#include "lib/core/attrib_place.h"
#include "tests/support/cm.h"

static const struct {
	const char *why;
	const char *country;
	const char *place;
	const char *zone;
	enum attrib_known want;
} cases[] = {
	{ "a town and its zone", "US", "San Francisco, CA",
	    "America/Los_Angeles", ATTRIB_SAME },
	{ "a state by name", "US", "California", "America/Los_Angeles",
	    ATTRIB_SAME },
	{ "across the country", "US", "San Francisco, CA", "America/New_York",
	    ATTRIB_OTHER },
	{ "a state with two times, first", "US", "Miami, FL",
	    "America/New_York", ATTRIB_SAME },
	{ "a state with two times, second", "US", "Florida", "America/Chicago",
	    ATTRIB_SAME },
	{ "Arizona is in the mountains", "US", "Phoenix, AZ", "America/Phoenix",
	    ATTRIB_SAME },
	{ "a province", "CA", "Toronto, ON", "America/Toronto", ATTRIB_SAME },
	{ "a province at the same time as New York", "CA", "Toronto, ON",
	    "America/New_York", ATTRIB_SAME },
	{ "no place but a country", "US", "", "America/Denver", ATTRIB_SAME },
	{ "a place nobody knows", "US", "Atlantis", "America/Denver",
	    ATTRIB_SAME },
	{ "a country", "GB", "London", "Europe/London", ATTRIB_SAME },
	{ "another country", "GB", "London", "Europe/Paris", ATTRIB_OTHER },
	{ "an ocean between", "US", "San Francisco, CA", "Europe/London",
	    ATTRIB_OTHER },
	{ "an ocean the other way", "DE", "Berlin", "America/New_York",
	    ATTRIB_OTHER },
	{ "the old name of a zone", "IN", "", "Asia/Calcutta", ATTRIB_SAME },
	{ "no country", "", "San Francisco, CA", "America/Los_Angeles",
	    ATTRIB_UNKNOWN },
	{ "no zone", "US", "San Francisco, CA", "", ATTRIB_UNKNOWN },
	{ "no such zone", "US", "San Francisco, CA", "Mars/Olympus",
	    ATTRIB_UNKNOWN },
	{ "a zone of no country", "US", "San Francisco, CA", "UTC",
	    ATTRIB_UNKNOWN },
	{ "hostile", "US", "'\"<script>", "'; DROP TABLE visit; --",
	    ATTRIB_UNKNOWN },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		const enum attrib_known got =
		    attrib_place(slice_from(cases[i].country),
			slice_from(cases[i].place), slice_from(cases[i].zone));

		if (got != cases[i].want)
			fail_msg("%s gave %d", cases[i].why, (int)got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests_name("attrib_place", tests, NULL, NULL);
}
