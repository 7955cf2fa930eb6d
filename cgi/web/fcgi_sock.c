#include "cgi/web/fcgi_sock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/slice.h"

#define BACKLOG 1024

/* The lock says who owns the socket's name; it goes with the process. */
enum err fcgi_sock_lock(const char *path, int *out)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd == -1) {
		log_sys("fcgi_sock: open %s", path);
		return ERR_IO;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		const enum err e = errno == EWOULDBLOCK ? ERR_CONFLICT : ERR_IO;

		log_sys("fcgi_sock: %s: is another one running?", path);
		(void)close(fd);
		return e;
	}
	*out = fd;
	return ERR_OK;
}

enum err fcgi_sock_open(const char *path, int flags, int *out)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	if (fd == -1) {
		log_sys("fcgi_sock: socket");
		return ERR_IO;
	}
	if (!slice_to_cstr(slice_from(path), addr.sun_path,
		sizeof(addr.sun_path))) {
		log_error("fcgi_sock: path too long: %s", path);
		goto fail;
	}
	/* Ours to take away: we hold the lock. */
	if (unlink(path) != 0 && errno != ENOENT) {
		log_sys("fcgi_sock: unlink %s", path);
		goto fail;
	}
	if (bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0 ||
	    chmod(path, 0660) != 0 || listen(fd, BACKLOG) != 0) {
		log_sys("fcgi_sock: listen on %s", path);
		goto fail;
	}
	*out = fd;
	return ERR_OK;
fail:
	(void)close(fd);
	return ERR_IO;
}
