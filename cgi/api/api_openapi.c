#include "cgi/api/api_openapi.h"

#include <fcntl.h>
#include <stdio.h>

#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/base/settings.h"

#define DOCUMENT_MAX ((size_t)1 << 20)

enum err api_openapi(const struct req *r, struct resp *out)
{
	char path[SETTINGS_PATH_MAX + 32];
	struct buf b;
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/static/openapi.json",
	    r->settings->share_dir);
	buf_init(&b, DOCUMENT_MAX);
	e = file_read(AT_FDCWD, path, &b);
	resp_header(out, "Cache-Control", SLICE("public, max-age=300"));
	if (e == ERR_OK)
		e = resp_bytes(out, "application/json", buf_slice(&b));
	buf_fini(&b);
	return e;
}
