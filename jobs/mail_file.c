#include "jobs/mail_file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/db/db_recording.h"

#define BLOCK_BYTES 4096

/* A path below the folder: no step up. */
static bool is_below(const char *path)
{
	const struct slice p = slice_from(path);

	return p.n > 0 && p.p[0] != '/' &&
	       slice_find_slice(p, SLICE("..")) == p.n;
}

static int open_below(const char *folder, const char *path)
{
	const int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = -1;

	if (dir != -1)
		fd = openat(dir, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		log_sys("mail_file: open %s", path);
	if (dir != -1)
		(void)close(dir); /* read only */
	return fd;
}

enum err mail_file_read(const struct queue_env *env, struct company_id company,
    struct call_id call, struct buf *out)
{
	struct recording_row row;
	enum err e = db_recording_by_call(env->db, company, call, &row);
	int fd;

	if (e != ERR_OK)
		return e;
	if (strcmp(row.state, "pending") == 0)
		return ERR_BUSY;
	if (strcmp(row.state, "ready") != 0 || !is_below(row.path) ||
	    row.size_bytes > MAIL_FILE_MAX)
		return ERR_NOTFOUND;
	fd = open_below(env->settings->recordings_dir, row.path);
	if (fd == -1)
		return ERR_IO;
	e = file_read_fd(fd, out);
	if (e == ERR_IO)
		log_sys("mail_file: read");
	(void)close(fd); /* read only */
	return e == ERR_TOOBIG ? ERR_NOTFOUND : e;
}
