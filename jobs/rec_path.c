#include "jobs/rec_path.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/slice.h"

bool rec_path_ok(const char *path)
{
	const struct slice p = slice_from(path);

	return p.n > 0 && p.p[0] != '/' &&
	       slice_find_slice(p, SLICE("..")) == p.n;
}

enum err rec_path_open(const struct settings *s, const char *path, int *out)
{
	enum err e = ERR_OK;
	int dir, fd;

	if (!rec_path_ok(path))
		return ERR_RANGE;
	dir = open(s->recordings_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1) {
		log_sys("jobd: open the recordings");
		return ERR_IO;
	}
	fd = openat(dir, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1) {
		e = errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
		if (e == ERR_IO)
			log_sys("jobd: open %s", path);
	}
	(void)close(dir);
	if (e == ERR_OK)
		*out = fd;
	return e;
}
