/* Tests of ctl/ctl_pulse and how the supervisor uses it: a program that only
 * uses the processor is replaced, one that works or is idle is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/ctl_sup.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/metric.h"

#define TURN_US (RT_SEC_US / 5)
#define MINUTES 20

static const struct {
	const char *why;
	int64_t count_every_us; /* 0: never */
	int64_t until_us;       /* it counts no more; 0: it goes on */
	int cpu_percent;        /* -1: it cannot be read */
	bool want;
} cases[] = {
	{ "works", RT_SEC_US, 0, 100, false },
	{ "an answer a minute, and much to do for it", RT_MIN_US, 0, 100,
	    false },
	{ "idle", 0, 0, 0, false },
	{ "idle but for its housekeeping", RT_SEC_US, RT_MIN_US, 5, false },
	{ "loops after a minute", RT_SEC_US, RT_MIN_US, 100, true },
	{ "on a machine that is busy", RT_SEC_US, RT_MIN_US, 12, true },
	{ "its time is not known", RT_SEC_US, RT_MIN_US, -1, false },
	{ "it could not open its counters", 0, 0, 100, false },
};

static void test_judge(void **state)
{
	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++) {
		struct ctl_pulse p = { .begun = false };
		bool loops = false;
		int64_t us;

		for (us = 0; us < MINUTES * RT_MIN_US && !loops;
		     us += TURN_US) {
			const int64_t every = cases[i].count_every_us;
			const int64_t worked =
			    cases[i].until_us != 0 && us > cases[i].until_us
				? cases[i].until_us
				: us;

			loops = ctl_pulse_loops(&p,
			    every == 0 ? 7 : 7 + (uint64_t)(worked / every),
			    RT_HOUR_US + us,
			    cases[i].cpu_percent < 0
				? -1
				: us * cases[i].cpu_percent / 100,
			    CTL_PULSE_US);
		}
		if (loops != cases[i].want)
			fail_msg("%s: %s after %lld s", cases[i].why,
			    loops ? "loops" : "does not",
			    (long long)(us / RT_SEC_US));
		if (loops)
			assert_true(us - cases[i].until_us >= CTL_PULSE_US);
	}
}

/* The machine slept, or the supervisor did not come round: no time passed. */
static void test_late_rounds(void **state)
{
	struct ctl_pulse p = { .begun = false };

	(void)state;
	assert_false(ctl_pulse_loops(&p, 1, RT_MIN_US, 0, CTL_PULSE_US));
	assert_false(ctl_pulse_loops(&p, 2, RT_MIN_US, 0, CTL_PULSE_US));
	for (int i = 1; i < 100; i++)
		assert_false(ctl_pulse_loops(&p, 2, i * RT_HOUR_US,
		    i * RT_HOUR_US, CTL_PULSE_US));
}

/* --- a real one ------------------------------------------------------------*/

static char run_dir[300];

struct watch {
	struct ctl_sup *sup;
	pid_t first;
	int64_t until_us;
};

/* Until it has another process: the supervisor stops itself then. */
static void tick(void *arg)
{
	struct watch *w = arg;
	const struct ctl_child *c = &w->sup->child[0];

	metric_add(METRIC_JOBS_DONE, c->pid == w->first && !c->pulse.counts);
	if (c->restarts > 0 || clk_mono_us() > w->until_us)
		w->sup->stop_asked = true;
}

static void test_replaced(void **state)
{
	static struct ctl_sup sup; /* large for a stack */
	const struct ctl_part part = { .name = "loops",
		.argv = { "/bin/sh", "-c", "while :; do :; done", NULL },
		.user = "-",
		.group = "-",
		.stop_signal = SIGTERM,
		.stop_us = RT_SEC_US,
		.loop_us = RT_SEC_US,
		.run_dir = run_dir };
	const char *build = getenv("RT_BUILD"), *dir = getenv("RT_TEST_DIR");
	struct watch w = { .sup = &sup };
	char self[300];
	size_t index;
	int dirfd;

	(void)state;
	(void)snprintf(run_dir, sizeof(run_dir), "%s/run",
	    dir == NULL ? "/tmp" : dir);
	(void)snprintf(self, sizeof(self), "%s/ringtrace",
	    build == NULL ? "build/debug" : build);
	(void)mkdir(run_dir, 0700);
	dirfd = open(run_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dirfd != -1);
	assert_int_equal(metric_open(run_dir, "loops"), ERR_OK);
	assert_int_equal(ctl_sup_init(&sup, self, dirfd), ERR_OK);
	assert_int_equal(ctl_sup_start(&sup, &part, &index), ERR_OK);
	assert_int_equal(ctl_sup_ready(&sup, index, RT_MIN_US), ERR_OK);
	w.first = sup.child[0].pid;
	w.until_us = clk_mono_us() + 2 * RT_MIN_US;
	ctl_sup_loop(&sup, tick, &w);
	assert_int_equal(sup.child[0].restarts, 1);
	assert_int_not_equal(sup.child[0].pid, w.first);
	ctl_sup_stop(&sup);
	ctl_sup_fini(&sup);
	(void)close(dirfd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judge),
		cmocka_unit_test(test_late_rounds),
		cmocka_unit_test(test_replaced),
	};

	log_open("test", STDERR_FILENO, LOG_ERROR);
	return cmocka_run_group_tests_name("ctl_pulse", tests, NULL, NULL);
}
