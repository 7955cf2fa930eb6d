#include "ctl/ctl_fill.h"

#include <fcntl.h>
#include <stdio.h>

#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/base/settings.h"

#define FILE_MAX_BYTES (64 * 1024)

static enum err fill(const char *file, struct slice text,
    const struct ctl_fill_word *words, size_t n, struct buf *out)
{
	struct slice part, name;

	while (slice_cut(&text, '@', &part)) {
		const bool closed = slice_cut(&text, '@', &name);
		size_t i = 0;

		buf_put(out, part);
		while (i < n && !slice_eq_cstr(name, words[i].name))
			i++;
		if (!closed || i == n) {
			log_error("ctl: %s: unknown word @%.*s@", file,
			    SLICE_FMT(slice_head(name, 40)));
			return ERR_SYNTAX;
		}
		if (words[i].text != NULL)
			buf_cstr(out, words[i].text);
		else
			buf_u64(out, words[i].number);
	}
	buf_put(out, part);
	return buf_err(out);
}

enum err ctl_fill(const char *share_dir, const char *file,
    const struct ctl_fill_word *words, size_t n, struct buf *out)
{
	char path[SETTINGS_PATH_MAX + 64];
	struct buf text;
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/%s", share_dir, file);
	buf_init(&text, FILE_MAX_BYTES);
	e = file_read(AT_FDCWD, path, &text);
	if (e == ERR_OK)
		e = fill(path, buf_slice(&text), words, n, out);
	buf_fini(&text);
	return e;
}
