/* Tests of ctl/ctl_left: a database server that an earlier run left is ended,
 * nobody else's is. This program plays the server when it is called so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/ctl_left.h"
#include "lib/base/log.h"

#define NAME    "mariadbd"
#define GUARD_S 120 /* a server that a failed test leaves ends by then */

/* Of this run's folder. */
static char ours[512], others[512], longer[520];

static pid_t serve(const char *name, const char *first)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char path[600], arg[600];
		char *const argv[] = { path, arg, NULL };

		(void)snprintf(path, sizeof(path), "/usr/sbin/%s", name);
		(void)snprintf(arg, sizeof(arg), "%s", first);
		(void)dup2(ready[1], STDOUT_FILENO);
		(void)close(ready[0]);
		(void)execv("/proc/self/exe", argv);
		_exit(1);
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1); /* it is itself now */
	(void)close(ready[0]);
	return pid;
}

static int server(void)
{
	(void)alarm(GUARD_S);
	if (write(STDOUT_FILENO, "r", 1) != 1)
		return 1;
	for (;;)
		(void)pause();
}

/* Reaped: whose child it was sees its end only now. */
static bool has_ended(pid_t pid)
{
	int status;

	return waitpid(pid, &status, WNOHANG) == pid;
}

static void expect_alive(pid_t pid)
{
	assert_false(has_ended(pid));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void test_none(void **state)
{
	(void)state;
	assert_int_equal(ctl_left_end(ours, never, NULL), ERR_OK);
}

static void test_ended(void **state)
{
	pid_t pid;

	(void)state;
	pid = serve(NAME, ours);
	assert_int_equal(ctl_left_end(ours, never, NULL), ERR_OK);
	assert_true(has_ended(pid));
	/* Stopped, it hears nothing but that it is to go on. */
	pid = serve(NAME, ours);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_int_equal(ctl_left_end(ours, never, NULL), ERR_OK);
	assert_true(has_ended(pid));
}

static void test_others(void **state)
{
	static const struct {
		const char *name;
		const char *first;
	} cases[] = { { NAME, others }, { NAME, longer }, { NAME, "" },
		{ "mariadbdx", ours }, { "ringtrace", ours } };
	pid_t pid[RT_ARRAY_LEN(cases)];

	(void)state;
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		pid[i] = serve(cases[i].name, cases[i].first);
	assert_int_equal(ctl_left_end(ours, never, NULL), ERR_OK);
	for (size_t i = 0; i < RT_ARRAY_LEN(cases); i++)
		expect_alive(pid[i]);
}

/* Asked the first time: nothing was told to end yet. */
static bool asked(void *arg)
{
	++*(int *)arg;
	return true;
}

/* Who presses Ctrl-C does not wait for another's end. */
static void test_stop(void **state)
{
	int times = 0;
	pid_t pid;

	(void)state;
	pid = serve(NAME, ours);
	assert_int_equal(ctl_left_end(ours, asked, &times), ERR_CLOSED);
	assert_int_equal(times, 1);
	expect_alive(pid);
	/* And with none there nobody is asked. */
	assert_int_equal(ctl_left_end(ours, asked, &times), ERR_OK);
	assert_int_equal(times, 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_stop),
	};
	const char *dir = getenv("RT_TEST_DIR");

	if (argc == 2 && strncmp(argv[0], "/usr/sbin/", 10) == 0)
		return server();
	log_open("test", STDERR_FILENO, LOG_ERROR);
	(void)snprintf(ours, sizeof(ours), "--defaults-file=%s/a/mysql.cnf",
	    dir == NULL ? "/tmp" : dir);
	(void)snprintf(others, sizeof(others), "--defaults-file=%s/b/mysql.cnf",
	    dir == NULL ? "/tmp" : dir);
	(void)snprintf(longer, sizeof(longer), "%sx", ours);
	return cmocka_run_group_tests_name("ctl_left", tests, NULL, NULL);
}
