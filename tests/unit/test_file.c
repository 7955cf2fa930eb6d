/* Tests of lib/base/file. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "tests/support/cm.h"

#define LARGE 100000

static int temporary(void)
{
	char path[] = "/tmp/rt-test-file-XXXXXX";
	const int fd = mkstemp(path);

	assert_int_not_equal(fd, -1);
	assert_int_equal(unlink(path), 0);
	return fd;
}

/* More than a block of either side. */
static void test_round_trip(void **state)
{
	static char text[LARGE];
	const int fd = temporary();
	struct buf b;

	(void)state;
	for (size_t i = 0; i < LARGE; i++)
		text[i] = (char)(i * 7 % 251);
	assert_int_equal(file_write_fd(fd, slice_of(text, LARGE)), ERR_OK);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	buf_init(&b, LARGE);
	buf_cstr(&b, "");
	assert_int_equal(file_read_fd(fd, &b), ERR_OK);
	assert_true(slice_eq(buf_slice(&b), slice_of(text, LARGE)));
	buf_fini(&b);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	buf_init(&b, LARGE - 1);
	assert_int_equal(file_read_fd(fd, &b), ERR_TOOBIG);
	buf_fini(&b);
	(void)close(fd);
}

/* What never ends is not read for ever. */
static void test_endless(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, LARGE);
	assert_int_equal(file_read(AT_FDCWD, "/dev/zero", &b), ERR_TOOBIG);
	buf_fini(&b);
}

static void test_errors(void **state)
{
	const int dir = open("/dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int full;
	struct buf b;

	(void)state;
	buf_init(&b, LARGE);
	assert_int_equal(file_read(dir, "null", &b), ERR_OK);
	assert_int_equal(b.n, 0);
	assert_int_equal(file_read(dir, "no-such-file", &b), ERR_IO);
	errno = 0;
	assert_int_equal(file_read_fd(dir, &b), ERR_IO);
	assert_int_equal(errno, EISDIR);
	full = openat(dir, "full", O_WRONLY | O_CLOEXEC);
	assert_int_not_equal(full, -1);
	errno = 0;
	assert_int_equal(file_write_fd(full, SLICE("x")), ERR_IO);
	assert_int_equal(errno, ENOSPC);
	buf_fini(&b);
	(void)close(full);
	(void)close(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
