#include "cgi/api/api_openapi.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/settings.h"

#define DOCUMENT_MAX ((size_t)1 << 20)

static enum err read_all(int fd, struct buf *out)
{
	char block[8192];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0)
		buf_bytes(out, block, (size_t)n);
	return n < 0 ? ERR_IO : buf_err(out);
}

enum err api_openapi(const struct req *r, struct resp *out)
{
	char path[SETTINGS_PATH_MAX + 32];
	struct buf b;
	enum err e;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/static/openapi.json",
	    r->settings->share_dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		log_sys("api_openapi: open %s", path);
		return ERR_IO;
	}
	buf_init(&b, DOCUMENT_MAX);
	e = read_all(fd, &b);
	(void)close(fd); /* read only: nothing can be lost */
	resp_header(out, "Cache-Control", SLICE("public, max-age=300"));
	if (e == ERR_OK)
		e = resp_bytes(out, "application/json", buf_slice(&b));
	buf_fini(&b);
	return e;
}
