/* Tests of lib/base/metric: counters in a file that has its place on the disk.
 */
#include "lib/base/metric.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/support/cm.h"

/* A process that dies leaves its counts, and the next goes on from them. */
static void test_goes_on(void **state)
{
	const char *dir = getenv("RT_TEST_DIR");
	uint64_t got[METRIC_COUNT];

	(void)state;
	assert_non_null(dir);
	assert_int_equal(metric_read(dir, "one", got), ERR_NOTFOUND);
	assert_int_equal(metric_open(dir, "one"), ERR_OK);
	metric_add(METRIC_DNI_LOST, 3);
	assert_int_equal(metric_open(dir, "one"), ERR_OK);
	metric_add(METRIC_DNI_LOST, 4);
	metric_add(METRIC_COUNT, 1); /* none: nothing happens */
	assert_int_equal(metric_read(dir, "one", got), ERR_OK);
	assert_int_equal(got[METRIC_DNI_LOST], 7);
}

/* A file with a hole is a bus error at the first count on a full disk. */
static void test_has_its_place(void **state)
{
	const char *dir = getenv("RT_TEST_DIR");
	char path[4096];
	struct stat st;

	(void)state;
	assert_non_null(dir);
	assert_int_equal(metric_open(dir, "two"), ERR_OK);
	(void)snprintf(path, sizeof(path), "%s/metric.two", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 4096);
	assert_true(st.st_blocks * 512 >= st.st_size);
	assert_int_equal(metric_open("/nowhere/at/all", "two"), ERR_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_has_its_place),
	};

	return cmocka_run_group_tests_name("metric", tests, NULL, NULL);
}
