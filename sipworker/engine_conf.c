#include "sipworker/engine_conf.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/log.h"

/* Without these the store could cut the memory under our feet. */
#define SEALS            (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define PROMPT_BYTES_MAX ((uint64_t)1 << 30)

static enum err map(int fd, uint64_t bytes, void **out)
{
	struct stat st;
	const int seals = fcntl(fd, F_GET_SEALS);
	void *p;

	if (seals == -1 || fstat(fd, &st) == -1) {
		log_sys("engine: look at a configuration");
		return ERR_IO;
	}
	if ((seals & SEALS) != SEALS || (uint64_t)st.st_size != bytes) {
		log_error(
		    "engine: a configuration is not sealed or of "
		    "another size");
		return ERR_SYNTAX;
	}
	p = mmap(NULL, (size_t)bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		log_sys("engine: map a configuration");
		return ERR_NOMEM;
	}
	*out = p;
	return ERR_OK;
}

static enum err check_prompts(const struct engine_conf *c)
{
	for (uint32_t i = 0; i < c->snap.section[SNAP_PROMPTS].count; i++) {
		struct snap_prompt p;

		snap_prompt_at(&c->snap, i, &p);
		if (p.offset_bytes > c->prompt_bytes ||
		    p.samples > c->prompt_bytes - p.offset_bytes)
			return ERR_SYNTAX;
	}
	return ERR_OK;
}

static enum err fill(struct engine_conf *c, const int fds[2],
    uint64_t snap_bytes, uint64_t prompt_bytes)
{
	void *p = NULL;
	enum err e;

	if (snap_bytes == 0 || snap_bytes > SNAP_BYTES_MAX ||
	    prompt_bytes > PROMPT_BYTES_MAX)
		return ERR_SYNTAX;
	if ((e = map(fds[0], snap_bytes, &c->snap_map)) != ERR_OK)
		return e;
	c->snap_bytes = (size_t)snap_bytes;
	if (prompt_bytes > 0) {
		if ((e = map(fds[1], prompt_bytes, &p)) != ERR_OK)
			return e;
		c->prompts = p;
		c->prompt_bytes = (size_t)prompt_bytes;
	}
	e = snap_open(slice_of(c->snap_map, c->snap_bytes), &c->snap);
	return e == ERR_OK ? check_prompts(c) : e;
}

enum err engine_conf_open(struct engine_conf **out, uint64_t key,
    const int fds[2], uint64_t snap_bytes, uint64_t prompt_bytes)
{
	struct engine_conf *c = calloc(1, sizeof(*c));
	enum err e = ERR_NOMEM;

	if (c != NULL) {
		c->key = key;
		e = fill(c, fds, snap_bytes, prompt_bytes);
	}
	(void)close(fds[0]); /* mapped, or refused */
	(void)close(fds[1]);
	if (e != ERR_OK) {
		engine_conf_free(c);
		return e;
	}
	*out = c;
	return ERR_OK;
}

void engine_conf_free(struct engine_conf *c)
{
	if (c == NULL)
		return;
	if (c->snap_map != NULL)
		(void)munmap(c->snap_map, c->snap_bytes);
	if (c->prompts != NULL)
		(void)munmap(c->prompts, c->prompt_bytes);
	free(c);
}
