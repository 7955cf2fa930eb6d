/* Tests of lib/base/file. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "tests/support/cm.h"

#define LARGE      100000
#define PATH_BYTES 128

static void name_one(char out[PATH_BYTES])
{
	const char *const tmp = getenv("TMPDIR");

	(void)snprintf(out, PATH_BYTES, "%s/rt-test-file-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
}

static int temporary(void)
{
	char path[PATH_BYTES];
	int fd;

	name_one(path);
	fd = mkstemp(path);
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

static void expect_names(const char *dir, unsigned int want)
{
	DIR *const d = opendir(dir);
	const struct dirent *entry;
	unsigned int n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL)
		n += entry->d_name[0] != '.';
	(void)closedir(d);
	assert_int_equal(n, want);
}

static void expect_text(const char *path, struct slice want)
{
	struct buf b;

	buf_init(&b, 100);
	assert_int_equal(file_read(AT_FDCWD, path, &b), ERR_OK);
	assert_true(slice_eq(buf_slice(&b), want));
	buf_fini(&b);
}

/* Once and whole; nothing else is left beside it. */
static void test_create(void **state)
{
	char dir[PATH_BYTES], path[PATH_BYTES + 16], own[PATH_BYTES + 64];
	struct stat st;

	(void)state;
	name_one(dir);
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/once", dir);
	assert_int_equal(file_create(path, SLICE("first")), ERR_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(file_create(path, SLICE("other")), ERR_CONFLICT);
	expect_text(path, SLICE("first"));
	expect_names(dir, 1);
	assert_int_equal(unlink(path), 0);
	/* What one of our number was killed over. */
	(void)snprintf(own, sizeof(own), "%s.%ld", path, (long)getpid());
	assert_int_equal(file_create(own, SLICE("something longer")), ERR_OK);
	assert_int_equal(file_create(path, SLICE("again")), ERR_OK);
	expect_text(path, SLICE("again"));
	expect_names(dir, 1);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/none/once", dir);
	assert_int_equal(file_create(path, SLICE("x")), ERR_IO);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_create),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
