#include "tests/support/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/cm.h"

int folder_new(void)
{
	static unsigned int count;
	char path[200];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/f%u", getenv("RT_TEST_DIR"),
	    count++);
	assert_int_equal(mkdir(path, 0700), 0);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

size_t folder_read(int dir, const char *name, char *out, size_t cap)
{
	const int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	const ssize_t n = read(fd, out, cap);

	assert_true(n > 0 && (size_t)n < cap);
	assert_int_equal(close(fd), 0);
	return (size_t)n;
}

void folder_write(int dir, const char *name, const char *p, size_t n)
{
	const int fd =
	    openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), n);
	assert_int_equal(close(fd), 0);
}
