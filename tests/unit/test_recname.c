/* Tests of lib/core/recname. */
#include <string.h>

#include "lib/core/recname.h"
#include "tests/support/cm.h"

/* 2026-11-20T00:00:00Z */
#define MIDNIGHT INT64_C(1795132800000000)

static void test_make(void **state)
{
	static const struct {
		const char *why;
		int64_t at_us;
		const char *day;
	} cases[] = {
		{ "the first of the day", MIDNIGHT, "/2026-11-20/" },
		{ "the last before it", MIDNIGHT - 1, "/2026-11-19/" },
		{ "the epoch", 0, "/1970-01-01/" },
	};
	struct company_id company = { { 1, 2, 3 } }, got_company;
	struct call_id call = { { 4, 5, 6 } }, got_call;
	char name[RECNAME_MAX + 1];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		recname_make(company, call, cases[i].at_us, name);
		if (strstr(name, cases[i].day) == NULL)
			fail_msg("%s: %s", cases[i].why, name);
		assert_int_equal(recname_parse(slice_from(name), &got_company,
				     &got_call),
		    ERR_OK);
		assert_memory_equal(got_company.v, company.v, ID_BYTES);
		assert_memory_equal(got_call.v, call.v, ID_BYTES);
	}
}

/* Every shorter name, and every one with one byte changed to what no name has.
 */
static void test_parse(void **state)
{
	const struct company_id company = { { 1, 2, 3 } };
	const struct call_id call = { { 4, 5, 6 } };
	struct company_id got_company = { { 9 } };
	char name[RECNAME_MAX + 1];
	struct call_id got_call;
	size_t n;

	(void)state;
	recname_make(company, call, MIDNIGHT, name);
	n = strlen(name);
	for (size_t i = 0; i < n; i++)
		assert_int_not_equal(recname_parse(slice_of(name, i),
					 &got_company, &got_call),
		    ERR_OK);
	for (size_t i = 0; i < n; i++) {
		const char was = name[i];

		if (i > strlen("com_") + 26 && i < n - strlen("/cal_.wav") - 26)
			continue; /* the day is not looked at */
		name[i] = '\0';
		assert_int_not_equal(recname_parse(slice_of(name, n),
					 &got_company, &got_call),
		    ERR_OK);
		name[i] = was;
	}
	assert_int_equal(got_company.v[0], 9); /* untouched by failures */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests_name("recname", tests, NULL, NULL);
}
