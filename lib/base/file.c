#include "lib/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/base/log.h"

#define BLOCK_BYTES 8192

enum err file_read_fd(int fd, struct buf *out)
{
	char block[BLOCK_BYTES];
	ssize_t n;

	while (buf_err(out) == ERR_OK) {
		n = read(fd, block, sizeof(block));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return ERR_IO;
		if (n == 0)
			break;
		buf_bytes(out, block, (size_t)n);
	}
	return buf_err(out);
}

enum err file_read(int dirfd, const char *name, struct buf *out)
{
	const int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	enum err e;

	if (fd == -1) {
		log_sys("file: open %s", name);
		return ERR_IO;
	}
	e = file_read_fd(fd, out);
	if (e == ERR_IO)
		log_sys("file: read %s", name);
	(void)close(fd); /* read only: nothing can be lost */
	return e;
}

enum err file_write_fd(int fd, struct slice s)
{
	while (s.n > 0) {
		const ssize_t n = write(fd, s.p, s.n);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return ERR_IO;
		s = slice_skip(s, (size_t)n);
	}
	return ERR_OK;
}
