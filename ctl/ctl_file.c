#include "ctl/ctl_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/base/log.h"

static enum err said(const char *path)
{
	log_sys("run: %s", path);
	return ERR_IO;
}

static enum err create(const char *path, mode_t mode, struct slice text)
{
	const int fd =
	    open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	enum err e;

	if (fd == -1)
		return said(path);
	e = file_write_fd(fd, text);
	if (e == ERR_OK && (fchmod(fd, mode) == -1 || fsync(fd) == -1))
		e = ERR_IO;
	if (e != ERR_OK)
		(void)said(path);
	if (close(fd) == -1 && e == ERR_OK)
		e = said(path);
	return e;
}

enum err ctl_file_replace(const char *path, mode_t mode, struct slice text)
{
	char fresh[PATH_MAX];
	const int n = snprintf(fresh, sizeof(fresh), "%s.new", path);
	enum err e;

	if (n < 0 || (size_t)n >= sizeof(fresh))
		return ERR_TOOBIG;
	(void)unlink(fresh); /* of a run that was cut off */
	e = create(fresh, mode, text);
	if (e == ERR_OK && rename(fresh, path) == -1)
		e = said(path);
	return e;
}

/* Folders stay. */
static enum err clear_one(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? ERR_OK : said(name);
	if (S_ISDIR(st.st_mode))
		return ERR_OK;
	if (unlinkat(dir, name, 0) == -1 && errno != ENOENT)
		return said(name);
	return ERR_OK;
}

enum err ctl_file_clear(const char *folder)
{
	DIR *const d = opendir(folder);
	const struct dirent *entry;
	enum err e = ERR_OK;

	if (d == NULL)
		return said(folder);
	while (e == ERR_OK && (entry = readdir(d)) != NULL)
		e = clear_one(dirfd(d), entry->d_name);
	(void)closedir(d);
	return e;
}
