#include "sipworker/store/prompts.h"

#include <fcntl.h>
#include <unistd.h>

#include "lib/base/log.h"

struct builtin {
	struct slice key;
	struct slice language;
	uint32_t version;
	const char *file;
};

static const struct builtin builtins[] = {
	{ SLICE_INIT("notice.en"), SLICE_INIT("en"), 1, "notice.en.ul" },
	{ SLICE_INIT("sorry.en"), SLICE_INIT("en"), 1, "sorry.en.ul" },
};

static enum err append_file(int dirfd, const char *name, struct buf *out)
{
	char block[4096];
	ssize_t n;
	int fd;

	fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	if (fd == -1) {
		log_sys("prompts: open %s", name);
		return ERR_IO;
	}
	while ((n = read(fd, block, sizeof(block))) > 0)
		buf_bytes(out, block, (size_t)n);
	if (n < 0)
		log_sys("prompts: read %s", name);
	(void)close(fd); /* read only: nothing can be lost */
	return n < 0 ? ERR_IO : buf_err(out);
}

enum err prompts_load(int dirfd, struct prompts *out)
{
	struct prompts p = { .n = 0 };
	enum err e = ERR_OK;

	buf_init(&p.image, PROMPTS_BYTES_MAX);
	for (size_t i = 0; i < RT_ARRAY_LEN(builtins) && e == ERR_OK; i++) {
		const size_t at = p.image.n;

		e = append_file(dirfd, builtins[i].file, &p.image);
		p.row[p.n++] = (struct snap_prompt){ .key = builtins[i].key,
			.language = builtins[i].language,
			.version = builtins[i].version,
			.offset_bytes = at,
			.samples = (uint32_t)(p.image.n - at) };
		if (e == ERR_OK && p.image.n == at) {
			log_error("prompts: empty file=%s", builtins[i].file);
			e = ERR_IO;
		}
	}
	if (e != ERR_OK) {
		buf_fini(&p.image);
		return e;
	}
	*out = p;
	return ERR_OK;
}

void prompts_fini(struct prompts *p)
{
	if (p != NULL)
		buf_fini(&p->image);
}

bool prompts_find(const struct prompts *p, struct slice key, uint32_t *row)
{
	for (size_t i = 0; i < p->n; i++) {
		if (slice_eq(p->row[i].key, key)) {
			*row = (uint32_t)i;
			return true;
		}
	}
	return false;
}
