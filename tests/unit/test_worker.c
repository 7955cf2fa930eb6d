/* Tests of sipworker/worker: what it does before its processes part. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "sipworker/worker.h"

/* A service manager gives 1,024 at first and allows more: calls must not end
 * there. */
static void test_files(void **state)
{
	struct rlimit few, now;
	struct settings s;
	struct worker w;

	(void)state;
	settings_defaults(&s);
	(void)snprintf(s.sip_address, sizeof(s.sip_address), "%s",
	    getenv("RT_TEST_ADDR"));
	s.max_calls = 10;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &few), 0);
	few.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_int_equal(worker_init(&w, &s), ERR_OK);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &now), 0);
	assert_true(now.rlim_cur == few.rlim_max);
	assert_true(now.rlim_max == few.rlim_max);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
