#include "sipworker/rec/rec_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/log.h"
#include "lib/base/scan.h"

#define PATH_MAX_BYTES (REC_FILE_NAME_MAX + 16)
#define MARKER_MAX     (REC_FILE_NAME_MAX + 48)

static bool part_ok(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!scan_is_alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	return s.n > 0;
}

bool rec_file_name_ok(struct slice name)
{
	struct slice rest = name, company, day;

	if (name.n > REC_FILE_NAME_MAX || !slice_cut(&rest, '/', &company) ||
	    !slice_cut(&rest, '/', &day) || !slice_ends(rest, SLICE(".wav")))
		return false;
	return part_ok(company) && part_ok(day) &&
	       part_ok(slice_head(rest, rest.n - 4));
}

/* "open/<file>": one flat folder, so that a sweep never walks the archive. */
static void marker_path(const char *name, char out[PATH_MAX_BYTES])
{
	const char *file = strrchr(name, '/');

	(void)snprintf(out, PATH_MAX_BYTES, REC_FILE_OPEN_DIR "/%s",
	    file == NULL ? name : file + 1);
}

static void part_path(const char *name, char out[PATH_MAX_BYTES])
{
	(void)snprintf(out, PATH_MAX_BYTES, "%s.part", name);
}

static enum err make_dir(int dirfd, const char *path)
{
	/* 0770 of which the umask leaves 0750, where no access list says who
	 * else may erase (ctl/ctl_layout.c). */
	if (mkdirat(dirfd, path, 0770) == -1 && errno != EEXIST) {
		log_sys("rec: create folder %s", path);
		return ERR_IO;
	}
	return ERR_OK;
}

static enum err make_folders(int dirfd, const char *name)
{
	char path[PATH_MAX_BYTES];
	enum err e;

	if ((e = make_dir(dirfd, REC_FILE_OPEN_DIR)) != ERR_OK)
		return e;
	for (size_t i = 0; name[i] != '\0'; i++) {
		if (name[i] == '/') {
			path[i] = '\0';
			if ((e = make_dir(dirfd, path)) != ERR_OK)
				return e;
		}
		path[i] = name[i];
	}
	return ERR_OK;
}

/* "<name> <key> <anchor>": the whole name, because a marker's own is the last
 * part only. */
static enum err put_marker(int dirfd, const struct rec_file_marker *m)
{
	char path[PATH_MAX_BYTES], text[MARKER_MAX];
	struct buf b;
	ssize_t wrote;
	int fd;

	buf_over(&b, text, sizeof(text));
	buf_cstr(&b, m->name);
	buf_char(&b, ' ');
	buf_u64(&b, m->key);
	buf_char(&b, ' ');
	buf_u64(&b, (uint64_t)m->anchor_us);
	marker_path(m->name, path);
	fd =
	    openat(dirfd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (fd == -1) {
		log_sys("rec: create marker %s", path);
		return ERR_IO;
	}
	wrote = write(fd, b.p, b.n);
	if (wrote != (ssize_t)b.n)
		log_sys("rec: write marker %s", path);
	if (close(fd) == -1 || wrote != (ssize_t)b.n)
		return ERR_IO;
	return ERR_OK;
}

enum err rec_file_begin(int dirfd, const struct rec_file_marker *m, int *fd,
    bool *fresh)
{
	const char *name = m->name;
	char part[PATH_MAX_BYTES];
	struct stat st;
	enum err e;
	int f;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return ERR_CONFLICT;
	if ((e = make_folders(dirfd, name)) != ERR_OK ||
	    (e = put_marker(dirfd, m)) != ERR_OK)
		return e;
	part_path(name, part);
	f = openat(dirfd, part, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
	    0640);
	if (f == -1 || fstat(f, &st) == -1) {
		log_sys("rec: open %s", part);
		if (f != -1)
			(void)close(f); /* nothing was written */
		return ERR_IO;
	}
	*fd = f;
	*fresh = st.st_size == 0;
	return ERR_OK;
}

/* A rename is durable when its folder is. */
static enum err sync_folder(int dirfd, const char *name)
{
	char path[PATH_MAX_BYTES];
	char *slash;
	enum err e = ERR_OK;
	int fd;

	(void)snprintf(path, sizeof(path), "%s", name);
	slash = strrchr(path, '/');
	if (slash != NULL)
		*slash = '\0';
	fd = openat(dirfd, slash == NULL ? "." : path,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 || fsync(fd) == -1) {
		log_sys("rec: sync folder %s", path);
		e = ERR_IO;
	}
	if (fd != -1)
		(void)close(fd); /* a folder */
	return e;
}

enum err rec_file_end(int dirfd, const char *name)
{
	char part[PATH_MAX_BYTES];
	enum err e;

	part_path(name, part);
	if (renameat(dirfd, part, dirfd, name) == -1) {
		log_sys("rec: rename %s", part);
		return ERR_IO;
	}
	e = sync_folder(dirfd, name);
	if (e == ERR_OK)
		rec_file_forget(dirfd, name);
	return e;
}

void rec_file_forget(int dirfd, const char *name)
{
	char path[PATH_MAX_BYTES];

	marker_path(name, path);
	if (unlinkat(dirfd, path, 0) == -1 && errno != ENOENT)
		log_sys("rec: remove marker %s", path);
}

void rec_file_discard(int dirfd, const char *name)
{
	char part[PATH_MAX_BYTES];

	part_path(name, part);
	if (unlinkat(dirfd, part, 0) == -1 && errno != ENOENT) {
		log_sys("rec: remove %s", part);
		return; /* the marker stays, so that it is not forgotten */
	}
	rec_file_forget(dirfd, name);
}

/* False: not of this form. Without key and anchor it is an older version's. */
static bool read_marker(struct slice text, struct rec_file_marker *out)
{
	uint64_t key = 0, anchor_us = 0;
	struct slice name, number;

	if (slice_cut(&text, ' ', &name) &&
	    (!slice_cut(&text, ' ', &number) ||
		scan_whole_u64(number, UINT32_MAX, &key) != ERR_OK ||
		scan_whole_u64(text, INT64_MAX, &anchor_us) != ERR_OK))
		return false;
	out->key = (uint32_t)key;
	out->anchor_us = (int64_t)anchor_us;
	return rec_file_name_ok(name) &&
	       slice_to_cstr(name, out->name, sizeof(out->name));
}

static void visit(int fd, const char *file,
    void (*each)(void *arg, const struct rec_file_marker *m), void *arg)
{
	struct rec_file_marker m;
	char text[MARKER_MAX];
	ssize_t n;
	const int f = openat(fd, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (f == -1)
		return;
	n = read(f, text, sizeof(text));
	(void)close(f); /* read only */
	if (n <= 0 || !read_marker(slice_of(text, (size_t)n), &m)) {
		log_warn("rec: marker without a name file=%s", file);
		return;
	}
	each(arg, &m);
}

enum err rec_file_orphans(int dirfd,
    void (*each)(void *arg, const struct rec_file_marker *m), void *arg)
{
	const struct dirent *de;
	DIR *d;
	int fd;

	fd = openat(dirfd, REC_FILE_OPEN_DIR,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return ERR_OK;
	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		log_sys("rec: read markers");
		if (fd != -1)
			(void)close(fd);
		return ERR_IO;
	}
	while ((de = readdir(d)) != NULL)
		if (de->d_name[0] != '.')
			visit(fd, de->d_name, each, arg);
	(void)closedir(d); /* read only */
	return ERR_OK;
}
