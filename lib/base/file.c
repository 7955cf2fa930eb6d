#include "lib/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
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

/* --- once ------------------------------------------------------------------*/

static enum err said(const char *path)
{
	log_sys("file: create %s", path);
	return ERR_IO;
}

static enum err write_own(const char *own, struct slice s)
{
	const int fd =
	    open(own, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum err e;

	if (fd == -1)
		return said(own);
	e = file_write_fd(fd, s);
	if (e == ERR_OK && fsync(fd) == -1)
		e = ERR_IO;
	if (e != ERR_OK)
		(void)said(own);
	(void)close(fd); /* synced above */
	return e;
}

/* A name is on the disk when its folder is. Cuts the name off. */
static enum err sync_folder_of(char *path)
{
	char *const slash = strrchr(path, '/');
	const char *const folder = slash == NULL ? "." : path;
	enum err e = ERR_OK;
	int fd;

	if (slash != NULL)
		slash[1] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return said(folder);
	if (fsync(fd) == -1)
		e = said(folder);
	(void)close(fd); /* read only */
	return e;
}

enum err file_create(const char *path, struct slice s)
{
	char own[PATH_MAX];
	const int n =
	    snprintf(own, sizeof(own), "%s.%ld", path, (long)getpid());
	enum err e;

	if (n < 0 || (size_t)n >= sizeof(own))
		return ERR_TOOBIG;
	e = write_own(own, s);
	/* rename() would take the place of what is there. */
	if (e == ERR_OK && link(own, path) == -1)
		e = errno == EEXIST ? ERR_CONFLICT : said(path);
	(void)unlink(own); /* its other name stays */
	return e == ERR_OK ? sync_folder_of(own) : e;
}
