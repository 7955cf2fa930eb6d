/* Tests of lib/base/log: what reaches the file, and what must not. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/slice.h"
#include "tests/support/cm.h"

static int pipe_fd[2];

static struct slice read_line(char *out, size_t cap)
{
	const ssize_t n = read(pipe_fd[0], out, cap);

	assert_true(n > 0);
	assert_int_equal(out[n - 1], '\n');
	return slice_of(out, (size_t)n - 1);
}

static bool holds(struct slice s, const char *what)
{
	return slice_find_slice(s, slice_from(what)) != s.n;
}

static void test_line(void **state)
{
	char out[4096];
	struct slice s;

	(void)state;
	log_context("req=abc");
	log_info("call: answered call=%s", "cal_1");
	s = read_line(out, sizeof(out));
	assert_true(holds(s, " info test: call: answered call=cal_1 req=abc"));
	log_context(NULL);
	log_debug("not wanted");
	errno = ENOENT;
	log_sys("open %s", "x");
	assert_int_equal(errno, ENOENT);
	s = read_line(out, sizeof(out));
	assert_true(holds(s, " error test: open x: No such file"));
	assert_false(holds(s, "req="));
}

static void test_hostile_text(void **state)
{
	char out[4096], longer[3000];
	struct slice s;

	(void)state;
	log_warn("x: name=%s", "a\r\nforged line\x1b[2J");
	s = read_line(out, sizeof(out));
	assert_true(holds(s, "name=a??forged line?[2J"));
	memset(longer, 'y', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	log_warn("%s", longer);
	s = read_line(out, sizeof(out));
	assert_true(s.n <= LOG_LINE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_hostile_text),
	};

	if (pipe(pipe_fd) != 0)
		return 1;
	log_open("test", pipe_fd[1], LOG_INFO);
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
